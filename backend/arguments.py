"""Parsing of requests: plans, and the arguments of commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.problems import Invalid, NotFound, wrong_value
from planner import Card, PlanRequest, Prepared, SettingsError, UnknownPlannerError
from planner.messages import shortened

MAX_STEP = 100_000
MAX_SPEED = 1000.0
COMMANDS: dict[str, tuple[str, ...]] = {
    "play": ("speed",),
    "pause": (),
    "step": (),
    "act": ("action", "step"),
    "intervene": ("interventions", "step"),
    "walk": ("path", "step"),
    "back": (),
    "goto": ("step", "ahead"),
    "reset": ("seed",),
    "fork": (),
    "ahead": ("steps",),
    "cancel_ahead": (),
}
"""Transport command -> its arguments."""


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
        raise wrong_value(name, value, allowed)
    return value


def flag(arguments: Mapping[str, Any], name: str) -> bool:
    """Read true or false from the arguments of a command, false where it is not there; raises Invalid."""
    value = arguments.get(name, False)
    if not isinstance(value, bool):
        raise wrong_value(name, value, "true, false")
    return value


def number(arguments: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """Read a number from the arguments of a command; raises Invalid."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        allowed = f"a number from {low} to {high}"
        raise wrong_value(name, value, allowed)
    return float(value)


def some(arguments: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """Read a list from the arguments of a command; raises Invalid."""
    value = arguments.get(name)
    if not isinstance(value, list) or len(value) > most:
        allowed = f"a list of at most {most} {name}"
        raise wrong_value(name, value, allowed)
    return value


def check_command(name: str, arguments: Mapping[str, Any]) -> None:
    """Check that a command exists and that all arguments are its own; their values are checked where they are read. Raises Invalid."""
    if name not in COMMANDS:
        allowed = ", ".join(COMMANDS)
        raise Invalid(f"unknown command {shortened(name)}; known are {allowed}", [{"field": "command", "given": name, "allowed": allowed}])
    refuse_unknown(arguments, COMMANDS[name], f"the command {name}", ("type", "command"))


def refuse_unknown(given: Mapping[str, Any], known: Sequence[str], owner: str, always: Sequence[str] = ("type",)) -> None:
    """Refuse fields that would be ignored: they are misspelt, or meant for something else.

    Args:
      owner: what the fields are of, for the message.
      always: further fields, which the message does not list.

    Raises:
      Invalid: there is one.
    """
    name = next((name for name in given if name not in (*known, *always)), None)
    if name is not None:
        allowed = f"of {owner} only {', '.join(known)}" if known else f"nothing: {owner} has no such fields"
        raise wrong_value(name, given[name], allowed)
