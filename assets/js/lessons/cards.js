// Lessons as their page shows them: facts in words, how far somebody has come, and where to go on. Pure.

import { count } from "../lib/format.js";
import { progressOf } from "./progress.js";

// A lesson that does not say its place has this one.
const NO_PLACE = 999;

/**
 * @typedef {{name: string, title: string, order: number, minutes: number, teaches: string, needs: string[], references: string[], steps: {id: string, title: string}[]}} Lesson
 * @typedef {import("./progress.js").Progress} Progress
 * @typedef {{file: string, line: number, what: string, remedy: string}} Fault
 */

/**
 * The address of a lesson in the microscope.
 * @param {string} name
 * @param {string} [step] to open, by default the first one, or the one where somebody stopped
 */
export const lessonAddress = (name, step) => `./?${new URLSearchParams({ lesson: name, ...(step && { at: step }) })}`;

/**
 * A lesson with what its card says.
 * @param {Lesson} lesson
 * @param {Lesson[]} lessons all that there are
 * @param {Record<string, Progress>} all progress by name of the lesson
 */
export function cardOf(lesson, lessons, all) {
  const { at, done, finished, again = false, answers } = progressOf(all, lesson.name);
  // The file may have been changed since.
  const here = lesson.steps.findIndex(({ id }) => id === at);
  const steps = lesson.steps.map(({ id, title }) => ({ id, title, href: lessonAddress(lesson.name, id), done: done.includes(id), here: id === at && (!finished || again) }));
  const answered = Object.keys(answers).length;
  const begun = here > 0 || answered > 0 || steps.some((step) => step.done);
  const state = begun && (!finished || again) ? "begun" : finished ? "finished" : "new";
  return {
    lesson,
    place: lesson.order < NO_PLACE ? `${lesson.order}` : "",
    facts: `${lesson.minutes} min · ${count(lesson.steps.length, "step")}`,
    needs: lesson.needs.map((name) => needOf(name, lessons, all)),
    steps,
    state,
    finished,
    said: sayProgress({ state, finished, again, here, steps, answered }),
    // The address of its first step begins a finished lesson again.
    open: { new: ["Begin", lessonAddress(lesson.name)], begun: ["Continue", lessonAddress(lesson.name)], finished: ["Do it again", lessonAddress(lesson.name, lesson.steps[0]?.id)] }[state],
  };
}

/** A step is done once all of its tasks are, and its predictions answered: somebody may go through a lesson and do nothing. */
function sayProgress({ state, finished, again, here, steps, answered }) {
  if (state === "new") return "";
  const done = steps.filter((step) => step.done).length;
  // Its bar shows which of its steps are done.
  if (state === "finished") return again ? "finished before" : "finished";
  const place = here >= 0 && `at step ${here + 1} of ${steps.length}`;
  const did = done > 0 || !answered ? `${done} done` : `${count(answered, "prediction")} answered`;
  return [finished && "finished before", place, did].filter(Boolean).join(", ");
}

/** A lesson that comes before another: {name, title, there, finished}. */
function needOf(name, lessons, all) {
  const found = lessons.find((lesson) => lesson.name === name);
  return { name, title: found?.title ?? name, there: found !== undefined, finished: progressOf(all, name).finished };
}

/**
 * The lesson to go on with: one that was begun, else the first new one after the last that is finished, else the first new one; null where all are
 * finished.
 * @param {ReturnType<typeof cardOf>[]} cards
 */
export function nextOf(cards) {
  const isNew = ({ state }) => state === "new";
  const after = cards.findLastIndex(({ finished }) => finished) + 1;
  return cards.find(({ state }) => state === "begun") ?? cards.slice(after).find(isNew) ?? cards.find(isNew) ?? null;
}

/** "7 lessons, 80 minutes in all; 2 are finished." @param {ReturnType<typeof cardOf>[]} cards */
export function sayAll(cards) {
  if (!cards.length) return "There are no lessons here.";
  const minutes = cards.reduce((sum, { lesson }) => sum + lesson.minutes, 0);
  const finished = cards.filter((card) => card.finished).length;
  const all = `${count(cards.length, "lesson")}, ${count(minutes, "minute")} in all`;
  if (finished === cards.length) return `${all}. ${finished === 1 ? "It is" : "All are"} finished.`;
  return finished ? `${all}; ${finished} ${finished === 1 ? "is" : "are"} finished.` : `${all}.`;
}

/**
 * Faults by file: [{file, shown, faults}]; `shown` where the lesson can be opened all the same.
 * @param {Fault[]} damaged
 * @param {Lesson[]} lessons
 */
export function byFile(damaged, lessons) {
  const files = new Map();
  for (const fault of damaged) files.set(fault.file, [...(files.get(fault.file) ?? []), fault]);
  return [...files].map(([file, faults]) => ({
    file,
    shown: lessons.some(({ name }) => `${name}.md` === file),
    faults: faults.toSorted((a, b) => a.line - b.line),
  }));
}
