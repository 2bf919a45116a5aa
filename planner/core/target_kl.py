"""The improved policy at a target divergence from the prior (E17): a temperature that is set by its effect, not guessed."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.core.categorical import log_normalise
from planner.core.proposal import twist


class _Bound(NamedTuple):
    """As `planner.core.proposal.TrustRegion`; only the bound is read."""

    kl_bound: Array
    alpha: Array
    twist_temperature: Array


def at_target_kl(policy: Float[Array, "A"], prior: Float[Array, "A"], target: Float[Array, ""]) -> Float[Array, "A"]:
    """The prior tilted along log(policy / prior) until KL(result || prior) is `target` (E17), by the solver of (E2).

    Where no tilt reaches the target, the result is as far as the best actions allow. Actions of probability 0 in `policy` keep it, and the prior is
    that over the others.

    Args:
      policy: [A] the improved policy at the reward temperature that is set.
      prior: [A] probabilities.
      target: nats, >= 0; 0 is the prior.
    """
    held = (policy > 0) & (prior > 0)
    log_prior = jnp.where(held, jnp.log(jnp.where(held, prior, 1.0)), -jnp.inf)
    gained = jnp.where(held, jnp.log(jnp.where(held, policy, 1.0)) - jnp.where(held, log_prior, 0.0), 0.0)
    bound = _Bound(target, jnp.zeros_like(target), jnp.ones_like(target))
    tilted = jnp.exp(twist(log_normalise(log_prior), gained, "fixed_kl", bound).log_proposal)
    return jnp.where(jnp.any(held), tilted, policy)
