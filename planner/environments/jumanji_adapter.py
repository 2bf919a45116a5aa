"""Base class of the adapters of jumanji environments.

`step` of jumanji does not reset, as a planner needs. But it keeps a random key in the state, so that all particles in one state would draw the same
future, and it reports a time limit as a termination. Here states carry no key, every step is given its own key, and each adapter defines its
terminal states.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from planner.environments.base import Transition, absorb


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class JumanjiState:
    """A state of jumanji without its key, and a flag for terminal states."""

    board: Any
    """The state of jumanji, without its key."""
    terminal: Bool[Array, ""]
    """True in a terminal state; a time limit does not count."""


class JumanjiAdapter:
    """Reset, step, termination and time limit of a jumanji environment. Subclasses add `ended`, observation, position and scene."""

    action_bounds: tuple[tuple[float, float], ...] | None = None

    def __init__(self, environment: Any):
        self._environment = environment

    def __eq__(self, other: object) -> bool:
        # Adapters take no arguments, so two of one class behave alike.
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def command(self, action: Array) -> Array:
        """Convert a discrete action to the form that jumanji expects."""
        return action

    def ended(self, before: Any, action: Array, after: Any) -> Array:
        """Bool [], true where the step between two states of jumanji terminates the episode."""
        raise NotImplementedError

    def reset(self, key: Array) -> JumanjiState:
        board, _ = self._environment.reset(key)
        return JumanjiState(board.replace(key=None), jnp.bool_(False))

    def step(self, key: Array, state: JumanjiState, action: Array) -> Transition:
        after, seen = self._environment.step(state.board.replace(key=key), self.command(action))
        board = after.replace(key=None)
        terminal = self.ended(state.board, action, board)
        transition = Transition(JumanjiState(board, terminal), seen.reward.astype(jnp.float32), 1.0 - terminal.astype(jnp.float32))
        return absorb(state.terminal, state, transition)

    def is_terminal(self, state: JumanjiState) -> Array:
        return state.terminal

    def is_truncated(self, state: JumanjiState) -> Array:
        return (state.board.step_count >= self._environment.time_limit) & ~state.terminal
