"""The interface of an environment, for planning and drawing."""

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
    """Names of the discrete actions, or of the dimensions of a continuous action."""
    action_bounds: tuple[tuple[float, float], ...] | None
    """(low, high) of each dimension of a continuous action, in the environment's units; None where actions are discrete."""
    observation_shape: tuple[int, ...]

    def reset(self, key: Array) -> State:
        """Draw the first state of an episode."""
        ...

    def step(self, key: Array, state: State, action: Array) -> Transition:
        """Take one step. `action` is i32 [] (discrete) or f32 [D] (continuous)."""
        ...

    def is_terminal(self, state: State) -> Array:
        """Bool [], true in a terminal state; a time limit does not count."""
        ...

    def is_truncated(self, state: State) -> Array:
        """Bool [], true where a time limit has ended the episode."""
        ...

    def observation(self, state: State) -> Float[Array, "..."]:
        """Input of the network, f32 of `observation_shape`."""
        ...

    def position(self, state: State) -> Float[Array, "2"]:
        """Position of the state in the picture, in the coordinates of `scene`."""
        ...

    def scene(self, state: State) -> dict[str, Any]:
        """The picture of a state (of host arrays): `{extent, focus, shapes, caption}` in world coordinates, y upwards (docs/api.md, Scenes)."""
        ...


def absorb(terminal: Array, state: State, transition: Transition) -> Transition:
    """Make terminal states absorbing: from a terminal `state`, the transition stays there with reward 0 and continuation 0."""
    stay = lambda old, new: jnp.where(terminal, old, new)
    return Transition(
        state=jax.tree.map(stay, state, transition.state),
        reward=jnp.where(terminal, 0.0, transition.reward),
        continuation=jnp.where(terminal, 0.0, transition.continuation),
    )
