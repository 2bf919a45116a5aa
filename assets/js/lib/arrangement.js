// The parts of the page and how a person has arranged them: which are hidden, and the order of those that share a region. Kept in the browser, and
// written in links.

import { keep, readJson } from "./storage.js";

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} label what people call it
 * @property {"centre" | "side"} [region] of panels, whose order can be changed within it
 */

/** All parts that can be hidden, in their usual order. @type {Part[]} */
export const PARTS = [
  { name: "knobs", label: "knobs" },
  { name: "world", label: "world", region: "centre" },
  { name: "genealogy", label: "genealogy", region: "centre" },
  { name: "strips", label: "per level", region: "centre" },
  { name: "weights", label: "weights", region: "centre" },
  { name: "comparison", label: "comparison", region: "side" },
  { name: "decision", label: "root decision", region: "side" },
  { name: "why", label: "why this action?", region: "side" },
  { name: "seeds", label: "many seeds", region: "side" },
  { name: "sweep", label: "sweep", region: "side" },
  { name: "particle", label: "particle", region: "side" },
  { name: "timeline", label: "time line" },
  { name: "narration", label: "the sentence at the foot" },
];

/** @typedef {{hidden: string[], order: string[]}} Arrangement */

const KEY = "twistscope.arrangement";
const NAMES = PARTS.map(({ name }) => name);
const known = (names) => (Array.isArray(names) ? names.filter((name, index) => NAMES.includes(name) && names.indexOf(name) === index) : []);

/** All parts, the named ones in the order given and the others after them as usual; regions stay together. */
export function ordered(names) {
  const place = (name) => (names.includes(name) ? names.indexOf(name) : names.length + NAMES.indexOf(name));
  const group = (/** @type {Part} */ { name, region }) => region ?? name;
  return [...new Set(PARTS.map(group))].flatMap((each) => PARTS.filter((part) => group(part) === each).map(({ name }) => name).toSorted((a, b) => place(a) - place(b)));
}

const USUAL_ORDER = ordered([]);

/** The names as text of a link's field; "" where the order is the usual one. */
export const orderText = (order) => (`${order}` === `${USUAL_ORDER}` ? "" : panelsOf(order).join(","));

const regionOf = (name) => PARTS.find((part) => part.name === name)?.region;
const panelsOf = (order) => order.filter((name) => regionOf(name));

/**
 * An order with one part moved within its region, where there is room to move.
 * @param {string[]} order
 * @param {string} name
 * @param {-1 | 1} by
 */
export function moved(order, name, by) {
  const own = order.filter((other) => regionOf(other) === regionOf(name));
  const other = own[own.indexOf(name) + by];
  if (other === undefined) return order;
  return order.map((each) => (each === name ? other : each === other ? name : each));
}

/**
 * An arrangement of what a link or a browser's storage says; names that are none are left out.
 * @param {{hidden?: any, order?: any}} said
 * @returns {Arrangement}
 */
export const arrangementOf = ({ hidden, order }) => ({ hidden: NAMES.filter((name) => known(hidden).includes(name)), order: ordered(known(order)) });

/** The names that are none of a part. @param {string[]} names */
export const unknownParts = (names) => names.filter((name) => !NAMES.includes(name));

/**
 * The arrangement that was kept last, or the usual one.
 * @param {Pick<Storage, "getItem"> | null} storage
 */
export const readArrangement = (storage) => arrangementOf(readJson(storage, KEY) ?? {});

/**
 * @param {Pick<Storage, "setItem"> | null} storage
 * @param {Arrangement} arrangement
 */
export const keepArrangement = (storage, arrangement) => keep(storage, KEY, JSON.stringify(arrangement));
