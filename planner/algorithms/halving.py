"""Sequential halving with particles: the root actions considered at each level, and the slots assigned to each action.

The slots are divided into equal contiguous groups, one for each action considered. Because groups are contiguous, one systematic resampling of all
slots resamples each group separately.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from planner.core.resampling import resample


class Schedule(NamedTuple):
    """The rounds of sequential halving, level by level."""

    considered: Int[Array | np.ndarray, "T"]
    """[T] number of actions still considered."""
    within: Int[Array | np.ndarray, "T"]
    """[T] levels since the start of the round."""
    last: Bool[Array | np.ndarray, "T"]
    """[T] true at the last level of a round."""


def schedule(particles: int, depth: int, actions: int) -> Schedule:
    """The rounds of a budget of `particles * depth` model steps.

    There are floor(log2 m) rounds, at least one and at most one per level. m halves from round to round, rounded down. Levels that do not divide
    evenly go to the last rounds, which consider the fewest actions.

    Args:
      actions: number of actions that may enter; m = min(actions, particles).
    """
    considered = min(actions, particles)
    rounds = max(1, min(considered.bit_length() - 1, depth))
    lengths = [depth // rounds + (number >= rounds - depth % rounds) for number in range(rounds)]
    return Schedule(
        np.concatenate([np.full(length, considered >> number, np.int32) for number, length in enumerate(lengths)]),
        np.concatenate([np.arange(length, dtype=np.int32) for length in lengths]),
        np.concatenate([np.arange(length) == length - 1 for length in lengths]),
    )


def share_out(scores: Float[Array, "A"], considered: Int[Array, ""], slots: Int[Array, "N"], most: int) -> tuple[Int[Array, "N"], Int[Array, "N"]]:
    """Root action and group of every slot. The slots are divided into equal groups, one for each action considered, best action first.

    Where fewer actions are valid, the best have several groups.

    Args:
      scores: -inf marks an invalid action.
      most: upper bound on `considered`.
    """
    group = slots * considered // slots.shape[0]
    possible = jnp.maximum(jnp.sum(scores > -jnp.inf), 1)
    ranked = jax.lax.top_k(scores, most)[1].astype(jnp.int32)
    return ranked[group % jnp.minimum(considered, possible)], group


def ancestors_by_group(uniform: Float[Array, "1"], log_weights: Float[Array, "N"], group: Int[Array, "N"], groups: int) -> Int[Array, "N"]:
    """Draw systematic ancestors within each group.

    The total weight of a group equals its number of slots, so the same number of the evenly spaced points falls on it. A point that rounding moves
    across the border is clipped back into its group.
    """
    slots = jnp.arange(group.shape[0], dtype=jnp.int32)
    first = jnp.full(groups, slots.size, jnp.int32).at[group].min(slots)
    last = jnp.zeros(groups, jnp.int32).at[group].max(slots)
    return jnp.clip(resample(uniform, log_weights, "systematic"), first[group], last[group])
