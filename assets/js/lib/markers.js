// The shapes of markers, as outlines around the origin: every root action has one as well as its colour.

/**
 * Corners of a regular figure or a star of radius 1, the first one at the top.
 * @param {number} count
 * @param {number | null} inner radius of a star's inner corners
 */
function corners(count, inner = null) {
  const points = inner === null ? count : 2 * count;
  return Array.from({ length: points }, (_, index) => {
    const [angle, radius] = [(2 * Math.PI * index) / points - Math.PI / 2, inner !== null && index % 2 ? inner : 1];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

const ARM = 0.36;
const PLUS = [[-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM], [ARM, 1], [-ARM, 1], [-ARM, ARM], [-1, ARM], [-1, -ARM], [-ARM, -ARM]];
/** Outlines by the names that palette.js has for them; a circle has none. Scaled so that they look equally large. */
export const OUTLINES = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  "triangle-up": [[0, -1.05], [1.05, 0.8], [-1.05, 0.8]],
  diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  "triangle-down": [[0, 1.05], [1.05, -0.8], [-1.05, -0.8]],
  cross: PLUS.map(([x, y]) => [1.1 * x, 1.1 * y]),
  star: corners(5, 0.45).map(([x, y]) => [1.25 * x, 1.25 * y + 0.1]),
  pentagon: corners(5).map(([x, y]) => [1.05 * x, 1.05 * y]),
  "diamond-tall": [[0, -1.3], [0.85, 0], [0, 1.3], [-0.85, 0]],
};

/** Adds a marker to the path of a canvas. */
export function traceMarker(context, shape, x, y, radius) {
  const outline = OUTLINES[shape];
  if (!outline) {
    context.moveTo(x + radius, y);
    return context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  outline.forEach(([dx, dy], index) => (index ? context.lineTo(x + radius * dx, y + radius * dy) : context.moveTo(x + radius * dx, y + radius * dy)));
  return context.closePath();
}
