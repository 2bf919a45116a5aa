// The answers of a class to a prediction, as the service tells them: bars of texts, or the spread of sketches beside the truth.

import { around, element, svg, svgText } from "../lib/elements.js";
import { number, percent } from "../lib/format.js";

const [WIDTH, HEIGHT] = [320, 180];
const BOX = { left: 40, right: 10, top: 8, bottom: 32 };

/**
 * @typedef {object} Distribution of the answers to one prediction
 * @property {Record<string, number>} [counts] by answer
 * @property {number[]} [mean] of sketches, at each x of the truth
 * @property {number[][]} [quartiles] first, median and third, likewise
 * @property {number} total
 * @property {number} [viewers] that could have answered
 *
 * @typedef {{id: string, ask: string, choose?: string[], answer?: string, order?: string[], sketch?: import("./sketch.js").Curve}} Asked
 */

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Distributions by id of the prediction, from messages about them as a list or by id; what is none is passed over.
 * @param {any} given
 * @returns {Record<string, Distribution>}
 */
export function distributionsOf(given) {
  const named = Array.isArray(given) ? given.map((each) => [each?.prediction, each]) : isObject(given) ? Object.entries(given) : [];
  return Object.fromEntries(named.filter(([id, each]) => typeof id === "string" && isObject(each) && Number.isFinite(each.total)));
}

/**
 * Rows of counted answers: all options of a choice in their order; of an order those that were given, the right one first.
 * @param {Asked} asked
 * @param {Distribution | undefined} found
 * @returns {{text: string, count: number, share: number, right: boolean}[]}
 */
export function rowsOf({ choose, answer, order }, found) {
  const counts = found?.counts ?? {};
  const right = choose ? answer : order?.join(" · ");
  const given = Object.keys(counts).filter((text) => text !== right).sort((a, b) => counts[b] - counts[a]);
  const texts = choose ?? [right ?? "", ...given];
  return texts.map((text) => {
    const count = Object.hasOwn(counts, text) && Number.isFinite(counts[text]) ? counts[text] : 0;
    return { text, count, share: found?.total ? count / found.total : 0, right: text === right };
  });
}

/** "12 of 30 have answered." @param {Distribution | undefined} found */
export function sayTotal(found) {
  if (!found?.total) return "Nobody has answered yet.";
  const { total, viewers } = found;
  const of = viewers !== undefined && viewers >= total ? ` of ${viewers}` : "";
  return `${total}${of} ${total === 1 ? "has" : "have"} answered.`;
}

/**
 * A prediction with the answers to it.
 * @param {Asked} asked
 * @param {Distribution | undefined} found
 */
export function answersPicture(asked, found) {
  const shown = asked.sketch ? spreadPicture(asked.sketch, found) : around("ul", "answers-rows", ...rowsOf(asked, found).map(row));
  return around("section", "answers", element("h2", "", asked.ask), shown, element("p", "hint answers-total", sayTotal(found)));
}

function row({ text, count, share, right }) {
  const bar = element("span", "answers-bar");
  bar.style.width = `${100 * share}%`;
  const made = around("li", "answers-row", element("span", "answers-text", right ? `${text} ✓` : text), around("span", "answers-track", bar), element("span", "answers-share", count ? `${count}, ${percent(share)}` : "0"));
  if (right) made.dataset.right = "";
  return made;
}

/** Quartiles as a band, the median as a line in it, and the truth. */
function spreadPicture({ x, y, truth }, found) {
  const place = ([px, py]) => [
    BOX.left + ((px - x.low) / (x.high - x.low)) * (WIDTH - BOX.left - BOX.right),
    HEIGHT - BOX.bottom - ((py - y.low) / (y.high - y.low)) * (HEIGHT - BOX.top - BOX.bottom),
  ];
  const path = (points) => points.map((point) => place(point).join(",")).join(" ");
  const quartiles = found?.quartiles?.length === truth.length ? found.quartiles : [];
  const at = (index) => quartiles.map((row, point) => [truth[point][0], row[index]]);
  const [left, right, top, bottom] = [BOX.left, WIDTH - BOX.right, BOX.top, HEIGHT - BOX.bottom];
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "answers-spread", role: "img" },
    svg("path", { class: "answers-axes", d: `M${left} ${top}V${bottom}H${right}` }),
    ...[x.low, x.high].map((value, index) => svgText({ x: place([value, y.low])[0], y: bottom + 13, "text-anchor": index ? "end" : "start" }, number(value))),
    ...[y.low, y.high].map((value) => svgText({ x: left - 4, y: place([x.low, value])[1] + 4, "text-anchor": "end" }, number(value))),
    svgText({ x: (left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, x.label),
    svgText({ x: 10, y: (top + bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 10 ${(top + bottom) / 2})` }, y.label),
    ...(quartiles.length ? [svg("polygon", { class: "answers-band", points: path([...at(0), ...at(2).reverse()]) }), svg("polyline", { class: "answers-median", points: path(at(1)) })] : []),
    svg("polyline", { class: "answers-true", points: path(truth) }),
  );
  drawn.setAttribute("aria-label", saySpread(y, truth, quartiles));
  return around("div", "", drawn, element("p", "hint", quartiles.length ? "Solid: measured. Dashed: the median of the class, in the band of its middle half." : "Solid: measured."));
}

function saySpread(y, truth, quartiles) {
  const ends = [0, truth.length - 1].map((point) => `at ${number(truth[point][0])} it is ${number(truth[point][1])}${quartiles.length ? `, by the class ${number(quartiles[point][1])}` : ""}`);
  return `${y.label}: ${ends.join("; ")}`;
}
