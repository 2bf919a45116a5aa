// The whole genealogy as a small map in the corner of its magnified picture, with the window in it, which can be dragged.

import { centred, isWhole, narrateWindow } from "./window.js";
import { heights } from "../frame/layouts.js";
import { strokeGroups } from "../frame/lineage.js";
import { showsAction } from "../frame/marks.js";
import { steadyOf } from "../frame/steady.js";
import { around, element } from "../lib/elements.js";
import { actionColour } from "../lib/palette.js";
import { pixelRatio } from "../lib/pixel_ratio.js";

// A low picture is not hidden by its map.
const MAP = { width: 154, share: 0.28, least: 26, most: 52 };
// As many lines as one can tell apart on it.
const LINES = 1200;

export class Minimap {
  /**
   * @param {import("../lib/store.js").Store<any>} store with `window`
   * @param {() => void} onWhole the whole picture is asked for
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(store, onWhole, lifetime) {
    this.store = store;
    this.canvas = element("canvas", "minimap-picture");
    this.frame = element("div", "minimap-window");
    this.whole = element("button", "minimap-whole", "whole");
    Object.assign(this.whole, { type: "button", title: "Show the whole genealogy (0)" });
    this.element = element("div", "minimap");
    this.element.hidden = true;
    this.text = element("span", "minimap-text");
    this.element.append(around("div", "minimap-head", this.text, this.whole), around("div", "minimap-map", this.canvas, this.frame));
    this.canvas.setAttribute("aria-hidden", "true");
    /** @type {any[]} */
    this.drawn = [];
    let dragged = false;
    // Presses on it are not the picture's.
    for (const type of ["pointerdown", "pointermove", "pointerup", "click"]) lifetime.listen(this.element, type, (event) => event.stopPropagation());
    lifetime.listen(this.element, "pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest?.(".minimap-head")) return;
      dragged = true;
      this.element.setPointerCapture(event.pointerId);
      this.look(event);
    });
    lifetime.listen(this.element, "pointermove", (event) => dragged && this.look(event));
    for (const type of ["pointerup", "pointercancel"]) lifetime.listen(this.element, type, () => (dragged = false));
    lifetime.listen(this.whole, "click", () => onWhole());
  }

  /** The window goes where the pointer is. */
  look({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const { window } = this.store.state;
    this.store.set({ window: centred(window, { x: (clientX - left) / width, y: (clientY - top) / height }) });
  }

  /**
   * @param {any} frame
   * @param {import("../lib/store.js").View} view
   * @param {import("../lib/palette.js").Theme} theme
   * @param {number} room height of the picture
   */
  paint(frame, view, theme, room) {
    const { window, layout, hidden } = view;
    const away = isWhole(window) || frame.over;
    this.element.hidden = away;
    if (away || !window) return;
    const { x, y, wide, high } = window;
    const text = narrateWindow(window);
    if (this.text.textContent !== text) this.text.textContent = text;
    const share = (part) => `${Math.round(1e4 * part) / 100}%`;
    Object.assign(this.frame.style, { left: share(x), top: share(y), width: share(wide), height: share(high) });
    const ratio = pixelRatio(this.element);
    const height = Math.round(Math.min(Math.max(room * MAP.share, MAP.least), MAP.most));
    const now = [frame, layout?.to, hidden, theme, ratio, height];
    if (now.every((each, index) => each === this.drawn[index])) return;
    this.drawn = now;
    for (const part of [this.canvas, this.canvas.parentElement]) if (part) part.style.height = `${height}px`;
    Object.assign(this.canvas, { width: Math.round(MAP.width * ratio), height: Math.round(height * ratio) });
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    drawMap(context, { width: MAP.width, height }, frame, view, theme);
  }
}

/** The lines that survive, thin ones last left out; of a river, whose particles stand as high as they weigh, likewise. */
export function drawMap(context, { width, height }, frame, view, theme) {
  const { parent, level } = frame;
  const { levels } = steadyOf(frame);
  const y = heights(frame, frame.tree ? "slots" : view.layout?.to ?? "slots");
  const at = (node) => [((node < 0 ? 0 : level[node] + 1) / (levels + 0.5)) * width, (node < 0 ? 0.5 : y[node]) * height];
  const { nodes, groups } = strokeGroups(frame);
  const shown = groups.filter(({ action, survives }) => showsAction(view, action) && (survives || frame.tree));
  const every = Math.max(Math.ceil(shown.reduce((sum, { from, to }) => sum + to - from, 0) / LINES), 1);
  context.lineWidth = 0.8;
  for (const { from, to, action } of shown) {
    context.strokeStyle = actionColour(theme, frame, action);
    context.globalAlpha = 0.6;
    context.beginPath();
    for (let index = from; index < to; index += every) {
      context.moveTo(...at(parent[nodes[index]]));
      context.lineTo(...at(nodes[index]));
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}
