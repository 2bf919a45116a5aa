"""Adapters against the environments they adapt."""

import jax
import jax.numpy as jnp
import numpy as np
from gymnax.environments.classic_control.cartpole import CartPole as GymnaxCartPole

from planner import make_environment

CARTPOLE = make_environment("CartPole-v1")
STEP = jax.jit(CARTPOLE.step)


def play(steps, policy, seed=0):
    """States, actions and transitions of one episode."""
    state, key, seen = CARTPOLE.reset(jax.random.key(seed)), jax.random.key(1), []
    for index in range(steps):
        action = jnp.int32(policy(index))
        transition = STEP(key, state, action)
        seen.append((state, action, transition))
        state = transition.state
    return seen


def test_cartpole_makes_the_transitions_of_gymnax_until_it_terminates():
    original = GymnaxCartPole()
    step = jax.jit(original.step_env)
    for state, action, transition in play(60, lambda index: index // 3 % 2):
        if CARTPOLE.is_terminal(state):
            break
        _, expected, reward, terminated, _ = step(jax.random.key(1), state, action, original.default_params)
        # Two compilations of the same arithmetic.
        jax.tree.map(lambda ours, theirs: np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6), transition.state, expected)
        assert transition.reward == reward
        assert transition.continuation == 1 - terminated


def test_cartpole_stays_where_it_is_after_termination():
    seen = play(40, lambda index: 1)
    ended = next(index for index, (_, _, transition) in enumerate(seen) if transition.continuation == 0)
    assert seen[ended][2].reward == 1
    for _, _, transition in seen[ended + 1 :]:
        assert transition.reward == 0
        assert transition.continuation == 0
        jax.tree.map(np.testing.assert_array_equal, transition.state, seen[ended][2].state)


def test_the_time_limit_of_cartpole_truncates_and_does_not_terminate():
    state = CARTPOLE.reset(jax.random.key(0))
    late = type(state)(time=jnp.int32(499), x=state.x, x_dot=state.x_dot, theta=state.theta, theta_dot=state.theta_dot)
    transition = STEP(jax.random.key(1), late, jnp.int32(0))
    assert transition.continuation == 1
    assert CARTPOLE.is_truncated(transition.state)
    assert not CARTPOLE.is_truncated(late)


def test_the_scene_of_cartpole_shows_the_pole_where_the_position_says():
    state = jax.device_get(play(5, lambda index: 1)[-1][2].state)
    scene = CARTPOLE.scene(state)
    pole = next(shape for shape in scene["shapes"] if shape["role"] == "accent")
    np.testing.assert_allclose(pole["points"][1], CARTPOLE.position(state), rtol=1e-5)
