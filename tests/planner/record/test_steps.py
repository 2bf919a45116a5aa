"""Numbers of a step, on arrays small enough to be reckoned by hand, and of real plans against the diagnostics."""

import math

import numpy as np
import pytest

from planner.exact import tables
from planner.record.diagnostics import diagnose
from planner.record.steps import coalescence_share, kl_to_prior, step_of
from tests.planner.examples import complete, make_arrays, metadata_of, random_mdp, random_prior, random_values, settings_of

PROCESS = random_mdp(0, stochastic=True)


def arrays(**changes):
    """A plan of three particles and four levels over two actions."""
    made = {
        "root_value": np.float32(2.0),
        "value_target": np.float32(2.5),
        "root_prior": np.array([0.75, 0.25], np.float32),
        "root_policy": np.array([0.5, 0.5], np.float32),
        "chosen_action": np.int32(1),
        "ess": np.array([3, 1.5, 2.25, 3], np.float32),
        "branch": np.array([[0, 1, 2], [0, 1, 1], [1, 1, 1], [1, 1, 1]]),
    }
    return made | changes


def about(**changes):
    made = metadata_of(complete(particles=3, depth=4)).model_copy(update={"step": 7, "plan_ms": 1.5})
    return made.model_copy(update=changes)


def test_the_numbers_of_a_step_are_those_reckoned_by_hand():
    episode = {"return": 3.0, "length": 7, "terminated": False, "truncated": False}
    step = step_of(arrays(), about(episode=episode))
    assert (step.step, step.earned, step.value, step.value_target, step.action) == (7, 3.0, 2.0, 2.5, 1)
    assert step.disagreement == pytest.approx(0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25))
    assert step.differs is True
    assert step.ess == 0.5 and step.coalescence == 0.5
    assert step.discount == pytest.approx(0.9) and step.plan_ms == 1.5
    assert step.loss is None and step.rejected is None


def test_an_action_as_probable_as_the_most_probable_one_does_not_differ_from_the_prior():
    tie = arrays(root_prior=np.array([0.5, 0.5], np.float32))
    assert step_of(tie, about()).differs is False and step_of(tie, about()).disagreement == 0.0


@pytest.mark.parametrize(("optimal", "loss", "rejected"), [([1.0, 0.25], 0.75, True), ([0.25, 1.0], 0.0, False), ([5000.0, 4999.9], 0.1, False)])
def test_an_action_is_rejected_where_it_loses_more_than_rounding(optimal, loss, rejected):
    step = step_of(arrays(**{"exact/optimal_q": np.array(optimal, np.float32)}), about())
    assert step.loss == pytest.approx(loss, abs=1e-3) and step.rejected is rejected


def test_continuous_actions_are_compared_as_candidates():
    made = arrays(chosen_action=np.array([0.5, -1.0], np.float32), chosen_atom=np.int32(0))
    step = step_of(made, about())
    assert step.action == [0.5, -1.0] and step.differs is False


@pytest.mark.parametrize(("end", "value"), [("terminated", 0.0), ("truncated", 2.0)])
def test_where_the_episode_has_ended_only_the_value_is_left(end, value):
    episode = {"return": 3.0, "length": 7, "terminated": False, "truncated": False} | {end: True}
    step = step_of(arrays(), about(episode=episode))
    assert step.value == value and getattr(step, end)
    assert {step.value_target, step.disagreement, step.differs, step.ess, step.coalescence, step.action} == {None}


def test_a_search_tree_has_no_particles():
    tree = {name: array for name, array in arrays().items() if name not in ("ess", "branch")}
    settings = settings_of("gumbel_mcts", num_simulations=8)
    step = step_of(tree, metadata_of(settings, "gumbel_mcts"))
    assert step.ess is None and step.coalescence is None and step.disagreement > 0


def test_particles_that_restart_do_not_coalesce():
    settings = settings_of("tsmcts", particles=3, depth=4)
    step = step_of(arrays(), metadata_of(settings, "tsmcts"))
    assert step.coalescence is None and step.ess == 0.5


def test_coalescence_is_none_for_one_particle_and_1_where_lineages_stay_apart():
    assert coalescence_share(np.zeros((4, 1), np.int32)) is None
    assert coalescence_share(np.tile(np.arange(3), (4, 1))) == 1.0


def test_a_prior_of_0_gives_a_finite_disagreement():
    assert math.isfinite(kl_to_prior(np.array([0.5, 0.5], np.float32), np.array([1.0, 0.0], np.float32)))


@pytest.mark.parametrize("seed", range(4))
def test_of_a_real_plan_coalescence_is_where_one_root_slot_is_left(seed):
    settings = complete(particles=12, depth=8, reward_temperature=0.1, ess_threshold=0.9)
    plan = make_arrays(settings, PROCESS, tables(random_prior(seed, PROCESS), random_values(seed, PROCESS)), seed=seed)
    found = diagnose(plan, metadata_of(settings))
    alone = [level for level, count in enumerate(found["unique_branches"]) if count == 1]
    step = step_of(plan, metadata_of(settings))
    assert step.coalescence == (alone[0] / 8 if alone else 1.0)
    assert 0 < step.ess <= 1 and step.ess == pytest.approx(plan["ess"].min() / 12)
