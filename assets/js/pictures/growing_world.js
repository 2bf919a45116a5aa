// A small picture of a plan from its first state: its particles step into the world level by level, again and again while the picture is in sight.

import { camera, drawScene } from "./scene.js";
import * as world from "./world.js";
import { narrateWorld } from "../frame/narration.js";
import { element } from "../lib/elements.js";
import { onPixelsChange, pixelRatio } from "../lib/pixel_ratio.js";

// Milliseconds of one level, and of the rest at the end, when the whole plan is seen.
const LEVEL = 170;
const REST = 2600;
// Drawn so often at most: thirty of them share a page.
const FRAME = 1000 / 24;
const PADDING = 8;

export class GrowingWorld {
  /**
   * @param {() => import("../lib/palette.js").Theme} theme
   * @param {() => Promise<{frame?: any, scene?: any}>} load asked when the picture comes into sight for the first time
   */
  constructor(theme, load) {
    this.theme = theme;
    /** @type {{frame?: any, scene?: any} | null} */
    this.shown = null;
    this.asked = false;
    this.inSight = false;
    this.began = 0;
    this.last = 0;
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "A plan, which is being loaded");
    this.caption = element("figcaption", "hint", "");
    this.element = element("figure");
    this.element.append(this.canvas, this.caption);
    this.watcher = new IntersectionObserver((entries) => this.see(entries.some(({ isIntersecting }) => isIntersecting), load), { rootMargin: "120px" });
    this.watcher.observe(this.element);
    this.unfollow = onPixelsChange(this.canvas, () => this.paint());
  }

  async see(inSight, load) {
    this.inSight = inSight;
    if (inSight && this.shown) this.run();
    if (!inSight || this.asked) return;
    this.asked = true;
    try {
      this.shown = await load();
      this.describe();
      this.began = performance.now();
      this.paint();
      this.run();
    } catch (error) {
      this.canvas.hidden = true;
      this.caption.textContent = `No picture: ${/** @type {Error} */ (error).message}`;
    }
  }

  describe() {
    const { frame, scene } = this.shown ?? {};
    const caption = (frame?.scene ?? scene)?.caption ?? "";
    this.canvas.setAttribute("aria-label", frame ? `A plan in ${narrateWorld(frame)}` : `A state: ${caption}`);
  }

  /** Moves for as long as it is in sight; without motion for those who want none. */
  run() {
    if (this.running || !this.shown?.frame || globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) return;
    this.running = true;
    const tick = (now) => {
      if (!this.inSight || !this.element.isConnected) {
        this.running = false;
        return;
      }
      if (now - this.last >= FRAME) {
        this.last = now;
        this.paint(now);
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  /** @param {number} [now] of the film; by default the whole plan is drawn */
  paint(now) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!this.shown || !width || !height) return;
    const ratio = pixelRatio(this.canvas);
    const size = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) Object.assign(this.canvas, { width: size[0], height: size[1] });
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const { frame, scene } = this.shown;
    const theme = this.theme();
    if (!frame) return drawScene(context, scene, camera({ width, height }, scene.focus, PADDING), theme);
    const film = now === undefined ? null : filmAt(frame, now - this.began);
    const view = /** @type {any} */ ({ level: film?.level ?? frame.levels - 1, particle: null, action: null, pinned: null, film });
    world.draw(context, { width, height }, frame, view, theme);
    world.overlay(context, { width, height }, frame, view, theme);
  }

  dispose() {
    this.watcher.disconnect();
    this.unfollow();
    this.inSight = false;
  }
}

/** The step of the film after so many milliseconds, over and over; null at its end, when the whole plan is seen. */
function filmAt({ levels, over, tree }, elapsed) {
  if (over || tree) return null;
  const time = elapsed % (levels * LEVEL + REST);
  const level = Math.floor(time / LEVEL);
  return level < levels ? { level, phase: "propose", share: (time % LEVEL) / LEVEL } : null;
}
