// Two sharp canvases on top of each other: `base` holds the picture of a frame, `overlay` what moves with the pointer, so that pointing
// never redraws thousands of lines.

// Longer paths are stroked disproportionately slower, shorter ones cost a call each.
const SEGMENTS_PER_STROKE = 100;

export class Panel {
  constructor(stage, onResize) {
    this.stage = stage;
    this.base = stage.querySelector("canvas.base").getContext("2d");
    this.overlay = stage.querySelector("canvas.overlay").getContext("2d");
    new ResizeObserver(() => this.fit() && onResize()).observe(stage);
    this.fit();
  }

  /** Matches the canvases to the stage and the screen's pixels; true when that changed anything. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const ratio = window.devicePixelRatio || 1;
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

  /** An empty layer to draw on in css pixels. */
  clear(layer) {
    const context = this[layer];
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.globalAlpha = 1;
    context.setLineDash([]);
    return context;
  }

  describe(text) {
    this.base.canvas.setAttribute("aria-label", text);
  }
}

/** Line width in pixels for many lines: those of up to one pixel are stroked five times as fast, so what hardly exceeds it does not. */
export const penWidth = (width) => (width < 1.45 ? Math.min(width, 1) : width);

/**
 * Strokes many segments of one style.
 * @param trace called with (context, index); draws one segment and returns false to leave it out
 */
export function strokeMany(context, from, to, trace) {
  let open = 0;
  context.beginPath();
  for (let index = from; index < to; index++) {
    if (trace(context, index) === false) continue;
    if (++open < SEGMENTS_PER_STROKE) continue;
    context.stroke();
    context.beginPath();
    open = 0;
  }
  if (open) context.stroke();
}

/** A dagger: the episode ended here. */
export function dagger(context, x, y, size) {
  context.moveTo(x, y - size);
  context.lineTo(x, y + size * 1.3);
  context.moveTo(x - size * 0.7, y - size * 0.25);
  context.lineTo(x + size * 0.7, y - size * 0.25);
}

/** A ring: this particle was revived. */
export function ring(context, x, y, radius) {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Text in one call. */
export function label(context, text, x, y, { colour, font, align = "left", baseline = "alphabetic" }) {
  context.fillStyle = colour;
  context.font = font;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillText(text, x, y);
}
