// The curves over levels, as data, one strip each. `strips.js` draws those that are open.
//
// A row is {name, short, domain, round?, log?, lines, bands?, bars?, threshold?, missing?, empty?, key?, grey?}. A line is {name, values, style}, null
// where it has no value; the first is the row's own, whose value is read out. A domain that follows the values is to be made `round`.

import { around, leavesPrior, partOf } from "./spread.js";
import { treeStrips } from "./tree.js";
import { GREEDY, NO_TWIST } from "../lib/format.js";

// Log-weights carry errors of rounding of a hundred-thousandth.
const LEAST_NATS = 0.01;

/** All strips of particles, in the order they are shown. */
const PARTICLE_STRIPS = [
  { id: "ess", button: "ESS", title: "Effective particles as a share of all: ESS, and the perplexity of the weights", row: essRow },
  { id: "weight", button: "max weight", title: "The largest normalised weight", row: weightRow },
  { id: "ancestors", button: "ancestors", title: "Root slots, and root actions, that the level descends from", row: ancestorRow },
  { id: "coalescence", button: "coalescence", title: "The last level with a slot that all particles descend from", row: coalescenceRow },
  { id: "offspring", button: "offspring", title: "Slots with offspring in the next level, and the most that one has", row: offspringRow },
  { id: "kl", button: "KL", title: "KL of the proposal to the prior, against the trust region's bound", row: klRow },
  { id: "temperature", button: "temperature", title: "What the proposal divides Q by", row: temperatureRow },
  { id: "evidence", button: "log-evidence", title: "Log-evidence so far; bars: what each level added", row: evidenceRow },
  { id: "parts", button: "weight parts", title: "The three parts of what a step adds to the log-weight: mean and standard deviation", row: partsRow },
  { id: "variance", button: "variance", title: "Relative variance of the evidence, estimated from this one run", row: varianceRow },
];

export const STRIPS = { particles: PARTICLE_STRIPS, tree: treeStrips };
export const DEFAULT_STRIPS = { particles: ["ess", "ancestors", "kl", "evidence"], tree: treeStrips.map(({ id }) => id) };
export const kindOf = (frame) => (frame.tree ? "tree" : "particles");

/** The rows of the strips that are open; pure. A strip that is closed costs nothing. */
export function stripRows(frame, open = DEFAULT_STRIPS) {
  const shown = STRIPS[kindOf(frame)].filter(({ id }) => open[kindOf(frame)].includes(id));
  return shown.map(({ id, row }) => frame.once(`strip ${id}`, () => ({ id, ...row(frame) })));
}

const shares = (values, slots) => Array.from(values, (value) => value / slots);
const finite = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));

const ranged = (spreads, levels) => {
  const [low, mean, high] = ["low", "mean", "high"].map((name) => partOf(spreads, levels, name));
  return { mean, band: { low, high, style: "main" } };
};

function essRow({ ess, perplexity, slots, settings }) {
  const threshold = settings.resampling_rule === "ess" ? settings.ess_threshold : null;
  return {
    name: "ESS, perplexity / N", short: "ESS / N", domain: [0, 1], threshold, key: !!perplexity,
    lines: [
      { name: "ESS", values: shares(ess, slots), style: "main" },
      ...(perplexity ? [{ name: "perplexity", values: shares(perplexity, slots), style: "thin" }] : []),
    ],
  };
}

function weightRow({ max_weight }) {
  return { name: "max weight", short: "max w.", domain: [0, 1], lines: [{ name: "max weight", values: Array.from(max_weight), style: "main" }] };
}

function ancestorRow({ unique_branches, unique_root_actions, slots }) {
  return {
    name: "root ancestors", short: "ancestors", domain: [1, Math.max(slots, 2)], log: true, key: true,
    lines: [
      { name: "ancestors", values: Array.from(unique_branches), style: "main" },
      ...(unique_root_actions ? [{ name: "root actions", values: Array.from(unique_root_actions), style: "second" }] : []),
    ],
  };
}

function coalescenceRow({ coalescence_level, levels }) {
  const none = coalescence_level.every((level) => level < 0);
  return {
    name: "coalescence", short: "coal.", domain: [0, Math.max(levels - 1, 1)], missing: Array.from(coalescence_level, () => "none yet"),
    empty: none ? "no level has an ancestor common to all" : "",
    lines: [{ name: "level", values: Array.from(coalescence_level, (level) => (level < 0 ? null : level)), style: "main", step: true }],
  };
}

function offspringRow({ offspring, levels, slots }) {
  const column = (index) => Array.from({ length: levels }, (_, level) => offspring[2 * level + index]);
  return {
    name: "offspring", short: "offspring", domain: [1, Math.max(slots, 2)], log: true, key: true,
    lines: [{ name: "slots with offspring", values: column(0), style: "main" }, { name: "most of one", values: column(1), style: "second" }],
  };
}

function klRow({ kl, kl_bound, levels, restarts }) {
  const { mean, band } = ranged(kl, levels);
  const bound = restarts ? [] : partOf(kl_bound, levels, "mean");
  const free = mean.every((value) => !value) && bound.every((value) => !value);
  return {
    name: "KL, nats", short: "KL", domain: [0, largest([...band.high, ...bound]) || 1], round: true, bands: [band],
    empty: free ? NO_TWIST : "", key: bound.some(Number.isFinite),
    lines: [{ name: "KL", values: mean, style: "main" }, ...(restarts ? [] : [{ name: "bound", values: bound, style: "bound" }])],
  };
}

function temperatureRow({ temperature, kl, levels, living, restarts }) {
  const { mean, band } = ranged(temperature, levels);
  const moved = (level) => !restarts && leavesPrior(kl, level);
  return {
    name: "temperature", short: "temp.", domain: decades([...band.low, ...band.high]), round: true, log: true, bands: [band],
    // A temperature without a logarithm is infinite, which leaves the prior as it is, or zero, which is greedy: both say more than an empty strip.
    missing: Array.from(living, (count, level) => (!count ? "none" : moved(level) ? "greedy" : "no twist")),
    empty: living[0] && mean.every((value) => value === null) ? (moved(0) ? GREEDY : NO_TWIST) : "",
    lines: [{ name: "temperature", values: mean, style: "main" }],
  };
}

function evidenceRow({ log_evidence, log_evidence_increment, truth }) {
  const [estimate, bars] = [finite(log_evidence), log_evidence_increment ? finite(log_evidence_increment) : null];
  const exact = truth?.logEvidence ? finite(truth.logEvidence) : null;
  return {
    name: "log-evidence", short: "log Z", domain: around([0, ...estimate, ...(exact ?? []), ...(bars ?? [])], LEAST_NATS), round: true, bars, key: !!exact,
    lines: [{ name: "estimate", values: estimate, style: "main" }, ...(exact ? [{ name: "exact", values: exact, style: "truth" }] : [])],
  };
}

function partsRow({ weight_part_mean: mean, weight_part_deviation: deviation, levels, weightParts }) {
  const at = (index, offset) => finite(Array.from({ length: levels }, (_, level) => mean[3 * level + index] + offset * deviation[3 * level + index]));
  const parts = weightParts.map((name, index) => ({ name, style: `part${index}`, values: at(index, 0), low: at(index, -1), high: at(index, 1) }));
  return {
    name: "weight parts", short: "parts", domain: around([0, ...parts.flatMap(({ low, high }) => [...low, ...high])], LEAST_NATS), round: true, key: true, readAll: true,
    bands: parts.map(({ low, high, style }) => ({ low, high, style })), lines: parts.map(({ name, style, values }) => ({ name, style, values })),
  };
}

function varianceRow({ evidence_variance, varianceObjections: objections }) {
  return {
    name: "evid. variance", short: "variance", domain: around([0, ...finite(evidence_variance)]), round: true,
    grey: objections.length ? `no estimate here: ${objections.join(", ")}` : "",
    lines: [{ name: "variance", values: finite(evidence_variance), style: objections.length ? "grey" : "main" }],
  };
}

const largest = (values) => values.reduce((most, value) => (value > most ? value : most), 0);

/** The powers of ten around some positive values. */
function decades(values) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (!logs.length) return [0.1, 10];
  const low = Math.floor(Math.min(...logs));
  return [10 ** low, 10 ** Math.max(Math.ceil(Math.max(...logs)), low + 1)];
}
