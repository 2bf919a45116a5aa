"""The improved policy by completed Q-values (E14, E15), as Gumbel MCTS reads a tree (Danihelka et al. 2022, appendix D)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def complete_qvalues(
    qvalues: Float[Array, "A"], number: Float[Array, "A"], prior: Float[Array, "A"], root_value: Float[Array, ""]
) -> Float[Array, "A"]:
    """Q-hat of the actions that were tried, and for the others the mixed value (E14).

        v_mix = (V(s0) + n sum_tried pi Q_hat / sum_tried pi) / (1 + n),      n = number of slots

    Args:
      qvalues: [A] Q-hat; anything where `number` is 0.
      number: [A] slots that tried each action.
      prior: [A] probabilities.
      root_value: V(s0).
    """
    tried = number > 0
    mass = jnp.sum(jnp.where(tried, prior, 0.0))
    mean = jnp.sum(jnp.where(tried, prior * qvalues, 0.0)) / jnp.where(mass > 0, mass, 1.0)
    slots = jnp.where(mass > 0, jnp.sum(number), 0.0)
    return jnp.where(tried, qvalues, (root_value + slots * mean) / (1 + slots))


def completed_policy(log_prior: Float[Array, "A"], completed: Float[Array, "A"], scale: Float[Array, ""]) -> Float[Array, "A"]:
    """Logarithm of the improved policy: the prior times exp of the completed Q-values, scaled to [0, c] (E15).

    Args:
      log_prior: [A] normalised; -inf marks an invalid action, which keeps probability 0 and takes no part in the scaling.
      completed: [A] as `complete_qvalues` gives them.
      scale: c >= 0: what the best action gains on the worst, in nats.
    """
    support = log_prior > -jnp.inf
    low = jnp.min(jnp.where(support, completed, jnp.inf))
    span = jnp.max(jnp.where(support, completed, -jnp.inf)) - low
    scaled = (completed - low) / jnp.where(span > 0, span, 1.0)
    return jax.nn.log_softmax(log_prior + scale * jnp.where(support, scaled, 0.0))
