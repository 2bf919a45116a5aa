"""A Markov decision process given as tables, small enough to be solved exactly (`planner.exact`)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from planner.environments.base import Transition, absorb


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TabularState:
    """A state: the row of the tables."""

    index: Int[Array, ""]
    """i32 [] row of the tables."""


@dataclass(frozen=True)
class Successors:
    """Possible next states of every step, at most B. Entries of probability 0 are padding; terminal states have only padding."""

    state: Int[np.ndarray, "S A B"]
    probability: Float[np.ndarray, "S A B"]
    reward: Float[np.ndarray, "S A B"]


@dataclass(frozen=True, eq=False)
class TabularMDP:
    """A decision process with S states and A actions, given by tables of probabilities and rewards. Equal when all tables are equal.

    Raises:
      ValueError: the shapes of the tables do not fit together, probabilities do not sum to 1, or a reward or position is not a finite number.
    """

    name: str
    transition: Float[np.ndarray, "S A S"]
    """P(s' | s, a); rows of terminal states are not used."""
    reward: Float[np.ndarray, "S A S"]
    """Reward of the step from s by a to s'."""
    terminal: Bool[np.ndarray, "S"]
    """True for terminal states: entering one ends the episode."""
    start: Float[np.ndarray, "S"]
    """P(s0)."""
    positions: Float[np.ndarray, "S 2"]
    """Position of each state in the picture."""
    action_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, kind in (("transition", float), ("reward", float), ("terminal", bool), ("start", float), ("positions", float)):
            # Lists are tables too.
            if not isinstance(getattr(self, name), np.ndarray) or (kind is bool and self.terminal.dtype != bool):
                object.__setattr__(self, name, _table(name, getattr(self, name), kind))
        states, actions = len(self.terminal), len(self.action_names)
        shapes = {"transition": (states, actions, states), "reward": (states, actions, states), "start": (states,), "positions": (states, 2)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        for name, sums in (("transition", self.transition[~self.terminal].sum(-1)), ("start", self.start.sum())):
            if np.min(getattr(self, name)) < 0 or not np.allclose(sums, 1.0):
                raise ValueError(f"{name} must hold probabilities that sum to 1, got sums {sums}")
        for name in ("reward", "positions"):
            bad = np.argwhere(~np.isfinite(getattr(self, name)))
            if len(bad):
                place = tuple(bad[0].tolist())
                raise ValueError(f"{name} must hold finite numbers, got {getattr(self, name)[place]} at {list(place)}")

    @classmethod
    def deterministic(
        cls, name: str, successor: Int[np.ndarray, "S A"], reward: Float[np.ndarray, "S A"], terminal: Bool[np.ndarray, "S"], start: int = 0
    ) -> "TabularMDP":
        """A process in which each action leads to one state; drawn as a row of cells. Lists are taken as the arrays that they make.

        Args:
          successor: [S, A] state that each action leads to, 0 to S - 1.
          reward: [S, A] reward of each step.
          terminal: [S] true for terminal states.
          start: state that every episode begins in.

        Raises:
          ValueError: as of the class; or a successor or the start is no state.
        """
        successor, reward, terminal = _table("successor", successor, int), _table("reward", reward, float), _table("terminal", terminal, bool)
        if successor.ndim != 2 or reward.shape != successor.shape or terminal.shape != successor.shape[:1]:
            shapes = f"successor {list(successor.shape)}, reward {list(reward.shape)}, terminal {list(terminal.shape)}"
            raise ValueError(f"successor and reward must have shape [S, A] and terminal [S], got {shapes}")
        states, actions = successor.shape
        if successor.size and not 0 <= successor.min() <= successor.max() < states:
            wrong = successor.min() if successor.min() < 0 else successor.max()
            raise ValueError(f"successor must hold states from 0 to {states - 1}, got {wrong}")
        if not 0 <= start < states:
            raise ValueError(f"start must be a state from 0 to {states - 1}, got {start}")
        return cls(
            name=name,
            transition=np.eye(states)[successor],
            reward=np.repeat(reward[:, :, None], states, axis=2),
            terminal=terminal,
            start=np.eye(states)[start],
            positions=np.stack([np.arange(states, dtype=float), np.zeros(states)], axis=1),
            action_names=tuple(f"action {a}" for a in range(actions)),
        )

    @cached_property
    def _identity(self) -> tuple[Any, ...]:
        tables = (self.transition, self.reward, self.terminal, self.start, self.positions)
        return (self.name, self.action_names, *(table.tobytes() for table in tables))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TabularMDP) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def action_bounds(self) -> None:
        """None: actions are discrete."""

    @property
    def observation_shape(self) -> tuple[int, ...]:
        return (len(self.terminal),)

    @cached_property
    def successors(self) -> Successors:
        """The tables without the impossible steps."""
        possible = (self.transition > 0) & ~self.terminal[:, None, None]
        most = max(1, int(possible.sum(axis=-1).max()))
        state = np.argsort(~possible, axis=-1, kind="stable")[..., :most]
        keep = lambda table: np.where(np.take_along_axis(possible, state, -1), np.take_along_axis(table, state, -1), 0.0)
        return Successors(state, keep(self.transition), keep(self.reward))

    def state(self, index: int) -> TabularState:
        """The state of a row, 0 to S - 1; raises ValueError for a number that is no row."""
        if not 0 <= index < len(self.terminal):
            raise ValueError(f"state must be a row from 0 to {len(self.terminal) - 1}, got {index}")
        return TabularState(jnp.int32(index))

    @property
    def state_count(self) -> int:
        """S, number of states."""
        return len(self.terminal)

    def state_of(self, index: Int[Array, ""]) -> TabularState:
        """The state of a row, as a pure function of it."""
        return TabularState(jnp.asarray(index, jnp.int32))

    def index(self, state: TabularState) -> Int[Array, ""]:
        """Row of a state: the inverse of `state_of`."""
        return state.index

    def reset(self, key: Array) -> TabularState:
        return TabularState(_draw(key, jnp.asarray(self.start)))

    def step(self, key: Array, state: TabularState, action: Array) -> Transition:
        successor = _draw(key, jnp.asarray(self.transition, jnp.float32)[state.index, action])
        reward = jnp.asarray(self.reward, jnp.float32)[state.index, action, successor]
        after = TabularState(successor)
        continuation = 1.0 - self.is_terminal(after).astype(jnp.float32)
        return absorb(self.is_terminal(state), state, Transition(after, reward, continuation))

    def is_terminal(self, state: TabularState) -> Array:
        return jnp.asarray(self.terminal)[state.index]

    def is_truncated(self, state: TabularState) -> Array:
        return jnp.bool_(False)

    def observation(self, state: TabularState) -> Float[Array, "S"]:
        return jax.nn.one_hot(state.index, len(self.terminal))

    def position(self, state: TabularState) -> Float[Array, "2"]:
        """Position of the state, from `positions`."""
        return jnp.asarray(self.positions, jnp.float32)[state.index]

    def scene(self, state: TabularState) -> dict[str, Any]:
        x, y = (float(coordinate) for coordinate in self.positions[int(state.index)])
        (x0, y0), (x1, y1) = self.positions.min(axis=0) - 0.5, self.positions.max(axis=0) + 0.5
        extent = [float(edge) for edge in (x0, x1, y0, y1)]
        cells = [
            {"kind": "rect", "x": float(cx) - 0.45, "y": float(cy) - 0.45, "w": 0.9, "h": 0.9, "role": "goal" if ends else "cell"}
            for (cx, cy), ends in zip(self.positions, self.terminal, strict=True)
        ]
        agent = {"kind": "circle", "x": x, "y": y, "r": 0.25, "role": "accent"}
        return {"extent": extent, "focus": extent, "caption": f"state {int(state.index)}", "shapes": [*cells, agent]}


def _table(name: str, values: Any, kind: type) -> np.ndarray:
    """Values as an array of a kind of numbers; raises ValueError where they are none."""
    try:
        table = np.asarray(values)
        if kind is int and table.size and table.dtype.kind not in "iu":
            raise ValueError(f"got {table.dtype}")
        return table.astype(kind)
    except (TypeError, ValueError) as error:
        number = {int: "whole numbers", float: "numbers", bool: "truth values"}[kind]
        raise ValueError(f"{name} must be an array of {number}: {error}") from None


def _draw(key: Array, probabilities: Array) -> Int[Array, ""]:
    """Draw a row number; never one of probability 0."""
    return jax.random.categorical(key, jnp.log(jnp.asarray(probabilities, jnp.float32))).astype(jnp.int32)
