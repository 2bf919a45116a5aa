"""Invariants of every plan: terminal states, faulty networks, repeatability, and compilation.

Mutations that fail here: revival at a terminal root; a status that does not check Q; a live setting made static.
"""

from dataclasses import fields, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import exact
from planner.algorithms.settings import describe_setting
from planner.algorithms.smc import STATUSES, plan
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.environments.tabular import TabularMDP
from tests.conftest import compiling_quickly
from tests.planner.examples import complete, jitted_plan, live, make_arrays, make_plan, quick_plan, random_mdp, random_prior, random_values

pytestmark = pytest.mark.optimised

MDP = random_mdp(21, stochastic=True, terminals=2)
PRIOR, VALUES = random_prior(21, MDP), random_values(21, MDP)
TABLES = exact.tables(PRIOR, VALUES)
SMALL = complete(particles=16, depth=4)


def one_step_mdp(actions: int = 3) -> TabularMDP:
    """A process in which every action ends the episode, with its own reward."""
    reward = np.array([np.arange(actions) - 1.0, np.zeros(actions)])
    return TabularMDP.deterministic("one step", np.ones((2, actions), int), reward, np.array([False, True]))


ONE_STEP = one_step_mdp()
ONE_STEP_VALUES = exact.Values(np.array([0.4, 9.0]), np.array([[0.3, -0.2, 0.1], [7.0, 7.0, 7.0]]))
ONE_STEP_TABLES = exact.tables(np.array([[0.5, 0.25, 0.25]] * 2), ONE_STEP_VALUES)


def test_when_everything_ends_at_depth_one_returns_are_exact_and_later_levels_start_from_the_root_again() -> None:
    settings = complete(particles=16, depth=3, resampling_rule="period", value_mixing=1.0, retrace_lambda=0.9)
    trace = make_arrays(settings, ONE_STEP, ONE_STEP_TABLES, compiled=quick_plan)
    assert np.all(trace["alive"]) and np.all(trace["terminal"])
    assert np.all(trace["parent"] == -1) and np.all(trace["depth"] == 0) and np.all(trace["revived"][1:]) and not np.any(trace["revived"][0])
    np.testing.assert_allclose(trace["slot_value"], trace["root_action"] - 1.0, rtol=1e-6)
    np.testing.assert_array_equal(trace["root_q"], np.where(trace["root_visits"] > 0, np.arange(3) - 1.0, np.nan))
    assert len(np.unique(trace["action"][1:])) == 3
    assert_nothing_nan(trace)


def test_when_everything_ends_at_depth_one_without_revival_the_rest_of_the_plan_stands_still() -> None:
    settings = complete(particles=16, depth=5, resampling_rule="period", revive=False)
    trace = make_arrays(settings, ONE_STEP, ONE_STEP_TABLES, compiled=quick_plan)
    assert np.all(trace["alive"][0]) and not np.any(trace["alive"][1:])
    assert np.all(trace["depth"][1:] == 1) and np.all(trace["log_weight"][1:] == 0)
    np.testing.assert_allclose(trace["log_evidence"], trace["log_evidence"][0], atol=1e-6)
    assert_nothing_nan(trace)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["message", "value", "surviving", "online"])
def test_at_depth_one_every_policy_target_is_the_same_weighing_of_the_root_slots(target: str) -> None:
    settings = complete(particles=16, depth=1, policy_target=target, advantage=False)
    trace = make_arrays(settings, ONE_STEP, ONE_STEP_TABLES, compiled=quick_plan)
    weights = np.exp((trace["log_prior"] - trace["log_proposal"])[0] + (trace["root_action"] - 1.0) / settings.reward_temperature)
    np.testing.assert_allclose(trace["slot_policy"], weights / weights.sum(), rtol=1e-4)


def assert_nothing_nan(trace: dict[str, np.ndarray]) -> None:
    for name, array in trace.items():
        assert name == "root_q" or not np.any(np.isnan(array)), name


@pytest.mark.parametrize("rule", ["period", pytest.param("ess", marks=pytest.mark.slow)])
def test_a_terminal_root_leaves_the_prior_and_value_zero_and_nothing_steps(rule: str) -> None:
    settings = complete(particles=16, depth=3, resampling_rule=rule, ess_threshold=1.0)
    result = make_plan(settings, ONE_STEP, ONE_STEP_TABLES, start=1, compiled=quick_plan)
    trace = to_arrays(result)
    assert STATUSES[int(result.status)] == "ok"
    assert not trace["alive"].any() and not trace["revived"].any() and np.all(trace["parent"] == -1)
    assert np.all(trace["log_weight"] == 0) and np.all(trace["position"] == trace["root_position"])
    np.testing.assert_allclose(trace["root_policy"], [0.5, 0.25, 0.25])
    assert trace["root_value"] == 0 and trace["value_target"] == 0 and np.all(trace["slot_value"] == 0)
    np.testing.assert_array_equal(trace["root_q"][trace["root_visits"] > 0], 0)


def test_actions_the_prior_forbids_are_never_taken() -> None:
    forbidden = exact.tables(np.where(np.arange(3) == 1, 0.0, 0.5) * np.ones((6, 1)), VALUES)
    settings = complete(particles=16, depth=4, alpha=0.5)
    result = make_plan(settings, MDP, forbidden)
    trace = to_arrays(result)
    assert STATUSES[int(result.status)] == "ok" and not np.any(trace["action"] == 1)
    assert trace["root_policy"][1] == 0 and np.isnan(trace["root_q"][1]) and trace["root_visits"][1] == 0
    assert_nothing_nan(trace)


BAD_FIELDS = ["prior_logits", "value", "qvalues"]


@pytest.mark.parametrize("constraint", ["adaptive", "fixed_temperature"])
@pytest.mark.parametrize("where", ["root", "later"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("field", BAD_FIELDS)
def test_a_network_that_is_not_finite_is_reported(field: str, bad: float, where: str, constraint: str) -> None:
    table = np.array(getattr(TABLES, field))
    rows = [0] if where == "root" else np.flatnonzero(~MDP.terminal & (np.arange(6) != 0))
    if table.ndim == 1:
        table[rows] = bad
    else:
        table[rows, 1] = bad
    settings = complete(particles=16, depth=4, constraint=constraint, alpha=0.9)
    result = make_plan(settings, MDP, replace(TABLES, **{field: jnp.asarray(table)}))
    assert STATUSES[int(result.status)] == "non_finite_network"


def test_a_greedy_twist_does_not_hide_an_infinite_q() -> None:
    table = np.array(TABLES.qvalues)
    table[0] = [np.inf, 0.0, 0.0]
    result = make_plan(complete(particles=16, depth=4, alpha=1.0), MDP, replace(TABLES, qvalues=jnp.asarray(table)))
    assert STATUSES[int(result.status)] == "non_finite_network"


def test_what_the_network_says_of_terminal_states_does_not_matter() -> None:
    spoiled = jax.tree.map(lambda table: jnp.where(MDP.terminal.reshape(-1, *[1] * (table.ndim - 1)), jnp.nan, table), TABLES)
    result, plain = make_plan(SMALL, MDP, spoiled), make_plan(SMALL, MDP, TABLES)
    assert STATUSES[int(result.status)] == "ok"
    for first, second in zip(jax.tree.leaves(result), jax.tree.leaves(plain), strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_same_key_and_settings_give_the_same_bits_and_another_key_others() -> None:
    first, again, other = (make_arrays(SMALL, MDP, TABLES, seed=seed) for seed in (3, 3, 4))
    assert first.keys() == again.keys()
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert first["action"].tobytes() != other["action"].tobytes()


def test_a_program_compiled_anew_gives_the_same_bits() -> None:
    # A new function object has a new entry in the compilation cache.
    anew = jax.jit(lambda *a, **k: plan(*a, **k), static_argnames=("static", "model"))
    result = anew(TABLES, jax.random.key(3), MDP.state(0), live=Live.of(SMALL), static=Static.of(SMALL), model=Model(MDP, exact.look_up))
    first, again = make_arrays(SMALL, MDP, TABLES, seed=3), to_arrays(result)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)


OTHER_VALUES = {
    "alpha": 0.9,
    "kl_bound": 0.5,
    "twist_temperature": 2.0,
    "reward_temperature": 3.0,
    "discount": 0.5,
    "ess_threshold": 0.9,
    "resampling_period": 3,
    "retrace_lambda": 0.1,
    "value_mixing": 1.0,
    "root_prior_share": 0.8,
    "completed_scale": 5.0,
    "target_kl": 1.0,
    "act": "sample",
}


def test_no_live_setting_compiles_anything_when_it_changes() -> None:
    # The noise of exact values changes the tables that are planned with, which are parameters (test_truth.py).
    live_names = {name for name in SmcSettings.model_fields if describe_setting(name, SmcSettings)["kind"] == "live"} - {"value_noise"} | {"act"}
    assert OTHER_VALUES.keys() == live_names
    assert {field.name for field in fields(Live)} == live_names - {"act"} | {"sample_action"}
    make_plan(SMALL, MDP, TABLES)
    compiled = jitted_plan._cache_size()
    with jax.log_compiles(False):
        for name, value in OTHER_VALUES.items():
            changed = SMALL.model_copy(update={name: value})
            assert Live.of(changed) != Live.of(SMALL) and Static.of(changed) == Static.of(SMALL)
            make_plan(changed, MDP, TABLES, seed=5)
            assert jitted_plan._cache_size() == compiled, name


def test_a_plan_is_the_same_without_jit() -> None:
    settings = complete(particles=3, depth=2, resampling_rule="period", constraint="fixed_temperature")
    arguments = (TABLES, jax.random.key(1), MDP.state(0))
    options = {"live": jax.tree.map(jnp.asarray, Live.of(settings)), "static": Static.of(settings), "model": Model(MDP, exact.look_up)}
    compiled = to_arrays(jitted_plan(*arguments, **options))
    with jax.disable_jit(), compiling_quickly():
        plain = to_arrays(plan(*arguments, **options))
    for name, array in plain.items():
        np.testing.assert_allclose(compiled[name], array, rtol=2e-4, atol=2e-5, err_msg=name)


def test_plans_of_a_batch_do_not_see_each_other() -> None:
    one = lambda key, tables: plan(tables, key, MDP.state(0), live=live(), static=Static.of(SMALL), model=Model(MDP, exact.look_up)).root
    many = jax.jit(jax.vmap(one))
    keys = jax.random.split(jax.random.key(0), 2)
    spoiled = jax.tree.map(lambda x: jnp.stack([x, jnp.full_like(x, jnp.nan)]), TABLES)
    same = jax.tree.map(lambda x: jnp.stack([x, x]), TABLES)
    for first, second in zip(jax.tree.leaves(many(keys, spoiled)), jax.tree.leaves(many(keys, same)), strict=True):
        np.testing.assert_array_equal(first[0], second[0])


@pytest.mark.parametrize(("field", "value"), [("particles", 0), ("depth", 0)])
def test_no_particles_or_levels_is_refused_before_anything_compiles(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{field} must be at least 1, got 0"):
        Static(**{field: value})
