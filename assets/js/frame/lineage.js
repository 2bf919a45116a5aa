// Ancestry among the nodes that are drawn. `parent` holds the node a step was taken from, -1 the root.

/** Nodes from one back to the root, nearest first. */
export function ancestry(frame, node) {
  const line = [];
  for (let at = node; at >= 0; at = frame.parent[at]) line.push(at);
  return line;
}

/** Nodes that descend from one, without itself; in order of level. */
export function descendants(frame, node) {
  if (node < 0) return [];
  const inside = new Uint8Array(frame.size);
  inside[node] = 1;
  const found = [];
  // Parents always stand at a smaller level, and so before their children.
  for (let at = node + 1; at < inside.length; at++) {
    if (frame.parent[at] >= 0 && inside[frame.parent[at]]) {
      inside[at] = 1;
      found.push(at);
    }
  }
  return found;
}

const nodesWhere = (size, test) => {
  const nodes = [];
  for (let node = 0; node < size; node++) if (test(node)) nodes.push(node);
  return nodes;
};

/** Nodes of the steps that ended an episode. */
export const endings = (frame) => frame.once("ends", ({ size, alive, terminal }) => nodesWhere(size, (node) => alive[node] && terminal[node]));

/** Nodes of the steps that revived particles took first. */
export const revivals = (frame) => frame.once("revivals", ({ size, revived }) => nodesWhere(size, (node) => revived[node]));

/** Every n-th of many, so that at most about `most` remain. */
export function thinned(nodes, most) {
  const every = Math.ceil(nodes.length / most);
  return every > 1 ? nodes.filter((_, index) => index % every === 0) : nodes;
}

/** The node of a particle, or for one that has ended the node of the step that ended it; -1 where it is not drawn. */
export function lastStep(frame, particle) {
  const node = frame.find(particle);
  return node < 0 || frame.alive[node] ? node : frame.parent[node];
}

const OPACITIES = [0.12, 0.25, 0.45, 0.7, 1];
export const WIDTHS = [0.6, 1.1, 1.8, 2.8, 4.2];

/**
 * 1 for the nodes of every n-th line, so that about `budget` steps are marked: whole lines, from a last step back to the root, since a
 * picture of scattered steps says nothing.
 */
export function sampleLines(frame, budget) {
  return frame.once(`lines ${budget}`, ({ size, parent, alive, drawn }) => {
    const goesOn = new Uint8Array(size);
    for (let node = 0; node < size; node++) if (alive[node] && parent[node] >= 0) goesOn[parent[node]] = 1;
    const marked = new Uint8Array(size);
    const every = Math.ceil(drawn / budget);
    let ends = 0;
    for (let end = 0; end < size; end++) {
      if (!alive[end] || goesOn[end] || ends++ % every) continue;
      for (let node = end; node >= 0 && !marked[node]; node = parent[node]) marked[node] = 1;
    }
    return marked;
  });
}

/**
 * Groups of steps that are stroked alike, faint and thin ones first so that the surviving trunk lies on top.
 *
 * Opacity follows the weight relative to the heaviest particle of the level; width, how many of the last particles descend from it. In a
 * tree both follow the visits.
 *
 * @returns {{nodes: Int32Array, groups: {from, to, action, opacity, width, survives}[]}}
 */
export function strokeGroups(frame) {
  return frame.once("groups", ({ size, slots, total, level, weight, heaviest_weight, survivors, root, alive, actions, tree }) => {
    const keys = new Int32Array(size).fill(-1);
    const sizes = new Int32Array(WIDTHS.length * OPACITIES.length * actions.length);
    for (let node = 0; node < size; node++) {
      if (!alive[node]) continue;
      const share = Math.sqrt(Math.min(weight[node] / (heaviest_weight[level[node]] * slots), 1));
      // The trunk stays in one piece where its weight was small for a while; of a tree every step was chosen by the search.
      const opacity = Math.max(Math.round(share * (OPACITIES.length - 1)), tree || survivors[node] > 1 ? 2 : 0);
      keys[node] = (widthOf(survivors[node], total) * OPACITIES.length + opacity) * actions.length + root[node];
      sizes[keys[node]]++;
    }
    return sortByKey(keys, sizes, actions.length);
  });
}

/** 0 where the line died out, 1 with a single descendant, then by the logarithm of their share of all. */
function widthOf(count, total) {
  if (count <= 1) return count;
  return 2 + Math.min(2, Math.floor((3 * Math.log(count)) / Math.log(total + 1)));
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
      groups.push({ from, to: from + sizes[key], action: key % actions, width, opacity, survives: width > WIDTHS[0] });
    }
    from += sizes[key];
  }
  const nodes = new Int32Array(from);
  for (let node = 0; node < keys.length; node++) if (keys[node] >= 0) nodes[next[keys[node]]++] = node;
  return { nodes, groups };
}
