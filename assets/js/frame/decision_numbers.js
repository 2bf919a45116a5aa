// Numbers of the root decision that more than one panel shows.

/** KL(improved policy, prior) in nats: how much the plan changed the network's mind. Its terms are never negative, unlike those of the plain sum. */
export function klPolicyPrior({ root_policy, root_prior }) {
  return root_policy.reduce((sum, part, action) => sum + (part > 0 ? part * Math.log(part / root_prior[action]) : 0) - part + root_prior[action], 0);
}
