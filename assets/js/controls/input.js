// Pointer, buttons and keys, turned into what they mean.

import { sameParticle } from "../lib/store.js";

/**
 * Pointing at a picture looks there; a click keeps it (and a second click lets it go).
 * @param pick (x, y) -> {level, slot?} | {action} | null
 */
export function followPointer(stage, store, pick) {
  const at = ({ clientX, clientY }) => {
    const { left, top } = stage.getBoundingClientRect();
    return store.state.frame ? pick(clientX - left, clientY - top) : null;
  };
  const hover = (found) => sameParticle(found, store.state.hover) || store.set({ hover: found });
  stage.addEventListener("pointermove", (event) => hover(at(event)));
  stage.addEventListener("pointerleave", () => hover(null));
  stage.addEventListener("click", (event) => {
    const found = at(event);
    const patch = found?.level === undefined ? {} : { level: found.level };
    if (!found || found.slot !== undefined || found.action !== undefined) {
      patch.selection = sameParticle(found, store.state.selection) ? null : found;
    }
    store.set(patch);
  });
}

/** Every button says in `data-do` what it does, or in `data-reset` what it resets. */
export function followButtons(actions) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do], [data-reset]");
    if (!button || button.disabled) return;
    if (button.dataset.reset) {
      // Inside a summary a click would also fold the group.
      event.preventDefault();
      actions.reset(button.dataset.reset);
    } else actions[button.dataset.do]?.();
  });
}

const KEYS = {
  " ": "play", ArrowLeft: "levelDown", ArrowRight: "levelUp", Home: "levelFirst", End: "levelLast", Escape: "drop", "?": "help",
  "shift ArrowLeft": "back", "shift ArrowRight": "forward", "shift Home": "first", "shift End": "last",
};

export function followKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    // Sliders, lists and fields have their own use for these keys; a button for space.
    if (event.target.closest?.("input, textarea, select, [role=slider], [role=listbox], [role=combobox], [contenteditable], dialog")) return;
    if (event.key === " " && event.target.closest?.("button, summary, a")) return;
    const name = event.key.length > 1 && event.shiftKey ? `shift ${event.key}` : event.key;
    if (!KEYS[name]) return;
    event.preventDefault();
    actions[KEYS[name]]();
  });
}
