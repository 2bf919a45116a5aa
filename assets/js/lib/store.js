// The one state of the page: which frame, which level, what is pointed at and what is selected. Pictures read it; input and the link write it.

/** A store whose listeners are called with the names of what changed. */
export function createStore(initial) {
  const state = { ...initial };
  const listeners = [];
  return {
    state,
    set(patch) {
      const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
      if (!changed.length) return;
      Object.assign(state, patch);
      for (const { keys, listener } of listeners) if (changed.some((key) => keys.includes(key))) listener(state, changed);
    },
    subscribe(keys, listener) {
      listeners.push({ keys, listener });
    },
  };
}

/** Particles as {level, slot}; the same one or not. */
export const sameParticle = (a, b) => a === b || (!!a && !!b && a.level === b.level && a.slot === b.slot && a.action === b.action);

/**
 * What the pictures show of a state: the level looked at, the particle whose lineage is highlighted, the root action singled out, the strips open.
 * A pointer over a picture looks elsewhere for as long as it stays.
 */
export function viewOf({ frame, level, hover, selection, strips }) {
  const last = frame ? frame.levels - 1 : 0;
  const inside = (particle) => (particle?.slot !== undefined && particle.level <= last && particle.slot < frame.slots ? particle : null);
  return {
    level: Math.min(hover?.level ?? level ?? last, last),
    particle: frame ? inside(hover) ?? inside(selection) : null,
    action: hover?.action ?? selection?.action ?? null,
    strips,
  };
}
