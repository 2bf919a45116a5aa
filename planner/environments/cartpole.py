"""CartPole-v1 of gymnax: balance a pole on a cart for 500 steps, one point a step."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from gymnax.environments.classic_control.cartpole import CartPole as GymnaxCartPole
from gymnax.environments.classic_control.cartpole import EnvState
from jaxtyping import Array, Float

from planner.environments.gymnax_adapter import GymnaxAdapter
from planner.environments.projections import Projection
from planner.environments.words import signed

POLE_LENGTH = 1.0
"""Drawn length of the pole, metres: twice the half-length of the dynamics."""


class CartPole(GymnaxAdapter):
    """CartPole-v1. The time limit of 500 steps is a truncation, which has no effect inside a plan."""

    name = "CartPole-v1"
    action_names = ("left", "right")
    observation_shape = (4,)
    projections = (
        Projection("cart and pole", "position of the cart, m", "angle of the pole, degrees", lambda state: (state.x, np.degrees(state.theta))),
        Projection(
            "angle and speed",
            "angle of the pole, degrees",
            "angular speed, degrees/s",
            lambda state: (np.degrees(state.theta), np.degrees(state.theta_dot)),
        ),
    )

    def __init__(self) -> None:
        super().__init__(GymnaxCartPole())

    def observation(self, state: EnvState) -> Float[Array, "4"]:
        return self._environment.get_obs(state)

    def position(self, state: EnvState) -> Float[Array, "2"]:
        """The tip of the pole."""
        return jnp.stack([state.x + POLE_LENGTH * jnp.sin(state.theta), POLE_LENGTH * jnp.cos(state.theta)])

    def scene(self, state: EnvState) -> dict[str, Any]:
        x, theta = float(state.x), float(state.theta)
        tip = [x + POLE_LENGTH * float(np.sin(theta)), POLE_LENGTH * float(np.cos(theta))]
        limit = float(self._params.x_threshold)
        return {
            "extent": [-limit - 0.4, limit + 0.4, -0.45, 1.35],
            "focus": [x - 0.9, x + 0.9, -0.3, 1.25],
            "caption": f"cart at {signed(x, 2)} m, pole at {signed(np.degrees(theta), 1)} degrees",
            "shapes": [
                {"kind": "line", "points": [[-limit - 0.4, -0.12], [limit + 0.4, -0.12]], "width": 0.015, "role": "ground"},
                {"kind": "line", "points": [[-limit, -0.12], [-limit, 0.35]], "width": 0.03, "role": "limit"},
                {"kind": "line", "points": [[limit, -0.12], [limit, 0.35]], "width": 0.03, "role": "limit"},
                {"kind": "rect", "x": x - 0.2, "y": -0.12, "w": 0.4, "h": 0.14, "role": "body"},
                {"kind": "line", "points": [[x, 0.0], tip], "width": 0.045, "role": "accent"},
                {"kind": "circle", "x": x, "y": 0.0, "r": 0.03, "role": "joint"},
            ],
        }
