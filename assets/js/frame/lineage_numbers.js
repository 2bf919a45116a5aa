// The numbers of one particle's lineage, read off a complete drawing: one that holds the numbers of every node it draws. With it a pointer finds
// numbers without a server. The arrays are those of docs/api.md, Drawings.

const OF_PARTICLES = ["log_prior", "log_proposal", "reward", "continuation", "value", "next_value", "offspring"];
const OF_TREES = ["prior", "visits", "q_value", "reward"];
// Drawings of earlier versions do not have these.
const MORE = ["atom", "kl", "kl_bound", "temperature", "log_weight"];
// Arrays with a row of numbers for each node, where they are few enough to be kept.
const ROWS = ["priors", "proposals", "q_values", "atoms"];

/** True where a drawing holds the numbers of every node. */
export const isComplete = (frame) => (frame.tree ? OF_TREES : OF_PARTICLES).every((name) => frame[`node/${name}`]) && !!frame["node/action"];

/**
 * `particle`, `particle_weight` and `lineage/…` of a particle of a complete drawing.
 * @param {any} frame
 * @param {{level: number, slot?: number} | null} asked without a slot the heaviest of the level; null for the last level's
 * @returns {Record<string, any> | null} null where nothing is drawn at all
 */
export function lineageNumbers(frame, asked) {
  const found = numbersOf(frame, asked);
  if (!found) return null;
  const { particle, particle_weight, ...steps } = found;
  return { particle, particle_weight, ...named(steps, "lineage") };
}

/**
 * The same of the particle that it is compared with, as `other/…`; none where there is none.
 * @param {any} frame
 * @param {{level: number, slot?: number} | null} asked
 * @returns {Record<string, any>}
 */
export const otherNumbers = (frame, asked) => named((asked && numbersOf(frame, asked)) ?? {}, "other");

const named = (numbers, name) => Object.fromEntries(Object.entries(numbers).map(([of, values]) => [`${name}/${of}`, values]));

function numbersOf(frame, asked) {
  const own = nodeOf(frame, asked);
  if (own < 0) return null;
  const line = lineOf(frame, own);
  const take = (values) => values.constructor.from(line, (node) => values[node]);
  const names = [...(frame.tree ? OF_TREES : OF_PARTICLES), ...MORE].filter((name) => frame[`node/${name}`]);
  return {
    ...Object.fromEntries(names.map((name) => [name, take(frame[`node/${name}`])])),
    ...(frame.tree ? offersOfTree(frame, line) : rowsOf(frame, line)),
    ...fateOfNode(frame, own),
    action: actionsOf(frame, line),
    terminal: take(frame.terminal),
    revived: take(frame.revived),
    level: take(frame.level),
    slot: take(frame.slot),
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
  return rowsAt(actions, line, frame.continuous ? frame.dimensions.length : 1);
}

const rowsAt = (values, line, width) => values.constructor.from(line.flatMap((node) => Array.from(values.subarray(node * width, (node + 1) * width))));

/** Arrays over the candidate actions of each step. */
const rowsOf = (frame, line) => Object.fromEntries(ROWS.filter((name) => frame[`node/${name}`]).map((name) => [name, rowsAt(frame[`node/${name}`], line, frame[`node/${name}`].length / frame.size)]));

/** Prior, share of the visits and Q of the actions that a search tried at each state of a line, as far as their nodes are drawn. */
function offersOfTree(frame, line) {
  const index = frame.continuous ? frame["node/atom"] : frame["node/action"];
  // Of a kept plan of continuous actions from an earlier version.
  if (!index) return {};
  const size = frame.root_policy.length;
  const dimensions = frame.continuous ? frame.dimensions.length : 0;
  const made = (length, value) => new Float32Array(line.length * length).fill(value);
  const [priors, q, shares, atoms] = [made(size, NaN), made(size, NaN), made(size, 0), made(size * dimensions, NaN)];
  line.forEach((node, row) => {
    let visits = 0;
    for (const tried of childrenOf(frame, frame.parent[node])) {
      const at = row * size + index[tried];
      priors[at] = frame["node/prior"][tried];
      q[at] = frame["node/q_value"][tried];
      shares[at] = frame["node/visits"][tried];
      visits += shares[at];
      for (let part = 0; part < dimensions; part++) atoms[at * dimensions + part] = frame["node/action"][tried * dimensions + part];
    }
    for (let at = row * size; at < (row + 1) * size; at++) shares[at] /= Math.max(visits, 1);
    if (frame.parent[node] < 0) priors.set(frame.root_prior, row * size);
  });
  return { priors, q_values: q, shares, ...(dimensions ? { atoms } : {}) };
}

/** Nodes of the steps taken from one; -1 is the root. */
function childrenOf(frame, parent) {
  const level = parent < 0 ? 0 : frame.level[parent] + 1;
  const found = [];
  for (let node = frame.level_start[level]; node < frame.level_start[level + 1]; node++) if (frame.parent[node] === parent) found.push(node);
  return found;
}

/** As the server says it: the last level with a descendant, how many there, and the last level there could have been. */
function fateOfNode(frame, own) {
  const [reached, descendants] = ["node/reached", "node/descendants"].map((name) => frame[name]);
  return reached ? { fate: Int32Array.of(reached[own], descendants[own], roundEnd(frame, frame.level[own])) } : {};
}

/** The last level of a level's round: of the plan, unless particles begin again at the root. */
function roundEnd(frame, level) {
  if (!frame.restarts) return frame.levels - 1;
  for (let next = level + 1; next < frame.levels; next++) if (beginsAtRoot(frame, next)) return next - 1;
  return frame.levels - 1;
}

function beginsAtRoot({ level_start: start, parent, alive, revived }, level) {
  for (let node = start[level]; node < start[level + 1]; node++) if (parent[node] >= 0 || !alive[node] || revived[node]) return false;
  return true;
}

/** The normalised weight; that of the heaviest is exact, others are as fine as the picture's. */
function weightOf({ level, slot, heaviest, heaviest_weight, weight, slots }, node) {
  return heaviest[level[node]] === slot[node] ? heaviest_weight[level[node]] : weight[node] / slots;
}
