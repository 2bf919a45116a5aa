"""The study's arithmetic: measures of a decision, intervals over seeds and states, and tables of the page."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.study.data import Data
from benchmarks.study.measures import measure_decision
from benchmarks.study.report import fill, number
from benchmarks.study.statistics import Interval, interval, per_root
from benchmarks.study.subjects import Answer, deepsea
from planner.core.targets import Decision
from planner.environments import make_environment
from planner.environments.tabular import TabularState


def decision(policy: list[float], qvalues: list[float], chosen: int) -> Decision:
    visits = jnp.isfinite(jnp.asarray(qvalues)).astype(jnp.int32)
    even = jnp.full(len(policy), 1 / len(policy))
    return Decision(even, even, jnp.asarray(policy), jnp.asarray(qvalues), visits, jnp.float32(0), jnp.float32(0), jnp.int32(chosen))


def test_regret_is_what_the_policy_loses_and_untried_actions_do_not_count():
    answer = Answer(jnp.array([1.0, 0.5, 0.0]), jnp.array([0.8, 0.4, 0.2]), jnp.array([0.5, 0.25, 0.25]))
    measured = measure_decision(decision([0.5, 0.5, 0.0], [1.0, 0.4, np.nan], 1), answer)
    assert measured["regret"] == pytest.approx(0.25)
    assert measured["executed"] == pytest.approx(0.5)
    assert measured["q_square"] == pytest.approx(0.02)
    assert measured["kl"] == pytest.approx(0.5 * np.log(2))
    assert (int(measured["tried"]), int(measured["positive"])) == (2, 2)


def test_seeds_are_averaged_within_a_root():
    found = per_root(
        {"regret": np.array([[1.0, 3.0], [5.0, 5.0]]), "q_square": np.array([[9.0, 9.0], [0.0, 2.0]]), "log_evidence": np.array([[0.0, 2.0], [1, 1]])}
    )
    assert found["regret"].tolist() == [2, 5]
    assert found["q_error"].tolist() == [3, 1]
    assert found["log_evidence_sd"].tolist() == pytest.approx([np.sqrt(2), 0])


def test_an_interval_holds_the_mean_and_has_a_sign_only_where_it_leaves_out_zero():
    above, around = interval(np.array([1.0, 2.0, 3.0])), interval(np.array([-1.0, 1.0]))
    assert above.low < above.mean == 2 < above.high
    assert (above.sign, around.sign, interval(-np.ones(3)).sign) == (1, 0, -1)


def test_differences_are_taken_root_by_root():
    cells = {"A lake x": {"roots": {"regret": [1.0, 11.0]}}, "A lake y": {"roots": {"regret": [0.0, 10.0]}}}
    data = Data({"cells": cells, "subjects": {"lake": {"regret": {"prior": [2.0, 4.0]}}}})
    found = data.difference("A lake x", "A lake y", "regret")
    assert found is not None and (found.low, found.mean, found.high, found.sign) == (1, 1, 1, 1)
    assert found.least == pytest.approx(0.003)


def test_a_difference_too_small_to_count_has_no_sign():
    assert (Interval(0.1, 0.05, 0.2, least=0.3).sign, Interval(0.1, 0.05, 0.2, least=0.01).sign) == (0, 1)


def test_the_tables_step_as_the_environment_does():
    subject, environment = deepsea(), make_environment("DeepSea-bsuite")
    rows, actions = (grid.ravel() for grid in jnp.meshgrid(jnp.arange(environment.state_count - environment.columns), jnp.arange(2), indexing="ij"))
    key = jax.random.key(0)
    tabled = jax.vmap(lambda row, action: subject.model.environment.step(key, TabularState(row), action))(rows, actions)
    real = jax.vmap(lambda row, action: environment.step(key, environment.state_of(row), action))(rows, actions)
    np.testing.assert_array_equal(tabled.state.index, jax.vmap(environment.index)(real.state))
    np.testing.assert_allclose(tabled.reward, real.reward, atol=1e-6)
    np.testing.assert_array_equal(tabled.continuation, real.continuation)


def test_only_marked_places_of_the_page_change():
    subject = {"title": "Lake", "depth": 4, "reward_temperature": 0.1, "discount": 0.9, "sources": ["exact"], "regret": {"prior": [0.1, 0.3]}}
    data = Data({"cells": {}, "subjects": {"lake": subject}})
    page = fill("before\n<!-- table subjects -->\nold\n<!-- end -->\nafter\n", data)
    assert "old" not in page and "| Lake | 0.1 | 0.9 | 4 | 0.2 |" in page
    assert page.startswith("before\n") and page.endswith("after\n") and fill(page, data) == page


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.01234, "0.012"), (123.4, "123"), (3.1e-6, "3.1e-06")])
def test_numbers_are_written_with_two_digits(value: float, text: str):
    assert number(value) == text
