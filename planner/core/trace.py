"""The trace of a plan with particles: arrays over (level, slot), as the planner returns them (docs/trace.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Trace:
    """Arrays over (level, slot). T levels, N slots, A candidate actions, D dimensions of an action. Transition (t, i) has the id t * N + i."""

    parent: Int[Array, "T N"]
    """i32 [T, N] id of the transition that produced the state stepped from; -1 for the root."""
    ancestor: Int[Array, "T N"]
    """i32 [T, N] slot drawn at the end of level t for each slot of level t + 1; identity where not resampled."""
    branch: Int[Array, "T N"]
    """i32 [T, N] slot of level 0 that the particle descends from."""
    depth: Int[Array, "T N"]
    """i32 [T, N] environment steps from the root before this step."""
    alive: Bool[Array, "T N"]
    """[T, N] true where the particle steps from a non-terminal state."""
    terminal: Bool[Array, "T N"]
    """[T, N] true where this step ended in a terminal state."""
    revived: Bool[Array, "T N"]
    """[T, N] true where the particle started from a reference instead of its ancestor's terminal state."""
    action: Array
    """i32 [T, N], or f32 [T, N, D] where actions are continuous."""
    log_prior: Float[Array, "T N"]
    """f32 [T, N] log prior probability of the action taken; 0 where not alive."""
    log_proposal: Float[Array, "T N"]
    """f32 [T, N] log proposal probability of the action taken; 0 where not alive."""
    reward: Float[Array, "T N"]
    continuation: Float[Array, "T N"]
    """f32 [T, N] d of (E4)."""
    value: Float[Array, "T N"]
    """f32 [T, N] V(s); 0 where not alive."""
    next_value: Float[Array, "T N"]
    """f32 [T, N] V(s'); 0 where terminal."""
    log_weight: Float[Array, "T N"]
    """f32 [T, N] after (E5), before resampling."""
    resampled: Bool[Array, "T"]
    ess: Float[Array, "T"]
    """f32 [T] in [1, N]."""
    log_evidence: Float[Array, "T"]
    """f32 [T] (E7), including the mean weight since the last resampling."""
    kl: Float[Array, "T N"]
    """f32 [T, N] KL(proposal || prior), nats."""
    kl_bound: Float[Array, "T N"]
    """f32 [T, N] eps of (E1), nats."""
    temperature: Float[Array, "T N"]
    """f32 [T, N] eta of (E2)."""
    position: Float[Array, "T N 2"]
    """f32 [T, N, 2] position of s', in the coordinates of the environment's picture."""
    root_position: Float[Array, "2"]
    """f32 [2] position of the root state."""
    atom: Int[Array, "T N"] | None = None
    """i32 [T, N] index of the action among the slot's candidate actions, where actions are continuous."""
    prior: Float[Array, "T N A"] | None = None
    """f32 [T, N, A] prior at s, on request."""
    proposal: Float[Array, "T N A"] | None = None
    """f32 [T, N, A] proposal at s, on request."""
    q_value: Float[Array, "T N A"] | None = None
    """f32 [T, N, A] Q(s, .), on request."""
    atoms: Float[Array, "T N A D"] | None = None
    """f32 [T, N, A, D] candidate actions at s, on request where actions are continuous."""
    state: Any = None
    """[T, N, ...] per leaf: s', on request."""


def to_arrays(plan: Any) -> dict[str, np.ndarray]:
    """The named arrays of a plan, on the host. Arrays still on the device are fetched in one transfer. States are named `state/<leaf>`."""
    plan = jax.device_get(plan)
    arrays = {
        field.name: np.asarray(getattr(part, field.name))
        for part in (plan.trace, plan.root)
        for field in fields(part)
        if field.name != "state" and getattr(part, field.name) is not None
    }
    return arrays | state_arrays(plan.trace.state)


def state_arrays(states: Any) -> dict[str, np.ndarray]:
    """The leaves of states, each with the same axes before its own, as arrays `state/<leaf>`."""
    return {f"state/{_leaf_name(path)}": np.asarray(leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(states)}


def state_at(arrays: Mapping[str, np.ndarray], like: Any, id: int) -> Any:
    """The state s' of one transition, or of one simulation of a tree, from the arrays `state/<leaf>` of a trace.

    Args:
      like: a state of the same environment.

    Raises:
      KeyError: the trace was made without its states.
    """
    return jax.tree.map(lambda leaf, all_leaves: all_leaves.reshape(-1, *np.shape(leaf))[id], like, states_of(arrays, like))


def states_of(arrays: Mapping[str, np.ndarray], like: Any) -> Any:
    """The states s' of all transitions, or simulations, from the arrays `state/<leaf>` of a trace; as `state_at`."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    return jax.tree_util.tree_unflatten(structure, [arrays[f"state/{_leaf_name(path)}"] for path, _ in leaves])


def _leaf_name(path: Any) -> str:
    """`.x` or `['a'].b` as `x` and `a.b`."""
    return ".".join(str(getattr(key, "name", getattr(key, "key", getattr(key, "idx", key)))) for key in path)
