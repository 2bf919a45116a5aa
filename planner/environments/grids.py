"""Catch, DeepSea, FrozenLake and FourRooms of gymnax: grid worlds with few enough states to be written as tables."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnax.environments.bsuite.catch import Catch as GymnaxCatch
from gymnax.environments.bsuite.deep_sea import DeepSea as GymnaxDeepSea
from gymnax.environments.misc.frozen_lake import GOAL, HOLE
from gymnax.environments.misc.frozen_lake import FrozenLake as GymnaxFrozenLake
from gymnax.environments.misc.rooms import FourRooms as GymnaxFourRooms
from jaxtyping import Array, Float

from planner.environments.base import Transition, absorb
from planner.environments.cells import Cells
from planner.environments.gymnax_adapter import GymnaxAdapter
from planner.environments.words import count


class _Grid(Cells, GymnaxAdapter):
    """A grid world that can be written as tables (`planner.exact.enumerate_model`)."""

    action_names: tuple[str, ...]
    state_count: int

    def index(self, state: Any) -> Array:
        """i32 [] row of the tables; independent of the time."""
        raise NotImplementedError

    def state_of(self, index: Array) -> Any:
        """The state of a row, at time 0."""
        raise NotImplementedError

    def slip(self) -> Float[np.ndarray, "A A"]:
        """P(action done | action chosen), [A, A] with the chosen action first."""
        return np.eye(len(self.action_names))

    def certain_step(self, state: Any, action: Array) -> Transition:
        """Take a step in which the chosen action is done."""
        return self.step(jax.random.key(0), state, action)

    def _start(self) -> Any:
        """A first state, for the parts of a state that never change."""
        return self.reset(jax.random.key(0))


def _step(environment: Any, params: Any, adapter: _Grid, state: Any, action: Array) -> Transition:
    """Take one step of a variant of an adapter's environment, absorbing like the adapter."""
    _, after, reward, _, _ = environment.step_env(jax.random.key(0), state, action, params)
    after = jax.tree.map(lambda new, old: jnp.asarray(new, old.dtype), after, state)
    ended = adapter.is_terminal(after).astype(jnp.float32)
    return absorb(adapter.is_terminal(state), state, Transition(after, jnp.asarray(reward, jnp.float32), 1.0 - ended))


class Catch(_Grid):
    """Move the paddle in the last row below a ball that falls one row a step. +1 or -1 at the end."""

    name = "Catch-bsuite"
    action_names = ("left", "stay", "right")
    rows, columns = 10, 5
    observation_shape = (50,)

    def __init__(self) -> None:
        super().__init__(GymnaxCatch())

    state_count = 10 * 5 * 5

    def index(self, state: Any) -> Array:
        return (state.ball_y * 5 + state.ball_x) * 5 + state.paddle_x

    def state_of(self, index: Array) -> Any:
        ball, paddle_x = jnp.divmod(index, 5)
        ball_y, ball_x = jnp.divmod(ball, 5)
        return self._start().replace(ball_y=ball_y, ball_x=ball_x, paddle_x=paddle_x)

    def cell(self, state: Any) -> tuple[Array, Array]:
        """The paddle's column at the height of the ball, so that the paths of a plan fan out downwards."""
        return state.ball_y, state.paddle_x

    def observation(self, state: Any) -> Float[Array, "50"]:
        return self._environment.get_obs(state).reshape(-1)

    def scene(self, state: Any) -> dict[str, Any]:
        ball, paddle = (int(state.ball_y), int(state.ball_x)), (int(state.paddle_y), int(state.paddle_x))
        caption = f"ball in column {ball[1]}, {count(paddle[0] - ball[0], 'row')} above the paddle in column {paddle[1]}"
        return self.draw(caption, [self.square(paddle, "body"), self.disc(ball, "accent")])


class DeepSea(_Grid):
    """Dive one row a step, to the left or to the right, on an 8 by 8 board. Only right in every row reaches the treasure; each right costs a little.

    A fixed mapping decides in each cell which action goes right; the actions therefore have numbers for names, and the caption says which it is.
    """

    name = "DeepSea-bsuite"
    action_names = ("action 0", "action 1")
    rows, columns = 8, 8
    observation_shape = (64,)

    def __init__(self) -> None:
        super().__init__(GymnaxDeepSea(size=8))

    state_count = 9 * 8

    def index(self, state: Any) -> Array:
        return state.row * 8 + state.column

    def state_of(self, index: Array) -> Any:
        row, column = jnp.divmod(index, 8)
        return self._start().replace(row=row, column=column)

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.row, state.column

    def is_truncated(self, state: Any) -> Array:
        # The episode ends at the last row; there is no time limit.
        return jnp.bool_(False)

    def observation(self, state: Any) -> Float[Array, "64"]:
        return self._environment.get_obs(state).reshape(-1)

    def scene(self, state: Any) -> dict[str, Any]:
        row, column = int(state.row), int(state.column)
        shapes = [self.square((self.rows - 1, self.columns - 1), "goal")]
        if row < self.rows:
            shapes.append(self.disc((row, column), "accent"))
        here = f"; here {self.action_names[int(state.action_mapping[row, column])]} goes right" if row < self.rows else ""
        picture = self.draw(f"row {row}, column {column}{here}; the treasure is behind the last cell", shapes)
        # The last step leads to a row below the board.
        left, right, bottom, top = picture["extent"]
        return {**picture, "extent": (extent := [left, right, bottom - 0.6, top]), "focus": extent}


class FrozenLake(_Grid):
    """Cross a 4 by 4 lake of slippery ice. A third of the steps go in the chosen direction, a third to each side; a hole ends the episode."""

    name = "FrozenLake-misc"
    action_names = ("left", "down", "right", "up")
    rows, columns = 4, 4
    observation_shape: tuple[int, ...] = (16,)
    slippery = True

    def __init__(self) -> None:
        super().__init__(self._original(self.slippery))

    def _original(self, slippery: bool) -> GymnaxFrozenLake:
        return GymnaxFrozenLake(map_name=f"{self.rows}x{self.columns}", is_slippery=slippery)

    state_count = 16

    def index(self, state: Any) -> Array:
        return state.position

    def state_of(self, index: Array) -> Any:
        return self._start().replace(position=jnp.asarray(index, jnp.int32))

    def slip(self) -> Float[np.ndarray, "4 4"]:
        if not self.slippery:
            return np.eye(4)
        return (np.eye(4) + np.roll(np.eye(4), 1, axis=1) + np.roll(np.eye(4), -1, axis=1)) / 3

    def certain_step(self, state: Any, action: Array) -> Transition:
        return _step(self._original(slippery=False), self._params, self, state, action)

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.position // self.columns, state.position % self.columns

    def observation(self, state: Any) -> Float[Array, "S"]:
        return jnp.zeros(self.state_count).at[state.position].set(1.0)

    def scene(self, state: Any) -> dict[str, Any]:
        tiles = np.asarray(self._environment.desc)
        row, column = (int(part) for part in self.cell(state))
        holes = [self.square(cell, "hazard") for cell in np.argwhere(tiles == HOLE)]
        goals = [self.square(cell, "goal") for cell in np.argwhere(tiles == GOAL)]
        return self.draw(f"row {row}, column {column}", [*holes, *goals, self.disc((row, column), "accent")])


class FrozenLake8x8(FrozenLake):
    """FrozenLake with 8 by 8 cells, slippery."""

    name = "FrozenLake8x8-misc"
    rows, columns = 8, 8
    observation_shape = (64,)
    state_count = 64


class FrozenLakeNotSlippery(FrozenLake):
    """FrozenLake with 4 by 4 cells; every step goes in the chosen direction."""

    name = "FrozenLakeNotSlippery-misc"
    slippery = False


class FourRooms(_Grid):
    """Walk to the goal through four rooms joined by doors. A third of the steps go in another direction; one point at the goal."""

    name = "FourRooms-misc"
    action_names = ("up", "right", "down", "left")
    rows, columns = 13, 13
    observation_shape = (52,)

    def __init__(self) -> None:
        super().__init__(GymnaxFourRooms())

    state_count = 13 * 13

    def index(self, state: Any) -> Array:
        return state.pos[0] * 13 + state.pos[1]

    def state_of(self, index: Array) -> Any:
        return self._start().replace(pos=jnp.stack(jnp.divmod(jnp.asarray(index, jnp.int32), 13)))

    def slip(self) -> Float[np.ndarray, "4 4"]:
        # gymnax draws a random action with probability fail_prob * 4 / 3; a quarter of those equals the chosen one.
        astray = float(self._params.fail_prob) * 4 / 3
        return (1 - astray) * np.eye(4) + astray / 4

    def certain_step(self, state: Any, action: Array) -> Transition:
        return _step(self._environment, self._params.replace(fail_prob=0.0), self, state, action)

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos[0], state.pos[1]

    def observation(self, state: Any) -> Float[Array, "52"]:
        """Row and column of the agent and of the goal, each one-hot."""
        return jnp.eye(13)[jnp.concatenate([state.pos, state.goal])].reshape(-1)

    def scene(self, state: Any) -> dict[str, Any]:
        walls = [self.square(cell, "ground") for cell in np.argwhere(~np.asarray(self._environment.env_map))]
        pos, goal = (tuple(int(part) for part in np.asarray(place)) for place in (state.pos, state.goal))
        caption = f"row {pos[0]}, column {pos[1]}; the goal is at row {goal[0]}, column {goal[1]}"
        return self.draw(caption, [*walls, self.square(goal, "goal"), self.disc(pos, "accent")])
