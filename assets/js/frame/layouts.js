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
  return frame.once(`heights ${layout}`, ({ size, levels, level_start: start, slot, slots, weight, alive }) => {
    if (layout === "slots") return Float64Array.from(slot, (own) => (own + 0.5) / slots);
    const order = treeOrder(frame);
    const found = new Float64Array(size);
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      const share = layout === "river" ? riverShare(own, weight, alive) : () => 1 / own.length;
      let above = 0;
      for (const node of own) {
        const part = share(node);
        found[node] = above + part / 2;
        above += part;
      }
    }
    return found;
  });
}

/** The part of the height that a node has; equal parts where no particle of the level has any weight. */
function riverShare(nodes, weight, alive) {
  const own = (node) => (alive[node] ? weight[node] : 0);
  const total = nodes.reduce((sum, node) => sum + own(node), 0);
  return total > 0 ? (node) => own(node) / total : () => 1 / nodes.length;
}

/**
 * The mass of each root action at each level, as a band from `top` to `bottom`; both 0 to 1.
 * @param {any} frame
 * @returns {{action: number, top: number[], bottom: number[]}[]}
 */
export function riverBands(frame) {
  return frame.once("river bands", ({ levels, level_start: start, root, weight, alive, actions }) => {
    const order = treeOrder(frame);
    const edges = actions.map(() => ({ top: new Array(levels).fill(0), bottom: new Array(levels).fill(0) }));
    for (let level = 0; level < levels; level++) {
      const own = order.subarray(start[level], start[level + 1]);
      const share = riverShare(own, weight, alive);
      const mass = new Float64Array(actions.length);
      for (const node of own) mass[root[node]] += share(node);
      let above = 0;
      mass.forEach((part, action) => {
        edges[action].top[level] = above;
        above += part;
        edges[action].bottom[level] = above;
      });
    }
    return edges.map((edge, action) => ({ action, ...edge }));
  });
}

/**
 * The strand of each particle in the river: the part of its level that it has, and the part of its parent's strand that it springs from; 0 to 1. Children
 * share their parent's strand by their weights; one that was revived springs from a point of an earlier level.
 * @param {any} frame
 * @returns {{top: Float64Array, bottom: Float64Array, fromTop: Float64Array, fromBottom: Float64Array}}
 */
export function strands(frame) {
  return frame.once("strands", ({ size, levels, level_start: start, level, parent, weight, alive }) => {
    const order = treeOrder(frame);
    const [top, bottom, fromTop, fromBottom] = Array.from({ length: 4 }, () => new Float64Array(size));
    for (let at = 0; at < levels; at++) {
      const own = order.subarray(start[at], start[at + 1]);
      const share = riverShare(own, weight, alive);
      const near = (node) => parent[node] >= 0 && level[parent[node]] === at - 1;
      const [shares, family] = [new Float64Array(own.length), new Map()];
      let above = 0;
      own.forEach((node, index) => {
        shares[index] = share(node);
        top[node] = above;
        above += shares[index];
        bottom[node] = above;
        if (near(node)) family.set(parent[node], (family.get(parent[node]) ?? 0) + shares[index]);
      });
      const used = new Map();
      own.forEach((node, index) => {
        const from = parent[node];
        if (!near(node)) {
          fromTop[node] = fromBottom[node] = from < 0 ? 0.5 : (top[from] + bottom[from]) / 2;
          return;
        }
        const high = bottom[from] - top[from];
        const part = family.get(from) ? (high * shares[index]) / family.get(from) : 0;
        fromTop[node] = top[from] + (used.get(from) ?? 0);
        fromBottom[node] = fromTop[node] + part;
        used.set(from, (used.get(from) ?? 0) + part);
      });
    }
    return { top, bottom, fromTop, fromBottom };
  });
}
