"""The tree of transitions: pointers, survivors, and the two backups along it (E8, E9).

Mutations that fail here: references not permuted by resampling; messages summed instead of averaged; the scale of a message not updated by a larger
child.
"""

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given

from planner import exact
from planner.core.genealogy import back_up, surviving
from tests.planner.examples import complete, make_arrays, quick, random_mdp, random_prior, random_values

MDP = random_mdp(0, stochastic=True, terminals=0)
TABLES = exact.tables(random_prior(0, MDP), random_values(0, MDP))

jitted_back_up = jax.jit(back_up)
jitted_surviving = jax.jit(surviving)


def slots_of_ancestors(ancestor: np.ndarray) -> list[np.ndarray]:
    """Slots of each level that the slots of the last level descend from."""
    slots = np.arange(ancestor.shape[1])
    lineages = [slots]
    for level in reversed(range(len(ancestor) - 1)):
        slots = ancestor[level][slots]
        lineages.append(slots)
    return lineages[::-1]


@pytest.mark.parametrize("scheme", ["systematic", "multinomial"])
def test_pointers_go_to_earlier_levels_and_lineages_only_merge(scheme: str) -> None:
    settings = complete(particles=16, depth=12, resampling_rule="period", resampling_scheme=scheme, alpha=0.5)
    trace = make_arrays(settings, MDP, TABLES)
    levels, slots = trace["parent"].shape
    assert np.all(trace["parent"][0] == -1) and np.all(trace["parent"] < np.arange(levels)[:, None] * slots)
    # Without terminal states every step is from the previous level, and each level has N offspring.
    np.testing.assert_array_equal(trace["parent"][1:], np.arange(levels - 1)[:, None] * slots + trace["ancestor"][:-1])
    assert all(np.bincount(row, minlength=slots).sum() == slots for row in trace["ancestor"])
    lineages = slots_of_ancestors(trace["ancestor"])
    distinct = [len(np.unique(level)) for level in lineages]
    assert np.all(np.diff(distinct) >= 0) and distinct[-1] == slots
    np.testing.assert_array_equal(trace["branch"][-1], lineages[0])


@pytest.mark.parametrize("settings", [{"resampling_rule": "never"}, {"resampling_rule": "period", "resampling_period": 99}])
def test_without_resampling_every_parent_is_the_same_slot(settings: dict) -> None:
    trace = make_arrays(complete(particles=16, depth=12, **settings), MDP, TABLES)
    assert not trace["resampled"].any()
    np.testing.assert_array_equal(trace["parent"], np.arange(-16, 176).reshape(12, 16).clip(-1))
    np.testing.assert_array_equal(trace["branch"], np.tile(np.arange(16), (12, 1)))


def test_a_resampling_period_resamples_every_so_many_levels_and_not_after_the_last() -> None:
    trace = make_arrays(complete(particles=16, depth=12, resampling_rule="period", resampling_period=3), MDP, TABLES)
    np.testing.assert_array_equal(np.flatnonzero(trace["resampled"]), [2, 5, 8])


def random_tree(seed: int, levels: int, slots: int) -> np.ndarray:
    """A tree with parents at any earlier level, as made by revival."""
    random = np.random.default_rng(seed)
    return np.stack([random.integers(-1, max(level * slots, 1), slots) if level else np.full(slots, -1) for level in range(levels)]).astype(np.int32)


@given(seed=st.integers(0, 10_000))
@quick(20)
def test_survivors_are_the_ancestors_of_the_last_level(seed: int) -> None:
    parent = random_tree(seed, 7, 5)
    expected = np.zeros(35, bool)
    for node in range(30, 35):
        while node >= 0:
            expected[node] = True
            node = parent.reshape(-1)[node]
    np.testing.assert_array_equal(np.asarray(jitted_surviving(parent)).reshape(-1), expected)


@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1.0, 30.0]))
@quick(20)
def test_backups_of_any_tree_equal_the_recursion(seed: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    parent = random_tree(seed, 7, 5)
    reward, value, increment = (random.normal(size=(7, 5)).astype(np.float32) * scale for _ in range(3))
    continuation, weight = (random.random((7, 5)).astype(np.float32) for _ in range(2))
    answer = jitted_back_up(
        parent, reward=reward, discounted_continuation=continuation, next_value=value, trace_weight=weight, log_increment=increment
    )

    def visit(node: int) -> tuple[float, float]:
        below = [visit(child) for child in np.flatnonzero(parent.reshape(-1) == node)]
        r, v, u, d, w = (float(x.reshape(-1)[node]) for x in (reward, value, increment, continuation, weight))
        if not below:
            return r + d * v, u
        returns, messages = np.array(below).T
        return r + d * ((1 - w) * v + w * returns.mean()), u + np.logaddexp.reduce(messages) - np.log(len(messages))

    returns, messages = np.array([visit(slot) for slot in range(5)]).T
    np.testing.assert_allclose(answer.returns, returns, rtol=1e-4, atol=1e-5 * scale)
    np.testing.assert_allclose(answer.messages, messages, rtol=1e-4, atol=1e-5 * scale)


def test_surviving_lineages_take_about_n_log_n_nodes() -> None:
    # Multinomial resampling of equal weights: two lineages merge with probability 1/N a level, so the j-1 merges that bring j lineages to one take
    # about 2N / (j (j - 1)) levels each, and the nodes off the trunk number at most about 2 N (1 + log N). Twice that is far in the tail.
    slots, levels = 64, 192
    ancestors = np.random.default_rng(0).integers(0, slots, (20, levels - 1, slots))
    for ancestor in ancestors:
        parent = np.concatenate([np.full((1, slots), -1), np.arange(levels - 1)[:, None] * slots + ancestor]).astype(np.int32)
        stored = int(np.asarray(jitted_surviving(parent)).sum())
        assert stored <= levels + 4 * slots * (1 + np.log(slots)) < levels * slots / 1.5
