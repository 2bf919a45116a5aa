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
    """The decision at the root and its reasons, whichever planner made it. A actions."""

    root_prior: Float[Array, "A"]
    root_proposal: Float[Array, "A"]
    """[A] what the first actions were drawn from."""
    root_policy: Float[Array, "A"]
    """[A] improved policy; 0 for actions never tried."""
    root_q: Float[Array, "A"]
    """[A] Q-hat; NaN where never tried."""
    root_visits: Int[Array, "A"]
    """i32 [A] how often it was tried."""
    root_value: Float[Array, ""]
    """[] V(s0)."""
    value_target: Float[Array, ""]
    """[] what is thought of the root after planning."""
    chosen_action: Array
    """The action to execute: i32 [], or f32 [D] where actions are continuous."""
    root_atoms: Float[Array, "A D"] | None = field(default=None, kw_only=True)
    """f32 [A, D] the actions chosen among, where they are continuous, in order of their first dimension."""
    root_gaussian: Float[Array, "2 D"] | None = field(default=None, kw_only=True)
    """f32 [2, D] mean and standard deviation of the prior before it is squashed, where actions are continuous."""
    chosen_atom: Int[Array, ""] | None = field(default=None, kw_only=True)
    """i32 [] which of the atoms is executed, where actions are continuous."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Root(Decision):
    """The decision of planners with particles; Q-hat is the mean of `slot_value` over an action's slots, `value_target` that of (E10). N slots."""

    root_action: Array
    """First action of each root slot: i32 [N], or f32 [N, D] where actions are continuous."""
    slot_policy: Float[Array, "N"]
    """[N] p_b of (E10)."""
    slot_value: Float[Array, "N"]
    """[N] v_b of (E10)."""
    root_atom: Int[Array, "N"] | None = field(default=None, kw_only=True)
    """i32 [N] which of the root's atoms that is, where actions are continuous."""


def first_atoms(trace: Trace) -> Int[Array, "N"]:
    """Which of the root's atoms each root slot took."""
    return trace.action[0] if trace.atom is None else trace.atom[0]


def if_continuous(root: Evaluation, evaluation: Any, chosen: Int[Array, ""]) -> dict[str, Array]:
    """What a decision says besides where actions are continuous; nothing where they are numbered."""
    if root.atoms is None:
        return {}
    return {"root_atoms": root.atoms, "root_gaussian": jnp.stack([evaluation.mean, jnp.exp(evaluation.log_std)]), "chosen_atom": chosen}
