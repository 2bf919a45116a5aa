"""Faults of the network are reported with their cause and state; errors of the user are reported before anything is compiled."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import STATUSES, SettingsError, make_environment
from planner.algorithms.registry import PLANNERS
from planner.algorithms.smc_settings import Static
from planner.checkpoints import build_model, initial_params, network_config
from planner.core.model import Evaluation
from planner.core.particles import NOWHERE
from planner.environments.tabular import TabularMDP
from planner.exact import Values, enumerate_model, tables
from planner.truth import check_value_source
from tests.planner.examples import complete, plan_with

pytestmark = pytest.mark.optimised

# Both actions lead from state 0 to state 1, from state 1 to state 2, and from state 2 to itself.
CHAIN = TabularMDP.deterministic("chain", np.array([[1, 1], [2, 2], [2, 2]]), np.ones((3, 2)), np.zeros(3, bool))


def evaluation_of(state: int, **wrong: float) -> Evaluation:
    """Tables with a fault in one state only."""
    good = tables(np.full((3, 2), 0.5), Values(np.zeros(3), np.zeros((3, 2))))
    return replace(good, **{name: getattr(good, name).at[state].set(value) for name, value in wrong.items()})


@pytest.mark.parametrize("name", ["trt_smc", "tsmcts", "gumbel_mcts"])
def test_a_plan_whose_network_gives_numbers_everywhere_has_no_fault(name: str) -> None:
    plan = plan_with(name, CHAIN, evaluation_of(0), **PLANNERS[name].algorithm.settings.of_budget(4, 4))
    assert STATUSES[plan.status] == "ok" and plan.fault == NOWHERE


@pytest.mark.parametrize("name", ["trt_smc", "tsmcts", "gumbel_mcts"])
@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"value": np.nan}, "non_finite_network"), ({"prior_logits": np.nan}, "non_finite_network"), ({"prior_logits": -np.inf}, "no_valid_action")],
)
def test_the_state_that_the_network_cannot_evaluate_is_named(name: str, wrong: dict[str, float], status: str) -> None:
    values = PLANNERS[name].algorithm.settings.of_budget(4, 4)
    at_root = plan_with(name, CHAIN, evaluation_of(0, **wrong), **values)
    assert (STATUSES[at_root.status], int(at_root.fault)) == (status, -1)
    later = plan_with(name, CHAIN, evaluation_of(1, **wrong), record=True, **values)
    assert STATUSES[later.status] == status
    assert int(np.asarray(later.trace.state.index).ravel()[later.fault]) == 1


def test_an_infinite_q_is_a_fault_but_not_that_of_an_action_the_prior_forbids() -> None:
    assert STATUSES[plan_with("trt_smc", CHAIN, evaluation_of(1, qvalues=np.inf), particles=4, depth=3).status] == "non_finite_network"
    forbidding = Evaluation(jnp.array([[0.0, -jnp.inf]] * 3), jnp.zeros(3), jnp.array([[1.0, jnp.nan]] * 3))
    plan = plan_with("trt_smc", CHAIN, forbidding, particles=4, depth=3)
    assert STATUSES[plan.status] == "ok" and np.all(np.asarray(plan.trace.action) == 0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"alpha": 1.5}, "alpha: got 1.5, allowed: a number >= 0 and <= 1"),
        ({"alpha": -0.1}, "alpha: got -0.1"),
        ({"reward_temperature": 0.0}, "reward_temperature: got 0.0, allowed: a number >= 1e-06 and <= 1e+06"),
        ({"twist_temperature": -1.0}, "twist_temperature: got -1.0, allowed: a number >= 1e-06 and <= 1e+06"),
        ({"particles": 0}, "particles: got 0, allowed: a whole number >= 1"),
        ({"action_atoms": 0}, "action_atoms: got 0, allowed: a whole number >= 2 and <= 64"),
        ({"value_noise": -1.0}, "value_noise: got -1.0, allowed: a number >= 0"),
        ({"alpha": float("nan")}, "alpha: got nan"),
    ],
)
def test_settings_out_of_range_say_what_was_given_and_what_is_allowed(values: dict[str, float], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        complete(**values)
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["particles", "depth", "action_atoms"])
def test_sizes_below_one_are_refused_by_the_program_too(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        Static(**{name: 0})


def test_exact_answers_are_refused_where_states_cannot_be_enumerated() -> None:
    cartpole = make_environment("CartPole-v1")
    with pytest.raises(SettingsError, match="value_source: got 'exact', allowed: network: CartPole-v1 has no exact answers"):
        check_value_source(cartpole, complete(value_source="exact"))
    check_value_source(make_environment("Catch-bsuite"), complete(value_source="exact"))
    with pytest.raises(ValueError, match="CartPole-v1 has no exact answers: its states cannot be enumerated"):
        enumerate_model(cartpole)


def test_a_network_for_other_actions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"made for 2 actions, Pendulum-v1 has continuous actions within \(\(-2.0, 2.0\),\)"):
        build_model("Pendulum-v1", network_config("CartPole-v1", (8,), 1.0))


def test_a_network_of_infinite_weights_is_told_where_actions_are_continuous() -> None:
    model, _ = build_model("Pendulum-v1", config := network_config("Pendulum-v1", (8,), 1.0))
    params = jax.tree.map(lambda leaf: jnp.full_like(leaf, jnp.inf), initial_params("Pendulum-v1", config, jax.random.key(0)))
    static, live = PLANNERS["trt_smc"].split(complete(particles=4, depth=2))
    state = model.environment.reset(jax.random.key(0))
    plan = jax.jit(PLANNERS["trt_smc"].program(model, static))(params, jax.random.key(0), state, live)
    assert (STATUSES[plan.status], int(plan.fault)) == ("non_finite_network", -1)
