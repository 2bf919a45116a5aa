"""A model, a state or an argument that nothing can be planned with is refused before anything is compiled, with what would be right."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planner
from planner import Evaluation, Model, ModelError, PlanFailed, SettingsError, exact
from planner.environments.base import Transition
from planner.environments.tabular import TabularMDP, TabularState
from planner.truth import kl_to_posterior
from tests.planner.examples import random_mdp, random_prior, random_values
from tests.planner.test_request import ASSETS

MDP = random_mdp(5, terminals=2)
TABLES = exact.tables(random_prior(5, MDP), random_values(5, MDP))
SMALL = {"particles": 8, "depth": 3, "reward_temperature": 0.7, "discount": 0.9}


def tampered(**changes: Any) -> Model:
    """A model of MDP whose evaluation differs in these fields."""
    return Model(MDP, lambda params, state: replace(exact.look_up(params, state), **{name: jnp.asarray(value) for name, value in changes.items()}))


def returning(make: Any) -> Model:
    return Model(MDP, lambda params, state: make(exact.look_up(params, state)))


@pytest.fixture
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal comes before any compilation."""

    def compile_(*_: Any) -> None:
        raise AssertionError("a program was compiled")

    monkeypatch.setattr("planner.request._compile", compile_)


@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize(
    ("model", "says"),
    [
        (
            tampered(prior_logits=np.zeros(7), qvalues=np.zeros(7)),
            r"prior_logits: got shape \[7\], allowed: \[3\], .* 3 actions of random 5 \(a",
        ),
        (tampered(prior_logits=np.zeros(2), qvalues=np.zeros(2)), r"prior_logits: got shape \[2\], allowed: \[3\]"),
        (tampered(qvalues=np.zeros(4)), r"evaluate: qvalues: got shape \[4\], allowed: \[3\]"),
        (tampered(value=np.zeros(1)), r"evaluate: value: got shape \[1\], allowed: \[\], one number"),
        (returning(lambda e: None), "evaluate: got None, allowed: an Evaluation"),
        (returning(lambda e: (e.prior_logits, e.value)), "evaluate: got a tuple, allowed: an Evaluation"),
        (returning(lambda e: SimpleNamespace(value=e.value)), "evaluate: got a SimpleNamespace, allowed: an Evaluation"),
        (Model(object(), exact.look_up), "environment: .* lacks name, action_names, .*, scene"),
        (Model(MDP, exact.look_up, lambda *_: None), "draw_atoms: got .*, allowed: None: the actions of random 5 are discrete"),
    ],
)
@pytest.mark.parametrize("name", ["trt_smc", "gumbel_mcts"])
def test_a_model_that_does_not_fit_its_environment_is_refused(model, says, name) -> None:
    settings = SMALL if name == "trt_smc" else {"num_simulations": 8, "discount": 0.9}
    with pytest.raises(ModelError, match=says) as caught:
        planner.run(model, name, params=TABLES, **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize(
    ("state", "says"),
    [
        (0, r"state: got 0, allowed: a state of random 5: TabularState\(index int32\[\]\)"),
        (TabularState(jnp.zeros(3, jnp.int32)), r"state.index: got int32\[3\], allowed: int32\[\], one unbatched state"),
        (TabularState(jnp.float32(0)), r"state.index: got float32\[\], allowed: int32\[\]"),
    ],
)
def test_a_state_that_is_not_the_environments_is_refused(state, says) -> None:
    with pytest.raises(ModelError, match=says):
        planner.run(Model(MDP, exact.look_up), params=TABLES, state=state, **SMALL)
    with pytest.raises(ModelError, match="state: got 3, allowed: a state of Catch-bsuite"):
        planner.run(planner.Checkpoints(ASSETS).load("catch"), state=3, particles=8, depth=3)


# Continuous actions


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Point:
    x: jax.Array


@dataclass(frozen=True)
class Line:
    """A point on a line that is pushed to and fro."""

    name: str = "line"
    action_names: tuple[str, ...] = ("push",)
    action_bounds: tuple[tuple[float, float], ...] = ((-1.0, 1.0),)
    observation_shape: tuple[int, ...] = (1,)
    reward: Any = 0.0

    def reset(self, key):
        return Point(jnp.float32(1.0))

    def step(self, key, state, action):
        after = Point(state.x + 0.1 * action[0])
        return Transition(after, -(after.x**2) + jnp.asarray(self.reward), jnp.float32(1.0))

    def is_terminal(self, state):
        return jnp.bool_(False)

    def is_truncated(self, state):
        return jnp.bool_(False)

    def observation(self, state):
        return state.x[None]

    def position(self, state):
        return jnp.stack([state.x, jnp.float32(0.0)])

    def scene(self, state):
        return {"extent": [-2, 2, -2, 2], "focus": [-2, 2, -2, 2], "shapes": [], "caption": ""}


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Gaussian:
    value: jax.Array
    mean: jax.Array
    log_std: jax.Array
    greedy: jax.Array


def judge(params, state):
    return Gaussian(-params * state.x**2, jnp.zeros(1), jnp.zeros(1), jnp.zeros(1))


def draw(params, key, evaluation, number):
    actions = jnp.tanh(jax.random.normal(key, (number, 1)))
    return Evaluation(jnp.zeros(number), evaluation.value, evaluation.value - actions[:, 0], actions)


CONTINUOUS = {"params": jnp.float32(2.0), "action_atoms": 4, **SMALL}


def test_a_model_of_continuous_actions_plans() -> None:
    record = planner.run(Model(Line(), judge, draw), **CONTINUOUS)
    assert record.ok and record.arrays["root_atoms"].shape == (4, 1)


@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Model(Line(), judge), "draw_atoms: got None, allowed: a function: the actions of line are continuous"),
        (
            Model(Line(), judge, lambda params, key, evaluation, number: draw(params, key, evaluation, 3)),
            r"draw_atoms: prior_logits: got shape \[3\], allowed: \[4\], .* 4 candidate actions asked for \(action_atoms\)",
        ),
        (
            Model(Line(), judge, lambda params, key, evaluation, number: replace(draw(params, key, evaluation, number), atoms=None)),
            r"draw_atoms: got no atoms",
        ),
        (
            Model(Line(), lambda params, state: Evaluation(jnp.zeros(1), params, jnp.zeros(1)), draw),
            "evaluate: got a Evaluation without mean, log_std, allowed: an object with value, mean, log_std and greedy",
        ),
        (
            Model(Line(), lambda params, state: replace(judge(params, state), mean=jnp.zeros(2)), draw),
            r"evaluate: mean: got shape \[2\], allowed: \[1\]",
        ),
        (Model(Line(reward=(0.0, 1.0)), judge, draw), r"environment.step: reward: got shape \[2\], allowed: \[\]"),
        (Model(Line(action_names=[]), judge, draw), "environment: line has no hash"),
    ],
)
def test_a_model_of_continuous_actions_that_lacks_a_part_is_refused(model, says) -> None:
    with pytest.raises(ModelError, match=says):
        planner.run(model, **CONTINUOUS)


# Numbers that are none


@dataclass(frozen=True)
class Unfinished(Line):
    """A line on which one side has no reward."""

    action_names: tuple[str, ...] = ("left", "right")
    action_bounds: Any = None
    bad: float = float("nan")

    def step(self, key, state, action):
        return Transition(Point(state.x + 0.1), jnp.where(action == 1, self.bad, 1.0).astype(jnp.float32), jnp.float32(1.0))


def even(params, state):
    return Evaluation(jnp.zeros(2), jnp.float32(0.0), jnp.zeros(2))


BUDGETS = {"trt_smc": SMALL, "bootstrap_smc": SMALL, "tsmcts": SMALL, "gumbel_mcts": {"num_simulations": 8, "discount": 0.9}}


@pytest.mark.parametrize("name", BUDGETS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_reward_that_is_no_number_fails_the_plan_and_its_place_is_named(name, bad) -> None:
    model = Model(Unfinished(bad=bad), even)
    with pytest.raises(PlanFailed, match=rf"the environment gave the reward {bad}, at the state reached by (level \d+, slot \d+|simulation \d+)"):
        planner.run(model, name, params=(), **BUDGETS[name])
    kept = planner.run(model, name, params=(), check=False, **BUDGETS[name])
    assert not kept.ok and kept.metadata.status == "non_finite_reward"


def test_rewards_that_are_no_numbers_fail_the_plans_of_many_seeds() -> None:
    model = Model(Unfinished(), even)
    prepared = planner.PlanRequest("gumbel_mcts", BUDGETS["gumbel_mcts"]).prepare(model)
    moment = planner.Moment(jax.device_get(model.environment.reset(jax.random.key(0))), given=True)
    with pytest.raises(PlanFailed, match="a reward, or a return summed from rewards, is not a finite number"):
        prepared.run_many(prepared.compile_many(model, (), moment.state, 2), (), moment, [0, 1])


def test_tables_hold_finite_rewards_and_may_be_given_as_lists() -> None:
    lists = ([[2, 1], [2, 2], [2, 2]], [[1.0, 0.0], [0.0, 3.0], [0.0, 0.0]], [False, False, True])
    walk = TabularMDP.deterministic("walk", *lists)
    assert walk == TabularMDP.deterministic("walk", *map(np.array, lists))
    listed = {name: getattr(walk, name).tolist() for name in ("transition", "reward", "terminal", "start", "positions")}
    assert TabularMDP("walk", **listed, action_names=walk.action_names) == walk
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match=r"reward must hold finite numbers, got (nan|inf) at \[1, 0, 0\]"):
            TabularMDP.deterministic("walk", lists[0], [[1.0, 0.0], [bad, 3.0], [0.0, 0.0]], lists[2])
    for successor, says in (
        ([[2, 7], [2, 2], [2, 2]], "states from 0 to 2, got 7"),
        ([[2, 1.5], [2, 2], [2, 2]], "whole numbers"),
        ([1, 2], "shape"),
    ):
        with pytest.raises(ValueError, match=says):
            TabularMDP.deterministic("walk", successor, lists[1], lists[2])
    with pytest.raises(ValueError, match="row from 0 to 2, got 3"):
        walk.state(3)


def test_tables_of_shapes_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match=r"prior and Q must have shape \[S, A\] and V \[S\], got \[6, 3\], \[5\], \[6, 3\]"):
        exact.tables(random_prior(5, MDP), exact.Values(np.zeros(5), np.zeros((6, 3))))


# Arguments


@pytest.fixture(scope="module")
def checkpoint() -> planner.Checkpoint:
    return planner.Checkpoints(ASSETS).load("catch-early")


def test_whole_numbers_of_numpy_are_whole_numbers(checkpoint) -> None:
    record = planner.run(checkpoint, seed=np.int64(3), step=np.int32(0), particles=np.int32(16), depth=np.array(4))
    assert (record.metadata.seed, record.metadata.settings["particles"], record.metadata.settings["depth"]) == (3, 16, 4)
    again = planner.run(checkpoint, seed=3, particles=16, depth=4)
    np.testing.assert_array_equal(record.arrays["log_weight"], again.arrays["log_weight"])
    assert planner.Record.from_bytes(record.to_bytes()).metadata == record.metadata
    kill = {"kind": "kill", "level": np.int64(1), "slot": np.int32(2)}
    assert planner.run(checkpoint, particles=16, depth=4, interventions=[kill]).metadata.interventions == [{"kind": "kill", "level": 1, "slot": 2}]
    for wrong in (
        {"seed": True},
        {"seed": np.bool_(True)},
        {"seed": np.float64(3)},
        {"particles": True},
        {"particles": np.array([3, 4])},
        {"step": 1.0},
    ):
        with pytest.raises(SettingsError, match="a whole number"):
            planner.run(checkpoint, **wrong)


@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"subject": "cartpole-early"}, "subject: got 'cartpole-early', allowed: a checkpoint"),
        ({"subject": None}, "subject: got None"),
        ({"truth": 3}, "truth: got 3, allowed: None, or planner.Truth"),
        ({"params": {}}, "params: got {}, allowed: none beside a checkpoint"),
        ({"check": "no"}, "check: got 'no', allowed: True, False"),
        ({"record": "atom"}, "record: got 'atom', allowed: atoms, states"),
        ({"record": None}, "record: got None"),
        ({"record": ("foo",)}, "record: got 'foo'"),
        ({"interventions": {"kind": "kill", "level": 0, "slot": 0}}, "interventions: got .*, allowed: a list of changes"),
        ({"interventions": None}, "interventions: got None"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused_in_one_line(checkpoint, changes, says) -> None:
    given = {"subject": checkpoint, "particles": 8, "depth": 3, **changes}
    with pytest.raises(ValueError, match=says) as caught:
        planner.run(given.pop("subject"), **given)
    assert "\n" not in str(caught.value)


def test_one_name_to_record_may_stand_alone(checkpoint) -> None:
    assert "prior" in planner.run(checkpoint, record="atoms", particles=8, depth=3).arrays


def test_a_folder_that_is_not_there_and_a_name_that_is_none_are_said(tmp_path) -> None:
    for name in ("x", None):
        with pytest.raises(planner.CheckpointError, match="there is no folder of checkpoints /nope"):
            planner.Checkpoints("/nope").load(name)
        with pytest.raises(planner.CheckpointError, match="unknown checkpoint"):
            planner.Checkpoints(ASSETS).load(name)


# Exact answers


@pytest.mark.parametrize("source", ["network", "exact"])
def test_exact_answers_about_tables_are_those_of_dynamic_programming(source) -> None:
    model = Model(MDP, exact.look_up)
    truth = planner.Truth(model, TABLES)
    record = planner.run(model, params=TABLES, state=MDP.state(1), truth=truth if source == "network" else None, value_source=source, **SMALL)
    solved = exact.soft_values(MDP, np.asarray(jax.nn.softmax(TABLES.prior_logits), float), 0.7, 0.9)
    np.testing.assert_allclose(record.arrays["exact/q"], solved.qvalues[1], rtol=1e-5)
    if source == "exact":
        np.testing.assert_allclose(record.arrays["root_value"], solved.value[1], rtol=1e-5)


@pytest.mark.usefixtures("nothing_compiled")
def test_an_environment_that_cannot_be_enumerated_lacks_what_is_named() -> None:
    model = Model(Line(action_names=("left", "right"), action_bounds=None), even)
    with pytest.raises(ValueError, match="state_count, index, state_of, slip, certain_step"):
        planner.Truth(model, ())
    with pytest.raises(ValueError, match="its states cannot be enumerated"):
        planner.run(model, params=(), value_source="exact", **SMALL)
    with pytest.raises(ValueError, match=r"model: got 3, allowed: a planner\.Model"):
        planner.Truth(3, ())


def test_the_divergence_of_a_policy_that_rounding_left_below_one_is_not_negative() -> None:
    posterior = np.array([0.2, 0.3, 0.5])
    short = (posterior * (1 - 2e-5)).astype(np.float32)
    assert 0 <= kl_to_posterior(short, posterior) < 1e-8
    other = np.array([0.5, 0.5, 0.0])
    assert kl_to_posterior(other, posterior) == pytest.approx(0.5 * np.log(0.5 / 0.2) + 0.5 * np.log(0.5 / 0.3))
    assert kl_to_posterior(posterior, posterior) == 0
