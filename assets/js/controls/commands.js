// Everything that can be found by its name: made of the tables that the page has anyway.

import { PARTS } from "../lib/arrangement.js";
import { MICROSCOPE_KEYS } from "../lib/moves.js";
import { readable } from "./knobs.js";
import { PAGE_KEYS } from "./page_keys.js";
import { labelOf } from "./panels.js";

/**
 * @typedef {object} Command
 * @property {string} kind what it is: an action, a knob, a checkpoint …
 * @property {string} title
 * @property {string} [note] beside it: a key, a value
 * @property {string} [words] more that it is found by
 * @property {() => void} run
 */

/**
 * @typedef {object} Findable the parts of the page whose commands can be found
 * @property {Record<string, () => void>} actions of PAGE_KEYS
 * @property {Record<string, () => void>} looking actions of MICROSCOPE_KEYS
 * @property {(import("./knobs.js").Setting & {value: any})[]} knobs
 * @property {(name: string) => void} focusKnob
 * @property {{name: string, title: string, help: string}[]} planners
 * @property {{checkpoint: string, planner: string}} now
 * @property {Record<string, (value: string) => void>} choose by what is chosen
 * @property {import("./panels.js").Panels} panels
 * @property {{name: string, title: string, teaches: string}[]} lessons
 * @property {(lesson: string) => void} begin a lesson
 */

/**
 * Everything that can be found by its name now.
 * @param {Findable} page
 * @returns {Command[]}
 */
export function allCommands({ actions, looking, knobs, focusKnob, planners, now, choose, panels, lessons, begin }) {
  const list = document.getElementById("checkpoint");
  const checkpoints = list instanceof HTMLSelectElement ? [...list.options] : [];
  const locked = document.getElementById("drawer")?.inert ?? true;
  const others = [["Lessons", "to-lessons"], ["Checkpoints", "to-checkpoints"]].flatMap(([title, id]) => {
    const link = document.getElementById(id);
    return link instanceof HTMLAnchorElement ? [{ title, href: link.href }] : [];
  });
  const pages = [{ title: "Microscope, as it opens", href: "./" }, ...others];
  return [
    ...keyCommands(PAGE_KEYS.filter(({ does }) => does !== "find"), actions),
    ...keyCommands(MICROSCOPE_KEYS, looking),
    ...(locked ? [] : knobCommands(knobs, focusKnob)),
    ...choiceCommands("checkpoint", checkpoints, now.checkpoint, choose.checkpoint),
    ...(locked ? [] : choiceCommands("planner", planners.map(({ name, title, help }) => ({ value: name, text: title, title: help })), now.planner, choose.planner)),
    ...lessons.map(({ name, title, teaches }) => ({ kind: "lesson", title, words: `lesson ${teaches}`, run: () => begin(name) })),
    ...panelCommands(panels),
    ...pageCommands(pages, (href) => location.assign(href)),
  ];
}

/**
 * Actions of the key tables.
 * @param {import("../lib/keyboard.js").Binding[]} keys
 * @param {Record<string, () => void>} actions
 * @returns {Command[]}
 */
export const keyCommands = (keys, actions) => keys.filter(({ does }) => does in actions).map(({ show, does, text }) => ({
  kind: "action", title: `${text.charAt(0).toUpperCase()}${text.slice(1)}`, note: show, words: does, run: () => actions[does](),
}));

/**
 * Options of a list, such as the checkpoints.
 * @param {string} kind
 * @param {{value: string, text: string, title?: string}[]} options
 * @param {string | null} current
 * @param {(value: string) => void} choose
 * @returns {Command[]}
 */
export const choiceCommands = (kind, options, current, choose) => options.map(({ value, text, title }) => ({
  kind, title: text, note: value === current ? "in use" : "", words: `${kind} ${value} ${title ?? ""}`, run: () => choose(value),
}));

/**
 * Knobs, with their values and their places in the method.
 * @param {(import("./knobs.js").Setting & {value: any})[]} settings
 * @param {(name: string) => void} focus
 * @returns {Command[]}
 */
export const knobCommands = (settings, focus) => settings.map(({ name, label, help, group, type, enters, value }) => ({
  kind: "knob", title: label, note: [typeof value === "number" ? readable(value, type) : value === undefined ? "" : `${value}`.replaceAll("_", " "), enters].filter(Boolean).join(" · "),
  words: `knob ${name.replaceAll("_", " ")} ${group} ${help ?? ""} ${enters ?? ""}`, run: () => focus(name),
}));

/**
 * Panels: shown, hidden, enlarged.
 * @param {Pick<import("./panels.js").Panels, "isHidden" | "toggle" | "enlarge">} panels
 * @returns {Command[]}
 */
export const panelCommands = (panels) => PARTS.flatMap(({ name, region }) => {
  const hidden = panels.isHidden(name);
  const toggle = { kind: "panel", title: `${hidden ? "Show" : "Hide"}: ${labelOf(name)}`, words: "panel", run: () => panels.toggle(name) };
  return region ? [toggle, { kind: "panel", title: `Enlarge: ${labelOf(name)}`, words: "panel full screen", run: () => panels.enlarge(name) }] : [toggle];
});

/**
 * Links to pages.
 * @param {{title: string, href: string}[]} pages
 * @param {(href: string) => void} visit
 * @returns {Command[]}
 */
const pageCommands = (pages, visit) => pages.map(({ title, href }) => ({ kind: "page", title, words: "page", run: () => visit(href) }));

/**
 * Moments and seeds by their number: of "10", "step 10" or "seed 3". Which are possible the server knows.
 * @param {string} text as it was typed
 * @param {{goTo: (step: number) => void, begin: (seed: number) => void}} actions
 * @returns {Command[]}
 */
export function numberCommands(text, { goTo, begin }) {
  const [, word = "", digits] = /^\s*(step|seed)?\s*(\d{1,10})\s*$/i.exec(text) ?? [];
  if (digits === undefined) return [];
  const value = Number(digits);
  const both = [
    { kind: "step", title: `Go to step ${value}`, run: () => goTo(value) },
    { kind: "seed", title: `Begin again with seed ${value}`, run: () => begin(value) },
  ];
  return word ? both.filter(({ kind }) => kind === word.toLowerCase()) : both;
}
