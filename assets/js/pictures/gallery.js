// The four pictures on their canvases: which module draws where, and what a pointer over each finds.

import { Panel } from "./canvas.js";
import { captions } from "../frame/captions.js";
import * as genealogy from "./genealogy.js";
import { followPointer } from "../controls/input.js";
import { narrate, narrateWorld } from "../frame/narration.js";
import * as strips from "./strips.js";
import { viewOf } from "../lib/store.js";
import * as weights from "./weights.js";
import * as world from "./world.js";

const PICTURES = {
  world: { module: world, pick: world.pick, describe: (frame) => narrateWorld(frame) },
  genealogy: {
    module: genealogy,
    pick: (size, frame, x, y) => genealogy.pickAction(size, frame, x, y) ?? genealogy.geometry(size, frame).pick(x, y),
    describe: (frame, view) => `Genealogy. ${narrate(frame, view.level)}`,
  },
  strips: { module: strips, pick: strips.pick, describe: (frame, view) => `Level ${view.level}: ${strips.describe(frame, view)}. ${narrate(frame, view.level)}` },
  weights: {
    module: weights,
    pick: (size, frame, x, y) => weights.geometry(size, frame).pick(x, y),
    describe: (frame, view) => `${captions(frame).pictures.weights}. ${narrate(frame, view.level)}`,
  },
};

/** Canvases for all pictures; `onResize` asks for a new painting. */
export function openPictures(store, onResize) {
  const open = Object.entries(PICTURES).map(([id, picture]) => {
    const panel = new Panel(document.getElementById(id), onResize);
    followPointer(panel.stage, store, (x, y) => picture.pick(panel.size, store.state.frame, x, y));
    return { panel, ...picture };
  });
  return {
    /** Paints overlays, and below them the pictures themselves where `base` says so. */
    paint(base, theme) {
      const { frame } = store.state;
      const view = viewOf(store.state);
      for (const { panel, module, describe } of open) {
        if (!panel.width || !panel.height) continue;
        if (base) module.draw(panel.clear("base"), panel.size, frame, view, theme);
        module.overlay(panel.clear("overlay"), panel.size, frame, view, theme);
        panel.describe(describe(frame, view));
      }
    },
  };
}
