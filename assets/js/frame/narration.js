// One sentence (or three short ones) about what is seen: for the bottom bar, and as the text of each picture.

import { spreadAt } from "./spread.js";
import { narrateTree, treeOutlook } from "./tree.js";
import { count, list, NO_TWIST, number, percent } from "../lib/format.js";

/** Root actions by how many particles (or simulations) of a level descend from them, most first. */
export function descent({ actions, root_counts }, level) {
  const groups = actions.map((name, action) => ({ name, particles: root_counts[level * actions.length + action] }));
  return groups.filter(({ particles }) => particles).sort((a, b) => b.particles - a.particles);
}

/** About a level: of a tree its nodes and visits; else how many particles still count, where they come from, how far the proposal went. */
export function narrate(frame, level) {
  if (frame.tree) return narrateTree(frame, level, descent(frame, level));
  const { slots, ess, resampled, unique_branches: unique, living } = frame;
  const parts = [`Level ${level}: ESS ${number(ess[level])} of ${slots}${resampled[level] ? ", resampled" : ""}`];
  const [first, ...others] = descent(frame, level);
  const all = others.length === 0;
  const share = all ? `all ${slots}` : `${first.particles} of ${slots}`;
  parts.push(`${share} particles descend from ${first.name}${all ? "" : `, the others from ${names(others)}`}`);
  const common = frame.coalescence_level?.[level] ?? -1;
  parts.push(common >= 0 && level > 0 ? `all share one ancestor at level ${common}` : `${count(unique[level], "root ancestor")} left`);
  const ended = slots - living[level];
  if (ended) parts.push(`${count(ended, "particle")} ended`);
  const kl = spreadAt(frame.kl, level);
  const bound = frame.restarts ? null : spreadAt(frame.kl_bound, level);
  // A proposal that is the prior by its making has nothing to keep to.
  if (kl && (kl.high || bound?.high)) parts.push(`KL ${number(kl.mean, 2)}${bound ? ` of ${number(bound.mean, 2)} allowed` : " without a bound"}`);
  if (living[level] && !spreadAt(frame.temperature, level) && !(frame.restarts && kl?.high)) parts.push(NO_TWIST);
  if (frame.valueSource) parts.push(frame.valueSource);
  return `${parts.join("; ")}.`;
}

const names = (groups) => (groups.length > 3 ? `${groups.length} more` : list(groups.map(({ name }) => name)));

/** About the world. */
export function narrateWorld(frame) {
  const caption = frame.scene?.caption ? ` ${frame.scene.caption}.` : "";
  const outlook = frame.tree ? treeOutlook(frame) : `${count(frame.slots, "particle")} look ${count(frame.levels, "step")} ahead; ${count(frame.endings, "path")} came to an end.`;
  return `${frame.environment} at step ${frame.step}.${caption} ${outlook}`;
}

/** About the decision at the root. */
export function narrateDecision({ actions, root_prior, root_policy, root_value, value_target, chosen, settings, valueSource }) {
  const change = `from ${percent(root_prior[chosen])} by the prior to ${percent(root_policy[chosen])}`;
  const values = `Value target ${number(value_target, 4)} against V(s₀) ${number(root_value, 4)}${valueSource ? `, by ${valueSource}` : ""}.`;
  return `${settings.act === "sample" ? "Drawn" : "Chosen"}: ${actions[chosen]}, ${change}. ${values}`;
}

/** Root actions that no particle began with, or null. */
export function neverTried({ actions, root_visits }) {
  if (!root_visits) return null;
  const missing = actions.filter((_, action) => root_visits[action] === 0);
  if (!missing.length) return null;
  return `Never tried: ${missing.length > 5 ? `${missing.length} of ${actions.length} actions` : list(missing)}.`;
}
