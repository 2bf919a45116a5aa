// The numbers of one particle's lineage, read off a complete drawing: one that holds the numbers of every node it draws. With it a pointer finds
// numbers without a server. The arrays are those of docs/api.md, Drawings.

const OF_PARTICLES = ["log_prior", "log_proposal", "reward", "continuation", "value", "next_value", "offspring"];
const OF_TREES = ["prior", "visits", "q_value", "reward"];

/** True where a drawing holds the numbers of every node. */
export const isComplete = (frame) => (frame.tree ? OF_TREES : OF_PARTICLES).every((name) => frame[`node/${name}`]) && !!frame["node/action"];

/**
 * `particle`, `particle_weight` and `lineage/…` of a particle of a complete drawing.
 * @param {any} frame
 * @param {{level: number, slot?: number} | null} asked without a slot the heaviest of the level; null for the last level's
 * @returns {Record<string, any> | null} null where nothing is drawn at all
 */
export function lineageNumbers(frame, asked) {
  const own = nodeOf(frame, asked);
  if (own < 0) return null;
  const line = lineOf(frame, own);
  const take = (values) => values.constructor.from(line, (node) => values[node]);
  const numbers = Object.fromEntries((frame.tree ? OF_TREES : OF_PARTICLES).map((name) => [`lineage/${name}`, take(frame[`node/${name}`])]));
  return {
    ...numbers,
    "lineage/action": actionsOf(frame, line),
    "lineage/terminal": take(frame.terminal),
    "lineage/revived": take(frame.revived),
    "lineage/level": take(frame.level),
    "lineage/slot": take(frame.slot),
    particle: Int32Array.of(frame.level[own], frame.slot[own], frame.root[own]),
    particle_weight: weightOf(frame, own),
  };
}

/** The node of the particle asked for; where it is not drawn, of the heaviest of its level. */
function nodeOf(frame, asked) {
  const level = Math.min(asked?.level ?? frame.levels - 1, frame.levels - 1);
  const exact = asked?.slot === undefined ? -1 : frame.find({ level, slot: asked.slot });
  return exact >= 0 ? exact : frame.nearest(level, frame.heaviest[level]);
}

/** Nodes from the root to one; a particle that has ended is represented by the step that ended it. */
function lineOf({ alive, parent }, own) {
  const line = [];
  for (let node = alive[own] ? own : parent[own]; node >= 0; node = parent[node]) line.push(node);
  return line.reverse();
}

function actionsOf(frame, line) {
  const actions = frame["node/action"];
  const width = frame.continuous ? frame.dimensions.length : 1;
  return actions.constructor.from(line.flatMap((node) => Array.from(actions.subarray(node * width, (node + 1) * width))));
}

/** The normalised weight; that of the heaviest is exact, others are as fine as the picture's. */
function weightOf({ level, slot, heaviest, heaviest_weight, weight, slots }, node) {
  return heaviest[level[node]] === slot[node] ? heaviest_weight[level[node]] : weight[node] / slots;
}
