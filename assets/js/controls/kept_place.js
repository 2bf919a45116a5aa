// The place that the page is scrolled to: a phone that is turned, or a window of another width, has other columns, and shows the same panel again.

/** Pixels from the top at which a panel is still the one looked at. */
const NEAR = 8;

/**
 * Keeps the panel at the top of the window there when the width of the window changes.
 * @param {HTMLElement} root of the panels
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
export function keepPlace(root, lifetime) {
  let width = innerWidth;
  /** @type {HTMLElement | null} */
  let kept = null;
  lifetime.listen(window, "scroll", () => {
    if (innerWidth !== width || (kept && scrollY > 0 && distance(kept) < NEAR)) return;
    kept = scrollY > 0 ? nearestTo(root) : null;
  });
  lifetime.listen(window, "resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    kept?.scrollIntoView();
  });
}

const distance = (panel) => Math.abs(panel.getBoundingClientRect().top);

/** The panel whose top is nearest to that of the window. @param {HTMLElement} root @returns {HTMLElement | null} */
function nearestTo(root) {
  const panels = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".panel")].filter((each) => each.getBoundingClientRect().height > 0));
  return panels.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}
