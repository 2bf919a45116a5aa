"""The parts of a decision are those of the plan that the session shows."""

import httpx
import numpy as np
import pytest

from tests.backend.link import Link, read_trace


def reasons(server, session):
    return httpx.get(f"{server.api}/sessions/{session['id']}/why", timeout=60)


@pytest.mark.parametrize(
    ("checkpoint", "planner", "settings"),
    [
        ("frozenlake-early", "trt_smc", {"particles": 32, "depth": 8}),
        ("pendulum-early", "spo", {"particles": 32, "depth": 8}),
        ("cartpole-early", "gumbel_mcts", {"num_simulations": 32}),
        ("cartpole-early", "tsmcts", {"particles": 32, "depth": 8}),
    ],
)
def test_reasons_are_those_of_the_plan_that_is_shown(server, new_session, checkpoint, planner, settings):
    session = new_session(checkpoint=checkpoint, planner=planner, settings=settings, seed=5)
    with Link(server, session["id"]) as link:
        link.frame()
    said = reasons(server, session).raise_for_status().json()
    trace = httpx.get(f"{server.api}/sessions/{session['id']}/moments/0/trace", timeout=60).content
    arrays, _ = read_trace(trace)
    assert said["step"] == 0 and said["frame"] >= 1
    assert (said["loss"] is not None) == (checkpoint == "frozenlake-early")
    if planner in ("gumbel_mcts", "tsmcts"):
        assert said["actions"] is None
        return
    assert {each["action"] for each in said["actions"]} == set(np.flatnonzero(arrays["root_visits"]))
    if planner == "trt_smc":
        whole = np.array([each["log_prior"] + each["sampling"] + each["reward"] + each["value"] + each["spread"] for each in said["actions"]])
        policy = np.log(arrays["root_policy"][[each["action"] for each in said["actions"]]])
        np.testing.assert_allclose(whole - whole[0], policy - policy[0], atol=1e-3)


def test_a_session_that_is_not_there_has_no_reasons(server):
    assert reasons(server, {"id": "nope"}).status_code == 404
