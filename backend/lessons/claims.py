"""Checks claims of lessons: the same plan with many seeds, and what holds of a number of each.

Seeds change only the random numbers of the planner; the moment is the step's. Every claim holds with a confidence of at least 99.9 %, or fails: a
share by the exact binomial bound of Clopper and Pearson, a mean by Student's t, a standard deviation by Student's t of the squared distances.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.stats
from jaxtyping import Float

from backend.lessons.measures import MEASURES, decisive
from backend.lessons.model import CONFIDENCE, LEVEL, Bounds, Claim, Variant
from backend.lessons.moments import StepMoment
from planner import PLANNERS, PlanFailed, PlanRequest, Prepared, Record, SettingsError
from planner.request import Compiled, run_each
from planner.truth import Truth, has_truth

BATCH = 100
"""Plans that are made at once."""


@dataclass(frozen=True)
class Outcome:
    """Result of a check."""

    holds: bool
    text: str
    """The numbers, in one sentence."""


class Plans:
    """The plans that claims are about, each made once. Only those of the latest moment are kept: they are large."""

    def __init__(self) -> None:
        self._moment: tuple[str, str] | None = None
        self._truth: Truth | None = None
        self._records: dict[str, list[Record]] = {}
        self._programs: dict[Hashable, Compiled] = {}

    def get(self, step: StepMoment, variant: Variant, seeds: int) -> Sequence[Record]:
        """The plans with seeds from 0 on.

        Raises:
          ClaimError: they are not possible, or one failed.
        """
        planner = variant.planner or step.request.planner
        if planner not in PLANNERS:
            raise ClaimError(f"planner: got {planner!r}, allowed: {', '.join(PLANNERS)}")
        base: Mapping[str, Any] = step.request.settings if planner == step.request.planner else {}
        try:
            prepared = PlanRequest(planner, {**base, **variant.settings}).prepare(step.checkpoint)
            kept = self._kept(step).setdefault(repr((planner, prepared.settings, variant.kill)), [])
            most = BATCH * -(-seeds // BATCH)
            whole = self.get(step, variant.model_copy(update={"kill": None}), most) if variant.kill else []
            while len(kept) < most:
                kept += self._make(step, prepared, range(len(kept), len(kept) + BATCH), whole)
        except (SettingsError, PlanFailed) as error:
            raise ClaimError(str(error)) from None
        return kept[:seeds]

    def _make(self, step: StepMoment, prepared: Prepared, seeds: Sequence[int], whole: Sequence[Record]) -> list[Record]:
        """Plans with some seeds; without what carried the decision of `whole`, the plans with all seeds, where these are given."""
        model, params = prepared.evaluator(step.checkpoint.model, step.checkpoint.params, self._truth)
        state, key = step.moment.state, prepared.key(model)
        if key not in self._programs:
            self._programs[key] = prepared.compile_each(model, params, state, BATCH)
        requests = [replace(prepared.request, seed=seed, interventions=(_kill(whole[seed]),) if whole else ()) for seed in seeds]
        plans = [request.prepare(step.checkpoint) if whole else replace(prepared, request=request) for request in requests]
        records = run_each(plans, self._programs[key], params, step.moment)
        for plan, record in zip(plans, records, strict=True):
            plan.check(record)
        return [plan.answer(record, step.moment, self._truth) for plan, record in zip(plans, records, strict=True)] if self._truth else records

    def _kept(self, step: StepMoment) -> dict[str, list[Record]]:
        moment = step.checkpoint.card.sha256, step.moment.digest
        if self._moment != moment:
            model = step.checkpoint.model
            self._truth = Truth(model, step.checkpoint.params) if has_truth(model.environment) else None
            self._moment, self._records = moment, {}
        return self._records


class Checker:
    """Checks the claims of one step."""

    def __init__(self, step: StepMoment, plans: Plans | None = None):
        self.step = step
        self.plans = plans or Plans()

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
        records = self.plans.get(self.step, variant, claim.seeds)
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
