"""Pendulum, MountainCar with discrete and with continuous actions, and Acrobot of gymnax, drawn as in Gymnasium."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from gymnax.environments.classic_control.acrobot import Acrobot as GymnaxAcrobot
from gymnax.environments.classic_control.continuous_mountain_car import ContinuousMountainCar as GymnaxMountainCarContinuous
from gymnax.environments.classic_control.mountain_car import MountainCar as GymnaxMountainCar
from gymnax.environments.classic_control.pendulum import Pendulum as GymnaxPendulum
from jaxtyping import Array, Float

from planner.environments.gymnax_adapter import GymnaxAdapter
from planner.environments.projections import Projection
from planner.environments.words import signed


class Pendulum(GymnaxAdapter):
    """Swing a rod up and hold it upright. Angle, speed and torque have costs; an episode ends only at the limit of 200 steps."""

    name = "Pendulum-v1"
    action_names = ("torque",)
    observation_shape = (3,)
    projections = (
        # The angle counts full turns, so that no path jumps.
        Projection(
            "angle and speed", "angle from upright, degrees", "angular speed, rad/s", lambda state: (np.degrees(state.theta), state.theta_dot)
        ),
    )

    def __init__(self) -> None:
        super().__init__(GymnaxPendulum())
        limit = float(self._params.max_torque)
        self.action_bounds = ((-limit, limit),)

    def observation(self, state: Any) -> Float[Array, "3"]:
        return self._environment.get_obs(state)

    def position(self, state: Any) -> Float[Array, "2"]:
        """The tip of the rod; angle 0 is upright."""
        return jnp.stack([-jnp.sin(state.theta), jnp.cos(state.theta)])

    def scene(self, state: Any) -> dict[str, Any]:
        # The angle is not wrapped: it also counts full turns.
        theta, speed = float(state.theta), float(state.theta_dot)
        tip = [-float(np.sin(theta)), float(np.cos(theta))]
        angle = np.degrees(np.arctan2(np.sin(theta), np.cos(theta)))
        torque = float(state.last_u)
        # Arcs in the direction of turning: for the speed, where the tip goes in a fifth of a second; for the torque, up to a quarter of a turn.
        turning, pushed = arc(theta, 0.2 * speed, 1.12), arc(theta, np.pi / 2 * torque / float(self._params.max_torque), 0.34)
        extent = [-1.25, 1.25, -1.25, 1.25]
        return {
            "extent": extent,
            "focus": extent,
            "caption": f"rod {signed(angle, 1)} degrees from upright, turning at {signed(speed, 2)} rad/s, last torque {signed(torque, 2)}",
            "shapes": [
                {"kind": "circle", "x": 0.0, "y": 1.0, "r": 0.06, "role": "goal"},
                {"kind": "line", "points": [[0.0, 0.0], tip], "width": 0.09, "role": "accent"},
                {"kind": "line", "points": turning, "width": 0.03, "role": "joint"},
                {"kind": "line", "points": pushed, "width": 0.03, "role": "hazard"},
                {"kind": "circle", "x": 0.0, "y": 0.0, "r": 0.06, "role": "joint"},
            ],
            "legend": [
                {"shape": {"kind": "line", "points": [[0.0, 0.5], [1.0, 0.5]], "width": 0.2, "role": "joint"}, "text": "angular speed"},
                {"shape": {"kind": "line", "points": [[0.0, 0.5], [1.0, 0.5]], "width": 0.2, "role": "hazard"}, "text": "last torque"},
                {"shape": {"kind": "circle", "x": 0.5, "y": 0.5, "r": 0.3, "role": "goal"}, "text": "upright"},
            ],
        }


class MountainCar(GymnaxAdapter):
    """Drive an underpowered car out of a valley by swinging to and fro. Every step costs one point; the limit is 200 steps."""

    name = "MountainCar-v0"
    action_names: tuple[str, ...] = ("left", "coast", "right")
    observation_shape = (2,)
    projections = (Projection("position and speed", "position of the car", "speed, a step", lambda state: (state.position, state.velocity)),)

    def __init__(self) -> None:
        super().__init__(GymnaxMountainCar())

    def observation(self, state: Any) -> Float[Array, "2"]:
        return self._environment.get_obs(state)

    def position(self, state: Any) -> Float[Array, "2"]:
        """The car, on the hill."""
        return jnp.stack([state.position, hill(jnp, state.position)])

    def scene(self, state: Any) -> dict[str, Any]:
        x, goal = float(state.position), float(self._params.goal_position)
        start, end = float(self._params.min_position), float(self._params.max_position)
        along = np.linspace(start, end, 61)
        slope = 0.45 * 3 * np.cos(3 * x)
        forward = np.array([1.0, slope]) / np.hypot(1.0, slope)
        upward = np.array([-forward[1], forward[0]])
        car = np.array([x, hill(np, x)])
        middle = car + 0.045 * upward
        wheels = [car + 0.015 * upward + side * 0.035 * forward for side in (-1, 1)]
        flag = float(hill(np, goal))
        extent = [start - 0.1, end + 0.1, 0.0, 1.3]
        return {
            "extent": extent,
            "focus": extent,
            "caption": f"car at {signed(x, 2)}, moving {signed(state.velocity, 3)} a step; the goal is at {signed(goal, 2)}",
            "shapes": [
                {"kind": "line", "points": np.stack([along, hill(np, along)], axis=1).tolist(), "width": 0.012, "role": "ground"},
                {
                    "kind": "line",
                    "points": [[start, float(hill(np, start))], [start, float(hill(np, start)) + 0.15]],
                    "width": 0.015,
                    "role": "limit",
                },
                {"kind": "line", "points": [[goal, flag], [goal, flag + 0.15]], "width": 0.02, "role": "goal"},
                {"kind": "line", "points": [(middle - 0.06 * forward).tolist(), (middle + 0.06 * forward).tolist()], "width": 0.05, "role": "body"},
                *[{"kind": "circle", "x": float(wx), "y": float(wy), "r": 0.015, "role": "joint"} for wx, wy in wheels],
            ],
        }


class MountainCarContinuous(MountainCar):
    """The same valley with a continuous force. 100 points at the goal, minus a tenth of the squared force at every step; the limit is 999 steps."""

    name = "MountainCarContinuous-v0"
    action_names = ("force",)

    def __init__(self) -> None:
        GymnaxAdapter.__init__(self, GymnaxMountainCarContinuous())
        self.action_bounds = ((float(self._params.min_action), float(self._params.max_action)),)


class Acrobot(GymnaxAdapter):
    """Swing up two hanging links by a torque at the joint between them, until the tip is above the line. Every step costs one point, at most 500."""

    name = "Acrobot-v1"
    action_names = ("clockwise", "none", "counterclockwise")
    observation_shape = (6,)
    projections = (
        Projection(
            "angles",
            "angle of the inner link, degrees",
            "angle of the outer link against it, degrees",
            lambda state: (np.degrees(state.joint_angle1), np.degrees(state.joint_angle2)),
        ),
        Projection(
            "angular speeds",
            "angular speed of the inner link, rad/s",
            "that of the outer link, rad/s",
            lambda state: (state.velocity_1, state.velocity_2),
        ),
    )

    def __init__(self) -> None:
        super().__init__(GymnaxAcrobot())

    def observation(self, state: Any) -> Float[Array, "6"]:
        return self._environment.get_obs(state)

    def position(self, state: Any) -> Float[Array, "2"]:
        """The tip of the second link; angle 0 hangs down."""
        return links(jnp, state)[1]

    def scene(self, state: Any) -> dict[str, Any]:
        elbow, tip = (point.tolist() for point in links(np, state))
        extent = [-2.2, 2.2, -2.2, 2.2]
        return {
            "extent": extent,
            "focus": extent,
            "caption": f"tip at height {signed(tip[1], 2)}; the goal is +1.00",
            "shapes": [
                {"kind": "line", "points": [[-2.2, 1.0], [2.2, 1.0]], "width": 0.03, "role": "limit"},
                {"kind": "line", "points": [[0.0, 0.0], elbow], "width": 0.12, "role": "body"},
                {"kind": "line", "points": [elbow, tip], "width": 0.12, "role": "accent"},
                {"kind": "circle", "x": 0.0, "y": 0.0, "r": 0.08, "role": "joint"},
                {"kind": "circle", "x": elbow[0], "y": elbow[1], "r": 0.08, "role": "joint"},
            ],
        }


def arc(start: float, turn: float, radius: float) -> list[list[float]]:
    """Points of an arc around the pivot from the angle `start` on (0 is up, counterclockwise positive), with the head of an arrow at its end."""
    at = lambda angle, distance: [-float(distance * np.sin(angle)), float(distance * np.cos(angle))]
    along = [at(angle, radius) for angle in np.linspace(start, start + turn, 17)]
    back = start + turn - np.sign(turn) * min(0.09 / radius, abs(turn))
    return [*along, at(back, radius + 0.06), along[-1], at(back, radius - 0.06)]


def hill(numpy: Any, x: Any) -> Any:
    """Height of the valley of MountainCar at x."""
    return 0.45 * numpy.sin(3 * x) + 0.55


def links(numpy: Any, state: Any) -> tuple[Any, Any]:
    """Ends of Acrobot's two links of length 1, [2] each."""
    along = lambda angle: numpy.stack([numpy.sin(angle), -numpy.cos(angle)])
    elbow = along(state.joint_angle1)
    return elbow, elbow + along(state.joint_angle1 + state.joint_angle2)
