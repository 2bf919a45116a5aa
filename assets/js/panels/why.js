// The panel "Why this action?": reasons as sentences. What a plan says of itself stands there at once; how sure the decision is and what would have
// changed it is found out by planning, on request. Each sentence leads to its place in the pictures.

import { changeReasons, priorReason, reasonsOf, sureReason } from "../frame/why.js";
import { OVER } from "../frame/narration.js";
import { element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { keep, read } from "../lib/storage.js";
import { atMost } from "../lib/throttle.js";
import { panelSection } from "./section.js";
import { probe } from "./why_probe.js";

const KEY = "twistscope.why";
const WAITING = "Waiting for the first live plan …";
const ALONE = "Reasons are found by planning, and there is no live plan here.";
// Settings in motion ask a few times a second, not for every plan.
const PAUSE = 250;
// In other windows the numbers below need the room: the first sentence stands for all until somebody asks for more.
const ROOMY = "(min-height: 1050px), (max-width: 1100px)";
const LEADS = {
  particle: "Select this particle in every picture", action: "Single out this action in every picture", level: "Look at this level",
  seeds: "Show all seeds", sweep: "Show the sweep of this setting", knob: "Go to this knob",
};

export class WhyPanel {
  /**
   * @param {object} given
   * @param {import("../source/api.js").Api} given.api
   * @param {() => {id: string | null, frame: any, described: any[], without: string}} given.now the session, the frame that is shown, the planner's settings, and words for a live plan
   *   that is not there
   * @param {() => import("../lib/palette.js").Theme} given.theme
   * @param {(place: import("../frame/why.js").Place, known: {buffer?: ArrayBuffer, sweep?: any}) => void} given.go leads to the place of a sentence
   * @param {Storage | null} given.storage keeps whether all sentences are shown
   * @param {() => void} [given.changed] something else is known
   */
  constructor({ api, now, theme, go, storage, changed = () => {} }) {
    this.api = api;
    this.now = now;
    this.theme = theme;
    this.go = go;
    this.storage = storage;
    this.changed = changed;
    this.lifetime = new Lifetime();
    /** The server's answer about the frame. @type {any} */
    this.why = null;
    /** The frame that everything here is of. @type {any} */
    this.frame = null;
    /** @type {{buffer: ArrayBuffer, decisions: any} | null} */
    this.seeds = null;
    /** @type {import("../frame/why.js").Change[]} */
    this.changes = [];
    /** @type {Map<string | undefined, any>} */
    this.sweeps = new Map();
    /** @type {AbortController | null} */
    this.asking = null;
    const button = (name, title) => Object.assign(element("button", `quiet why-${name}`, name), { type: "button", title });
    this.sure = button("sure", "Plan with 64 seeds and with other settings: how sure is the decision, and what would have changed it?");
    this.sure.textContent = "how sure?";
    this.cancel = button("cancel", "Stop; what was found out stays");
    this.more = button("more", "");
    this.list = element("ul", "why-list");
    this.note = element("p", "hint why-note");
    this.note.setAttribute("role", "status");
    this.element = panelSection("why", this.sure, this.cancel, this.more);
    this.element.append(this.list, this.note);
    // Until the first plan that was made for this page.
    this.waiting = element("li", "hint why-waiting", WAITING);
    this.list.append(this.waiting);
    this.ask = atMost(() => PAUSE, () => this.fetch());
    this.roomy = window.matchMedia(ROOMY);
    this.setOpen(readOpen(storage) ?? this.roomy.matches);
    this.lifetime.add(this.ask.cancel);
    this.lifetime.listen(this.sure, "click", () => this.find());
    this.lifetime.listen(this.cancel, "click", () => this.asking?.abort());
    this.lifetime.listen(this.more, "click", () => {
      this.setOpen(!this.open);
      keep(storage, KEY, this.open ? "open" : "shut");
    });
    // An answer that somebody asked for stays, at any size of the window.
    this.lifetime.listen(this.roomy, "change", () => readOpen(storage) ?? this.setOpen(this.roomy.matches || this.asked));
    this.arrange();
  }

  /** True where it is known, or being found out, how sure the decision is. */
  get asked() {
    return !!this.seeds || !!this.asking;
  }

  /** Nothing is known of another plan. */
  forget() {
    this.seeds = null;
    this.changes = [];
    this.sweeps.clear();
  }

  /** @param {boolean} alone no live plan follows the recorded one */
  standAlone(alone) {
    this.waiting.textContent = alone ? ALONE : WAITING;
  }

  /** Follows the frame that is shown. */
  refresh(frame) {
    if (!frame || frame.recorded) return;
    // The same plan again, with exact answers or without the mark of playing.
    const same = this.frame && made(this.frame) === made(frame);
    this.frame = frame;
    if (!same) {
      this.asking?.abort();
      this.forget();
      this.say("");
      this.why = null;
    }
    this.write();
    this.ask();
  }

  /** Asks the server about the plan. While playing, plans are gone before it has answered. */
  async fetch() {
    const { id, frame } = this.now();
    if (!this.open || !id || !frame || frame.recorded || frame.playing || frame.over || !this.element.offsetParent) return;
    try {
      const why = await this.api.why(id, new AbortController().signal);
      if (why.frame !== this.frame?.id) return;
      this.why = why;
      this.write();
    } catch {
      // Without it there are fewer sentences.
    }
  }

  /** Finds out how sure the decision is, and what would have changed it. */
  async find() {
    const { id, frame, described, without } = this.now();
    if (this.asking) return;
    if (!id || !frame || frame.recorded) return this.say(`It needs a live plan: ${without}`);
    if (frame.over) return this.say(OVER);
    const asking = new AbortController();
    const { signal } = asking;
    this.asking = asking;
    this.forget();
    this.setOpen(true);
    this.arrange();
    this.changed();
    try {
      await probe({ api: this.api, id, frame, described, signal, report: (text) => this.say(text), found: (found) => this.learn(found) });
      this.say("");
    } catch (error) {
      if (this.asking === asking) this.say(signal.aborted ? "Stopped. What was found out stays." : `No answer: ${/** @type {Error} */ (error).message}`);
    } finally {
      // Another plan may have been asked about meanwhile.
      if (this.asking === asking) this.asking = null;
      this.arrange();
    }
  }

  /** @param {{seeds?: {buffer: ArrayBuffer, decisions: any}, change?: import("../frame/why.js").Change, sweep?: any}} found */
  learn(found) {
    if (found.seeds) this.seeds = found.seeds;
    if (found.change) this.changes.push(found.change);
    if (found.sweep) this.sweeps.set(found.sweep.setting.name, found.sweep);
    this.write();
  }

  /** All sentences there are. */
  get reasons() {
    const { frame, why, seeds, changes } = this;
    if (frame.playing || !this.open) return [priorReason(frame, true)];
    return [...reasonsOf(frame, why), ...(seeds ? [sureReason(frame, seeds.decisions)] : []), ...changeReasons(frame, changes)];
  }

  write() {
    if (!this.frame) return;
    const { reasons } = this;
    const theme = this.theme();
    const written = JSON.stringify([reasons, theme.dark]);
    if (this.list.dataset.written === written) return;
    this.list.dataset.written = written;
    const held = [...this.list.children].findIndex((item) => item.contains(document.activeElement));
    this.list.replaceChildren(...reasons.map((reason) => this.item(reason, theme)));
    if (held >= 0) /** @type {HTMLElement | null} */ (this.list.children[held]?.firstElementChild)?.focus();
  }

  /** @param {import("../frame/why.js").Reason} reason */
  item({ id, text, place, mark }, theme) {
    const item = element("li", "why-item");
    item.dataset.reason = id;
    const glyph = element("span", "glyph why-glyph", mark === undefined ? "·" : actionGlyph(this.frame, mark));
    if (mark !== undefined) glyph.style.color = actionColour(theme, this.frame, mark);
    glyph.setAttribute("aria-hidden", "true");
    const sentence = element(place ? "button" : "span", "why-reason");
    // A number keeps its unit on its line.
    sentence.append(glyph, element("span", "", text.replace(/ (?=%|nats|− proposal)/g, "\u00a0")));
    if (place) {
      Object.assign(sentence, { type: "button", title: LEADS[Object.keys(place)[0]] });
      sentence.addEventListener("click", () => this.go(place, { buffer: this.seeds?.buffer, sweep: this.sweeps.get(place.sweep) }));
    }
    item.append(sentence);
    return item;
  }

  setOpen(open) {
    this.open = open;
    this.element.toggleAttribute("data-open", open);
    this.more.textContent = open ? "less" : "more";
    this.more.title = open ? "Only the first sentence" : "All reasons";
    this.more.setAttribute("aria-expanded", `${open}`);
    this.write();
    this.ask();
  }

  /** Draws again, in the colours of now. */
  redraw() {
    this.write();
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  arrange() {
    const held = [this.sure, this.cancel].find((button) => button === document.activeElement);
    this.cancel.hidden = !this.asking;
    this.sure.hidden = !!this.asking;
    if (held?.hidden) (this.asking ? this.cancel : this.sure).focus();
  }

  /** Gives everything back, plans under way included. */
  dispose() {
    this.asking?.abort();
    this.lifetime.end();
    this.element.remove();
  }
}

/** All that makes a plan: what was found out holds for as long as it is the same. */
const made = ({ session, step, seed, planner, settings, interventions }) => JSON.stringify([session, step, seed, planner, settings, interventions]);

/** True for open, as a person chose; null where nobody did. */
function readOpen(storage) {
  const kept = read(storage, KEY);
  return kept === "open" ? true : kept === "shut" ? false : null;
}
