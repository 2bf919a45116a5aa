"""Resampling: from log-weights to ancestors (E6).

Randomness is drawn in one place (`resampling_points`) and turned into ancestors in another (`ancestors_at`), so that edge draws can be tested. Every
scheme here is unbiased: slot i has N * w_i offspring on average. Ancestors come out sorted, so lineages do not cross when drawn by slot, and a
child lies next to its siblings.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

SCHEMES = ("systematic", "stratified", "residual", "multinomial")


def effective_sample_size(log_weights: Float[Array, "N"]) -> Float[Array, ""]:
    """ESS = (sum w)^2 / sum w^2 (E6), in [1, N]; any additive constant in `log_weights` cancels."""
    # Not by logarithms of sums: f32 holds few digits of the ESS beside a log-weight of a thousand.
    weights = jnp.exp(log_weights - jnp.max(log_weights))
    return jnp.clip(jnp.sum(weights) ** 2 / jnp.sum(weights**2), 1.0, log_weights.shape[0])


def normalise_logits(log_weights: Float[Array, "N"], normaliser: str) -> Float[Array, "N"]:
    """`norm` of (E6): the logits that resampling draws from.

    `none` leaves the log-weights, `min_max` scales them to [0, 1], `standardise` to mean 0 and variance 1. The last two make the evidence biased.
    """
    if normaliser == "none":
        return log_weights
    if normaliser == "min_max":
        low, high = jnp.min(log_weights), jnp.max(log_weights)
        return (log_weights - low) / jnp.where(high > low, high - low, 1.0)
    if normaliser == "standardise":
        deviation = jnp.std(log_weights)
        return (log_weights - jnp.mean(log_weights)) / jnp.where(deviation > 0, deviation, 1.0)
    raise ValueError(f"weight normaliser must be none, min_max or standardise, got {normaliser!r}")


def resample(uniforms: Float[Array, "N"], logits: Float[Array, "N"], scheme: str) -> Int[Array, "N"]:
    """Ancestor of every slot (E6), sorted.

    Args:
      uniforms: independent uniforms in [0, 1); `systematic` uses only the first.
      logits: unnormalised log-weights.
      scheme: one of SCHEMES.

    Raises:
      ValueError: unknown scheme.
    """
    n = logits.shape[0]
    weights = jax.nn.softmax(logits)
    if scheme == "residual":
        return _residual(uniforms, weights)
    if scheme == "systematic":
        points = (jnp.arange(n) + uniforms[0]) / n
    elif scheme == "stratified":
        points = (jnp.arange(n) + uniforms) / n
    elif scheme == "multinomial":
        points = jnp.sort(uniforms)
    else:
        raise ValueError(f"resampling scheme must be one of {', '.join(SCHEMES)}, got {scheme!r}")
    return ancestors_at(points, weights)


def ancestors_at(points: Float[Array, "N"], weights: Float[Array, "N"]) -> Int[Array, "N"]:
    """The slot whose share of the cumulative weights holds each point.

    Args:
      points: in [0, 1).
      weights: non-negative; need not sum to one.
    """
    # A slot without weight must not be wider than nothing, which partial sums in another order may leave it.
    cumulative = jax.lax.cummax(jnp.where(weights > 0, jnp.cumsum(weights), 0.0))
    # A last point rounded up to the total mass would pick a slot of no weight behind the last heavy one.
    points = jnp.minimum(points * cumulative[-1], jnp.nextafter(cumulative[-1], 0.0))
    return jnp.searchsorted(cumulative, points, side="right").astype(jnp.int32)


def _residual(uniforms: Float[Array, "N"], weights: Float[Array, "N"]) -> Int[Array, "N"]:
    """floor(N w_i) certain offspring each, the rest drawn multinomially from what is left over."""
    n = weights.shape[0]
    # N * (1 / N) may fall just short of 1 in f32.
    certain = jnp.floor(n * weights * (1 + 1e-6))
    number_certain = jnp.sum(certain)
    slots = jnp.arange(n)
    kept = jnp.searchsorted(jnp.cumsum(certain), slots, side="right").astype(jnp.int32)
    remainder = jnp.maximum(n * weights - certain, 0.0)
    # With nothing left over every slot is certain, and the draw below is not used.
    drawn = ancestors_at(uniforms, jnp.where(jnp.sum(remainder) > 0, remainder, 1.0))
    return jnp.sort(jnp.where(slots < number_certain, kept, drawn))
