// Progress with lessons, kept in this browser alone.

/**
 * @typedef {object} OwnProgress
 * @property {string} at id of the step that was shown last
 * @property {string[]} done ids of steps whose tasks are done
 * @property {boolean} finished
 * @property {Record<string, any>} answers by prediction
 *
 * @typedef {Record<string, OwnProgress>} Progress by name of the lesson
 */

const KEY = "twistscope-lessons";

/** @param {Pick<Storage, "getItem"> | null} storage @returns {Progress} */
export function readProgress(storage) {
  try {
    const found = JSON.parse(storage?.getItem(KEY) ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

/** @param {Pick<Storage, "setItem"> | null} storage @param {Progress} progress */
export function writeProgress(storage, progress) {
  try {
    storage?.setItem(KEY, JSON.stringify(progress));
  } catch {
    // A page without storage forgets.
  }
}
