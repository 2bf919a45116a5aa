"""Reading what a client asks for: plans, and the arguments of commands."""

from collections.abc import Mapping
from typing import Any

from backend.problems import Invalid, NotFound
from planner import Card, PlanRequest, Prepared, SettingsError, UnknownPlannerError

MAX_STEP = 100_000
MAX_SPEED = 1000.0


def prepare(request: PlanRequest, card: Card) -> Prepared:
    """The checked request.

    Raises:
      NotFound: no such planner.
      Invalid: settings that cannot be used, naming each.
    """
    try:
        return request.prepare(card)
    except UnknownPlannerError as error:
        raise NotFound(str(error)) from None
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


def seeds_of(prepared: Prepared, count: int) -> list[int]:
    """`count` seeds from the request's own on; raises Invalid where so many plans at once would be too large."""
    try:
        return prepared.seeds(count)
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


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
