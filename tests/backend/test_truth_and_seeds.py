"""Exact answers and many seeds over HTTP, diagnostics in every trace, continuous actions end to end, and refusals; on a real server."""

import json
import shutil
from pathlib import Path

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from planner import has_truth, make_environment
from planner.checkpoints import Checkpoints, flatten, unflatten
from planner.record.diagnostics import DIAGNOSTICS
from planner.truth import ANSWERS
from tests.backend.link import Link, read_trace
from tests.servers import ROOT, serving

SMALL = {"particles": 16, "depth": 4}


def plan(http, checkpoint, **changes):
    return http.post("/plans", json={"checkpoint": checkpoint, "settings": SMALL} | changes)


def test_a_trace_has_diagnostics_and_exact_answers_where_there_are_any(http):
    catch, _ = read_trace(plan(http, "catch-early").content)
    assert set(DIAGNOSTICS) | set(ANSWERS) <= catch.keys()
    assert catch["exact/policy"].sum() == pytest.approx(1) and catch["exact/log_evidence"].shape == (4,)
    cartpole, _ = read_trace(plan(http, "cartpole-early").content)
    assert set(DIAGNOSTICS) <= cartpole.keys() and not set(ANSWERS) & cartpole.keys()


def test_exact_values_take_the_network_s_place_and_noise_spoils_them(http):
    """With exact values and the twist at the reward temperature all weights are equal, because Catch is deterministic after its first state."""
    settings = SMALL | {"value_source": "exact", "root_sampling": "proposal"}
    exact, metadata = read_trace(plan(http, "catch-early", planner="twisted_smc", settings=settings).content)
    np.testing.assert_allclose(exact["ess"], 16, rtol=1e-3)
    np.testing.assert_allclose(exact["log_evidence"], 0, atol=1e-3)
    assert json.loads(metadata["settings"])["value_source"] == "exact"
    np.testing.assert_allclose(exact["root_value"], exact["exact/value"], rtol=1e-5)
    noisy, _ = read_trace(plan(http, "catch-early", planner="twisted_smc", settings=settings | {"value_noise": 1.0}).content)
    assert noisy["ess"].min() < 12 and noisy["root_value"] != exact["root_value"]


def test_exact_values_are_refused_by_name_where_there_are_none(http):
    refused = plan(http, "cartpole-early", settings=SMALL | {"value_source": "exact"})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"field": "value_source", "given": "exact", "allowed": "network: CartPole-v1 has no exact answers, its states cannot be enumerated"}
    ]


def test_a_session_keeps_its_settings_when_exact_values_are_refused(http, server, new_session):
    session = new_session()
    assert session["offers"] == [] and session["action_bounds"] is None
    with Link(server, session["id"]) as link:
        link.frame()
        link.send(type="settings", settings={"value_source": "exact"})
        assert "CartPole-v1 has no exact answers" in link.text("error")["detail"]
    assert http.get(f"/sessions/{session['id']}").json()["settings"]["value_source"] == "network"


def test_what_a_session_offers_is_what_its_environment_has(new_session):
    for checkpoint in ("catch-early", "pendulum"):
        session = new_session(checkpoint=checkpoint, settings=SMALL)
        environment = make_environment(session["environment"])
        assert ("exact answers" in session["offers"]) == has_truth(environment)
        assert ("continuous actions" in session["offers"]) == (session["action_bounds"] is not None)


def test_many_seeds_of_a_session_start_from_its_moment_and_its_own_seed(http, new_session):
    session = new_session(checkpoint="catch-early", settings=SMALL, seed=5, step=2)
    answer = http.post(f"/sessions/{session['id']}/seeds", json={"seeds": 8})
    assert answer.headers["content-type"] == "application/vnd.twistscope.seeds"
    seeds = load(answer.content)
    assert seeds["seed"].tolist() == list(range(5, 13)) and seeds["root_policy"].shape == (8, 3)
    same = load(http.post("/plans/seeds", json={"checkpoint": "catch-early", "settings": SMALL, "seed": 5, "step": 2, "seeds": 8}).content)
    for name, array in seeds.items():
        np.testing.assert_array_equal(array, same[name], err_msg=name)
    assert http.post("/sessions/nowhere/seeds", json={"seeds": 8}).status_code == 404
    too_many = http.post(f"/sessions/{session['id']}/seeds", json={"seeds": 257})
    assert too_many.status_code == 422 and too_many.json()["errors"][0]["field"] == "seeds"


def test_continuous_actions_are_planned_and_played(http, new_session):
    arrays, _ = read_trace(plan(http, "pendulum", settings=SMALL | {"action_atoms": 4}, step=3).content)
    assert arrays["action"].shape == (4, 16, 1) and arrays["root_atoms"].shape == (4, 1) and arrays["chosen_action"].shape == (1,)
    session = new_session(checkpoint="pendulum", settings=SMALL)
    assert session["actions"] == ["torque"] and session["action_bounds"] == [[-2.0, 2.0]]
    assert http.post(f"/sessions/{session['id']}/commands", json={"command": "goto", "step": 3}).status_code == 200
    seeds = load(http.post(f"/sessions/{session['id']}/seeds", json={"seeds": 4}).content)
    assert seeds["root_atoms"].shape == (4, 8, 1) and seeds["chosen_action"].shape == (4, 1)
    refused = plan(http, "pendulum", settings=SMALL | {"action_atoms": 1})
    assert refused.status_code == 422 and refused.json()["errors"][0]["allowed"] == "a whole number >= 2 and <= 64"


def test_a_network_that_gives_no_numbers_is_named_with_the_state(tmp_path: Path):
    folder = tmp_path / "checkpoints"
    shutil.copytree(ROOT / "assets" / "checkpoints" / "catch-early", folder / "catch-early")
    store = Checkpoints(folder)
    checkpoint = store.load("catch-early")
    arrays = flatten(checkpoint.params)
    broken = arrays["params/value/bias"] * np.nan
    store.save(checkpoint.card, unflatten(arrays | {"params/value/bias": broken}, checkpoint.params))
    with serving("serve-backend", "--checkpoints", str(folder), data=tmp_path / "data") as server:
        answer = httpx.post(f"{server.api}/plans", json={"checkpoint": "catch-early", "settings": SMALL}, timeout=120)
    assert answer.status_code == 500
    detail = answer.json()["detail"]
    assert "checkpoint 'catch-early'" in detail and "the network's prior, value or Q is not a finite number, at the state planned from" in detail
