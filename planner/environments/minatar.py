"""Breakout, Asterix, Freeway and SpaceInvaders of MinAtar (Young and Tian, arXiv 1903.03176), in gymnax's version.

All have ten by ten cells and no sticky actions. The picture shows the observation: every cell of every channel is a square, a disc or an arrow in
the colour of its role, and the legend names the channels.
"""

from collections.abc import Iterable
from typing import Any

import jax
import numpy as np
from gymnax.environments.minatar.asterix import MinAsterix
from gymnax.environments.minatar.breakout import MinBreakout
from gymnax.environments.minatar.freeway import MinFreeway
from gymnax.environments.minatar.space_invaders import MinSpaceInvaders
from jaxtyping import Array, Float

from planner.environments.cells import Cells, Shape
from planner.environments.gymnax_adapter import GymnaxAdapter
from planner.environments.words import count


class _MinAtar(Cells, GymnaxAdapter):
    """Base class of the games; `drawn` lists the channels from the back to the front."""

    rows, columns = 10, 10
    drawn: tuple[tuple[int, str, str, str], ...]
    """(channel; "square", "disc", or the direction of an arrow; role; what it is) of each channel drawn."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._observe = jax.jit(environment.get_obs)

    def observation(self, state: Any) -> Float[Array, "10 10 C"]:
        return self._environment.get_obs(state)

    def caption(self, state: Any) -> str:
        raise NotImplementedError

    def scene(self, state: Any) -> dict[str, Any]:
        observation = np.asarray(self._observe(state))
        shapes = [self._mark(cell, kind, role) for channel, kind, role, _ in self.drawn for cell in np.argwhere(observation[:, :, channel] > 0)]
        # The shapes of the legend are in the unit square, which is the lowest cell of the first column.
        named = {text: self._mark((self.rows - 1, 0), kind, role) for _, kind, role, text in reversed(self.drawn)}
        return self.draw(self.caption(state), shapes) | {"legend": [{"shape": shape, "text": text} for text, shape in named.items()]}

    def _mark(self, cell: Iterable[Any], kind: str, role: str) -> Shape:
        plain = {"square": self.square, "disc": self.disc}
        return plain[kind](cell, role) if kind in plain else self.arrow(cell, role, kind)


class Breakout(_MinAtar):
    """Keep the ball in play with the paddle. One point for each brick; the episode ends when the ball is missed."""

    name = "Breakout-MinAtar"
    action_names = ("stay", "left", "right")
    observation_shape = (10, 10, 4)
    drawn = ((3, "square", "goal", "brick"), (2, "disc", "body", "ball before"), (1, "disc", "joint", "ball"), (0, "square", "accent", "paddle"))

    def __init__(self) -> None:
        super().__init__(MinBreakout())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos * 0 + 9, state.pos

    def caption(self, state: Any) -> str:
        return f"ball at row {state.ball_y}, column {state.ball_x}, paddle in column {state.pos}, {count(int(state.brick_map.sum()), 'brick')}"


class Asterix(_MinAtar):
    """Collect gold, one point for each piece. Touching an enemy ends the episode; both enter from the sides, faster and faster."""

    name = "Asterix-MinAtar"
    action_names = ("stay", "left", "up", "right", "down")
    observation_shape = (10, 10, 4)
    drawn = ((2, "disc", "body", "came from"), (3, "square", "goal", "gold"), (1, "square", "hazard", "enemy"), (0, "disc", "accent", "player"))

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
    drawn = (*((channel, "disc", "body", "car before") for channel in range(2, 7)), (1, "square", "hazard", "car"), (0, "disc", "accent", "player"))

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
    drawn = (
        (1, "square", "hazard", "alien"), (2, "left", "joint", "moving left"), (3, "right", "joint", "moving right"),
        (5, "down", "hazard", "alien's bullet"), (4, "up", "accent", "own bullet"), (0, "square", "accent", "cannon"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(MinSpaceInvaders())

    def cell(self, state: Any) -> tuple[Array, Array]:
        return state.pos * 0 + 9, state.pos

    def caption(self, state: Any) -> str:
        heading = "left" if state.alien_dir < 0 else "right"
        return f"cannon in column {state.pos}, {count(int(state.alien_map.sum()), 'alien')} moving {heading}"
