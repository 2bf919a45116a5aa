"""Breakout, Asterix, Freeway and SpaceInvaders of MinAtar (Young and Tian, arXiv 1903.03176), in gymnax's version.

All have ten by ten cells and no sticky actions. The picture shows the observation: every cell of every channel is a square or a disc in the colour
of its role.
"""

from typing import Any

import jax
import numpy as np
from gymnax.environments.minatar.asterix import MinAsterix
from gymnax.environments.minatar.breakout import MinBreakout
from gymnax.environments.minatar.freeway import MinFreeway
from gymnax.environments.minatar.space_invaders import MinSpaceInvaders
from jaxtyping import Array, Float

from planner.environments.cells import Cells
from planner.environments.gymnax_adapter import GymnaxAdapter


class _MinAtar(Cells, GymnaxAdapter):
    """Base class of the games; `drawn` lists the channels from the back to the front."""

    rows, columns = 10, 10
    drawn: tuple[tuple[int, str, str], ...]
    """(channel, "square" or "disc", role) of each channel drawn."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._observe = jax.jit(environment.get_obs)

    def observation(self, state: Any) -> Float[Array, "10 10 C"]:
        return self._environment.get_obs(state)

    def caption(self, state: Any) -> str:
        raise NotImplementedError

    def scene(self, state: Any) -> dict[str, Any]:
        observation = np.asarray(self._observe(state))
        draw = {"square": self.square, "disc": self.disc}
        shapes = [draw[kind](cell, role) for channel, kind, role in self.drawn for cell in np.argwhere(observation[:, :, channel] > 0)]
        return self.draw(self.caption(state), shapes)


class Breakout(_MinAtar):
    """Keep the ball in play with the paddle. One point for each brick; the episode ends when the ball is missed."""

    name = "Breakout-MinAtar"
    action_names = ("stay", "left", "right")
    observation_shape = (10, 10, 4)
    drawn = ((3, "square", "goal"), (2, "disc", "joint"), (1, "disc", "body"), (0, "square", "accent"))

    def __init__(self) -> None:
        super().__init__(MinBreakout())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos * 0 + 9, state.pos

    def caption(self, state: Any) -> str:
        return f"ball at row {state.ball_y}, column {state.ball_x}, paddle in column {state.pos}, {int(state.brick_map.sum())} bricks"


class Asterix(_MinAtar):
    """Collect gold, one point for each piece. Touching an enemy ends the episode; both enter from the sides, faster and faster."""

    name = "Asterix-MinAtar"
    action_names = ("stay", "left", "up", "right", "down")
    observation_shape = (10, 10, 4)
    drawn = ((2, "disc", "joint"), (3, "square", "goal"), (1, "square", "hazard"), (0, "disc", "accent"))

    def __init__(self) -> None:
        super().__init__(MinAsterix())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.player_y, state.player_x

    def caption(self, state: Any) -> str:
        present = state.entities[:, 4] > 0
        gold = int((present & (state.entities[:, 3] > 0)).sum())
        return f"player at row {state.player_y}, column {state.player_x}; enemies: {int(present.sum()) - gold}, gold: {gold}"


class Freeway(_MinAtar):
    """Cross eight lanes of cars, one point for each crossing. A car sends the player back; an episode ends only at the limit of 2500 steps."""

    name = "Freeway-MinAtar"
    action_names = ("stay", "up", "down")
    observation_shape = (10, 10, 7)
    drawn = (*((channel, "disc", "joint") for channel in range(2, 7)), (1, "square", "hazard"), (0, "disc", "accent"))

    def __init__(self) -> None:
        super().__init__(MinFreeway())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos, state.pos * 0 + 4

    def caption(self, state: Any) -> str:
        return f"player in row {state.pos}, free to move in {state.move_timer} steps; row 0 is the goal"


class SpaceInvaders(_MinAtar):
    """Shoot aliens, one point each. The episode ends when an alien or a bullet hits the cannon."""

    name = "SpaceInvaders-MinAtar"
    action_names = ("stay", "left", "right", "fire")
    observation_shape = (10, 10, 6)
    drawn = ((1, "square", "hazard"), (5, "disc", "hazard"), (4, "disc", "body"), (0, "square", "accent"))

    def __init__(self) -> None:
        super().__init__(MinSpaceInvaders())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos * 0 + 9, state.pos

    def caption(self, state: Any) -> str:
        heading = "left" if state.alien_dir < 0 else "right"
        return f"cannon in column {state.pos}, {int(state.alien_map.sum())} aliens moving {heading}"
