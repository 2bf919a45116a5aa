// Progress through the lessons, kept in this browser; nothing of it is sent. The storage may be missing, full, or hold what somebody else wrote: then
// there is no progress, and nothing fails.

import { keep, ownStorage, readJson } from "../lib/storage.js";

// Also under the name that it had here.
export { ownStorage as storageOfPage };

export const KEY = "twistscope-lessons";

/**
 * @typedef {object} Progress of one lesson
 * @property {string} at id of the step that was looked at last; "" for none
 * @property {string[]} done ids of the steps whose tasks are done
 * @property {boolean} finished once, at some time
 * @property {boolean} [again] begun again after that, and not finished since
 * @property {Record<string, any>} answers by id of the prediction
 */

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST_NAME = 60;
// Far more than lessons have, and far less than a browser stores.
const MOST_LESSONS = 500;
const MOST_IDS = 300;
const LONGEST_ANSWER = 8000;

const isName = (text) => typeof text === "string" && text.length <= LONGEST_NAME && NAME.test(text);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns {Progress} */
const none = () => ({ at: "", done: [], finished: false, answers: {} });

/** The usable part of something that should be progress. @returns {Progress} */
function usable(found) {
  if (!isObject(found)) return none();
  const done = Array.isArray(found.done) ? [...new Set(found.done.filter(isName))].slice(0, MOST_IDS) : [];
  const answers = isObject(found.answers) ? Object.entries(found.answers).filter(([id, answer]) => isName(id) && isShort(answer)) : [];
  return { at: isName(found.at) ? found.at : "", done, finished: found.finished === true, ...(found.again === true && { again: true }), answers: Object.fromEntries(answers.slice(0, MOST_IDS)) };
}

function isShort(answer) {
  const text = JSON.stringify(answer);
  return text !== undefined && text.length <= LONGEST_ANSWER;
}

/**
 * Progress by name of the lesson; lessons that were never opened are not in it.
 * @param {Pick<Storage, "getItem"> | null} [storage]
 * @returns {Record<string, Progress>}
 */
export function readProgress(storage = ownStorage()) {
  const found = readJson(storage, KEY);
  if (!isObject(found)) return {};
  const lessons = Object.entries(found).filter(([name, progress]) => isName(name) && isObject(progress));
  return Object.fromEntries(lessons.slice(-MOST_LESSONS).map(([name, progress]) => [name, usable(progress)]));
}

/**
 * Progress of one lesson, which may never have been opened.
 * @param {Record<string, Progress>} all as `readProgress` gives it
 * @param {string} name
 * @returns {Progress}
 */
export const progressOf = (all, name) => (Object.hasOwn(all, name) ? all[name] : none());

/**
 * Changes the progress of one lesson; what other tabs wrote of others stays. Returns false where nothing can be kept.
 * @param {Pick<Storage, "getItem" | "setItem"> | null} storage
 * @param {string} name of the lesson
 * @param {Partial<Progress>} patch
 */
export function writeProgress(storage, name, patch) {
  if (!storage || !isName(name)) return false;
  const { [name]: old, ...others } = readProgress(storage);
  // The lesson that was opened last comes last.
  const all = { ...others, [name]: usable({ ...(old ?? none()), ...patch }) };
  return keep(storage, KEY, JSON.stringify(all));
}

/**
 * Begins a lesson again that is finished: its steps are not done, and its predictions open. That it was finished stays known. Any other lesson stays as it is.
 * @param {Pick<Storage, "getItem" | "setItem"> | null} storage
 * @param {string} name of the lesson
 */
export function beginAgain(storage, name) {
  const { finished, again } = progressOf(readProgress(storage), name);
  return finished && !again && writeProgress(storage, name, { ...none(), finished: true, again: true });
}

/**
 * Forgets all progress. Returns false where that is not possible.
 * @param {Pick<Storage, "removeItem"> | null} [storage]
 */
export function forgetProgress(storage = ownStorage()) {
  try {
    storage?.removeItem(KEY);
    return storage !== null;
  } catch {
    return false;
  }
}
