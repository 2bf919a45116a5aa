"""Parsing of requests: plans, and the arguments of commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.problems import Invalid, NotFound
from planner import Card, PlanRequest, Prepared, SettingsError, UnknownPlannerError
from planner.messages import shortened

MAX_STEP = 100_000
MAX_SPEED = 1000.0


def prepare(request: PlanRequest, card: Card) -> Prepared:
    """Check and complete a request.

    Raises:
      NotFound: no planner has this name.
      Invalid: invalid settings; the error names each.
    """
    try:
        return request.prepare(card)
    except UnknownPlannerError as error:
        raise NotFound(str(error)) from None
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


def seeds_of(prepared: Prepared, count: int, skip: int = 0) -> list[int]:
    """`count` consecutive seeds, starting `skip` after the request's own; raises Invalid where so many plans are too large together."""
    try:
        return prepared.seeds(count, skip)
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


def whole(arguments: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """Read a whole number from the arguments of a command; raises Invalid."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        allowed = f"a whole number from {low} to {high}"
        raise Invalid(f"{name}: got {shortened(value)}, allowed: {allowed}", [{"field": name, "given": value, "allowed": allowed}])
    return value


def flag(arguments: Mapping[str, Any], name: str) -> bool:
    """Read true or false from the arguments of a command, false where it is not there; raises Invalid."""
    value = arguments.get(name, False)
    if not isinstance(value, bool):
        raise Invalid(f"{name}: got {shortened(value)}, allowed: true, false", [{"field": name, "given": value, "allowed": "true, false"}])
    return value


def number(arguments: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """Read a number from the arguments of a command; raises Invalid."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        allowed = f"a number from {low} to {high}"
        raise Invalid(f"{name}: got {shortened(value)}, allowed: {allowed}", [{"field": name, "given": value, "allowed": allowed}])
    return float(value)


def some(arguments: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """Read a list from the arguments of a command; raises Invalid."""
    value = arguments.get(name)
    if not isinstance(value, list) or len(value) > most:
        allowed = f"a list of at most {most} {name}"
        raise Invalid(f"{name}: got {shortened(value)}, allowed: {allowed}", [{"field": name, "given": None, "allowed": allowed}])
    return value


def unknown_command(name: object, known: Sequence[str]) -> Invalid:
    """The refusal of a command that does not exist."""
    allowed = ", ".join(known)
    return Invalid(f"unknown command {shortened(name)}; known are {allowed}", [{"field": "command", "given": name, "allowed": allowed}])
