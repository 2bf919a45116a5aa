// The level axis that genealogy, strips and weights share: same gutter, same columns, one cursor through all three.

import { steadyOf } from "../frame/steady.js";

// Values of continuous actions take more room than a short name does, and mean nothing when they are cut.
const GUTTER = { wide: 114, narrow: 74, values: 94 };
const RIGHT = 10;

/**
 * Columns for `levels` levels in `width` pixels, of which the first `used` are of the plan. The root stands at the left end of the plot, level t one column further right;
 * the band of a level is the column around its nodes. `values`: whether the gutter has to hold values of continuous actions.
 */
export function levelAxis(width, levels, used = levels, values = false) {
  const narrow = width < 560;
  const left = !narrow ? GUTTER.wide : values ? GUTTER.values : GUTTER.narrow;
  const column = Math.max(width - left - RIGHT, 1) / (levels + 0.5);
  return {
    narrow,
    left,
    right: width - RIGHT,
    column,
    x: (level) => left + (level + 1) * column,
    band: (level) => [left + (level + 0.5) * column, column],
    levelAt: (x) => Math.min(Math.max(Math.round((x - left) / column - 1), 0), used - 1),
    // At most a dozen labels, at round levels.
    ticks: () => {
      const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64].find((size) => levels / size <= 13) ?? 64;
      return Array.from({ length: Math.ceil(levels / step) }, (_, index) => index * step);
    },
  };
}

/** The axis of a frame: with as many columns as hold still while plans follow each other. */
export const axisOf = (width, frame) => levelAxis(width, steadyOf(frame).levels, frame.levels, frame.continuous);

/** The band of the level looked at. */
export function drawCursor(context, axis, level, height, theme) {
  const [x, width] = axis.band(level);
  context.fillStyle = theme.cursor;
  context.fillRect(x, 0, width, height);
}
