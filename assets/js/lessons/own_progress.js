// A learner's own progress in one lesson, kept in the browser: tasks that were done, predictions that were answered, steps that are complete.

import { progressOf, readProgress, writeProgress } from "./progress.js";
import { canBeDone } from "./recorded.js";

/**
 * @typedef {import("./panel.js").Step} Step
 * @typedef {import("./conditions.js").Task} Task
 */

export class OwnProgress {
  /**
   * @param {string} lesson its name
   * @param {boolean} live plans are made on request; without, they are recorded ones
   * @param {Storage | null} storage keeps the progress
   */
  constructor(lesson, live, storage) {
    this.lesson = lesson;
    this.live = live;
    this.storage = storage;
    this.kept = progressOf(readProgress(storage), lesson);
    /** Tasks that were done, as "step/number". @type {Set<string>} */
    this.tasks = new Set();
  }

  /** True where the page can show what a task asks for. @param {Task} task @param {any} step */
  possible(task, step) {
    return this.live || canBeDone(task, step.recorded);
  }

  /** True where there is something to do in a step; without a planner there may be nothing. @param {Step} step */
  asks(step) {
    return step.predictions.length > 0 || step.tasks.some((task) => this.possible(task, step));
  }

  /** True once everything that a step asks for is done, or it was read where it asks for nothing. @param {Step} step */
  complete(step) {
    const { id, tasks, predictions } = step;
    if (this.kept.done.includes(id) || !this.asks(step)) return this.kept.done.includes(id);
    return tasks.every((task, index) => this.tasks.has(`${id}/${index}`) || !this.possible(task, step)) && predictions.every((asked) => asked.id in this.kept.answers);
  }

  /**
   * Takes down the tasks of a step that are done by now; once done they stay so.
   * @param {Step} step
   * @param {(task: Task) => boolean} isDone
   * @returns {Task[]} those that were not done before
   */
  attend({ id, tasks }, isDone) {
    return tasks.filter((task, index) => {
      const key = `${id}/${index}`;
      if (this.tasks.has(key) || !isDone(task)) return false;
      this.tasks.add(key);
      return true;
    });
  }

  /** True where a task of a step is still to be done. @param {Step} step @param {(task: Task) => boolean} which */
  waits({ id, tasks }, which) {
    return tasks.some((task, index) => which(task) && !this.tasks.has(`${id}/${index}`));
  }

  /** A step that asks for nothing is done once somebody goes on from it. @param {Step} step */
  read(step) {
    if (this.asks(step) || this.kept.done.includes(step.id)) return;
    this.kept.done.push(step.id);
    this.keep();
  }

  /** Something of a step was done. @param {Step} step */
  settle(step) {
    if (!this.kept.done.includes(step.id) && this.complete(step)) this.kept.done.push(step.id);
    this.keep();
  }

  keep() {
    writeProgress(this.storage, this.lesson, this.kept);
  }
}
