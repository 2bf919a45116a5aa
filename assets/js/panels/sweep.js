// The panel "Sweep": the moment planned once for each of many values of a live setting. Bands show the improved policy, a line the ESS, and where it
// is known what the action loses; a click takes a value over.

import { OVER } from "../frame/narration.js";
import { placeOf, sweepSentence, sweepValues } from "../frame/sweep.js";
import { element, svg, svgText } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { actionColour } from "../lib/palette.js";
import { number, percent, share, significant } from "../lib/format.js";
import { panelSection } from "./section.js";

// Plans of one request: what is there is drawn while the rest is planned.
const CHUNK = 6;
const PICTURE = { width: 320, policy: 96, strip: 26, gap: 8, left: 34, right: 8, foot: 16 };

/** @typedef {{name: string, label: string, knob: {minimum: number, maximum: number, scale: string}}} Swept a live setting with the range of its knob */

/**
 * The live settings that can be swept now, of all that a planner has.
 * @param {any[]} described as the server describes them
 * @param {Record<string, any>} values in force
 * @returns {Swept[]}
 */
export function sweepable(described, values) {
  const applies = ({ applies_when: when = {} }) => Object.entries(when).every(([other, wanted]) => /** @type {any[]} */ (wanted).includes(values[other]));
  return described.filter((each) => each.kind === "live" && each.knob && each.type === "number" && applies(each) && typeof values[each.name] === "number");
}

export class SweepPanel {
  /**
   * @param {object} given
   * @param {{sweep: (id: string, setting: string, values: number[], signal: AbortSignal) => Promise<{rows: any[]}>}} given.api
   * @param {() => {id: string | null, frame: any, described: any[]}} given.now the session, the frame that is shown, and the planner's settings
   * @param {(settings: Record<string, number>) => void} given.change takes a value over
   * @param {() => import("../lib/palette.js").Theme} given.theme
   */
  constructor({ api, now, change, theme }) {
    this.api = api;
    this.now = now;
    this.change = change;
    this.theme = theme;
    this.lifetime = new Lifetime();
    /** @type {AbortController | null} */
    this.asking = null;
    /** @type {any} rows, the setting, and the frame they are of */
    this.result = null;
    this.choice = element("select", "choice sweep-setting");
    this.choice.setAttribute("aria-label", "Setting to sweep");
    const button = (name, title) => Object.assign(element("button", `quiet sweep-${name}`, name), { type: "button", title });
    this.start = button("sweep", "Plan this moment with values of the setting over its whole range, everything else the same");
    this.cancel = button("cancel", "Stop; the values planned so far stay");
    this.close = button("close", "Put the sweep away");
    // There is no room for the word beside the longest name of a setting.
    this.close.textContent = "×";
    this.close.setAttribute("aria-label", "close");
    this.note = element("p", "hint sweep-note");
    this.note.setAttribute("role", "status");
    this.picture = element("div", "sweep-picture");
    this.element = panelSection("sweep", this.choice, this.start, this.cancel, this.close);
    this.element.append(this.note, this.picture);
    this.lifetime.listen(this.start, "click", () => this.plan());
    this.lifetime.listen(this.cancel, "click", () => this.asking?.abort());
    this.lifetime.listen(this.close, "click", () => this.put());
    this.lifetime.listen(this.picture, "click", (event) => this.take(event));
    this.arrange();
  }

  /** Follows the frame that is shown: which settings there are, where the value in force is, and whether the sweep is still of it. */
  refresh(frame) {
    if (!frame || frame.recorded) return;
    const offered = sweepable(this.now().described, frame.settings);
    const written = JSON.stringify(offered.map(({ name }) => name));
    if (this.choice.dataset.written !== written) {
      const chosen = this.choice.value;
      this.choice.dataset.written = written;
      this.choice.replaceChildren(...offered.map(({ name, label }) => new Option(label, name)));
      this.choice.value = offered.some(({ name }) => name === chosen) ? chosen : offered.some(({ name }) => name === "alpha") ? "alpha" : offered[0]?.name ?? "";
    }
    this.start.disabled = !offered.length;
    if (this.result) this.draw();
  }

  get setting() {
    const { frame, described } = this.now();
    return frame ? sweepable(described, frame.settings).find(({ name }) => name === this.choice.value) : undefined;
  }

  async plan() {
    const { id, frame } = this.now();
    const { setting } = this;
    if (!id || !frame || !setting || this.asking) return;
    this.result = null;
    if (frame.over) return this.say(OVER);
    const asking = new AbortController();
    this.asking = asking;
    const values = sweepValues(setting.knob);
    const found = { rows: /** @type {any[]} */ ([]), setting, frame };
    this.arrange();
    try {
      for (let at = 0; at < values.length; at += CHUNK) {
        this.say(`Planned ${at} of ${values.length} values …`);
        found.rows.push(...(await this.api.sweep(id, setting.name, values.slice(at, at + CHUNK), asking.signal)).rows);
        this.result = found;
        this.draw();
      }
    } catch (error) {
      const why = asking.signal.aborted ? "Cancelled" : `No answer: ${/** @type {Error} */ (error).message}`;
      this.say(this.result ? `${why}, after ${found.rows.length} of ${values.length} values.` : `${why}.`);
    } finally {
      this.asking = null;
      this.arrange();
      if (this.result?.rows.length === values.length) this.draw();
    }
  }

  /** Shows a sweep that somebody else asked for. @param {{rows: any[], setting: Swept, frame: any}} found */
  show(found) {
    if (this.asking) return;
    this.choice.value = found.setting.name;
    this.result = found;
    this.arrange();
    this.draw();
  }

  put() {
    this.asking?.abort();
    this.result = null;
    this.say("");
    this.arrange();
  }

  /** The value at the pointer is taken over. */
  take({ clientX }) {
    const box = this.picture.querySelector("svg")?.getBoundingClientRect();
    if (!this.result || !box) return;
    const { left, width, right } = PICTURE;
    const place = ((clientX - box.left) * (width / box.width) - left) / (width - left - right);
    const { setting } = this.result;
    if (place >= 0 && place <= 1) this.change({ [setting.name]: significant(placeOf(setting.knob).value(place), 3) });
  }

  draw() {
    const { rows, setting, frame } = this.result;
    const shown = this.now().frame ?? frame;
    this.element.toggleAttribute("data-stale", !sameBut(frame, shown, setting.name));
    if (!this.asking && rows.length > 1) {
      const stale = sameBut(frame, shown, setting.name) ? "" : "Out of date. ";
      this.say(stale + sweepSentence({ rows, label: setting.label, now: shown.settings[setting.name] ?? frame.settings[setting.name], actions: frame.actions, knob: setting.knob }));
    }
    this.picture.replaceChildren(sweepPicture(this.result, shown.settings[setting.name], this.theme()));
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.close.hidden = !text || !!this.asking;
  }

  arrange() {
    const held = [this.start, this.cancel].find((button) => button === document.activeElement);
    this.cancel.hidden = !this.asking;
    this.start.hidden = !!this.asking;
    this.close.hidden = !!this.asking || !this.note.textContent;
    if (held?.hidden) (this.asking ? this.cancel : this.start).focus();
    this.picture.hidden = !this.result;
    if (!this.result) {
      this.picture.replaceChildren();
      this.element.removeAttribute("data-stale");
    }
  }

  /** Gives everything back, plans under way included. */
  dispose() {
    this.asking?.abort();
    this.lifetime.end();
    this.element.remove();
  }
}

/** True where two frames are of one moment, made alike but for one setting. */
function sameBut(a, b, name) {
  const rest = ({ session, step, seed, planner, interventions, settings }) => JSON.stringify([session, step, seed, planner, interventions, { ...settings, [name]: null }]);
  return rest(a) === rest(b);
}

/** A corner of a shape. */
const point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** The picture of a sweep. `now` is the value in force. */
export function sweepPicture({ rows, setting, frame }, now, theme) {
  const { width, policy, strip, gap, left, right, foot } = PICTURE;
  const { place } = placeOf(setting.knob);
  const x = (value) => left + place(value) * (width - left - right);
  const exact = rows.some(({ loss }) => loss !== null);
  const particles = rows.some(({ ess }) => ess !== null);
  const tops = { ess: policy + gap, loss: policy + gap + (particles ? strip + gap : 0) };
  const bottom = tops.loss + (exact ? strip + gap : 0) - gap;
  const small = { "font-size": 10, fill: theme.muted };
  const parts = [
    ...bands(rows, x, policy, (action) => actionColour(theme, frame, action)),
    svgText({ ...small, x: left - 4, y: 9, "text-anchor": "end" }, "100 %"),
    svgText({ ...small, x: left - 4, y: policy, "text-anchor": "end" }, "0"),
  ];
  const curve = (name, top, values, most) => {
    const y = (value) => top + strip - (value / (most || 1)) * strip;
    const points = rows.flatMap((row, index) => (values[index] === null ? [] : [point(x(row.value), y(values[index]))]));
    return [
      svg("rect", { x: left, y: top + strip, width: width - left - right, height: 1, fill: theme.grid }),
      svg("polyline", { points: points.join(" "), fill: "none", stroke: theme.accent, "stroke-width": 1.5 }),
      svgText({ ...small, x: left - 4, y: top + strip / 2 + 4, "text-anchor": "end" }, name),
    ];
  };
  if (particles) parts.push(...curve("ESS", tops.ess, rows.map(({ ess }) => ess), 1));
  if (exact) parts.push(...curve("regret", tops.loss, rows.map(({ loss }) => loss), Math.max(...rows.map(({ loss }) => loss ?? 0))));
  if (typeof now === "number") {
    parts.push(svg("line", { x1: x(now), x2: x(now), y1: 0, y2: bottom, stroke: theme.ink, "stroke-width": 1.5, "stroke-dasharray": "3 2", "data-mark": "now" }));
  }
  const { minimum, maximum } = setting.knob;
  parts.push(
    svgText({ ...small, x: left, y: bottom + 12 }, number(minimum)),
    svgText({ ...small, x: width - right, y: bottom + 12, "text-anchor": "end" }, number(maximum)),
    svgText({ ...small, x: (left + width - right) / 2, y: bottom + 12, "text-anchor": "middle", fill: theme.ink }, setting.label),
  );
  const label = `Improved policy by ${setting.label}: ${[rows[0], rows[rows.length - 1]].map(({ value, policy: own, chosen }) => `at ${number(value)} ${share(own[chosen])} ${frame.actions[chosen] ?? ""}`).join(", ")}`;
  const made = svg("svg", { viewBox: `0 0 ${width} ${bottom + foot}`, width: "100%", role: "img", "aria-label": label, "font-family": theme.family }, ...parts);
  for (const row of rows) made.append(area(row, x, bottom, frame));
  return made;
}

/** Bands of the improved policy, one above the other, the first action on top. */
function bands(rows, x, height, colour) {
  const actions = rows[0].policy.length;
  const above = rows.map(() => 0);
  return Array.from({ length: actions }, (_, action) => {
    const top = rows.map((row, index) => point(x(row.value), above[index] * height));
    rows.forEach((row, index) => (above[index] += row.policy[action]));
    const low = rows.map((row, index) => point(x(row.value), above[index] * height)).reverse();
    return svg("polygon", { points: [...top, ...low].join(" "), fill: colour(action), "fill-opacity": 0.85, "data-action": action });
  });
}

/** All that is known at a value, for the pointer. */
function area({ value, policy, chosen, ess, loss }, x, height, { actions }) {
  const title = svgTitle([`${number(value)}: takes ${actions[chosen] ?? `action ${chosen + 1}`} (${percent(policy[chosen])})`, ...(ess === null ? [] : [`least ESS ${percent(ess)}`]), ...(loss === null ? [] : [`regret ${number(loss)}`])].join("\n"));
  return svg("rect", { x: x(value) - 4, y: 0, width: 8, height, fill: "transparent" }, title);
}

const svgTitle = (text) => {
  const made = svg("title", {});
  made.textContent = text;
  return made;
};
