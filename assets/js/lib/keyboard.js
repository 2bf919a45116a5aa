// Keys, turned into actions by a table. The same table is what the help dialog shows.

/**
 * @typedef {object} Binding
 * @property {string[]} keys values of KeyboardEvent.key, with "shift " before those of several letters where shift is held
 * @property {string} show how people call the key
 * @property {string} does name of an action
 * @property {string} text what it does, in words
 */

// Sliders, lists and fields have their own use for these keys; a button for space.
const OWN_USE = "input, textarea, select, [role=slider], [role=listbox], [role=combobox], [contenteditable], dialog";

/**
 * @param {EventTarget} target
 * @param {Binding[]} table
 * @param {Record<string, () => void>} actions
 * @param {import("./lifetime.js").Lifetime} lifetime
 */
export function followKeys(target, table, actions, lifetime) {
  lifetime.listen(target, "keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.target.closest?.(OWN_USE)) return;
    if (event.key === " " && event.target.closest?.("button, summary, a")) return;
    const pressed = event.key.length > 1 && event.shiftKey ? `shift ${event.key}` : event.key;
    const found = table.find(({ keys }) => keys.includes(pressed));
    if (!found) return;
    event.preventDefault();
    actions[found.does]?.();
  });
}
