// The map of a sweep in its panel: what is shown of it, the picture, and the cell that is pointed at or that the keyboard is at.

import { cellText, emptyMap, mapSentence, rowOrder } from "../frame/sweep_map.js";
import { placeOf } from "../frame/sweep.js";
import { around, element } from "../lib/elements.js";
import { significant } from "../lib/format.js";
import { build } from "./shapes.js";
import { KINDS, kindsOf, mapKey, mapPicture, mapPlaces } from "./sweep_map.js";

const HINT = "A click on a cell takes both of its values over.";
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class SweepMapView {
  /**
   * @param {object} given
   * @param {(settings: Record<string, number>) => void} given.change takes two values over
   * @param {() => import("../lib/palette.js").Theme} given.theme
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ change, theme, lifetime }) {
    this.change = change;
    this.theme = theme;
    this.kind = "action";
    /** @type {import("../frame/sweep_map.js").SweepMap | null} */
    this.map = null;
    /** @type {{column: number, row: number} | null} */
    this.pointed = null;
    /** @type {{first: number, second: number}} */
    this.now = { first: 0, second: 0 };
    this.buttons = Object.entries(KINDS).map(([kind, { label, title }]) => {
      const button = Object.assign(element("button", "chip", label), { type: "button", title });
      lifetime.listen(button, "click", () => {
        this.kind = kind;
        this.draw(this.now);
      });
      return button;
    });
    const chips = around("span", "sweep-kinds", ...this.buttons);
    Object.assign(chips, { role: "group", ariaLabel: "Map of" });
    this.key = element("p", "sweep-key");
    this.picture = element("div", "sweep-map");
    Object.assign(this.picture, { tabIndex: 0, role: "group", ariaLabel: "Map: arrow keys move through it, enter takes both values over" });
    this.reading = element("p", "hint sweep-reading");
    this.reading.setAttribute("aria-live", "polite");
    this.element = around("div", "sweep-map-part", around("div", "sweep-map-heading", chips, this.key), this.picture, this.reading);
    this.element.hidden = true;
    lifetime.listen(this.picture, "click", (event) => this.take(this.cellAt(event)));
    lifetime.listen(this.picture, "pointermove", (event) => this.read(this.cellAt(event)));
    lifetime.listen(this.picture, "pointerleave", () => this.read(this.pointed));
    lifetime.listen(this.picture, "keydown", (event) => this.keyed(event));
    lifetime.listen(this.picture, "blur", () => this.point(null));
  }

  /**
   * Plans a map, row by row.
   * @param {object} given
   * @param {any} given.api
   * @param {string} given.id of the session
   * @param {any} given.frame
   * @param {import("./sweep.js").Swept} given.first
   * @param {import("./sweep.js").Swept} given.second
   * @param {number} given.size values of each
   * @param {AbortSignal} given.signal
   * @param {(text: string) => void} given.report
   */
  async plan({ api, id, frame, first, second, size, signal, report }) {
    const map = emptyMap(first, second, size, frame);
    const now = { first: frame.settings[first.name], second: frame.settings[second.name] };
    this.map = map;
    this.pointed = null;
    this.draw(now);
    this.read(null);
    let done = 0;
    for (const row of rowOrder(map, now.second)) {
      report(`Planned ${done} of ${size * size} …`);
      map.rows[row] = (await api.sweep(id, first.name, map.xs, signal, { [second.name]: map.ys[row] })).rows;
      done += size;
      // Put away meanwhile.
      if (this.map !== map) return;
      this.draw(this.now);
    }
  }

  clear() {
    this.map = null;
    this.pointed = null;
    this.element.hidden = true;
    for (const part of [this.picture, this.key, this.reading]) part.replaceChildren();
  }

  /** The map in a sentence. */
  get sentence() {
    return this.map?.rows.some(Boolean) ? mapSentence(this.map, this.now) : "";
  }

  /** @param {{first: number, second: number}} now values in force */
  draw(now) {
    this.now = now;
    const { map } = this;
    this.element.hidden = !map;
    if (!map) return;
    const kinds = kindsOf(map);
    if (!kinds.includes(this.kind)) this.kind = "action";
    this.buttons.forEach((button, index) => {
      const kind = Object.keys(KINDS)[index];
      button.hidden = !kinds.includes(kind);
      button.setAttribute("aria-pressed", `${kind === this.kind}`);
    });
    const theme = this.theme();
    this.picture.replaceChildren(build(mapPicture(map, this.kind, now, this.pointed, theme)));
    this.key.replaceChildren(...mapKey(map, this.kind, theme).map(({ glyph, colour, text, opacity }) => {
      const sign = element("span", "glyph", glyph);
      Object.assign(sign.style, { color: colour, opacity });
      return around("span", "sweep-key-entry", sign, element("span", "", text));
    }));
  }

  /** The cell under the pointer; null where there is none. */
  cellAt({ clientX, clientY }) {
    const drawn = this.picture.querySelector("svg");
    const box = drawn?.getBoundingClientRect();
    if (!this.map || !drawn || !box) return null;
    const { width, height } = drawn.viewBox.baseVal;
    return mapPlaces(this.map).at(((clientX - box.left) * width) / box.width, ((clientY - box.top) * height) / box.height);
  }

  /** Both values of a cell are taken over. */
  take(cell) {
    const { map } = this;
    if (!map || !cell) return;
    this.change({ [map.first.name]: significant(map.xs[cell.column], 6), [map.second.name]: significant(map.ys[cell.row], 6) });
  }

  keyed(event) {
    const { map } = this;
    if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") this.take(this.pointed);
    else if (event.key in MOVES) {
      const [across, up] = MOVES[event.key];
      const { column, row } = this.pointed ?? this.nearest(map);
      const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
      this.point(this.pointed ? { column: within(column + across, map.xs.length), row: within(row + up, map.ys.length) } : { column, row });
    } else return;
    // The same keys move through the levels of the plan.
    event.preventDefault();
    event.stopPropagation();
  }

  /** The cell of the values in force. */
  nearest({ xs, ys, first, second }) {
    const at = (knob, value, values) => Math.round(placeOf(knob).place(value) * (values.length - 1));
    return { column: at(first.knob, this.now.first, xs), row: at(second.knob, this.now.second, ys) };
  }

  point(cell) {
    this.pointed = cell;
    this.draw(this.now);
    this.read(cell);
  }

  /** Writes the numbers of a cell. */
  read(cell) {
    const known = cell && this.map?.rows[cell.row]?.[cell.column];
    const text = known && this.map ? cellText(this.map, { ...known, second: this.map.ys[cell.row] }) : HINT;
    if (this.reading.textContent !== text) this.reading.textContent = text;
  }
}
