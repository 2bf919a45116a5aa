"""The share of the trust region that Q deserves (E16): against NumPy's correlation, by its exact properties, and in whole plans."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import exact
from planner.core.agreement import count, deserved, no_agreement
from tests.planner.examples import complete, make_arrays, quick, random_mdp, random_prior, random_values


def of_levels(x, y, counted):
    """rho after levels of steps, [L, N] each."""
    agreement = no_agreement()
    for level in zip(*(jnp.asarray(values) for values in (x, y, counted)), strict=True):
        agreement = count(agreement, *level)
    return float(deserved(agreement))


def drawn(seed: int, levels: int = 4, slots: int = 16, alike: float = 0.7):
    random = np.random.default_rng(seed)
    x = random.normal(0, 1, (levels, slots)).astype(np.float32)
    y = (alike * x + (1 - abs(alike)) * random.normal(0, 1, (levels, slots))).astype(np.float32)
    return x, y, random.random((levels, slots)) < 0.7


@quick(40)
@given(seed=st.integers(0, 10**6), alike=st.floats(-1, 1), shift=st.floats(-300, 300), unit=st.floats(-12, 12))
def test_it_is_the_squared_correlation_of_all_counted_steps_in_any_unit(seed, alike, shift, unit):
    x, y, counted = drawn(seed, alike=alike)
    y = (y + np.float32(shift)).astype(np.float32)
    correlation = np.corrcoef(x[counted].astype(float), y[counted].astype(float))[0, 1]
    expected = max(0.0, correlation) ** 2
    for scale in (1.0, 2.0**unit):
        assert of_levels(np.float32(scale) * x, y, counted) == pytest.approx(expected, abs=2e-3)


def test_levels_apart_and_all_at_once_are_the_same():
    x, y, counted = drawn(3)
    assert of_levels(x, y, counted) == pytest.approx(of_levels(x.reshape(1, -1), y.reshape(1, -1), counted.reshape(1, -1)), rel=1e-5)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.0, 0.0, 0.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], [7.3, 7.3, 7.3]),
        ([1e3 / 3] * 3, [0.1, 0.1, 0.1]),
        ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]),
        ([1.0, np.nan, 2.0], [5.0, 1.0, np.inf]),
    ],
)
def test_there_is_no_trust_where_nothing_varies_or_where_q_is_opposed(x, y):
    assert of_levels([x], [y], [[True] * 3]) == 0.0


def test_nothing_counted_is_no_trust_and_full_agreement_is_all_of_it():
    assert float(deserved(no_agreement())) == 0.0 == of_levels([[1.0, 2.0]], [[1.0, 2.0]], [[False, False]])
    x = np.random.default_rng(0).normal(0, 1e-6, (3, 8))
    assert of_levels(x, 40 * x + 2.0**-10, np.ones((3, 8), bool)) == pytest.approx(1, abs=1e-3)


MDP = random_mdp(4, stochastic=False, terminals=1)
PRIOR = random_prior(4, MDP)


def plan(values, **settings):
    return make_arrays(complete(particles=32, depth=6, alpha=0.5, discount=0.9, **settings), MDP, exact.tables(PRIOR, values), seed=2, record=True)


def consistent() -> exact.Values:
    """V of the prior and the Q that one step further gives: every step finds what Q promised."""
    values = random_values(4, MDP)
    value = np.zeros(len(MDP.terminal))
    following = MDP.transition.argmax(-1)
    reward = np.take_along_axis(MDP.reward, following[..., None], -1)[..., 0]
    for _ in range(400):
        qvalues = reward + 0.9 * np.where(MDP.terminal, 0, value)[following]
        value = np.where(MDP.terminal, 0, (PRIOR * qvalues).sum(-1))
    return replace(values, value=value, qvalues=qvalues)


def test_where_steps_find_what_q_promises_it_is_trusted_from_the_first_level_on():
    values = consistent()
    ours = plan(values, trust="agreement")
    _, greedy_kl = kl_of_greedy(ours)
    np.testing.assert_allclose(ours["kl_bound"][1:], (1 - 0.5) * 1e-4 + 0.5 * greedy_kl[1:], rtol=2e-3, atol=1e-6)
    np.testing.assert_allclose(ours["kl_bound"][0], 1e-4, rtol=1e-5)


def test_a_q_that_promises_the_opposite_is_not_followed():
    values = consistent()
    opposed = plan(replace(values, qvalues=2 * values.value[:, None] - values.qvalues), trust="agreement")
    np.testing.assert_allclose(opposed["kl_bound"], 1e-4, rtol=1e-5)
    # Without agreement it is followed all the same.
    assert plan(replace(values, qvalues=2 * values.value[:, None] - values.qvalues))["kl_bound"].max() > 0.01


@pytest.mark.parametrize("factor", [2.0**-8, 2.0**10])
def test_the_unit_of_q_changes_nothing(factor):
    values = random_values(4, MDP)
    one, other = (plan(replace(values, qvalues=scale * values.qvalues), trust="agreement") for scale in (1.0, factor))
    np.testing.assert_array_equal(one["action"], other["action"])
    np.testing.assert_allclose(one["kl_bound"], other["kl_bound"], rtol=1e-3, atol=1e-7)


def kl_of_greedy(trace):
    """KL(greedy || prior) at every particle, by its definition."""
    prior, qvalues = trace["prior"].astype(float), trace["q_value"].astype(float)
    best = qvalues == qvalues.max(-1, keepdims=True)
    greedy = best / best.sum(-1, keepdims=True)
    return greedy, np.sum(np.where(best, greedy * (np.log(np.where(best, greedy, 1)) - np.log(prior)), 0), -1)


def test_full_trust_is_the_plan_without_the_setting():
    values = random_values(4, MDP)
    one, other = plan(values), plan(values, trust="full")
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)
