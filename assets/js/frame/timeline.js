// The time line without its elements: what is known of an episode, where its steps lie, and which marks stand together. Pure functions.

import { count, number, percent, nats } from "../lib/format.js";

/**
 * The numbers of one step; null where there is none.
 * @typedef {Record<string, any>} Row
 *
 * @typedef {{step: number, kind: string, value: number, sentence: string}} Mark
 *
 * Everything known of an episode (docs/api.md, Time line).
 * @typedef {object} Known
 * @property {Map<number, Row>} rows by environment step
 * @property {number} first
 * @property {number} last
 * @property {number | null} ahead_from the first step that is planned ahead
 * @property {Mark[]} marks
 * @property {Job | null} job
 * @property {{steps: number, seconds: number | null, most: number} | null} usual
 * @property {"Step" | "Frame"} noun word for what is numbered
 * @property {boolean} [alone] no live plan comes
 *
 * The state of planning ahead.
 * @typedef {{state: string, done: number, limit: number, seconds_left: number | null, detail: string}} Job
 */

/** @type {() => Known} */
export const nothing = () => ({ rows: new Map(), first: 0, last: 0, ahead_from: null, marks: [], job: null, usual: null, noun: "Step" });

/**
 * The same after a message about changes.
 * @param {Known} known
 * @param {any} message
 * @returns {Known}
 */
export function merge(known, { type: _, columns, ...about }) {
  const next = { ...known, ...about };
  const rows = new Map([...known.rows].filter(([step]) => step >= next.first && step <= next.last));
  const names = Object.keys(columns);
  columns.step.forEach((step, index) => rows.set(step, Object.fromEntries(names.map((name) => [name, columns[name][index]]))));
  return { ...next, rows };
}

const ROUND = [1, 2, 5];
// An axis of fewer steps would stretch the first ones over all of it.
const FEWEST = 10;
/** Half a mark: the first and the last one lie within the track. */
export const PAD = 8;

/** The smallest of 1, 2, 5, 10, … that is at least a size; 0 for nothing. */
export function roundUp(size) {
  if (!(size > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(size));
  const found = [...ROUND, 10].find((each) => each * power >= size * (1 - 1e-9));
  return /** @type {number} */ (found) * power;
}

/** The axis of the steps. Its end is round: it seldom moves while the episode grows. */
export function stepAxis(width, { first, last }) {
  const steps = Math.max(roundUp(last - first), FEWEST);
  const room = Math.max(width - 2 * PAD, 1);
  return {
    steps,
    x: (step) => PAD + ((step - first) / steps) * room,
    stepAt: (x) => Math.min(Math.max(Math.round(((x - PAD) / room) * steps) + first, first), last),
  };
}

/**
 * The lines of the time line, one below the other.
 * @type {{id: string, name: string, title: string, lines: string[], share?: boolean, fromZero?: boolean, said: (row: Row) => string}[]}
 */
export const LINES = [
  { id: "return", name: "return", title: "Rewards so far", lines: ["return"], fromZero: true, said: (row) => number(row.return) },
  { id: "value", name: "V(s₀)", title: "V(s₀), and dashed the value target of the plan", lines: ["value", "value_target"], said: (row) => number(row.value) },
  { id: "disagreement", name: "KL to prior", title: "KL of the improved policy from the prior, nats; ticks below where the plan takes another action than the prior would", lines: ["disagreement"], fromZero: true, said: (row) => (row.disagreement === null ? "none" : nats(row.disagreement, 2)) },
  { id: "ess", name: "least ESS", title: "Smallest effective sample size of all levels, as a share of the particles", lines: ["ess"], share: true, said: (row) => shareText(row.ess) },
  { id: "coalescence", name: "coalesces", title: "First level whose particles all descend from one root slot, as a share of the depth; at the top where lineages stay apart", lines: ["coalescence"], share: true, said: (row) => (row.coalescence === 1 ? "never" : shareText(row.coalescence)) },
];

const shareText = (value) => (value === null || value === undefined ? "none" : percent(value));

/**
 * Ends of the values of a line. Shares have their own; others are round, so that they seldom move.
 * @param {Pick<Known, "rows">} known
 * @param {{lines: string[], share?: boolean, fromZero?: boolean}} line
 * @returns {[number, number]}
 */
export function valueEnds(known, { lines, share, fromZero }) {
  if (share) return [0, 1];
  let [low, high] = fromZero ? [0, 0] : [Infinity, -Infinity];
  for (const row of known.rows.values()) {
    for (const name of lines) {
      const value = row[name];
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (!Number.isFinite(low)) return [0, 1];
  if (low === high) return fromZero ? [0, 1] : [low - 1, low + 1];
  const unit = roundUp(high - low) / 2;
  return [Math.floor(low / unit) * unit, Math.ceil(high / unit) * unit];
}

/**
 * The pieces of a line without gaps, each as points [step, value]. The last played point also begins what is planned ahead.
 * @returns {{ahead: boolean, points: [number, number][]}[]}
 */
export function pieces({ rows, first, last, ahead_from }, name) {
  /** @type {{ahead: boolean, points: [number, number][]}[]} */
  const made = [];
  let open = /** @type {any} */ (null);
  for (let step = first; step <= last; step++) {
    const value = rows.get(step)?.[name];
    const ahead = ahead_from !== null && step >= ahead_from;
    if (!Number.isFinite(value)) {
      open = null;
      continue;
    }
    if (!open || open.ahead !== ahead) {
      const before = open?.points.at(-1);
      open = { ahead, points: before ? [before] : [] };
      made.push(open);
    }
    open.points.push([step, value]);
  }
  return made;
}

/** All marks by step: those of an episode, and those that come with their steps. */
export function marksOf({ marks, rows }) {
  const rejected = [...rows.values()].filter(({ rejection }) => rejection).map(({ step, loss, rejection }) => ({ step, kind: "rejected", value: loss, sentence: rejection }));
  return [...marks, ...rejected].sort((a, b) => a.step - b.step);
}

/** Glyphs of the kinds of marks; of marks that stand together the first kind is shown: there may be many of the last one. */
export const GLYPHS = { value: "V", ess: "▼", coalescence: "Y", disagreement: "◆", rejected: "✕" };
const MEANINGS = { value: "far from what followed", ess: "low ESS", coalescence: "early coalescence", disagreement: "plan far from prior", rejected: "rejected by the exact answer" };
const ORDER = Object.keys(GLYPHS);
// As wide as a glyph with a number of two digits.
const WIDE = 30;

/**
 * Marks that would overlap, together: each group with its place, its first step and all of its sentences.
 * @param {Mark[]} marks by step
 * @param {(step: number) => number} x
 * @param {number} apart pixels that two groups are apart
 */
export function groupMarks(marks, x, apart = WIDE) {
  /** @type {{x: number, step: number, kind: string, marks: Mark[]}[]} */
  const groups = [];
  for (const mark of marks) {
    const group = groups.at(-1);
    if (group && x(mark.step) - group.x < apart) {
      group.marks.push(mark);
      if (ORDER.indexOf(mark.kind) < ORDER.indexOf(group.kind)) Object.assign(group, { kind: mark.kind, step: mark.step });
    } else groups.push({ x: x(mark.step), step: mark.step, kind: mark.kind, marks: [mark] });
  }
  return groups;
}

/** Glyph of a group of marks, and their number where there are several. */
export const groupText = ({ kind, marks }) => [GLYPHS[kind] ?? "●", marks.length > 1 ? `×${marks.length}` : ""];

// A tooltip of more sentences would not be read.
const TOLD = 5;

/** The sentences of a group, the first few of many. */
export function sentencesOf({ marks }) {
  const said = marks.map(({ sentence }) => sentence);
  return said.length > TOLD ? [...said.slice(0, TOLD - 1), `And ${said.length - TOLD + 1} more marks.`] : said;
}

/** About how long, in words: "3 s", "4 min". */
export const durationText = (seconds) => (seconds < 1 ? "1 s" : seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** Progress of planning ahead: "step 12 of at most 500, about 6 s left". */
export function progressText({ done, limit, seconds_left: left }) {
  return `step ${done} of at most ${limit}${left === null ? "" : `, about ${durationText(left)} left`}`;
}

/** The button's tooltip: what it does, and how long that takes. */
export function offerText(usual) {
  const time = usual?.seconds ? `, about ${durationText(usual.seconds)}` : "";
  return `Plan on from this step in the background, to the end of the episode or ${count(usual?.steps ?? 500, "step")}${time}`;
}

const WAITING = "Waiting for the first live plan …";
const ALONE = "It is of live plans, and there are none here.";

/**
 * The words beside the lines: the step pointed at with its marks, else what is being done or was done last, else what there is to know.
 * @param {Known} known
 * @param {number | null} pointed
 */
export function noteText(known, pointed) {
  const { job, ahead_from: from, noun, first, last } = known;
  const marks = marksOf(known);
  if (pointed !== null) {
    const said = marks.filter(({ step }) => step === pointed).map(({ sentence }) => sentence);
    return said.length ? said.join(" ") : `${noun} ${pointed}${from !== null && pointed >= from ? ", planned ahead" : ""}. Click to go there.`;
  }
  if (job?.state === "running") return `Planning ahead: ${progressText(job)}.`;
  const lighter = from === null ? "" : "Lighter: planned ahead.";
  if (job?.detail) return `${job.detail} ${lighter}`.trim();
  if (!known.rows.size && !marks.length) return known.alone ? ALONE : WAITING;
  const name = noun.toLowerCase();
  const where = first === last ? `at ${name} ${first}` : `in ${name}s ${first} to ${last}`;
  const rows = [...known.rows.values()].filter(({ value_target: target }) => Number.isFinite(target)).length;
  // The last state may be one after which nothing is planned.
  const part = rows >= last - first ? "" : `${rows} of these ${name}s ${rows === 1 ? "is" : "are"} ${noun === "Frame" ? "seen" : "planned"}.`;
  const kinds = ORDER.filter((kind) => marks.some((mark) => mark.kind === kind)).map((kind) => `${GLYPHS[kind]} ${MEANINGS[kind]}`);
  const legend = kinds.length ? `${kinds.join(", ")}.` : "";
  return [`${marks.length ? count(marks.length, "mark") : "No marks"} ${where}.`, part, legend, lighter].filter(Boolean).join(" ");
}
