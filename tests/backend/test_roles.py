"""Who may do what, how often, and with which token."""

import json

import httpx
import pytest

from backend.rates import Rate
from backend.security import LOOKING
from tests.backend.link import Link
from tests.servers import serving, twistscope

STEER, LOOK = {"Authorization": "Bearer steer"}, {"Authorization": "Bearer look"}
SMALL = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}


@pytest.fixture(scope="module")
def protected(tmp_path_factory):
    few = {"TWISTSCOPE_MAX_SESSIONS_PER_MINUTE": "4", "TWISTSCOPE_MAX_EXPORTS_PER_MINUTE": "3", "TWISTSCOPE_MAX_UPLOADS_PER_MINUTE": "2"}
    with serving("serve-backend", "--token", "steer", "--view-token", "look", data=tmp_path_factory.mktemp("protected"), **few) as running:
        yield running


@pytest.fixture(scope="module")
def session(protected):
    answer = httpx.post(f"{protected.api}/sessions", json=SMALL, headers=STEER, timeout=60)
    assert answer.status_code == 201
    return answer.json()["id"]


def test_a_role_is_what_the_token_says(protected):
    for headers, role, view_token in ((STEER, "control", "look"), (LOOK, "view", None)):
        assert httpx.get(f"{protected.api}/access", headers=headers).json() == {"role": role, "view_token": view_token}
    assert httpx.get(f"{protected.api}/access").status_code == 401
    assert httpx.get(f"{protected.api}/access", headers={"Authorization": "Bearer steerlook"}).status_code == 401
    assert "twistscope_token=look" in httpx.get(f"{protected.api}/access?token=look").headers["set-cookie"]


def test_a_viewer_reads_every_route_and_writes_none(protected, session):
    document = httpx.get(f"{protected.api}/openapi.json", headers=LOOK).json()
    tried = 0
    for path, operations in document["paths"].items():
        url = protected.url + path.replace("{session_id}", session).replace("{step}", "0").replace("{form}", "trace").replace("{name}", "catch")
        for method in operations:
            answer = httpx.request(
                method, url.replace("{recording_id}", "none"), headers=LOOK, json={} if method in ("post", "patch") else None, timeout=60
            )
            if method.upper() in LOOKING:
                assert answer.status_code != 403, (method, path)
            else:
                assert answer.status_code == 403 and "look, not touch" in answer.json()["detail"], (method, path)
                tried += 1
    assert tried >= 14
    assert httpx.get(f"{protected.api}/sessions/{session}", headers=LOOK).json()["step"] == 0


def test_a_viewer_looks_over_the_link_and_changes_nothing(protected, session):
    with Link(protected, session, additional_headers=LOOK) as link:
        link.frame()
        for message in (
            {"type": "command", "command": "step"},
            {"type": "command", "command": "fork"},
            {"type": "settings", "settings": {"alpha": 0.9}},
        ):
            link.send(**message)
            assert "look, not touch" in link.text("error")["detail"]
        link.send(type="view", arrays=["ess"])
        arrays, _ = link.frame()
        assert set(arrays) == {"ess"}
    about = httpx.get(f"{protected.api}/sessions/{session}", headers=LOOK).json()
    assert about["step"] == 0 and about["settings"]["alpha"] != 0.9


def test_a_client_that_asks_too_often_is_told_when_to_ask_again(protected, session):
    wanted = {
        "sessions": lambda: httpx.post(f"{protected.api}/sessions", json={"checkpoint": "zork"}, headers=STEER),
        "exports": lambda: httpx.get(f"{protected.api}/sessions/{session}/moments/9/export/trace", headers=STEER),
        "uploads": lambda: httpx.post(f"{protected.api}/recordings", content=b"x", headers=STEER),
    }
    for kind, ask in wanted.items():
        answers = [ask() for _ in range(8)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused and refused[0].json()["detail"].startswith("one address may ask for ") and kind in refused[0].json()["detail"]
        assert 1 <= int(refused[0].headers["retry-after"]) <= 61
        assert not [answer for answer in answers if answer.status_code >= 500]


def test_a_bucket_fills_evenly_and_each_client_has_its_own():
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])
    assert [rate.take("a") for _ in range(60)] == [0.0] * 60
    assert 0 < rate.take("a") <= 1 and rate.take("b") == 0
    now[0] = 1.0
    assert rate.take("a") == 0 and rate.take("a") > 0
    now[0] = 1000.0
    assert sum(rate.take("a") == 0 for _ in range(100)) == 60


@pytest.mark.parametrize(
    ("words", "environment", "says"),
    [
        (["--view-token", "look"], {}, "--view-token needs another --token beside it"),
        (["--token", "same", "--view-token", "same"], {}, "--view-token needs another --token beside it"),
        (["--token", "a", "--view-token", ""], {}, "--view-token"),
        (["--token", "a"], {"TWISTSCOPE_VIEW_TOKEN": "with space"}, "TWISTSCOPE_VIEW_TOKEN"),
        ([], {"TWISTSCOPE_MAX_UPLOADS_PER_MINUTE": "0"}, "TWISTSCOPE_MAX_UPLOADS_PER_MINUTE"),
        ([], {"TWISTSCOPE_MAX_RECORDINGS": "many"}, "TWISTSCOPE_MAX_RECORDINGS"),
    ],
)
def test_tokens_and_limits_that_make_no_sense_are_refused_at_start(words, environment, says, monkeypatch, tmp_path):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = twistscope("serve-backend", "--data", str(tmp_path), "--port", "1", *words)
    assert done.returncode == 2 and says in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_an_answer_is_valid_json_where_a_role_is_refused(protected):
    answer = httpx.post(f"{protected.api}/plans", json=SMALL, headers=LOOK)
    assert answer.headers["content-type"] == "application/problem+json" and json.loads(answer.text)["status"] == 403
