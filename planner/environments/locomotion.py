"""Ant, HalfCheetah and Humanoid of brax: bodies that learn to run to the right, driven by torques at their joints.

brax has several solvers for the same bodies. This module uses `spring`, which models joints as stiff springs: on a CPU it makes two to five times
as many steps a second as the others. Returns are not comparable between solvers.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from planner.environments.base import Transition, absorb
from planner.environments.projections import Projection
from planner.environments.words import fixed, signed


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress notices of brax and its dependencies: missing optional parts, and unmaintained packages."""
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="JAXopt is no longer maintained", category=DeprecationWarning)
        warnings.filterwarnings("ignore", message="Brax System", category=UserWarning)
        yield


with _quiet():
    import mujoco
    from brax.envs.ant import Ant as BraxAnt
    from brax.envs.base import State as BraxState
    from brax.envs.half_cheetah import Halfcheetah as BraxHalfCheetah
    from brax.envs.humanoid import Humanoid as BraxHumanoid

BACKEND = "spring"
TIME_LIMIT = 1000
"""Steps of an episode, as in brax's own training, where a wrapper sets this limit."""
SPHERE, CAPSULE = 2, 3
"""Types of geometries in MuJoCo."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BodyState:
    """State of a moving body."""

    physics: Any
    """State of brax: positions and velocities of the links, and the state of the solver."""
    seen: Float[Array, "O"]
    """The observation, which may depend on the last action."""
    terminal: Bool[Array, ""]
    time: Int[Array, ""]
    """i32 [] steps taken."""


def _make(body: Any) -> Any:
    """Make the environment of brax for a body."""
    # Without a handler, MuJoCo writes its warning of a deprecated keyword in the model into a file in the working directory.
    mujoco.set_mju_user_warning(lambda message: None)
    try:
        with _quiet():
            return body(backend=BACKEND)
    finally:
        mujoco.set_mju_user_warning(None)


class _Body:
    """Base class of the bodies."""

    name: str
    action_names: tuple[str, ...]
    observation_shape: tuple[int, ...]
    view: tuple[float, float, float, float]
    """Left, right, bottom and top of the picture's focus, metres; left and right relative to the torso."""
    projections = (
        Projection(
            "speed and height",
            "speed along the track, m/s",
            "height of the torso, m",
            lambda state: (state.physics.xd.vel[..., 0, 0], state.physics.x.pos[..., 0, 2]),
        ),
        Projection(
            "from above",
            "place along the track, m",
            "place beside it, m",
            lambda state: (state.physics.x.pos[..., 0, 0], state.physics.x.pos[..., 0, 1]),
        ),
    )

    def __init__(self, body: Any) -> None:
        self._environment = _make(body)
        self.action_bounds = ((-1.0, 1.0),) * len(self.action_names)

    def __eq__(self, other: object) -> bool:
        # Adapters take no arguments, so two of one class behave alike.
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def reset(self, key: Array) -> BodyState:
        first = self._environment.reset(key)
        return BodyState(first.pipeline_state, first.obs, jnp.bool_(False), jnp.int32(0))

    def step(self, key: Array, state: BodyState, action: Array) -> Transition:
        zero = jnp.float32(0.0)
        after = self._environment.step(BraxState(state.physics, state.seen, zero, zero, {}), action)
        terminal = after.done > 0
        following = BodyState(after.pipeline_state, after.obs, terminal, state.time + 1)
        return absorb(state.terminal, state, Transition(following, after.reward, 1.0 - terminal.astype(jnp.float32)))

    def is_terminal(self, state: BodyState) -> Array:
        return state.terminal

    def is_truncated(self, state: BodyState) -> Array:
        return (state.time >= TIME_LIMIT) & ~state.terminal

    def observation(self, state: BodyState) -> Float[Array, "O"]:
        return state.seen

    def position(self, state: BodyState) -> Float[Array, "2"]:
        """Position of the torso along the track, and its height."""
        return state.physics.x.pos[0, jnp.array([0, 2])]

    def scene(self, state: BodyState) -> dict[str, Any]:
        x, y, z = (float(part) for part in np.asarray(state.physics.x.pos)[0])
        left, right, bottom, top = self.view
        speed = float(np.asarray(state.physics.xd.vel)[0, 0])
        metres = range(int(np.floor(x - 8)), int(np.ceil(x + 9)))
        track = {"kind": "line", "points": [[float(metres[0]), 0.0], [float(metres[-1]), 0.0]], "width": 0.02, "role": "ground"}
        marks = [{"kind": "line", "points": [[float(at), 0.0], [float(at), -0.08]], "width": 0.02, "role": "ground"} for at in metres]
        place = f"torso at {signed(x, 2)} m, {fixed(z, 2)} m high, {signed(y, 2)} m off the track"
        return {
            "extent": [x - 8, x + 8, min(bottom, z - 0.5), max(top, z + 0.5)],
            "focus": [x + left, x + right, bottom, top],
            "caption": f"{place}, moving at {signed(speed, 2)} m/s; a mark each metre",
            "shapes": [track, *marks, *self._limbs(state)],
        }

    def _limbs(self, state: BodyState) -> list[dict[str, Any]]:
        """Shapes of the body seen from the side, the farthest first."""
        system = self._environment.sys
        links, turns = (np.asarray(part) for part in (state.physics.x.pos, state.physics.x.rot))
        drawn = []
        for kind, body, (radius, half, _), place, turn in zip(
            *(np.asarray(part) for part in (system.geom_type, system.geom_bodyid, system.geom_size, system.geom_pos, system.geom_quat)), strict=True
        ):
            # Body 0 is the ground.
            if body == 0 or kind not in (SPHERE, CAPSULE):
                continue
            role = "accent" if body == 1 else "body"
            along = _rotate(turn, np.array([0.0, 0.0, half if kind == CAPSULE else 0.0]))
            ends = np.stack([links[body - 1] + _rotate(turns[body - 1], place + side * along) for side in (-1, 1)])
            (x, z), width = ends[0, [0, 2]].tolist(), 2 * float(radius)
            shape = (
                {"kind": "circle", "x": x, "y": z, "r": width / 2, "role": role}
                if kind == SPHERE
                else {"kind": "line", "points": ends[:, [0, 2]].tolist(), "width": width, "role": role}
            )
            drawn.append((-float(ends[:, 1].mean()), shape))
        return [shape for _, shape in sorted(drawn, key=lambda pair: pair[0])]


def _rotate(turn: Float[np.ndarray, "4"], vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """Rotate a vector by a unit quaternion (w, x, y, z)."""
    twice = 2 * np.cross(turn[1:], vector)
    return vector + turn[0] * twice + np.cross(turn[1:], twice)


class Ant(_Body):
    """Run on four legs. Reward: speed in m/s, plus 1 for being upright, minus half the squared torques. It ends with the ant on its back."""

    name = "Ant-brax"
    action_names = ("hip 4", "ankle 4", "hip 1", "ankle 1", "hip 2", "ankle 2", "hip 3", "ankle 3")
    observation_shape = (27,)
    view = (-1.6, 2.6, -0.2, 1.6)

    def __init__(self) -> None:
        super().__init__(BraxAnt)


class HalfCheetah(_Body):
    """Run in a plane on two legs. Reward: speed in m/s, minus a tenth of the squared torques. An episode ends only at the limit of 1000 steps."""

    name = "HalfCheetah-brax"
    action_names = ("back thigh", "back shin", "back foot", "front thigh", "front shin", "front foot")
    observation_shape = (17,)
    view = (-1.6, 2.6, -0.2, 1.6)

    def __init__(self) -> None:
        super().__init__(BraxHalfCheetah)


class Humanoid(_Body):
    """Walk. Reward: 5 for being upright, plus 1.25 times the speed in m/s, minus a tenth of the squared torques. An episode ends with a fall."""

    name = "Humanoid-brax"
    action_names = (
        *("abdomen y", "abdomen z", "abdomen x"),
        *("right hip x", "right hip z", "right hip y", "right knee"),
        *("left hip x", "left hip z", "left hip y", "left knee"),
        *("right shoulder 1", "right shoulder 2", "right elbow", "left shoulder 1", "left shoulder 2", "left elbow"),
    )
    observation_shape = (244,)
    view = (-1.6, 2.6, -0.2, 2.2)

    def __init__(self) -> None:
        super().__init__(BraxHumanoid)
