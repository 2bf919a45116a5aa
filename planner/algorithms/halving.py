"""Sequential halving with particles: which root actions are in at which level, and which slots are theirs.

The slots are cut into as many even, contiguous groups as actions are in. Neighbouring slots belong together, so one systematic resampling of all
of them can resample each group by itself.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from planner.core.resampling import resample


class Schedule(NamedTuple):
    """The rounds, level by level."""

    considered: Int[Array | np.ndarray, "T"]
    """[T] actions still in."""
    within: Int[Array | np.ndarray, "T"]
    """[T] levels since the start of the round."""
    last: Bool[Array | np.ndarray, "T"]
    """[T] whether the round ends with this level."""


def schedule(particles: int, depth: int, actions: int) -> Schedule:
    """The rounds of a budget of `particles * depth` model steps.

    There are floor(log2 m) of them, but one at least and no more than levels; m halves from each to the next, rounded down. Levels that do
    not divide evenly go to the last rounds, where the fewest actions are in.

    Args:
      actions: that may enter; m is no more than the particles.
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
    """The root action of every slot and its group: the slots in as many even parts as actions are considered, best action first.

    Where fewer actions are possible the best have several groups.
    """
    group = slots * considered // slots.shape[0]
    possible = jnp.maximum(jnp.sum(scores > -jnp.inf), 1)
    ranked = jax.lax.top_k(scores, most)[1].astype(jnp.int32)
    return ranked[group % jnp.minimum(considered, possible)], group


def ancestors_by_group(uniform: Float[Array, "1"], log_weights: Float[Array, "N"], group: Int[Array, "N"], groups: int) -> Int[Array, "N"]:
    """Systematic ancestors of each group from its own slots.

    A group has as much weight as it has slots, so of the evenly spaced points as many fall on it as it has slots. A point rounded
    across the border is put back.
    """
    slots = jnp.arange(group.shape[0], dtype=jnp.int32)
    first = jnp.full(groups, slots.size, jnp.int32).at[group].min(slots)
    last = jnp.zeros(groups, jnp.int32).at[group].max(slots)
    return jnp.clip(resample(uniform, log_weights, "systematic"), first[group], last[group])
