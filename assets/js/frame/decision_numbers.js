// Numbers of the root decision that more than one panel shows.

import { nats, natsWithin } from "../lib/format.js";
import { partOf } from "./spread.js";

/** KL(improved policy, prior) in nats: how much the plan changed the network's mind. Its terms are never negative, unlike those of the plain sum. */
export function klPolicyPrior({ root_policy, root_prior }) {
  return root_policy.reduce((sum, part, action) => sum + (part > 0 ? part * Math.log(part / root_prior[action]) : 0) - part + root_prior[action], 0);
}

/**
 * The decision as levels go by: that of the plan cut off after each of some levels. Null where the frame does not have it.
 * @param {any} frame
 * @returns {{levels: number[], policy: (cut: number, action: number) => number, q: (cut: number, action: number) => number} | null}
 */
export function trailOf(frame) {
  const [levels, policy, q] = ["level", "policy", "q"].map((name) => frame[`trail/${name}`]);
  const { length: actions } = frame.actions;
  return levels ? { levels: Array.from(levels), policy: (cut, action) => policy[cut * actions + action], q: (cut, action) => q[cut * actions + action] } : null;
}

/** The reason why a frame has no trail, in words; "" where it only has not come yet. */
export function noTrail({ tree, restarts, recorded, alone, over }) {
  if (over) return "Nothing was planned.";
  if (tree) return "A search tree has no levels that it could be cut off after.";
  if (restarts) return "This planner begins again at the root, round by round.";
  return alone ? "It is not recorded." : recorded ? "It comes with the live plan." : "";
}

/**
 * The part of the trust region that the proposal at the root uses, in nats; null for planners without one.
 * @param {any} frame
 * @returns {{used: number, bound: number, share: number, text: string, title: string} | null} `bound` Infinity and `share` 0 where there is none
 */
export function regionUse(frame) {
  const { tree, restarts, kl, kl_bound: bounds, levels, over } = frame;
  if (tree || restarts || over || !kl) return null;
  const [used, bound] = [kl[1], bounds[1]];
  // Nothing is twisted there, and nothing may be.
  if (used === 0 && bound === 0) return null;
  const all = partOf(kl, levels, "mean").filter((value) => value !== null);
  const below = all.length > 1 ? ` Below the root it is ${nats(Math.min(...all.slice(1)))} to ${nats(Math.max(...all.slice(1)))} on average.` : "";
  const title = `Trust region: KL of the proposal to the prior at the root.${below}`;
  if (!Number.isFinite(bound)) return { used, bound: Infinity, share: 0, text: `KL ${nats(used)}, no bound`, title: `${title} The temperature is fixed, so nothing bounds it.` };
  const share = bound > 0 ? used / bound : used > 0 ? Infinity : 0;
  const over1 = share > 1.01 ? " More than the bound: root actions are drawn from a mixture with the prior, and the bound is that of the twist." : "";
  const [taken, allowed] = natsWithin(used, bound);
  return { used, bound, share, text: `KL ${taken} of ${allowed}`, title: `${title} Allowed: ${allowed} nats.${over1}` };
}

/** Actions by their improved probability, the most probable first; of equal ones the first. */
export const byProbability = ({ root_policy }) => Array.from(root_policy, (_, action) => action).sort((a, b) => root_policy[b] - root_policy[a] || a - b);
