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

/**
 * Fills many outlines of one style.
 * @param trace called with (context, index); adds one outline and returns false to leave it out
 */
export function fillMany(context, from, to, trace) {
  let open = 0;
  context.beginPath();
  for (let index = from; index < to; index++) {
    if (trace(context, index) === false) continue;
    if (++open < SEGMENTS_PER_STROKE) continue;
    context.fill();
    context.beginPath();
    open = 0;
  }
  if (open) context.fill();
}

/**
 * One mark for all that would stand within the same few pixels, in their middle, with their number; pure. Rows of marks are no black stripes then.
 * @param {number[]} nodes
 * @param {(node: number) => number} x
 * @param {(node: number) => number} y
 * @param {number} wide size of the cells that share a mark, in pixels
 * @param {number} high
 * @returns {{x: number, y: number, count: number}[]}
 */
export function gathered(nodes, x, y, wide, high) {
  /** @type {Map<string, {x: number, y: number, count: number}>} */
  const cells = new Map();
  for (const node of nodes) {
    const [left, top] = [x(node), y(node)];
    const key = `${Math.floor(left / wide)} ${Math.floor(top / high)}`;
    const cell = cells.get(key) ?? { x: 0, y: 0, count: 0 };
    cells.set(key, { x: cell.x + left, y: cell.y + top, count: cell.count + 1 });
  }
  return [...cells.values()].map(({ x: left, y: top, count }) => ({ x: left / count, y: top / count, count }));
}

/** A mark of many is larger, by the logarithm of their number. */
export const markSize = (size, count) => size * Math.min(1 + 0.16 * Math.log2(count), 1.8);

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

/** The first of some texts, the fullest first, that fits a width; of the last as much as fits. */
export function fitting(context, texts, width) {
  const fits = (text) => context.measureText(text).width <= width;
  const whole = texts.find(fits);
  if (whole !== undefined) return whole;
  let shown = texts[texts.length - 1];
  while (shown.length > 1 && !fits(`${shown}…`)) shown = shown.slice(0, -1);
  return `${shown}…`;
}

/** Words in lines that fit; pure. */
export function wrapped(text, fits) {
  return text.split(" ").reduce((lines, word) => {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    return lines.length && fits(longer) ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, []);
}

const LINE = 15;

/** A sentence in place of a picture. */
export function sayInMiddle(context, { width, height }, text, theme) {
  context.font = theme.font;
  const lines = wrapped(text, (line) => context.measureText(line).width <= width - 24);
  const style = { colour: theme.muted, font: theme.font, align: "center", baseline: "middle" };
  lines.forEach((line, index) => label(context, line, width / 2, height / 2 + (index - (lines.length - 1) / 2) * LINE, style));
}
