// A small state with listeners, and the state of a microscope read as a view: which level, what is highlighted, what is singled out.

/**
 * @template {object} State
 * @typedef {object} Store
 * @property {State} state
 * @property {(patch: Partial<State>) => void} set
 * @property {(keys: (keyof State)[], listener: (state: State, changed: string[]) => void) => () => void} subscribe returns what ends the subscription
 */

/**
 * A store whose listeners are called with the names of what changed.
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  /** @type {any} */
  const state = { .../** @type {any} */ (initial) };
  const listeners = new Set();
  return {
    state,
    set(patch) {
      const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
      if (!changed.length) return;
      Object.assign(state, patch);
      for (const { keys, listener } of listeners) if (changed.some((key) => keys.includes(key))) listener(state, changed);
    },
    subscribe(keys, listener) {
      const entry = { keys, listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}

/**
 * A particle (or a node of a tree) by level and slot; or a root action.
 * @typedef {{level?: number, slot?: number, action?: number}} Pointed
 */

/** True for the same particle or action twice. */
export const sameParticle = (a, b) => a === b || (!!a && !!b && a.level === b.level && a.slot === b.slot && a.action === b.action);

/**
 * @typedef {object} View
 * @property {number} level the level looked at
 * @property {{level: number, slot: number} | null} particle whose lineage is highlighted
 * @property {number | null} action the root action singled out
 * @property {{particles: string[], tree: string[]}} strips the strips that are open
 * @property {{from: string, to: string, share: number} | undefined} layout of the genealogy
 * @property {import("../frame/film.js").Film | null} film the step shown in slow motion
 * @property {import("../pictures/window.js").Window | undefined} window the part of the genealogy that is shown
 * @property {import("../frame/marks.js").Hidden | undefined} hidden what is left out of the genealogy
 * @property {import("../frame/within.js").Box | null} box drawn over the genealogy
 * @property {{level: number, slot: number} | null} kept the particle that a click has kept
 * @property {{level: number, slot: number} | null} compared the particle that others are compared with
 * @property {string | null} projection of the states that the world shows; null for the picture
 * @property {boolean} heat true where the world shows where mass goes, in place of paths
 * @property {any} pinned the frame of the plan that is pinned, where it can be compared with the one that is shown; else null
 * @property {any} alongside the frame in a microscope beside this one, which has the same axes; null without one
 */

/**
 * The view of a microscope's state. A pointer over a picture looks elsewhere for as long as it stays.
 * @returns {View}
 */
export function viewOf({ frame, level, hover, selection, strips, ghost = null, beside = false, layout, film = null, window, hidden, box = null, compared = null, heat = false, projection = null, alongside = null }) {
  const last = frame ? frame.levels - 1 : 0;
  const inside = (particle) => (particle?.slot !== undefined && particle.level <= last && particle.slot < frame.slots ? particle : null);
  return {
    level: Math.min(hover?.level ?? level ?? last, last),
    particle: frame ? inside(hover) ?? inside(selection) : null,
    action: hover?.action ?? selection?.action ?? null,
    strips,
    // Side by side, one need not shine through the other.
    pinned: beside ? null : ghost,
    layout,
    film,
    window,
    hidden,
    box,
    kept: frame ? inside(selection) : null,
    compared: frame ? inside(compared) : null,
    heat,
    projection,
    // Its axes are shared, its lines are not drawn.
    alongside,
  };
}
