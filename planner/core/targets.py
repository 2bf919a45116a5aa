"""The decision at the root: improved policy, value target, and the estimates behind them (E10)."""

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planner.core.model import Evaluation
from planner.core.trace import Trace


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Decision:
    """The decision at the root, and the estimates behind it; common to all planners. A candidate actions at the root."""

    root_prior: Float[Array, "A"]
    root_proposal: Float[Array, "A"]
    """[A] distribution that the root actions were drawn from."""
    root_policy: Float[Array, "A"]
    """[A] improved policy; 0 for actions never tried, except where the read-off completes Q (E14)."""
    root_q: Float[Array, "A"]
    """[A] Q-hat; NaN where never tried."""
    root_visits: Int[Array, "A"]
    """i32 [A] number of times each action was tried."""
    root_value: Float[Array, ""]
    """[] V(s0)."""
    value_target: Float[Array, ""]
    """[] value of the root after planning."""
    chosen_action: Array
    """The action to execute: i32 [], or f32 [D] where actions are continuous."""
    root_atoms: Float[Array, "A D"] | None = field(default=None, kw_only=True)
    """f32 [A, D] candidate actions, sorted by their first dimension, where actions are continuous."""
    root_gaussian: Float[Array, "2 D"] | None = field(default=None, kw_only=True)
    """f32 [2, D] mean and standard deviation of the prior before squashing, where actions are continuous."""
    chosen_atom: Int[Array, ""] | None = field(default=None, kw_only=True)
    """i32 [] index of the candidate action to execute, where actions are continuous."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Root(Decision):
    """The decision of planners with particles. N slots.

    Q-hat is the mean of `slot_value` over an action's slots; `value_target` is that of (E10).
    """

    root_action: Array
    """First action of each root slot: i32 [N], or f32 [N, D] where actions are continuous."""
    slot_policy: Float[Array, "N"]
    """[N] p_b of (E10)."""
    slot_value: Float[Array, "N"]
    """[N] v_b of (E10)."""
    root_atom: Int[Array, "N"] | None = field(default=None, kw_only=True)
    """i32 [N] index of that action among the root's candidate actions, where actions are continuous."""


def first_atoms(trace: Trace) -> Int[Array, "N"]:
    """Index of the root's candidate action that each root slot took."""
    return trace.action[0] if trace.atom is None else trace.atom[0]


def if_continuous(root: Evaluation, evaluation: Any, chosen: Int[Array, ""]) -> dict[str, Array]:
    """Additional fields of a decision for continuous actions; empty for discrete actions."""
    if root.atoms is None:
        return {}
    return {"root_atoms": root.atoms, "root_gaussian": jnp.stack([evaluation.mean, jnp.exp(evaluation.log_std)]), "chosen_atom": chosen}
