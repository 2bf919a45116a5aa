"""Environments by name. Adapters are imported when asked for: gymnax alone takes seconds to import."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

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


GROUP = "twistscope.environments"
"""Entry points under which other packages offer environments: name = "module:Class", a class without arguments."""


@cache
def make_environment(name: str) -> Environment:
    """The environment of that name: one of ours, or one that an installed package offers.

    Raises:
      ValueError: unknown name; or a class from elsewhere that lacks a part of an environment.
    """
    if name in ENVIRONMENTS:
        module, _, attribute = ENVIRONMENTS[name].partition(":")
        return getattr(import_module(module), attribute)()
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        raise ValueError(f"unknown environment {name!r}; known are {', '.join(sorted({*ENVIRONMENTS, *offered}))}")
    environment = offered[name].load()()
    parts = (part for part in (*Environment.__annotations__, *vars(Environment)) if not part.startswith("_"))
    missing = [part for part in parts if not hasattr(environment, part)]
    if missing:
        raise ValueError(f"environment {name!r} of {offered[name].value} lacks {', '.join(missing)}")
    return cast(Environment, environment)
