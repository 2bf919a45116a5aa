"""Exact answers about shipped checkpoints, and plans with exact values."""

import functools
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import Checkpoints, Truth, get_planner, notebook, run, to_arrays
from planner.exact import policy_values
from planner.truth import kl_to_posterior
from tests.planner.examples import UNOPTIMISED

ASSETS = Path(__file__).parents[2] / "assets" / "checkpoints"


@functools.cache
def specimen(name: str):
    checkpoint = Checkpoints(ASSETS).load(name)
    return checkpoint, Truth(checkpoint.model, checkpoint.params)


def test_the_tables_of_the_network_are_what_it_says_of_each_state() -> None:
    checkpoint, truth = specimen("catch-early")
    for seed in range(5):
        state = checkpoint.model.environment.reset(jax.random.key(seed))
        row, said = truth.index(state), checkpoint.model.evaluate(checkpoint.params, state)
        np.testing.assert_allclose(truth.prior[row], jax.nn.softmax(said.prior_logits), rtol=1e-5)
        np.testing.assert_allclose(truth.network.value[row], said.value, rtol=1e-4, atol=1e-6)


def test_noise_is_as_large_as_asked_for_and_the_same_every_time() -> None:
    _, truth = specimen("fourrooms-early")
    exact, noisy = truth.values("exact", 0.1, 0.99), truth.values("exact", 0.1, 0.99, 0.5)
    going_on = ~truth.mdp.terminal
    size = 0.5 * np.std(exact.value[going_on])
    error = (noisy.qvalues - exact.qvalues)[going_on]
    # 4 standard errors of a standard deviation of n normal draws, sd / sqrt(2 n).
    assert abs(error.std() / size - 1) < 4 / np.sqrt(2 * error.size)
    assert np.all((noisy.value - exact.value)[truth.mdp.terminal] == 0)
    np.testing.assert_array_equal(noisy.value, truth.values("exact", 0.1, 0.99, 0.5).value)
    assert truth.values("network", 0.1, 0.99, 0.5) is truth.network


def test_the_prior_stays_the_network_s() -> None:
    _, truth = specimen("catch-early")
    np.testing.assert_allclose(jax.nn.softmax(truth.tables(0.1, 0.99, 1.0).prior_logits), truth.prior, rtol=1e-5)


def test_optimal_values_are_no_less_than_the_prior_s_and_soft_ones_lie_between() -> None:
    _, truth = specimen("fourrooms-early")
    solved = truth.solve(0.05, 0.99)
    of_prior = policy_values(truth.mdp, truth.prior, 0.99)
    assert np.all(solved.optimal.value >= of_prior.value - 1e-9)
    assert np.all(solved.soft.value >= of_prior.value - 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["network", "exact"])
def test_the_evidence_of_a_shipped_checkpoint_is_estimated_without_bias(source: str) -> None:
    """The mean of exp(log_evidence - exact) over 2000 seeds is within 4 of its measured standard errors of 1, at every level."""
    checkpoint, truth = specimen("catch-early")
    planner = get_planner("bootstrap_smc")
    settings = planner.settings(
        {"particles": 64, "depth": 6, "value_source": source, "value_noise": 0.3, "resampling_rule": "period", "resampling_scheme": "residual"},
        checkpoint.card.settings,
    )
    static, live = planner.split(settings)
    model, params = (
        (checkpoint.model, checkpoint.params)
        if source == "network"
        else (truth.model, truth.tables(settings.reward_temperature, settings.discount, settings.value_noise))
    )
    state = checkpoint.model.environment.reset(jax.random.key(2))
    program = planner.program(model, static)
    live = jax.tree.map(jnp.asarray, live)
    found = jax.jit(jax.vmap(lambda key: program(params, key, state, live).trace.log_evidence), compiler_options=UNOPTIMISED)(
        jax.random.split(jax.random.key(0), 2000)
    )
    arrays = to_arrays(jax.jit(program)(params, jax.random.key(0), state, live))
    expected = truth.answers(arrays, state, settings.model_dump(), 1.0, evidence=True)["exact/log_evidence"]
    ratio = np.exp(np.asarray(found, float) - expected)
    error = ratio.std(axis=0, ddof=1) / np.sqrt(len(ratio))
    assert np.all(np.abs(ratio.mean(axis=0) - 1) < 4 * error + 1e-5) and np.all(error < 0.05)


def test_planning_with_exact_values_comes_nearer_to_the_posterior_than_with_the_network() -> None:
    checkpoint, truth = specimen("deepsea-early")
    divergence = {}
    for source in ("network", "exact"):
        state = checkpoint.model.environment.reset(jax.random.key(0))
        record = run(checkpoint, "trt_smc", state=state, particles=256, depth=8, value_source=source, truth=truth)
        divergence[source] = record.arrays["exact/policy_kl"]
    assert divergence["exact"] <= divergence["network"] + 1e-6 and divergence["exact"] < 1e-3


def test_divergence_from_the_posterior_is_that_of_the_definition() -> None:
    assert kl_to_posterior(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    assert kl_to_posterior(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))


def test_noise_temperature_and_discount_of_exact_values_compile_nothing() -> None:
    checkpoint, truth = specimen("catch-early")
    plan = lambda **changes: run(checkpoint, "trt_smc", **{"particles": 8, "depth": 3, "value_source": "exact", "truth": truth} | changes)
    first, made = plan(), len(notebook._programs)
    for changes in ({"value_noise": 0.5}, {"reward_temperature": 0.7}, {"discount": 0.5}):
        assert np.any(plan(**changes).arrays["value"] != first.arrays["value"])
    assert len(notebook._programs) == made
    plan(depth=4)
    assert len(notebook._programs) == made + 1
