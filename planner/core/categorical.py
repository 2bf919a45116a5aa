"""Reductions over the atoms of one state.

There are often two to eight of them. XLA makes a kernel of its own of every reduction, which for so few numbers costs more than the arithmetic;
written out as sums of slices they melt into the kernels around them.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

FEW = 8


def total(values: Float[Array, "A"]) -> Float[Array, ""]:
    """Sum over the atoms."""
    return functools.reduce(jnp.add, list(values)) if values.shape[0] <= FEW else jnp.sum(values)


def largest(values: Array) -> Array:
    """Maximum over the atoms, of any ordered dtype."""
    return functools.reduce(jnp.maximum, list(values)) if values.shape[0] <= FEW else jnp.max(values)


def log_total(logits: Float[Array, "A"]) -> Float[Array, ""]:
    """Log of the sum of exponentials; at least one logit must be finite."""
    shift = largest(logits)
    return shift + jnp.log(total(jnp.exp(logits - shift)))


def log_normalise(logits: Float[Array, "A"]) -> Float[Array, "A"]:
    """Logits shifted so that their exponentials sum to one."""
    return logits - log_total(logits)


def choose(uniform: Float[Array, ""], log_probabilities: Float[Array, "A"]) -> Array:
    """The atom at a point of the cumulative distribution (i32); never one without mass.

    Args:
      uniform: in [0, 1).
    """
    probabilities = jnp.exp(log_probabilities)
    if probabilities.shape[0] > FEW:
        return _choose_among_many(uniform, probabilities)
    mass = total(probabilities)
    # A point rounded up to the total would lie behind the last atom of any mass.
    point = jnp.minimum(uniform * mass, jnp.nextafter(mass, 0.0))
    below, passed = jnp.zeros_like(mass), jnp.int32(0)
    for probability in probabilities:
        below = below + probability
        passed = passed + (below <= point)
    return passed


def _choose_among_many(uniform: Float[Array, ""], probabilities: Float[Array, "A"]) -> Array:
    """`choose` by the cumulative sum."""
    # Its own last entry is the total: a sum in another order may be larger, and a point beyond the last entry no atom's. An atom without mass
    # must not be wider than nothing, which partial sums in another order may leave it.
    cumulative = jax.lax.cummax(jnp.where(probabilities > 0, jnp.cumsum(probabilities), 0.0))
    point = jnp.minimum(uniform * cumulative[-1], jnp.nextafter(cumulative[-1], 0.0))
    return jnp.sum(cumulative <= point, dtype=jnp.int32)
