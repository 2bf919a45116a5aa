// The panel "Many seeds": asks the server, shows how long it takes, can be cancelled, and marks its answer when it is out of date.

import { OVER } from "../frame/narration.js";
import { element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { loadPlotly } from "../lib/plotly.js";
import { writeKey } from "./legend.js";
import { enlarged } from "./plotly_style.js";
import { panelSection } from "./section.js";
import { readSeeds, seedsFigure, seedsKey, seedsSentence, staleness } from "./seed_figure.js";

const COUNTS = [16, 64, 256];
const USUAL = 64;

export class SeedsPanel {
  /**
   * @param {object} given
   * @param {{seeds: (id: string, count: number, signal: AbortSignal) => Promise<ArrayBuffer>}} given.api
   * @param {() => {id: string | null, frame: any, without: string}} given.now the session, the frame that is shown, and words for a live plan that is not there
   * @param {() => import("../lib/palette.js").Theme} given.theme
   */
  constructor({ api, now, theme }) {
    this.api = api;
    this.now = now;
    this.theme = theme;
    this.lifetime = new Lifetime();
    /** @type {any} */
    this.result = null;
    /** @type {AbortController | null} */
    this.asking = null;
    this.part = buildParts();
    const { count, plan, cancel, close, note, key, figure } = this.part;
    this.element = panelSection("seeds", count, plan, cancel, close);
    this.element.append(note, key, figure);
    this.lifetime.listen(plan, "click", () => this.plan());
    this.lifetime.listen(cancel, "click", () => this.asking?.abort());
    this.lifetime.listen(close, "click", () => this.close());
    this.lifetime.listen(count, "change", () => this.label());
    this.lifetime.observe(new ResizeObserver(() => figure.childElementCount && figure.clientHeight && globalThis.Plotly?.Plots.resize(figure)), figure);
    this.label();
  }

  get count() {
    return Number(this.part.count.value);
  }

  label() {
    this.part.plan.setAttribute("aria-label", `plan with ${this.count} seeds`);
  }

  async plan() {
    const { id, frame, without } = this.now();
    if (this.asking) return;
    if (!id || !frame) return this.refuse(`It needs a live plan: ${without}`);
    if (frame.over) return this.refuse(OVER);
    const asking = new AbortController();
    this.asking = asking;
    const since = performance.now();
    const report = () => this.say(`Planning with ${this.count} seeds … ${Math.round((performance.now() - since) / 1000)} s`);
    const timer = setInterval(report, 1000);
    this.arrange();
    report();
    try {
      const buffer = await this.api.seeds(id, this.count, asking.signal);
      // The figure may have to wait for its library; the sentence does not.
      clearInterval(timer);
      this.asking = null;
      // The figure and the frame are of one moment unless something was changed meanwhile, which the note then says.
      this.result = readSeeds(buffer, this.now().frame ?? frame);
      this.arrange();
      await this.draw();
    } catch (error) {
      this.say(asking.signal.aborted ? "Cancelled." : `No answer: ${/** @type {Error} */ (error).message}`);
    } finally {
      clearInterval(timer);
      this.asking = null;
      this.arrange();
    }
  }

  /** Shows an answer that somebody else asked for. @param {ArrayBuffer} buffer */
  take(buffer) {
    const { frame } = this.now();
    if (!frame || this.asking) return;
    this.result = readSeeds(buffer, frame);
    this.arrange();
    return this.draw();
  }

  /** Says why there is no answer to be had. */
  refuse(reason) {
    this.result = null;
    this.say(reason);
    this.arrange();
  }

  close() {
    this.asking?.abort();
    this.result = null;
    this.say("");
    this.arrange();
  }

  /** Draws the answer, in the colours of now. */
  async draw() {
    if (!this.result) return;
    writeKey(this.part.key, seedsKey(this.result));
    this.refresh(this.now().frame);
    const plotly = await loadPlotly();
    // Closed meanwhile, or disposed of.
    if (!this.result) return;
    // The style sheet gives the figure the window's own pixels.
    const { data, layout } = enlarged(seedsFigure(this.result, this.theme()), /** @type {any} */ (this.element).currentCSSZoom ?? 1);
    await plotly.react(this.part.figure, data, layout, { displayModeBar: false });
  }

  /** Follows the frame that is shown: what it is no longer about is greyed. */
  refresh(frame) {
    if (!this.result || this.asking || !frame || frame.recorded) return;
    const stale = staleness(this.result, frame);
    this.element.toggleAttribute("data-stale", !!stale);
    this.say(stale ? `Out of date: ${stale}. ${seedsSentence(this.result)}` : seedsSentence(this.result));
  }

  say(text) {
    if (this.part.note.textContent !== text) this.part.note.textContent = text;
    this.element.toggleAttribute("data-open", !!text || !!this.result);
  }

  arrange() {
    const { plan, cancel, close } = this.part;
    const held = [plan, cancel, close].find((button) => button === document.activeElement);
    cancel.hidden = !this.asking;
    plan.hidden = !!this.asking;
    close.hidden = !this.result && !this.part.note.textContent;
    // The focus of a button that goes is taken over by the one that comes.
    if (held?.hidden) (this.asking ? cancel : plan).focus();
    this.part.figure.hidden = !this.result;
    this.part.key.hidden = !this.result;
    if (!this.result) this.element.removeAttribute("data-stale");
  }

  /** Gives everything back, an answer under way included. */
  dispose() {
    this.asking?.abort();
    this.result = null;
    this.lifetime.end();
    globalThis.Plotly?.purge(this.part.figure);
    this.element.remove();
  }
}

function buildParts() {
  const count = element("select", "choice seeds-count");
  count.setAttribute("aria-label", "How many seeds");
  for (const each of COUNTS) count.append(new Option(`${each}`, `${each}`, each === USUAL, each === USUAL));
  const button = (name) => Object.assign(element("button", `quiet seeds-${name}`, name), { type: "button" });
  const [plan, cancel, close] = ["plan", "cancel", "close"].map(button);
  plan.title = "Plan from this state with other random numbers, everything else the same";
  const note = element("p", "hint seeds-note");
  note.setAttribute("role", "status");
  const [key, figure] = [element("p", "key seeds-key"), element("div", "seeds-figure")];
  for (const part of [cancel, close, key, figure]) part.hidden = true;
  return { count, plan, cancel, close, note, key, figure };
}
