// A pointer over a picture, turned into what it points at.

import { sameParticle } from "../lib/store.js";

/**
 * Pointing at a picture looks there; a click keeps it, and a second click lets it go. A click with shift on another particle keeps the selected one
 * to compare.
 * @param {HTMLElement} element
 * @param {import("../lib/store.js").Store<any>} store with `frame`, `level`, `hover` and `selection`
 * @param {(x: number, y: number) => import("../lib/store.js").Pointed | null} pick
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 * @param {() => boolean} [busy] true while a pointer does something else
 */
export function followPointer(element, store, pick, lifetime, busy = () => false) {
  const at = ({ clientX, clientY }) => {
    const { left, top, width } = element.getBoundingClientRect();
    // The window's pixels for each of the element's, which a page that is enlarged makes larger.
    const zoom = width / element.clientWidth || 1;
    return store.state.frame ? pick((clientX - left) / zoom, (clientY - top) / zoom) : null;
  };
  const hover = (found) => sameParticle(found, store.state.hover) || store.set({ hover: found });
  lifetime.listen(element, "pointermove", (event) => busy() || hover(at(event)));
  lifetime.listen(element, "pointerleave", () => hover(null));
  lifetime.listen(element, "click", (event) => {
    if (busy()) return;
    const found = at(event);
    // A frame may have come since the pointer last moved.
    /** @type {{hover: object | null, level?: number, selection?: object | null, compared?: object}} */
    const patch = { hover: found, ...(found?.level === undefined ? {} : { level: found.level }) };
    if (event.shiftKey && found?.slot !== undefined) {
      const { selection, compared } = store.state;
      if (!compared && selection?.slot !== undefined && !sameParticle(found, selection)) patch.compared = { level: selection.level, slot: selection.slot };
      patch.selection = found;
    } else if (!found || found.slot !== undefined || found.action !== undefined) {
      patch.selection = sameParticle(found, store.state.selection) ? null : found;
    }
    store.set(patch);
  });
}
