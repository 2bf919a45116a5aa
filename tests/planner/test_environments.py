"""Adapters against the environments of gymnax they adapt, and their tables against their steps."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import exact
from planner.environments import ENVIRONMENTS, make_environment

NAMES = sorted(ENVIRONMENTS)
ENUMERABLE = [name for name in NAMES if name != "CartPole-v1"]


def walk(environment, steps, seed):
    """States, actions and transitions of random actions, going on past the end."""
    step, key = jax.jit(environment.step), jax.random.key(seed)
    state, seen = environment.reset(key), []
    for _ in range(steps):
        key, action_key, step_key = jax.random.split(key, 3)
        action = jax.random.randint(action_key, (), 0, len(environment.action_names))
        transition = step(step_key, state, action)
        seen.append((step_key, state, action, transition))
        state = transition.state
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_the_transitions_are_those_of_gymnax_until_the_episode_terminates(name):
    environment = make_environment(name)
    original = jax.jit(environment._environment.step_env)
    compared = 0
    for seed in range(3):
        for key, state, action, transition in walk(environment, 40, seed):
            if environment.is_terminal(state):
                break
            _, expected, reward, terminated, _ = original(key, state, action, environment._params)
            # Two compilations of the same arithmetic.
            close = lambda ours, theirs: np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
            jax.tree.map(close, transition.state, expected)
            assert transition.reward == reward
            assert transition.continuation == 1 - terminated
            compared += 1
    assert compared > 20


@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_state_is_stayed_in_without_reward(name):
    environment = make_environment(name)
    for seed in range(40):
        seen = walk(environment, 60 if name != "FourRooms-misc" else 400, seed)
        ended = [index for index, (*_, transition) in enumerate(seen) if transition.continuation == 0]
        if ended:
            break
    assert ended, "no episode ended"
    last = seen[ended[0]][3].state
    assert ended == list(range(ended[0], len(seen)))
    for *_, transition in seen[ended[0] + 1 :]:
        assert transition.reward == 0
        jax.tree.map(np.testing.assert_array_equal, transition.state, last)


@pytest.mark.parametrize("name", NAMES)
def test_a_state_keeps_its_shapes_and_dtypes_from_step_to_step(name):
    environment = make_environment(name)
    (_, before, _, transition), *_ = walk(environment, 1, 0)
    kinds = lambda state: jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype, leaf.weak_type), state)
    assert kinds(before) == kinds(transition.state)
    assert environment.observation(before).shape == environment.observation_shape


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_holds_every_position(name):
    environment = make_environment(name)
    for _, state, _, _ in walk(environment, 30, 1):
        x0, x1, y0, y1 = environment.scene(jax.device_get(state))["extent"]
        x, y = environment.position(state)
        assert x0 <= x <= x1
        assert y0 - 1 <= y <= y1  # DeepSea ends one row below its board


def test_the_time_limit_of_cartpole_truncates_and_does_not_terminate():
    environment = make_environment("CartPole-v1")
    late = environment.reset(jax.random.key(0)).replace(time=jnp.int32(499))
    transition = jax.jit(environment.step)(jax.random.key(1), late, jnp.int32(0))
    assert transition.continuation == 1
    assert environment.is_truncated(transition.state)
    assert not environment.is_truncated(late)


@pytest.mark.parametrize("name", ENUMERABLE)
def test_states_and_rows_of_the_tables_belong_together(name):
    environment = make_environment(name)
    rows = jnp.arange(environment.state_count)
    np.testing.assert_array_equal(jax.vmap(lambda row: environment.index(environment.state_of(row)))(rows), rows)
    for _, state, _, _ in walk(environment, 30, 2):
        again = environment.state_of(environment.index(state))
        np.testing.assert_array_equal(environment.observation(again), environment.observation(state))


@pytest.mark.parametrize("name", ENUMERABLE)
def test_the_tables_are_what_steps_do_on_average(name):
    environment, runs = make_environment(name), 2000
    mdp = exact.enumerate_model(environment)
    step = jax.jit(jax.vmap(environment.step, in_axes=(0, None, None)))
    rng = np.random.default_rng(0)
    rows = rng.choice(np.flatnonzero(~mdp.terminal), 4, replace=False)
    checks = len(rows) * len(environment.action_names) * environment.state_count
    # Hoeffding: a frequency over `runs` draws is off by more than this in one of all checks with probability under 1e-9.
    radius = np.sqrt(np.log(2 * checks / 1e-9) / (2 * runs))
    for row in rows:
        for action in range(len(environment.action_names)):
            keys = jax.random.split(jax.random.key(int(row)), runs)
            steps = step(keys, environment.state_of(jnp.int32(row)), jnp.int32(action))
            landed = np.asarray(jax.vmap(environment.index)(steps.state))
            frequency = np.bincount(landed, minlength=environment.state_count) / runs
            assert np.abs(frequency - mdp.transition[row, action]).max() < radius
            np.testing.assert_allclose(steps.reward, mdp.reward[row, action, landed], atol=1e-6)
            np.testing.assert_array_equal(steps.continuation == 0, mdp.terminal[landed])


def test_known_values_of_known_worlds():
    # FrozenLake 4x4, slippery, discount 0.99: 0.5420, as in any textbook solution. DeepSea: 1 less eight moves of 0.01 / 8 each.
    lake = exact.optimal_values(exact.enumerate_model(make_environment("FrozenLake-misc")), 0.99)
    np.testing.assert_allclose(lake.value[0], 0.5420, atol=1e-4)
    sea = exact.optimal_values(exact.enumerate_model(make_environment("DeepSea-bsuite")), 1.0)
    np.testing.assert_allclose(sea.value[0], 0.99, atol=1e-6)


def test_an_environment_without_tables_says_so():
    with pytest.raises(ValueError, match="CartPole-v1 has no exact answers"):
        exact.enumerate_model(make_environment("CartPole-v1"))
