// The bar of the film: a plan in slow motion, its controls, and the formula of the step that is shown with the numbers of one particle.

import { captionOf, hasFilm, MILLISECONDS, shotsOf, SPEEDS } from "../frame/film.js";
import { around, element } from "../lib/elements.js";
import { writeFormula } from "../lib/katex.js";

/** Slow, fast, slow. */
const eased = (part) => part * part * (3 - 2 * part);

export class FilmBar {
  /**
   * @param {object} page
   * @param {import("../lib/store.js").Store<any>} page.store with `film`
   * @param {() => void} page.began called when a film begins, which a plan that is replaced at any moment cannot be
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ store, began, lifetime }) {
    this.store = store;
    this.began = began;
    this.index = 0;
    /** The share of the step that is done; more than 1 while it rests. */
    this.done = 0;
    this.speed = 1;
    this.playing = false;
    /** @type {number | null} */
    this.ticking = null;
    /** @type {any} the plan that the film is of */
    this.plan = null;
    this.part = buildParts();
    const { root, play, back, on, close, scrub, speed, open } = this.part;
    this.element = root;
    this.button = open;
    lifetime.listen(open, "click", () => this.toggle());
    lifetime.listen(close, "click", () => this.end());
    lifetime.listen(play, "click", () => (this.playing ? this.pause() : this.play()));
    lifetime.listen(back, "click", () => this.step(-1));
    lifetime.listen(on, "click", () => this.step(1));
    lifetime.listen(scrub, "input", () => this.goTo(Number(scrub.value)));
    lifetime.listen(speed, "change", () => {
      this.speed = Number(speed.value);
    });
    lifetime.add(store.subscribe(["frame"], ({ frame }) => this.follow(frame)));
    lifetime.add(() => this.pause());
  }

  /** True while the plan is shown as a film. */
  get on() {
    return this.store.state.film !== null;
  }

  toggle() {
    if (this.on) this.end();
    else this.begin();
  }

  begin() {
    const { frame } = this.store.state;
    if (!hasFilm(frame)) return;
    this.plan = frame;
    this.began();
    this.show(0, 0);
    this.play();
  }

  end() {
    this.pause();
    this.store.set({ film: null });
    this.write();
  }

  /** Another plan: the film goes on with it at the same step, or ends where it has none. */
  follow(frame) {
    const open = hasFilm(frame);
    this.button.disabled = !open;
    this.button.title = open ? "This plan in slow motion, step by step, with its formulas (m)" : "There is no film of this plan";
    if (!this.on) return;
    if (!open) return this.end();
    if (frame.drawsTheSame(this.plan)) return this.write();
    this.plan = frame;
    this.show(Math.min(this.index, shotsOf(frame).length - 1), 1);
  }

  play() {
    if (this.index === shotsOf(this.plan).length - 1 && this.store.state.film?.share === 1) this.show(0, 0);
    this.playing = true;
    this.write();
    let last = performance.now();
    const tick = () => {
      this.ticking = requestAnimationFrame(() => {
        const now = performance.now();
        this.advance(now - last);
        last = now;
        if (this.playing) tick();
      });
    };
    if (this.ticking === null) tick();
  }

  pause() {
    if (this.ticking !== null) cancelAnimationFrame(this.ticking);
    this.ticking = null;
    if (!this.playing) return;
    this.playing = false;
    this.write();
  }

  /** @param {number} elapsed milliseconds */
  advance(elapsed) {
    const shots = shotsOf(this.plan);
    const { phase } = shots[this.index];
    // Each step ends with a rest, to look at what it did.
    const passed = this.done + (elapsed * this.speed) / MILLISECONDS[phase];
    if (passed < 1.35) return this.show(this.index, passed);
    if (this.index + 1 < shots.length) return this.show(this.index + 1, 0);
    this.show(this.index, 1);
    this.pause();
  }

  /** One step further or back, as it is when it is done. @param {number} by */
  step(by) {
    this.pause();
    this.goTo(this.index + by);
  }

  /** @param {number} index */
  goTo(index) {
    const last = shotsOf(this.plan).length - 1;
    this.show(Math.min(Math.max(index, 0), last), 1);
  }

  /** @param {number} index @param {number} done how much of the step is done; more than 1 while it rests */
  show(index, done) {
    const shot = shotsOf(this.plan)[index];
    this.index = index;
    this.done = done;
    // Without easing for those who want no motion: the step is done at once.
    const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    this.store.set({ film: { ...shot, share: still ? 1 : eased(Math.min(done, 1)) }, level: shot.level, hover: null });
    this.write();
  }

  write() {
    const { root, play, back, on, scrub, title, sentence, formula, numbers, place } = this.part;
    root.hidden = !this.on;
    this.button.setAttribute("aria-pressed", `${this.on}`);
    if (!this.on) return;
    const shots = shotsOf(this.plan);
    const shot = shots[this.index];
    Object.assign(play, { textContent: this.playing ? "pause" : "play", title: this.playing ? "Pause the film" : "Play the film" });
    back.disabled = this.index === 0;
    on.disabled = this.index === shots.length - 1;
    Object.assign(scrub, { max: `${shots.length - 1}`, value: `${this.index}` });
    // The numbers of the particle come with a frame of the same plan.
    const { frame } = this.store.state;
    const caption = captionOf(frame, shot);
    const where = `${shot.phase === "decide" ? "root" : `level ${shot.level}`} · ${this.index + 1} / ${shots.length}`;
    scrub.setAttribute("aria-valuetext", `${caption.title}, ${where}`);
    for (const [own, said] of /** @type {[HTMLElement, string][]} */ ([[title, caption.title], [place, where], [sentence, caption.sentence]])) if (own.textContent !== said) own.textContent = said;
    sentence.title = caption.sentence;
    // While it plays the steps come too fast to be read aloud.
    sentence.setAttribute("aria-live", this.playing ? "off" : "polite");
    writeFormula(formula, caption);
    writeFormula(numbers, { tex: caption.numbers, plain: caption.plainNumbers });
  }
}

function buildParts() {
  const button = (name, text, title) => Object.assign(element("button", `quiet film-${name}`, text), { type: "button", title });
  const play = button("play", "play", "Play the film");
  const [back, on, close] = [button("back", "‹", "One step back"), button("on", "›", "One step further (space)"), button("close", "close", "Back to the whole plan (m)")];
  back.setAttribute("aria-label", "One step back");
  on.setAttribute("aria-label", "One step further");
  const scrub = Object.assign(element("input", "film-scrub"), { type: "range", min: "0", max: "0", value: "0" });
  scrub.setAttribute("aria-label", "Step of the film");
  const speed = element("select", "film-speed");
  speed.setAttribute("aria-label", "Speed of the film");
  speed.append(...SPEEDS.map((each) => Object.assign(element("option", "", `× ${each}`), { value: `${each}`, selected: each === 1 })));
  const [title, place, sentence] = [element("strong", "film-title"), element("span", "film-place"), element("p", "film-sentence")];
  const [formula, numbers] = [element("div", "film-formula"), element("div", "film-numbers")];
  const root = around("section", "film", around("div", "film-controls", back, play, on, scrub, place, speed, close), around("div", "film-said", around("p", "film-head", title), sentence), around("div", "film-maths", formula, numbers));
  root.setAttribute("aria-label", "Film of the plan");
  root.hidden = true;
  const open = Object.assign(element("button", "chip film-open", "film"), { type: "button" });
  return { root, play, back, on, close, scrub, speed, title, place, sentence, formula, numbers, open };
}
