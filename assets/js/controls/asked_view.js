// The part of its plan that an address asks to look at. People write addresses by hand, and a link may be of a plan with more levels or particles: what this
// plan does not have is said, and not looked at.

import { list } from "../lib/format.js";
import { comparedOf } from "../lessons/shared_view.js";

const COMPARED = "a comparison with";

/** The sizes of a plan that is not there yet. */
export const ANY_PLAN = { levels: Infinity, slots: Infinity, actions: { length: Infinity } };

/** @typedef {{level: number | null, selection: any, compared?: any}} Looked as the store of a microscope has it */

/**
 * The fields of an address, as the store has them.
 * @param {Record<string, any>} fields
 * @returns {Looked}
 */
function askedOf({ level = null, slot, action, with: compared }) {
  const selection = slot !== undefined ? { level: level ?? 0, slot } : action !== undefined ? { action } : null;
  return { level, selection, ...(compared ? { compared: comparedOf(compared) } : {}) };
}

/**
 * The part of it that can be looked at in a plan, and a sentence about the rest; "" where it can be looked at whole.
 * @param {{levels: number, slots: number, actions: {length: number}}} frame
 * @param {Record<string, any>} fields
 * @returns {{looked: Looked, sentence: string}}
 */
export function possibleView({ levels, slots, actions }, { level, slot, action, with: compared, ...others }) {
  const kept = comparedOf(compared);
  /** @type {[string, any, boolean, string][]} */
  const asked = [
    ["level", level, within(level, levels), `levels 0 to ${levels - 1}`],
    ["slot", slot, within(slot, slots), `slots 0 to ${slots - 1}`],
    ["action", action, within(action, actions.length), `actions 0 to ${actions.length - 1}`],
    [COMPARED, compared, !!kept && within(kept.level, levels) && within(kept.slot, slots), `levels 0 to ${levels - 1} and slots 0 to ${slots - 1}, as 3-7`],
  ];
  const wrong = asked.filter(([, value, possible]) => value !== undefined && !possible);
  const right = Object.fromEntries(asked.filter(([, value, possible]) => value !== undefined && possible).map(([name, value]) => [name === COMPARED ? "with" : name, value]));
  // A slot is one of a level.
  if (wrong.some(([name]) => name === "level")) delete right.slot;
  const sentence = wrong.length ? `The address asks for ${list(wrong.map(([name, value]) => `${name} ${`${value}`.slice(0, 20)}`))}; this plan has ${list(wrong.map(([, , , there]) => there))}.` : "";
  return { looked: askedOf({ ...others, ...right }), sentence };
}

const within = (value, count) => Number.isInteger(value) && value >= 0 && value < count;
