// Buttons of the page: each says in `data-do` what it does, or in `data-reset` what it resets.

/**
 * @param {Record<string, (argument?: any) => void>} actions
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function followButtons(actions, lifetime) {
  lifetime.listen(document, "click", (event) => {
    const button = event.target.closest?.("[data-do], [data-reset]");
    if (!button || button.disabled) return;
    if (button.dataset.reset) {
      // Inside a summary a click would also fold the group.
      event.preventDefault();
      actions.reset(button.dataset.reset);
    } else actions[button.dataset.do]?.();
  });
}
