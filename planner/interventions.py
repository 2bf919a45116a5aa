"""Interventions as people ask for them, "what if" at one (level, slot) of a plan: checked, made into arrays, and packed into a text for links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from planner.algorithms.settings import SettingsError, plain
from planner.core.interventions import Interventions, no_interventions

MAX_INTERVENTIONS = 64
MAX_LOG_WEIGHT = 1000.0
"""Largest size of a log-weight that can be set, nats: sums of such weights are far from the largest float32."""
MAX_PLACE = 2**31 - 1


class _At(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    level: Annotated[int, Field(ge=0, le=MAX_PLACE)]
    slot: Annotated[int, Field(ge=0, le=MAX_PLACE)]


class Kill(_At):
    """Kill the particle after its step of this level: it has no weight and no children."""

    kind: Literal["kill"] = "kill"


class Force(_At):
    """Take this action at this level, as if the choice had been no choice: log prior - log proposal is 0."""

    kind: Literal["force"] = "force"
    action: Annotated[int, Field(ge=0, le=MAX_PLACE)]
    """Index of the action; of the candidate action where actions are continuous."""


class Weigh(_At):
    """Set the log-weight after the step of this level."""

    kind: Literal["weigh"] = "weigh"
    log_weight: Annotated[float, Field(ge=-MAX_LOG_WEIGHT, le=MAX_LOG_WEIGHT, allow_inf_nan=False)]


class Redraw(_At):
    """Draw the slot's actions and outcomes from this level on with other random numbers."""

    kind: Literal["redraw"] = "redraw"
    seed: Annotated[int, Field(ge=1, le=2**32 - 1)]


Intervention = Annotated[Kill | Force | Weigh | Redraw, Field(discriminator="kind")]

KINDS: dict[str, type[_At]] = {"kill": Kill, "force": Force, "weigh": Weigh, "redraw": Redraw}
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Intervention)
_WORDS = {
    "kind": "one of kill, force, weigh, redraw",
    "level": "a whole number >= 0",
    "slot": "a whole number >= 0",
    "action": "a whole number >= 0",
    "log_weight": f"a number >= -{MAX_LOG_WEIGHT:g} and <= {MAX_LOG_WEIGHT:g}",
    "seed": f"a whole number >= 1 and <= {2**32 - 1}",
}


def check_interventions(asked: Sequence[Mapping[str, Any]], levels: int, slots: int, actions: int, assigned: Sequence[int] = ()) -> list[Any]:
    """Check interventions for a plan of this size.

    Args:
      actions: number of actions, or of candidate actions where actions are continuous.
      assigned: levels at which the planner assigns the actions, so that none can be forced.

    Raises:
      SettingsError: an unknown kind or field, a place outside the plan, or two interventions that contradict each other.
    """
    if len(asked) > MAX_INTERVENTIONS:
        raise _refusal("interventions", len(asked), f"at most {MAX_INTERVENTIONS}")
    checked = [_read(number, each) for number, each in enumerate(asked)]
    seen: dict[tuple[str, int, int], int] = {}
    for number, each in enumerate(checked):
        field = f"interventions.{number}"
        if each.level >= levels:
            raise _refusal(f"{field}.level", each.level, f"a level of the plan, 0 to {levels - 1}")
        if each.slot >= slots:
            raise _refusal(f"{field}.slot", each.slot, f"a slot of the plan, 0 to {slots - 1}")
        if isinstance(each, Force) and each.action >= actions:
            raise _refusal(f"{field}.action", each.action, f"one of the {actions} actions, 0 to {actions - 1}")
        if isinstance(each, Force) and each.level in assigned:
            raise _refusal(f"{field}.level", each.level, "another level: here a round begins, and the halving assigns the actions")
        changes = ("weight" if isinstance(each, Kill | Weigh) else each.kind, each.level, each.slot)
        if changes in seen:
            raise _refusal(
                field, each.kind, f"one change of the {_changed(each)} of level {each.level}, slot {each.slot}; number {seen[changes]} is one"
            )
        seen[changes] = number
    return checked


def to_arrays(checked: Sequence[Any], levels: int, slots: int) -> Interventions:
    """Checked interventions as arrays over (level, slot), on the host."""
    arrays = no_interventions(levels, slots)
    # Fields of a frozen class whose arrays are its own until they are returned.
    action, log_weight, uniform, salt = (np.asarray(getattr(arrays, name)) for name in ("action", "log_weight", "uniform", "salt"))
    # The latest level last: a slot that is drawn anew twice follows the later seed from there on.
    for each in sorted(checked, key=lambda each: each.level):
        place = each.level, each.slot
        match each:
            case Kill():
                log_weight[place] = -np.inf
            case Force():
                action[place] = each.action
            case Weigh():
                log_weight[place] = each.log_weight
            case Redraw():
                numbers = np.random.default_rng([each.seed, *place])
                uniform[each.level :, each.slot] = numbers.random(levels - each.level, np.float32)
                salt[each.level :, each.slot] = each.seed
    return arrays


def pack_interventions(interventions: Sequence[Mapping[str, Any]]) -> str:
    """Pack checked interventions into a text of letters, digits, `.`, `-`, `_` and `~`, such as `kill_3_5~force_4_0_1`."""
    return "~".join("_".join([each["kind"], *(_number(each[name]) for name in _fields(each["kind"]))]) for each in interventions)


def unpack_interventions(text: str) -> list[dict[str, Any]]:
    """The inverse of `pack_interventions`; `check_interventions` has still to check them.

    Raises:
      SettingsError: the text is damaged.
    """
    unpacked = []
    for part in text.split("~"):
        kind, *numbers = part.split("_")
        names = _fields(kind) if kind in KINDS else ()
        if not names or len(numbers) != len(names) or not all(_NUMBER.fullmatch(number) for number in numbers):
            raise _refusal("interventions", part, "kill_LEVEL_SLOT, force_LEVEL_SLOT_ACTION, weigh_LEVEL_SLOT_LOGWEIGHT or redraw_LEVEL_SLOT_SEED")
        unpacked.append({"kind": kind, **{name: _meaning(number) for name, number in zip(names, numbers, strict=True)}})
    return unpacked


_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,20})?(e[+-]?\d{1,3})?", re.ASCII)


def _fields(kind: str) -> list[str]:
    return [name for name in KINDS[kind].model_fields if name != "kind"]


def _number(value: float) -> str:
    return repr(value)


def _meaning(text: str) -> float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _read(number: int, asked: Mapping[str, Any]) -> Any:
    """One intervention; raises SettingsError that names the first field at fault."""
    try:
        return _ADAPTER.validate_python({name: plain(value) for name, value in asked.items()} if isinstance(asked, Mapping) else asked)
    except ValidationError as error:
        first = error.errors()[0]
        # The discriminator is part of the place.
        inside = [str(part) for part in first["loc"] if part not in KINDS]
        if first["type"].startswith("union_tag"):
            inside = ["kind"]
        name = inside[-1] if inside else ""
        given = asked.get(name) if isinstance(asked, Mapping) else asked
        known = {name: words for name, words in _WORDS.items() if isinstance(asked, Mapping) and name in ("kind", *_fields_of(asked))}
        allowed = known.get(name) or (f"one of the fields {', '.join(known)}" if name else "an object with kind, level and slot")
        raise _refusal(".".join(["interventions", str(number), *inside]), given, allowed) from None


def _fields_of(asked: Mapping[str, Any]) -> list[str]:
    kind = asked.get("kind")
    return _fields(kind) if isinstance(kind, str) and kind in KINDS else []


def _changed(each: Any) -> str:
    return {"kill": "weight", "weigh": "weight", "force": "action", "redraw": "random numbers"}[each.kind]


def _refusal(field: str, given: Any, allowed: str) -> SettingsError:
    return SettingsError([{"field": field, "given": given, "allowed": allowed}])
