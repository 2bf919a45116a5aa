"""RubiksCube of jumanji, scrambled by a few random turns: seven, as in its RubiksCube-partly-scrambled-v0, or three."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from jumanji.environments.logic.rubiks_cube.env import RubiksCube
from jumanji.environments.logic.rubiks_cube.generator import ScramblingGenerator
from jumanji.environments.logic.rubiks_cube.utils import is_solved, unflatten_action

from planner.environments.jumanji_adapter import JumanjiAdapter, JumanjiState

FACES = "UFRBLD"
"""Up, front, right, back, left, down, in jumanji's order."""
NET = {"U": (3, 6), "L": (0, 3), "F": (3, 3), "R": (6, 3), "B": (9, 3), "D": (3, 0)}
"""Lower left corner of each face in the picture."""
ROLES = dict(zip(FACES, ("cell", "goal", "hazard", "body", "accent", "joint"), strict=True))
"""Role (colour) of the stickers of each face."""
CHART_X, TURN_WIDTH, HEIGHT = 13.5, 0.4, 9.0
"""Left edge of the chart, width of one turn, and height of the chart; a cube with every sticker in place is at the top."""

CHART_TURNS = 32
"""Turns in the chart: a plan looks beyond the time limit."""

HEADROOM = 2.4
"""Height above cube and chart, for the caption."""


class PartlyScrambledRubiksCube(JumanjiAdapter):
    """Turn the faces until each has one colour, which gives one point and ends the episode. Few scrambling turns make it easier than the full cube.

    A cube has no position, so particles are shown in a chart next to it: turns taken, against the number of the 54 stickers on the face of their
    colour. This number is not a distance to the solution: on the way it also falls.
    """

    name = "RubiksCube-partly-scrambled-jumanji"
    action_names = tuple(face + turn for face in FACES for turn in ("", "'", "2"))
    observation_shape = (6 * 9 * 6,)
    scrambles, limit = 7, 20

    def __init__(self) -> None:
        super().__init__(RubiksCube(ScramblingGenerator(cube_size=3, num_scrambles_on_reset=self.scrambles), time_limit=self.limit))

    def command(self, action: Array) -> Array:
        return unflatten_action(action, 3)

    def ended(self, before: Any, action: Array, after: Any) -> Array:
        return is_solved(after.cube)

    def observation(self, state: JumanjiState) -> Float[Array, "324"]:
        """Colour of each sticker, one-hot."""
        return jax.nn.one_hot(state.board.cube.reshape(-1), 6).reshape(-1)

    def position(self, state: JumanjiState) -> Float[Array, "2"]:
        """Position in the chart: turns taken to the right, stickers in place upwards."""
        home = jnp.arange(6)[:, None, None]
        return jnp.stack([CHART_X + TURN_WIDTH * state.board.step_count, HEIGHT * jnp.mean(state.board.cube == home)]).astype(jnp.float32)

    def scene(self, state: JumanjiState) -> dict[str, Any]:
        cube, turns, limit = np.asarray(state.board.cube), int(state.board.step_count), self.limit
        in_place = int((cube == np.arange(6)[:, None, None]).sum())
        extent = [-0.3, CHART_X + TURN_WIDTH * CHART_TURNS, -0.9, HEIGHT + HEADROOM]
        return {
            "extent": extent,
            "focus": extent,
            "caption": f"{in_place} of 54 stickers in place after {turns} of {limit} turns",
            "shapes": [*_stickers(cube), *_letters(), *_chart(limit)],
        }


class SlightlyScrambledRubiksCube(PartlyScrambledRubiksCube):
    """The same after three scrambling turns."""

    name = "RubiksCube-scrambled-3-jumanji"
    scrambles, limit = 3, 10


def _stickers(cube: np.ndarray) -> list[dict[str, Any]]:
    """The faces unfolded into a cross."""
    return [
        {
            "kind": "rect",
            "x": NET[face][0] + column + 0.03,
            "y": NET[face][1] + 2 - row + 0.03,
            "w": 0.94,
            "h": 0.94,
            "role": ROLES[FACES[cube[number, row, column]]],
        }
        for number, face in enumerate(FACES)
        for row in range(3)
        for column in range(3)
    ]


def _letters() -> list[dict[str, Any]]:
    """Names of the faces, as used by the names of actions, drawn on the centre stickers, which no turn moves."""
    return [{"kind": "text", "x": x + 1.5, "y": y + 1.5, "w": 0.94, "text": face, "role": "joint"} for face, (x, y) in NET.items()]


def _chart(limit: int) -> list[dict[str, Any]]:
    end, last = CHART_X + TURN_WIDTH * limit, CHART_X + TURN_WIDTH * CHART_TURNS
    words = {"kind": "text", "x": (CHART_X + last) / 2, "w": last - CHART_X, "role": "joint"}
    return [
        {"kind": "line", "points": [[CHART_X, 0.0], [last, 0.0]], "width": 0.03, "role": "ground"},
        {"kind": "line", "points": [[CHART_X, 0.0], [CHART_X, HEIGHT]], "width": 0.03, "role": "ground"},
        {"kind": "line", "points": [[CHART_X, HEIGHT], [last, HEIGHT]], "width": 0.15, "role": "goal"},
        {"kind": "line", "points": [[end, 0.0], [end, HEIGHT]], "width": 0.03, "role": "limit"},
        words | {"y": -0.5, "text": "turns taken"},
        words | {"y": HEIGHT + 0.5, "text": "all stickers in place"},
    ]
