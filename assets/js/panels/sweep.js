// The panel "Sweep": the moment planned once for each of many values of a live setting. Bands show the improved policy, a line the ESS, and where it
// is known what the action loses; a click takes a value over. Of two settings it shows a map.

import { OVER } from "../frame/narration.js";
import { placeOf, sweepSentence, sweepValues } from "../frame/sweep.js";
import { finenessFor, tooLongText } from "../frame/sweep_map.js";
import { around, element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { significant } from "../lib/format.js";
import { panelSection } from "./section.js";
import { SweepMapView } from "./sweep_map_view.js";
import { leftOf, PICTURE, sweepPicture } from "./sweep_picture.js";

// Plans of one request: what is there is drawn while the rest is planned.
const CHUNK = 6;

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
   * @param {{sweep: (id: string, setting: string, values: number[], signal: AbortSignal, at?: Record<string, number>) => Promise<{rows: any[]}>}} given.api
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
    this.second = element("select", "choice sweep-setting");
    this.second.setAttribute("aria-label", "Other setting, for a map");
    this.row = around("label", "sweep-second", element("span", "", "and, for a map,"), this.second);
    const button = (name, title) => Object.assign(element("button", `quiet sweep-${name}`, name), { type: "button", title });
    this.start = button("sweep", "Plan this moment with values of the setting over its whole range, everything else the same");
    this.cancel = button("cancel", "Stop; the values planned so far stay");
    this.close = button("close", "Put the sweep away");
    this.close.textContent = "×";
    this.close.setAttribute("aria-label", "close");
    this.both = Object.assign(button("both", "Sweep two settings at once, as a map"), { textContent: "+" });
    this.both.setAttribute("aria-label", "a second setting");
    this.map = new SweepMapView({ change, theme, lifetime: this.lifetime });
    this.note = element("p", "hint sweep-note");
    this.note.setAttribute("role", "status");
    this.picture = element("div", "sweep-picture");
    this.element = panelSection("sweep", this.choice, this.both, this.start, this.cancel);
    this.element.append(this.row, around("div", "sweep-said", this.note, this.close), this.picture, this.map.element);
    this.setTwo(false);
    // Until the first plan that was made for this page.
    this.choice.append(new Option("a setting"));
    this.start.disabled = this.both.disabled = true;
    this.lifetime.listen(this.start, "click", () => this.plan());
    this.lifetime.listen(this.both, "click", () => this.setTwo(!this.two));
    this.lifetime.listen(this.choice, "change", () => this.offerSecond());
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
      this.offerSecond();
    }
    this.start.disabled = !offered.length;
    this.both.disabled = offered.length < 2;
    this.drawAgain();
  }

  /** Draws what there is again, in the colours of now. */
  drawAgain() {
    if (this.result) this.draw();
    if (this.map.map) this.drawMap(this.map.map);
  }

  /** The second setting is another one than the first. */
  offerSecond() {
    const chosen = this.second.value;
    this.second.replaceChildren(...this.offered.filter(({ name }) => name !== this.choice.value).map(({ name, label }) => new Option(label, name)));
    if (chosen && chosen !== this.choice.value) this.second.value = chosen;
  }

  /** One setting, or two. */
  setTwo(two) {
    this.two = two;
    this.row.hidden = !two;
    this.both.textContent = two ? "−" : "+";
    this.both.setAttribute("aria-pressed", `${two}`);
  }

  get offered() {
    const { frame, described } = this.now();
    return frame ? sweepable(described, frame.settings) : [];
  }

  get setting() {
    return this.offered.find(({ name }) => name === this.choice.value);
  }

  async plan() {
    const { id, frame } = this.now();
    const { setting } = this;
    if (!id || !frame || !setting || this.asking) return;
    this.result = null;
    this.map.clear();
    if (frame.over) return this.say(OVER);
    const second = this.two ? this.offered.find(({ name }) => name === this.second.value) : undefined;
    if (second) return this.planMap(id, frame, setting, second);
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
      if (this.result?.rows.length === values.length) {
        this.draw();
        this.element.scrollIntoView?.({ block: "nearest" });
      }
    }
  }

  /** A map of two settings. */
  async planMap(id, frame, first, second) {
    const size = finenessFor(frame.planMs);
    this.arrange();
    if (size === null) return this.say(tooLongText(frame.planMs));
    const asking = new AbortController();
    this.asking = asking;
    this.arrange();
    try {
      await this.map.plan({ api: this.api, id, frame, first, second, size, signal: asking.signal, report: (text) => this.say(text) });
      this.asking = null;
    } catch (error) {
      this.say(asking.signal.aborted ? "Cancelled; the rows planned so far stay." : `No answer: ${/** @type {Error} */ (error).message}.`);
    } finally {
      const cancelled = !!this.asking;
      this.asking = null;
      this.arrange();
      if (this.map.map && !cancelled) this.drawMap(this.map.map);
      this.close.hidden = !this.note.textContent;
    }
  }

  drawMap(map) {
    const { first, second, frame } = map;
    const shown = this.now().frame ?? frame;
    const fresh = sameBut(frame, shown, first.name, second.name);
    this.element.toggleAttribute("data-stale", !fresh);
    const valueOf = ({ name }) => shown.settings[name] ?? frame.settings[name];
    this.map.draw({ first: valueOf(first), second: valueOf(second) });
    if (!this.asking && map.rows.every(Boolean)) this.say(`${fresh ? "" : "Out of date. "}${this.map.sentence}`);
  }

  /** Shows a sweep that somebody else asked for. @param {{rows: any[], setting: Swept, frame: any}} found */
  show(found) {
    if (this.asking) return;
    this.choice.value = found.setting.name;
    this.offerSecond();
    this.setTwo(false);
    this.map.clear();
    this.result = found;
    this.arrange();
    this.draw();
  }

  put() {
    this.asking?.abort();
    this.result = null;
    this.map.clear();
    this.say("");
    this.arrange();
  }

  /** The value at the pointer is taken over. */
  take({ clientX }) {
    const box = this.picture.querySelector("svg")?.getBoundingClientRect();
    if (!this.result || !box) return;
    const { width, right } = PICTURE;
    const left = leftOf(this.result.rows);
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
    if (!this.result) this.picture.replaceChildren();
    if (!this.result && !this.map.map) this.element.removeAttribute("data-stale");
  }

  /** Gives everything back, plans under way included. */
  dispose() {
    this.asking?.abort();
    this.lifetime.end();
    this.element.remove();
  }
}

/** True where two frames are of one moment, made alike but for some settings. */
function sameBut(a, b, ...names) {
  const without = Object.fromEntries(names.map((name) => [name, null]));
  const rest = ({ session, step, seed, planner, interventions, settings }) => JSON.stringify([session, step, seed, planner, interventions, { ...settings, ...without }]);
  return rest(a) === rest(b);
}
