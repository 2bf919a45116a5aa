"""Environments by name. Adapters are imported when asked for: gymnax alone takes seconds to import."""

from functools import cache
from importlib import import_module

from planner.environments.base import Environment, Transition

__all__ = ["ENVIRONMENTS", "Environment", "Transition", "make_environment"]

ENVIRONMENTS = {
    "CartPole-v1": "planner.environments.cartpole:CartPole",
    "Pendulum-v1": "planner.environments.classic_control:Pendulum",
    "MountainCar-v0": "planner.environments.classic_control:MountainCar",
    "MountainCarContinuous-v0": "planner.environments.classic_control:MountainCarContinuous",
    "Acrobot-v1": "planner.environments.classic_control:Acrobot",
    "Catch-bsuite": "planner.environments.grids:Catch",
    "DeepSea-bsuite": "planner.environments.grids:DeepSea",
    "FrozenLake-misc": "planner.environments.grids:FrozenLake",
    "FrozenLake8x8-misc": "planner.environments.grids:FrozenLake8x8",
    "FrozenLakeNotSlippery-misc": "planner.environments.grids:FrozenLakeNotSlippery",
    "FourRooms-misc": "planner.environments.grids:FourRooms",
    "Breakout-MinAtar": "planner.environments.minatar:Breakout",
    "Asterix-MinAtar": "planner.environments.minatar:Asterix",
    "Freeway-MinAtar": "planner.environments.minatar:Freeway",
    "SpaceInvaders-MinAtar": "planner.environments.minatar:SpaceInvaders",
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
