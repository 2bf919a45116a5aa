// The knobs on a narrow page: a drawer over the rest, which is out of reach while it is open.

import { followBackdrop } from "../lib/backdrop.js";
import { isField } from "../lib/keyboard.js";

const REST = "#top, #microscope";
// From this width on the knobs have a place of their own (twistscope.css).
const WIDE = "(min-width: 761px)";

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
    lifetime.listen(document, "keydown", (event) => {
      // A field in the drawer is left first.
      if (event.key === "Escape" && this.open && !isField(event.target)) {
        event.preventDefault();
        this.close();
      }
    });
    lifetime.listen(window.matchMedia(WIDE), "change", () => this.close());
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
    const close = this.element.querySelector(".drawer-close");
    if (close instanceof HTMLElement) close.focus();
    if (!this.followed) followBackdrop(document.body, this.element, () => this.close(), this.lifetime);
    this.followed = true;
  }

  close() {
    if (!this.open) return;
    this.set(false);
    if (this.opener instanceof HTMLElement) this.opener.focus();
  }

  /** @param {boolean} open */
  set(open) {
    document.body.toggleAttribute("data-drawer", open);
    for (const part of document.querySelectorAll(REST)) part.toggleAttribute("inert", open);
  }
}
