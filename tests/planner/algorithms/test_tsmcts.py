"""TSMCTS compared with its large-N limit by dynamic programming, and invariants of every plan.

Mutations that fail here: weights compared across actions; returns not permuted by resampling, or discounted once too often; unweighted means; an
eliminated action considered again.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import exact
from planner.algorithms.halving import schedule
from planner.algorithms.registry import get_planner
from planner.algorithms.settings import MAX_TRANSITIONS, SettingsError
from planner.algorithms.smc import STATUSES
from planner.core.model import Model
from planner.core.trace import to_arrays
from tests.planner.examples import layered_mdp, plan_with, program, random_mdp, random_prior, random_values, settings_of

TEMPERATURE, DISCOUNT = 2.0, 0.9
MDP = random_mdp(61, stochastic=True, terminals=2)
PRIOR, VALUES = random_prior(61, MDP), random_values(61, MDP)
TABLES = exact.tables(PRIOR, VALUES)
SMALL = {"particles": 24, "depth": 6, "reward_temperature": TEMPERATURE, "discount": DISCOUNT}


def search(mdp=MDP, tables=TABLES, **keywords) -> dict[str, np.ndarray]:
    return to_arrays(plan_with("tsmcts", mdp, tables, **{**SMALL, **keywords}))


def many(mdp, tables, runs: int, read, **values):
    """`read(plan)` of [R] plans with different keys."""
    static, live = get_planner("tsmcts").split(settings_of("tsmcts", **values))
    run = get_planner("tsmcts").program(Model(mdp, exact.look_up), static)
    one = jax.jit(jax.vmap(lambda key: read(run(tables, key, mdp.state(0), jax.tree.map(jnp.asarray, live)))))
    return jax.device_get(one(jax.random.split(jax.random.key(0), runs)))


def returns_by_level(mdp, prior, value, temperature: float, discount: float, levels: int) -> np.ndarray:
    """[levels, A] limit of the weighted return below each root action: E[W G] / E[W] over paths of the prior."""
    value = np.where(mdp.terminal, 0.0, value)
    steps = mdp.transition * np.exp((mdp.reward + discount * value - value[:, None, None]) / temperature)
    limits = np.zeros((levels, len(mdp.action_names)))
    for action in range(len(mdp.action_names)):
        # For each state: the total weight of the paths to it, and the sum of weight times return of these paths.
        mass, rewards = steps[0, action], steps[0, action] * mdp.reward[0, action]
        for level in range(levels):
            limits[level, action] = (rewards + discount ** (level + 1) * value * mass).sum() / mass.sum()
            goes_on = (prior[:, :, None] * steps) * ~mdp.terminal[:, None, None]
            gained = np.einsum("s,sat->t", mass, goes_on * discount ** (level + 1) * mdp.reward)
            stays = np.where(mdp.terminal, (mass, rewards), 0.0)
            mass, rewards = stays[0] + np.einsum("s,sat->t", mass, goes_on), stays[1] + np.einsum("s,sat->t", rewards, goes_on) + gained
    return limits


@pytest.mark.parametrize("period", [1, 3])
def test_q_tends_to_the_mean_over_levels_of_weighted_returns(period: int) -> None:
    # Three actions are one round of four levels.
    n, runs = 1536, 200
    limit = returns_by_level(MDP, PRIOR, VALUES.value, TEMPERATURE, DISCOUNT, 4).mean(axis=0)
    found = many(MDP, TABLES, runs, lambda plan: plan.root.root_q, **{**SMALL, "particles": n, "depth": 4}, resampling_period=period).astype(float)
    error = found.std(axis=0) / np.sqrt(runs)
    assert np.all(error < 0.015), "too noisy to tell"
    # Self-normalised weights are biased by order 1 over the 512 particles of an action, times returns of size 2.
    assert np.all(np.abs(found.mean(axis=0) - limit) <= 4 * error + 2 / 512)


def test_the_better_half_stays_in_and_its_q_counts_every_level_by_its_particles() -> None:
    mdp = random_mdp(62, states=7, actions=4, stochastic=True, terminals=2)
    prior, values = random_prior(62, mdp), random_values(62, mdp)
    levels = returns_by_level(mdp, prior, values.value, TEMPERATURE, DISCOUNT, 3)
    # Four actions are two rounds: two levels with N/4 particles for each, three with N/2.
    first = levels[:2].mean(axis=0)
    kept = np.argsort(np.log(prior[0]) + first / TEMPERATURE)[2:]
    expected = first.copy()
    expected[kept] = ((levels[:2].sum(axis=0) / 4 + levels.sum(axis=0) / 2) / (2 / 4 + 3 / 2))[kept]
    scores = np.log(prior[0]) + expected / TEMPERATURE
    best = kept[scores[kept].argmax()]
    gaps = np.diff(np.sort(np.log(prior[0]) + first / TEMPERATURE))[1], np.ptp(scores[kept])
    assert min(gaps) > 0.1, "a draw would be decided by noise"
    settings = {**SMALL, "particles": 4096, "depth": 5, "gumbel_scale": 0.0}
    read = lambda plan: (plan.root.root_q, plan.root.root_policy, plan.root.chosen_action, plan.root.root_visits)
    q, policy, chosen, visits = many(mdp, exact.tables(prior, values), 64, read, **settings)
    assert np.all(chosen == best)
    assert np.all(visits == np.where(np.isin(np.arange(4), kept), 1024 + 2048, 1024))
    error = q.astype(float).std(axis=0) / 8
    assert np.all(error < 0.02) and np.all(np.abs(q.mean(axis=0) - expected) <= 4 * error + 2 / 1024)
    softmax = np.exp(np.log(prior[0]) + q / TEMPERATURE)
    np.testing.assert_allclose(policy, softmax / softmax.sum(axis=1, keepdims=True), rtol=1e-4)


def test_evidence_of_a_single_round_over_all_actions_is_unbiased() -> None:
    runs, log_evidence = 4000, lambda plan: plan.trace.log_evidence
    found = many(MDP, TABLES, runs, log_evidence, particles=9, depth=4, reward_temperature=4.0, discount=DISCOUNT).astype(float)
    for level in range(4):
        expected = exact.log_evidence(MDP, PRIOR, VALUES.value, 4.0, DISCOUNT, level + 1)[0]
        ratios = np.exp(found[:, level] - expected)
        error = ratios.std() / np.sqrt(runs)
        assert error < 0.03, "too noisy to tell"
        assert abs(ratios.mean() - 1) <= 4 * error


@pytest.mark.parametrize("seed", range(4))
def test_it_picks_the_optimal_action_when_particles_are_many(seed: int) -> None:
    # V is 0, so only rewards give information. At a temperature far below the gaps, the weights keep only the best path below each action.
    mdp = layered_mdp(seed)
    optimal = exact.optimal_values(mdp, 1.0).qvalues[0]
    tables = exact.tables(np.full((len(mdp.terminal), 3), 1 / 3), exact.Values(np.zeros(len(mdp.terminal)), random_values(seed, mdp).qvalues))
    plan = search(mdp, tables, particles=3072, depth=3, resampling_period=8, reward_temperature=0.05, discount=1.0, gumbel_scale=0.0)
    limit = returns_by_level(mdp, np.full((len(mdp.terminal), 3), 1 / 3), np.zeros(len(mdp.terminal)), 0.05, 1.0, 3)
    # By the last level the weighted return is that of the best path, to within tau log(paths).
    assert np.all(np.abs(limit[-1] - optimal) <= 0.05 * np.log(27))
    assert plan["chosen_action"] == optimal.argmax()
    np.testing.assert_allclose(plan["root_q"], limit.mean(axis=0), atol=0.02)


@pytest.mark.parametrize(
    ("n", "depth", "m", "considered", "lengths"),
    [
        (64, 12, 8, [8, 4, 2], [4, 4, 4]),
        (64, 14, 8, [8, 4, 2], [4, 5, 5]),
        (64, 6, 5, [5, 2], [3, 3]),
        (64, 6, 1, [1], [6]),
        (3, 6, 8, [3], [6]),
        (64, 2, 16, [16, 8], [1, 1]),
        (1, 1, 1, [1], [1]),
    ],
)
def test_rounds_halve_the_actions_and_share_the_levels(n: int, depth: int, m: int, considered: list, lengths: list) -> None:
    rounds = schedule(n, depth, m)
    np.testing.assert_array_equal(rounds.considered, np.repeat(considered, lengths))
    np.testing.assert_array_equal(rounds.within, np.concatenate([np.arange(length) for length in lengths]))
    assert np.flatnonzero(rounds.last).tolist() == (np.cumsum(lengths) - 1).tolist()


FOUR = random_mdp(63, states=8, actions=5, stochastic=True, terminals=2)
FOUR_TABLES = exact.tables(random_prior(63, FOUR), random_values(63, FOUR))


def test_the_budget_is_kept_and_shared_evenly_and_lineages_stay_with_their_action() -> None:
    trace = search(FOUR, FOUR_TABLES, particles=22, depth=9, max_num_considered_actions=4)
    rounds = schedule(22, 9, 4)
    assert trace["parent"].shape == (9, 22)
    roots = trace["root_action"][trace["branch"]]
    for level in range(9):
        counts = np.bincount(roots[level], minlength=5)
        assert np.sort(counts)[-rounds.considered[level] :].sum() == 22 and np.ptp(counts[counts > 0]) <= 1
        weights = np.exp(trace["log_weight"][level].astype(float))
        np.testing.assert_allclose(np.bincount(roots[level], weights, 5), counts, rtol=1e-5)
        if level < 8 and not rounds.last[level]:
            np.testing.assert_array_equal(roots[level + 1], roots[level][trace["ancestor"][level]])
            np.testing.assert_array_equal(roots[level + 1], roots[level])
    begins = rounds.within == 0
    assert np.all(trace["parent"][begins] == -1) and np.all(trace["depth"][begins] == 0) and np.all(trace["alive"][begins])
    assert np.all(trace["parent"] < np.arange(9)[:, None] * 22)
    np.testing.assert_array_equal(trace["action"][begins], roots[begins])
    np.testing.assert_array_equal(trace["root_visits"], np.bincount(roots[begins].ravel(), minlength=5))
    np.testing.assert_array_equal(trace["resampled"], ~rounds.last)
    # Each round considers a subset of the actions of the previous round.
    assert set(roots[-1]) <= set(roots[0]) and trace["chosen_action"] in roots[-1]
    untried = trace["root_visits"] == 0
    assert untried.sum() == 1 and np.all(trace["root_policy"][untried] == 0) and np.all(np.isnan(trace["root_q"][untried]))
    np.testing.assert_allclose(np.bincount(trace["root_action"], trace["slot_policy"], 5), trace["root_policy"], rtol=1e-5)
    np.testing.assert_allclose(trace["slot_value"], trace["root_q"][trace["root_action"]], rtol=1e-6)


def test_an_action_that_is_out_stays_out() -> None:
    # Eight actions are three rounds of two levels; with two particles for each, the estimates of the first round are inaccurate.
    mdp = random_mdp(64, states=9, actions=8, stochastic=True, terminals=2)
    tables = exact.tables(random_prior(64, mdp), random_values(64, mdp))
    settings = {"particles": 16, "depth": 6, "reward_temperature": 0.3, "discount": DISCOUNT}
    begun, chosen = many(mdp, tables, 200, lambda plan: (plan.trace.action[::2], plan.root.chosen_action), **settings)
    for rounds, action in zip(begun, chosen, strict=True):
        first, second, third = (set(actions) for actions in rounds)
        assert len(first) == 8 and len(second) == 4 and len(third) == 2
        assert first > second > third and action in third


def test_noise_decides_which_actions_enter_and_none_leaves_the_most_probable() -> None:
    settings = {**SMALL, "max_num_considered_actions": 2}
    entered = many(FOUR, FOUR_TABLES, 500, lambda plan: plan.root.root_visits > 0, **settings)
    assert np.all(entered.sum(axis=1) == 2) and np.all(entered.any(axis=0))
    prior = random_prior(63, FOUR)[0]
    quiet = many(FOUR, FOUR_TABLES, 8, lambda plan: plan.root.root_visits > 0, **settings, gumbel_scale=0.0)
    assert np.all(quiet == (prior >= np.sort(prior)[-2]))


def test_actions_the_prior_forbids_are_never_taken_and_leave_their_slots_to_others() -> None:
    forbidden = exact.tables(np.where(np.arange(3) == 1, 0.0, 0.5) * np.ones((6, 1)), VALUES)
    plan = plan_with("tsmcts", MDP, forbidden, **SMALL)
    trace = to_arrays(plan)
    assert STATUSES[int(plan.status)] == "ok" and not np.any(trace["action"] == 1)
    assert trace["root_policy"][1] == 0 and np.isnan(trace["root_q"][1])
    assert trace["root_visits"][1] == 0 and trace["root_visits"].sum() == 24


def test_a_terminal_root_leaves_the_prior_and_value_zero() -> None:
    plan = plan_with("tsmcts", MDP, TABLES, start=5, **SMALL)
    trace = to_arrays(plan)
    assert STATUSES[int(plan.status)] == "ok" and not trace["alive"].any()
    np.testing.assert_allclose(trace["root_policy"], PRIOR[5], rtol=1e-5)
    assert trace["root_value"] == 0 and trace["value_target"] == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("field", ["prior_logits", "value", "qvalues"])
def test_a_network_that_is_not_finite_is_reported_but_not_for_terminal_states(field: str, bad: float) -> None:
    table = np.array(getattr(TABLES, field))
    for rows, status in ((MDP.terminal, "ok"), (slice(1, None), "non_finite_network")):
        table[rows] = bad
        plan = plan_with("tsmcts", MDP, replace(TABLES, **{field: jnp.asarray(table)}), **SMALL)
        assert STATUSES[int(plan.status)] == status


def test_same_key_same_bits_and_no_live_setting_compiles_anything() -> None:
    first, again, other = (search(seed=seed) for seed in (3, 3, 4))
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert first["action"].tobytes() != other["action"].tobytes()
    programs = program.cache_info().currsize
    static, _ = get_planner("tsmcts").split(settings_of("tsmcts", **SMALL))
    compiled = program("tsmcts", MDP, static, False)._cache_size()
    for values in ({"discount": 0.3}, {"gumbel_scale": 0.0}, {"resampling_period": 5}, {"reward_temperature": 0.3}):
        search(**values)
    assert program.cache_info().currsize == programs and program("tsmcts", MDP, static, False)._cache_size() == compiled == 1


def test_settings_are_checked_like_those_of_the_others() -> None:
    with pytest.raises(SettingsError, match=r"alpha: got 0\.5, allowed: one of the settings discount, value_source"):
        settings_of("tsmcts", alpha=0.5)
    with pytest.raises(SettingsError, match=f"particles: got '65536 \\* 65', allowed: particles \\* depth <= {MAX_TRANSITIONS}"):
        settings_of("tsmcts", particles=65536, depth=65)
    with pytest.raises(SettingsError, match="reward_temperature: got None"):
        get_planner("tsmcts").settings({}, {"discount": 0.9})


def test_distributions_and_states_are_recorded_on_request() -> None:
    plain, full = search(), search(record=True)
    assert full.keys() - plain.keys() == {"prior", "proposal", "q_value", "state/index"}
    # The proposal of root actions is their share of the slots; elsewhere it is the prior.
    np.testing.assert_allclose(full["proposal"][0], np.full((24, 3), 1 / 3), rtol=1e-6)
    np.testing.assert_allclose(full["proposal"][1:], full["prior"][1:])
