// Strokes, marks and labels that the pictures share.

// Longer paths are stroked disproportionately slower, shorter ones cost a call each.
const SEGMENTS_PER_STROKE = 100;

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
