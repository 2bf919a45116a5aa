"""Adapters compared with the original environments of gymnax, and their tables with their steps."""

import json
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import exact
from planner.core.trace import state_arrays, state_at
from planner.environments import ENVIRONMENTS, EXTRAS, Environment, make_environment
from tests.planner.examples import random_action

NAMES = sorted(name for name in ENVIRONMENTS if not name.endswith(EXTRAS))
ENUMERABLE = [name for name in NAMES if name.endswith(("-bsuite", "-misc"))]
ENDLESS = ["Freeway-MinAtar", "Pendulum-v1"]
TIMED = [name for name in NAMES if not name.endswith("-bsuite")]
"""Environments with a time limit, for which a first state can be moved near to it."""
STEPS = 400

NEAR_THE_END = {
    "MountainCar-v0": {"position": 0.45, "velocity": 0.06},
    "MountainCarContinuous-v0": {"position": 0.4, "velocity": 0.06},
    "Acrobot-v1": {"joint_angle1": 1.5, "velocity_1": 5.0},
}
"""States from which even random actions end the episode soon."""


@cache
def walker(name):
    """Jitted: key, first state -> key, state, action and transition of STEPS random actions, continued after terminal states."""
    environment = make_environment(name)

    def walk(key, state):
        def step(state, key):
            action_key, step_key = jax.random.split(key)
            action = random_action(environment, action_key)
            transition = environment.step(step_key, state, action)
            return transition.state, (step_key, state, action, transition)

        return jax.lax.scan(step, state, jax.random.split(key, STEPS))[1]

    return jax.jit(walk)


@cache
def walk(name, seed=0, near_the_end=False):
    state = make_environment(name).reset(jax.random.key(seed))
    if near_the_end and name in NEAR_THE_END:
        state = state.replace(**{leaf: jnp.float32(value) for leaf, value in NEAR_THE_END[name].items()})
    return walker(name)(jax.random.key(seed + 100), state)


def at(tree, index):
    """One of many states, on the host."""
    return jax.tree.map(lambda leaf: np.asarray(leaf)[index], tree)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_an_environment_and_equal_to_another_of_its_class(name):
    environment = make_environment(name)
    twin = type(environment)()
    assert isinstance(environment, Environment) and environment.name == name
    assert environment == twin and hash(environment) == hash(twin)
    assert all(environment != make_environment(other) for other in NAMES if other != name)


@pytest.mark.parametrize("name", NAMES)
def test_the_transitions_are_those_of_gymnax_until_the_episode_terminates(name):
    environment = make_environment(name)
    original = jax.jit(jax.vmap(partial(environment._environment.step_env, params=environment._params)))
    compared = 0
    for seed in range(8):
        keys, states, actions, transitions = walk(name, seed)
        _, expected, reward, terminated, _ = original(keys, states, actions)
        alive = ~np.asarray(jax.vmap(environment.is_terminal)(states))

        def close(ours, theirs, alive=alive):
            # Equal up to rounding: the same arithmetic is compiled twice.
            np.testing.assert_allclose(np.asarray(ours)[alive], np.asarray(theirs)[alive], rtol=1e-5, atol=1e-5)

        jax.tree.map(close, transitions.state, expected)
        close(transitions.reward, reward)
        np.testing.assert_array_equal(transitions.continuation[alive], 1 - terminated[alive])
        compared += alive.sum()
    assert compared > 20


@pytest.mark.parametrize("name", sorted({*NAMES} - {*ENDLESS}))
def test_a_terminal_state_is_stayed_in_without_reward(name):
    for seed in range(40):
        _, states, _, transitions = walk(name, seed, near_the_end=True)
        ended = np.flatnonzero(transitions.continuation == 0)
        if len(ended):
            break
    assert len(ended), "no episode ended"
    assert ended.tolist() == list(range(ended[0], STEPS)) and len(ended) > 1
    np.testing.assert_array_equal(jax.vmap(make_environment(name).is_terminal)(states), np.arange(STEPS) > ended[0])
    np.testing.assert_array_equal(transitions.reward[ended[1:]], 0)
    for leaf in jax.tree.leaves(transitions.state):
        np.testing.assert_array_equal(leaf[ended], np.broadcast_to(leaf[ended[0]], leaf[ended].shape))


@pytest.mark.parametrize("name", ENDLESS)
def test_nothing_but_a_time_limit_ends_an_endless_episode(name):
    _, states, _, transitions = walk(name)
    assert np.all(transitions.continuation == 1)
    assert not np.any(jax.vmap(make_environment(name).is_terminal)(states))


@pytest.mark.parametrize("name", TIMED)
def test_a_time_limit_truncates_and_does_not_terminate(name):
    environment = make_environment(name)
    first = environment.reset(jax.random.key(0))
    late = first.replace(time=jnp.int32(environment._params.max_steps_in_episode - 1))
    transition = environment.step(jax.random.key(1), late, random_action(environment, jax.random.key(2)))
    assert transition.continuation == 1
    assert environment.is_truncated(transition.state)
    assert not environment.is_truncated(late) and not environment.is_truncated(first)


@pytest.mark.parametrize("name", NAMES)
def test_a_state_keeps_its_shapes_and_dtypes_from_step_to_step(name):
    environment = make_environment(name)
    before = environment.reset(jax.random.key(0))
    action = random_action(environment, jax.random.key(1))
    transition = jax.eval_shape(environment.step, jax.random.key(0), before, action)
    kinds = lambda state: jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype, leaf.weak_type), state)
    assert kinds(before) == kinds(transition.state)
    assert all(part.shape == () and part.dtype == jnp.float32 for part in (transition.reward, transition.continuation))
    assert environment.observation(before).shape == environment.observation_shape
    assert environment.position(before).dtype == jnp.float32


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_holds_every_position(name):
    environment = make_environment(name)
    states = walk(name)[1]
    positions = jax.vmap(environment.position)(states)
    for index in range(0, STEPS, 20):
        scene = environment.scene(at(states, index))
        x0, x1, y0, y1 = scene["extent"]
        x, y = positions[index]
        assert x0 <= x <= x1
        assert y0 <= y <= y1


SHAPES = {"line": {"points", "width"}, "rect": {"x", "y", "w", "h"}, "circle": {"x", "y", "r"}}
ROLES = {"ground", "limit", "body", "accent", "joint", "goal", "hazard", "cell"}


def numbers_of(shape):
    """Coordinates of the ends of a shape."""
    if shape["kind"] == "line":
        return [number for point in shape["points"] for number in point]
    if shape["kind"] == "rect":
        return [shape["x"], shape["y"], shape["x"] + shape["w"], shape["y"] + shape["h"]]
    return [shape[axis] + sign * shape["r"] for axis in "xy" for sign in (-1, 1)]


MINATAR = [name for name in NAMES if name.endswith("-MinAtar")]


@pytest.mark.parametrize("name", MINATAR)
def test_every_channel_of_minatar_is_drawn_unlike_the_others_and_named(name):
    environment = make_environment(name)
    drawn = {channel: (kind, role) for channel, kind, role, _ in environment.drawn}
    assert set(drawn) == set(range(environment.observation_shape[2]))
    names = {text: {(kind, role) for _, kind, role, other in environment.drawn if other == text} for *_, text in environment.drawn}
    # One name, one look; another name, another look.
    assert all(len(looks) == 1 for looks in names.values()) and len(set.union(*names.values())) == len(names)
    legend = environment.scene(environment.reset(jax.random.key(0)))["legend"]
    assert {entry["text"] for entry in legend} == set(names)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_made_of_known_shapes_and_moves(name):
    environment = make_environment(name)
    states = walk(name, 1)[1]
    scenes = [environment.scene(at(states, index)) for index in (0, 5, 20)]
    # A state of a trace has the same picture.
    assert environment.scene(state_at(state_arrays(states), at(states, 0), 5)) == scenes[1]
    for scene in scenes:
        assert json.loads(json.dumps(scene)) == scene
        assert scene["caption"] and "\n" not in scene["caption"]
        for shape in scene["shapes"]:
            assert shape["role"] in ROLES and set(shape) == {"kind", "role"} | SHAPES[shape["kind"]]
        for entry in scene.get("legend", []):
            assert entry["text"] and entry["shape"]["role"] in ROLES
            assert all(0 <= number <= 1 for number in numbers_of(entry["shape"]))
    assert scenes[0]["shapes"] != scenes[1]["shapes"] or scenes[0]["shapes"] != scenes[2]["shapes"]


CONTINUOUS = {"Pendulum-v1": ((-2.0, 2.0),), "MountainCarContinuous-v0": ((-1.0, 1.0),)}


@pytest.mark.parametrize("name", NAMES)
def test_continuous_actions_have_bounds_and_numbered_ones_names(name):
    environment = make_environment(name)
    space = environment._environment.action_space(environment._params)
    assert environment.action_bounds == CONTINUOUS.get(name)
    if environment.action_bounds is None:
        assert len(environment.action_names) == space.n
    else:
        assert len(environment.action_names) == len(environment.action_bounds) == space.shape[0]
        low, high = np.asarray(environment.action_bounds).T
        assert np.all(low == space.low) and np.all(high == space.high)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_actions_push_as_hard_as_they_say_up_to_the_bounds(name):
    environment = make_environment(name)
    state = environment.reset(jax.random.key(0))
    actions = jnp.linspace(*environment.action_bounds[0], 9)[:, None]
    after = jax.vmap(environment.step, in_axes=(None, None, 0))(jax.random.key(0), state, actions).state
    # Pendulum: 3 / (m l^2) u dt a step; MountainCarContinuous: power 0.0015.
    speed, gain = (after.theta_dot, 0.15) if name == "Pendulum-v1" else (after.velocity, 0.0015)
    np.testing.assert_allclose(speed - speed[4], gain * actions[:, 0], rtol=1e-4, atol=1e-7)


def test_the_tip_of_the_pendulum_is_up_at_angle_zero_and_goes_left_as_the_angle_grows():
    environment = make_environment("Pendulum-v1")
    state = environment.reset(jax.random.key(0))
    at_angle = lambda theta: environment.position(state.replace(theta=jnp.float32(theta)))
    np.testing.assert_allclose(at_angle(0.0), [0, 1], atol=1e-6)
    np.testing.assert_allclose(at_angle(np.pi / 2), [-1, 0], atol=1e-6)
    assert "+10.0 degrees" in environment.scene(jax.device_get(state.replace(theta=np.float32(np.radians(370)))))["caption"]


def test_acrobot_hangs_at_angle_zero_and_ends_with_its_tip_above_the_line():
    environment = make_environment("Acrobot-v1")
    first = environment.reset(jax.random.key(0))
    hanging = first.replace(joint_angle1=jnp.float32(0), joint_angle2=jnp.float32(0))
    np.testing.assert_allclose(environment.position(hanging), [0, -2], atol=1e-6)
    for angle1, angle2 in np.random.default_rng(0).uniform(-np.pi, np.pi, (100, 2)):
        state = first.replace(joint_angle1=jnp.float32(angle1), joint_angle2=jnp.float32(angle2))
        assert environment.is_terminal(state) == (environment.position(state)[1] > 1)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-MinAtar")])
def test_the_players_position_is_the_cell_of_channel_zero(name):
    environment = make_environment(name)
    states = walk(name)[1]
    for index in range(0, STEPS, 40):
        state = at(states, index)
        ((row, column),) = np.argwhere(np.asarray(environment.observation(state))[:, :, 0])
        np.testing.assert_allclose(environment.position(state), [column + 0.5, 9.5 - row])


@pytest.mark.parametrize("name", ENUMERABLE)
def test_states_and_rows_of_the_tables_belong_together(name):
    environment = make_environment(name)
    rows = jnp.arange(environment.state_count)
    np.testing.assert_array_equal(jax.vmap(lambda row: environment.index(environment.state_of(row)))(rows), rows)
    states = walk(name, 2)[1]
    for index in range(30):
        state = at(states, index)
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
    # Hoeffding: the probability that any of the frequencies over `runs` draws has a larger error is below 1e-9.
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
    # FrozenLake 4x4, slippery, discount 0.99: 0.5420, as in any textbook solution. DeepSea: 1 minus eight moves of 0.01 / 8 each.
    lake = exact.optimal_values(exact.enumerate_model(make_environment("FrozenLake-misc")), 0.99)
    np.testing.assert_allclose(lake.value[0], 0.5420, atol=1e-4)
    # 8x8: 0.4146. Not slippery: six steps to the goal.
    large = exact.optimal_values(exact.enumerate_model(make_environment("FrozenLake8x8-misc")), 0.99)
    np.testing.assert_allclose(large.value[0], 0.4146, atol=1e-4)
    sure = exact.optimal_values(exact.enumerate_model(make_environment("FrozenLakeNotSlippery-misc")), 0.99)
    np.testing.assert_allclose(sure.value[0], 0.99**5, rtol=1e-9)
    sea = exact.optimal_values(exact.enumerate_model(make_environment("DeepSea-bsuite")), 1.0)
    np.testing.assert_allclose(sea.value[0], 0.99, atol=1e-6)


def test_deepsea_says_which_action_goes_right():
    environment = make_environment("DeepSea-bsuite")
    state = environment.reset(jax.random.key(0))
    named = set()
    while not environment.is_terminal(state):
        caption = environment.scene(jax.device_get(state))["caption"]
        right = next(action for action, name in enumerate(environment.action_names) if f"here {name} goes right" in caption)
        column = int(state.column)
        state = environment.step(jax.random.key(0), state, jnp.int32(right)).state
        assert int(state.column) == min(column + 1, environment.columns - 1)
        named.add(right)
    assert named == {0, 1}
    assert "goes right" not in environment.scene(jax.device_get(state))["caption"]


@pytest.mark.parametrize("name", sorted({*NAMES} - {*ENUMERABLE}))
def test_an_environment_without_tables_says_so(name):
    with pytest.raises(ValueError, match=f"{name} has no exact answers"):
        exact.enumerate_model(make_environment(name))
