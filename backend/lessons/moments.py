"""The moment of a lesson's step: its address, resolved to a state that can be planned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from backend.address import VIEW, read_address, read_view
from backend.problems import Problem
from planner import PLANNERS, CheckpointError, Checkpoints, PlanRequest, SettingsError, UnknownPlannerError
from planner.actions import as_executed
from planner.checkpoints import Checkpoint
from planner.episodes import Moment, episodes_of


class NoMoment(ValueError):
    """The moment of a step cannot be shown; the message says why, `remedy` what would be right."""

    def __init__(self, what: str, remedy: str):
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True)
class StepMoment:
    """A step's moment, with everything that makes its plan."""

    checkpoint: Checkpoint
    request: PlanRequest
    moment: Moment
    view: dict[str, Any]

    def changed(self, settings: Mapping[str, Any]) -> PlanRequest:
        """The request with these settings in place of its own."""
        return replace(self.request, settings={**self.request.settings, **settings})


def resolve(query: str, checkpoints: Checkpoints, *, exactly: bool = True) -> StepMoment:
    """The moment of an address, as a page shows it or as people write it (docs/api.md, Links).

    Args:
      exactly: its state must be that of the link, bit for bit. Another machine may round it otherwise, which a page says and shows all the same.

    Raises:
      NoMoment: the checkpoint is missing, the address is not possible, or its state does not reproduce.
    """
    fields = dict(parse_qsl(query, keep_blank_values=True))
    try:
        if "v" in fields:
            address = read_address(query, checkpoints.card)
            checkpoint, request, actions, view = checkpoints.load(address.checkpoint), address.request, address.actions, address.view
        else:
            checkpoint, request, actions, view = _written(fields, checkpoints)
        request.prepare(checkpoint)
    except CheckpointError as error:
        raise NoMoment(str(error), "name a checkpoint that exists") from None
    except (SettingsError, UnknownPlannerError, Problem) as error:
        raise NoMoment(str(error), "copy the address anew from the page") from None
    episodes = episodes_of(checkpoint.model)
    environment = checkpoint.model.environment
    moments = episodes.play(episodes.start(request.seed), (as_executed(environment, action) for action in actions), seed=request.seed)
    if len(moments) <= len(actions):
        raise NoMoment(f"the episode ends at step {len(moments) - 1}, before step {len(actions)}", "copy the address anew from the page")
    moment = moments[-1]
    if exactly and "v" in fields and moment.digest != address.digest:
        raise NoMoment("the same actions lead to another state than when the link was made", "copy the address anew from the page")
    return StepMoment(checkpoint, request, moment, view)


def _written(fields: dict[str, str], checkpoints: Checkpoints) -> tuple[Checkpoint, PlanRequest, list[Any], dict[str, Any]]:
    """An address as people write it. Only a full link names the actions that lead to a later step."""
    if fields.get("step", "0") != "0":
        raise NoMoment("this address names a step without the actions that lead there", "copy the full address that the page shows at that step")
    name = fields.get("checkpoint")
    if not name:
        raise NoMoment("this address names no checkpoint", "begin it with ?checkpoint=…")
    planner = fields.get("planner") or next(iter(PLANNERS))
    seed = _whole("seed", fields.get("seed", "0"))
    for number in ("level", "slot", "action"):
        if number in fields:
            _whole(number, fields[number])
    settings = {name: _meaning(text) for name, text in fields.items() if name not in ("checkpoint", "planner", "seed", "step", *VIEW, "token")}
    return checkpoints.load(name), PlanRequest(planner, settings, seed), [], read_view(fields)


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise NoMoment(f"{name}: got {text[:50]!r}", "write a whole number")
    return int(text)


def _meaning(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
