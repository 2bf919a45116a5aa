"""The environments of jumanji and brax, which are extras: compared with the originals if installed, and the messages if not."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import exact
from planner.algorithms.registry import PLANNERS
from planner.checkpoints import Card, CheckpointError, Checkpoints, build_model, initial_params, network_config
from planner.core.trace import state_arrays, state_at
from planner.environments import ENVIRONMENTS, EXTRAS, Environment, UnavailableError, make_environment
from planner.environments.projections import projections_of
from tests.planner.examples import complete, random_action

# brax reads contacts of MuJoCo through a deprecated attribute whenever a step is traced.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing `(ncon|contact)` directly:DeprecationWarning")

ROOT = Path(__file__).parents[2]
OURS = {extra: [name for name in ENVIRONMENTS if name.endswith(f"-{extra}")] for extra in EXTRAS}
SNAKE, SMALL_SNAKE, CUBE, EASY_CUBE = OURS["jumanji"]
ANT, CHEETAH, HUMANOID = OURS["brax"]
WALKS, STEPS = 4, 60
ENDING = {SNAKE: range(WALKS), SMALL_SNAKE: range(WALKS), ANT: range(2, WALKS)}
"""Walks that end: random actions soon end a game of Snake, and the last walks of the ant start too high above the ground."""
LIMITS = {SNAKE: 4000, SMALL_SNAKE: 300, CUBE: 20, EASY_CUBE: 10, ANT: 1000, CHEETAH: 1000}
"""Steps of the environments that are walked in. The humanoid, which takes longest to compile, goes through the same code as the ant."""


def needs(extra):
    return pytest.mark.skipif(find_spec(extra) is None, reason=f'the extra "{extra}" is not installed')


def everywhere(names=tuple(LIMITS)):
    """Every environment of an extra; those of brax take long to compile."""
    marks = {"jumanji": [needs("jumanji")], "brax": [needs("brax"), pytest.mark.slow]}
    return pytest.mark.parametrize("name", [pytest.param(name, marks=marks[name.rpartition("-")[2]]) for name in names])


def original_step(environment, key, state, action):
    """State, reward and end of the episode, from the package's own step."""
    if environment.name.endswith("-jumanji"):
        after, seen = environment._environment.step(state.board.replace(key=key), environment.command(action))
        return after.replace(key=None), seen.reward, seen.last()
    from brax.envs.base import State

    zero = jnp.float32(0)
    after = environment._environment.step(State(state.physics, state.seen, zero, zero, {}), action)
    return (after.pipeline_state, after.obs), after.reward, after.done > 0


def own_part(environment, state):
    """The part of our state that is the state of the package."""
    return state.board if environment.name.endswith("-jumanji") else (state.physics, state.seen)


@cache
def walks(name):
    """[WALKS, STEPS] random actions, continued after terminal states: state, our transition and the original's.

    One program for all, because brax takes long to compile.
    """
    environment = make_environment(name)

    def step(state, key):
        action_key, step_key = jax.random.split(key)
        action = random_action(environment, action_key)
        transition = environment.step(step_key, state, action)
        seen = (environment.position(state), environment.is_truncated(state), environment.observation(state))
        return transition.state, (state, transition, original_step(environment, step_key, state, action), seen)

    def walk(key, state):
        return jax.lax.scan(step, state, jax.random.split(key, STEPS))[1]

    reset_keys, walk_keys = (jax.random.split(key, WALKS) for key in jax.random.split(jax.random.key(3)))
    first = jitted(jax.vmap(environment.reset))(reset_keys)
    if name == ANT:
        high = jnp.where(jnp.arange(WALKS) < 2, 0.0, 3.0)[:, None]
        lift = lambda place: place.replace(pos=place.pos.at[:, :, 2].add(high))
        first = replace(first, physics=first.physics.replace(x=lift(first.physics.x), x_i=lift(first.physics.x_i)))
    return jax.device_get(jitted(jax.vmap(walk))(walk_keys, first))


def jitted(function):
    """Compile without optimisation, because each program runs once."""
    return jax.jit(function, compiler_options={"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True})


def at(tree, walk, step):
    return jax.tree.map(lambda leaf: leaf[walk, step], tree)


@everywhere()
def test_it_is_an_environment_and_equal_to_another_of_its_class(name):
    environment = make_environment(name)
    twin = type(environment)()
    assert isinstance(environment, Environment) and environment.name == name
    assert environment == twin and hash(environment) == hash(twin)
    assert environment != make_environment("CartPole-v1")
    with pytest.raises(ValueError, match="has no exact answers"):
        exact.enumerate_model(environment)


@everywhere()
def test_the_transitions_are_those_of_the_original_until_the_episode_terminates(name):
    environment = make_environment(name)
    states, transitions, (expected, reward, over), (_, truncated_before, _) = walks(name)
    alive = ~states.terminal
    assert alive.sum() > WALKS * 4

    def close(ours, theirs):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours[alive], theirs[alive], rtol=1e-5, atol=1e-5)

    jax.tree.map(close, own_part(environment, transitions.state), expected)
    close(transitions.reward, reward)
    # jumanji reports its time limit as a termination.
    after = jax.vmap(jax.vmap(environment.is_truncated))(transitions.state)
    np.testing.assert_array_equal(over[alive], ((transitions.continuation == 0) | (after & name.endswith("-jumanji")))[alive])
    assert np.all(truncated_before[:, 0] == 0)


@everywhere(ENDING)
def test_a_terminal_state_is_stayed_in_without_reward(name):
    states, transitions, _, _ = walks(name)
    for walk in ENDING[name]:
        ended = np.flatnonzero(transitions.continuation[walk] == 0)
        assert ended.tolist() == list(range(ended[0], STEPS)) and len(ended) > 1
        np.testing.assert_array_equal(states.terminal[walk], np.arange(STEPS) > ended[0])
        np.testing.assert_array_equal(transitions.reward[walk, ended[1:]], 0)
        for leaf in jax.tree.leaves(transitions.state):
            np.testing.assert_array_equal(leaf[walk, ended], np.broadcast_to(leaf[walk, ended[0]], leaf[walk, ended].shape))


@everywhere()
def test_a_state_keeps_its_shapes_and_dtypes_and_holds_no_key(name):
    environment = make_environment(name)
    before = jax.eval_shape(environment.reset, jax.random.key(0))
    action = jax.eval_shape(lambda key: random_action(environment, key), jax.random.key(1))
    transition = jax.eval_shape(environment.step, jax.random.key(0), before, action)
    kinds = lambda state: jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype, leaf.weak_type), state)
    assert kinds(before) == kinds(transition.state)
    assert not any(jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) for leaf in jax.tree.leaves(before))
    assert all(part.shape == () and part.dtype == jnp.float32 for part in (transition.reward, transition.continuation))
    seen, position = (jax.eval_shape(part, before) for part in (environment.observation, environment.position))
    assert seen.shape == environment.observation_shape and seen.dtype == jnp.float32
    assert position.shape == (2,) and position.dtype == jnp.float32


@everywhere()
def test_a_time_limit_truncates_and_does_not_terminate(name):
    environment = make_environment(name)
    state = at(walks(name)[0], 0, 0)
    board = name.endswith("-jumanji")
    put = lambda time: jax.tree.map(jnp.asarray, _with_time(state, time, board))
    late, over = environment.is_truncated(put(LIMITS[name] - 1)), environment.is_truncated(put(LIMITS[name]))
    assert not late and over and not environment.is_terminal(put(LIMITS[name]))


def _with_time(state, time, board):
    return replace(state, board=state.board.replace(step_count=np.int32(time))) if board else replace(state, time=np.int32(time))


SHAPES = {"line": {"points", "width"}, "rect": {"x", "y", "w", "h"}, "circle": {"x", "y", "r"}, "text": {"x", "y", "w", "text"}}
ROLES = {"ground", "limit", "body", "accent", "joint", "goal", "hazard", "cell"}


@everywhere()
def test_the_picture_is_made_of_known_shapes_moves_and_holds_the_position(name):
    environment = make_environment(name)
    states, _, _, (positions, truncated, _) = walks(name)
    pictures = []
    for step in range(0, STEPS, 2):
        if truncated[1, step]:
            break
        scene = environment.scene(at(states, 1, step))
        assert json.loads(json.dumps(scene)) == scene
        assert scene["caption"] and "\n" not in scene["caption"]
        x0, x1, y0, y1 = scene["extent"]
        (x, y), (f0, f1, g0, g1) = positions[1, step], scene["focus"]
        assert x0 <= x <= x1 and y0 <= y <= y1
        assert x0 <= f0 < f1 <= x1 and y0 <= g0 < g1 <= y1
        for shape in scene["shapes"]:
            assert shape["role"] in ROLES and set(shape) == {"kind", "role"} | SHAPES[shape["kind"]]
        pictures.append(scene["shapes"])
    assert environment.scene(state_at(state_arrays(states), at(states, 0, 0), STEPS + 4))["shapes"] == pictures[2]
    for projection in projections_of(environment):
        places = projection(states)
        assert places.shape == (WALKS, STEPS, 2) and np.isfinite(places).all() and (np.ptp(places, axis=(0, 1)) > 0).all()
    assert len(projections_of(environment)) == (2 if name.endswith("-brax") else 0)
    assert len(pictures) > 3 and any(picture != pictures[0] for picture in pictures)


@pytest.mark.parametrize("name", [pytest.param(CUBE, marks=needs("jumanji")), pytest.param(ANT, marks=[needs("brax"), pytest.mark.slow])])
def test_a_short_plan_is_finite(name):
    model, _ = build_model(name, config := network_config(name, (8,), 1.0))
    static, live = PLANNERS["trt_smc"].split(complete(particles=16, depth=4, action_atoms=4))
    key = jax.random.key(0)
    state = jax.tree.map(jnp.asarray, at(walks(name)[0], 0, 0))
    plan = jitted(PLANNERS["trt_smc"].program(model, static))(initial_params(name, config, key), key, state, live)
    assert plan.status == 0
    assert all(np.all(np.isfinite(part)) for part in (plan.trace.log_weight, plan.trace.position, plan.root.root_policy, plan.root.value_target))
    np.testing.assert_allclose(plan.root.root_policy.sum(), 1, rtol=1e-5)


@needs("jumanji")
def test_the_snake_eats_grows_and_dies_at_the_border_and_the_picture_shows_it():
    environment = make_environment(SNAKE)
    state = jax.tree.map(jnp.asarray, at(walks(SNAKE)[0], 0, 0))
    step, key = jax.jit(environment.step), jax.random.key(5)
    up, right, down, left = range(4)
    eaten = 0.0
    for _ in range(2):
        head, fruit = state.board.head_position, state.board.fruit_position
        # Turn around in two steps: a snake of two cells can move anywhere but onto itself.
        moves = [down if fruit.row > head.row else up] * abs(int(fruit.row - head.row))
        moves += [right if fruit.col > head.col else left] * abs(int(fruit.col - head.col))
        for number, move in enumerate(moves):
            transition = step(jax.random.fold_in(key, number), state, jnp.int32(move))
            eaten, state = eaten + transition.reward, transition.state
            if state.terminal:
                break
        if state.terminal:
            break
    assert eaten >= 1 and state.board.length == 1 + eaten
    np.testing.assert_allclose(environment.observation(state)[:720].reshape(12, 12, 5)[:, :, 0], state.board.body)
    while not state.terminal:
        assert environment.observation(state)[720:724].tolist() == state.board.action_mask.astype(float).tolist()
        transition = step(key, state, jnp.int32(up))
        state = transition.state
    assert transition.continuation == 0 and environment.position(state)[1] > 12
    assert environment.scene(jax.device_get(state))["shapes"][-1]["y"] > 12


@needs("jumanji")
def test_the_key_given_to_a_step_decides_where_the_next_fruit_is():
    environment = make_environment(SNAKE)
    state = jax.tree.map(jnp.asarray, at(walks(SNAKE)[0], 0, 0))
    from jumanji.environments.routing.snake.types import Position

    row, col = state.board.head_position
    beside, action = (Position(row, col - 1), 3) if col > 0 else (Position(row, col + 1), 1)
    hungry = type(state)(state.board.replace(fruit_position=beside), state.terminal)
    after = jax.vmap(environment.step, in_axes=(0, None, None))(jax.random.split(jax.random.key(0), 32), hungry, jnp.int32(action))
    assert np.all(after.reward == 1)
    assert len({*zip(*map(np.ndarray.tolist, map(np.asarray, after.state.board.fruit_position)), strict=True)}) > 16


@needs("jumanji")
def test_a_turn_and_its_inverse_leave_the_cube_and_solving_it_ends_the_episode():
    from jumanji.environments.logic.rubiks_cube.utils import make_solved_cube

    environment = make_environment(CUBE)
    first = jax.tree.map(jnp.asarray, at(walks(CUBE)[0], 0, 0))
    solved = type(first)(first.board.replace(cube=make_solved_cube(3)), first.terminal)
    step, key, names = jax.jit(environment.step), jax.random.key(0), environment.action_names
    assert names[:4] == ("U", "U'", "U2", "F") and len(names) == 18
    for face in "UFRBLD":
        turned = step(key, solved, jnp.int32(names.index(face)))
        assert (turned.reward, turned.continuation) == (0, 1)
        assert environment.position(turned.state)[1] == pytest.approx(9 * (54 - 12) / 54)
        back = step(key, turned.state, jnp.int32(names.index(face + "'")))
        assert (back.reward, back.continuation) == (1, 0) and environment.is_terminal(back.state)
        again = step(key, back.state, jnp.int32(0))
        assert (again.reward, again.continuation) == (0, 0)
        jax.tree.map(np.testing.assert_array_equal, again.state, back.state)
    # Solved by the last turn within the limit: a terminal state, and no truncation.
    late = type(first)(turned.state.board.replace(step_count=jnp.int32(19)), turned.state.terminal)
    last = step(key, late, jnp.int32(names.index("D'")))
    assert last.continuation == 0 and not environment.is_truncated(last.state)
    assert environment.position(last.state).tolist() == pytest.approx([13.5 + 0.4 * 20, 9])
    assert environment.scene(jax.device_get(last.state))["caption"].startswith("54 of 54 stickers in place after 20 of 20 turns")


@needs("jumanji")
def test_cubes_and_boards_are_those_of_jumanji_or_smaller():
    import jumanji

    own, registered = make_environment(CUBE)._environment, jumanji.make("RubiksCube-partly-scrambled-v0")
    assert own.time_limit == registered.time_limit == LIMITS[CUBE]
    assert own.generator.num_scrambles_on_reset == registered.generator.num_scrambles_on_reset == 7
    own, registered = make_environment(SNAKE)._environment, jumanji.make("Snake-v1")
    assert (own.board_shape, own.time_limit) == (registered.board_shape, registered.time_limit) == ((12, 12), LIMITS[SNAKE])
    small, easy = make_environment(SMALL_SNAKE), make_environment(EASY_CUBE)
    assert (small._environment.board_shape, small.observation_shape) == ((6, 6), (6 * 6 * 5 + 4 + 2,))
    assert easy._environment.generator.num_scrambles_on_reset == 3
    assert {small, make_environment(SNAKE), easy, make_environment(CUBE)} == {small, easy, make_environment(SNAKE), make_environment(CUBE)}
    assert small != make_environment(SNAKE) and easy != make_environment(CUBE)


@needs("jumanji")
@pytest.mark.slow
def test_every_cube_of_three_turns_is_solved_by_three_turns():
    environment = make_environment(EASY_CUBE)
    step, solved = jax.jit(jax.vmap(environment.step, in_axes=(None, None, 0))), []
    for seed in range(4):
        reached = jax.tree.map(lambda leaf: leaf[None], environment.reset(jax.random.key(seed)))
        for _ in range(3):
            # Every turn of every state so far.
            after = [
                step(jax.random.key(0), jax.tree.map(lambda leaf, own=own: leaf[own], reached), jnp.arange(18))
                for own in range(len(reached.terminal))
            ]
            reached = jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *[transition.state for transition in after])
        solved.append(bool(reached.terminal.any()))
    assert all(solved)


@needs("brax")
@pytest.mark.slow
@pytest.mark.parametrize("name", OURS["brax"])
def test_actions_are_named_after_the_joints_and_bodies_drawn_where_their_links_are(name):
    environment = make_environment(name)
    model = environment._environment.sys.mj_model
    joints = [model.joint(model.actuator(number).trnid[0]).name for number in range(model.nu)]
    plain = lambda text: text.replace("_", "").replace(" ", "").replace("front", "f").replace("back", "b")
    assert [plain(name) for name in environment.action_names] == [plain(joint) for joint in joints]
    assert environment.action_bounds == ((-1.0, 1.0),) * model.nu
    state = at(walks(name)[0], 0, 0)
    limbs = environment._limbs(state)
    # The position of particles is inside the torso's shape.
    x, z = np.asarray(environment.position(jax.tree.map(jnp.asarray, state)))
    torso = [shape for shape in limbs if shape["role"] == "accent"]
    points = np.array([point for shape in torso for point in shape.get("points", [[shape.get("x"), shape.get("y")]])])
    assert np.abs(points - [x, z]).max() < 1.0
    assert min(point[1] for shape in limbs for point in shape.get("points", [[shape.get("x"), shape.get("y")]])) > -0.2


@needs("brax")
@pytest.mark.slow
def test_making_a_body_says_nothing_and_leaves_no_file(tmp_path, monkeypatch, capfd):
    environment = make_environment(CHEETAH)
    # MuJoCo would log into the working directory.
    monkeypatch.chdir(tmp_path)
    capfd.readouterr()
    type(environment)()
    assert not list(tmp_path.iterdir()) and capfd.readouterr() == ("", "")


@needs("brax")
@pytest.mark.slow
def test_nothing_but_the_time_limit_ends_the_cheetahs_run():
    _, transitions, _, _ = walks(CHEETAH)
    assert np.all(transitions.continuation == 1)


@pytest.mark.parametrize("name", [name for names in OURS.values() for name in names])
def test_without_its_extra_an_environment_says_how_to_install_it(name, monkeypatch):
    extra = name.rpartition("-")[2]
    make_environment.cache_clear()
    # None marks a package that is not installed.
    monkeypatch.setitem(sys.modules, extra, None)
    with pytest.raises(UnavailableError) as said:
        make_environment(name)
    command = f'pip install "twistscope[{extra}]", or in a clone pip install -e ".[{extra}]"'
    assert str(said.value) == f"environment {name!r} needs an extra: {command}"
    assert isinstance(said.value, ValueError)
    assert name in ENVIRONMENTS and make_environment("CartPole-v1").name == "CartPole-v1"


def test_an_error_inside_of_an_extra_is_not_taken_for_its_absence(tmp_path):
    (tmp_path / "jumanji").mkdir()
    (tmp_path / "jumanji" / "__init__.py").write_text("import something_that_is_nowhere\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom planner.environments import make_environment\nmake_environment({SNAKE!r})"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert said.returncode and "ModuleNotFoundError: No module named 'something_that_is_nowhere'" in said.stderr


def test_a_checkpoint_whose_extra_is_missing_says_so_and_leaves_the_others_alone(tmp_path, monkeypatch):
    store = Checkpoints(tmp_path)
    network = network_config("CartPole-v1", (8,), 1.0)
    params = initial_params("CartPole-v1", network, jax.random.key(0))
    card = Card(
        name="pole", title="", description="", environment="CartPole-v1", network=network.as_card(), settings={}, training={}, returns={}, sha256=""
    )  # fmt: skip
    store.save(card, params)
    store.save(card.model_copy(update={"name": "snake", "environment": SNAKE}), params)
    make_environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jumanji", None)
    assert [card.name for card in store.cards()] == ["pole", "snake"]
    with pytest.raises(CheckpointError, match=r"checkpoint 'snake': environment 'Snake-jumanji' needs an extra: pip install \"twistscope\["):
        store.load("snake")
    assert store.load("pole").card.environment == "CartPole-v1"
