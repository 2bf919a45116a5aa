// Heights of the nodes of a genealogy, from 0 at the top to 1 at the bottom, in three layouts: by slot; as a tree, in which lines between neighbouring
// levels never cross and those of one root action stay together; and as a river, in which every particle is as high as its weight. Pure functions.

export const LAYOUTS = ["slots", "tree", "river"];

/**
 * Nodes of each level from the top to the bottom of tree and river: by root action, below their parents in the same order.
 * @param {any} frame
 * @returns {Int32Array} node numbers, level by level as in `level_start`
 */
export function treeOrder(frame) {
  return frame.once("tree order", ({ size, levels, level_start: start, parent, root, slot }) => {
    const order = Int32Array.from({ length: size }, (_, node) => node);
    const height = new Float64Array(size);
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      const above = (node) => (parent[node] < 0 ? 0 : height[parent[node]]);
      own.sort((a, b) => root[a] - root[b] || above(a) - above(b) || slot[a] - slot[b]);
      own.forEach((node, rank) => (height[node] = (rank + 0.5) / own.length));
    }
    return order;
  });
}

/**
 * Height of each node in a layout.
 * @param {any} frame
 * @param {string} layout one of LAYOUTS
 * @returns {Float64Array}
 */
export function heights(frame, layout) {
  return frame.once(`heights ${layout}`, ({ size, levels, level_start: start, slot, slots }) => {
    if (layout === "slots") return Float64Array.from(slot, (own) => (own + 0.5) / slots);
    const order = treeOrder(frame);
    const found = new Float64Array(size);
    if (layout === "river") {
      const { top, bottom } = parts(frame);
      return found.map((_, node) => (top[node] + bottom[node]) / 2);
    }
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      own.forEach((node, rank) => (found[node] = (rank + 0.5) / own.length));
    }
    return found;
  });
}

/**
 * The part of its level that each root action has by weight, [level, action] flat; 1 in sum. Of a large plan, of which some nodes are drawn, all count.
 * @param {any} frame
 * @returns {Float64Array}
 */
function rootMass(frame) {
  return frame.once("root mass", ({ size, level, levels, root, weight, root_mass: told, actions: { length: actions } }) => {
    const mass = new Float64Array(levels * actions);
    const count = new Float64Array(levels * actions);
    for (let node = 0; node < size; node++) {
      const cell = level[node] * actions + root[node];
      mass[cell] += weight[node];
      count[cell]++;
    }
    const all = told ?? mass;
    for (let at = 0; at < levels * actions; at += actions) {
      const own = all.subarray(at, at + actions);
      const total = own.reduce((sum, part) => sum + part, 0);
      // Equal parts where no particle of the level has any weight.
      const shares = total > 0 ? own.map((part) => part / total) : count.subarray(at, at + actions).map((part, _, every) => part / every.reduce((sum, other) => sum + other, 0));
      mass.set(shares, at);
    }
    return mass;
  });
}

/** The part of its level that each node has, from `top` to `bottom`: its share of the mass of its root action. */
function parts(frame) {
  return frame.once("river parts", ({ size, levels, level_start: start, root, weight, actions: { length: actions } }) => {
    const order = treeOrder(frame);
    const mass = rootMass(frame);
    const [top, bottom] = [new Float64Array(size), new Float64Array(size)];
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      const [sums, counts] = [new Float64Array(actions), new Float64Array(actions)];
      for (const node of own) {
        sums[root[node]] += weight[node];
        counts[root[node]]++;
      }
      let [action, above] = [0, 0];
      for (const node of own) {
        // An action of which no particle is drawn keeps its place.
        for (; action < root[node]; action++) above = edge(mass, level, actions, action);
        const high = mass[level * actions + action] * (sums[action] > 0 ? weight[node] / sums[action] : 1 / counts[action]);
        top[node] = above;
        above += high;
        bottom[node] = above;
      }
    }
    return { top, bottom };
  });
}

/** The lower edge of the band of a root action. */
function edge(mass, level, actions, action) {
  let sum = 0;
  for (let each = 0; each <= action; each++) sum += mass[level * actions + each];
  return sum;
}

/**
 * The mass of each root action at each level, as a band from `top` to `bottom`; both 0 to 1.
 * @param {any} frame
 * @returns {{action: number, top: number[], bottom: number[]}[]}
 */
export function riverBands(frame) {
  return frame.once("river bands", ({ levels, actions }) => {
    const mass = rootMass(frame);
    const edges = Array.from({ length: levels }, (_, level) => actions.map((_name, action) => edge(mass, level, actions.length, action)));
    return actions.map((_, action) => ({ action, top: edges.map((own) => (action ? own[action - 1] : 0)), bottom: edges.map((own) => own[action]) }));
  });
}

/**
 * The strand of each particle in the river: the part of its level that it has, and the part of its parent's strand that it springs from; 0 to 1. Children
 * share their parent's strand by their weights; one that was revived springs from a point of an earlier level.
 * @param {any} frame
 * @returns {{top: Float64Array, bottom: Float64Array, fromTop: Float64Array, fromBottom: Float64Array}}
 */
export function strands(frame) {
  return frame.once("strands", ({ size, levels, level_start: start }) => {
    const order = treeOrder(frame);
    const { top, bottom } = parts(frame);
    const [fromTop, fromBottom, family] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      const from = own.map((node) => springsFrom(frame, node));
      own.forEach((node, index) => from[index] >= 0 && (family[from[index]] += bottom[node] - top[node]));
      const used = new Map();
      own.forEach((node, index) => {
        const parent = from[index];
        if (parent < 0) {
          const source = frame.parent[node];
          fromTop[node] = fromBottom[node] = source < 0 ? 0.5 : (top[source] + bottom[source]) / 2;
          return;
        }
        const part = family[parent] > 0 ? ((bottom[parent] - top[parent]) * (bottom[node] - top[node])) / family[parent] : 0;
        fromTop[node] = used.get(parent) ?? top[parent];
        fromBottom[node] = fromTop[node] + part;
        used.set(parent, fromBottom[node]);
      });
    }
    return { top, bottom, fromTop, fromBottom };
  });
}

/** The node of the level before that a strand goes on from: the state stepped from, or of a particle that has ended the slot it was drawn from; -1 for none. */
export function springsFrom(frame, node) {
  const { level, parent, alive, before } = frame;
  if (level[node] === 0) return -1;
  const source = alive[node] ? parent[node] : frame.find({ level: level[node] - 1, slot: before[node] });
  return source >= 0 && level[source] === level[node] - 1 ? source : -1;
}
