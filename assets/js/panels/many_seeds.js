// The panel "Many seeds": asks the server, shows how long it takes, can be told to stop, and says when what it shows is out of date.

import { writeKey } from "./legend.js";
import { readSeeds, seedsFigure, seedsKey, seedsSentence, staleness } from "./seed_figure.js";

export class SeedsPanel {
  /**
   * @param api with `seeds(id, count, signal)`
   * @param {() => {id: string | null, frame: object | null}} now the session and the frame that is shown
   */
  constructor(root, { api, now, theme }) {
    Object.assign(this, { root, api, now, theme, result: null, asking: null });
    this.part = Object.fromEntries(["count", "plan", "cancel", "close", "note", "key", "figure"].map((name) => [name, root.querySelector(`.seeds-${name}`)]));
    this.part.plan.addEventListener("click", () => this.plan());
    this.part.cancel.addEventListener("click", () => this.asking?.abort());
    this.part.close.addEventListener("click", () => this.close());
    this.part.count.addEventListener("change", () => this.label());
    this.label();
  }

  get count() {
    return Number(this.part.count.value);
  }

  label() {
    this.part.plan.textContent = `plan with ${this.count} seeds`;
  }

  async plan() {
    const { id, frame } = this.now();
    if (!id || !frame || this.asking) return;
    const asking = new AbortController();
    this.asking = asking;
    const since = performance.now();
    const tell = () => this.say(`Planning with ${this.count} seeds … ${Math.round((performance.now() - since) / 1000)} s`);
    const timer = setInterval(tell, 1000);
    this.arrange();
    tell();
    try {
      const buffer = await this.api.seeds(id, this.count, asking.signal);
      this.asking = null;
      // The figure and the frame are of one moment unless something was changed meanwhile, which the note then says.
      this.result = readSeeds(buffer, this.now().frame ?? frame);
      this.draw();
    } catch (error) {
      this.say(asking.signal.aborted ? "Cancelled." : `No answer: ${error.message}`);
    } finally {
      clearInterval(timer);
      this.asking = null;
      this.arrange();
    }
  }

  close() {
    this.asking?.abort();
    this.result = null;
    this.say("");
    this.arrange();
  }

  draw() {
    window.dash_clientside.set_props("seeds", { figure: seedsFigure(this.result, this.theme()) });
    writeKey(this.part.key, seedsKey(this.result));
    this.refresh(this.now().frame);
  }

  /** Follows the frame that is shown: what it is no longer about is greyed. */
  refresh(frame) {
    if (!this.result || this.asking || !frame) return;
    const stale = staleness(this.result, frame);
    this.root.toggleAttribute("data-stale", !!stale);
    this.say(stale ? `Out of date: ${stale}. ${seedsSentence(this.result)}` : seedsSentence(this.result));
  }

  say(text) {
    if (this.part.note.textContent !== text) this.part.note.textContent = text;
    this.root.toggleAttribute("data-open", !!text || !!this.result);
  }

  arrange() {
    this.part.cancel.hidden = !this.asking;
    this.part.plan.hidden = !!this.asking;
    this.part.close.hidden = !this.result && !this.part.note.textContent;
    this.part.figure.hidden = !this.result;
    this.part.key.hidden = !this.result;
    if (!this.result) this.root.removeAttribute("data-stale");
  }
}
