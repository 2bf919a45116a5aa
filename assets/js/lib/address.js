// The address of a page, and links between the pages of the dashboard. The address of the microscope is a link to the moment it shows, which the
// server makes and reads (docs/api.md, Links). One that people write has no version: checkpoint, planner, seed and step, and settings by their names,
// as `?checkpoint=catch&seed=3&alpha=0.3`.

import { meaning } from "./format.js";

const TOKEN = "token";
// The lesson beside the moment, and its step.
const OF_LESSONS = ["lesson", "at"];
// Fields that only links to a moment have.
const OF_LINKS = ["v", "sha", "actions", "digest", "interventions", "level", "slot", "action", "with", "layout", "hide", "order", "show", "projection", "ask", "pin", ...OF_LESSONS];
/** Of those, the fields that an address that people write may have, too. */
const OF_VIEW = ["level", "slot", "action", "with", "layout", "hide", "order", "show", "projection", "ask"];
const LISTS = ["hide", "order", "show"];

/**
 * @typedef {object} Chosen
 * @property {string | null} checkpoint null for the server's first choice; so everywhere
 * @property {string | null} planner
 * @property {any} seed
 * @property {any} step
 * @property {Record<string, any>} settings
 * @property {string | null} link the address itself where it is a link to a moment
 * @property {string | null} [recording] id of a recording, of which `step` is a frame
 * @property {string | null} [session] id of a session that others have begun
 * @property {string | null} [compare] checkpoint whose first plan is pinned as A
 * @property {string | null} [lesson] name of a lesson that is open
 * @property {string | null} [at] id of its step
 * @property {Record<string, any> | null} [view] what of the plan is looked at, as an address says it that is no link
 */

/**
 * Reads an address. Values are those that a text means; the server knows which are possible.
 * @param {string} search
 * @returns {Chosen}
 */
export function readAddress(search) {
  const all = Object.fromEntries(new URLSearchParams(search));
  const { checkpoint = "", planner = "", seed = "0", step = "0", recording = null, session = null, compare = null, lesson = null, at = null, [TOKEN]: _, ...settings } = all;
  const values = Object.entries(settings).filter(([name]) => !OF_LINKS.includes(name)).map(([name, text]) => [name, valueOf(text)]);
  const link = "v" in settings ? search : null;
  return { checkpoint: checkpoint || null, planner: planner || null, seed: meaning(seed), step: meaning(step), settings: Object.fromEntries(values), link, recording, session, compare, lesson, at, view: link ? null : viewOf(all) };
}

/** The view of the plan that an address asks for; null where it says nothing of that. @param {Record<string, string>} fields */
function viewOf(fields) {
  const said = OF_VIEW.filter((name) => fields[name]).map((name) => [name, LISTS.includes(name) ? fields[name].split(",").filter(Boolean) : meaning(fields[name])]);
  return said.length ? Object.fromEntries(said) : null;
}

/**
 * True for an address that names a lesson and leaves the moment to it.
 * @param {string} search
 */
export const saysLessonOnly = (search) => [...new URLSearchParams(search).keys()].every((name) => name === TOKEN || OF_LESSONS.includes(name));

/**
 * True for an address that asks for nothing: a token only lets in.
 * @param {string} search
 */
export const saysNothing = (search) => [...new URLSearchParams(search).keys()].every((name) => name === TOKEN);

/**
 * True for links to one moment. The digest is left out: another machine may round its state otherwise.
 * @param {string} one query of a link
 * @param {string} other
 */
export const sameMoment = (one, other) => withoutDigest(one) === withoutDigest(other);

function withoutDigest(query) {
  const fields = new URLSearchParams(query);
  fields.delete("digest");
  return `${fields}`;
}

const valueOf = (text) => (text === "true" || text === "false" ? text === "true" : meaning(text));

/**
 * An address that asks for what was chosen. What goes without saying is left out.
 * @param {string} href of now
 * @param {Omit<Chosen, "link">} chosen
 */
export function writeAddress(href, { checkpoint, planner, seed, step, settings, recording = null }) {
  const url = new URL(href);
  const parts = { recording, checkpoint, planner, seed: seed || null, step: step || null, ...settings };
  const said = Object.entries(parts).filter(([, value]) => value !== null && value !== undefined);
  url.search = `${new URLSearchParams(said.map(([name, value]) => [name, `${value}`]))}`;
  return url.href;
}

/**
 * The address of a moment.
 * @param {string} href of now
 * @param {string} query of the link, as the server makes it
 * @param {Record<string, any>} view what of the plan is looked at: fields that are null are left out
 */
export function momentAddress(href, query, view = {}) {
  const url = new URL(href);
  const said = Object.entries(view).filter(([, value]) => value !== null && value !== undefined && value !== "");
  url.search = [query, `${new URLSearchParams(said.map(([name, value]) => [name, `${value}`]))}`].filter(Boolean).join("&");
  url.hash = "";
  return url.href;
}

/**
 * A link to a page of the dashboard. It takes along what the address of this one says.
 * @param {string} page
 * @param {string} search of this page
 * @param {Record<string, string | null>} wish what is to be different there; null for nothing
 */
export function linkTo(page, search, wish = {}) {
  const query = new URLSearchParams(search);
  // A moment is of one checkpoint.
  if (query.has("v")) for (const name of [...OF_LINKS, "step"]) query.delete(name);
  for (const [name, value] of Object.entries(wish)) value === null ? query.delete(name) : query.set(name, value);
  return `${query}` ? `${page}?${query}` : page;
}
