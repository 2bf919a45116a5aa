// The look of the pages as a person wants it: theme and size, and the room that the page has. The script ../looks.js keeps them; a document without it,
// such as a saved plan, follows the person's system.

/**
 * @typedef {object} Looks
 * @property {"system" | "light" | "dark"} theme
 * @property {"usual" | "large"} size large for a projector
 */

/** Up to here a page has one column, and a drawer for its knobs (twistscope.css). */
export const NARROW = 760;

/** @returns {Looks} */
export const looks = () => globalThis.twistscopeLooks?.now ?? { theme: "system", size: "usual" };

/** @param {Partial<Looks>} patch */
export const chooseLooks = (patch) => globalThis.twistscopeLooks?.choose(patch);

/**
 * True where the page is at most so wide, in its own pixels.
 * @param {number} width one of the widths in ../looks.js
 */
export const isBelow = (width) => (document.documentElement.dataset.below ?? "").split(" ").includes(`${width}`);

/**
 * Calls back when theme or size are chosen, or with `room` when the page gets wider or narrower; returns what ends that.
 * @param {() => void} callback
 * @param {boolean} [room]
 * @returns {() => void}
 */
export function onLooks(callback, room = false) {
  const observer = new MutationObserver(() => callback());
  observer.observe(document.documentElement, { attributeFilter: room ? ["data-below"] : ["data-theme", "data-size"] });
  return () => observer.disconnect();
}
