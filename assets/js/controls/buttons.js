// Buttons of the page: each says in `data-do` what it does, or in `data-reset` (a group of knobs) or `data-reset-knob` what it resets.

/**
 * @param {Record<string, (argument?: any) => void>} actions
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function followButtons(actions, lifetime) {
  lifetime.listen(document, "click", (event) => {
    const button = event.target.closest?.("[data-do], [data-reset], [data-reset-knob]");
    if (!button || button.disabled) return;
    if (button.dataset.reset) {
      // Inside a summary a click would also fold the group.
      event.preventDefault();
      actions.reset(button.dataset.reset);
    } else if (button.dataset.resetKnob) actions.resetKnob(button.dataset.resetKnob);
    else actions[button.dataset.do]?.();
  });
}
