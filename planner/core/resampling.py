"""Resampling: from log-weights to ancestors (E6).

The caller draws the uniforms; the functions here map them to ancestors, so that extreme draws can be tested. Every scheme is unbiased: slot i has
N * w_i offspring on average. Ancestors are sorted, so lineages do not cross when drawn by slot, and siblings are adjacent.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

SCHEMES = ("systematic", "stratified", "residual", "multinomial")


def effective_sample_size(log_weights: Float[Array, "N"]) -> Float[Array, ""]:
    """ESS = (sum w)^2 / sum w^2 (E6), in [1, N]; any additive constant in `log_weights` cancels."""
    # Not by logsumexp: for log-weights of order 1000, f32 would leave few digits for the ESS.
    weights = jnp.exp(log_weights - jnp.max(log_weights))
    return jnp.clip(jnp.sum(weights) ** 2 / jnp.sum(weights**2), 1.0, log_weights.shape[0])


def normalise_logits(log_weights: Float[Array, "N"], normaliser: str) -> Float[Array, "N"]:
    """Logits that resampling draws from: `norm` of (E6).

    `none` leaves the log-weights unchanged, `min_max` scales them to [0, 1], `standardise` to mean 0 and variance 1. The last two bias the evidence.
    Killed particles, of log-weight -inf, do not count and stay killed.

    Raises:
      ValueError: unknown normaliser.
    """
    if normaliser == "none":
        return log_weights
    weighs = log_weights > -jnp.inf
    if normaliser == "min_max":
        low, high = jnp.min(log_weights, where=weighs, initial=jnp.inf), jnp.max(log_weights)
        return (log_weights - low) / jnp.where(high > low, high - low, 1.0)
    if normaliser == "standardise":
        deviation = jnp.std(log_weights, where=weighs)
        return (log_weights - jnp.mean(log_weights, where=weighs)) / jnp.where(deviation > 0, deviation, 1.0)
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
    weights = jax.nn.softmax(logits)
    if scheme == "systematic":
        return _one_from_each_stratum(uniforms[0], weights)
    if scheme == "stratified":
        return _one_from_each_stratum(uniforms, weights)
    if scheme == "residual":
        return _residual(uniforms, weights)
    if scheme == "multinomial":
        return ancestors_at(jnp.sort(uniforms), weights)
    raise ValueError(f"resampling scheme must be one of {', '.join(SCHEMES)}, got {scheme!r}")


def ancestors_at(points: Float[Array, "N"], weights: Float[Array, "N"]) -> Int[Array, "N"]:
    """The slot whose share of the cumulative weights holds each point.

    Args:
      points: in [0, 1).
      weights: non-negative; need not sum to one.
    """
    return jnp.searchsorted(_upper_edges(weights), points, side="right").astype(jnp.int32)


def _one_from_each_stratum(offset: Float[Array, "*N"], weights: Float[Array, "N"]) -> Int[Array, "N"]:
    """The slots that hold the points (j + offset_j) / N, j = 0, ..., N - 1.

    The ancestor of j is the number of slots whose interval ends before point j. Slots are counted by the first point after their interval: O(N),
    without a search.
    """
    n = weights.shape[0]
    edges = n * _upper_edges(weights)
    stratum = jnp.floor(edges)
    offset = offset if offset.ndim == 0 else offset.at[stratum.astype(jnp.int32)].get(mode="clip")
    first_behind = stratum.astype(jnp.int32) + (offset < edges - stratum)
    return jnp.cumsum(jnp.zeros(n, jnp.int32).at[first_behind].add(1, mode="drop"))


def _upper_edges(weights: Float[Array, "N"]) -> Float[Array, "N"]:
    """Upper end of each slot's interval of the cumulative weights in [0, 1]; exactly 1 from the last slot with weight on.

    Summed as integers. XLA adds the partial sums of floats in different orders, and rounding could leave a slot of weight 0 an interval of
    positive width.
    """
    parts = jnp.round(weights * (2.0**30 / jnp.sum(weights))).astype(jnp.int32)
    cumulative = jnp.cumsum(parts).astype(jnp.float32)
    return cumulative / cumulative[-1]


def _residual(uniforms: Float[Array, "N"], weights: Float[Array, "N"]) -> Int[Array, "N"]:
    """Give each slot floor(N w_i) certain offspring, and draw the rest multinomially from the remaining fractions."""
    n = weights.shape[0]
    # N * (1 / N) may fall just short of 1 in f32.
    certain = jnp.floor(n * weights * (1 + 1e-6))
    number_certain = jnp.sum(certain)
    slots = jnp.arange(n)
    kept = jnp.searchsorted(jnp.cumsum(certain), slots, side="right").astype(jnp.int32)
    remainder = jnp.maximum(n * weights - certain, 0.0)
    # With no remainder all offspring are certain, and this draw is not used.
    drawn = ancestors_at(uniforms, jnp.where(jnp.sum(remainder) > 0, remainder, 1.0))
    return jnp.sort(jnp.where(slots < number_certain, kept, drawn))
