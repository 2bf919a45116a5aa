"""Projections of an environment's states on two of their numbers: another view than the picture, where a state has more than two dimensions.

An environment may have a tuple `projections`. Functions take states of host arrays with any axes before their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from planner.environments.base import Environment


@dataclass(frozen=True)
class Projection:
    """Two numbers of a state, as the axes of a chart."""

    name: str
    """In a few words, such as "angles"."""
    x: str
    """The axis to the right, with its unit."""
    y: str
    """The axis upwards, with its unit."""
    place: Callable[[Any], tuple[Any, Any]]
    """The two numbers of states."""

    def describe(self) -> dict[str, str]:
        """Description (docs/api.md, Projections)."""
        return {"name": self.name, "x": self.x, "y": self.y}

    def __call__(self, states: Any) -> Float[np.ndarray, "... 2"]:
        """Places f32 of states in the chart."""
        return np.stack([np.asarray(axis, np.float32) for axis in self.place(states)], axis=-1)


def projections_of(environment: Environment) -> tuple[Projection, ...]:
    """The projections that an environment offers; most have none, for their picture shows all that there is."""
    return getattr(environment, "projections", ())
