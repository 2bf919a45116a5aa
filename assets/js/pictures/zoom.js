// The window on the genealogy as a person moves it: gestures, keys, the map in the corner; and the box that is drawn over it, with a line about what
// is in it.

import { followGestures } from "./gestures.js";
import { Minimap } from "./minimap.js";
import { axisOf } from "./axis.js";
import { fitted, isWhole, leastOf, moved, ofPicture, revealing, shapeOf, WHOLE, zoomed } from "./window.js";
import { heights } from "../frame/layouts.js";
import { narrateBox, nodesWithin } from "../frame/within.js";
import { around, element } from "../lib/elements.js";

// A key comes so many times nearer, and moves by this part of the window.
const KEY = { times: 1.5, step: 0.2 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// A smaller box, in parts of the window, is a click that trembled.
const SMALLEST = 0.004;

export class Zoom {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {import("../lib/store.js").Store<any>} store with `frame`, `window`, `box`, `hidden`
   * @param {(size: object, frame: any) => {left: number, top: number, width: number, height: number}} plotOf
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(stage, store, plotOf, lifetime) {
    this.stage = stage;
    this.store = store;
    this.plotOf = plotOf;
    /** The plan's shape that the window was opened on. @type {string | null} */
    this.shape = null;
    this.minimap = new Minimap(store, () => this.whole(), lifetime);
    this.text = element("span", "box-text");
    const [near, drop] = [element("button", "chip", "zoom to it"), element("button", "chip", "drop")];
    Object.assign(drop, { type: "button", title: "Drop the box (esc)" });
    near.type = "button";
    this.line = around("p", "box-line", this.text, near, drop);
    this.line.setAttribute("aria-live", "polite");
    this.line.hidden = true;
    const { element: root } = stage;
    root.append(this.minimap.element, this.line);
    root.classList.add("zoomable");
    Object.assign(root, { tabIndex: 0, role: "group", ariaLabel: "Genealogy: plus and minus zoom, arrows move when it is magnified, zero shows the whole" });
    // With shift held a click would select text up to there.
    lifetime.listen(root, "mousedown", (event) => event.shiftKey && event.preventDefault());
    for (const type of ["pointerdown", "pointermove", "click"]) lifetime.listen(this.line, type, (event) => event.stopPropagation());
    lifetime.listen(near, "click", () => this.toBox());
    lifetime.listen(drop, "click", () => store.set({ box: null }));
    this.gestures = followGestures(root, {
      plot: () => this.plot,
      movable: () => this.magnified,
      zoom: (point, times) => this.zoom(point, times),
      move: (across, down) => this.set(moved(store.state.window, across, down)),
      box: (from, to, done) => this.draw(from, to, done),
    }, lifetime);
    this.followFocus(root, lifetime);
    lifetime.add(store.subscribe(["level", "selection"], () => this.reveal()));
    this.layout = store.state.layout.to;
    lifetime.add(store.subscribe(["layout"], ({ layout }) => this.arrange(layout.to)));
  }

  /** Arrows move the window for who came to the picture by keys; for everybody else they go on to the next level. */
  followFocus(root, lifetime) {
    let byKeys = false;
    lifetime.listen(root, "focus", () => (byKeys = root.matches(":focus-visible")));
    lifetime.listen(root, "blur", () => (byKeys = false));
    lifetime.listen(root, "keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way || !byKeys || !this.magnified || event.target !== root || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.set(moved(this.store.state.window, way[0] * KEY.step, way[1] * KEY.step));
    });
  }

  get magnified() {
    return !isWhole(this.store.state.window);
  }

  /** The part of the stage that is magnified; null where nothing is drawn. */
  get plot() {
    const { frame } = this.store.state;
    return frame && !frame.over && this.stage.width ? this.plotOf(this.stage.size, frame) : null;
  }

  /** True while a gesture goes on. */
  get busy() {
    return this.gestures.busy();
  }

  /** @param {import("./window.js").Window} window */
  set(window) {
    const before = this.store.state.window;
    const same = ["x", "y", "wide", "high"].every((name) => Math.abs(before[name] - window[name]) < 1e-9);
    // A pointer that rests would point at what comes to lie under it.
    if (!same) this.store.set({ window, hover: null });
    return !same;
  }

  /** @param {{x: number, y: number}} point in parts of the window */
  zoom(point, times) {
    const { frame, window } = this.store.state;
    return !!this.plot && this.set(zoomed(window, ofPicture(window, point), times, leastOf(frame)));
  }

  /** Comes nearer to the particle that is kept, or else to the level looked at; or goes back. @param {1 | -1} way */
  step(way) {
    if (!this.plot) return;
    const { frame, window, selection, level } = this.store.state;
    const target = this.placeOf(selection) ?? (level === null ? null : { x: this.axis.part(Math.min(level, frame.levels - 1)), y: window.y + window.high / 2 });
    const inside = target && target.x >= window.x && target.x <= window.x + window.wide && target.y >= window.y && target.y <= window.y + window.high;
    this.set(zoomed(window, inside ? target : ofPicture(window, { x: 0.5, y: 0.5 }), KEY.times ** way, leastOf(frame)));
  }

  whole() {
    this.set(WHOLE);
  }

  get axis() {
    return axisOf(this.stage.width, this.store.state.frame);
  }

  /** The place of a particle in the whole picture; null for none. */
  placeOf(particle) {
    const { frame, layout } = this.store.state;
    if (!frame || particle?.slot === undefined) return null;
    const node = frame.find(particle);
    return node < 0 ? null : { x: this.axis.part(frame.level[node]), y: heights(frame, frame.tree ? "slots" : layout.to)[node] };
  }

  /** Brings a particle that is chosen by keys, or in another picture, into the window. */
  reveal() {
    const { frame, window, level, selection } = this.store.state;
    if (!this.magnified || !this.plot) return;
    const particle = this.placeOf(selection);
    const own = particle && (level === null || selection.level === level) ? particle : null;
    if (own) this.set(revealing(window, own));
    else if (level !== null) this.set(revealing(window, { x: this.axis.part(Math.min(level, frame.levels - 1)) }));
  }

  /** Another layout has other heights: a box is of none of them, and the window follows the particle that was chosen, or shows the whole. @param {string} layout */
  arrange(layout) {
    const { box, window, selection } = this.store.state;
    if (box && box.layout !== layout) this.store.set({ box: null });
    if (layout === this.layout) return;
    this.layout = layout;
    if (!this.magnified) return;
    const chosen = this.plot && this.placeOf(selection);
    this.set(chosen ? revealing(window, chosen) : WHOLE);
  }

  /** A box from one corner to the other, in parts of the window. */
  draw(from, to, done) {
    const { window, layout, frame } = this.store.state;
    const within = ({ x, y }) => ofPicture(window, { x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) });
    const [a, b] = [within(from), within(to)];
    const box = { x0: Math.min(a.x, b.x), x1: Math.max(a.x, b.x), y0: Math.min(a.y, b.y), y1: Math.max(a.y, b.y), layout: layout.to };
    const small = box.x1 - box.x0 < SMALLEST * window.wide || box.y1 - box.y0 < SMALLEST * window.high;
    this.store.set({ box: done && small ? null : box, hover: null });
    this.line.setAttribute("aria-live", done && !frame.playing ? "polite" : "off");
  }

  toBox() {
    const { frame, box } = this.store.state;
    if (box) this.set(fitted(box, leastOf(frame)));
  }

  /** Looks at what a frame is of: the window of another plan would show nothing in particular. Called before the frame is painted. */
  attend(frame) {
    const shape = shapeOf(frame);
    const other = this.shape !== null && shape !== this.shape;
    this.shape = shape;
    const { window, box, hidden } = this.store.state;
    // Without its picture nobody could see why the other ones are magnified.
    if ((other || !this.stage.width) && !isWhole(window)) this.store.set({ window: WHOLE });
    if (other && box) this.store.set({ box: null });
    if (other && hidden.actions.length) this.store.set({ hidden: { ...hidden, actions: [] } });
  }

  /**
   * The map, and the line about the box.
   * @param {any} frame
   * @param {import("../lib/store.js").View} view
   * @param {import("../lib/palette.js").Theme} theme
   */
  paint(frame, view, theme) {
    this.minimap.paint(frame, view, theme, this.stage.height);
    this.stage.element.toggleAttribute("data-magnified", this.magnified);
    const { box, hidden } = view;
    this.line.hidden = !box || frame.over;
    if (!box || frame.over) return;
    const text = frame.once(`words of ${JSON.stringify([box, hidden?.actions])}`, () => narrateBox(frame, nodesWithin(frame, box, hidden?.actions)));
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}
