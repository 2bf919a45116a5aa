"""Reductions over the candidate actions (atoms) of one state.

A state often has two to eight of them. XLA compiles every reduction to a separate kernel, which for so few numbers costs more than the arithmetic.
Written out as sums of slices, the reductions are fused with the operations around them.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

FEW = 8


def total(values: Float[Array, "A"]) -> Float[Array, ""]:
    """Sum over the candidate actions."""
    return functools.reduce(jnp.add, list(values)) if values.shape[0] <= FEW else jnp.sum(values)


def largest(values: Array) -> Array:
    """Maximum over the candidate actions, for any ordered dtype."""
    return functools.reduce(jnp.maximum, list(values)) if values.shape[0] <= FEW else jnp.max(values)


def log_total(logits: Float[Array, "A"]) -> Float[Array, ""]:
    """Log of the sum of exponentials; at least one logit must be finite."""
    shift = largest(logits)
    return shift + jnp.log(total(jnp.exp(logits - shift)))


def log_normalise(logits: Float[Array, "A"]) -> Float[Array, "A"]:
    """Logits shifted so that their exponentials sum to one."""
    return logits - log_total(logits)


def choose(uniform: Float[Array, ""], log_probabilities: Float[Array, "A"]) -> Array:
    """Index (i32) of the candidate action at a point of the cumulative distribution; never one of probability 0.

    Args:
      uniform: position of the point, in [0, 1).
      log_probabilities: normalised; -inf marks probability 0.
    """
    probabilities = jnp.exp(log_probabilities)
    if probabilities.shape[0] > FEW:
        return _choose_among_many(uniform, probabilities)
    mass = total(probabilities)
    # A point rounded up to the total would lie after the last candidate action with mass.
    point = jnp.minimum(uniform * mass, jnp.nextafter(mass, 0.0))
    below, passed = jnp.zeros_like(mass), jnp.int32(0)
    for probability in probabilities:
        below = below + probability
        passed = passed + (below <= point)
    return passed


def _choose_among_many(uniform: Float[Array, ""], probabilities: Float[Array, "A"]) -> Array:
    """`choose` by the cumulative sum."""
    # The total is the last entry of the cumulative sum. A total summed in another order may be larger, and a point beyond the last entry would
    # belong to no candidate action. The running maximum keeps the interval of a candidate without mass empty: rounding of the partial sums may
    # otherwise leave it a width.
    cumulative = jax.lax.cummax(jnp.where(probabilities > 0, jnp.cumsum(probabilities), 0.0))
    point = jnp.minimum(uniform * cumulative[-1], jnp.nextafter(cumulative[-1], 0.0))
    return jnp.sum(cumulative <= point, dtype=jnp.int32)
