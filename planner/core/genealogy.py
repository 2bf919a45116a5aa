"""The tree of transitions, and the backups along it (E8, E9).

Transition (t, i) has the id t * N + i. `parent` holds the id of the transition that produced the state it stepped from, -1 for the root.
Resampling and revival have the same form here: a pointer to a transition of an earlier level. A child may lie several levels below its parent,
because a revived particle returns to an older state. The reductions therefore keep one accumulator per transition and pass over the levels once,
last to first: O(N T).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


class Backup(NamedTuple):
    """Results of the backups at level 0, one entry per root slot."""

    returns: Float[Array, "N"]
    """[N] G(0, b) of (E8), in units of reward."""
    messages: Float[Array, "N"]
    """[N] M(0, b) of (E9), nats."""


class _Children(NamedTuple):
    """Accumulated statistics of each transition's children. M = T * N transitions."""

    number: Float[Array, "M"]
    returns: Float[Array, "M"]
    log_scale: Float[Array, "M"]
    scaled: Float[Array, "M"]


def back_up(
    parent: Int[Array, "T N"],
    *,
    reward: Float[Array, "T N"],
    discounted_continuation: Float[Array, "T N"],
    next_value: Float[Array, "T N"],
    trace_weight: Float[Array, "T N"],
    log_increment: Float[Array, "T N"],
) -> Backup:
    """Retrace returns (E8) and weight messages (E9) in one pass over the levels, last to first.

        G(n) = r_n + gamma d_n [(1 - l_n) V(s'_n) + l_n mean_children G],   l_n = trace_weight where n has children, else 0
        M(n) = u_n + log mean_children exp M,                               u_n alone where n has none

    Args:
      parent: ids as in the module's description; an entry of level t is smaller than t * N.
      discounted_continuation: gamma * d.
      trace_weight: lambda * min(1, prior / proposal), in [0, 1].
      log_increment: u of (E5).
    """
    levels, slots = parent.shape
    empty = _Children(
        number=jnp.zeros(levels * slots),
        returns=jnp.zeros(levels * slots),
        log_scale=jnp.full(levels * slots, -jnp.inf),
        scaled=jnp.zeros(levels * slots),
    )

    def level_up(children: _Children, level: dict[str, Array]) -> tuple[_Children, Backup]:
        start = level["level"] * slots
        count, returns, log_scale, scaled = (jax.lax.dynamic_slice(c, (start,), (slots,)) for c in children)
        has_children = count > 0
        safe_count = jnp.where(has_children, count, 1.0)
        weight = jnp.where(has_children, level["trace_weight"], 0.0)
        below = (1 - weight) * level["next_value"] + weight * returns / safe_count
        g = level["reward"] + level["discounted_continuation"] * below
        log_mean = jnp.where(has_children, log_scale + jnp.log(jnp.where(has_children, scaled, 1.0) / safe_count), 0.0)
        message = level["log_increment"] + log_mean
        return _add_to_parents(children, level["parent"], g, message), Backup(g, message)

    per_level = {
        "level": jnp.arange(levels),
        "parent": parent,
        "reward": reward,
        "discounted_continuation": discounted_continuation,
        "next_value": next_value,
        "trace_weight": trace_weight,
        "log_increment": log_increment,
    }
    _, backups = jax.lax.scan(level_up, empty, per_level, reverse=True)
    return Backup(backups.returns[0], backups.messages[0])


def _add_to_parents(children: _Children, parent: Int[Array, "N"], g: Float[Array, "N"], message: Float[Array, "N"]) -> _Children:
    """Add one level's returns and messages to the accumulators of their parents; children of the root (-1) are dropped."""
    size = children.number.shape[0]
    target = jnp.where(parent < 0, size, parent)
    # exp M is accumulated relative to the largest M so far. A larger M rescales the sum.
    old_scale = children.log_scale.at[target].get(mode="fill", fill_value=0.0)
    log_scale = children.log_scale.at[target].max(message, mode="drop")
    new_scale = _finite(log_scale.at[target].get(mode="fill", fill_value=0.0))
    rescaled = children.scaled.at[target].get(mode="fill", fill_value=0.0) * jnp.exp(old_scale - new_scale)
    scaled = children.scaled.at[target].set(rescaled, mode="drop").at[target].add(jnp.exp(message - new_scale), mode="drop")
    return _Children(
        number=children.number.at[target].add(1.0, mode="drop"),
        returns=children.returns.at[target].add(g, mode="drop"),
        log_scale=log_scale,
        scaled=scaled,
    )


def _finite(largest: Array) -> Array:
    """The largest of some logarithms, to subtract from them; 0 where all of them are -inf, as those of killed particles are."""
    return jnp.where(largest == -jnp.inf, 0.0, largest)


def surviving(parent: Int[Array, "T N"]) -> Bool[Array, "T N"]:
    """Mask of the transitions of the last level and all their ancestors."""
    levels, slots = parent.shape
    marks = jnp.zeros(levels * slots, bool).at[(levels - 1) * slots :].set(True)

    def mark_parents(marks: Array, level: tuple[Array, Array]) -> tuple[Array, None]:
        number, parents = level
        here = jax.lax.dynamic_slice(marks, (number * slots,), (slots,))
        return marks.at[jnp.where(here & (parents >= 0), parents, levels * slots)].set(True, mode="drop"), None

    marks, _ = jax.lax.scan(mark_parents, marks, (jnp.arange(levels), parent), reverse=True)
    return marks.reshape(levels, slots)


def log_mean_by_group(log_values: Float[Array, "N"], group: Int[Array, "N"], groups: int) -> Float[Array, "groups"]:
    """Log of the mean of exp(log_values) over the slots of each group; 0 for a group without slots."""
    largest = _finite(jnp.full(groups, -jnp.inf).at[group].max(log_values))
    total = jnp.zeros(groups).at[group].add(jnp.exp(log_values - largest[group]))
    count = jnp.zeros(groups).at[group].add(1.0)
    return jnp.where(count > 0, largest + jnp.log(jnp.where(count > 0, total / jnp.maximum(count, 1.0), 1.0)), 0.0)
