"""One user cannot hold up all others: abandoned requests, long plans, and what waits to be compiled.

These tests bound numbers of plans and the order of things, never seconds.
"""

import contextlib
import threading
import time

import httpx
import pytest

from tests.backend.link import Link
from tests.servers import serving, wait_until_ready

LONG = {"checkpoint": "cartpole-early", "planner": "gumbel_mcts", "settings": {"num_simulations": 8192, "max_depth": 64}}
SMALL = {"particles": 32, "depth": 8}


def give_up(url, body, seconds=0.3):
    """Send a request and go before it is answered."""
    with contextlib.suppress(httpx.TimeoutException):
        httpx.post(url, json=body, timeout=httpx.Timeout(10, read=seconds))


def queued(server, session_id):
    with Link(server, session_id) as link:
        return link.text("status")["queue"]


def plans_made(http):
    return next(float(line.split()[1]) for line in http.get("/metrics").text.splitlines() if line.startswith("twistscope_plans_total"))


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_requests_of_clients_that_have_gone_leave_the_queue(server, http, new_session):
    session = new_session()
    give_up(server.api + "/plans", LONG, 60)
    for seed in range(6):
        give_up(server.api + "/plans", LONG | {"seed": seed})
    # One may be running, which cannot be interrupted; the others wait for nobody.
    wait_until(lambda: queued(server, session["id"]) <= 1)
    made = plans_made(http)
    with Link(server, session["id"]) as link:
        link.frame()
        link.send(type="settings", settings={"alpha": 0.3})
        link.frame(revision=1)
    after = plans_made(http)
    assert after - made <= 3


def test_a_knob_is_drawn_while_a_strangers_long_plan_runs(server, http, new_session):
    session = new_session()
    assert http.post("/plans", json=LONG).status_code == 200
    with Link(server, session["id"]) as link:
        link.frame()
        done = threading.Event()

        def plan():
            assert httpx.post(server.api + "/plans", json=LONG, timeout=120).status_code == 200
            done.set()

        stranger = threading.Thread(target=plan)
        stranger.start()
        revision = 0
        while not done.is_set():
            revision += 1
            link.send(type="settings", settings={"alpha": revision % 90 / 100 + 0.01})
            link.frame(revision=revision)
        stranger.join()
        # A first-come queue of one device would have drawn one of them, before the plan or after it.
        assert revision > 5


def test_a_session_with_large_plans_leaves_the_others_their_time(server, new_session):
    large = new_session(settings={"particles": 8192, "depth": 24})
    small = [new_session() for _ in range(3)]
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(Link(server, each["id"])) for each in (large, *small)]
        for link in links:
            link.frame()
            link.send(type="command", command="play", speed=1000)
        counted = []

        def count(link, enough):
            frames = 0
            while not enough.is_set():
                link.frame()
                frames += 1
            counted.append(frames)

        enough = threading.Event()
        watchers = [threading.Thread(target=count, args=(link, enough)) for link in links[1:]]
        for watcher in watchers:
            watcher.start()
        for _ in range(4):
            links[0].frame()
        enough.set()
        for link in links[1:]:
            link.send(type="command", command="pause")
            link.send(type="settings", settings={"alpha": 0.77})
        for watcher in watchers:
            watcher.join(60)
        # Four large plans; in turns, each of the small sessions would have had four as well.
        assert min(counted) >= 10, counted


def test_newer_settings_replace_a_plan_that_waits(server, http, new_session):
    """Twenty changes while a session's own plan runs are one plan more, not twenty."""
    session = new_session(settings={"particles": 4096, "depth": 64})
    with Link(server, session["id"]) as link:
        link.frame()
        for number in range(20):
            link.send(type="settings", settings={"alpha": (number + 1) / 100})
        _arrays, header = link.frame(revision=20)
        assert int(header["frame"]) <= 12


@pytest.fixture(scope="module")
def cold(tmp_path_factory):
    """A server that finds no compiled programs."""
    data = tmp_path_factory.mktemp("cold")
    (data / "compiled").mkdir()
    with serving("serve-backend", data=data) as running:
        wait_until_ready(running)
        yield running


@pytest.mark.slow
def test_what_waits_to_be_compiled_for_nobody_is_dropped_and_delays_no_loading(cold):
    for seeds in (5, 6, 7, 8):
        give_up(cold.api + "/plans/seeds", {"checkpoint": "cartpole-early", "settings": SMALL, "seeds": seeds})
    # Two compile at most, which cannot be interrupted. Everything below is answered while they do.
    assert httpx.post(cold.api + "/plans", json={"checkpoint": "nope"}, timeout=60).status_code == 404
    assert httpx.get(cold.api + "/checkpoints/catch/scene", timeout=60).status_code == 200
    body = {"checkpoint": "cartpole-early", "settings": SMALL, "seeds": 8}
    assert httpx.post(cold.api + "/plans/seeds", json=body, timeout=120).status_code == 200


def test_a_plan_too_large_for_memory_is_refused_with_the_size_that_is_allowed(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_PLAN_MEMORY=str(2 * 1024**2)) as small:
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 4096, "depth": 32}, "atoms": True}
        refused = httpx.post(small.api + "/plans", json=body, timeout=120)
        assert refused.status_code == 422
        error = refused.json()["errors"][0]
        assert error["field"] == "particles" and error["given"] == 4096 and "at depth 32" in error["allowed"]
        allowed = body | {"settings": {"particles": int(error["allowed"].split()[2]), "depth": 32}}
        assert httpx.post(small.api + "/plans", json=allowed, timeout=120).status_code == 200
        seeds = {"checkpoint": "cartpole-early", "settings": SMALL, "seeds": 4}
        assert httpx.post(small.api + "/plans/seeds", json=seeds, timeout=120).status_code == 200


def test_plans_that_are_held_share_one_memory(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_MEMORY=str(4 * 1024**2)) as small:
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 1024, "depth": 24}}
        sessions = [httpx.post(small.api + "/sessions", json=body, timeout=120).json()["id"] for _ in range(4)]
        messages = []
        for each in sessions:
            with Link(small, each) as link:
                wait_until(lambda link=link: link.text("status")["phase"] in ("idle", "ended"))
                messages.append(link.status["detail"])
        assert messages[0] == "" and "of memory" in messages[-1]
        refused = httpx.post(small.api + "/plans", json=body, timeout=120)
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
        for each in sessions:
            httpx.delete(small.api + f"/sessions/{each}")
        assert httpx.post(small.api + "/plans", json=body, timeout=120).status_code == 200


def test_a_plan_expected_to_take_too_long_is_refused_with_the_size_that_is_allowed(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_PLAN_SECONDS="0.02") as small:
        body = {"checkpoint": "cartpole-early", "planner": "gumbel_mcts", "settings": {"num_simulations": 1024}}
        first = httpx.post(small.api + "/plans", json=body, timeout=120)
        assert first.status_code == 200  # Nothing is known of its time before it has run once.
        refused = httpx.post(small.api + "/plans", json=body, timeout=120)
        assert refused.status_code == 422
        error = refused.json()["errors"][0]
        assert error["field"] == "num_simulations" and "0.02 s" in error["allowed"]
        assert 1 <= int(error["allowed"].split()[2].rstrip(":")) < 1024
