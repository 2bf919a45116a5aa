"""What an environment must offer to be planned in and looked at."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

State = Any
"""A pytree of arrays."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Transition:
    """One environment step."""

    state: State
    reward: Float[Array, ""]
    continuation: Float[Array, ""]
    """[] d of (E4): 0 where the step ended the episode, else 1. A time limit does not end a plan."""


@runtime_checkable
class Environment(Protocol):
    """An environment as the planner sees it: pure functions of one unbatched state, absorbing at termination, no auto-reset.

    Instances are hashable and compare equal when they behave alike, since they select compiled programs.
    """

    name: str
    action_names: tuple[str, ...]
    """Of the actions where they are numbered, of the dimensions of an action where they are continuous."""
    action_bounds: tuple[tuple[float, float], ...] | None
    """(low, high) of each dimension of a continuous action, in the environment's units; None where actions are numbered."""
    observation_shape: tuple[int, ...]

    def reset(self, key: Array) -> State:
        """A first state."""
        ...

    def step(self, key: Array, state: State, action: Array) -> Transition:
        """The step of an i32 [] numbered or f32 [D] continuous action."""
        ...

    def is_terminal(self, state: State) -> Array:
        """Bool [], whether the episode has terminated; a time limit does not count."""
        ...

    def is_truncated(self, state: State) -> Array:
        """Bool [], whether a time limit has ended the episode."""
        ...

    def observation(self, state: State) -> Float[Array, "..."]:
        """f32 of `observation_shape`: what the network sees."""
        ...

    def position(self, state: State) -> Float[Array, "2"]:
        """Where the state is in the picture, in the coordinates of `scene`."""
        ...

    def scene(self, state: State) -> dict[str, Any]:
        """The picture of a state of host arrays: `{extent, focus, shapes, caption}` in world coordinates, y upwards (docs/api.md, Scenes)."""
        ...


def absorb(terminal: Array, state: State, transition: Transition) -> Transition:
    """The transition, unless `state` was terminal already: then it stays, with reward 0 and continuation 0."""
    stay = lambda old, new: jnp.where(terminal, old, new)
    return Transition(
        state=jax.tree.map(stay, state, transition.state),
        reward=jnp.where(terminal, 0.0, transition.reward),
        continuation=jnp.where(terminal, 0.0, transition.continuation),
    )
