// Presets: settings under a name, to begin from. The server has some for each planner; a person's own are kept in the browser.

import { keep, readJson } from "./storage.js";

/**
 * @typedef {object} Preset
 * @property {string} name
 * @property {string} [help]
 * @property {Record<string, any>} settings those that are not as usual
 */

const KEY = "twistscope.presets";
const MOST = 50;
const LONGEST = 40;
const BUDGET = "budget";

/** Settings that a preset leaves as they are, unless it names them. */
const isKept = ({ name, group }, preset) => group === BUDGET && !(name in preset.settings);

/**
 * The settings that have to change for a preset; pure.
 * @param {{name: string, group: string}[]} schema
 * @param {Record<string, any>} defaults of the session
 * @param {Record<string, any>} values in force
 * @param {Preset} preset
 */
export function changesFor(schema, defaults, values, preset) {
  const wanted = schema.filter((setting) => !isKept(setting, preset)).map(({ name }) => [name, name in preset.settings ? preset.settings[name] : defaults[name]]);
  return Object.fromEntries(wanted.filter(([name, value]) => value !== undefined && value !== values[name]));
}

/**
 * The preset that the values are, or null.
 * @param {{name: string, group: string}[]} schema
 * @param {Preset[]} presets
 */
export const presetInForce = (schema, defaults, values, presets) => presets.find((preset) => Object.keys(changesFor(schema, defaults, values, preset)).length === 0) ?? null;

/**
 * A person's own presets of a planner.
 * @param {Pick<Storage, "getItem"> | null} storage
 * @param {string} planner
 * @returns {Preset[]}
 */
export function readOwn(storage, planner) {
  const own = all(storage)[planner];
  const usable = (each) => typeof each?.name === "string" && each.settings !== null && typeof each.settings === "object";
  return Array.isArray(own) ? own.filter(usable).map(({ name, settings }) => ({ name, settings })) : [];
}

/**
 * Keeps a preset under its name, in place of another of this name.
 * @param {Pick<Storage, "getItem" | "setItem"> | null} storage
 * @returns {string} the reason why it cannot be kept; "" where it is
 */
export function keepOwn(storage, planner, { name, settings }) {
  const text = name.trim();
  if (!text) return "A preset needs a name.";
  if (text.length > LONGEST) return `The name has ${text.length} characters, allowed are ${LONGEST}.`;
  const others = readOwn(storage, planner).filter((each) => each.name !== text);
  if (others.length >= MOST) return `There are ${MOST} presets of your own already; delete one first.`;
  return write(storage, { ...all(storage), [planner]: [...others, { name: text, settings }] }) ? "" : "This browser keeps nothing for this page.";
}

/** @param {Pick<Storage, "getItem" | "setItem"> | null} storage */
export function deleteOwn(storage, planner, name) {
  write(storage, { ...all(storage), [planner]: readOwn(storage, planner).filter((each) => each.name !== name) });
}

const all = (storage) => readJson(storage, KEY) ?? {};

const write = (storage, presets) => keep(storage, KEY, JSON.stringify(presets));
