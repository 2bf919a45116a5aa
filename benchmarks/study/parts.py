"""The cells of the five parts: each is one planner with its settings, source of values and subject."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.study.measures import TARGETS, Measured, Runner, measure_plan, measure_targets
from benchmarks.study.statistics import interval, per_root
from benchmarks.study.subjects import Subject

BUDGETS = (64, 1024, 4096)
TREE_BUDGETS = (64, 256)
BUDGET = 1024
"""Model steps where the budget is not varied."""
ALPHAS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
LEVELS = (4, 16, 64)
PLANNERS = ("trt_smc", "bootstrap_smc", "spo", "twisted_smc", "tsmcts", "gumbel_mcts")
RULES = ("ess", "period")
ROOT_SAMPLINGS = ("proposal", "stratified")
TWISTS: dict[str, dict[str, Any]] = {
    "bootstrap": {"alpha": 0.0},
    "trust region": {"alpha": 0.1},
    "no trust region": {"constraint": "fixed_temperature"},
}
SLOW_TREE = 1024
"""Simulations of the largest trees, with FEW_SEEDS seeds."""
FEW_SEEDS = 8

Cell = dict[str, dict[str, list[float]]]
"""`roots`: measures root by root, for those with differences; `summary`: mean, low and high of the others."""


@dataclass(frozen=True)
class Case:
    """One cell, before it is measured."""

    part: str
    subject: str
    source: str
    label: tuple[str, ...]
    planner: str
    values: dict[str, Any]
    keep: tuple[str, ...]
    """Measures kept root by root."""
    show: tuple[str, ...] = ()
    """Measures kept as a summary."""
    measure: Callable[..., Measured] = field(default=measure_plan)
    few: bool = False

    @property
    def key(self) -> str:
        """Name of the cell in the data."""
        return " ".join((self.part, self.subject, self.source, *self.label))


def budget(subject: Subject, planner: str, steps: int) -> dict[str, Any]:
    """Settings that spend `steps` model steps. Q-hat uses only the particles, without a share of the network's value of the root."""
    if planner == "gumbel_mcts":
        return {"num_simulations": steps}
    mixing = {} if planner == "tsmcts" else {"value_mixing": 1.0}
    return {"particles": steps // subject.depth, "depth": subject.depth, **mixing}


def cases(subject: Subject) -> Iterator[Case]:
    """All cells of a subject, the slow trees last."""
    for part in (levels, variance, revival, planners, alphas, slow_trees):
        yield from part(subject)


def planners(subject: Subject) -> Iterator[Case]:
    """A: every planner at every budget."""
    for planner in PLANNERS:
        for steps in TREE_BUDGETS if planner == "gumbel_mcts" else BUDGETS:
            yield from _planner_cases(subject, planner, steps)


def slow_trees(subject: Subject) -> Iterator[Case]:
    """A: the largest trees."""
    yield from _planner_cases(subject, "gumbel_mcts", SLOW_TREE)


def _planner_cases(subject: Subject, planner: str, steps: int) -> Iterator[Case]:
    for source in subject.sources:
        few = planner == "gumbel_mcts" and steps >= SLOW_TREE
        values = budget(subject, planner, steps)
        yield Case("A", subject.name, source, (planner, str(steps)), planner, values, ("regret", "kl"), ("executed", "q_error"), few=few)


def alphas(subject: Subject) -> Iterator[Case]:
    """B: the trust region from the prior to greedy."""
    for sampling in ROOT_SAMPLINGS:
        for source in subject.sources:
            for alpha in ALPHAS:
                values = {**budget(subject, "trt_smc", BUDGET), "alpha": alpha, "root_sampling": sampling}
                keep, show = ("regret", "kl", "log_evidence_sd"), ("ess", "tried", "q_error")
                yield Case("B", subject.name, source, (sampling, str(alpha)), "trt_smc", values, keep, show)


def revival(subject: Subject) -> Iterator[Case]:
    """C: with and without revival, by both rules of resampling."""
    for rule in RULES:
        for revive in (True, False):
            for source in subject.sources:
                values = {**budget(subject, "trt_smc", BUDGET), "resampling_rule": rule, "revive": revive}
                keep = ("regret", "kl", "living", "steps")
                yield Case("C", subject.name, source, (rule, "on" if revive else "off"), "trt_smc", values, keep)


def levels(subject: Subject) -> Iterator[Case]:
    """D: the four policy targets from the same particles, resampled at every level, for increasing depth."""
    keep = tuple(f"{target}_{name}" for target in ("message", "surviving") for name in ("regret", "kl"))
    show = tuple(f"{target}_{name}" for target in TARGETS for name in ("regret", "kl", "positive") if f"{target}_{name}" not in keep)
    for depth in LEVELS:
        for source in subject.sources:
            values = {"particles": 64, "depth": depth, "resampling_rule": "period", "value_mixing": 1.0}
            yield Case("D", subject.name, source, (str(depth),), "trt_smc", values, keep, (*show, "lineages"), measure_targets)


def variance(subject: Subject) -> Iterator[Case]:
    """E: the spread of the log-evidence where the evidence is unbiased."""
    for name, twist in TWISTS.items():
        for source in subject.sources:
            values = {**budget(subject, "trt_smc", BUDGET), "root_sampling": "proposal", "revive": False, **twist}
            if name == "no trust region":
                values["twist_temperature"] = subject.settings["reward_temperature"]
            yield Case("E", subject.name, source, (name,), "trt_smc", values, ("log_evidence_sd",), ("ess", "evidence_ratio"))


def measure_case(case: Case, runner: Runner) -> Cell:
    """Measure a cell and keep the numbers of the report, to three digits."""
    measured = runner(case.planner, case.values, case.source, case.measure)
    found = per_root(measured)
    truth = runner.subject.log_evidence
    if "evidence_ratio" in case.show and truth is not None:
        levels = case.values["depth"]
        found["evidence_ratio"] = np.exp(measured["log_evidence"] - truth(case.source, levels)[:, None]).mean(axis=1)
    known = [name for name in (*case.keep, *case.show) if name in found and np.isfinite(found[name]).all()]
    return {
        "roots": {name: _rounded(found[name]) for name in known if name in case.keep},
        "summary": {name: _rounded(_summary(found[name])) for name in known if name in case.show},
    }


def _summary(values: np.ndarray) -> list[float]:
    found = interval(values)
    return [found.mean, found.low, found.high]


def _rounded(values: Any, digits: int = 3) -> list[float]:
    """Round values, so that the file stays small."""
    return [float(f"{value:.{digits - 1}e}") for value in values]
