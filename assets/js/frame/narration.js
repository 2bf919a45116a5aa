// One sentence (or three short ones) about what is seen: for the bottom bar, and as the text of each picture.

import { leavesPrior, spreadAt } from "./spread.js";
import { narrateTree, treeOutlook } from "./tree.js";
import { alike, count, GREEDY, list, NO_TWIST, number, partOf, percent } from "../lib/format.js";

/** About everything where nothing was planned. */
export const OVER = "The episode is over: nothing is planned from its last state.";

/** Root actions by how many particles (or simulations) of a level descend from them, most first. */
export function descent({ actions, root_counts }, level) {
  const groups = actions.map((name, action) => ({ name, particles: root_counts[level * actions.length + action] }));
  return groups.filter(({ particles }) => particles).sort((a, b) => b.particles - a.particles);
}

/** About a level: of a tree its nodes and visits; else how many particles still count, where they come from, how far the proposal went. */
export function narrate(frame, level) {
  if (frame.over) return OVER;
  if (frame.tree) return narrateTree(frame, level, descent(frame, level));
  const { slots, ess, resampled, unique_branches: unique, living } = frame;
  const parts = [`Level ${level}: ESS ${number(ess[level])} of ${slots}${resampled[level] ? ", resampled" : ""}`];
  const [first, ...others] = descent(frame, level);
  const rest = others.length ? `, the others from ${names(others)}` : "";
  parts.push(`${shareOf(first.particles, slots)} from ${first.name}${rest}`);
  const common = frame.coalescence_level?.[level] ?? -1;
  parts.push(common >= 0 && level > 0 ? `all share one ancestor at level ${common}` : `${count(unique[level], "root ancestor")} left`);
  const ended = slots - living[level];
  if (ended) parts.push(`${count(ended, "particle")} ended`);
  const kl = spreadAt(frame.kl, level);
  const bound = frame.restarts ? null : spreadAt(frame.kl_bound, level);
  // A proposal that is the prior by its making has nothing to keep to.
  if (kl && (kl.high || bound?.high)) parts.push(`KL ${number(kl.mean, 2)}${bound ? ` of ${number(bound.mean, 2)} allowed` : " without a bound"}`);
  // No logarithm: infinite, which leaves the prior as it is, or zero.
  if (living[level] && !spreadAt(frame.temperature, level) && !(frame.restarts && kl?.high)) parts.push(leavesPrior(frame.kl, level) ? GREEDY : NO_TWIST);
  if (frame.valueSource) parts.push(frame.valueSource);
  return `${parts.join("; ")}.`;
}

/** "126 of 256 particles descend", and what fits all of them, or one. */
function shareOf(particles, slots) {
  const some = particles < slots ? `${particles} of ${slots} particles` : slots > 1 ? `all ${slots} particles` : "the particle";
  return `${some} ${particles === 1 ? "descends" : "descend"}`;
}

const names = (groups) => (groups.length > 3 ? `${groups.length} more` : list(groups.map(({ name }) => name)));

/** About the world. */
export function narrateWorld(frame) {
  const caption = frame.scene?.caption ? ` ${frame.scene.caption}.` : "";
  return `${frame.environment} at step ${frame.step}.${caption} ${frame.over ? OVER : frame.tree ? treeOutlook(frame) : outlook(frame)}`;
}

function outlook({ slots, levels, endings }) {
  const ahead = slots === 1 ? "looks" : "look";
  return `${count(slots, "particle")} ${ahead} ${count(levels, "step")} ahead; ${count(endings, "path")} came to an end.`;
}

/** About the decision at the root. */
export function narrateDecision(frame) {
  if (frame.over) return OVER;
  const { root_value, value_target, valueSource } = frame;
  const [target, value] = alike([value_target, root_value], 4);
  return `${narrateChoice(frame)} Value target ${target} against V(s₀) ${value}${valueSource ? `, by ${valueSource}` : ""}.`;
}

/** The action taken, what the plan changed about it, and the reason where the improved policy alone would take another. */
export function narrateChoice({ actions, root_prior, root_policy, chosen, preferred, settings, traits }) {
  const change = `from ${percent(root_prior[chosen])} by the prior to ${percent(partOf(root_policy, chosen))}`;
  const choice = `${settings.act === "sample" ? "Drawn" : "Chosen"}: ${actions[chosen]}, ${change}.`;
  return traits.halving && preferred !== chosen ? `${choice} ${halvingReason(actions[preferred], settings)}` : choice;
}

/** The reason for an action that is not the improved policy's. */
export function halvingReason(preferred, { gumbel_scale: noise }) {
  return noise
    ? `Sequential halving with Gumbel noise left it; the improved policy, without noise, prefers ${preferred}.`
    : `Sequential halving left it; the improved policy prefers ${preferred}.`;
}

/** The action of the plan in the heading, as far as one is taken. */
export function headline({ over, episode, actions, chosen }) {
  if (over) return "nothing to choose";
  return episode?.truncated ? `would take ${actions[chosen]}` : `takes ${actions[chosen]}`;
}

/** Root actions that no particle began with, or null. */
export function neverTried({ actions, root_visits, over }) {
  if (!root_visits || over) return null;
  const missing = actions.filter((_, action) => root_visits[action] === 0);
  if (!missing.length) return null;
  return `Never tried: ${missing.length > 5 ? `${missing.length} of ${actions.length} actions` : list(missing)}.`;
}
