"""Base class of the adapters of gymnax environments.

`step_env` of gymnax does not reset, as a planner needs. But gymnax environments go on after a terminal state, so the adapter makes terminal states
absorbing.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from planner.environments.base import Transition, absorb


class GymnaxAdapter:
    """Reset, step, termination and time limit of a gymnax environment. Subclasses add observation, position and scene."""

    action_bounds: tuple[tuple[float, float], ...] | None = None

    def __init__(self, environment: Any):
        self._environment = environment
        self._params = environment.default_params

    def __eq__(self, other: object) -> bool:
        # Adapters take no arguments, so two of one class behave alike.
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def reset(self, key: Array) -> Any:
        _, state = self._environment.reset_env(key, self._params)
        # gymnax starts clocks and flags as Python numbers; a state must keep its dtypes from one step to the next.
        return jax.tree.map(_strong, state)

    def step(self, key: Array, state: Any, action: Array) -> Transition:
        _, after, reward, terminated, _ = self._environment.step_env(key, state, action, self._params)
        after = jax.tree.map(lambda new, old: jnp.asarray(new, old.dtype), after, state)
        transition = Transition(after, jnp.asarray(reward, jnp.float32), 1.0 - jnp.asarray(terminated, jnp.float32))
        return absorb(self.is_terminal(state), state, transition)

    def is_terminal(self, state: Any) -> Array:
        return jnp.asarray(self._environment.is_terminated(state, self._params))

    def is_truncated(self, state: Any) -> Array:
        return (state.time >= self._params.max_steps_in_episode) & ~self.is_terminal(state)


def _strong(leaf: Any) -> Array:
    """Convert a Python number to an array with a strong dtype."""
    array = jnp.asarray(leaf)
    return jax.lax.convert_element_type(array, array.dtype)
