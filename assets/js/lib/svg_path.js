// A path as a canvas traces it, written as the data of an SVG path. Like a canvas it passes over what is not finite.

import { rounded } from "./xml.js";

const TURN = 2 * Math.PI;
const finite = (...values) => values.every(Number.isFinite);

export class SvgPath {
  constructor() {
    /** @type {string[]} */
    this.parts = [];
    /** True where the current subpath has a point. */
    this.begun = false;
  }

  get data() {
    return this.parts.join("");
  }

  write(letter, ...values) {
    this.parts.push(letter + values.map(rounded).join(" "));
    this.begun = true;
  }

  moveTo(x, y) {
    if (finite(x, y)) this.write("M", x, y);
  }

  lineTo(x, y) {
    if (finite(x, y)) this.write(this.begun ? "L" : "M", x, y);
  }

  bezierCurveTo(x1, y1, x2, y2, x, y) {
    if (!finite(x1, y1, x2, y2, x, y)) return;
    if (!this.begun) this.write("M", x1, y1);
    this.write("C", x1, y1, x2, y2, x, y);
  }

  closePath() {
    if (this.begun) this.parts.push("Z");
  }

  rect(x, y, width, height) {
    if (!finite(x, y, width, height)) return;
    this.write("M", x, y);
    this.parts.push(`h${rounded(width)}v${rounded(height)}h${rounded(-width)}Z`);
  }

  arc(x, y, radius, from, to, back = false) {
    this.ellipse(x, y, radius, radius, 0, from, to, back);
  }

  ellipse(x, y, rx, ry, turned, from, to, back = false) {
    if (!finite(x, y, rx, ry, turned, from, to)) return;
    if (rx < 0 || ry < 0) throw new RangeError(`a radius is not negative, got ${Math.min(rx, ry)}`);
    const at = (angle) => {
      const [along, across] = [rx * Math.cos(angle), ry * Math.sin(angle)];
      return [x + along * Math.cos(turned) - across * Math.sin(turned), y + along * Math.sin(turned) + across * Math.cos(turned)];
    };
    const sweep = sweepOf(from, to, back);
    this.lineTo(...at(from));
    // SVG draws no arc from a point to itself: a whole turn takes two.
    const pieces = Math.abs(sweep) > Math.PI ? 2 : 1;
    for (let piece = 1; piece <= pieces; piece++) this.write("A", rx, ry, (turned * 360) / TURN, 0, sweep > 0 ? 1 : 0, ...at(from + (sweep * piece) / pieces));
  }
}

/** The angle that an arc covers, positive clockwise; never more than a turn. */
function sweepOf(from, to, back) {
  const way = back ? from - to : to - from;
  const size = way >= TURN ? TURN : ((way % TURN) + TURN) % TURN;
  return back ? -size : size;
}
