// Two sharp canvases on top of each other: `base` holds the picture of a frame, `overlay` what moves with the pointer, so that pointing
// never redraws thousands of lines.

import { element } from "../lib/elements.js";
import { onPixelsChange, pixelRatio } from "../lib/pixel_ratio.js";

export class Stage {
  /**
   * @param {string} label what the picture is, until there is something to describe
   * @param {() => void} onResize called when the room or the screen's pixels have changed
   */
  constructor(label, onResize) {
    const [base, overlay] = [element("canvas", "base"), element("canvas", "overlay")];
    base.setAttribute("role", "img");
    base.setAttribute("aria-label", label);
    overlay.setAttribute("aria-hidden", "true");
    this.element = element("div", "stage");
    this.element.append(base, overlay);
    this.base = /** @type {CanvasRenderingContext2D} */ (base.getContext("2d"));
    this.overlay = /** @type {CanvasRenderingContext2D} */ (overlay.getContext("2d"));
    this.onResize = onResize;
    this.width = 0;
    this.height = 0;
    this.ratio = 0;
    /** @type {HTMLCanvasElement | null} */
    this.spare = null;
    this.unfollow = onPixelsChange(this.element, () => this.refit());
  }

  /** Fits the canvases again where that is needed, and asks for a new painting. */
  refit() {
    if (this.fit()) this.onResize();
  }

  /** Matches the canvases to the stage and the screen's pixels; true when that changed anything. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const ratio = pixelRatio(this.element);
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    for (const { canvas } of [this.base, this.overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    return true;
  }

  get size() {
    return { width: this.width, height: this.height };
  }

  /**
   * An empty layer to draw on in css pixels.
   * @param {"base" | "overlay"} layer
   */
  clear(layer) {
    const context = this[layer];
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.globalAlpha = 1;
    context.setLineDash([]);
    return context;
  }

  /** A canvas out of sight for a picture to prepare something on; always the same one, as a new one per frame would be garbage twenty times a second. */
  scratch() {
    this.spare ??= document.createElement("canvas");
    return this.spare;
  }

  /** @param {string} text */
  describe(text) {
    if (this.base.canvas.getAttribute("aria-label") !== text) this.base.canvas.setAttribute("aria-label", text);
  }

  dispose() {
    this.unfollow();
    // A canvas of no size gives its pixels back at once.
    for (const { canvas } of [this.base, this.overlay]) Object.assign(canvas, { width: 0, height: 0 });
  }
}
