// The plans of a step that were recorded, on a page without a planner, and which tasks can be done with them.

import { asksFor } from "./conditions.js";

/** Tasks that only a planner can answer or only the live page has a control for, and panels that ask the service. */
const NEED_LIVE = ["planner", "step", "intervene"];
const NEED_SERVICE = ["share", "why", "seeds", "sweep", "race", "timeline", "help"];

/**
 * @typedef {{value: any, text: string, record: string, chooses: string | null}} RecordedValue a value of a setting, its record, and the action that its plan takes
 * @typedef {{base: string, view: Record<string, any>}} RecordedMoment id of a record, and what of the plan is looked at
 *
 * @typedef {RecordedMoment & {chooses: string | null, knobs: {setting: string, label: string, values: RecordedValue[]}[], links: Record<string, RecordedMoment>}} Recorded
 * the plans of a step, as `twistscope site` has written them; `links` are those that its text leads to, by query
 */

/**
 * True where recorded plans can show what a task asks for.
 * @param {import("./conditions.js").Task} task
 * @param {Recorded} recorded
 */
export function canBeDone(task, { chooses, knobs }) {
  const values = knobs.flatMap(({ setting, values }) => values.map((each) => ({ setting, ...each })));
  if (task.setting) return values.some(({ setting, value }) => setting === task.setting && asksFor(task, value));
  if (task.chosen) return [{ chooses }, ...values].some((each) => (task.chosen === "changed" ? each.chooses !== chooses : each.chooses === task.chosen));
  return !NEED_LIVE.some((kind) => kind in task) && !NEED_SERVICE.includes(task.open);
}

/**
 * The moment that an address leads to, in a step or in a link of its text.
 * @param {string} search
 * @param {{link: string, recorded: Recorded}} step
 * @returns {RecordedMoment}
 */
export function momentOf(search, { recorded }) {
  const asked = sorted(search);
  const link = Object.keys(recorded.links).find((query) => sorted(query) === asked);
  return link === undefined ? recorded : recorded.links[link];
}

/** A query without what the lesson adds to it. @param {string} search */
function sorted(search) {
  const fields = new URLSearchParams(search);
  for (const name of ["lesson", "at"]) fields.delete(name);
  fields.sort();
  return `${fields}`;
}
