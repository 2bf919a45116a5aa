// The legend of the genealogy: every mark with its meaning, and every root action. A click hides what an entry is about, or shows it again. It lies
// over the picture, whose size stays.

import { hidesAny, marksOf, NOTHING_HIDDEN, shows, showsAction, toggled } from "../frame/marks.js";
import { around, element, svg } from "../lib/elements.js";
import { actionColour, actionSymbol } from "../lib/palette.js";
import { build, line, marker, node } from "./shapes.js";

const SAMPLE = { width: 26, height: 14 };

/** Buttons that magnify, for who has neither wheel nor keys. */
export function zoomButtons(zoom, lifetime) {
  const button = (sign, title, act) => {
    const made = element("button", "chip", sign);
    Object.assign(made, { type: "button", title, ariaLabel: title });
    lifetime.listen(made, "click", act);
    return made;
  };
  const group = around("span", "zoom-buttons",
    button("−", "Magnify less (−)", () => zoom()?.step(-1)), button("+", "Magnify (+)", () => zoom()?.step(1)));
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Magnification");
  return group;
}

export class MarkLegend {
  /**
   * @param {import("../lib/store.js").Store<any>} store with `hidden`
   * @param {() => void} onChange asks for a new painting
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(store, onChange, lifetime) {
    this.store = store;
    this.onChange = onChange;
    this.button = element("button", "chip legend-open", "legend");
    Object.assign(this.button, { type: "button", title: "The marks of the genealogy; each can be hidden (e)" });
    this.all = element("button", "chip", "show all");
    this.all.type = "button";
    this.close = element("button", "panel-tool legend-close");
    Object.assign(this.close, { type: "button", ariaLabel: "Close the legend", title: "Close (e)" });
    this.marks = element("ul", "legend-marks");
    this.actions = element("ul", "legend-marks legend-actions");
    this.marks.setAttribute("aria-label", "Marks");
    this.actions.setAttribute("aria-label", "Root actions");
    const scroll = around("div", "legend-scroll", this.marks, this.actions);
    this.element = around("div", "mark-legend", around("p", "legend-head", element("span", "hint", "Choose an entry to hide it."), this.all, this.close), scroll);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Legend of the genealogy");
    this.element.hidden = true;
    this.written = "";
    lifetime.listen(this.button, "click", () => this.toggle());
    lifetime.listen(this.close, "click", () => this.toggle());
    lifetime.listen(this.all, "click", () => store.set({ hidden: NOTHING_HIDDEN }));
    lifetime.listen(this.element, "click", ({ target }) => {
      const entry = target.closest?.("[data-mark], [data-action]");
      if (!entry) return;
      const { mark, action } = entry.dataset;
      store.set({ hidden: mark === undefined ? toggled(store.state.hidden, "actions", Number(action)) : toggled(store.state.hidden, "marks", mark) });
    });
    // Presses on it are not the picture's, which lies under it.
    for (const type of ["pointerdown", "pointermove", "click", "wheel", "mousedown"]) lifetime.listen(this.element, type, (event) => event.stopPropagation());
    this.press();
  }

  toggle() {
    const focused = this.element.contains(document.activeElement);
    this.element.hidden = !this.element.hidden;
    if (focused && this.element.hidden) this.button.focus();
    this.press();
    this.store.set({ hover: null });
    this.onChange();
  }

  press() {
    this.button.setAttribute("aria-expanded", `${!this.element.hidden}`);
    this.button.setAttribute("aria-pressed", `${!this.element.hidden}`);
  }

  /**
   * Writes the entries where they have changed.
   * @param {any} frame
   * @param {import("../lib/store.js").View} view
   * @param {import("../lib/palette.js").Theme} theme
   */
  write(frame, view, theme) {
    const hidden = view.hidden ?? NOTHING_HIDDEN;
    this.button.toggleAttribute("data-hides", hidesAny(hidden));
    this.all.disabled = !hidesAny(hidden);
    if (this.element.hidden) return;
    const marks = marksOf(frame, view);
    const written = JSON.stringify([marks.map(({ id }) => id), hidden, frame.actions, frame.tree, theme.hues, theme.ink]);
    if (written === this.written) return;
    this.written = written;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset ?? {};
    this.marks.replaceChildren(...marks.map(({ id, text, more, fixed }) => entry({ mark: id }, sampleOf(id, frame, theme), text, fixed ? null : shows(view, id), more)));
    this.actions.replaceChildren(...frame.actions.map((name, action) => entry({ action: `${action}` }, actionSample(frame, action, theme), name, showsAction(view, action), name)));
    const again = focused.mark !== undefined ? `[data-mark="${focused.mark}"]` : focused.action !== undefined ? `[data-action="${focused.action}"]` : null;
    if (again) /** @type {HTMLElement | null} */ (this.element.querySelector(again))?.focus();
  }
}

/** A row of the legend; `shown` is null for what cannot be hidden. */
function entry(data, sample, text, shown, more = text) {
  const words = element("span", "legend-text", text);
  if (shown === null) {
    const row = around("span", "legend-entry", sample, words);
    row.title = more;
    return around("li", "", row);
  }
  const button = around("button", "legend-entry", sample, words);
  Object.assign(button, { type: "button", title: `${more}\n${shown ? "Click to hide" : "Hidden: click to show"}` });
  button.setAttribute("aria-pressed", `${shown}`);
  Object.assign(button.dataset, data);
  return around("li", "", button);
}

const drawn = (...nodes) => {
  const made = svg("svg", { width: SAMPLE.width, height: SAMPLE.height, viewBox: `0 0 ${SAMPLE.width} ${SAMPLE.height}`, "aria-hidden": "true" });
  made.append(...nodes.map(build));
  return made;
};

const actionSample = (frame, action, theme) => {
  const colour = actionColour(theme, frame, action);
  return drawn(line(1, 7, 25, 7, colour, { "stroke-width": 2 }), marker(frame.continuous ? "circle" : actionSymbol(frame, action), 13, 7, 4.2, { fill: colour, stroke: theme.paper, "stroke-width": 1 }));
};

/** A mark as the picture draws it. */
function sampleOf(id, frame, theme) {
  const colour = theme.hues[0];
  const curve = (width, opacity, y = 7) => node("path", { d: `M1 ${y + 3}C10 ${y + 3} 14 ${y - 3} 25 ${y - 3}`, fill: "none", stroke: colour, "stroke-width": width, opacity });
  const circle = (x, radius, attributes = {}) => node("circle", { cx: x, cy: 7, r: radius, fill: colour, ...attributes });
  const samples = {
    surviving: () => [curve(3.4, 1)],
    extinct: () => [curve(0.8, 0.7)],
    opacity: () => [curve(1.8, 0.25, 11), curve(1.8, 1, 4)],
    bands: () => [node("path", { d: "M1 3C10 3 14 1 25 1L25 13C14 13 10 9 1 9Z", fill: colour, opacity: 0.8 })],
    particles: () => [circle(5, 2), circle(13, 3.4), circle(21.5, 4.6)],
    endings: () => [line(13, 2.5, 13, 12.5, theme.ink), line(10, 5.5, 16, 5.5, theme.ink)],
    waiting: () => [line(1, 7, 25, 7, theme.faint, { "stroke-width": 1.2 })],
    revivals: () => [circle(13, 3.6, { fill: "none", stroke: theme.muted, "stroke-width": 1.2 })],
    glyphs: () => frame.actions.slice(0, 2).map((_, action) => marker(actionSymbol(frame, action), 7 + 12 * action, 7, 4, { fill: actionColour(theme, frame, action) })),
    resampling: () => [line(13, 0, 13, 14, theme.faint, { "stroke-width": 1.4 })],
    coalescence: () => [line(1, 7, 20, 7, theme.ink, { "stroke-width": 2 }), circle(20, 3.2, { fill: theme.ink })],
    pinned: () => [node("path", { d: "M1 10C10 10 14 4 25 4", fill: "none", stroke: theme.muted, "stroke-width": 5, opacity: 0.35 }), line(20, 0, 20, 14, theme.ink, { "stroke-dasharray": "2 2" })],
    interventions: () => [circle(13, 5.4, { fill: theme.paper, stroke: theme.accent, "stroke-width": 1.8 }), node("path", { d: "M11 5l4 4m0-4l-4 4", stroke: theme.ink, fill: "none" })],
    compared: () => [line(1, 7, 25, 7, theme.accent, { "stroke-width": 2, "stroke-dasharray": "5 3" })],
    kept: () => [circle(13, 3.4, { stroke: theme.ink, "stroke-width": 1.6 }), circle(13, 6, { fill: "none", stroke: theme.accent, "stroke-width": 1.6 })],
  };
  return drawn(...samples[id]());
}
