// Keys, turned into actions by a table. The same table is what the help dialog shows.

/**
 * @typedef {object} Binding
 * @property {string[]} keys values of KeyboardEvent.key, with "shift " before those of several letters where shift is held, and "ctrl " where ctrl or cmd is
 * @property {string} show how people call the key
 * @property {string} does name of an action
 * @property {string} text what it does, in words
 */

const every = () => true;
const moving = (key) => /^(Arrow|Page|Home|End)/.test(key);

/**
 * Controls and the keys that they have their own use for. Every other key is the page's, also while a control has the focus.
 * @type {[selector: string, uses: (key: string) => boolean][]}
 */
const OWN_USE = [
  ["textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [inputmode=numeric])", every],
  // No number has a space in it, or a question mark.
  ["input[inputmode=numeric]", (key) => moving(key) || /^[^ ?]$/.test(key)],
  ["[role=slider], input[type=range]", moving],
  ["input[type=radio]", (key) => moving(key) || key === " "],
  ["button, summary, a, input[type=checkbox]", (key) => key === " "],
  // The rest of the page is out of reach.
  ["dialog", (key) => key !== "?"],
];

const FIELDS = "input, textarea, select, [role=slider], [contenteditable]";

/**
 * True for what Escape leaves. A button has nothing to be left.
 * @param {any} target
 */
export const isField = (target) => !!target.closest?.(FIELDS);

/**
 * True where a control makes its own use of a key.
 * @param {any} target
 * @param {string} key
 */
const ownUse = (target, key) => OWN_USE.some(([selector, uses]) => uses(key) && !!target.closest?.(selector));

/**
 * @param {EventTarget} target
 * @param {Binding[]} table
 * @param {Record<string, () => void>} actions
 * @param {import("./lifetime.js").Lifetime} lifetime
 */
export function followKeys(target, table, actions, lifetime) {
  // True where the pointer has left the focus on a button: nobody has gone there to press it again.
  let clicked = false;
  lifetime.listen(target, "pointerdown", (event) => { clicked = !!event.target.closest?.("button"); });
  lifetime.listen(target, "keydown", (event) => {
    if (event.altKey || event.defaultPrevented) return;
    if (event.key === "Tab") clicked = false;
    // With ctrl a key is nobody's but the table's, or the browser's.
    const held = event.ctrlKey || event.metaKey;
    // Until the next frame the focus may still be in a dialog that has been closed.
    const gone = !!event.target.closest?.("dialog:not([open])");
    if (!held && !gone && event.key === "Escape" && isField(event.target) && !event.target.closest("dialog")) return leave(event);
    const left = clicked && !!event.target.closest?.("button");
    if (!held && ((!gone && !left && ownUse(event.target, event.key)) || ofDialog(event.key))) return;
    const pressed = held ? `ctrl ${event.key.toLowerCase()}` : event.key.length > 1 && event.shiftKey ? `shift ${event.key}` : event.key;
    const found = table.find(({ keys }) => keys.includes(pressed));
    if (!found) return;
    event.preventDefault();
    // Some browsers press a button when the key is let go.
    if (event.key === " " && left) event.target.blur();
    actions[found.does]?.();
  });
}

/** True where a dialog lies over the page: keys are its own, also where nothing in it has the focus. */
const ofDialog = (key) => key !== "?" && !!globalThis.document?.querySelector?.("dialog:modal");

/** Leaves a field. That is all that this press means, to other tables too. */
function leave(event) {
  event.preventDefault();
  event.target.blur();
}
