"""What makes a race fair: settings that are shared, and budgets that are equal."""

import pytest

from planner import PLANNERS
from planner.algorithms.settings import MAX_TRANSITIONS
from planner.race import MAX_TIMINGS, budgets, closest, fits, next_budget, shared_settings, spend

CARD = {"reward_temperature": 0.5, "discount": 0.99}


def settings_of(planner, **values):
    return PLANNERS[planner].settings(values, CARD)


@pytest.mark.parametrize("planner", PLANNERS)
@pytest.mark.parametrize("steps", [100, 6144, 6150])
def test_no_planner_spends_more_than_the_budget_and_none_leaves_a_whole_particle(planner, steps):
    settings = settings_of(planner)
    spent = settings_of(planner, **spend(settings, steps)).model_steps
    unit = settings.model_steps // getattr(settings, settings.budget[0])
    assert spent <= steps < spent + unit


def test_particles_are_shared_out_at_the_depth_that_is_set():
    assert spend(settings_of("trt_smc", depth=10), 1005) == {"particles": 100}
    assert spend(settings_of("gumbel_mcts"), 1005) == {"num_simulations": 1005}


@pytest.mark.parametrize("planner", PLANNERS)
def test_the_ends_of_the_budget_are_possible_and_what_lies_beyond_is_not(planner):
    settings = settings_of(planner)
    least, most = budgets(settings)
    for steps in (least, most):
        assert settings_of(planner, **spend(settings, steps)).model_steps == steps
    assert most <= MAX_TRANSITIONS
    with pytest.raises(ValueError, match="allowed"):
        settings_of(planner, **spend(settings, least - 1))
    with pytest.raises(ValueError, match="allowed"):
        settings_of(planner, **spend(settings, most + settings.model_steps))


def test_what_was_changed_is_shared_where_the_other_planner_has_it():
    changed = settings_of("trt_smc", alpha=0.4, depth=8, discount=0.9)
    assert shared_settings(PLANNERS["trt_smc"], changed, PLANNERS["tsmcts"], CARD) == {"depth": 8, "discount": 0.9}
    assert shared_settings(PLANNERS["trt_smc"], changed, PLANNERS["gumbel_mcts"], CARD) == {"discount": 0.9}
    assert shared_settings(PLANNERS["trt_smc"], changed, PLANNERS["trt_smc"], CARD) == {"alpha": 0.4, "depth": 8, "discount": 0.9}


def test_what_makes_a_planner_the_one_it_is_is_not_shared():
    complete = settings_of("bootstrap_smc")
    assert shared_settings(PLANNERS["bootstrap_smc"], complete, PLANNERS["trt_smc"], CARD) == {}
    revived = settings_of("trt_smc", constraint="fixed_kl", resampling_scheme="residual")
    assert shared_settings(PLANNERS["trt_smc"], revived, PLANNERS["spo"], CARD) == {"resampling_scheme": "residual"}


def test_a_setting_that_follows_the_card_follows_what_was_changed():
    warm = settings_of("trt_smc", reward_temperature=2.0)
    expected = {"reward_temperature": 2.0, "twist_temperature": 2.0}
    assert shared_settings(PLANNERS["trt_smc"], warm, PLANNERS["twisted_smc"], CARD) == expected


@pytest.mark.parametrize(
    ("fixed", "each", "power"),
    [(0.0, 0.01, 1.0), (8.0, 0.004, 1.0), (1.0, 2e-4, 1.0), (30.0, 1e-5, 1.0), (0.5, 2e-5, 2.0), (0.9, 3e-4, 1.7)],
)
def test_a_size_that_takes_the_time_is_found_in_a_few_timings(fixed, each, power):
    takes = lambda steps: fixed + each * steps**power
    timed, ends, wanted = [(6144, takes(6144))], (24, 65536 * 24), 20.0
    while (steps := next_budget(timed, wanted, ends)) is not None:
        timed.append((steps, takes(steps)))
    assert len(timed) <= MAX_TIMINGS
    best = closest(timed, wanted)
    # What takes 30 ms however small it is cannot be made to take 20.
    assert fits(best[1], wanted) if fixed < wanted else best[0] == ends[0]


def test_a_machine_that_was_busy_for_a_moment_does_not_turn_the_search_round():
    assert next_budget([(1000, 30.0), (2000, 12.0)], 24.0, (1, 10**6)) == 4096
