// The painting of a microscope: what is painted again when something changes, in which order, and the words around the pictures.

import { captions } from "../frame/captions.js";
import { kindOf } from "../frame/level_series.js";
import { narrate } from "../frame/narration.js";
import { steadyAfter } from "../frame/steady.js";
import { onThemeChange, readTheme } from "../lib/palette.js";
import { viewOf } from "../lib/store.js";
import { doneLevels } from "../pictures/film.js";
import { nameSection, setText } from "./section.js";

export const PICTURES = ["world", "genealogy", "strips", "weights"];
/** Pictures that each part of a painting draws anew. @type {[part: string, pictures: string[]][]} */
const PARTS = [["base", PICTURES], ["levels", ["genealogy", "strips", "weights"]], ["genealogy", ["genealogy"]]];
// A world that is about square would be a stamp in a low, wide panel.
const TALL = 1.1;

export class Painting {
  /** @param {import("../microscope.js").Microscope} microscope */
  constructor(microscope) {
    this.microscope = microscope;
    this.actionShown = "";
    /** The shape that the room was last shared out for. */
    this.arranged = "";
    /** The levels that the film had done. */
    this.filmed = 0;
    /** @type {import("../frame/steady.js").Steady | null} */
    this.steady = null;
  }

  /** Everything that paints again, or asks, when something changes. */
  follow() {
    const { microscope } = this;
    const { store, painter, lifetime } = microscope;
    lifetime.add(microscope.ask.cancel);
    lifetime.add(() => painter.cancel());
    lifetime.add(store.subscribe(["level", "hover", "selection"], (state) => {
      // A root action singled out dims the rest of the pictures themselves; everything else is only drawn over them. One that is selected may be taken.
      const action = `${viewOf(state).action}, ${state.selection?.action}`;
      painter.request(action === this.actionShown ? "overlay" : "base");
      this.actionShown = action;
      microscope.ask();
    }));
    lifetime.add(store.subscribe(["strips", "pinned", "ghost", "beside", "heat", "projection", "alongside"], () => painter.request("base")));
    lifetime.add(store.subscribe(["window"], () => painter.request("levels")));
    lifetime.add(store.subscribe(["layout", "hidden"], () => painter.request("genealogy")));
    lifetime.add(store.subscribe(["box"], () => painter.request("overlay")));
    lifetime.add(store.subscribe(["compared"], () => {
      painter.request("overlay");
      painter.request("particle");
      microscope.ask();
    }));
    lifetime.add(store.subscribe(["film"], ({ film }) => {
      // The world draws the levels that are done; what moves is drawn over them.
      const done = film ? doneLevels(film) : -1;
      microscope.element.toggleAttribute("data-film", !!film);
      painter.request(done === this.filmed ? "overlay" : "base");
      this.filmed = done;
    }));
    lifetime.add(onThemeChange(() => {
      microscope.theme = readTheme(microscope.root);
      painter.request("base");
      microscope.strip.draw();
      microscope.hooks.call("theme", microscope.theme);
    }));
    // Paper shows the last painting.
    lifetime.listen(window, "beforeprint", () => {
      microscope.theme = readTheme(microscope.root);
      painter.request("base");
      painter.tick();
    });
  }

  /**
   * Paints what has changed, and writes the words and numbers about it.
   * @param {any} offered a frame, or null where something else asked for a painting
   * @param {Set<string>} parts
   */
  paint(offered, parts) {
    const { microscope } = this;
    const { store, gallery, theme, detail } = microscope;
    const { frame: shown, strips } = store.state;
    // The same plan with the numbers of another particle: the pictures do not change.
    const again = !!offered && offered.drawsTheSame(shown);
    const fresh = !!offered && !again;
    if (fresh) this.steady = steadyAfter(this.steady, offered, strips[kindOf(offered)]);
    if (offered) store.set({ frame: Object.assign(offered, { steady: this.steady }) });
    const { frame, pinned } = store.state;
    if (!frame) return;
    if (fresh) microscope.haunt();
    const base = parts.has("base") || fresh;
    if (base) microscope.comparison?.write(pinned?.frame ?? null, frame);
    if (fresh) this.arrange(frame);
    gallery.zoom?.attend(frame);
    const drawn = PARTS.find(([part]) => (part === "base" ? base : parts.has(part)));
    gallery.paint(drawn ? drawn[1] : [], theme);
    microscope.legend.write(frame, microscope.view, theme);
    this.write(frame);
    if (offered) microscope.ask();
    if (fresh) microscope.counters.framesPainted++;
    // Numbers are of the plan that the pictures show, also while playing.
    // The same plan may come again with its trail.
    const trailed = again && frame["trail/level"] !== shown?.["trail/level"];
    if (base || trailed || parts.has("decision")) microscope.decision?.write(frame, theme, microscope.pointing);
    if (fresh) detail.attend();
    if (base || offered || parts.has("particle")) microscope.particle?.write(frame, theme, this.aboutParticle(frame));
    if (offered) microscope.hooks.call("frame", frame, fresh);
  }

  /** Names and room, by the kind of the plan and the shape of its world. */
  arrange(frame) {
    const { element, centre, chooser, gallery } = this.microscope;
    const kind = kindOf(frame);
    const [x0, x1, y0, y1] = frame.scene?.focus ?? [0, 2, 0, 1];
    const tall = (x1 - x0) / (y1 - y0) < TALL;
    const kept = frame.recorded || frame.replayed;
    // A longer note may take a line more, which the picture below then lacks.
    const arranged = JSON.stringify([kind, tall, kept, captions(frame).notes.genealogy(frame, 0)]);
    if (arranged === this.arranged) return;
    this.arranged = arranged;
    if (element.dataset.kind !== kind) {
      element.dataset.kind = kind;
      for (const section of element.querySelectorAll(".panel")) if (section instanceof HTMLElement) nameSection(section, kind);
    }
    centre.toggleAttribute("data-tall-world", tall);
    element.toggleAttribute("data-recorded", kept);
    chooser.show(frame);
    this.write(frame);
    // The room may just have changed.
    gallery.refit();
  }

  /** The words around the pictures. */
  write(frame) {
    const { microscope } = this;
    const { notes } = captions(frame);
    const { level } = microscope.view;
    const { selection } = microscope.store.state;
    microscope.whatIf.write(frame, selection?.slot === undefined ? null : selection, microscope.takes("intervene"), frame.recorded && !frame.alone && microscope.hooks.has("intervene"));
    for (const name of ["world", "genealogy", "weights"]) this.withSection(name, (section) => setText(section, ".panel-note", notes[name](frame, level)));
    this.withSection("narration", (sentence) => {
      const text = narrate(frame, level);
      if (sentence.textContent === text) return;
      sentence.setAttribute("aria-live", frame.playing ? "off" : "polite");
      sentence.textContent = text;
      // A narrow window cuts it off.
      sentence.title = text;
    });
  }

  /** @param {string} name @param {(section: HTMLElement) => void} work done where the panel is shown */
  withSection(name, work) {
    const section = this.microscope.sections.get(name);
    if (section) work(section);
  }

  /** The context that the panel of a particle is written with besides the frame. */
  aboutParticle(frame) {
    const { view: { compared: kept }, detail: { offered, wanted, said } } = this.microscope;
    const there = frame["other/particle"];
    const [level, slot] = frame.particle ?? [];
    // Kept a moment ago, it is still the one that is shown, or not in the frame yet.
    const compared = !!kept && !!there && there[0] === kept.level && there[1] === kept.slot && !(kept.level === level && kept.slot === slot);
    return { compared, kept, offers: offered, wanted: wanted.has("actions"), said: kept && !compared ? `Kept. Point at another ${frame.tree ? "node" : "particle"} to compare it with this one.` : wanted.has("actions") ? said : "" };
  }
}
