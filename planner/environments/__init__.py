"""Environments by name. Adapters are imported when asked for: gymnax alone takes seconds to import."""

from functools import cache
from importlib import import_module

from planner.environments.base import Environment, Transition

__all__ = ["ENVIRONMENTS", "Environment", "Transition", "make_environment"]

ENVIRONMENTS = {
    "CartPole-v1": "planner.environments.cartpole:CartPole",
    "Catch-bsuite": "planner.environments.grids:Catch",
    "DeepSea-bsuite": "planner.environments.grids:DeepSea",
    "FrozenLake-misc": "planner.environments.grids:FrozenLake",
    "FourRooms-misc": "planner.environments.grids:FourRooms",
}
"""name -> module:class."""


@cache
def make_environment(name: str) -> Environment:
    """The environment of that name.

    Raises:
      ValueError: unknown name.
    """
    if name not in ENVIRONMENTS:
        raise ValueError(f"unknown environment {name!r}; known are {', '.join(sorted(ENVIRONMENTS))}")
    module, _, attribute = ENVIRONMENTS[name].partition(":")
    return getattr(import_module(module), attribute)()
