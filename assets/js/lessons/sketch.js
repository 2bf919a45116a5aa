// A curve that the learner sketches, with the pointer or the arrow keys, and the true one beside it once it is shown.

import { element, svg, svgText } from "../lib/elements.js";
import { number } from "../lib/format.js";
import { roundValues } from "../lib/scale.js";

const [WIDTH, HEIGHT] = [260, 165];
const BOX = { left: 40, right: 10, top: 24, bottom: 32 };

const HINTS = { pointer: "Draw with the pointer; or choose a point with ← and →, and move it with ↑ and ↓.", finger: "Draw with a finger." };

/**
 * @typedef {{label: string, low: number, high: number}} Axis
 * @typedef {{x: Axis, y: Axis, truth: [number, number][]}} Curve
 */

// About so many intervals of an axis: so many numbers have room below it, or beside it.
const [ACROSS, UP] = [5, 4];

/** Round values on an axis, evenly spaced; its ends may lie beyond the outermost ones. Pure. @param {Axis} axis @param {number} count */
export const ticksOf = ({ low, high }, count) => roundValues(low, high, count);

export class Sketch {
  /**
   * @param {Curve} curve
   * @param {() => void} changed the sketch is another one
   */
  constructor(curve, changed) {
    this.curve = curve;
    this.changed = changed;
    /** The y at each x of the truth; null where nothing is drawn yet. @type {(number | null)[]} */
    this.points = curve.truth.map(() => null);
    this.at = 0;
    this.revealed = false;
    /** @type {[number, number, number][] | null} */
    this.band = null;
    this.root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "sketch", tabindex: 0, role: "application" });
    this.element = element("div", "sketch-box");
    this.element.append(this.root, Object.assign(element("p", "sketch-hint hint"), { textContent: HINTS[globalThis.matchMedia?.("(pointer: coarse)").matches ? "finger" : "pointer"] }));
    this.root.addEventListener("pointerdown", (event) => {
      if (this.revealed) return;
      this.root.setPointerCapture(event.pointerId);
      this.draw(event);
    });
    this.root.addEventListener("pointermove", (event) => event.buttons && this.draw(event));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.write();
  }

  get complete() {
    return this.points.every((point) => point !== null);
  }

  /** @param {(number | null)[]} points kept from another time */
  take(points) {
    if (points.length === this.points.length) this.points = points;
    this.write();
  }

  /** Shows the truth beside the sketch. */
  reveal() {
    this.revealed = true;
    this.write();
  }

  /** Quartiles of a class's sketches, as a band behind the curves. @param {[number, number, number][]} quartiles */
  showClass(quartiles) {
    this.band = quartiles;
    this.write();
  }

  /** @param {PointerEvent} event */
  draw(event) {
    if (this.revealed) return;
    const box = this.root.getBoundingClientRect();
    const [px, py] = [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
    const near = this.curve.truth.map(([x]) => Math.abs(this.xOf(x) - px));
    this.at = near.indexOf(Math.min(...near));
    this.put(this.at, this.valueAt(py));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { low, high } = this.curve.y;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!move || this.revealed) return;
    event.preventDefault();
    event.stopPropagation();
    this.at = Math.min(Math.max(this.at + move[0], 0), this.points.length - 1);
    if (move[1]) this.put(this.at, (this.points[this.at] ?? (low + high) / 2) + (move[1] * (high - low)) / 20);
    this.write();
  }

  /** @param {number} index @param {number} value */
  put(index, value) {
    const { low, high } = this.curve.y;
    this.points[index] = Math.min(Math.max(value, low), high);
    // Points that were passed over are on the line between their neighbours.
    const known = this.points.flatMap((point, place) => (point === null ? [] : [place]));
    for (const [before, after] of known.map((place, order) => [place, known[order + 1]])) {
      for (let place = before + 1; place < (after ?? 0); place++) {
        const share = (place - before) / (after - before);
        this.points[place] = Number(this.points[before]) + share * (Number(this.points[after]) - Number(this.points[before]));
      }
    }
    this.write();
    this.changed();
  }

  /** @param {[number, number, number][]} quartiles */
  bandOf(quartiles) {
    const at = (which) => quartiles.map((each, index) => `${this.xOf(this.curve.truth[index][0])},${this.yOf(each[which])}`);
    return svg("polygon", { class: "sketch-class", points: [...at(0), ...at(2).reverse()].join(" ") });
  }

  xOf(x) {
    const { low, high } = this.curve.x;
    return BOX.left + ((x - low) / (high - low)) * (WIDTH - BOX.left - BOX.right);
  }

  yOf(y) {
    const { low, high } = this.curve.y;
    return HEIGHT - BOX.bottom - ((y - low) / (high - low)) * (HEIGHT - BOX.top - BOX.bottom);
  }

  valueAt(py) {
    const { low, high } = this.curve.y;
    return low + ((HEIGHT - BOX.bottom - py) / (HEIGHT - BOX.top - BOX.bottom)) * (high - low);
  }

  write() {
    const { x, y, truth } = this.curve;
    const [left, right, top, bottom] = [BOX.left, WIDTH - BOX.right, BOX.top, HEIGHT - BOX.bottom];
    const [across, up] = [ticksOf(x, ACROSS), ticksOf(y, UP)];
    const own = this.points.flatMap((point, index) => (point === null ? [] : [[this.xOf(truth[index][0]), this.yOf(point)]]));
    const line = (points, style) => svg("polyline", { class: style, points: points.map((point) => point.join(",")).join(" ") });
    const dots = (points, style) => points.map(([cx, cy], index) => svg("circle", { class: style, cx, cy, r: style === "sketch-own" && index === this.at && !this.revealed ? 4.5 : 3 }));
    const true_ = truth.map(([tx, ty]) => [this.xOf(tx), this.yOf(ty)]);
    this.root.setAttribute("aria-label", this.revealed ? `${y.label} by ${x.label}: ${truth.map(([tx, ty]) => `${number(ty)} at ${number(tx)}`).join(", ")}` : `Sketch of ${y.label} by ${x.label}. At ${number(truth[this.at][0])}: ${this.points[this.at] === null ? "nothing yet" : number(this.points[this.at])}`);
    this.root.replaceChildren(
      svg("path", { class: "sketch-axes", d: `M${left} ${top}V${bottom}H${right}` }),
      svg("path", { class: "sketch-grid", d: across.map((tx) => `M${this.xOf(tx)} ${top}V${bottom}`).join("") + up.map((ty) => `M${left} ${this.yOf(ty)}H${right}`).join("") }),
      // Points that can be drawn lie at the places of the measured ones.
      svg("path", { class: "sketch-places", d: truth.map(([tx]) => `M${this.xOf(tx)} ${bottom}v-4`).join("") }),
      ...across.map((value) => svgText({ class: "sketch-tick", x: this.xOf(value), y: bottom + 12, "text-anchor": "middle" }, number(value))),
      ...up.map((value) => svgText({ class: "sketch-tick", x: left - 4, y: this.yOf(value) + 4, "text-anchor": "end" }, number(value))),
      svgText({ class: "sketch-label", x: (left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, x.label),
      // Turned by a right angle it would be as long as the axis.
      svgText({ class: "sketch-label", x: 4, y: 11 }, y.label),
      ...(this.band?.length === truth.length ? [this.bandOf(this.band)] : []),
      ...(this.revealed ? [line(true_, "sketch-true"), ...dots(true_, "sketch-true")] : []),
      line(own, "sketch-own"), ...dots(own, "sketch-own"),
    );
  }
}
