// Slow motion: a plan as the steps that its algorithm takes, one after the other, each with its formula and the numbers of one particle.

import { count, fixed, number, percent } from "../lib/format.js";
import { narrateDecision } from "./narration.js";

/**
 * One step of the film.
 * @typedef {{level: number, phase: string, simulation?: number}} Shot
 *
 * The film while it runs: the step, how much of it is done, and what came before.
 * @typedef {Shot & {share: number}} Film
 *
 * A step in words and as a formula; `plain` is the formula for pages that cannot set it.
 * @typedef {{title: string, sentence: string, tex: string, plain: string, numbers: string, plainNumbers: string}} Caption
 */

/** Milliseconds that a step takes at speed 1. */
export const MILLISECONDS = { propose: 1200, weigh: 1100, normalise: 900, resample: 1300, revive: 1100, select: 700, expand: 600, backup: 700, decide: 1500 };
export const SPEEDS = [0.5, 1, 2, 4, 8];

/**
 * The steps of a plan, in order; none where nothing was planned.
 * @param {any} frame
 * @returns {Shot[]}
 */
export const shotsOf = (frame) => frame.once("shots", () => (frame.over ? [] : [...(frame.tree ? treeShots(frame) : particleShots(frame)), { level: frame.levels - 1, phase: "decide" }]));

function particleShots({ levels, living, resampled, revived, level_start: start }) {
  const shots = [];
  for (let level = 0; level < levels; level++) {
    if (living[level]) shots.push({ level, phase: "propose" }, { level, phase: "weigh" });
    shots.push({ level, phase: "normalise" });
    if (!resampled[level]) continue;
    shots.push({ level, phase: "resample" });
    if (level + 1 < levels && revived.subarray(start[level + 1], start[level + 2]).some((flag) => flag)) shots.push({ level, phase: "revive" });
  }
  return shots;
}

/** Of every simulation whose step is drawn: down to the new node, the node, and back up. */
function treeShots({ made, level }) {
  if (!made) return [];
  const order = Array.from(made.keys()).sort((a, b) => made[a] - made[b]);
  return order.flatMap((node) => ["select", "expand", "backup"].map((phase) => ({ level: level[node], phase, simulation: node })));
}

/** True where a plan can be shown as a film. */
export const hasFilm = (frame) => !!frame && !frame.over && (!frame.tree || !!frame.made);

/**
 * Weights of the nodes of the step's level while it runs, 1 the mean: those before it, on the way to those after it.
 * @param {any} frame
 * @param {Film} film
 * @returns {(node: number) => number}
 */
export function weightIn(frame, { level, phase, share }) {
  const { weight, before } = frame;
  const carried = (node) => {
    if (level === 0 || frame.resampled[level - 1]) return 1;
    const own = frame.find({ level: level - 1, slot: before[node] });
    return own < 0 ? 1 : weight[own];
  };
  if (phase === "propose") return carried;
  if (phase === "weigh") return (node) => carried(node) + share * (weight[node] - carried(node));
  return (node) => weight[node];
}

/** Offspring of every node of a level among the nodes of the next one that are drawn. */
export function offspringAt(frame, level) {
  return frame.once(`offspring ${level}`, ({ level_start: start, before, levels }) => {
    const counts = new Int32Array(start[level + 1] - start[level]);
    if (level + 1 >= levels) return counts;
    for (let node = start[level + 1]; node < start[level + 2]; node++) {
      const own = frame.find({ level, slot: before[node] });
      if (own >= 0) counts[own - start[level]]++;
    }
    return counts;
  });
}

/**
 * A step in words and as a formula with the numbers of the particle that is followed.
 * @param {any} frame
 * @param {Shot} shot
 * @returns {Caption}
 */
export function captionOf(frame, shot) {
  const { title, tex, plain, say } = CAPTIONS[shot.phase];
  return { title, tex, plain, numbers: "", plainNumbers: "", ...say(frame, shot) };
}

/** The step of the particle that is followed, with its exact numbers; null where it takes none at this level. */
function followed(frame, { level }) {
  const step = frame["lineage/level"]?.indexOf(level) ?? -1;
  if (step < 0) return null;
  const at = (name) => frame[`lineage/${name}`]?.[step];
  return { step, at, slot: at("slot"), action: frame.lineageAction(step) };
}

const text = (value) => `\\text{${value.replace(/[\\{}$&#^_%~]/g, "")}}`;
const inBrackets = (value) => (value.startsWith("−") || value.startsWith("-") ? `(${value})` : value);
const own = (found) => (found ? ` Followed: slot ${found.slot}, ` : " The line that is followed takes no step here.");

/** Simulations of which the film has nothing to show; empty where it shows all of them. */
function nodesText({ tree, steps, simulations }) {
  if (!tree || steps >= simulations) return "";
  return `${steps} of ${simulations} simulations made a node; the others came to the end of an episode or to the depth limit again. `;
}

const CAPTIONS = {
  propose: {
    title: "Propose", tex: "a \\sim q(\\cdot \\mid s), \\qquad (s', r, d) = \\mathrm{step}(s, a)", plain: "a ~ q(·|s), (s′, r, d) = step(s, a)",
    say(frame, shot) {
      const found = followed(frame, shot);
      const who = `${count(frame.living[shot.level], "particle")} ${frame.living[shot.level] === 1 ? "takes" : "take"} a step, each with an action of its own.`;
      if (!found) return { sentence: who + own(null) };
      const [prior, proposal] = [Math.exp(found.at("log_prior")), Math.exp(found.at("log_proposal"))];
      return {
        sentence: `${who}${own(found)}${found.action}.`,
        numbers: `q(${text(found.action)} \\mid s) = ${fixed(proposal, 3)}, \\qquad \\pi(${text(found.action)} \\mid s) = ${fixed(prior, 3)}`,
        plainNumbers: `q(${found.action}|s) = ${fixed(proposal, 3)}, π(${found.action}|s) = ${fixed(prior, 3)}`,
      };
    },
  },
  weigh: {
    title: "Weigh", tex: "\\log w \\mathrel{+}= \\log \\frac{\\pi(a \\mid s)}{q(a \\mid s)} + \\frac{r + \\gamma d\\, V(s') - V(s)}{\\tau}",
    plain: "log w += log π(a|s) − log q(a|s) + (r + γ d V(s′) − V(s)) / τ",
    say(frame, shot) {
      const found = followed(frame, shot);
      const { reward_temperature: tau, discount, advantage } = frame.settings;
      const sentence = "Each weight changes by how much less the proposal was than the prior, and by how much better the step was than V expected.";
      if (!found) return { sentence: sentence + own(null) };
      const ratio = found.at("log_prior") - found.at("log_proposal");
      const [reward, continuation, next, before] = ["reward", "continuation", "next_value", "value"].map(found.at);
      const gain = (reward + discount * continuation * next - (advantage === false ? 0 : before)) / tau;
      // Whoever calculates it again gets the same: a small temperature makes much of a digit.
      const digits = Math.min(Math.max(Math.ceil(-Math.log10(0.006 * tau)), 1), 6);
      const value = (each) => inBrackets(each === 0 ? "0" : fixed(each, digits));
      const last = advantage === false ? "" : ` - ${value(before)}`;
      const top = `${number(reward, 4)} + ${number(discount, 4)} \\cdot ${number(continuation, 3)} \\cdot ${value(next)}${last}`;
      const [one, other, both] = [ratio, gain, ratio + gain].map((each) => fixed(each, 2));
      const equal = Math.abs(Math.round(100 * ratio) + Math.round(100 * gain) - Math.round(100 * (ratio + gain))) < 1;
      const sum = (sign) => `${one} + ${inBrackets(other)} ${sign} ${both}`;
      return {
        sentence: `${sentence} Followed: slot ${found.slot}.`,
        ...(advantage === false ? { tex: CAPTIONS.weigh.tex.replace(" - V(s)", ""), plain: CAPTIONS.weigh.plain.replace(" − V(s)", "") } : {}),
        numbers: `${fixed(ratio, 2)} + \\frac{${top}}{${number(tau, 3)}} = ${sum(equal ? "=" : "\\approx")}`,
        plainNumbers: sum(equal ? "=" : "≈"),
      };
    },
  },
  normalise: {
    title: "Normalise", tex: "w_i = \\frac{e^{\\log w_i}}{\\sum_j e^{\\log w_j}}, \\qquad \\mathrm{ESS} = \\frac{1}{\\sum_i w_i^2}", plain: "w = softmax(log w), ESS = 1 / Σ w²",
    say(frame, { level }) {
      const { slots, ess, resampled, levels } = frame;
      const due = resampled[level] ? "Resampling is due." : level === levels - 1 ? "After the last level nothing is resampled." : "No resampling is due: the weights are carried on.";
      const value = number(ess[level]);
      return {
        sentence: `Weights add up to 1. They are as uneven as if only ${value} of ${slots} particles counted. ${due}`,
        numbers: `\\mathrm{ESS} = ${value} \\text{ of } ${slots}`, plainNumbers: `ESS = ${value} of ${slots}`,
      };
    },
  },
  resample: {
    title: "Resample", tex: "A_i \\sim w, \\qquad \\log w_i = 0", plain: "A ~ w, then log w = 0",
    say(frame, shot) {
      const { level } = shot;
      const [parents, most] = [frame.offspring[2 * level], frame.offspring[2 * level + 1]];
      const found = followed(frame, shot);
      const sentence = `${count(frame.slots - parents, "slot")} of ${frame.slots} ${frame.slots - parents === 1 ? "has" : "have"} no offspring: ${frame.slots - parents === 1 ? "its line dies" : "their lines die"} out here. One slot has ${most}.`;
      if (!found) return { sentence };
      const node = frame.find({ level, slot: found.slot });
      const expected = node < 0 ? "" : fixed(frame.weight[node], 2);
      const children = found.at("offspring");
      return {
        sentence,
        numbers: `${expected ? `N w_{${found.slot}} = ${expected} \\;\\longrightarrow\\; ` : ""}${children} \\text{ offspring of slot } ${found.slot}`,
        plainNumbers: `${expected ? `N w = ${expected} → ` : ""}${children} offspring of slot ${found.slot}`,
      };
    },
  },
  revive: {
    title: "Revive", tex: "s_i \\leftarrow \\mathrm{reference}(A_i)", plain: "s ← last state of A before the end",
    say(frame, { level }) {
      const { revived, level_start: start } = frame;
      const some = revived.subarray(start[level + 1], start[level + 2]).reduce((sum, flag) => sum + flag, 0);
      return { sentence: `${some} offspring of particles that have ended ${some === 1 ? "goes" : "go"} on from the last state before the end.` };
    },
  },
  select: {
    title: "Select", tex: "", plain: "",
    say: (frame, shot) => ({ sentence: `Simulation ${frame.made[shot.simulation] + 1} of ${frame.simulations} follows the tree down to level ${shot.level}, by prior, visits and Q.` }),
  },
  expand: {
    title: "Expand", tex: "(s', r, d) = \\mathrm{step}(s, a)", plain: "(s′, r, d) = step(s, a)",
    say: (frame, shot) => ({ sentence: `It takes one step that the tree does not have yet, and the network gives the new state a prior and a value${frame.terminal[shot.simulation] ? "; the episode ends there" : ""}.` }),
  },
  backup: {
    title: "Back up", tex: "Q(s, a) = \\mathrm{mean}(r + \\gamma d\\, G)", plain: "Q(s, a) = mean(r + γ d G)",
    say: () => ({ sentence: "The value goes back up the path: every Q on it is the mean of one return more." }),
  },
  decide: {
    title: "Decide", tex: "", plain: "",
    say: (frame) => ({ sentence: `${nodesText(frame)}${narrateDecision(frame)}`, numbers: `p(${text(frame.actions[frame.chosen])} \\mid s_0) = ${percent(frame.root_policy[frame.chosen]).replace("%", "\\%")}`, plainNumbers: `p(${frame.actions[frame.chosen]}|s₀) = ${percent(frame.root_policy[frame.chosen])}` }),
  },
};
