// The outcome of a race: the planners' policies on one axis, and what their decisions lose over many seeds.

import { measureName, measureText, raceSentence, valuesOf, winsOf } from "../frame/race.js";
import { around, element } from "../lib/elements.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { raceFigure } from "../panels/race_figure.js";
import { build } from "../panels/shapes.js";

// Names of more actions would be a wall; each bar has its own.
const MOST_NAMES = 8;
const OF = { policy: "improved policy", action: "action taken" };
const MARKS = "Dots: seeds; box: the middle half; line: median; ★ the plan above. A seed that several win is shared.";

export class RaceOutcome {
  /**
   * @param {() => import("../lib/palette.js").Theme} theme
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   * @param {() => void} changed something else is measured
   */
  constructor(theme, lifetime, changed) {
    this.theme = theme;
    /** The part of a decision that is measured. @type {"policy" | "action"} */
    this.of = "policy";
    /** @type {import("../frame/race.js").Measure | null} */
    this.measure = null;
    /** The long plan, where there is one. @type {any} */
    this.reference = null;
    /** Of each lane its decisions, or why it has none. @type {{decisions?: any, waits?: string}[]} */
    this.seeds = [];
    this.key = element("p", "race-key");
    this.name = element("span", "hint");
    this.buttons = Object.entries(OF).map(([name, text]) => {
      const button = Object.assign(element("button", "chip", text), { type: "button" });
      lifetime.listen(button, "click", () => {
        this.of = /** @type {"policy" | "action"} */ (name);
        changed();
      });
      return button;
    });
    this.choice = around("div", "race-measured", this.name, ...this.buttons);
    Object.assign(this.choice, { role: "group", ariaLabel: "Measured" });
    this.figure = element("div", "race-figure");
    this.about = element("p", "hint race-about");
    this.element = around("section", "race-results", around("div", "race-results-heading", this.key, this.choice), this.figure, this.about);
    this.element.setAttribute("aria-label", "Outcome");
  }

  /** Nothing is known any more. */
  clear() {
    this.measure = null;
    this.reference = null;
    this.seeds = [];
    for (const part of [this.figure, this.key, this.about]) part.replaceChildren();
  }

  /** Losses of each lane's seeds; null where they are not planned. */
  get values() {
    const { measure } = this;
    return this.seeds.map(({ decisions }) => (measure && decisions ? valuesOf(decisions, measure, this.of) : null));
  }

  /**
   * The outcome in a sentence.
   * @param {import("./race_lane.js").Lane[]} lanes
   */
  sentence(lanes) {
    const { measure, values } = this;
    const planned = lanes.flatMap(({ entrant: { title } }, index) => {
      const own = values[index];
      return own ? [{ title, values: own }] : [];
    });
    return measure ? raceSentence(planned, measure) : "";
  }

  /**
   * @param {import("./race_lane.js").Lane[]} lanes
   * @param {boolean} racing
   */
  draw(lanes, racing) {
    this.buttons.forEach((button, index) => button.setAttribute("aria-pressed", `${Object.keys(OF)[index] === this.of}`));
    this.choice.hidden = !this.measure;
    const width = this.figure.clientWidth;
    const frame = lanes.find((lane) => lane.frame)?.frame;
    if (!width || !frame) return;
    const { measure, values } = this;
    if (measure) this.name.textContent = `${measureName(measure)} of the`;
    const known = values.filter((own) => own !== null);
    // The winner of a seed is known once all that take part have planned with it.
    const complete = known.length === lanes.filter((lane, index) => lane.frame && !this.seeds[index].waits).length;
    const { wins } = winsOf(known);
    const rows = lanes.map((lane, index) => {
      const own = values[index];
      const waits = this.seeds[index].waits || (racing ? "waiting for its seeds …" : "");
      return { title: lane.entrant.title, frame: lane.frame, values: own ?? undefined, wins: own && complete ? wins[known.indexOf(own)] : undefined, waits };
    });
    this.figure.replaceChildren(build(raceFigure({ rows, measure, prior: this.priorOf(frame) }, width, this.theme())));
    this.about.textContent = measure ? `${measureText(measure, this.of, this.reference)} ${MARKS}` : "";
    this.writeKey(frame);
  }

  /** Loss of the prior, without planning. */
  priorOf(frame) {
    const losses = this.of === "policy" ? this.measure?.losses : null;
    return losses ? losses.reduce((sum, loss, action) => sum + loss * frame.root_prior[action], 0) : null;
  }

  /** Names of the root actions, in their colours. */
  writeKey(frame) {
    if (frame.continuous || frame.actions.length > MOST_NAMES) return this.key.replaceChildren();
    this.key.replaceChildren(...frame.actions.map((name, action) => {
      const glyph = element("span", "glyph", actionGlyph(frame, action));
      glyph.style.color = actionColour(this.theme(), frame, action);
      return around("span", "race-action", glyph, element("span", "", name));
    }));
  }
}
