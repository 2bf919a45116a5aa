"""A sweep plans the session's moment once for each value of a live setting, and each plan is the one the session would make with it."""

from types import SimpleNamespace

import httpx
import numpy as np
import pytest

from backend.problems import Invalid
from backend.sessions.sweep import prepare_sweep
from planner import PlanRequest
from tests.backend.link import Link, read_trace

SMALL = {"particles": 32, "depth": 8}
VALUES = [0, 0.25, 1]


def sweep(api, session, **body):
    return httpx.post(f"{api}/sessions/{session['id']}/sweep", json=body, timeout=120)


@pytest.mark.parametrize(("checkpoint", "planner", "setting"), [("frozenlake-early", "trt_smc", "alpha"), ("cartpole-early", "tsmcts", "discount")])
def test_each_row_is_the_plan_of_the_session_with_that_value(server, new_session, checkpoint, planner, setting):
    session = new_session(checkpoint=checkpoint, planner=planner, settings=SMALL, seed=5)
    answer = sweep(server.api, session, setting=setting, values=VALUES)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    assert answer.json()["setting"] == setting and [row["value"] for row in rows] == VALUES
    for row in rows:
        httpx.patch(f"{server.api}/sessions/{session['id']}/settings", json={setting: row["value"]}).raise_for_status()
        arrays, _ = read_trace(httpx.get(f"{server.api}/sessions/{session['id']}/moments/0/trace", timeout=60).content)
        assert row["policy"] == pytest.approx(arrays["root_policy"].tolist(), abs=1e-6) and row["chosen"] == int(arrays["chosen_action"])
        assert row["value_target"] == float(arrays["value_target"])
        assert (row["loss"] is not None) == (row["regret"] is not None) == (checkpoint == "frozenlake-early")
        if row["regret"] is not None:
            # By the policy itself, not by the action that it takes.
            optimal = arrays["exact/optimal_q"]
            assert row["regret"] == pytest.approx(float(np.sum(arrays["root_policy"] * (optimal.max() - optimal))), abs=1e-6)


def test_a_row_of_a_map_holds_another_setting_at_a_value(server, new_session):
    session = new_session(checkpoint="frozenlake-early", settings=SMALL, seed=5)
    answer = sweep(server.api, session, setting="alpha", values=VALUES, at={"discount": 0.8}).raise_for_status().json()
    assert answer["at"] == {"discount": 0.8}
    httpx.patch(f"{server.api}/sessions/{session['id']}/settings", json={"discount": 0.8}).raise_for_status()
    assert answer["rows"] == sweep(server.api, session, setting="alpha", values=VALUES).json()["rows"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"setting": "particles", "values": [16, 32]},
            "over a live setting, whose values do not compile: got 'particles', allowed: discount",
        ),
        ({"setting": "nothing", "values": [1]}, "got 'nothing'"),
        ({"setting": "alpha", "values": [0.5, 1.5]}, "alpha"),
        ({"setting": "alpha", "values": []}, "values"),
        ({"setting": "alpha", "values": [0.5] * 65}, "values"),
        ({"setting": "alpha", "values": ["much"]}, "values"),
        ({"setting": "alpha", "values": [0.5], "at": {"particles": 16}}, "got 'particles', allowed: discount"),
        ({"setting": "alpha", "values": [0.5], "at": {"alpha": 0.1}}, "at: got 'alpha', allowed: another setting"),
        ({"setting": "alpha", "values": [0.5], "at": {"discount": 1.5}}, "discount"),
    ],
)
def test_what_cannot_be_swept_is_refused_and_the_session_goes_on(server, new_session, body, said):
    session = new_session(settings=SMALL)
    with Link(server, session["id"]) as link:
        link.frame()
        answer = sweep(server.api, session, **body)
        assert answer.status_code == 422 and said in str(answer.json()), answer.text
        httpx.patch(f"{server.api}/sessions/{session['id']}/settings", json={"alpha": 0.4}).raise_for_status()
        link.frame(revision=1)


def test_a_sweep_that_would_take_too_long_is_refused_before_anything_is_planned():
    numbers = SimpleNamespace(last=lambda moment: SimpleNamespace(plan_ms=2000.0))
    # As much of a session as the check reads.
    session = SimpleNamespace(over=False, step=0, moment="here", timeline=SimpleNamespace(numbers=numbers), request_at=lambda step: PlanRequest())
    with pytest.raises(Invalid, match="33 plans of about 2000 ms take 66 s, allowed are 30"):
        prepare_sweep(session, "alpha", [0.5] * 33)
