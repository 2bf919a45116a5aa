// Who descends from whom. A transition (level, slot) has the id level * slots + slot; `parent` holds the id it stepped from, -1 the root.

/** [T*N] how many of the last level's particles each transition is an ancestor of, itself included; 0 where its line died out. */
export function survivors(frame) {
  return frame.once("survivors", ({ parent, levels, slots }) => {
    const counts = new Uint32Array(levels * slots);
    counts.fill(1, (levels - 1) * slots);
    // Parents always stand at a smaller level, so one backward pass has seen all children of a transition before the transition.
    for (let id = counts.length - 1; id >= 0; id--) if (parent[id] >= 0) counts[parent[id]] += counts[id];
    return counts;
  });
}

/** Ids from the particle back to the root, nearest first. */
export function ancestry(frame, id) {
  const line = [];
  for (let node = id; node >= 0; node = frame.parent[node]) line.push(node);
  return line;
}

/** Ids of all that descend from a transition, without itself; in order of level. */
export function descendants(frame, id) {
  const inside = new Uint8Array(frame.parent.length);
  inside[id] = 1;
  const found = [];
  for (let node = id + 1; node < inside.length; node++) {
    if (frame.parent[node] >= 0 && inside[frame.parent[node]]) {
      inside[node] = 1;
      found.push(node);
    }
  }
  return found;
}

/** Ids of the steps that ended an episode. */
export function endings(frame) {
  return frame.once("endings", ({ alive, terminal }) => {
    const ids = [];
    for (let id = 0; id < alive.length; id++) if (alive[id] && terminal[id]) ids.push(id);
    return ids;
  });
}

/** Ids of the steps that revived particles took first. */
export function revivals(frame) {
  return frame.once("revivals", ({ revived }) => {
    const ids = [];
    for (let id = 0; id < revived.length; id++) if (revived[id]) ids.push(id);
    return ids;
  });
}

/** Every n-th of many, so that at most about `most` remain. */
export function thinned(ids, most) {
  const every = Math.ceil(ids.length / most);
  return every > 1 ? ids.filter((_, index) => index % every === 0) : ids;
}

/** The transition of a particle, or for one that has ended the transition that ended it. */
export function lastStep(frame, { level, slot }) {
  const id = level * frame.slots + slot;
  return frame.alive[id] ? id : frame.parent[id];
}

export const OPACITIES = [0.12, 0.25, 0.45, 0.7, 1];
export const WIDTHS = [0.6, 1.1, 1.8, 2.8, 4.2];

/**
 * [T*N] 1 for the steps of every n-th line, so that about `budget` steps are marked: whole lines, from a last step back to the root,
 * since a picture of scattered steps says nothing.
 */
export function sampleLines(frame, budget) {
  return frame.once(`lines ${budget}`, ({ parent, alive }) => {
    const goesOn = new Uint8Array(parent.length);
    let steps = 0;
    for (let id = 0; id < parent.length; id++) {
      if (!alive[id]) continue;
      steps++;
      if (parent[id] >= 0) goesOn[parent[id]] = 1;
    }
    const marked = new Uint8Array(parent.length);
    const every = Math.ceil(steps / budget);
    let ends = 0;
    for (let id = 0; id < parent.length; id++) {
      if (!alive[id] || goesOn[id] || ends++ % every) continue;
      for (let node = id; node >= 0 && !marked[node]; node = parent[node]) marked[node] = 1;
    }
    return marked;
  });
}

// About so many steps are drawn, and more where more survive.
const LINE_BUDGET = 8000;

/**
 * Groups of transitions that are stroked alike, faint and thin ones first so that the surviving trunk lies on top.
 *
 * Opacity follows the weight relative to the heaviest particle of the level; width, how many of the last particles descend from it.
 * All lineages that survive are among them; of the lines that died out, in a large plan only some.
 *
 * @returns {{ids: Int32Array, groups: {from, to, action, opacity, width, survives, trunk}[], drawn: number, total: number}}
 */
export function strokeGroups(frame, budget = LINE_BUDGET) {
  return frame.once(`groups ${budget}`, () => {
    const { levels, slots, weights, rootOf, alive } = frame;
    const counts = survivors(frame);
    const actions = frame.actions.length;
    const keys = new Int32Array(levels * slots).fill(-1);
    const sizes = new Int32Array(WIDTHS.length * OPACITIES.length * actions);
    const sample = sampleLines(frame, budget);
    let [total, drawn] = [0, 0];
    for (let level = 0; level < levels; level++) {
      const from = level * slots;
      let heaviest = 0;
      for (let id = from; id < from + slots; id++) if (weights[id] > heaviest) heaviest = weights[id];
      for (let id = from; id < from + slots; id++) {
        total += alive[id];
        if (!alive[id] || (counts[id] === 0 && !sample[id])) continue;
        const share = Math.round(Math.sqrt(weights[id] / heaviest) * (OPACITIES.length - 1));
        // The trunk stays in one piece where its weight was small for a while.
        const opacity = counts[id] > 1 ? Math.max(share, 2) : share;
        keys[id] = (widthOf(counts[id], slots) * OPACITIES.length + opacity) * actions + rootOf[id];
        sizes[keys[id]]++;
        drawn++;
      }
    }
    return { ...sortByKey(keys, sizes, actions), drawn, total };
  });
}

/** 0 where the line died out, 1 with a single descendant, then by the logarithm of their share of all. */
function widthOf(count, slots) {
  if (count <= 1) return count;
  return 2 + Math.min(2, Math.floor((3 * Math.log(count)) / Math.log(slots + 1)));
}

function sortByKey(keys, sizes, actions) {
  const groups = [];
  const next = new Int32Array(sizes.length);
  let from = 0;
  for (let key = 0; key < sizes.length; key++) {
    next[key] = from;
    if (sizes[key]) {
      const style = Math.floor(key / actions);
      const [width, opacity] = [WIDTHS[Math.floor(style / OPACITIES.length)], OPACITIES[style % OPACITIES.length]];
      groups.push({ from, to: from + sizes[key], action: key % actions, width, opacity, survives: width > WIDTHS[0], trunk: width > WIDTHS[1] });
    }
    from += sizes[key];
  }
  const ids = new Int32Array(from);
  for (let id = 0; id < keys.length; id++) if (keys[id] >= 0) ids[next[keys[id]]++] = id;
  return { ids, groups };
}
