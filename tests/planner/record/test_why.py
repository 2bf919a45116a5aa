"""The parts of a decision add up to it, and lie where it was earned.

Each of the tests of sums fails when the number of slots, the loss of spreading or the level of a part is left out.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.trace import to_arrays
from planner.exact import tables
from planner.record.why import carried
from tests.planner.examples import complete, make_arrays, metadata_of, plan_with, quick, random_mdp, random_prior, random_values, settings_of

PROCESS = random_mdp(0, stochastic=True)


def log_odds(found, arrays):
    """Log-odds of each action against the most probable one, by its parts and by the improved policy."""
    whole = np.array([each.log_prior + each.sampling + each.reward + each.value + each.changed + each.spread for each in found])
    policy = np.log(np.maximum(arrays["root_policy"].astype(float), 1e-40))[[each.action for each in found]]
    return whole - whole[policy.argmax()], policy - policy.max()


@quick(16)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([3, 24]),
    revive=st.booleans(),
    advantage=st.booleans(),
    sampling=st.sampled_from(["stratified", "proposal"]),
    temperature=st.sampled_from([0.05, 0.7]),
)
def test_the_parts_of_an_action_add_up_to_the_improved_policy(seed, n, revive, advantage, sampling, temperature) -> None:
    settings = complete(particles=n, depth=6, revive=revive, advantage=advantage, root_sampling=sampling, reward_temperature=temperature)
    arrays = make_arrays(settings, PROCESS, tables(random_prior(seed, PROCESS), random_values(seed, PROCESS)), seed=seed)
    found = carried(arrays, metadata_of(settings))
    assert {each.action for each in found} == set(np.flatnonzero(arrays["root_visits"]))
    by_parts, by_policy = log_odds(found, arrays)
    held = np.isfinite(by_policy) & (by_policy > -60)
    np.testing.assert_allclose(by_parts[held], by_policy[held], atol=2e-3 / temperature)
    for each in found:
        assert each.spread <= 0 and 1 - 1e-9 <= each.lineages <= n * 6 and 0 < each.share <= 1 + 1e-9
        own = each.sampling + each.reward + each.value + each.changed
        assert sum(each.levels) == pytest.approx(own, abs=1e-4)
        # The lineage that carries most begins with the action.
        branch = arrays["branch"][each.level, each.slot]
        assert arrays["action"][0][branch] == each.action and arrays["alive"][each.level, each.slot]


def test_a_reward_is_earned_at_its_level_and_by_its_lineage() -> None:
    # Two slots take action 0 and one takes 1; at level 1 only slot 1 gets a reward.
    levels, slots = 2, 3
    zeros = np.zeros((levels, slots), np.float32)
    even = np.full((levels, slots), np.log(0.5), np.float32)
    arrays = dict.fromkeys(("continuation", "value", "next_value", "log_weight"), zeros) | {
        "parent": np.array([[-1, -1, -1], [0, 1, 2]], np.int32),
        "alive": np.ones((levels, slots), bool),
        "action": np.array([[0, 0, 1], [0, 0, 0]], np.int32),
        "log_prior": even,
        "log_proposal": even,
        "reward": np.array([[0, 0, 0], [0, 3, 0]], np.float32),
        "resampled": np.zeros(levels, bool),
        "root_prior": np.array([0.5, 0.5], np.float32),
    }
    good, plain = carried(arrays, metadata_of(complete(particles=3, depth=2, reward_temperature=1.0)))
    omega = np.exp(3) / (1 + np.exp(3))
    assert good.reward == pytest.approx(3 * omega) and good.levels[1] == pytest.approx(3 * omega, abs=1e-5) and plain.reward == 0
    assert (good.level, good.slot) == (1, 1) and good.share == pytest.approx(omega)
    assert good.lineages == pytest.approx(1 / (omega**2 + (1 - omega) ** 2))
    # Two slots of three for a prior of a half: the proposal gave it more.
    assert good.sampling == pytest.approx(np.log(2 / 3) - np.log(0.5)) and plain.sampling == pytest.approx(np.log(1 / 3) - np.log(0.5))
    whole = good.log_prior + good.sampling + good.reward + good.spread
    assert whole == pytest.approx(np.log((1 + np.exp(3)) / 3))


def test_an_intervention_is_a_part_of_its_own() -> None:
    settings = complete(particles=8, depth=4, resampling_rule="never")
    arrays = dict(make_arrays(settings, PROCESS, tables(random_prior(1, PROCESS), random_values(1, PROCESS)), seed=1))
    about = metadata_of(settings)
    weight = arrays["log_weight"].copy()
    slot = int(np.flatnonzero(arrays["alive"][2])[0])
    weight[2:, slot] += 5
    changed = about.model_copy(update={"interventions": [{"kind": "weigh", "level": 2, "slot": slot, "log_weight": float(weight[2, slot])}]})
    action = int(arrays["action"][0, slot])
    before = {each.action: each for each in carried(arrays, about)}
    after = {each.action: each for each in carried({**arrays, "log_weight": weight}, changed)}
    assert all(abs(each.changed) < 1e-3 for each in before.values())
    assert after[action].changed > 1 and after[action].changed <= 5 + 1e-3
    assert all(abs(each.changed) < 1e-3 for name, each in after.items() if name != action)


@pytest.mark.parametrize("planner", ["tsmcts", "gumbel_mcts"])
def test_plans_that_are_no_single_filter_have_no_such_parts(planner) -> None:
    mdp = random_mdp(41)
    values = {"num_simulations": 7} if planner == "gumbel_mcts" else {"particles": 6, "depth": 4}
    arrays = to_arrays(plan_with(planner, mdp, tables(random_prior(41, mdp), random_values(41, mdp)), record=True, **values))
    assert carried(arrays, metadata_of(settings_of(planner, **values), planner)) is None
