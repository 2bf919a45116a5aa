"""The tabular environment keeps the contract of every environment."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from planner.environments.base import Environment
from planner.environments.tabular import TabularMDP
from tests.planner.examples import layered_mdp, random_mdp

MDP = random_mdp(0, stochastic=True, terminals=2)
many_steps = jax.jit(jax.vmap(MDP.step, in_axes=(0, None, None)))


def test_it_is_an_environment_and_equal_to_another_of_the_same_tables_only() -> None:
    assert isinstance(MDP, Environment)
    twin, other = random_mdp(0, stochastic=True, terminals=2), replace(MDP, reward=MDP.reward + 1)
    assert twin == MDP and hash(MDP) == hash(twin)
    assert other != MDP and MDP != "tables"


def test_steps_follow_the_transition_probabilities() -> None:
    runs = 20_000
    step = many_steps(jax.random.split(jax.random.key(0), runs), MDP.state(1), 2)
    share = np.bincount(step.state.index, minlength=6) / runs
    p = MDP.transition[1, 2]
    # Four standard errors of a mean of Bernoulli draws.
    assert np.all(np.abs(share - p) <= 4 * np.sqrt(p * (1 - p) / runs) + 1e-9)
    np.testing.assert_allclose(step.reward, MDP.reward[1, 2, step.state.index], rtol=1e-6)
    np.testing.assert_array_equal(step.continuation, 1.0 - MDP.terminal[step.state.index])


def test_a_terminal_state_absorbs() -> None:
    for state in np.flatnonzero(MDP.terminal):
        assert bool(MDP.is_terminal(MDP.state(state)))
        step = many_steps(jax.random.split(jax.random.key(1), 64), MDP.state(state), 0)
        assert np.all(step.state.index == state) and np.all(step.reward == 0) and np.all(step.continuation == 0)


def test_episodes_start_from_the_start_distribution_and_know_no_time_limit() -> None:
    mixed = replace(MDP, start=np.array([0.5, 0.0, 0.5, 0.0, 0.0, 0.0]))
    started = jax.vmap(mixed.reset)(jax.random.split(jax.random.key(2), 400))
    # 400 tosses of a fair coin: four standard errors are 0.1.
    assert set(np.unique(started.index)) == {0, 2} and abs(np.mean(started.index == 0) - 0.5) < 0.1
    assert not bool(MDP.is_truncated(MDP.state(0)))


def test_a_state_is_seen_as_its_number_and_drawn_in_its_cell() -> None:
    mdp = layered_mdp(0)
    np.testing.assert_array_equal(mdp.observation(mdp.state(3)), np.eye(8)[3])
    scene = mdp.scene(jax.device_get(mdp.state(3)))
    agent = next(shape for shape in scene["shapes"] if shape["role"] == "accent")
    assert [agent["x"], agent["y"]] == list(np.asarray(mdp.position(mdp.state(3)))) == [3.0, 0.0]
    assert sum(shape["role"] == "goal" for shape in scene["shapes"]) == 1 and scene["caption"] == "state 3"
    x0, x1, y0, y1 = scene["extent"]
    assert x0 <= 0 and x1 >= 7 and y0 < 0 < y1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": MDP.reward[:-1]}, r"reward must have shape \(6, 3, 6\), got \(5, 3, 6\)"),
        ({"transition": MDP.transition * 0.9}, "transition must hold probabilities that sum to 1"),
        ({"start": -MDP.start}, "start must hold probabilities"),
    ],
)
def test_tables_that_do_not_fit_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(MDP, **change)


def test_a_deterministic_process_goes_where_its_table_says() -> None:
    mdp = TabularMDP.deterministic("pair", np.array([[1, 0], [0, 0]]), np.array([[2.0, -1.0], [0.0, 0.0]]), np.array([False, True]))
    step = mdp.step(jax.random.key(0), mdp.state(0), 0)
    assert (int(step.state.index), float(step.reward), float(step.continuation)) == (1, 2.0, 0.0)
    step = mdp.step(jax.random.key(0), mdp.state(0), 1)
    assert (int(step.state.index), float(step.reward), float(step.continuation)) == (0, -1.0, 1.0)
