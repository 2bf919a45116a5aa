// Presses beside an element that lies over the page.

/**
 * Calls back when the backdrop of an element is clicked.
 * @param {HTMLElement} owner of the backdrop: a dialog has its own, other elements lie over one of the body's
 * @param {HTMLElement} element
 * @param {() => void} clicked
 * @param {import("./lifetime.js").Lifetime} lifetime
 */
export function followBackdrop(owner, element, clicked, lifetime) {
  lifetime.listen(owner, "click", ({ target, clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    if (target === owner && (x < left || x > right || y < top || y > bottom)) clicked();
  });
}
