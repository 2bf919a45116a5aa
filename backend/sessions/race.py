"""A race: up to six planners on the session's moment at one budget, and what they are measured by where there are no exact answers.

Each planner has the session's own settings where it has them, too (`planner.race`). The requests say planner and settings, so that pictures and many
seeds of each planner are asked for one by one.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backend.address import write_address
from backend.arguments import MAX_STEP, prepare, whole
from backend.problems import Conflict, Invalid, NotFound, Problem, wrong_value
from planner import PLANNERS, Planner, PlannerSettings, PlanRequest, Prepared, UnknownPlannerError, get_planner
from planner.algorithms.settings import MAX_TRANSITIONS
from planner.messages import shortened
from planner.race import budgets, closest, next_budget, shared_settings, spend

if TYPE_CHECKING:
    from backend.sessions.session import Session

FEWEST, MOST = 2, 6
"""Planners of a race."""
SEEDS = 64
"""Plans of each planner that are compared."""
MILLISECONDS = (1.0, 1000.0)
"""Budgets of time, for one plan."""
TIMES = 3
"""Plans of one size that are timed, after a first one that is not; the median counts."""
REFERENCE = "trt_smc"
"""Planner of the long plan."""
REFERENCE_SHARES = ("discount", "depth")
"""Settings of the session that the long plan shares."""
REFERENCE_ATOMS = 64
"""Candidate actions of the long plan, where actions are continuous: the most there may be."""


@dataclass(frozen=True)
class Entrant:
    """One planner of a race, with its settings."""

    prepared: Prepared
    milliseconds: float | None = None
    """Time of one plan, where it was measured."""

    def describe(self, session: Session) -> dict[str, Any]:
        """Description (docs/api.md, Races)."""
        prepared = self.prepared
        return {
            "planner": prepared.planner.name,
            "title": prepared.planner.title,
            "settings": dict(prepared.request.settings),
            "model_steps": prepared.settings.model_steps,
            "size": prepared.settings.size,
            "milliseconds": self.milliseconds,
            "link": _link(session, prepared),
        }


def describe_race(session: Session) -> dict[str, Any]:
    """All planners with what keeps each from a race at the session's moment, and the limits (docs/api.md, Races)."""
    return {
        "planners": [_describe_planner(session, planner) for planner in PLANNERS.values()],
        "fewest": FEWEST,
        "most": MOST,
        "model_steps": session.settings.model_steps,
        "milliseconds": list(MILLISECONDS),
        "seeds": SEEDS,
        "exact": _is_exact(session),
    }


def _describe_planner(session: Session, planner: Planner) -> dict[str, Any]:
    about = {"planner": planner.name, "title": planner.title, "help": planner.help, "source": planner.source}
    try:
        least, most = _budgets(_enter(session, planner).settings)
    except Problem as problem:
        return {**about, "objection": problem.detail, "least": None, "most": None}
    return {**about, "objection": "", "least": least, "most": most}


def prepare_race(session: Session, planners: Sequence[str], model_steps: int | None, milliseconds: float | None) -> list[Entrant]:
    """Check a race, and give each planner its settings.

    Args:
      model_steps: budget of each plan; the session's own where there is none at all.
      milliseconds: likewise, in time. The settings are then those to begin timing with.

    Raises:
      Conflict: the episode has ended here.
      NotFound: no planner has this name.
      Invalid: too few or too many planners, one twice, one that this environment or the budget leaves out, or a budget out of range.
    """
    _check_not_over(session)
    if not FEWEST <= len(planners) <= MOST:
        allowed = f"{FEWEST} to {MOST} planners"
        raise Invalid(f"a race is between {allowed}: got {len(planners)}", [{"field": "planners", "given": len(planners), "allowed": allowed}])
    twice = next((name for name in planners if planners.count(name) > 1), None)
    if twice is not None:
        raise Invalid(
            f"a planner is in a race once: got {shortened(twice)} twice", [{"field": "planners", "given": twice, "allowed": "each planner once"}]
        )
    if model_steps is not None and milliseconds is not None:
        allowed = "one of model_steps and milliseconds"
        raise Invalid(f"a race has one budget: got both, allowed: {allowed}", [{"field": "milliseconds", "given": milliseconds, "allowed": allowed}])
    entering = [_enter(session, find(name)) for name in planners]
    if milliseconds is not None:
        _check_milliseconds(milliseconds)
        # Timing begins with a size that all of them can have.
        return [Entrant(_of_budget(session, each, _within(session.settings.model_steps, _budgets(each.settings)))) for each in entering]
    steps = session.settings.model_steps if model_steps is None else model_steps
    return [Entrant(_of_budget(session, each, steps)) for each in entering]


def prepare_reference(session: Session, model_steps: int) -> Entrant | None:
    """The long plan that decisions are measured by: as many model steps as all plans of one planner; None where there are exact answers.

    It shares the session's discount, which says what a return is, and its depth. Its other settings are the usual ones: a measure must not move with
    the knobs that it is to judge.
    """
    if _is_exact(session):
        return None
    entering = _enter(session, find(REFERENCE))
    shared = {name: value for name, value in entering.request.settings.items() if name in REFERENCE_SHARES}
    entering = prepare(replace(entering.request, settings=shared), session.card)
    if session.environment.action_bounds is not None:
        entering = _with(session, entering, {"action_atoms": REFERENCE_ATOMS})
    return Entrant(_with(session, entering, spend(entering.settings, _within(SEEDS * model_steps, budgets(entering.settings)))))


async def fit(session: Session, name: str, milliseconds: float) -> Entrant:
    """The settings with which a plan takes about so long, found by making plans at the session's moment.

    Raises:
      NotFound, Invalid, Conflict: as `prepare_race`.
      Invalid, TooMany, PlannerFailed: as a plan.
    """
    _check_not_over(session)
    _check_milliseconds(milliseconds)
    entering, moment = _enter(session, find(name)), session.moment
    ends = _budgets(entering.settings)
    steps: int | None = _within(session.settings.model_steps, ends)
    timed: list[tuple[int, float]] = []
    while steps is not None:
        prepared = _of_budget(session, entering, steps)
        times = [(await session.engine.plan(prepared, moment, owner=session.id)).metadata.plan_ms for _ in range(1 + TIMES)]
        timed.append((steps, max(statistics.median(times[1:]), 1e-3)))
        steps = next_budget(timed, milliseconds, ends)
    best, took = closest(timed, milliseconds)
    return Entrant(_of_budget(session, entering, best), round(took, 3))


def other_request(session: Session, planner: str | None, settings: Mapping[str, Any] | None, step: int | None) -> PlanRequest:
    """The request of a plan at the session's moment by any planner, without interventions; by default as the session plans.

    Raises:
      Conflict: the session is at another step by now.
      Invalid: settings without a planner.
    """
    if step is not None and whole({"step": step}, "step", 0, MAX_STEP) != session.step:
        raise Conflict(f"the session is at step {session.step} by now, not at {step}; nothing was planned")
    request = replace(session.request, step=session.step, interventions=())
    if planner is None:
        if settings is not None:
            allowed = "only together with planner"
            raise Invalid(f"settings: got some without a planner, allowed: {allowed}", [{"field": "settings", "given": settings, "allowed": allowed}])
        return request
    return replace(request, planner=planner, settings=settings or {})


def find(name: str) -> Planner:
    """The planner with this name; raises NotFound."""
    try:
        return get_planner(name)
    except UnknownPlannerError as error:
        raise NotFound(str(error)) from None


def _enter(session: Session, planner: Planner) -> Prepared:
    """A planner with the settings that it shares with the session, at its usual budget; raises Invalid where the environment leaves it out."""
    shared = shared_settings(session.prepared.planner, session.settings, planner, session.card.settings)
    return prepare(PlanRequest(planner.name, shared, session.request.seed, session.step), session.card)


def _with(session: Session, prepared: Prepared, changes: Mapping[str, Any]) -> Prepared:
    request = prepared.request
    return prepare(replace(request, settings={**request.settings, **changes}), session.card)


def _of_budget(session: Session, prepared: Prepared, model_steps: int) -> Prepared:
    """The plan that spends a budget; raises Invalid where this planner cannot."""
    least, most = _budgets(prepared.settings)
    if not least <= model_steps <= most:
        allowed = f"{least} to {most} with {prepared.planner.title}"
        raise wrong_value("model_steps", model_steps, allowed)
    return _with(session, prepared, spend(prepared.settings, model_steps))


def _budgets(settings: PlannerSettings) -> tuple[int, int]:
    """The smallest and the largest budget of a planner, of which SEEDS plans are made at once."""
    least, most = budgets(settings)
    return least, min(most, MAX_TRANSITIONS // SEEDS)


def _within(steps: int, ends: tuple[int, int]) -> int:
    return min(max(steps, ends[0]), ends[1])


def _check_milliseconds(milliseconds: float) -> None:
    low, high = MILLISECONDS
    if not low <= milliseconds <= high:
        allowed = f"{low:g} to {high:g}"
        raise Invalid(
            f"milliseconds: got {milliseconds:g}, allowed: {allowed}", [{"field": "milliseconds", "given": milliseconds, "allowed": allowed}]
        )


def _check_not_over(session: Session) -> None:
    if session.over:
        raise Conflict("the episode has ended here, so there is nothing to plan")


def _is_exact(session: Session) -> bool:
    return "exact answers" in session.offers


def _link(session: Session, prepared: Prepared) -> str | None:
    """The query of the link to the plan; None where the actions make it too long."""
    try:
        return write_address(session.card, prepared.request, prepared.settings.model_dump(), session.moment)
    except Conflict:
        return None
