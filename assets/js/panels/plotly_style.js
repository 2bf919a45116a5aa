// Style that the Plotly figures of the page share: plain objects, no animation, margins that Plotly need not measure.

// Plotly reads a little HTML in labels; names come from the environment.
export const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export const axisStyle = (theme) => ({ gridcolor: theme.grid, zeroline: false, tickfont: { size: 10 }, fixedrange: true, tickangle: 0 });

export const layoutStyle = (theme) => ({
  uirevision: "keep", showlegend: false, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: theme.family, size: 11, color: theme.ink }, hoverlabel: { font: { size: 11 } },
});

const SIZES = ["size", "width", "ticklen", "l", "r", "t", "b"];

/**
 * A figure with everything that is measured in pixels so many times as large; pure. Plotly does not know that a page is enlarged.
 * @param {any} part
 * @param {number} zoom
 * @returns {any}
 */
export function enlarged(part, zoom) {
  if (zoom === 1 || part === null || typeof part !== "object" || ArrayBuffer.isView(part)) return part;
  if (Array.isArray(part)) return part.map((each) => enlarged(each, zoom));
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, SIZES.includes(name) && typeof value === "number" ? value * zoom : enlarged(value, zoom)]));
}

/** Everything on a value axis with some air; never narrower than a hundredth, so that equal values do not jitter. */
export function valueRange(values) {
  const usable = Array.from(values).filter(Number.isFinite);
  if (!usable.length) return [0, 1];
  const [low, high] = [Math.min(...usable), Math.max(...usable)];
  const air = Math.max((high - low) * 0.2, Math.abs(high) * 0.005, 0.005);
  return [low - air, high + air];
}

/** Room for the longest name. Left to itself Plotly measures it, and draws everything twice. */
export const labelWidth = (names) => Math.min(36 + 7 * Math.max(...names.map((name) => name.length)), 130);

/** A line at a value of `axis` ("x2", "y2" and so on) along the other one, or along all of the figure; left out where there is no value. */
export function valueLine(axis, value, style, along = "paper") {
  if (!Number.isFinite(value)) return [];
  const across = axis[0] === "x" ? { xref: axis, yref: along, x0: value, x1: value, y0: 0, y1: 1 } : { xref: along, yref: axis, x0: 0, x1: 1, y0: value, y1: value };
  return [{ type: "line", ...across, line: { width: 1.4, ...style }, layer: "below" }];
}
