"""A race: several planners on one moment at one budget. Here is what makes it fair: which settings they share, and how each spends the budget.

Pure functions of settings; nothing is planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log, log2, prod
from typing import Any

from planner.algorithms.registry import Planner
from planner.algorithms.settings import MAX_TRANSITIONS, PlannerSettings, describe_setting

NEAR = 0.1
"""A plan is near enough to a budget of time when it misses it by no more than this share."""
MAX_TIMINGS = 6
"""Sizes that are timed at most until a plan fits a budget of time."""
_STEP_DIGITS = 3
"""Binary digits of a size found by timing: finer than a plan's time is known."""


def shared_settings(of: Planner, settings: PlannerSettings, to: Planner, card: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a planner takes over from another one: those that were changed there and that it has, too.

    What makes a planner the one it is (its own `defaults`) stays, and so does its budget. A setting that follows a default of the card, as the twist
    temperature of twisted SMC follows the reward temperature, follows the changed one.

    Args:
      of: the planner that `settings` are complete settings of.
      card: defaults of the checkpoint.
    """
    usual = of.settings({}, card)
    changed = {name: value for name, value in settings.model_dump().items() if value != getattr(usual, name)}
    if to.name == of.name:
        return changed
    followed = {name: changed[source] for name, source in to.from_card.items() if source in changed}
    known = to.algorithm.settings.model_fields
    return {name: value for name, value in {**followed, **changed}.items() if name in known and name not in to.defaults}


def spend(settings: PlannerSettings, model_steps: int) -> dict[str, int]:
    """The setting that spends a budget of model steps, with its value: particles at the depth that is set, or simulations.

    No planner gets more than the budget. Particles are as many as take it without a rest; one that is left over is not spent.
    """
    name, *fixed = settings.budget
    return {name: model_steps // prod(getattr(settings, each) for each in fixed)}


def budgets(settings: PlannerSettings) -> tuple[int, int]:
    """The smallest and the largest number of model steps that a planner can spend at the depth that is set."""
    name, *fixed = settings.budget
    each = prod(getattr(settings, other) for other in fixed)
    described = describe_setting(name, type(settings))
    return described["minimum"] * each, min(described["maximum"] * each, MAX_TRANSITIONS // each * each)


def fits(milliseconds: float, budget: float) -> bool:
    """True if a plan of this time is near enough to a budget of time."""
    return abs(milliseconds - budget) <= NEAR * budget


def next_budget(timed: Sequence[tuple[int, float]], milliseconds: float, ends: tuple[int, int]) -> int | None:
    """The number of model steps to time next, so that a plan takes `milliseconds`.

    The first guess is in proportion. Between a size that takes less and one that takes more the next one is interpolated, on logarithmic scales, as a
    search tree takes longer than in proportion. Beyond all of them it lies on the line through the last two, as a plan takes some time however small.

    Args:
      timed: (model steps, milliseconds > 0) of each plan timed so far, the latest last; not empty.
      ends: the smallest and the largest number of model steps that are possible.

    Returns:
      None where the latest fits, no other size would, or enough were timed.
    """
    steps, took = timed[-1]
    if fits(took, milliseconds) or len(timed) >= MAX_TIMINGS:
        return None
    below = max((each for each in timed if each[1] < milliseconds), default=None)
    above = min((each for each in timed if each[1] > milliseconds), default=None)
    wanted = steps * milliseconds / took
    if below and above and below[0] < above[0]:
        share = log(milliseconds / below[1]) / log(above[1] / below[1])
        wanted = below[0] * (above[0] / below[0]) ** share
    elif len(timed) > 1:
        before, then = timed[-2]
        slope = (took - then) / (steps - before)
        # A longer plan that took less time says nothing but that the machine was busy.
        wanted = steps + (milliseconds - took) / slope if slope > 0 else wanted
    found = int(min(max(_rounded(wanted), ends[0]), ends[1]))
    return None if any(found == size for size, _ in timed) else found


def closest(timed: Sequence[tuple[int, float]], milliseconds: float) -> tuple[int, float]:
    """The timing that is nearest to a budget of time."""
    return min(timed, key=lambda each: abs(each[1] - milliseconds))


def _rounded(steps: float) -> float:
    """A size of a few binary digits."""
    if steps < 1:
        return 1
    unit = 2.0 ** max(floor(log2(steps)) - _STEP_DIGITS, 0)
    return round(steps / unit) * unit
