// The knobs on a narrow page: a drawer over the lower part of the rest, which is out of reach while it is open, but in sight.

import { followBackdrop } from "../lib/backdrop.js";
import { isField } from "../lib/keyboard.js";
import { isBelow, NARROW, onLooks } from "../lib/looks.js";

const REST = "#top, #microscope";
// Pictures of the effect of a knob, above the drawer.
const SEEN = "pictures";

export class Drawer {
  /**
   * To be made before other keys are followed: while the drawer is open, Escape means it.
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(lifetime) {
    this.lifetime = lifetime;
    /** Gets the focus back. @type {Element | null} */
    this.opener = null;
    this.followed = false;
    /** Scroll position before, and the one that the page was brought to. @type {{before: number, shown: number} | null} */
    this.scroll = null;
    lifetime.listen(document, "keydown", (event) => {
      // A field in the drawer is left first.
      if (event.key === "Escape" && this.open && !isField(event.target)) {
        event.preventDefault();
        this.close();
      }
    });
    lifetime.add(onLooks(() => isBelow(NARROW) || this.close(), true));
  }

  get open() {
    return document.body.hasAttribute("data-drawer");
  }

  /** Dash's element, once there is one. */
  get element() {
    return /** @type {HTMLElement} */ (document.getElementById("drawer"));
  }

  toggle() {
    if (this.open) return this.close();
    this.opener = document.activeElement;
    this.set(true);
    const before = scrollY;
    document.getElementById(SEEN)?.scrollIntoView({ block: "start" });
    this.scroll = { before, shown: scrollY };
    const close = this.element.querySelector(".drawer-close");
    if (close instanceof HTMLElement) close.focus({ preventScroll: true });
    if (!this.followed) followBackdrop(document.body, this.element, () => this.close(), this.lifetime);
    this.followed = true;
  }

  /** Opens it where the page is so narrow that the knobs have no place of their own. */
  show() {
    if (isBelow(NARROW) && !this.open) this.toggle();
  }

  close() {
    if (!this.open) return;
    this.set(false);
    // A page that was moved meanwhile stays there.
    if (this.scroll && Math.abs(scrollY - this.scroll.shown) < 2) scrollTo(0, this.scroll.before);
    this.scroll = null;
    if (this.opener instanceof HTMLElement) this.opener.focus({ preventScroll: true });
  }

  /** @param {boolean} open */
  set(open) {
    document.body.toggleAttribute("data-drawer", open);
    for (const part of document.querySelectorAll(REST)) part.toggleAttribute("inert", open);
  }
}
