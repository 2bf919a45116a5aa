"""The decision as levels go by: a plan cut off after a level decides as the definitions say of its first levels alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.trace import to_arrays
from planner.exact import tables
from planner.record.trail import q_spread, trail
from tests.planner.examples import complete, make_arrays, metadata_of, plan_with, quick, random_mdp, random_prior, random_values, settings_of
from tests.planner.recompute import read_root, replay
from tests.planner.test_interventions import alive_at
from tests.planner.test_interventions import plan as plan_changed
from tests.planner.test_interventions import settings as settings_changed

PROCESS = random_mdp(0, stochastic=True)
TARGETS = ["message", "value", "online", "surviving", "completed"]


def cut_off(arrays, level):
    """The trace of the levels up to one."""
    levels = arrays["parent"].shape[0]
    return {
        name: array[: level + 1] if array.shape[:1] == (levels,) and name not in ("root_prior", "root_policy") else array
        for name, array in arrays.items()
    }


def assert_follows_definitions(arrays, settings, about, cuts=32):
    found = trail(arrays, about, cuts)
    assert found["level"][-1] == arrays["parent"].shape[0] - 1 and (np.diff(found["level"]) > 0).all()
    for at, level in enumerate(found["level"]):
        short = cut_off(arrays, level)
        expected = read_root(short, replay(short, settings, interventions=about.interventions), settings)
        np.testing.assert_allclose(found["policy"][at], expected["root_policy"], atol=2e-3, err_msg=f"level {level}")
        np.testing.assert_allclose(found["q"][at], expected["root_q"], rtol=1e-4, atol=1e-4, err_msg=f"level {level}")
    np.testing.assert_allclose(found["policy"][-1], arrays["root_policy"], atol=2e-3)
    np.testing.assert_allclose(found["q"][-1], arrays["root_q"], rtol=1e-4, atol=1e-4)
    return found


@quick(16)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([3, 24]),
    revive=st.booleans(),
    target=st.sampled_from(TARGETS),
    retrace=st.sampled_from([0.0, 0.8]),
    mixing=st.sampled_from([1.0, 0.6]),
)
def test_each_cut_decides_by_its_levels_alone(seed, n, revive, target, retrace, mixing) -> None:
    values = {"revive": revive, "policy_target": target, "retrace_lambda": retrace, "value_mixing": mixing}
    settings = complete(particles=n, depth=6, **values)
    arrays = make_arrays(settings, PROCESS, tables(random_prior(seed, PROCESS), random_values(seed, PROCESS)), seed=seed, record=True)
    found = assert_follows_definitions(arrays, settings, metadata_of(settings))
    assert found["level"].tolist() == list(range(6))
    np.testing.assert_allclose(found["policy"].sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("target", TARGETS)
def test_interventions_count_from_their_level_on(target) -> None:
    values = {"policy_target": target, "revive": True}
    before = plan_changed(seed=3, **values)
    changes = [
        {"kind": "kill", "level": 1, "slot": alive_at(before, 1)},
        {"kind": "force", "level": 0, "slot": 2, "action": 1},
        {"kind": "weigh", "level": 2, "slot": 4, "log_weight": 2.5},
    ]
    arrays = plan_changed(changes, seed=3, **values)
    about = metadata_of(settings_changed(**values)).model_copy(update={"interventions": changes})
    assert_follows_definitions(arrays, settings_changed(**values), about)


def test_of_a_deep_plan_some_levels_are_cuts_and_many_slots_are_backed_up_in_turns(monkeypatch) -> None:
    settings = complete(particles=40, depth=6)
    arrays = make_arrays(settings, PROCESS, tables(random_prior(2, PROCESS), random_values(2, PROCESS)), seed=2, record=True)
    whole = trail(arrays, metadata_of(settings))
    assert trail(arrays, metadata_of(settings), 3)["level"].tolist() == [0, 2, 5]
    monkeypatch.setattr("planner.record.trail.TOGETHER", 50)
    for name, array in trail(arrays, metadata_of(settings)).items():
        np.testing.assert_allclose(array, whole[name], rtol=1e-6)


def test_the_spread_of_q_is_over_the_slots_that_tried_an_action() -> None:
    settings = complete(particles=24, depth=6)
    arrays = dict(make_arrays(settings, PROCESS, tables(random_prior(5, PROCESS), random_values(5, PROCESS)), seed=5, record=True))
    found = q_spread(arrays, metadata_of(settings))
    for action, visits in enumerate(arrays["root_visits"]):
        own = arrays["slot_value"][arrays["root_action"] == action]
        assert own.size == visits
        np.testing.assert_allclose(found[action], np.quantile(own, [0.1, 0.9]) if visits else [np.nan] * 2, rtol=1e-5)


@pytest.mark.parametrize("planner", ["tsmcts", "gumbel_mcts"])
def test_planners_that_begin_again_or_search_a_tree_have_no_trail(planner) -> None:
    mdp = random_mdp(41)
    values = {"num_simulations": 7} if planner == "gumbel_mcts" else {"particles": 6, "depth": 4}
    arrays = to_arrays(plan_with(planner, mdp, tables(random_prior(41, mdp), random_values(41, mdp)), record=True, **values))
    about = metadata_of(settings_of(planner, **values), planner)
    assert trail(arrays, about) == {}
    assert q_spread(arrays, about) is None
