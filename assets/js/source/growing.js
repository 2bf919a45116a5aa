// A source that shows one plan as it grows: after any part of its budget.

import { grown } from "../frame/growing.js";

/** @typedef {import("./source.js").Source} Source */

/** @implements {Source} */
export class GrowingSource {
  /** @param {any} frame of a complete drawing */
  constructor(frame) {
    this.frame = frame;
    /** @type {readonly import("./source.js").Ability[]} */
    this.can = [];
    /** @type {import("./source.js").SourceHandlers | null} */
    this.handlers = null;
    this.shown = 0;
  }

  /** @param {import("./source.js").SourceHandlers} handlers */
  open(handlers) {
    this.handlers = handlers;
  }

  /** @param {number} share of the budget, 0 to 1 */
  show(share) {
    // Each is another picture: a number of its own tells them apart.
    this.handlers?.frame(Object.assign(grown(this.frame, share).withLineage({}), { id: ++this.shown }));
  }

  want() {}

  acknowledge() {}

  close() {
    this.handlers = null;
  }
}
