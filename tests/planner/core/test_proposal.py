"""The trust-region proposal (E1-E3), checked in float64 from the temperature it returns.

Mutations that fail here: a tolerance of a hundredth; greedy without ties; the span over invalid actions; the divergence as the plain sum of
q log(q / prior); a bound of zero passed to the solver.
"""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from planner.core.proposal import KL_LOW, Twist, twist
from tests.planner.examples import live, quick

pytestmark = pytest.mark.optimised

ROWS = 512


def _rows(log_prior, qvalues, alpha, kl_bound, temperature, constraint):
    from dataclasses import replace

    def one(p, q, a, k, t):
        return twist(p, q, constraint, replace(live(), alpha=a, kl_bound=k, twist_temperature=t))

    return jax.vmap(one)(log_prior, qvalues, alpha, kl_bound, temperature)


_jitted_rows = jax.jit(_rows, static_argnames="constraint")


def solve(log_prior, qvalues, *, alpha=0.1, kl_bound=0.1, temperature=1.0, constraint="adaptive") -> Twist:
    """Solve rows of twists; results on the host."""
    log_prior, qvalues = np.atleast_2d(np.asarray(log_prior, np.float32)), np.atleast_2d(np.asarray(qvalues, np.float32))
    rows = max(len(log_prior), len(qvalues), np.size(alpha), np.size(kl_bound))
    spread = lambda x: np.broadcast_to(np.asarray(x, np.float32), (rows,))
    shape = (rows, qvalues.shape[1])
    return jax.device_get(
        _jitted_rows(
            np.broadcast_to(log_prior, shape), np.broadcast_to(qvalues, shape), spread(alpha), spread(kl_bound), spread(temperature), constraint
        )
    )


def normalised(log_prior):
    log_prior = np.asarray(log_prior, np.float64)
    shifted = log_prior - log_prior.max(axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def tilt(log_prior, qvalues, temperature):
    """KL(q || prior) and q of the prior tilted by exp(Q / temperature), float64."""
    log_prior = normalised(log_prior)
    held = log_prior > -np.inf
    qvalues = np.where(held, np.asarray(qvalues, np.float64), -np.inf)
    exponent = np.where(held, (qvalues - qvalues.max(axis=-1, keepdims=True)) / np.asarray(temperature, np.float64)[..., None], -np.inf)
    log_q = normalised(np.where(held, log_prior + exponent, -np.inf))
    prior, q = np.exp(log_prior), np.exp(log_q)
    excess = np.sum(prior * np.expm1(exponent), axis=-1)
    # Near the prior the partition function is almost 1, so its logarithm is computed from its difference to 1; far from it, from the largest term.
    top = np.max(np.where(held, log_prior + exponent, -np.inf), axis=-1, keepdims=True)
    log_partition = np.where(
        excess > -0.5, np.log1p(np.maximum(excess, -0.5)), np.log(np.sum(np.exp(log_prior + exponent - top), axis=-1)) + top[..., 0]
    )
    return np.sum(np.where(q > 0, q * np.where(held, exponent, 0.0), 0.0), axis=-1) - log_partition, q


def greedy(log_prior, qvalues):
    """Uniform over the best valid actions."""
    best = np.where(log_prior > -np.inf, qvalues, -np.inf)
    best = best == best.max(axis=-1, keepdims=True)
    return best / best.sum(axis=-1, keepdims=True)


def problems(actions: int, seed: int, rows: int = ROWS):
    """Priors from nearly uniform to nearly deterministic, Q of light and heavy tails, with ties, and spreads from 1e-6 to 1e6."""
    random = np.random.default_rng(seed)
    scale = random.choice([0.1, 1.0, 4.0, 12.0], (rows, 1))
    log_prior = normalised(random.normal(size=(rows, actions)) * scale).astype(np.float32)
    qvalues = np.where(random.random((rows, 1)) < 0.5, random.normal(size=(rows, actions)), random.standard_cauchy((rows, actions)))
    qvalues = np.where(random.random((rows, 1)) < 0.2, np.round(qvalues), qvalues)
    span = np.ptp(qvalues, axis=1, keepdims=True)
    qvalues = qvalues / np.where(span > 0, span, 1.0) * 10.0 ** random.uniform(-6, 6, (rows, 1))
    return log_prior, qvalues.astype(np.float32)


def reach(log_prior, qvalues):
    """-log of the prior's mass on the best actions: the KL that tilting approaches but does not attain."""
    log_prior = normalised(log_prior)
    return -np.log(np.sum(np.where(greedy(log_prior, qvalues) > 0, np.exp(log_prior), 0.0), axis=-1))


@pytest.mark.parametrize("actions", [2, 3, 4, 7, 18, 64])
@pytest.mark.parametrize("constraint", ["adaptive", "fixed_kl"])
def test_kl_meets_its_bound_within_a_thousandth(actions: int, constraint: str) -> None:
    log_prior, qvalues = problems(actions, seed=actions)
    random = np.random.default_rng(0)
    alpha = random.uniform(0, 1, ROWS) * (random.random(ROWS) > 0.1)
    answer = solve(log_prior, qvalues, alpha=alpha, kl_bound=10.0 ** random.uniform(-5, 1.5, ROWS), constraint=constraint)
    tilted = (answer.temperature > 0) & np.isfinite(answer.temperature)
    assert tilted.sum() > ROWS / 3
    kl, q = tilt(log_prior[tilted], qvalues[tilted], answer.temperature[tilted])
    np.testing.assert_allclose(kl, answer.kl_bound[tilted], rtol=1e-3)
    np.testing.assert_allclose(answer.kl[tilted], answer.kl_bound[tilted], rtol=2e-3)
    np.testing.assert_allclose(np.exp(answer.log_proposal[tilted]), q, rtol=2e-4, atol=1e-6)
    # No temperature: all Q are equal, or the bound is beyond the reach of tilting.
    beyond = answer.temperature == 0
    assert np.all(answer.kl_bound[beyond] >= reach(log_prior, qvalues)[beyond] * (1 - 1e-3) - 1e-6)
    assert np.all(np.ptp(qvalues[np.isinf(answer.temperature)], axis=1) == 0)


@pytest.mark.parametrize("best_mass", [1e-4, 1e-6, 1e-9, 1e-20])
def test_kl_meets_its_bound_where_the_prior_all_but_excludes_the_best_action(best_mass: float) -> None:
    log_prior = normalised(np.log([best_mass, 0.6, 0.4 - best_mass])).astype(np.float32)
    alpha = np.linspace(0.05, 0.95, 19)
    qvalues = np.array([1.0, 0.3, 0.0], np.float32)
    answer = solve(log_prior, qvalues, alpha=alpha)
    kl, _ = tilt(np.tile(log_prior, (19, 1)), qvalues[None], answer.temperature)
    np.testing.assert_allclose(kl, answer.kl_bound, rtol=1e-3)


@pytest.mark.parametrize("actions", [2, 5, 64])
def test_alpha_zero_is_the_prior_to_within_eps_low_and_alpha_one_exactly_greedy(actions: int) -> None:
    log_prior, qvalues = problems(actions, seed=1)
    near = solve(log_prior, qvalues, alpha=0.0)
    # Pinsker: the total variation is at most sqrt(KL / 2).
    moved = 0.5 * np.sum(np.abs(np.exp(near.log_proposal) - np.exp(log_prior)), axis=1)
    assert np.all(near.kl <= KL_LOW * 1.001) and np.all(moved <= np.sqrt(KL_LOW / 2) * 1.01 + 1e-6)
    far = solve(log_prior, qvalues, alpha=1.0)
    differs = np.ptp(qvalues, axis=1) > 0
    np.testing.assert_allclose(np.exp(far.log_proposal)[differs], greedy(log_prior, qvalues)[differs], atol=2e-7)
    assert np.all((np.exp(far.log_proposal) > 0)[differs] == (greedy(log_prior, qvalues) > 0)[differs])


def test_expected_q_rises_with_alpha() -> None:
    alpha = np.linspace(0, 1, 33)
    for log_prior, qvalues in zip(*problems(5, seed=2, rows=64), strict=True):
        answer = solve(log_prior, qvalues, alpha=alpha)
        expected = np.exp(answer.log_proposal.astype(float)) @ qvalues.astype(float)
        if len(np.unique(qvalues)) == len(qvalues):
            assert np.all(np.diff(expected) >= -1e-5 * np.ptp(qvalues))


@given(
    qvalues=hnp.arrays(np.int32, 5, elements=st.integers(-64, 64)),
    logits=hnp.arrays(np.float32, 5, elements=st.floats(-6, 6, width=32)),
    factor=st.sampled_from([3, 7, 0.125, 1024.0]),
    shift=st.integers(-4096, 4096),
    alpha=st.floats(0, 1, width=32),
)
@quick(60)
def test_an_affine_change_of_q_changes_nothing_but_the_temperature(qvalues, logits, factor, shift, alpha) -> None:
    # Small whole numbers, so that f32 holds aQ + b exactly; divided by its span it may still round otherwise, and the solver stop a step earlier.
    log_prior = normalised(logits).astype(np.float32)
    plain, changed = solve(log_prior, qvalues, alpha=alpha), solve(log_prior, qvalues * factor + shift, alpha=alpha)
    np.testing.assert_array_equal(changed.kl_bound, plain.kl_bound)
    np.testing.assert_allclose(changed.kl, plain.kl, rtol=2e-3, atol=1e-6)
    np.testing.assert_allclose(np.exp(changed.log_proposal), np.exp(plain.log_proposal), rtol=0.02, atol=1e-3)
    np.testing.assert_allclose(changed.temperature, plain.temperature * np.float32(factor), rtol=0.02)


@pytest.mark.parametrize("factor", [2.0**-18, 0.5, 2.0**20])
def test_a_power_of_two_times_q_changes_no_bit_of_the_proposal(factor: float) -> None:
    log_prior, qvalues = problems(5, seed=6)
    plain, changed = solve(log_prior, qvalues, alpha=0.4), solve(log_prior, qvalues * np.float32(factor), alpha=0.4)
    np.testing.assert_array_equal(changed.log_proposal, plain.log_proposal)
    np.testing.assert_array_equal(changed.temperature, plain.temperature * np.float32(factor))


@given(
    qvalues=hnp.arrays(np.float32, 5, elements=st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1e6])),
    logits=hnp.arrays(np.float32, 5, elements=st.sampled_from([-np.inf, -5.0, 0.0, 1.0])),
    valid=st.integers(0, 4),
    bound=st.sampled_from([0.0, 1e-6, 1e-3, 0.1, 1.0, 100.0]),
    alpha=st.sampled_from([0.0, 0.3, 0.999, 1.0]),
    constraint=st.sampled_from(["adaptive", "fixed_kl", "fixed_temperature"]),
)
@quick(150)
def test_a_proposal_is_a_distribution_on_the_valid_actions_within_its_bound(qvalues, logits, valid, bound, alpha, constraint) -> None:
    logits = np.where(np.arange(5) == valid, np.float32(0), logits)
    log_prior = normalised(logits).astype(np.float32)
    answer = solve(log_prior, qvalues, alpha=alpha, kl_bound=bound, constraint=constraint)
    q = np.exp(answer.log_proposal[0].astype(float))
    assert abs(q.sum() - 1) < 1e-5 and np.all(q[log_prior == -np.inf] == 0)
    held = q > 0
    kl = np.sum(q[held] * (answer.log_proposal[0].astype(float)[held] - normalised(log_prior)[held]))
    np.testing.assert_allclose(answer.kl[0], kl, rtol=1e-3, atol=1e-6)
    assert answer.kl[0] >= 0 and kl <= answer.kl_bound[0] * (1 + 1e-3) + 1e-6
    if np.ptp(qvalues[log_prior > -np.inf]) == 0:
        np.testing.assert_allclose(q, np.exp(log_prior), rtol=1e-6)
        assert np.isinf(answer.temperature[0]) or constraint == "fixed_temperature"


def test_ties_keep_the_ratio_of_the_prior_until_the_uniform_distribution_over_them_is_allowed() -> None:
    log_prior = np.log(np.array([0.5, 0.1, 0.4], np.float32))
    qvalues = np.array([1.0, 1.0, 0.0])
    reached, uniform = -np.log(0.6), -0.5 * (np.log(2 * 0.5) + np.log(2 * 0.1))
    q = np.exp(solve(log_prior, qvalues, kl_bound=[reached * 0.999, 0.5 * (reached + uniform), uniform * 1.001], constraint="fixed_kl").log_proposal)
    np.testing.assert_allclose(q[0, 0] / q[0, 1], 5, rtol=1e-5)
    np.testing.assert_allclose(q[1], [5 / 6, 1 / 6, 0], rtol=1e-5)
    np.testing.assert_allclose(q[2], [0.5, 0.5, 0], rtol=1e-5)


def test_all_equal_q_leave_the_prior() -> None:
    log_prior = np.log(np.array([0.7, 0.2, 0.1], np.float32))
    for constraint in ("adaptive", "fixed_kl", "fixed_temperature"):
        answer = solve(log_prior, np.full(3, 5.5), alpha=1.0, kl_bound=9.0, constraint=constraint)
        np.testing.assert_allclose(np.exp(answer.log_proposal[0]), [0.7, 0.2, 0.1], rtol=1e-6)
        assert answer.kl[0] == 0


def test_invalid_actions_keep_no_mass_whatever_their_q() -> None:
    log_prior = np.log(np.array([0.5, 0.5, 1e-30], np.float32))
    log_prior[2] = -np.inf
    for best in (1e6, np.inf):
        answer = solve(log_prior, [0.0, 1.0, best], alpha=0.5)
        np.testing.assert_allclose(tilt(log_prior, [0.0, 1.0, 0.0], answer.temperature)[0], answer.kl_bound, rtol=1e-3)
        assert answer.log_proposal[0, 2] == -np.inf and np.isfinite(answer.kl[0])


def test_a_kl_bound_of_zero_is_the_prior_and_one_above_reach_is_greedy() -> None:
    log_prior, qvalues = problems(4, seed=3)
    none = solve(log_prior, qvalues, kl_bound=0.0, constraint="fixed_kl")
    np.testing.assert_array_equal(none.log_proposal, log_prior)
    assert np.all(none.kl == 0) and np.all(np.isinf(none.temperature))
    everything = solve(log_prior, qvalues, kl_bound=1e3, constraint="fixed_kl")
    differs = np.ptp(qvalues, axis=1) > 0
    np.testing.assert_allclose(np.exp(everything.log_proposal)[differs], greedy(log_prior, qvalues)[differs], atol=2e-7)


def test_a_fixed_temperature_is_the_tilt_at_it_without_a_bound() -> None:
    log_prior, qvalues = problems(4, seed=4)
    qvalues = qvalues / np.maximum(np.ptp(qvalues, axis=1, keepdims=True), 1e-30)
    answer = solve(log_prior, qvalues, temperature=0.3, constraint="fixed_temperature")
    np.testing.assert_allclose(np.exp(answer.log_proposal), tilt(log_prior, qvalues, np.full(ROWS, 0.3))[1], rtol=1e-4, atol=1e-6)
    assert np.all(answer.kl_bound == np.inf) and np.all(answer.temperature == np.float32(0.3))


def test_the_rows_of_a_batch_do_not_see_each_other() -> None:
    log_prior, qvalues = problems(6, seed=5)
    others = np.array(qvalues)
    others[1:] = np.nan
    alone, together = solve(log_prior, others), solve(log_prior, qvalues)
    for first, second in zip(jax.tree.leaves(alone), jax.tree.leaves(together), strict=True):
        np.testing.assert_array_equal(first[0], second[0])
    single = jax.device_get(twist(jnp.asarray(log_prior[0]), jnp.asarray(qvalues[0]), "adaptive", live()))
    np.testing.assert_allclose(np.exp(single.log_proposal), np.exp(together.log_proposal[0]), rtol=1e-5, atol=1e-7)
