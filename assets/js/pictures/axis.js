// The level axis that genealogy, strips and weights share: same gutter, same columns, one cursor through all three, and one window where the
// genealogy is magnified.

import { steadyOf } from "../frame/steady.js";
import { WHOLE } from "./window.js";

// Values of continuous actions take more room than a short name does, and mean nothing when they are cut.
// A narrow one holds a name of five letters with its count.
const GUTTER = { wide: 114, narrow: 84, values: 94 };
const RIGHT = 10;

/**
 * Columns for `levels` levels in `width` pixels, of which the first `used` are of the plan. The root stands at the left end of the plot, level t one column further right;
 * the band of a level is the column around its nodes. `values`: whether the gutter has to hold values of continuous actions. `window`: the part that is shown.
 */
export function levelAxis(width, levels, used = levels, values = false, window = WHOLE) {
  const narrow = width < 560;
  const left = !narrow ? GUTTER.wide : values ? GUTTER.values : GUTTER.narrow;
  const plot = Math.max(width - left - RIGHT, 1);
  const column = plot / (levels + 0.5) / window.wide;
  const start = left - (window.x / window.wide) * plot;
  const at = (level) => start + (level + 1) * column;
  const level = (x) => (x - start) / column - 1;
  // Levels of which a part of the band is seen.
  const first = Math.min(Math.max(Math.ceil(level(left) - 0.5 + 1e-9), 0), used - 1);
  const last = Math.max(Math.min(Math.floor(level(width - RIGHT) + 0.5 - 1e-9), used - 1), first);
  return {
    narrow,
    left,
    right: width - RIGHT,
    column,
    first,
    last,
    /** True where only a part of the levels is shown. */
    partial: window.wide < 1,
    x: at,
    /** Place of a level in the whole picture, 0 to 1, and where such a place is shown. */
    part: (level) => (level + 1) / (levels + 0.5),
    ofPart: (part) => start + part * (levels + 0.5) * column,
    band: (level) => [at(level - 0.5), column],
    levelAt: (x) => Math.min(Math.max(Math.round(level(x)), first), last),
    shows: (level) => at(level) >= left - 0.5 && at(level) <= width - RIGHT + 0.5,
    // At most a dozen labels, at round levels.
    ticks: () => {
      const seen = levels * window.wide;
      const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64].find((size) => seen / size <= 13) ?? 64;
      return Array.from({ length: Math.ceil(levels / step) }, (_, index) => index * step).filter((tick) => at(tick) >= left && at(tick) <= width - RIGHT);
    },
  };
}

/** The axis of a frame: with as many columns as hold still while plans follow each other. */
export const axisOf = (width, frame, window = WHOLE) => levelAxis(width, steadyOf(frame).levels, frame.levels, frame.continuous, window);

/** Draws what belongs to the levels; where only some are shown, nothing of the others leaves the plot. */
export function inPlot(context, axis, height, drawing, partial = axis.partial) {
  if (!partial) return drawing();
  context.save();
  context.beginPath();
  context.rect(axis.left - 2, 0, axis.right + RIGHT - axis.left + 2, height);
  context.clip();
  drawing();
  return context.restore();
}

/** The band of the level looked at. */
export function drawCursor(context, axis, level, height, theme) {
  const [x, width] = axis.band(level);
  const [from, to] = axis.partial ? [Math.max(x, axis.left), Math.min(x + width, axis.right)] : [x, x + width];
  context.fillStyle = theme.cursor;
  if (to > from) context.fillRect(from, 0, to - from, height);
}
