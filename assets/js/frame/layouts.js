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
