"""Environments by name. Adapters are imported at their first use: gymnax alone takes seconds to import."""

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from threading import Lock
from typing import Any, cast

from planner.environments.base import Environment, Transition

__all__ = ["ENVIRONMENTS", "EXTRAS", "Environment", "Transition", "UnavailableError", "make_environment", "missing_extra", "to_install"]

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
    "Snake-jumanji": "planner.environments.snake:Snake",
    "Snake6x6-jumanji": "planner.environments.snake:SmallSnake",
    "RubiksCube-partly-scrambled-jumanji": "planner.environments.rubiks_cube:PartlyScrambledRubiksCube",
    "RubiksCube-scrambled-3-jumanji": "planner.environments.rubiks_cube:SlightlyScrambledRubiksCube",
    "Ant-brax": "planner.environments.locomotion:Ant",
    "HalfCheetah-brax": "planner.environments.locomotion:HalfCheetah",
    "Humanoid-brax": "planner.environments.locomotion:Humanoid",
}
"""name -> module:class."""

EXTRAS = ("jumanji", "brax")
"""Optional packages. Each is an extra of the same name, and the names of its environments end in it."""


GROUP = "twistscope.environments"
"""Entry points under which other packages offer environments: name = "module:Class", a class without arguments."""


class UnavailableError(ValueError):
    """An environment is not available; the message is one line."""


_importing = Lock()
"""gymnax cannot be imported by two threads at once: one finds the other's half of it."""


@cache
def make_environment(name: str) -> Environment:
    """The environment with this name: built in, or offered by an installed package.

    The first call for a name may import for seconds: never on an event loop.

    Raises:
      UnavailableError: the name is unknown, its extra is not installed, or the class of another package cannot be loaded or lacks a part of
        `Environment`.
    """
    with _importing:
        return _make(name)


def _make(name: str) -> Environment:
    if name in ENVIRONMENTS:
        # Before the import, so that an error inside an installed extra is not reported as its absence.
        if remedy := missing_extra(name):
            raise UnavailableError(remedy)
        module, _, attribute = ENVIRONMENTS[name].partition(":")
        return getattr(import_module(module), attribute)()
    offered = _offered()
    if name not in offered:
        raise UnavailableError(f"unknown environment {name!r}; known are {', '.join(sorted({*ENVIRONMENTS, *offered}))}")
    source = f"environment {name!r} of {offered[name].value}"
    try:
        environment = offered[name].load()()
        missing = lacking(environment)
    except Exception as error:
        # The package is somebody else's: it may raise anything.
        said = (str(error).splitlines() or [""])[0][:200]
        raise UnavailableError(f"{source} cannot be loaded: {type(error).__name__}{': ' if said else ''}{said}") from error
    if missing:
        raise UnavailableError(f"{source} lacks {', '.join(missing)}")
    return cast(Environment, environment)


def _offered() -> dict[str, EntryPoint]:
    """The environments of other installed packages, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


def lacking(environment: Any) -> list[str]:
    """Names of the members of `Environment` that an object does not have."""
    parts = (part for part in (*Environment.__annotations__, *vars(Environment)) if not part.startswith("_"))
    return [part for part in parts if not hasattr(environment, part)]


def missing_extra(name: str) -> str | None:
    """The line that says how to install the extra of an environment; None where nothing is missing."""
    extra = name.rpartition("-")[2]
    if name not in ENVIRONMENTS or extra not in EXTRAS or find_spec(extra) is not None:
        return None
    return f'environment {name!r} needs an extra: pip install "twistscope[{extra}]", or in a clone pip install -e ".[{extra}]"'


def to_install(name: str) -> str | None:
    """The line that says what has to be installed for an environment: its extra, or the package that offers it; None where nothing is missing."""
    if name not in ENVIRONMENTS and name not in _offered():
        return f"environment {name!r} is in no installed package: install the one that offers it"
    return missing_extra(name)
