"""Example of a user's environment: walk to the right end of a corridor of seven cells, for one point."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from planner.environments import Transition
from planner.environments.base import absorb

CELLS = 7
MAX_STEPS = 30


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class State:
    """Cell and time, i32 [] each."""

    cell: jax.Array
    time: jax.Array


class Corridor:
    """Everything that twistscope requires of an environment. All instances compare equal, because they select compiled programs."""

    name = "Corridor"
    action_names = ("left", "right")
    action_bounds = None
    observation_shape = (CELLS,)

    def __eq__(self, other):
        return type(other) is type(self)

    def __hash__(self):
        return hash(type(self))

    def reset(self, key):
        return State(jax.random.randint(key, (), 0, 3), jnp.int32(0))

    def step(self, key, state, action):
        after = State(jnp.clip(state.cell + 2 * action - 1, 0, CELLS - 1), state.time + 1)
        ended = self.is_terminal(after).astype(jnp.float32)
        # Terminal states must be absorbing: a planner also steps particles that have ended.
        return absorb(self.is_terminal(state), state, Transition(after, ended, 1.0 - ended))

    def is_terminal(self, state):
        return state.cell == CELLS - 1

    def is_truncated(self, state):
        return (state.time >= MAX_STEPS) & ~self.is_terminal(state)

    def observation(self, state):
        return jax.nn.one_hot(state.cell, CELLS)

    def position(self, state):
        # All paths lie on one line; the time as second coordinate separates them in the picture.
        return jnp.stack([state.cell + 0.5, -0.15 * state.time]).astype(jnp.float32)

    def scene(self, state):
        cell = int(state.cell)
        squares = [
            {"kind": "rect", "x": x + 0.03, "y": 0.03, "w": 0.94, "h": 0.94, "role": "goal" if x == CELLS - 1 else "cell"} for x in range(CELLS)
        ]
        extent = [-0.2, CELLS + 0.2, -3.0, 1.2]
        agent = {"kind": "circle", "x": cell + 0.5, "y": 0.5, "r": 0.3, "role": "accent"}
        return {"extent": extent, "focus": extent, "caption": f"cell {cell} of {CELLS}", "shapes": [*squares, agent]}
