"""A sweep: one moment planned once for each of several values of a live setting, everything else the same.

Live settings are arguments of a compiled program, so that no value compiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.arguments import prepare
from backend.problems import Conflict, Invalid, wrong_value
from planner import PLANNERS, Prepared, Record
from planner.messages import shortened
from planner.record.steps import expected_regret, step_of

if TYPE_CHECKING:
    from backend.sessions.session import Session

MAX_VALUES = 64
MAX_SECONDS = 30.0
"""Time that the plans of one sweep may take together, as expected by the time of the last plan."""


def live_settings(planner: str) -> list[str]:
    """Names of the live settings of a planner that are numbers."""
    return [each["name"] for each in PLANNERS[planner].describe()["settings"] if each["kind"] == "live" and each["type"] in ("number", "integer")]


def prepare_sweep(session: Session, setting: str, values: list[float], at: Mapping[str, float] | None = None) -> list[Prepared]:
    """Check the plans of a sweep over the session's moment, with its settings, seed and interventions.

    Args:
      at: other live settings, held at other values than the session's: a row of a map over two settings.

    Raises:
      Conflict: the episode has ended there.
      Invalid: a setting is not live or there twice, a value is out of range, or the plans would take too long.
    """
    if session.over:
        raise Conflict("the episode has ended here, so there is nothing to plan")
    request = session.request_at(session.step)
    allowed = live_settings(request.planner)
    held = at or {}
    for field, name in (("setting", setting), *(("at", each) for each in held)):
        if name not in allowed:
            names = ", ".join(allowed)
            raise Invalid(
                f"a sweep is over a live setting, whose values do not compile: got {shortened(name)}, allowed: {names}",
                [{"field": field, "given": name, "allowed": names}],
            )
    if setting in held:
        other = "another setting than the one that is swept"
        raise wrong_value("at", setting, other)
    last = session.timeline.numbers.last(session.moment)
    each = (last and last.plan_ms) or 0.0
    if (seconds := each * len(values) / 1000) > MAX_SECONDS:
        fewer = max(int(MAX_SECONDS * 1000 / each), 1)
        raise Invalid(
            f"{len(values)} plans of about {each:.0f} ms take {seconds:.0f} s, allowed are {MAX_SECONDS:.0f}",
            [{"field": "values", "given": len(values), "allowed": f"at most {fewer} values, or smaller plans"}],
        )
    return [prepare(replace(request, settings={**request.settings, **held, setting: value}), session.card) for value in values]


def row(value: float, record: Record) -> dict[str, Any]:
    """The numbers of one plan of a sweep (docs/api.md)."""
    step = step_of(record.arrays, record.metadata)
    chosen = record.arrays["chosen_atom"] if "chosen_atom" in record.arrays else record.arrays["chosen_action"]
    policy = np.asarray(record.arrays["root_policy"], float)
    optimal = record.arrays.get("exact/optimal_q")
    return {
        "value": value,
        "policy": [round(float(part), 6) for part in policy],
        "chosen": int(chosen),
        "value_target": step.value_target,
        "disagreement": step.disagreement,
        "ess": step.ess,
        "loss": step.loss,
        "regret": None if optimal is None else expected_regret(policy, optimal),
    }
