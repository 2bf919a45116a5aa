"""Reading what a client asks for: settings, and the arguments of commands; and what a trace says about itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jax

from backend.problems import Invalid, NotFound
from planner import PLANNERS, Card, PlannerSettings, SettingsError, get_planner, make_environment
from planner.truth import check_value_source

MAX_SEED = 2**32 - 1
MAX_STEP = 100_000
MAX_SPEED = 1000.0


def complete_settings(planner: str, values: Mapping[str, Any], card: Card) -> PlannerSettings:
    """The settings of a planner on a checkpoint.

    Raises:
      NotFound: no such planner.
      Invalid: settings that cannot be used, naming each.
    """
    if planner not in PLANNERS:
        raise NotFound(f"unknown planner {planner!r}; known are {', '.join(PLANNERS)}")
    try:
        settings = PLANNERS[planner].settings(values, card.settings)
        check_value_source(make_environment(card.environment), settings)
        return settings
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


def trace_metadata(card: Card, planner: str, settings: PlannerSettings, *, seed: int, step: int, device: str, plan_ms: float) -> dict[str, Any]:
    """What docs/trace.md asks of the metadata of every trace."""
    return {
        "kind": get_planner(planner).kind,
        "checkpoint": card.name,
        "checkpoint_sha256": card.sha256,
        "environment": card.environment,
        "planner": planner,
        "settings": settings.model_dump(),
        "seed": seed,
        "step": step,
        "created": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "device": device,
        "jax": jax.__version__,
        "plan_ms": round(plan_ms, 3),
    }


def whole(arguments: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """A whole number from a command; raises Invalid."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        allowed = f"a whole number from {low} to {high}"
        raise Invalid(f"{name}: got {value!r}, allowed: {allowed}", [{"field": name, "given": value, "allowed": allowed}])
    return value


def number(arguments: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """A number from a command; raises Invalid."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        allowed = f"a number from {low} to {high}"
        raise Invalid(f"{name}: got {value!r}, allowed: {allowed}", [{"field": name, "given": value, "allowed": allowed}])
    return float(value)
