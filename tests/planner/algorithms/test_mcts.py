"""Gumbel MCTS is mctx on the true model, and its tree is recorded in the form of a trace.

Mutations that fail here: values of terminal states passed to mctx; a discount that forgets the end; ids of nodes off by one.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
import mctx
import numpy as np
import pytest

from planner import exact
from planner.algorithms.mcts import Embedding, recurrent_function
from planner.algorithms.settings import SettingsError
from planner.algorithms.smc import STATUSES
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.environments.tabular import TabularMDP, TabularState
from tests.planner.examples import layered_mdp, plan_with, program, random_mdp, random_prior, random_values, settings_of

MDP = random_mdp(51, stochastic=True, terminals=2)
PRIOR, VALUES = random_prior(51, MDP), random_values(51, MDP)
TABLES = exact.tables(PRIOR, VALUES)
SIMULATIONS, DISCOUNT = 64, 0.9


def search(mdp: TabularMDP = MDP, tables=TABLES, **keywords) -> dict[str, np.ndarray]:
    return to_arrays(plan_with("gumbel_mcts", mdp, tables, **{"num_simulations": SIMULATIONS, **keywords}))


def direct(seed: int, *, considered: int, scale: float, depth: int) -> mctx.PolicyOutput:
    """The same search, written from mctx's documentation, directly on the tables."""
    transition, reward, terminal = (jnp.asarray(table) for table in (MDP.transition, MDP.reward, MDP.terminal))
    value = jnp.where(terminal, 0.0, TABLES.value)
    logits = jnp.where(terminal[:, None], 0.0, TABLES.prior_logits)

    def recurrent(params, key, action, state):
        (model_key,) = jax.random.split(key, 1)
        s, a = state[0], action[0]
        drawn = jax.random.categorical(model_key, jnp.log(transition[s, a].astype(jnp.float32)))
        after = jnp.where(terminal[s], s, drawn)
        gained = jnp.where(terminal[s], 0.0, reward[s, a, after].astype(jnp.float32))
        output = mctx.RecurrentFnOutput(
            reward=gained[None], discount=jnp.where(terminal[after], 0.0, DISCOUNT)[None], prior_logits=logits[after][None], value=value[after][None]
        )
        return output, after[None]

    root = mctx.RootFnOutput(prior_logits=logits[:1], value=value[:1], embedding=jnp.zeros(1, int))
    return mctx.gumbel_muzero_policy(
        (), jax.random.key(seed), root, recurrent, SIMULATIONS, max_depth=depth, max_num_considered_actions=considered, gumbel_scale=scale
    )


@pytest.mark.parametrize(("considered", "scale", "depth"), [(16, 1.0, 64), (2, 0.5, 3)])
def test_it_equals_a_direct_call_of_mctx_with_the_same_key(considered: int, scale: float, depth: int) -> None:
    for seed in range(3):
        found = search(seed=seed, max_num_considered_actions=considered, gumbel_scale=scale, max_depth=depth, record=True)
        expected = direct(seed, considered=considered, scale=scale, depth=depth)
        tree = jax.tree.map(lambda leaf: np.asarray(leaf)[0], expected.search_tree)
        assert found["chosen_action"] == expected.action[0]
        # One is compiled as a whole and the other step by step; exp of f32 logits of size 20 amplifies the rounding.
        np.testing.assert_allclose(found["root_policy"], expected.action_weights[0], rtol=2e-5)
        np.testing.assert_array_equal(found["root_visits"], tree.children_visits[0])
        np.testing.assert_array_equal(found["visits"], tree.node_visits[1:])
        np.testing.assert_allclose(found["value_target"], tree.node_values[0], rtol=1e-5)
        # As docs/method.md says: V(s0) is one part of M + 1, each simulation's return is another.
        returns = found["root_visits"] @ np.nan_to_num(found["root_q"])
        np.testing.assert_allclose(found["value_target"], (found["root_value"] + returns) / (SIMULATIONS + 1), rtol=1e-5)
        used = found["visits"] > 0
        assert used.all() == (depth == 64)
        np.testing.assert_array_equal(found["parent"][used], tree.parents[1:][used] - 1)
        np.testing.assert_array_equal(found["action"][used], tree.action_from_parent[1:][used])
        np.testing.assert_array_equal(found["state/index"][used], tree.embeddings[1:][used])
        edge = tree.parents[1:][used], tree.action_from_parent[1:][used]
        qvalues = (tree.children_rewards + tree.children_discounts * tree.children_values)[edge]
        np.testing.assert_allclose(found["q_value"][used], qvalues, rtol=1e-5)
        np.testing.assert_allclose(found["prior"][used], np.exp(jax.nn.log_softmax(tree.children_prior_logits))[edge], rtol=1e-5)


def test_ids_depths_and_visits_make_a_tree() -> None:
    tree = search(max_depth=3)
    nodes = np.flatnonzero(tree["visits"])
    parent, depth = tree["parent"][nodes], tree["depth"][nodes]
    assert np.all(parent < nodes) and 0 < len(nodes) < SIMULATIONS
    np.testing.assert_array_equal(depth, np.where(parent < 0, 0, tree["depth"][parent] + 1))
    assert depth.max() == 2
    # A node is visited once when it is made, and once with each visit of a child; at the depth limit, once each time it is repeated.
    children = np.bincount(parent[parent >= 0], tree["visits"][nodes][parent >= 0], SIMULATIONS)[nodes]
    np.testing.assert_array_equal(tree["visits"][nodes][depth < 2], 1 + children[depth < 2])
    np.testing.assert_array_equal(tree["root_visits"], np.bincount(tree["action"][nodes][parent < 0], tree["visits"][nodes][parent < 0], 3))
    assert tree["root_visits"].sum() == SIMULATIONS
    assert len(set(zip(parent, tree["action"][nodes], strict=True))) == len(nodes)


def test_steps_after_an_end_are_neither_alive_nor_worth_anything() -> None:
    tree = search(num_simulations=128)
    ended = tree["terminal"]
    beyond = (tree["parent"] >= 0) & (ended | ~tree["alive"])[tree["parent"]]
    assert ended.any() and beyond.any()
    np.testing.assert_array_equal(tree["alive"], ~beyond)
    assert np.all(tree["q_value"][beyond] == 0) and np.all(tree["reward"][beyond] == 0)
    np.testing.assert_allclose(tree["q_value"][ended], tree["reward"][ended], rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_the_optimal_action_of_a_small_process_whatever_the_network_says(seed: int) -> None:
    # 3 + 9 + 27 steps are the whole tree; 512 simulations have seen all of it, and value targets are means over better and better paths.
    mdp = layered_mdp(seed)
    optimal = exact.optimal_values(mdp, DISCOUNT)
    tables = exact.tables(random_prior(seed, mdp), random_values(seed, mdp))
    tree = search(mdp, tables, num_simulations=512, gumbel_scale=0.0)
    assert tree["chosen_action"] == optimal.qvalues[0].argmax() == tree["root_policy"].argmax()
    np.testing.assert_allclose(tree["root_policy"].sum(), 1, rtol=1e-5)


def test_the_model_that_mctx_steps_absorbs_at_the_end() -> None:
    step = recurrent_function(Model(MDP, exact.look_up), jnp.float32(DISCOUNT))
    states = TabularState(jnp.arange(6, dtype=jnp.int32))
    for seed in range(8):
        output, node = step(TABLES, jax.random.key(seed), jnp.zeros(6, int), Embedding(states, None))
        after = node.state
        ends = MDP.terminal[after.index]
        np.testing.assert_array_equal(output.discount, np.where(ends, 0, np.float32(DISCOUNT)))
        np.testing.assert_array_equal(output.value, np.where(ends, 0, TABLES.value[after.index]))
        np.testing.assert_array_equal(after.index[4:], [4, 5])
        assert np.all(output.reward[4:] == 0) and np.all(output.reward[:4] != 0)


def test_where_every_action_ends_the_episode_the_values_are_the_rewards() -> None:
    reward = np.array([[0.5, -1.0, 2.0], [0.0, 0.0, 0.0]])
    mdp = TabularMDP.deterministic("one step", np.ones((2, 3), int), reward, np.array([False, True]))
    tables = exact.tables(np.full((2, 3), 1 / 3), exact.Values(np.array([0.4, 9.0]), np.full((2, 3), 7.0)))
    tree = search(mdp, tables)
    np.testing.assert_allclose(tree["root_q"], reward[0])
    assert tree["chosen_action"] == 2 and tree["root_value"] == np.float32(0.4)


def test_a_terminal_root_leaves_the_prior_and_value_zero() -> None:
    plan = plan_with("gumbel_mcts", MDP, TABLES, start=5, num_simulations=SIMULATIONS)
    tree = to_arrays(plan)
    assert STATUSES[int(plan.status)] == "ok" and not tree["alive"].any()
    np.testing.assert_allclose(tree["root_policy"], PRIOR[5], rtol=1e-5)
    assert tree["root_value"] == 0 and tree["value_target"] == 0


def test_actions_the_prior_forbids_are_never_taken() -> None:
    forbidden = exact.tables(np.where(np.arange(3) == 1, 0.0, 0.5) * np.ones((6, 1)), VALUES)
    plan = plan_with("gumbel_mcts", MDP, forbidden, num_simulations=SIMULATIONS)
    tree = to_arrays(plan)
    assert STATUSES[int(plan.status)] == "ok" and not np.any(tree["action"][tree["alive"]] == 1)
    assert tree["root_policy"][1] == 0 and np.isnan(tree["root_q"][1]) and tree["root_visits"][1] == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("field", ["prior_logits", "value"])
def test_a_network_that_is_not_finite_is_reported_but_not_for_terminal_states(field: str, bad: float) -> None:
    table = np.array(getattr(TABLES, field))
    table[MDP.terminal] = bad
    plan = plan_with("gumbel_mcts", MDP, replace(TABLES, **{field: jnp.asarray(table)}), num_simulations=SIMULATIONS)
    assert STATUSES[int(plan.status)] == "ok"
    table[1:] = bad
    plan = plan_with("gumbel_mcts", MDP, replace(TABLES, **{field: jnp.asarray(table)}), num_simulations=SIMULATIONS)
    assert STATUSES[int(plan.status)] == "non_finite_network"


def test_same_key_same_bits_and_no_live_setting_compiles_anything() -> None:
    first, again, other = (search(seed=seed) for seed in (3, 3, 4))
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert first["action"].tobytes() != other["action"].tobytes()
    programs = program.cache_info().currsize
    for values in ({"discount": 0.3}, {"gumbel_scale": 0.0}, {"max_depth": 5}):
        search(**values)
    assert program.cache_info().currsize == programs


def test_a_setting_of_another_planner_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"alpha: got 0\.5, allowed: one of the settings discount, .*, num_simulations, max_depth"):
        settings_of("gumbel_mcts", alpha=0.5)
    with pytest.raises(SettingsError, match="num_simulations: got 0, allowed: a whole number >= 1 and <= 16384"):
        settings_of("gumbel_mcts", num_simulations=0)
    assert settings_of("gumbel_mcts", num_simulations=48).model_steps == 48


def test_states_are_recorded_on_request() -> None:
    assert isinstance(MDP.state(0), TabularState) and "state/index" not in search()
    assert search(record=True)["state/index"].shape == (SIMULATIONS,)
