// The microscope: the component that shows one plan after another, wherever they come from. It builds its own elements inside a root, and gives
// everything back when it is disposed of. Two of them share nothing.

import { objection, samePlan } from "./frame/comparison.js";
import { NOTHING_HIDDEN } from "./frame/marks.js";
import { element } from "./lib/elements.js";
import { followKeys } from "./lib/keyboard.js";
import { Hooks } from "./lib/hooks.js";
import { Lifetime } from "./lib/lifetime.js";
import { keyActions, MICROSCOPE_KEYS } from "./lib/moves.js";
import { readTheme } from "./lib/palette.js";
import { Painter } from "./lib/painter.js";
import { ownStorage } from "./lib/storage.js";
import { createStore, sameParticle, viewOf } from "./lib/store.js";
import { atMost } from "./lib/throttle.js";
import { ComparisonPanel } from "./panels/comparison.js";
import { DecisionPanel } from "./panels/decision_panel.js";
import { FilmBar } from "./panels/film_bar.js";
import { FilmStrip } from "./panels/film_strip.js";
import { ProjectionChooser } from "./panels/projection_chooser.js";
import { LayoutChooser, readLayout } from "./panels/layout_chooser.js";
import { MarkLegend, zoomButtons } from "./panels/mark_legend.js";
import { Painting, PICTURES } from "./panels/painting.js";
import { ParticlePanel } from "./panels/particle.js";
import { PanelRoom } from "./panels/room.js";
import { panelSection } from "./panels/section.js";
import { readOpen, StripChooser } from "./panels/strip_chooser.js";
import { WhatIf } from "./panels/what_if.js";
import { DetailRequest } from "./source/detail.js";
import { Gallery } from "./pictures/gallery.js";
import { WHOLE } from "./pictures/window.js";

export { ownStorage };

export const PANELS = ["world", "genealogy", "strips", "weights", "comparison", "decision", "particle", "narration"];

// A pointer that sweeps over a picture asks a few times a second, not for everything it passes.
const ASKING = 60;

/**
 * @typedef {object} MicroscopeOptions
 * @property {string[]} [panels] which of PANELS are shown
 * @property {EventTarget} [keys] where keys are listened for; by default the root, which then takes the focus
 * @property {Storage | null} [storage] keeps the choice of strips; null for none
 */

export class Microscope extends PanelRoom {
  /**
   * @param {HTMLElement} root
   * @param {import("./source/source.js").Source | null} source
   * @param {MicroscopeOptions} options
   */
  constructor(root, source = null, { panels = PANELS, keys, storage = ownStorage() } = {}) {
    super(new Lifetime());
    this.root = root;
    this.hooks = new Hooks();
    this.counters = { framesReceived: 0, framesPainted: 0 };
    /** @type {import("./lib/store.js").Store<any>} */
    this.store = createStore({ frame: null, level: null, hover: null, selection: null, pinned: null, ghost: null, beside: false, layout: readLayout(storage), film: null, window: WHOLE, hidden: NOTHING_HIDDEN, box: null, compared: null, heat: false, strip: false, projection: null, alongside: null, strips: readOpen(storage) });
    this.pins = 0;
    /** @type {import("./source/source.js").Source | null} */
    this.source = null;
    this.chooser = new StripChooser(this.store, storage, (open) => this.makeRoom(open.length), this.lifetime);
    this.layouts = new LayoutChooser(this.store, storage, this.lifetime);
    this.film = new FilmBar({ store: this.store, began: () => this.hooks.call("film"), lifetime: this.lifetime });
    this.legend = new MarkLegend(this.store, () => this.painter.request("overlay"), this.lifetime);
    this.zoomKeys = zoomButtons(() => this.gallery.zoom, this.lifetime);
    this.comparison = panels.includes("comparison")
      ? new ComparisonPanel({ onUnpin: () => this.unpin(), onBeside: () => this.hooks.call("beside"), lifetime: this.lifetime })
      : null;
    this.decision = panels.includes("decision") ? new DecisionPanel({
      lifetime: this.lifetime, storage, onChange: () => {
        this.source?.followTrail?.(!!this.decision?.wantsTrail);
        this.painter.request("decision");
      },
    }) : null;
    this.whatIf = new WhatIf({
      ask: (interventions) => this.hooks.call("intervene", this.frame, interventions), select: () => this.selectShown(), lifetime: this.lifetime,
    });
    this.detail = new DetailRequest({ source: () => this.source, frame: () => this.frame, changed: () => this.detailChanged() });
    this.strip = new FilmStrip({
      store: this.store, detail: this.detail, source: () => this.source, theme: () => this.theme, particle: () => this.stripped(), lifetime: this.lifetime,
    });
    this.projections = new ProjectionChooser({ store: this.store, detail: this.detail, source: () => this.source, lifetime: this.lifetime });
    this.heat = Object.assign(element("button", "chip heat-open", "heat"), { type: "button", title: "Where the mass of the particles is, up to the level looked at, in place of their paths (h)" });
    this.heat.setAttribute("aria-pressed", "false");
    this.lifetime.listen(this.heat, "click", () => this.showHeat());
    this.lifetime.add(this.store.subscribe(["heat"], ({ heat }) => this.heat.setAttribute("aria-pressed", `${heat}`)));
    this.particle = panels.includes("particle") ? new ParticlePanel({
      lifetime: this.lifetime, whatIf: this.whatIf.element, onKeep: () => this.keep(), onChange: () => this.painter.request("particle"),
      onActions: () => (this.detail.wanted.has("actions") ? this.detail.leave("actions") : this.detail.want("actions")),
    }) : null;
    this.lifetime.add(() => this.detail.dispose());
    /** The actions of MICROSCOPE_KEYS. */
    this.actions = keyActions(this);
    this.build(panels, keys);
    this.theme = readTheme(root);
    const painting = new Painting(this);
    this.painter = new Painter({ paint: (frame, parts) => painting.paint(frame, parts), acknowledge: (frame) => frame.source?.acknowledge(frame), trouble: (error) => this.hooks.call("trouble", error) });
    this.gallery = new Gallery(this.sections, this.store, () => this.painter.request("base"), this.lifetime);
    this.gallery.zoom?.stage.element.append(this.legend.element);
    const world = this.sections.get("world")?.querySelector(".stage");
    if (world instanceof HTMLElement) this.strip.mount(world, this.lifetime);
    this.gallery.refit();
    this.ask = atMost(() => ASKING, () => this.source?.want(this.wanted(), this.view.compared));
    painting.follow();
    if (source) this.connect(source);
  }

  /** The frame that is shown, or null. */
  get frame() {
    return this.store.state.frame;
  }

  /** The level looked at, the particle highlighted, the action singled out. */
  get view() {
    return viewOf(this.store.state);
  }

  /**
   * Shows frames of a source from now on. The source before is closed; its last frame stays until the first of this one.
   * @param {import("./source/source.js").Source} source
   */
  connect(source) {
    this.source?.close();
    this.source = source;
    source.followTrail?.(!!this.decision?.wantsTrail);
    source.open({
      frame: (frame) => {
        this.counters.framesReceived++;
        // Painted or dropped later, a frame is acknowledged to the source it came from.
        this.painter.offer(Object.assign(frame, { source }));
      },
      trouble: (error) => this.hooks.call("trouble", error),
    });
  }

  /**
   * Called after a frame was painted, with the frame and with false where it only brought the numbers of another particle.
   * @param {(frame: any, fresh: boolean) => void} listener
   * @returns {() => void} ends it
   */
  onFrame(listener) {
    return this.hooks.add("frame", listener);
  }

  /**
   * Called when a frame could not be read or painted.
   * @param {(error: Error) => void} listener
   */
  onTrouble(listener) {
    return this.hooks.add("trouble", listener);
  }

  /**
   * Called when a root action is to be taken in the environment, with the frame and the action's index.
   * @param {(frame: any, action: number) => void} listener
   * @returns {() => void} ends it
   */
  onTake(listener) {
    return this.hooks.add("take", listener);
  }

  /**
   * Called when other interventions are asked for, with the frame and all of them.
   * @param {(frame: any, interventions: any[]) => void} listener
   * @returns {() => void} ends it
   */
  onIntervene(listener) {
    return this.hooks.add("intervene", listener);
  }

  /**
   * Called when A is to be shown beside B, or no longer.
   * @param {() => void} listener
   * @returns {() => void} ends it
   */
  onBeside(listener) {
    if (this.comparison) this.comparison.beside.hidden = false;
    return this.hooks.add("beside", listener);
  }

  /**
   * Called when the plan is to be shown as a film, for which it has to stay.
   * @param {() => void} listener
   */
  onFilm(listener) {
    return this.hooks.add("film", listener);
  }

  /**
   * Pins a plan as A: what is shown from now on is compared with it.
   * @param {any} [frame] by default the one that is shown
   * @param {string | null} [link] query of the link to it, where that is known
   */
  pin(frame = this.frame, link = null) {
    if (!frame) return;
    // The number tells pinned plans apart where something about them is kept.
    this.store.set({ pinned: { frame: Object.assign(frame, { pin: ++this.pins }), link } });
    this.haunt();
  }

  /** Lets the pinned plan go. */
  unpin() {
    this.store.set({ pinned: null });
    this.haunt();
  }

  /** The ghost in every picture: the pinned plan, unless it is the one that is shown or cannot be compared with it. */
  haunt() {
    const { pinned, frame } = this.store.state;
    const shown = pinned && frame && !samePlan(pinned.frame, frame) && !objection(pinned.frame, frame);
    this.store.set({ ghost: shown ? pinned.frame : null });
  }

  /**
   * Called when a panel is to be hidden, with its name. Without a listener panels offer no such thing.
   * @param {(name: string) => void} listener
   * @returns {() => void} ends it
   */
  onHide(listener) {
    this.element.toggleAttribute("data-hides", true);
    return this.hooks.add("hide", listener);
  }

  /**
   * Called when the colours have changed.
   * @param {(theme: import("./lib/palette.js").Theme) => void} listener
   */
  onTheme(listener) {
    return this.hooks.add("theme", listener);
  }

  /** Keeps the particle that is shown, so that others are compared with it; or lets the kept one go. */
  keep() {
    const { frame, compared } = this.store.state;
    if (compared) return this.store.set({ compared: null });
    if (!frame?.particle || frame.over) return;
    const [level, slot] = frame.particle;
    this.store.set({ compared: { level, slot } });
  }

  /** Paths in the world, or the heat of where mass goes. */
  showHeat(heat = !this.store.state.heat) {
    this.store.set({ heat });
  }

  /** Nothing selected and no level chosen, as at the beginning of another session. */
  clear() {
    this.store.set({ level: null, hover: null, selection: null, box: null, compared: null });
  }

  /**
   * Marks what is shown as not being the answer to what is asked for, or takes the mark away.
   * @param {boolean} stale
   */
  mark(stale) {
    this.element.toggleAttribute("data-stale", stale);
  }

  /**
   * Says why there is nothing to be seen. Where there is a frame, that one is spoken of.
   * @param {string} text
   */
  excuse(text) {
    const sentence = this.sections.get("narration");
    if (sentence && !this.frame) sentence.textContent = text;
  }

  /** No live plan follows the recorded one that is shown. */
  standAlone() {
    if (!this.frame?.recorded) return;
    this.frame.alone = true;
    this.painter.request("base");
  }

  /** Takes the root action that is selected, if there is one. */
  takeSelected() {
    if (this.frame && this.pointing.offered !== null && !this.frame.over) this.pointing.onTake(this.pointing.offered);
  }

  /** Gives everything back: source, listeners, observers, timers, canvases, and the elements in the root. */
  dispose() {
    this.source?.close();
    this.source = null;
    this.lifetime.end();
    this.hooks.clear();
    this.element.remove();
  }

  // --- building -------------------------------------------------------------------------------------------------------------------

  /**
   * @param {string[]} panels
   * @param {EventTarget | undefined} keys
   */
  build(panels, keys) {
    for (const name of PICTURES.filter((each) => panels.includes(each))) {
      this.add(this.centre, panelSection(name, ...({ strips: [this.chooser.element], world: [this.projections.element, this.heat, this.strip.button, recordedBadge()], genealogy: [this.layouts.element, this.film.button, this.legend.button, this.zoomKeys] }[name] ?? [])));
    }
    if (panels.includes("genealogy")) this.centre.append(this.film.element);
    if (this.comparison) this.add(this.side, this.comparison.section);
    if (this.decision) this.add(this.side, this.decision.section);
    if (this.particle) this.add(this.side, this.particle.section);
    if (panels.includes("narration")) {
      const sentence = element("p", "narration", "Waiting for the first plan …");
      sentence.dataset.panel = "narration";
      sentence.setAttribute("aria-live", "polite");
      this.add(this.foot, sentence);
    }
    for (const region of [this.centre, this.side, this.foot]) if (region.childElementCount) this.element.append(region);
    this.root.append(this.element);
    if (!keys) {
      this.element.tabIndex = 0;
      this.element.setAttribute("aria-label", "Microscope");
    }
    followKeys(keys ?? this.element, MICROSCOPE_KEYS, this.actions, this.lifetime);
    this.followHeadings((name) => this.hooks.call("hide", name));
  }

  /** The decision's side of pointing: the action singled out, and what happens to one that is pointed at or clicked. */
  get pointing() {
    return {
      action: this.view.action,
      onAction: (action) => this.store.set({ hover: action === null ? null : { action } }),
      onSelect: (action) => this.store.set({ selection: sameParticle({ action }, this.store.state.selection) ? null : { action } }),
      pinned: this.pinnedDecision,
      offered: this.takes("take") ? this.store.state.selection?.action ?? null : null,
      onTake: (action) => this.hooks.call("take", this.frame, action),
    };
  }

  /** The pinned plan where its root actions are drawn on the same axis. */
  get pinnedDecision() {
    const { frame, ghost } = this.store.state;
    const same = (of) => JSON.stringify([of.continuous, of.continuous ? of.dimensions : of.actions]);
    return ghost && same(ghost) === same(frame) ? ghost : null;
  }

  /** True where somebody listens for a command, and the source can carry it out. A recorded plan is still shown for a moment after its source. */
  takes(name) {
    return this.hooks.has(name) && !this.frame?.recorded && !!this.source?.can.includes("commands");
  }

  /** The particle whose numbers are to be shown: the one looked at, or the heaviest of the level; null for the last level's. */
  wanted() {
    const { particle } = this.view;
    if (particle) return { level: particle.level, slot: particle.slot };
    // A film follows one particle all the way.
    if (this.store.state.film) return null;
    const level = this.store.state.hover?.level ?? this.store.state.level;
    return level === null ? null : { level };
  }

  /** Selects the particle whose numbers are shown. */
  selectShown() {
    const [level, slot] = this.frame.particle;
    this.store.set({ level, selection: { level, slot } });
  }

  /** There is something new to say about what a plan keeps only on request, or it is there. */
  detailChanged() {
    this.painter.request("particle");
    this.projections.show(this.frame);
    this.strip.follow();
  }

  /** The particle whose film strip is shown: the selected one, or the one whose numbers are. */
  stripped() {
    const { kept } = this.view;
    const shown = this.frame?.particle;
    return kept ?? (shown ? { level: shown[0], slot: shown[1] } : null);
  }
}

function recordedBadge() {
  const badge = element("span", "badge recorded-badge", "recorded");
  badge.title = "Planned earlier and kept; not planned just now";
  return badge;
}

/**
 * Links the cursors of two microscopes: level, pointer and selection of one are those of the other, and what their genealogies show.
 * @param {Microscope} a
 * @param {Microscope} b
 * @returns {() => void} ends the link
 */
export function linkMicroscopes(a, b) {
  const shared = ["level", "hover", "selection", "window", "layout", "hidden", "box", "compared", "heat"];
  const follow = (from, to) => from.store.subscribe(shared, (state, changed) => to.store.set(Object.fromEntries(changed.filter((name) => shared.includes(name)).map((name) => [name, state[name]]))));
  const ends = [follow(a, b), follow(b, a)];
  return () => ends.forEach((end) => end());
}
