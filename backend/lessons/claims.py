"""Checks claims of lessons: the same plan with many seeds, and what holds of a number of each.

Seeds change only the random numbers of the planner; the moment is the step's. Every claim holds with a confidence of at least 99.9 %, or fails: a
share by the exact binomial bound of Clopper and Pearson, a mean by Student's t, a standard deviation by Student's t of the squared distances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import scipy.stats
from jaxtyping import Float

from backend.lessons.measures import MEASURES, decisive
from backend.lessons.model import CONFIDENCE, LEVEL, Bounds, Claim, Variant
from backend.lessons.moments import StepMoment
from planner import PLANNERS, PlanFailed, Record, SettingsError, run
from planner.truth import Truth, has_truth


@dataclass(frozen=True)
class Outcome:
    """Result of a check."""

    holds: bool
    text: str
    """The numbers, in one sentence."""


class Checker:
    """Checks the claims of one step; plans with the same settings are made once."""

    def __init__(self, step: StepMoment):
        self.step = step
        self._truth: Truth | None = None
        self._records: dict[str, list[Record]] = {}

    def check(self, claim: Claim) -> Outcome:
        """Make the plans and compare.

        Raises:
          ClaimError: the claim cannot be checked: an unknown measure, setting or action, or a plan that failed.
        """
        if claim.curve is None:
            numbers = self.numbers(claim, claim)
            if claim.against is not None:
                others = claim.against.times * self.numbers(claim, claim.against)
                numbers = (numbers != others).astype(np.float64) if claim.against.differs else numbers - others
            if claim.deviation is not None:
                return _deviation(numbers, claim.deviation)
            return _share(numbers, claim) if claim.share is not None else _mean(numbers, claim.mean or Bounds())
        return self.check_curve(claim)

    def check_curve(self, claim: Claim) -> Outcome:
        said, holds = [], True
        for point in claim.curve or []:
            if claim.over == LEVEL:
                numbers = self.numbers(claim.model_copy(update={"level": point.at}), claim)
            else:
                numbers = self.numbers(claim, claim.model_copy(update={"settings": {**claim.settings, str(claim.over): point.at}}))
            mean, error = _interval(numbers)
            holds &= abs(mean - point.mean) + error <= point.within
            said.append(f"{mean:.4g} ± {error:.2g} at {point.at}")
        return Outcome(holds, f"means {', '.join(said)}")

    def numbers(self, claim: Claim, variant: Variant) -> Float[np.ndarray, "S"]:
        """The measure of each plan, f64 [S]."""
        if claim.measure not in MEASURES:
            raise ClaimError(f"measure: got {claim.measure!r}, allowed: {', '.join(MEASURES)}")
        measure, _ = MEASURES[claim.measure]
        records = self.records(variant, claim.seeds)
        action = 0
        if claim.action is not None:
            names = records[0].metadata.actions
            if claim.action not in names:
                raise ClaimError(f"action: got {claim.action!r}, allowed: {', '.join(names)}")
            action = names.index(claim.action)
        level = -1 if claim.level in (None, "last") else int(claim.level)
        try:
            return np.array([measure(record, level, action) for record in records], np.float64)
        except (KeyError, IndexError) as error:
            raise ClaimError(f"measure {claim.measure}: these plans have no {error}") from None

    def records(self, variant: Variant, seeds: int) -> Sequence[Record]:
        """The plans with seeds from 0 on."""
        request = self.step.request
        planner = variant.planner or request.planner
        if planner not in PLANNERS:
            raise ClaimError(f"planner: got {planner!r}, allowed: {', '.join(PLANNERS)}")
        base: Mapping[str, Any] = request.settings if planner == request.planner else {}
        settings = {**base, **variant.settings}
        kept = self._records.setdefault(repr((planner, sorted(settings.items()), variant.kill)), [])
        whole = self.records(variant.model_copy(update={"kill": None}), seeds) if variant.kill else []
        checkpoint = self.step.checkpoint
        if self._truth is None and has_truth(checkpoint.model.environment):
            self._truth = Truth(checkpoint.model, checkpoint.params)
        make = partial(run, checkpoint, planner, state=self.step.moment.state, truth=self._truth, **settings)
        try:
            for seed in range(len(kept), seeds):
                kept.append(make(seed=seed, interventions=[_kill(whole[seed])] if variant.kill else []))
        except (SettingsError, PlanFailed) as error:
            raise ClaimError(str(error)) from None
        return kept[:seeds]


class ClaimError(ValueError):
    """A claim that cannot be checked."""


def _kill(record: Record) -> Mapping[str, Any]:
    """The intervention that kills the first step of the lineage that carries most of the decision."""
    carrier = decisive(record)
    return {"kind": "kill", "level": 0, "slot": int(record.arrays["branch"][carrier.level, carrier.slot])}


def _share(numbers: Float[np.ndarray, "S"], claim: Claim) -> Outcome:
    assert claim.share is not None and claim.of is not None
    right = sum(claim.of.allows(number) for number in numbers)
    said = f"{right} of {len(numbers)} plans, from {numbers.min():.4g} to {numbers.max():.4g}, median {np.median(numbers):.4g}"
    if claim.share == 1:
        return Outcome(right == len(numbers), said)
    least = float(scipy.stats.binomtest(right, len(numbers)).proportion_ci(2 * CONFIDENCE - 1, "exact").low)
    return Outcome(least >= claim.share, f"{said}: at least {least:.3f} of all with {100 * CONFIDENCE:.1f} % confidence")


def _mean(numbers: Float[np.ndarray, "S"], bounds: Bounds) -> Outcome:
    mean, error = _interval(numbers)
    return Outcome(bounds.allows(mean - error) and bounds.allows(mean + error), f"mean {mean:.4g} ± {error:.2g} of {len(numbers)} plans")


def _deviation(numbers: Float[np.ndarray, "S"], bounds: Bounds) -> Outcome:
    """The mean of the squared distances from the mean is the variance; its interval holds for any distribution, the better the more plans."""
    mean, error = _interval((numbers - numbers.mean()) ** 2 * len(numbers) / (len(numbers) - 1))
    low, high = max(mean - error, 0) ** 0.5, (mean + error) ** 0.5
    return Outcome(bounds.allows(low) and bounds.allows(high), f"deviation {mean**0.5:.4g}, {low:.4g} to {high:.4g}, of {len(numbers)} plans")


def _interval(numbers: Float[np.ndarray, "S"]) -> tuple[float, float]:
    """The mean, and half of the interval that holds it with CONFIDENCE on either side."""
    deviation = float(numbers.std(ddof=1))
    return float(numbers.mean()), deviation / len(numbers) ** 0.5 * float(scipy.stats.t.ppf(CONFIDENCE, len(numbers) - 1))
