"""The particle filter inside the planner, compared with the forward recursion of a hidden Markov model, which only this module implements.

A Markov chain x_1 … x_T is observed with noise as y_1 … y_T. As a decision process it has one action; a state is a time and an x, and the reward of a
step is log p(y_t | x_t). With a reward temperature of 1, no discount and V = 0, the weights (E5) are those of the bootstrap particle filter. Then exp
of (E7) is its estimate of p(y_1 … y_t), and the weighted mean of x over the slots of a level is its filtering mean.

Estimates are compared over many seeds. Let R be the estimated evidence over the exact one, and m - m* the error of the filtering mean. Then
E[R] = 1 and E[R (m - m*)] = 0 exactly, for any number of particles, whenever a resampling gives slot i N w_i offspring on average (Del Moral,
Feynman-Kac Formulae, 2004); m alone is biased by order 1/N. The bound is four standard errors, as measured over the seeds.

Mutations that fail here in every case with resampling, and in no other: log-weights not reset at a resampling; the evidence between two resamplings
omitted; ancestors drawn uniformly, or from the weights to the power of 0.8; weights resampled but not states. With the residual scheme: the uncertain
offspring drawn from all of the weights. Not detected: systematic points without their random offset, because slots have no order here.
"""

from itertools import pairwise, product

import jax
import numpy as np
import pytest

from planner import exact
from planner.environments.tabular import TabularMDP
from tests.planner.examples import batched, complete

VALUES = np.array([-1.5, -0.5, 0.5, 1.5])
"""Values of x."""
TIMES, SEEDS = 8, 12_000
_random = np.random.default_rng(5)
INITIAL = _random.dirichlet(np.full(4, 2.0))
CHANGE = _random.dirichlet(np.full(4, 0.7), 4)
"""P(x_{t+1} | x_t)."""
SEEN = _random.normal(scale=1.2, size=TIMES)
LOG_LIKELIHOOD = -0.5 * ((SEEN[:, None] - VALUES) / 0.8) ** 2 - np.log(0.8 * np.sqrt(2 * np.pi))
"""[T, 4] log p(y_t | x_t), noise of standard deviation 0.8."""


def forward() -> tuple[np.ndarray, np.ndarray]:
    """[T] log p(y_1 … y_t) and [T] E[x_t | y_1 … y_t]."""
    log_evidence, means, predicted, total = [], [], INITIAL, 0.0
    for log_likelihood in LOG_LIKELIHOOD:
        joint = predicted * np.exp(log_likelihood)
        total += np.log(joint.sum())
        filtered = joint / joint.sum()
        log_evidence.append(total)
        means.append(filtered @ VALUES)
        predicted = filtered @ CHANGE
    return np.array(log_evidence), np.array(means)


def as_process() -> TabularMDP:
    """State 0 is before x_1; state 1 + 4 (t - 1) + i is x_t = VALUES[i], drawn at (t, VALUES[i])."""
    states = 1 + 4 * TIMES
    transition, reward = np.zeros((states, 1, states)), np.zeros((states, 1, states))
    positions = np.zeros((states, 2))
    for time in range(TIMES):
        after = slice(1 + 4 * time, 5 + 4 * time)
        transition[0 if time == 0 else slice(4 * time - 3, 4 * time + 1), 0, after] = INITIAL if time == 0 else CHANGE
        reward[:, 0, after] = LOG_LIKELIHOOD[time]
        positions[after] = np.stack([np.full(4, time + 1), VALUES], axis=1)
    return TabularMDP("hidden Markov", transition, reward, np.arange(states) > 4 * (TIMES - 1), np.eye(states)[0], positions, ("wait",))


LOG_EVIDENCE, MEANS = forward()
PROCESS = as_process()
NO_OPINION = exact.tables(np.ones((1 + 4 * TIMES, 1)), exact.Values(np.zeros(1 + 4 * TIMES), np.zeros((1 + 4 * TIMES, 1))))


def test_the_forward_recursion_is_the_sum_over_all_paths() -> None:
    joints, last = [], []
    for path in product(range(4), repeat=5):
        chances = [INITIAL[path[0]], *(CHANGE[a, b] for a, b in pairwise(path))]
        joints.append(np.prod(chances) * np.exp(sum(LOG_LIKELIHOOD[time, x] for time, x in enumerate(path))))
        last.append(VALUES[path[-1]])
    np.testing.assert_allclose(LOG_EVIDENCE[4], np.log(np.sum(joints)), rtol=1e-12)
    np.testing.assert_allclose(MEANS[4], np.average(last, weights=joints), rtol=1e-12)


def test_dynamic_programming_finds_the_same_evidence() -> None:
    found = exact.log_evidence(PROCESS, np.ones((1 + 4 * TIMES, 1)), np.zeros(1 + 4 * TIMES), 1.0, 1.0, TIMES)[0]
    np.testing.assert_allclose(found, LOG_EVIDENCE[-1], rtol=1e-12)


# Every scheme and every rule; that the evidence is unbiased with other pairs is tested on tables (test_plan_statistics).
CASES = [
    ("systematic", "never"),
    ("systematic", "ess"),
    ("stratified", "period"),
    ("residual", "ess"),
    ("multinomial", "period"),
]


@pytest.mark.parametrize(("scheme", "rule"), CASES)
def test_evidence_and_filtering_means_are_those_of_the_forward_recursion(scheme: str, rule: str) -> None:
    settings = complete(
        particles=8,
        depth=TIMES,
        constraint="fixed_kl",
        kl_bound=0.0,
        root_sampling="proposal",
        policy_target="surviving",
        reward_temperature=1.0,
        discount=1.0,
        revive=False,
        weight_normaliser="none",
        resampling_scheme=scheme,
        resampling_rule=rule,
        ess_threshold=0.6,
        resampling_period=2,
    )
    run = batched(settings, PROCESS, lambda plan: (plan.trace.log_evidence, plan.trace.log_weight, plan.trace.position, plan.trace.resampled))
    log_evidence, log_weight, position, resampled = jax.device_get(run(jax.random.split(jax.random.key(0), SEEDS), NO_OPINION))
    assert np.all(position[..., 0] == np.arange(1, TIMES + 1)[:, None])
    assert resampled.any() == (rule != "never") and not resampled.all()
    ratio = np.exp(log_evidence.astype(float) - LOG_EVIDENCE)
    weight = np.exp(log_weight.astype(float) - log_weight.max(axis=-1, keepdims=True))
    means = np.average(position[..., 1], axis=-1, weights=weight)
    for sample in (ratio - 1, ratio * (means - MEANS)):
        standard_error = sample.std(axis=0) / np.sqrt(SEEDS)
        assert np.all(standard_error < 0.03), "too noisy to tell"
        assert np.all(np.abs(sample.mean(axis=0)) <= 4 * standard_error)
