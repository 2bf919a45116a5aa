"""The address of a moment: everything that makes it, as the query of a link to the page (docs/api.md, Links).

A link says its version first and the digest of the state last, so that one that was cut off is noticed. It leaves out settings that have the
defaults of its version, which `address_defaults.json` keeps for good; those that the checkpoint gives are always in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from backend.problems import Conflict, Invalid
from planner import PLANNERS, Card, Moment, PlanRequest, SettingsError, make_environment
from planner.actions import pack_actions, unpack_actions
from planner.environments import Environment
from planner.interventions import pack_interventions, unpack_interventions
from planner.messages import shortened

VERSION = 3
MAX_LENGTH = 8000
"""Characters of the longest link that is made or read; servers in between refuse longer ones."""
SHA_DIGITS = 12
VIEW = ("level", "slot", "action", "with", "layout", "hide", "order", "show", "projection", "ask", "pin", "lesson", "at")
"""Fields that only say what of the plan is looked at."""
LAYOUTS = ("slots", "tree", "river")
ORDERED = ("world", "genealogy", "strips", "weights", "comparison", "decision", "why", "seeds", "sweep", "particle")
"""Panels that a link may put into another order."""
HIDDEN = (*ORDERED, "knobs", "timeline", "narration")
"""Parts of the page that a link may hide."""
SHOWN = ("heat", "beside", "strip")
"""Pictures that a link may show besides."""
ASKED = ("why",)
"""Questions that a link may ask."""
PARTICLE = re.compile(r"[0-9]{1,10}-[0-9]{1,10}")
"""Level and slot of the particle that is kept to compare."""
_OWN = ("v", "checkpoint", "sha", "planner", "seed", "step", "actions", "interventions", "digest", "token", *VIEW)


@cache
def defaults() -> dict[str, dict[str, dict[str, Any]]]:
    """Version -> planner -> setting -> the value that a link of this version leaves out; None where the checkpoint gives it."""
    return json.loads(Path(__file__).with_name("address_defaults.json").read_text("utf-8"))


def current_defaults() -> dict[str, dict[str, Any]]:
    """The defaults of now, by planner."""
    return {name: {each["name"]: each["default"] for each in planner.describe()["settings"]} for name, planner in PLANNERS.items()}


@dataclass(frozen=True)
class Address:
    """A moment as a link gives it, checked."""

    checkpoint: str
    request: PlanRequest
    """With all settings, and the step that the actions lead to."""
    actions: list[Any]
    view: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """Sentences about things that are not as they were when the link was made."""
    digest: str = ""

    def compare(self, digest: str) -> tuple[str, ...]:
        """All notes, given the digest of the state that the actions led to."""
        if digest == self.digest:
            return self.notes
        return (*self.notes, "The same actions lead to another state here than where the link was made: another machine or version.")


def write_address(card: Card, request: PlanRequest, settings: Mapping[str, Any], moment: Moment) -> str:
    """The query of a link to a moment, without a question mark.

    Args:
      settings: complete settings of the plan.

    Raises:
      Conflict: the link would be too long.
    """
    usual, actions = defaults()[str(VERSION)][request.planner], moment.actions or []
    chosen = {name: value for name, value in settings.items() if usual.get(name) is None or value != usual[name]}
    fields = {
        "v": VERSION,
        "checkpoint": card.name,
        "sha": card.sha256[:SHA_DIGITS],
        "planner": request.planner,
        "seed": request.seed,
        "step": len(actions),
        **{name: json.dumps(value).strip('"') for name, value in chosen.items()},
        **({"actions": pack_actions(make_environment(card.environment), actions)} if actions else {}),
        **({"interventions": pack_interventions(request.interventions)} if request.interventions else {}),
        "digest": moment.digest,
    }
    query = urlencode(fields)
    if len(query) > MAX_LENGTH:
        raise Conflict(
            f"the {len(actions)} actions that led here make a link of {len(query)} characters, allowed are {MAX_LENGTH}; export the moment as a file"
        )
    return query


def read_address(query: str, card_of: Any) -> Address:
    """Read the query of a link.

    Args:
      card_of: card by name of a checkpoint; raises NotFound.

    Raises:
      Invalid: the link is too long, cut off, of an unknown version, or has a field that is not possible.
      NotFound: there is no such checkpoint.
    """
    if len(query) > MAX_LENGTH:
        raise Invalid(f"this link has {len(query)} characters, allowed are {MAX_LENGTH}")
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise Invalid("this link is damaged: it is not a list of field=value in UTF-8") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        double = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise _refusal(double, fields[double], "once")
    version = fields.get("v", "")
    if version not in defaults():
        raise _refusal("v", version, f"a version that this server knows: {', '.join(defaults())}")
    if not fields.get("digest"):
        raise Invalid("this link is cut off: it does not end with a digest", [{"field": "digest", "given": "", "allowed": "ten hexadecimal digits"}])
    digest = _hexadecimal(fields, "digest", 10)
    card: Card = card_of(fields.get("checkpoint", ""))
    planner = fields.get("planner", "")
    usual = defaults()[version].get(planner)
    if usual is None:
        raise _refusal("planner", planner, ", ".join(defaults()[version]))
    settings = {name: value for name, value in usual.items() if value is not None}
    asked = {name: text for name, text in fields.items() if name not in _OWN}
    settings |= {name: _meaning(text) for name, text in asked.items() if name in usual}
    # Sites on the way add fields of their own.
    foreign = [name for name in asked if name not in usual]
    notes = [f"The link also says {', '.join(map(shortened, foreign[:3]))}, which means nothing here."] if foreign else []
    step = _whole(fields, "step", 0)
    request = PlanRequest(planner, settings, _whole(fields, "seed", 0), step, interventions=_interventions(fields))
    actions = _actions(make_environment(card.environment), fields, step)
    sha = _hexadecimal(fields, "sha", SHA_DIGITS)
    if not card.sha256.startswith(sha):
        notes.append(f"The checkpoint {card.name} is not the one that the link was made with: it has other parameters.")
    return Address(card.name, request, actions, read_view(fields), tuple(notes), digest)


def _actions(environment: Environment, fields: Mapping[str, str], step: int) -> list[Any]:
    try:
        return unpack_actions(environment, fields["actions"], step) if "actions" in fields or step else []
    except KeyError:
        raise _refusal("actions", "", f"the {step} actions that lead to step {step}") from None
    except SettingsError as error:
        raise Invalid(str(error), error.errors) from None


def _interventions(fields: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    if "interventions" not in fields:
        return ()
    try:
        return tuple(unpack_interventions(fields["interventions"]))
    except SettingsError as error:
        raise Invalid(f"this link is not possible: {error}", error.errors) from None


def read_view(fields: Mapping[str, str]) -> dict[str, Any]:
    """The part of the plan that is looked at: numbers as numbers, lists of panels as lists; raises Invalid."""
    view: dict[str, Any] = {name: _whole(fields, name, None) for name in ("level", "slot", "action") if name in fields}
    # The page knows its panels and pictures, and passes over names of others.
    view |= {name: [each for each in fields[name].split(",") if each][:50] for name in ("hide", "order", "show") if name in fields}
    if "with" in fields:
        if not PARTICLE.fullmatch(fields["with"]):
            raise _refusal("with", fields["with"], "a level and a slot, as 9-14")
        view["with"] = fields["with"]
    view |= {name: fields[name][:50] for name in ("layout", "projection", "ask") if name in fields}
    view |= {name: fields[name][:60] for name in ("lesson", "at") if name in fields}
    if "pin" in fields:
        # A link in its own right: it is read when the page asks for its plan.
        view["pin"] = fields["pin"]
    return view


def _whole(fields: Mapping[str, str], name: str, default: int | None) -> int:
    text = fields.get(name, "" if default is None else str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise _refusal(name, text, "a whole number")
    return int(text)


def _hexadecimal(fields: Mapping[str, str], name: str, digits: int) -> str:
    text = fields.get(name, "")
    if len(text) != digits or not set(text) <= set("0123456789abcdef"):
        raise _refusal(name, text, f"{digits} hexadecimal digits")
    return text


def _meaning(text: str) -> Any:
    """The value that a setting's text means: a number, true, false, or a text."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d{1,20}", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,3})?", text, re.ASCII) else text


def _refusal(name: str, given: str, allowed: str) -> Invalid:
    return Invalid(
        f"this link is not possible: {name}: got {shortened(given)}, allowed: {allowed}", [{"field": name, "given": given, "allowed": allowed}]
    )
