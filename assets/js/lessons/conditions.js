// Tasks of a lesson: whether the learner has done what a step asks for, judged by what the page shows.

/**
 * A task as the lesson's file says it (docs/teaching.md).
 * @typedef {{say: string, is?: any, at_least?: number, at_most?: number, [kind: string]: any}} Task
 *
 * The page as it is now.
 * @typedef {object} Seen
 * @property {any} frame the live plan that is shown; null where there is none
 * @property {number | null} level the level cursor, where somebody has set it
 * @property {{level?: number, slot?: number, action?: number} | null} selection
 * @property {string} layout of the genealogy
 * @property {any} pinned the frame that is pinned as A, or null
 * @property {(name: string) => boolean} isOpen a panel or dialog, by its name in the file
 */

/** A slider need not be on the very number that it is asked for; a size does. */
const NEAR = 0.04;
const same = (value, wanted) => value === wanted || (typeof wanted === "number" && Math.abs(value - wanted) <= NEAR * Math.abs(wanted));

/** @type {(task: Task, value: any) => boolean} */
const within = ({ is, at_least: low, at_most: high }, value) => value !== null && value !== undefined && (is === undefined || same(value, is)) && (low === undefined || value >= low) && (high === undefined || value <= high);

/** Name of the action that a plan takes. */
const chosenOf = (frame) => frame.actions[frame.chosen];

/** The node that is selected; -1 where none is. */
const nodeOf = ({ frame, selection }) => (selection?.slot === undefined ? -1 : frame.find(selection));

/** @type {Record<string, (seen: Seen, action?: string) => boolean>} */
const SELECTED = {
  action: ({ frame, selection }, action) => selection?.action !== undefined && frame.actions[selection.action] === action,
  particle: (seen) => nodeOf(seen) >= 0,
  revived: (seen) => nodeOf(seen) >= 0 && !!seen.frame.revived[nodeOf(seen)],
  ended: (seen) => nodeOf(seen) >= 0 && !!seen.frame.terminal[nodeOf(seen)],
  heaviest: (seen) => nodeOf(seen) >= 0 && seen.frame.heaviest[seen.selection?.level ?? 0] === seen.selection?.slot,
};

/** @type {Record<string, (task: Task, seen: Seen) => boolean>} */
const KINDS = {
  setting: (task, { frame }) => within(task, frame.settings[task.setting]),
  planner: (task, { frame }) => frame.planner === task.planner,
  select: (task, seen) => SELECTED[task.select]?.(seen, task.action) ?? false,
  level: (task, { level }) => within(task, level),
  layout: (task, { layout }) => layout === task.layout,
  step: (task, { frame }) => within(task, frame.step),
  intervene: (task, { frame }) => frame.interventions.some(({ kind }) => task.intervene === "any" || kind === task.intervene),
  chosen: (task, { frame, pinned }) => (task.chosen === "changed" ? !!pinned && chosenOf(pinned) !== chosenOf(frame) : chosenOf(frame) === task.chosen),
  pin: (_, { pinned }) => !!pinned,
  open: (task, { isOpen }) => isOpen(task.open),
};

/** The kinds of task that the page can judge. */
export const TASK_KINDS = Object.keys(KINDS);

/** True for a value of its setting that a task asks for. @type {(task: Task, value: any) => boolean} */
export const asksFor = (task, value) => within(task, value);

/** @param {Task} task */
export const kindOfTask = (task) => TASK_KINDS.find((kind) => kind in task) ?? null;

/**
 * True where what a task asks for is there now. A kind that is not known never is.
 * @param {Task} task
 * @param {Seen} seen
 */
export function isDone(task, seen) {
  const kind = kindOfTask(task);
  return !!kind && !!seen.frame && KINDS[kind](task, seen);
}
