"""Resampling (E6): counts, edge draws, effective sample size.

Mutations that fail here: systematic points without the draw; the residual draw from all weights instead of the remainders; searching from the left;
a cumulative sum that rounding increases at slots without weight; the effective sample size from logarithms of sums; floor(N w) of N equal weights.
"""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from planner.core.resampling import SCHEMES, ancestors_at, effective_sample_size, normalise_logits, resample
from tests.planner.examples import quick

LAST_UNIFORM = np.float32(1 - 2**-24)
"""The largest f32 below 1, which no draw exceeds."""
SLOTS = 11
RUNS = 20_000

draw = jax.jit(resample, static_argnames="scheme")
locate = jax.jit(ancestors_at)
ess_of = jax.jit(effective_sample_size)
many_counts = jax.jit(
    lambda uniforms, logits, scheme: jax.vmap(lambda u: jnp.bincount(resample(u, logits, scheme), length=SLOTS))(uniforms),
    static_argnames="scheme",
)
# Whole multiples of 1/64, so that f32 holds them and their shifts exactly.
log_weights = hnp.arrays(np.int32, SLOTS, elements=st.integers(-1280, 1280)).map(lambda x: x.astype(np.float32) / 64)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_gives_each_slot_its_share_of_offspring_on_average(scheme: str) -> None:
    logits = np.random.default_rng(1).normal(size=SLOTS).astype(np.float32)
    logits[[2, 7]] = [-np.inf, 2.0]
    weights = np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum()
    counts = np.asarray(many_counts(jax.random.uniform(jax.random.key(0), (RUNS, SLOTS)), logits, scheme))
    assert np.all(counts.sum(axis=1) == SLOTS)
    # A count of multinomial offspring has variance N w (1 - w); the other schemes have no more. Bernoulli-like counts below 1e-6 of it are rounding.
    standard_error = np.sqrt(SLOTS * weights * (1 - weights) / RUNS)
    assert np.all(np.abs(counts.mean(axis=0) - SLOTS * weights) <= 4 * standard_error + 1e-5)
    if scheme in ("systematic", "residual"):
        assert np.all(counts >= np.floor(SLOTS * weights - 1e-4))
    if scheme == "systematic":
        assert np.all(counts <= np.ceil(SLOTS * weights + 1e-4))


@pytest.mark.parametrize("scheme", SCHEMES)
@given(log_weights=log_weights, dead=hnp.arrays(bool, SLOTS), uniform=st.sampled_from([0.0, 2**-24, 0.5, LAST_UNIFORM]))
@quick(40)
def test_edge_draws_pick_sorted_slots_that_have_weight(scheme: str, log_weights, dead, uniform) -> None:
    logits = np.where(dead & ~np.all(dead), -np.inf, log_weights).astype(np.float32)
    ancestors = np.asarray(draw(np.full(SLOTS, uniform, np.float32), logits, scheme))
    assert np.all(np.diff(ancestors) >= 0) and ancestors.min() >= 0 and ancestors.max() < SLOTS
    assert np.all(logits[ancestors] > -np.inf)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("uniform", [0.0, LAST_UNIFORM])
@pytest.mark.parametrize("slots", [3, 256, 4096])
def test_slots_without_weight_at_either_end_are_never_picked(scheme: str, uniform: float, slots: int) -> None:
    logits = np.random.default_rng(slots).normal(size=slots).astype(np.float32)
    logits[: slots // 3] = logits[-(slots // 3) :] = -np.inf
    ancestors = np.asarray(draw(np.full(slots, uniform, np.float32), logits, scheme))
    assert np.all(logits[ancestors] > -np.inf)


@pytest.mark.parametrize("slots", [5, 64, 257, 4096])
def test_a_point_on_the_edge_of_a_slot_picks_one_with_weight(slots: int) -> None:
    # Partial sums are added in different orders: those at neighbouring slots of weight 0 may differ by rounding, and a point may fall between them.
    random = np.random.default_rng(slots)
    weights = (random.random(slots) * (random.random(slots) < 0.5)).astype(np.float32)
    edges = np.cumsum(weights) / np.sum(weights)
    for points in (edges, np.nextafter(edges, 0), np.nextafter(edges, 1), np.asarray(jnp.cumsum(weights) / jnp.cumsum(weights)[-1])):
        chosen = np.asarray(locate(np.clip(points, 0, LAST_UNIFORM).astype(np.float32), weights))
        assert np.all(weights[chosen] > 0)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(log_weights=log_weights, shift=st.integers(-2048, 2048))
@quick(25)
def test_a_shift_of_all_log_weights_changes_nothing(scheme: str, log_weights, shift) -> None:
    uniforms = np.random.default_rng(0).random(SLOTS, np.float32)
    shifted = log_weights + np.float32(shift)
    np.testing.assert_array_equal(draw(uniforms, log_weights, scheme), draw(uniforms, shifted, scheme))
    np.testing.assert_array_equal(ess_of(log_weights), ess_of(shifted))


@given(log_weights=log_weights, dead=hnp.arrays(bool, SLOTS))
@quick(100)
def test_effective_sample_size_lies_between_one_and_the_number_of_slots_that_have_weight(log_weights, dead) -> None:
    dead = dead & ~np.all(dead)
    logits = np.where(dead, -np.inf, log_weights).astype(np.float32)
    weights = np.exp((logits - logits.max()).astype(float))
    ess = float(ess_of(logits))
    assert 1 <= ess <= SLOTS
    np.testing.assert_allclose(ess, weights.sum() ** 2 / np.sum(weights**2), rtol=1e-5)


@pytest.mark.parametrize("slots", [1, 3, 41, 256, 1000])
@pytest.mark.parametrize("level", [0.0, -1234.5])
def test_equal_weights_have_full_effective_sample_size_and_one_offspring_each(slots: int, level: float) -> None:
    equal = np.full(slots, level, np.float32)
    assert float(jax.jit(effective_sample_size)(equal)) == slots
    for scheme in ("systematic", "stratified", "residual"):
        ancestors = draw(np.full(slots, 0.5, np.float32), equal, scheme)
        np.testing.assert_array_equal(ancestors, np.arange(slots))


def test_all_weight_on_one_slot_gives_it_all_offspring() -> None:
    logits = np.array([-np.inf, 3.0, -np.inf, -np.inf], np.float32)
    assert float(effective_sample_size(logits)) == 1
    for scheme in SCHEMES:
        np.testing.assert_array_equal(draw(np.full(4, 0.3, np.float32), logits, scheme), np.ones(4))


@given(log_weights=log_weights)
@quick(30)
def test_normalisers_scale_as_they_say_and_keep_the_order(log_weights) -> None:
    np.testing.assert_array_equal(normalise_logits(log_weights, "none"), log_weights)
    min_max, standard = (np.asarray(normalise_logits(jnp.asarray(log_weights), name)) for name in ("min_max", "standardise"))
    order = np.argsort(log_weights, kind="stable")
    for logits in (min_max, standard):
        assert np.all(np.isfinite(logits)) and np.all(np.diff(logits[order]) >= 0)
    if np.ptp(log_weights) > 0:
        np.testing.assert_allclose([min_max.min(), min_max.max()], [0, 1], atol=1e-6)
        np.testing.assert_allclose([standard.mean(), standard.std()], [0, 1], atol=1e-4)


def test_unknown_names_are_refused_with_what_is_known() -> None:
    with pytest.raises(ValueError, match=r"systematic.*'bootstrap'"):
        resample(jnp.zeros(3), jnp.zeros(3), "bootstrap")
    with pytest.raises(ValueError, match=r"min_max.*'rank'"):
        normalise_logits(jnp.zeros(3), "rank")
