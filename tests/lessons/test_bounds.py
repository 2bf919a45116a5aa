"""Claims are held to their confidence: what is false fails, and what is true by a margin holds."""

import numpy as np
import pytest
import scipy.stats
from pydantic import ValidationError

from backend.lessons.claims import Checker, ClaimError, Plans, _deviation, _mean, _share
from backend.lessons.library import SHIPPED
from backend.lessons.model import CONFIDENCE, Bounds, Claim
from backend.lessons.moments import resolve
from planner import Checkpoints, run

CHECKPOINTS = Checkpoints(SHIPPED.parents[1] / "assets" / "checkpoints")
TRIALS = 4000


def claim(**fields) -> Claim:
    return Claim.model_validate({"id": "it", "measure": "ess", **fields})


@pytest.fixture(scope="module")
def checker():
    """Of plans that take a moment."""
    return Checker(resolve("checkpoint=catch-early&planner=trt_smc&particles=16&depth=3&seed=2", CHECKPOINTS), Plans())


@pytest.mark.parametrize("plans", [100, 200])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_share_that_is_not_reached_is_claimed_in_one_of_a_thousand_checks_at_most(plans, share):
    asked = claim(share=share, of={"at_least": 1}, seeds=plans)
    holds = [_share(np.arange(plans) < right, asked).holds for right in range(plans + 1)]
    # The truth is the share itself, where a claim of it is about to be false.
    right = np.arange(plans + 1)
    assert scipy.stats.binom.pmf(right, plans, share)[holds].sum() <= 1 - CONFIDENCE
    # More plans that are right never harm, and a share far above is found.
    assert holds == sorted(holds) and scipy.stats.binom.pmf(right, plans, min(share + 0.2, 0.995))[holds].sum() > 0.5


def test_a_share_of_all_holds_where_every_plan_is_right():
    every = claim(share=1, of={"at_most": 3})
    assert _share(np.full(100, 3.0), every).holds and not _share(np.append(np.full(99, 3.0), 4), every).holds


def wrongly(check, draw) -> float:
    """Share of trials in which a claim holds that is just not true."""
    random = np.random.default_rng(0)
    return float(np.mean([check(draw(random)).holds for _ in range(TRIALS)]))


# Of 4000 trials with a probability of 1/1000, more than 16 would be right in one of 10^6 runs.
@pytest.mark.parametrize("bounds", [{"at_least": 2}, {"at_most": 2}, {"at_least": 1, "at_most": 2}])
def test_a_mean_at_its_bound_is_claimed_in_one_of_a_thousand_checks(bounds):
    asked = Bounds.model_validate(bounds)
    assert wrongly(lambda numbers: _mean(numbers, asked), lambda random: random.normal(2, 3, 100)) <= 16 / TRIALS
    assert _mean(np.random.default_rng(1).normal(1.5, 0.2, 100), Bounds(at_least=1, at_most=2)).holds


@pytest.mark.parametrize("bounds", [{"at_least": 3}, {"at_most": 3}])
def test_a_deviation_at_its_bound_is_rarely_claimed(bounds):
    asked = Bounds.model_validate(bounds)
    # Squares are skewed, and Student's t is then not exact: their smallness is taken for more than it is in up to one of a hundred.
    assert wrongly(lambda numbers: _deviation(numbers, asked), lambda random: random.normal(0, 3, 200)) <= 0.01
    assert _deviation(np.random.default_rng(1).normal(7, 3, 200), Bounds(at_least=2, at_most=4)).holds


def test_numbers_that_are_none_hold_of_nothing():
    numbers = np.append(np.full(99, 2.0), np.nan)
    assert not _mean(numbers, Bounds(at_least=0)).holds
    assert not _deviation(numbers, Bounds(at_most=9)).holds
    assert not _share(numbers, claim(share=1, of={"at_least": 0})).holds


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"level": 0, "share": 1, "of": {"at_least": 1, "at_most": 16}}, True),
        ({"level": 0, "share": 0.5, "of": {"at_most": 1}}, False),
        ({"level": 0, "mean": {"at_most": 1}}, False),
        ({"measure": "resamplings", "settings": {"ess_threshold": 0}, "mean": {"is": 0}}, True),
        (
            {"measure": "resamplings", "over": "ess_threshold", "curve": [{"at": 0, "mean": 0, "within": 0.1}, {"at": 1, "mean": 2, "within": 0.1}]},
            True,
        ),
        (
            {"measure": "resamplings", "over": "ess_threshold", "curve": [{"at": 0, "mean": 0, "within": 0.1}, {"at": 1, "mean": 0, "within": 0.1}]},
            False,
        ),
        ({"measure": "visits", "action": "left", "against": {}, "share": 1, "of": {"is": 0}}, True),
        ({"measure": "visits", "action": "left", "against": {"times": 0.5}, "mean": {"at_least": 0.5}}, True),
        ({"measure": "decision", "against": {"differs": True}, "mean": {"is": 0}}, True),
        ({"measure": "tried", "planner": "gumbel_mcts", "settings": {"num_simulations": 6}, "share": 1, "of": {"is": 3}}, True),
    ],
)
def test_a_claim_about_plans_holds_if_it_is_true(checker, fields, holds):
    outcome = checker.check(claim(**fields))
    assert outcome.holds == holds, outcome.text


def test_a_curve_over_levels_is_of_the_same_plans(checker):
    numbers = [checker.numbers(claim(level=level, mean={"at_least": 0}), claim(mean={"at_least": 0})).mean() for level in range(3)]
    points = [{"at": level, "mean": mean, "within": 3} for level, mean in enumerate(numbers)]
    assert checker.check(claim(over="level", curve=points)).holds
    assert not checker.check(claim(over="level", curve=[*points[:2], {"at": 2, "mean": numbers[2] + 4, "within": 3}])).holds


def test_numbers_are_those_of_plans_made_one_by_one(checker):
    plans = [run(checker.step.checkpoint, "trt_smc", state=checker.step.moment.state, seed=seed, particles=16, depth=3) for seed in (0, 7, 99)]
    numbers = checker.numbers(claim(measure="log_evidence", mean={"at_least": 0}), claim(mean={"at_least": 0}))
    assert numbers[[0, 7, 99]] == pytest.approx([float(plan.arrays["log_evidence"][-1]) for plan in plans], abs=1e-4)
    assert len(set(numbers)) > 90


def test_what_carried_the_decision_is_killed_in_each_plan(checker):
    killed = checker.plans.get(checker.step, claim(kill="carrier", mean={"at_least": 0}), 100)
    whole = checker.plans.get(checker.step, claim(mean={"at_least": 0}), 100)
    for before, after in zip(whole, killed, strict=True):
        (change,) = after.metadata.interventions
        assert change["kind"] == "kill" and change["level"] == 0
        assert before.arrays["action"][0, change["slot"]] == before.arrays["chosen_action"]
        assert np.isneginf(after.arrays["log_weight"][0, change["slot"]]) and after.metadata.seed == before.metadata.seed


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"measure": "beauty", "mean": {"at_least": 0}}, "measure: got 'beauty'"),
        ({"action": "jump", "mean": {"at_least": 0}}, "action: got 'jump', allowed: left, stay, right"),
        ({"level": 9, "mean": {"at_least": 0}}, "measure ess: these plans have no"),
        ({"settings": {"alpha": 3}, "mean": {"at_least": 0}}, "alpha: got 3"),
        ({"planner": "zork", "mean": {"at_least": 0}}, "planner: got 'zork'"),
        ({"planner": "gumbel_mcts", "settings": {"num_simulations": 6}, "mean": {"at_least": 0}}, "measure ess: these plans have no"),
    ],
)
def test_a_claim_that_cannot_be_checked_says_why(checker, fields, said):
    with pytest.raises(ClaimError) as caught:
        checker.check(claim(**fields))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "exactly one of share, mean, deviation and curve"),
        ({"mean": {}}, "claim nothing"),
        ({"share": 0.9, "of": {}}, "claim nothing"),
        ({"share": 0.9}, "belong to share"),
        ({"mean": {"at_least": 1}, "deviation": {"at_least": 1}}, "exactly one"),
        ({"deviation": {"at_least": 1}, "against": {}}, "belongs to share and mean"),
        ({"mean": {"at_least": 1}, "over": "alpha"}, "over: "),
        ({"over": "level", "curve": [{"at": 0.5, "mean": 1, "within": 1}, {"at": 1, "mean": 1, "within": 1}]}, "whole numbers"),
        ({"mean": {"at_least": 1}, "seeds": 99}, "greater than or equal to 100"),
    ],
)
def test_a_claim_of_no_use_is_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        claim(**fields)
