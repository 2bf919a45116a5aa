"""The HTTP interface, on a real server."""

import json
from pathlib import Path

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from planner import PLANNERS
from tests.backend.link import Link, read_trace
from tests.servers import serving


def plan(http, **changes):
    body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}, "seed": 1} | changes
    return http.post("/plans", json=body)


def test_the_service_is_live_and_ready(http):
    assert http.get("/health/live").json() == {"status": "live"}
    assert http.get("/health/ready").json() == {"status": "ready"}


def test_text_is_compressed_and_numbers_are_not(http):
    for path in ("/planners", "/checkpoints", "/opening?checkpoint=cartpole"):
        answer = http.get(path)
        assert answer.headers["content-encoding"] == "gzip", path
        assert answer.num_bytes_downloaded < 0.5 * len(answer.content), path
        assert http.get(path, headers={"accept-encoding": "identity"}).content == answer.content, path
    assert "content-encoding" not in plan(http).headers


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}])
def test_a_body_that_does_not_say_that_it_is_json_is_told_so(http, headers):
    answer = http.post("/plans", content=b'{"checkpoint": "cartpole-early"}', headers=headers)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"] == [{"field": "content-type", "given": headers.get("content-type"), "allowed": "application/json"}]
    assert "content-type" in answer.json()["detail"] and "checkpoint" not in answer.json()["detail"]


def test_every_shipped_checkpoint_has_a_card_with_its_returns(http):
    cards = {card["name"]: card for card in http.get("/checkpoints").json()["checkpoints"]}
    assert {"cartpole", "cartpole-early"} <= cards.keys()
    assert cards["cartpole"]["returns"]["prior"]["mean"] >= 475
    assert 50 <= cards["cartpole-early"]["returns"]["prior"]["mean"] <= 200
    assert cards["cartpole-early"] == http.get("/checkpoints/cartpole-early").json()


def test_every_planner_describes_every_setting_for_a_knob(http):
    planners = http.get("/planners").json()["planners"]
    assert [planner["name"] for planner in planners] == list(PLANNERS)
    for planner in planners:
        assert [setting["name"] for setting in planner["settings"]] == list(PLANNERS[planner["name"]].algorithm.settings.model_fields)
        for setting in planner["settings"]:
            assert {"label", "kind", "type", "default", "group", "help"} <= setting.keys()


def test_a_plan_is_a_trace_and_the_same_request_gives_the_same_bits(http):
    first, second = plan(http), plan(http)
    assert first.headers["content-type"] == "application/vnd.twistscope.trace"
    (arrays, metadata), (again, _) = read_trace(first.content), read_trace(second.content)
    assert arrays["parent"].shape == (8, 32)
    assert metadata["checkpoint"] == "cartpole-early"
    assert json.loads(metadata["settings"])["particles"] == 32
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, again[name], err_msg=name)


def test_a_planner_of_another_kind_answers_with_its_tree_and_refuses_settings_it_has_not(http):
    arrays, metadata = read_trace(plan(http, planner="gumbel_mcts", settings={"num_simulations": 32}).content)
    assert metadata["kind"] == "tree" and json.loads(metadata["settings"])["num_simulations"] == 32
    assert arrays["parent"].shape == (32,) and arrays["root_visits"].sum() == 32
    refused = plan(http, planner="gumbel_mcts", settings={"particles": 32})
    assert refused.status_code == 422 and "num_simulations" in refused.json()["errors"][0]["allowed"]


def test_atoms_and_states_come_on_request(http):
    arrays, _ = read_trace(plan(http, atoms=True, states=True).content)
    assert arrays["proposal"].shape == (8, 32, 2)
    assert arrays["state/theta"].shape == (8, 32)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/plans", {"checkpoint": "nope"}, 404, "cartpole-early"),
        ("/plans", {"checkpoint": "../secrets"}, 404, "unknown checkpoint"),
        ("/plans", {"checkpoint": "cartpole", "planner": "zork"}, 404, "trt_smc"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"alpha": 1.5}}, 422, "alpha"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"alpha": "much"}}, 422, "alpha"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"zork": 1}}, 422, "zork"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"particles": 10**9}}, 422, "65536"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"particles": 65536, "depth": 256}}, 422, "4194304"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"reward_temperature": 0}}, 422, ">= 1e-06"),
        ("/plans", {"checkpoint": "cartpole", "settings": {"resampling_scheme": "dice"}}, 422, "systematic"),
        ("/plans", {"checkpoint": "cartpole", "seed": -1}, 422, "seed"),
        ("/plans", {"checkpoint": "cartpole", "surprise": 1}, 422, "surprise"),
        ("/plans", {}, 422, "checkpoint"),
        ("/plans", {"checkpoint": "cartpole-early", "step": 99999}, 422, "the episode of the greedy prior ends there"),
        ("/sessions", {"checkpoint": "nope"}, 404, "unknown checkpoint"),
        ("/sessions", {"checkpoint": "cartpole", "settings": {"depth": 0}}, 422, "depth"),
    ],
)
def test_a_mistake_is_a_problem_document_that_says_what_would_be_right(http, path, body, status, says):
    response = http.post(path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert says in json.dumps(problem)
    if status == 422:
        assert all({"field", "given", "allowed"} <= error.keys() for error in problem["errors"])
    assert http.get("/health/ready").status_code == 200


def test_a_body_that_is_not_json_is_refused(http):
    response = http.post("/plans", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"]


def test_a_body_over_a_mebibyte_is_refused(http):
    response = http.post("/plans", content=b" " * (1024 * 1024 + 1), headers={"content-type": "application/json"})
    assert response.status_code == 413
    chunks = (b" " * 65536 for _ in range(17))
    assert http.post("/plans", content=chunks, headers={"content-type": "application/json"}).status_code == 413


def test_an_unknown_route_under_api_is_404_and_not_a_page(http):
    response = http.get("/zork")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_an_unknown_session_is_404(http):
    for answer in (http.get("/sessions/nope"), http.delete("/sessions/nope"), http.patch("/sessions/nope/settings", json={})):
        assert answer.status_code == 404


def test_settings_out_of_range_leave_the_session_as_it_was(http, new_session):
    session = new_session()
    path = f"/sessions/{session['id']}"
    assert http.patch(path + "/settings", json={"alpha": 0.4, "kl_bound": -1}).status_code == 422
    assert http.get(path).json()["settings"] == session["settings"]
    assert http.patch(path + "/settings", json={"alpha": 0.4}).json()["alpha"] == 0.4


def test_a_fork_starts_from_the_moment_of_the_old_session(http, new_session):
    session = new_session(step=3)
    fork = http.post(f"/sessions/{session['id']}/commands", json={"command": "fork"}).json()
    assert fork["id"] != session["id"]
    assert fork["step"] == 3
    assert http.delete(f"/sessions/{fork['id']}").status_code == 204


def test_too_many_watched_sessions_are_refused_and_unwatched_ones_make_room(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_SESSIONS="1") as small:
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}
        first = httpx.post(small.api + "/sessions", json=body, timeout=60).json()
        with Link(small, first["id"]) as link:
            link.frame()
            refused = httpx.post(small.api + "/sessions", json=body, timeout=60)
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) > 0
        for _ in range(100):
            second = httpx.post(small.api + "/sessions", json=body, timeout=60)
            if second.status_code == 201:
                break
        assert second.status_code == 201
        assert httpx.get(small.api + f"/sessions/{first['id']}").status_code == 404


def test_metrics_count_plans_and_sessions(http, new_session):
    count = lambda: next(float(line.split()[1]) for line in http.get("/metrics").text.splitlines() if line.startswith("twistscope_plans_total"))
    plan(http)
    session = new_session()
    before = count()
    assert before >= 1
    # Every plan counts, whoever asks for it; the session's own first one may be among them.
    for _ in range(3):
        assert http.get(f"/sessions/{session['id']}/moments/0/export/csv").status_code == 200
    assert count() >= before + 3


def test_openapi_lists_the_documented_routes(http):
    documented = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    for path in http.get("/openapi.json").json()["paths"]:
        shown = path.removeprefix("/api/v1").replace("{session_id}", "{id}").replace("{recording_id}", "{id}")
        assert f"{shown}`" in documented or f"{shown} " in documented, f"{shown} is not in docs/api.md"


def test_many_seeds_are_planned_at_once_and_the_first_is_the_plan_itself(http):
    body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}, "seed": 2**32 - 2, "step": 2}
    answer = http.post("/plans/seeds", json={**body, "seeds": 4})
    assert answer.headers["content-type"] == "application/vnd.twistscope.seeds"
    arrays = load(answer.content)
    assert arrays["seed"].tolist() == [2**32 - 2, 2**32 - 1, 0, 1]
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes == {
        **dict.fromkeys(("root_policy", "root_q", "root_proposal", "root_visits"), (4, 2)),
        **dict.fromkeys(("value_target", "log_evidence", "chosen_action", "seed"), (4,)),
        "root_prior": (2,),
        "root_value": (),
    }
    single, _ = read_trace(http.post("/plans", json=body).content)
    np.testing.assert_allclose(arrays["root_policy"][0], single["root_policy"], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(arrays["log_evidence"][0], single["log_evidence"][-1], rtol=1e-3, atol=1e-4)
    body = {"checkpoint": "cartpole-early", "planner": "gumbel_mcts", "settings": {"num_simulations": 16}, "seeds": 3}
    tree = http.post("/plans/seeds", json=body)
    assert np.isnan(load(tree.content)["log_evidence"]).all()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seeds": 257}, "256"),
        ({"seeds": 0}, "seeds"),
        ({"settings": {"particles": 65536, "depth": 8}, "seeds": 9}, "at most 8"),
        ({"planner": "zork"}, "tsmcts"),
    ],
)
def test_more_seeds_than_fit_are_refused(http, changes, says):
    response = http.post("/plans/seeds", json={"checkpoint": "cartpole-early", "seeds": 2, **changes})
    assert response.status_code == (404 if "planner" in changes else 422) and says in json.dumps(response.json())
