// The film strip over the world: the states of the selected particle along its lineage, each as a small scene with reward, V and log-weight below it.
// States are kept only on request (source/detail.js), so that it takes a button, and the first time a program that keeps them.

import { around, element } from "../lib/elements.js";
import { count, decimalsOf, fixed, number } from "../lib/format.js";
import { onPixelsChange, pixelRatio } from "../lib/pixel_ratio.js";
import { camera, drawScene } from "../pictures/scene.js";
import { shorten } from "./shapes.js";

// Heights in pixels: a panel that has room for both, and the strip in it; the words below a scene.
const ROOMY = 400;
const HIGH = 168;
const WORDS = 46;
const [NARROW, WIDE] = [74, 190];
const HIGHEST = 124;
const PADDING = 3;
// Room for the name of an action, in pixels.
const NAME = 90;

const OFFER = "Film strip: the states of the selected particle as pictures, with reward, V and log-weight (s). The first time a program is compiled that keeps them";
const NONE = "This plan was kept without its states: there is no film strip of it";
const LOOKS = "Who looks on sees the film strip once somebody in control has asked for it";

/**
 * The words below the scene of a step; pure.
 * @param {any} step of a film strip
 * @param {string} action
 * @param {number} decimals of values
 */
export function stepWords({ level, reward, value, log_weight: weight, q_value: q, visits, terminal }, action, decimals) {
  const head = `${level} · ${shorten(action, NAME, 10.5, true)}${terminal ? " †" : ""}`;
  if (q !== undefined) return [head, `r ${number(reward)} · Q ${fixed(q, decimals)}`, count(visits, "visit")];
  return [head, `r ${number(reward)} · V ${fixed(value, decimals)}`, `log w ${weight === null ? "−∞" : fixed(weight, 2)}`];
}

/** Decimals that all values of a strip are written with; pure. */
export const stripDecimals = ({ root, steps }) => Math.min(decimalsOf([root.value, ...steps.map(({ value, q_value: q }) => q ?? value)]), 3);

/** About as wide as a scene is at a height, within bounds; pure. */
export function sceneWidth({ focus: [x0, x1, y0, y1] }, height) {
  return Math.round(Math.min(Math.max(((x1 - x0) / (y1 - y0)) * height, NARROW), WIDE));
}

export class FilmStrip {
  /**
   * @param {object} given
   * @param {import("../lib/store.js").Store<any>} given.store
   * @param {import("../source/detail.js").DetailRequest} given.detail
   * @param {() => import("../source/source.js").Source | null} given.source
   * @param {() => import("../lib/palette.js").Theme} given.theme
   * @param {() => {level: number, slot: number} | null} given.particle the one that it is of
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ store, detail, source, theme, particle, lifetime }) {
    this.store = store;
    this.detail = detail;
    this.source = source;
    this.theme = theme;
    this.particle = particle;
    /** @type {HTMLElement | null} */
    this.stage = null;
    /** @type {any[]} */
    this.scenes = [];
    this.open = false;
    /** The strip that is drawn. @type {any} */
    this.strip = null;
    /** The plan and particle that it is of, or is asked for. */
    this.asked = "";
    /** @type {AbortController | null} */
    this.asking = null;
    this.button = Object.assign(element("button", "chip strip-open", "film strip"), { type: "button", title: OFFER });
    this.button.setAttribute("aria-pressed", "false");
    this.note = element("p", "hint strip-note");
    this.note.setAttribute("role", "status");
    this.list = element("ol", "strip-scenes");
    this.element = around("div", "film-strip", this.note, this.list);
    Object.assign(this.element, { hidden: true, tabIndex: 0, role: "region", ariaLabel: "Film strip" });
    lifetime.listen(this.button, "click", () => this.toggle());
    // It lies over a picture that has its own use for pointers.
    for (const type of ["pointermove", "click", "pointerdown", "wheel"]) lifetime.listen(this.element, type, (event) => event.stopPropagation());
    lifetime.listen(this.list, "pointerover", ({ target }) => this.look(target));
    lifetime.listen(this.list, "pointerleave", () => store.set({ hover: null }));
    lifetime.listen(this.list, "click", ({ target }) => this.look(target, true));
    lifetime.add(() => this.asking?.abort());
    lifetime.add(store.subscribe(["selection", "frame"], () => this.follow()));
    lifetime.add(store.subscribe(["level", "hover"], (_, changed) => this.point(changed.includes("level"))));
  }

  /** @param {HTMLElement} stage the element of the picture that it lies over */
  mount(stage, lifetime) {
    stage.append(this.element);
    this.stage = stage;
    lifetime.add(onPixelsChange(stage, () => this.draw()));
  }

  toggle() {
    if (this.open || this.detail.offered) this.show(!this.open);
  }

  /** Opens the strip, as soon as it can be had, or puts it away. @param {boolean} wanted */
  show(wanted) {
    this.store.set({ strip: wanted });
    this.arrange();
  }

  arrange() {
    const { strip: wanted } = this.store.state;
    if (wanted === this.open || (wanted && !this.detail.offered)) return;
    this.open = wanted;
    this.element.hidden = !this.open;
    this.button.setAttribute("aria-pressed", `${this.open}`);
    if (this.open) {
      this.draw();
      this.detail.want("strip");
      this.follow();
    } else {
      this.detail.leave("strip");
      this.asking?.abort();
    }
  }

  /** Asks for the strip of the plan and particle that are shown now, or says why there is none. */
  follow() {
    this.arrange();
    const frame = this.store.state.frame;
    const offered = this.detail.offered;
    this.button.disabled = !offered && !this.open;
    const none = frame?.kept ? NONE : LOOKS;
    const title = offered || !frame || frame.over ? OFFER : none;
    if (this.button.title !== title) this.button.title = title;
    if (!this.open || !frame) return;
    const particle = this.particle();
    const wanted = particle ? `${frame.session} ${frame.id} ${particle.level} ${particle.slot}` : "";
    this.element.toggleAttribute("data-stale", wanted !== this.asked || !!this.asking);
    if (frame.over) return this.say("The episode has ended here: there are no steps to show.");
    if (!offered) return this.say(none);
    this.say(this.detail.said);
    if (this.detail.ready && wanted && wanted !== this.asked) this.ask(frame, particle, wanted);
  }

  /** @param {any} frame @param {any} particle @param {string} wanted */
  async ask(frame, particle, wanted) {
    this.asking?.abort();
    const asking = new AbortController();
    Object.assign(this, { asking, asked: wanted });
    try {
      const strip = await this.source()?.strip?.(frame, particle, asking.signal);
      if (asking.signal.aborted || !strip) return;
      this.strip = strip;
      this.write();
    } catch (error) {
      if (asking.signal.aborted) return;
      this.say(`No film strip: ${/** @type {Error} */ (error).message}`);
    } finally {
      if (this.asking === asking) this.asking = null;
      this.element.toggleAttribute("data-stale", !!this.asking);
    }
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** A cell for the state that is planned from, and one for each step. */
  write() {
    const { frame } = this.store.state;
    const { root, steps } = this.strip;
    const actions = steps.map((_, index) => (frame["lineage/level"]?.[index] === steps[index].level ? frame.lineageAction(index) : ""));
    const decimals = stripDecimals(this.strip);
    const cells = [
      { scene: root.scene, words: ["now", `V ${fixed(root.value, decimals)}`, ""], level: -1 },
      ...steps.map((step, index) => ({ scene: step.scene, words: stepWords(step, actions[index], decimals), level: step.level })),
    ];
    this.list.replaceChildren(...cells.map(({ scene, words, level }) => cellOf(scene, words, level)));
    this.scenes = cells.map(({ scene }) => scene);
    this.draw();
    this.point();
  }

  /** Draws all scenes, in the room and the colours of now. */
  draw() {
    if (!this.open || !this.strip || !this.stage) return;
    const panel = /** @type {HTMLElement} */ (this.stage.parentElement);
    const roomy = panel.clientHeight >= ROOMY;
    // Over the picture, or under it where there is room for both.
    const place = roomy ? panel : this.stage;
    if (this.element.parentElement !== place) place.append(this.element);
    this.element.toggleAttribute("data-under", roomy);
    const height = Math.min(Math.max((roomy ? HIGH : this.stage.clientHeight) - WORDS - 18, 34), HIGHEST);
    const theme = this.theme();
    [...this.list.children].forEach((cell, index) => {
      const canvas = /** @type {HTMLCanvasElement} */ (cell.querySelector("canvas"));
      const scene = this.scenes[index];
      const width = sceneWidth(scene, height);
      const ratio = pixelRatio(canvas);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawScene(context, scene, camera({ width, height }, scene.focus, PADDING), theme);
    });
  }

  /**
   * Marks the state after the step of the level that is looked at.
   * @param {boolean} [moved] true where another level was chosen: its state is brought into sight
   */
  point(moved = false) {
    if (!this.open || !this.strip) return;
    const { frame, hover, level } = this.store.state;
    const looked = hover?.level ?? level ?? (frame ? frame.levels - 1 : 0);
    const cells = /** @type {HTMLElement[]} */ ([...this.list.children]);
    for (const cell of cells) cell.toggleAttribute("data-now", Number(cell.dataset.level) === looked);
    const now = cells.find((cell) => cell.hasAttribute("data-now"));
    if (!moved || !now) return;
    const { scrollLeft, clientWidth } = this.element;
    // The page itself is not to scroll.
    if (now.offsetLeft < scrollLeft || now.offsetLeft + now.offsetWidth > scrollLeft + clientWidth) this.element.scrollLeft = now.offsetLeft - (clientWidth - now.offsetWidth) / 2;
  }

  /** Looks at the level of a cell. @param {any} target @param {boolean} [keeps] */
  look(target, keeps = false) {
    const cell = target.closest?.("[data-level]");
    if (!cell || Number(cell.dataset.level) < 0) return;
    const level = Number(cell.dataset.level);
    this.store.set(keeps ? { hover: null, level } : { hover: { level } });
  }
}

function cellOf(scene, words, level) {
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", scene.caption);
  const cell = around("li", "strip-cell", canvas, ...words.map((text, index) => element("span", index ? "strip-number" : "strip-head", text)));
  cell.dataset.level = `${level}`;
  cell.title = scene.caption;
  return cell;
}
