"""Dynamic programming compared with brute force and in limiting cases."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from planner.environments.tabular import TabularMDP
from planner.exact import log_evidence, optimal_values, policy_values, posterior_policy, soft_values
from tests.planner.examples import layered_mdp, random_mdp, random_prior, random_values


def paths(mdp: TabularMDP, policy: np.ndarray, state: int, levels: int):
    """Every path of at most `levels` steps: probability, then (s, a, s') of each step."""
    if levels == 0 or mdp.terminal[state]:
        yield 1.0, []
        return
    for action, after in product(range(policy.shape[1]), range(len(mdp.terminal))):
        chance = policy[state, action] * mdp.transition[state, action, after]
        if chance > 0:
            for rest, steps in paths(mdp, policy, after, levels - 1):
                yield chance * rest, [(state, action, after), *steps]


@pytest.mark.parametrize("advantage", [True, False])
@pytest.mark.parametrize("stochastic", [True, False])
def test_evidence_is_the_mean_over_all_paths(advantage: bool, stochastic: bool) -> None:
    mdp = random_mdp(1, states=4, actions=2, stochastic=stochastic)
    prior, value = random_prior(1, mdp), random_values(1, mdp).value
    value_or_end = np.where(mdp.terminal, 0, value)
    total = 0.0
    for chance, steps in paths(mdp, prior, 0, 4):
        gains = [mdp.reward[s, a, t] + 0.9 * value_or_end[t] - advantage * value[s] for s, a, t in steps]
        total += chance * np.exp(sum(gains) / 0.7)
    np.testing.assert_allclose(log_evidence(mdp, prior, value, 0.7, 0.9, 4, advantage)[0], np.log(total), rtol=1e-12)


def test_soft_values_and_posterior_are_those_of_the_distribution_over_whole_paths() -> None:
    mdp = layered_mdp(2)
    prior = random_prior(2, mdp)
    weight = np.zeros(3)
    for chance, steps in paths(mdp, prior, 0, 3):
        weight[steps[0][1]] += chance * np.exp(sum(mdp.reward[step] for step in steps) / 0.7)
    soft = soft_values(mdp, prior, 0.7, 1.0)
    np.testing.assert_allclose(soft.value[0], 0.7 * np.log(weight.sum()), rtol=1e-12)
    np.testing.assert_allclose(posterior_policy(prior, soft.qvalues, 0.7)[0], weight / weight.sum(), rtol=1e-12)


def test_policy_values_are_the_mean_return_over_all_paths() -> None:
    mdp = layered_mdp(3)
    prior = random_prior(3, mdp)
    returns = sum(chance * sum(0.9**t * mdp.reward[step] for t, step in enumerate(steps)) for chance, steps in paths(mdp, prior, 0, 3))
    np.testing.assert_allclose(policy_values(mdp, prior, 0.9).value[0], returns, rtol=1e-12)


def test_optimal_values_are_those_of_the_best_deterministic_policy() -> None:
    mdp = random_mdp(4, states=4, actions=2, stochastic=True)
    every_policy = [np.eye(2)[list(choice)] for choice in product(range(2), repeat=4)]
    best = np.max([policy_values(mdp, policy, 0.9).value for policy in every_policy], axis=0)
    np.testing.assert_allclose(optimal_values(mdp, 0.9).value, best, rtol=1e-9)


def test_soft_values_run_from_the_priors_to_the_optimal_ones_as_the_temperature_falls() -> None:
    mdp = random_mdp(5)
    prior = random_prior(5, mdp)
    values = [soft_values(mdp, prior, temperature, 0.9).value for temperature in (1e5, 10.0, 1.0, 0.1, 1e-3)]
    assert np.all(np.diff(values, axis=0) >= -1e-9)
    np.testing.assert_allclose(values[0], policy_values(mdp, prior, 0.9).value, atol=1e-3)
    np.testing.assert_allclose(values[-1], optimal_values(mdp, 0.9).value, atol=0.05)


def scattered_mdp(seed: int) -> TabularMDP:
    """A process of twelve states with one to four successors per step; some are terminal or lead back at once. Rewards are small."""
    mdp, random = random_mdp(seed, states=12, stochastic=True, terminals=2), np.random.default_rng(seed)
    order = random.permuted(np.broadcast_to(np.arange(12), mdp.transition.shape), axis=-1)
    kept = mdp.transition * (order < random.integers(1, 5, (12, 3, 1)))
    # Rows of terminal states are not used and may hold any values.
    return replace(mdp, transition=kept / kept.sum(-1, keepdims=True), reward=0.1 * mdp.reward)


def dense_values(mdp: TabularMDP, mean: Callable, best: Callable, discount: float) -> tuple[np.ndarray, np.ndarray]:
    """V and Q after many sweeps over all states: `mean` over successors, `best` over actions."""
    value, living = np.zeros(len(mdp.terminal)), ~mdp.terminal
    for _ in range(5000):
        qvalues = mean(mdp.transition, mdp.reward + discount * (living * value)) * living[:, None]
        value = best(qvalues) * living
    return value, qvalues


@pytest.mark.parametrize("discount", [0.9, 1.0])
@pytest.mark.parametrize("temperature", [0.05, 0.7, 100.0])
@pytest.mark.parametrize("seed", range(3))
def test_values_are_the_fixed_points_of_sweeps_over_all_states(seed: int, temperature: float, discount: float) -> None:
    mdp = scattered_mdp(seed)
    if discount == 1:
        # With positive rewards, undiscounted returns would be unbounded.
        mdp = replace(mdp, reward=-np.abs(mdp.reward))
    prior = random_prior(seed, mdp)
    soften = lambda weights, exponents: temperature * np.log(np.sum(weights * np.exp(exponents / temperature), axis=-1))
    average = lambda weights, targets: np.sum(weights * targets, axis=-1)
    cases = [
        (soft_values(mdp, prior, temperature, discount), soften, lambda qvalues: soften(prior, qvalues)),
        (optimal_values(mdp, discount), average, lambda qvalues: qvalues.max(axis=-1)),
        (policy_values(mdp, prior, discount), average, lambda qvalues: average(prior, qvalues)),
    ]
    for values, mean, best in cases:
        value, qvalues = dense_values(mdp, mean, best, discount)
        np.testing.assert_allclose(values.value, value, atol=1e-9)
        np.testing.assert_allclose(values.qvalues, qvalues, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_successors_are_the_tables_without_what_cannot_happen(seed: int) -> None:
    mdp = scattered_mdp(seed)
    sparse, rows = mdp.successors, np.indices(mdp.transition.shape[:2])[..., None]
    assert sparse.state.shape[-1] == 4
    for table, entries in ((mdp.transition, sparse.probability), (mdp.transition * mdp.reward, sparse.probability * sparse.reward)):
        dense = np.zeros_like(table)
        np.add.at(dense, (*rows, sparse.state), entries)
        np.testing.assert_array_equal(dense, table * ~mdp.terminal[:, None, None])


def test_values_of_long_episodes_take_few_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    # A walk of 100 cells with a uniform prior takes 10 000 steps; sweeps alone would need hundreds of thousands.
    monkeypatch.setattr("planner.exact.MAX_SWEEPS", 200)
    cells = np.arange(100)
    successor = np.stack([np.maximum(cells - 1, 0), np.minimum(cells + 1, 99)], axis=1)
    walk = TabularMDP.deterministic("walk", successor, np.full((100, 2), -1.0), cells == 99)
    prior = np.full((100, 2), 0.5)
    # The expected first passage time from cell 0 is 99 * 100.
    np.testing.assert_allclose(policy_values(walk, prior, 1.0).value, cells * (cells + 1.0) - 99 * 100, rtol=1e-9)
    np.testing.assert_allclose(optimal_values(walk, 1.0).value, cells - 99.0, rtol=1e-9)


def test_states_that_cannot_end_are_worth_nothing_where_nothing_is_paid() -> None:
    # State 2 is never left. Undiscounted, its value depends only on the initial value of the sweeps.
    trap = TabularMDP.deterministic("trap", np.array([[1, 2], [1, 1], [2, 2]]), np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), np.arange(3) == 1)
    prior = np.full((3, 2), 0.5)
    np.testing.assert_allclose(soft_values(trap, prior, 1.0, 1.0).value, [np.log((np.e + 1) / 2), 0, 0], rtol=1e-12)
    np.testing.assert_allclose(optimal_values(trap, 1.0).value, [1, 0, 0])


def test_the_posterior_gives_nothing_to_what_the_prior_forbids() -> None:
    posterior = posterior_policy(np.array([[0.0, 0.25, 0.75]]), np.array([[5.0, 1.0, 1.0]]), 1e-3)
    np.testing.assert_allclose(posterior, [[0.0, 0.25, 0.75]])


def test_terminal_states_are_worth_nothing() -> None:
    mdp = random_mdp(6, stochastic=True, terminals=2)
    for values in (soft_values(mdp, random_prior(6, mdp), 0.5, 0.9), optimal_values(mdp, 0.9)):
        assert np.all(values.value[mdp.terminal] == 0) and np.all(values.qvalues[mdp.terminal] == 0)
    assert log_evidence(mdp, random_prior(6, mdp), np.ones(6), 1.0, 0.9, 3)[-1] == 0


def test_an_undiscounted_process_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.exact.MAX_SWEEPS", 1000)
    endless = TabularMDP.deterministic("endless", np.zeros((1, 1), int), np.ones((1, 1)), np.array([False]))
    with pytest.raises(ValueError, match="endless still change"):
        optimal_values(endless, 1.0)
