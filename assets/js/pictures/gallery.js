// The pictures on their canvases: which module draws each, and what a pointer over it finds.

import { captions } from "../frame/captions.js";
import { narrate, narrateWorld, OVER } from "../frame/narration.js";
import { viewOf } from "../lib/store.js";
import { atMost } from "../lib/throttle.js";
import * as genealogy from "./genealogy.js";
import { followPointer } from "./pointer.js";
import { Stage } from "./stage.js";
import * as strips from "./strips.js";
import * as weights from "./weights.js";
import * as world from "./world.js";
import { Zoom } from "./zoom.js";

/**
 * @typedef {object} Picture
 * @property {{draw: Function, overlay: Function}} module
 * @property {(size: object, frame: any, x: number, y: number, view: import("../lib/store.js").View) => import("../lib/store.js").Pointed | null} pick
 * @property {(frame: any, view: import("../lib/store.js").View) => string} describe its text for those who cannot see it
 */

/** @type {Record<string, Picture>} */
export const PICTURES = {
  world: { module: world, pick: world.pick, describe: (frame) => narrateWorld(frame) },
  genealogy: {
    module: genealogy,
    pick: genealogy.pick,
    describe: (frame, view) => `Genealogy. ${narrate(frame, view.level)}`,
  },
  strips: {
    module: strips,
    pick: strips.pick,
    describe: (frame, view) => (frame.over ? OVER : `Level ${view.level}: ${strips.describe(frame, view)}. ${narrate(frame, view.level)}`),
  },
  weights: {
    module: weights,
    pick: (size, frame, x, y, view) => weights.geometry(size, frame, view.window).pick(x, y),
    describe: (frame, view) => `${captions(frame).titles.weights}. ${narrate(frame, view.level)}`,
  },
};

const TELLING = 1000;

export class Gallery {
  /**
   * @param {Map<string, HTMLElement>} sections a panel for each picture that is shown
   * @param {import("../lib/store.js").Store<any>} store
   * @param {() => void} onResize asks for a new painting
   * @param {import("../lib/lifetime.js").Lifetime} lifetime ends the listeners and the canvases
   */
  constructor(sections, store, onResize, lifetime) {
    this.store = store;
    /** @type {Zoom | null} of the genealogy, where that is shown */
    this.zoom = null;
    this.tell = atMost(() => TELLING, () => this.describe());
    lifetime.add(this.tell.cancel);
    this.open = Object.entries(PICTURES).flatMap(([name, picture]) => {
      const section = sections.get(name);
      if (!section) return [];
      const stage = new Stage(section.dataset.panel ?? name, onResize);
      section.append(stage.element);
      if (name === "genealogy") this.zoom = new Zoom(stage, store, genealogy.plotOf, lifetime);
      const busy = () => name === "genealogy" && !!this.zoom?.busy;
      followPointer(stage.element, store, (x, y) => picture.pick(stage.size, store.state.frame, x, y, viewOf(store.state)), lifetime, busy);
      lifetime.add(() => stage.dispose());
      return [{ name, stage, ...picture }];
    });
  }

  /** The words of the pictures for those who cannot see them. */
  describe() {
    const { frame } = this.store.state;
    if (frame) for (const { stage, describe } of this.open) if (stage.width && stage.height) stage.describe(describe(frame, viewOf(this.store.state)));
  }

  refit() {
    for (const { stage } of this.open) stage.refit();
  }

  /**
   * Paints overlays, and below them the pictures themselves that are named.
   * @param {string[]} named
   * @param {import("../lib/palette.js").Theme} theme
   */
  paint(named, theme) {
    const { frame } = this.store.state;
    const view = viewOf(this.store.state);
    for (const { name, stage, module } of this.open) {
      if (!stage.width || !stage.height) continue;
      if (named.includes(name)) module.draw(stage.clear("base"), stage.size, frame, view, theme, () => stage.scratch());
      module.overlay(stage.clear("overlay"), stage.size, frame, view, theme);
    }
    // Nobody hears twenty sentences a second.
    if (frame.playing) this.tell();
    else this.describe();
    this.zoom?.paint(frame, view, theme);
  }
}
