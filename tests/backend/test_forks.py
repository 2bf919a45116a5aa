"""Forks, and what makes a record: the same by every way of asking, within every limit, and fixed when the plan is made."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from backend.engine.local import LocalEngine
from backend.link.frame import View
from backend.link.viewer import Viewer
from backend.metrics import Metrics
from backend.recordings.library import Library
from backend.sessions.all import Sessions
from backend.sessions.paths import MAX_PATHS, Paths
from backend.sessions.paths import Path as Path_
from backend.sessions.session import COMMANDS
from planner import Moment, PlanRequest
from planner.record.metadata import Metadata
from tests.backend.link import Link, read_trace
from tests.servers import serving

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
SMALL = {"particles": 32, "depth": 8}
ARGUMENTS = {"goto": {"step": 1}, "act": {"action": 0}, "intervene": {"interventions": []}}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_known_over_http_and_over_the_socket(server, new_session, http, command):
    if command == "walk":
        # There is no other path yet: known, but not possible.
        answer = http.post(f"/sessions/{new_session()['id']}/commands", json={"command": "walk", "path": 0})
        assert answer.status_code == 404 and "no path 0; this episode has 0" in answer.json()["detail"]
        return
    session = new_session(step=1)
    answer = http.post(f"/sessions/{session['id']}/commands", json={"command": command, **ARGUMENTS.get(command, {})})
    assert answer.status_code == 200, answer.text
    with Link(server, new_session(step=1)["id"]) as link:
        link.frame()
        link.send(type="command", command=command, **ARGUMENTS.get(command, {}))
        if command == "fork":
            forked = link.text("forked")["session"]
            assert forked["step"] == 1 and http.delete(f"/sessions/{forked['id']}").status_code == 204
        else:
            assert link.text("status")["session"]
        assert not [text for text in link.texts if text["type"] == "error"]


def test_a_fork_plans_past_moments_with_the_settings_that_chose_their_actions(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        first, _ = link.frame()
        link.send(type="command", command="step")
        link.frame(step=1)
        link.send(type="settings", settings={"alpha": 0.9})
        link.frame(revision=1)
        fork = http.post(f"/sessions/{session['id']}/commands", json={"command": "fork"}).json()
    arrays, header = read_trace(http.get(f"/sessions/{fork['id']}/moments/0/trace").content)
    assert Metadata.of_header(header).settings["alpha"] == session["settings"]["alpha"] != fork["settings"]["alpha"]
    np.testing.assert_array_equal(arrays["log_weight"], first["log_weight"])
    http.delete(f"/sessions/{fork['id']}")


@pytest.mark.parametrize("way", ["create", "fork over http", "fork over the socket"])
def test_no_way_to_a_new_session_passes_the_limit_by(data, way):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_SESSIONS="1") as small:
        body = {"checkpoint": "cartpole-early", "settings": SMALL}
        session = httpx.post(small.api + "/sessions", json=body, timeout=60).json()
        with Link(small, session["id"]) as link:
            link.frame()
            if way == "fork over the socket":
                link.send(type="command", command="fork")
                assert "most this server keeps" in link.text("error")["detail"]
            else:
                path, body = (f"/sessions/{session['id']}/commands", {"command": "fork"}) if way == "fork over http" else ("/sessions", body)
                assert httpx.post(small.api + path, json=body, timeout=60).status_code == 429
            assert len(httpx.get(small.api + "/sessions").json()["sessions"]) == 1


class GatedEngine(LocalEngine):
    """The engine itself, which waits before each environment step and before each plan is handed over until it is let go."""

    def __init__(self, checkpoints: Path):
        super().__init__(checkpoints)
        self.stepping, self.step_gate = asyncio.Event(), asyncio.Event()

    async def next_moment(self, *arguments, **keywords):
        self.stepping.set()
        await self.step_gate.wait()
        return await super().next_moment(*arguments, **keywords)


async def change_while_an_action_is_taken(change) -> tuple[PlanRequest, PlanRequest]:
    """The request kept of step 0, and the one before, of a session that steps; `change` is called while the environment is being stepped."""
    engine = GatedEngine(CHECKPOINTS)
    sessions = Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
    session = await sessions.create("cartpole-early", PlanRequest(settings=SMALL, seed=3))
    before = session.request
    await session.command("step", {})
    await asyncio.wait_for(engine.stepping.wait(), 60)
    change(session)
    engine.step_gate.set()
    viewer = Viewer(View())
    session.join(viewer)
    while not isinstance(message := await viewer.next(), bytes) or Metadata.of_header(read_trace(message)[1]).step == 0:
        pass
    made = session.course.made[0]
    await sessions.close()
    engine.close()
    return made, before


def test_settings_that_arrive_while_an_action_is_taken_are_not_those_that_chose_it():
    made, before = asyncio.run(change_while_an_action_is_taken(lambda session: session.change_settings({"alpha": 0.9})))
    assert made == replace(before, step=0) and "alpha" not in made.settings


def test_a_record_keeps_the_actions_that_led_to_it(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        taken = [int(link.frame()[0]["chosen_action"])]
        for step in (1, 2):
            link.send(type="command", command="step")
            arrays, header = link.frame(step=step)
            assert Metadata.of_header(header).actions_so_far == taken
            taken.append(int(arrays["chosen_action"]))
        # Gone back and played on with other settings, the past is what was executed, not what was planned last.
        link.send(type="command", command="goto", step=1)
        link.frame(step=1)
        assert Metadata.of_header(read_trace(http.get(f"/sessions/{session['id']}/moments/2/trace").content)[1]).actions_so_far == taken[:2]


def act(http, session, *actions):
    for action in actions:
        answer = http.post(f"/sessions/{session['id']}/commands", json={"command": "act", "action": action})
        assert answer.status_code == 200, answer.text
    return answer.json()


def command(http, session, name, **arguments):
    answer = http.post(f"/sessions/{session['id']}/commands", json={"command": name, **arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_paths_of_an_episode_are_kept_listed_and_walked(server, new_session, http):
    session = new_session()
    assert act(http, session, 0, 1, 0)["paths"] == []
    command(http, session, "goto", step=1)
    # Another action leaves the path; the same one does not.
    parted = act(http, session, 0, 0)
    assert parted["paths"] == [{"path": 0, "from": 1, "action": 1, "to": 3}] and parted["furthest"] == 3
    command(http, session, "goto", step=1)
    assert act(http, session, 0)["furthest"] == 3
    command(http, session, "goto", step=0)
    third = act(http, session, 1)
    assert [(each["from"], each["action"], each["to"]) for each in third["paths"]] == [(0, 0, 3), (0, 0, 3)]
    walked = command(http, session, "walk", path=0)
    assert (walked["step"], walked["furthest"]) == (1, 3)
    assert [(each["from"], each["action"], each["to"]) for each in walked["paths"]] == [(1, 0, 3), (0, 1, 1)]
    query = http.get(f"/sessions/{session['id']}/link").json()["query"]
    command(http, session, "goto", step=3)
    arrays, header = read_trace(http.get(f"/sessions/{session['id']}/moments/3/trace").content)
    assert header["actions_so_far"] == "[0, 1, 0]"
    fresh = new_session(actions=[0, 1, 0])
    np.testing.assert_array_equal(arrays["log_weight"], read_trace(http.get(f"/sessions/{fresh['id']}/moments/3/trace").content)[0]["log_weight"])
    assert "step=1" in query
    assert command(http, session, "reset")["paths"] == []
    for wrong, status in (({"path": 9}, 404), ({"path": -1}, 422), ({}, 422)):
        assert http.post(f"/sessions/{session['id']}/commands", json={"command": "walk", **wrong}).status_code == status


def test_no_more_paths_are_kept_than_are_allowed():
    paths, start = Paths(), Moment(0)
    for action in range(MAX_PATHS + 5):
        paths.keep(Path_([start, Moment(action, previous=start, action=action)], {}))
    described = paths.describe([start])
    assert len(described) == MAX_PATHS and described[-1]["action"] == MAX_PATHS + 4
