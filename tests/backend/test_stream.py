"""The live link, on a real socket."""

import asyncio
import json
import socket
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.engine.local import LocalEngine
from backend.metrics import Metrics
from backend.recordings.library import Library
from backend.sessions.all import Sessions
from planner import PlanRequest
from planner.record.drawing import Overview, draw
from planner.record.metadata import Metadata
from tests.backend.link import Link, read_trace

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"


def test_a_new_viewer_gets_status_settings_and_a_frame(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        arrays, metadata = link.frame()
    assert arrays["parent"].shape == (8, 32)
    assert {"status", "settings"} <= {text["type"] for text in link.texts}
    assert json.loads(metadata["scene"])["shapes"]
    assert json.loads(metadata["actions"]) == ["left", "right"]


def test_a_live_setting_replans_the_same_moment_with_the_same_seed(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        before, _ = link.frame()
        link.send(type="settings", settings={"alpha": 0.9})
        after, metadata = link.frame(revision=1)
        assert metadata["step"] == "0"
        assert after["kl"].mean() > before["kl"].mean()
        link.send(type="settings", settings={"alpha": session["settings"]["alpha"]})
        again, _ = link.frame(revision=2)
    for name, array in before.items():
        np.testing.assert_array_equal(array, again[name], err_msg=name)


def test_a_shape_setting_compiles_and_says_so(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        link.send(type="settings", settings={"depth": 5})
        status = link.until(lambda s: s["phase"] == "compiling")
        assert "5 levels" in status["detail"]
        arrays, _ = link.frame(revision=1)
    assert arrays["parent"].shape == (5, 32)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("{", "JSON object"),
        ("[]", "type"),
        ('{"type": "zork"}', "ack"),
        ('{"type": "settings", "settings": {"alpha": 9}}', "<= 1"),
        ('{"type": "settings", "settings": 3}', "object"),
        ('{"type": "command", "command": "fly"}', "play"),
        ('{"type": "command", "command": "goto", "step": -4}', "whole number"),
        ('{"type": "command", "command": "play", "speed": "fast"}', "number"),
        ('{"type": "command", "command": "back"}', "nothing before"),
        ('{"type": "view", "arrays": ["nope"]}', "no array"),
        ('{"type": "view"}', "list"),
        ('{"type": "view", "drawing": 1}', "true"),
        ('{"type": "view", "drawing": true, "arrays": ["ess"]}', "drawing"),
        ('{"type": "view", "drawing": true, "particle": 3}', "level"),
        ('{"type": "view", "drawing": true, "particle": {"slot": 3}}', "whole number"),
        ('{"type": "view", "drawing": true, "other": [1, 2]}', "must be an object"),
        ('{"type": "view", "drawing": true, "projection": "angles"}', "cart and pole"),
        ('{"type": "view", "drawing": true, "particle": {"level": 0, "slot": -1}}', "whole number"),
        ('{"type": "ack", "frame": "x"}', "whole number"),
    ],
)
def test_a_bad_message_is_answered_and_the_session_goes_on(server, new_session, message, says):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        link.socket.send(message)
        error = link.text("error")
        assert says in json.dumps(error)
        link.send(type="settings", settings={"alpha": 0.5})
        link.frame(revision=1)


def test_a_binary_message_is_answered_and_the_session_goes_on(server, new_session):
    with Link(server, new_session()["id"]) as link:
        link.frame()
        link.socket.send(b"\x00\x01")
        assert "JSON" in link.text("error")["detail"]
        link.send(type="settings", settings={"alpha": 0.5})
        link.frame(revision=1)


def test_a_view_gets_just_the_arrays_it_draws(server, new_session):
    with Link(server, new_session()["id"]) as link:
        link.frame()
        link.send(type="view", arrays=["parent", "log_weight"])
        arrays, _ = link.frame()
    assert arrays.keys() == {"parent", "log_weight"}


def drawing(link):
    """The next drawing, with its metadata."""
    while not isinstance(message := link.socket.recv(timeout=60), bytes):
        pass
    header = json.loads(message[8 : 8 + int.from_bytes(message[:8], "little")])
    link.send(type="ack", frame=int(header["__metadata__"]["frame"]))
    return load(message), header["__metadata__"]


def test_a_drawing_view_gets_drawings_of_the_same_plans(server, new_session):
    with Link(server, new_session()["id"]) as link:
        plan, about = link.frame()
        for particle in (None, {"level": 2}, {"level": 3, "slot": 5}):
            link.send(type="view", drawing=True, particle=particle)
            arrays, metadata = drawing(link)
            assert metadata | {"schema": "twistscope.drawing/1", "levels": "8", "slots": "32", "step": "0", "skipped": "0"} == metadata
            level, slot = (particle or {}).get("level", 7), (particle or {}).get("slot")
            expected, _ = draw(Overview(plan, Metadata.of_header(about)), (level, slot))
            assert arrays.keys() == expected.keys()
            for name, array in expected.items():
                np.testing.assert_array_equal(arrays[name], array, err_msg=name)
        link.send(type="settings", settings={"alpha": 0.5})
        assert drawing(link)[1]["revision"] == "1"


def test_messages_of_earlier_pages_are_still_understood(server, new_session):
    """`narrow` and `pong` until 0.3."""
    with Link(server, new_session()["id"]) as link:
        link.frame(acknowledge=False)
        link.send(type="pong", frame=1)
        link.send(type="view", narrow=True, particle=None)
        assert drawing(link)[1]["schema"] == "twistscope.drawing/1"


def test_a_drawing_of_a_large_plan_is_small(server, new_session):
    session = new_session(settings={"particles": 4096, "depth": 32})
    with Link(server, session["id"]) as link:
        link.send(type="view", drawing=True)
        # Frames sent before the message arrived are whole traces.
        while not isinstance(message := link.socket.recv(timeout=120), bytes) or b"twistscope.drawing" not in message[:8192]:
            pass
    # The trace has 9 MB.
    assert len(message) < 150_000
    assert load(message)["living"].sum() > 100_000


def test_a_drawing_has_the_decision_as_levels_go_by_where_a_viewer_asks_for_it(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.send(type="view", drawing=True, trail=True)
        while not isinstance(message := link.socket.recv(timeout=120), bytes) or b"trail/policy" not in message[:16384]:
            pass
        arrays = load(message)
        np.testing.assert_allclose(arrays["trail/policy"][-1], arrays["root_policy"], atol=2e-3)
        assert arrays["trail/level"][-1] == arrays["living"].size - 1
        link.send(type="view", drawing=True)
        while not isinstance(message := link.socket.recv(timeout=120), bytes) or b"trail/policy" in message[:16384]:
            pass
        link.send(type="view", drawing=True, trail="yes")
        while isinstance(message := link.socket.recv(timeout=120), bytes) or json.loads(message)["type"] != "error":
            pass
        assert "must be true or false" in json.loads(message)["detail"]


def test_playing_reaches_the_end_and_rewinding_shows_the_same_bits(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        seen = {0: link.frame()[0]}
        for step in range(1, 4):
            link.send(type="command", command="step")
            seen[step] = link.frame(step=step)[0]
        link.send(type="command", command="goto", step=1)
        again, _ = link.frame(step=1)
        np.testing.assert_array_equal(seen[1]["log_weight"], again["log_weight"])
        link.send(type="command", command="play", speed=1000)
        status = link.until(lambda s: s["phase"] == "ended")
        episode = status["session"]["episode"]
        assert episode["terminated"] or episode["truncated"]
        assert episode["return"] == episode["length"]
        link.send(type="command", command="play")
        assert "reset" in link.text("error")["detail"]
        link.send(type="command", command="reset", seed=7)
        _, metadata = link.frame(step=0)
        assert metadata["seed"] == "7"


def test_a_past_moment_is_planned_again_to_the_same_bits(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        first, _ = link.frame()
        link.send(type="command", command="step")
        link.frame(step=1)
        # A later change of settings does not change an earlier plan.
        link.send(type="settings", settings={"alpha": 0.8})
        link.frame(revision=1)
    arrays, _ = read_trace(http.get(f"/sessions/{session['id']}/moments/0/trace").content)
    np.testing.assert_array_equal(first["log_weight"], arrays["log_weight"])
    assert http.get(f"/sessions/{session['id']}/moments/9/trace").status_code == 404


def test_a_viewer_that_does_not_acknowledge_gets_two_frames_and_later_the_newest(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as slow, Link(server, session["id"]) as quick:
        _, first = slow.frame(acknowledge=False)
        quick.frame()
        quick.send(type="command", command="play", speed=1000)
        _, second = slow.frame(acknowledge=False)
        # The slow viewer does not delay the quick one.
        quick.frame(past=14)
        quick.send(type="command", command="pause")
        paused = quick.until(lambda s: not s["session"]["playing"] and s["phase"] == "idle")["session"]["step"]
        slow.send(type="ack", frame=int(first["frame"]))
        _, third = slow.frame()
        assert int(third["step"]) == paused
        assert int(third["skipped"]) > 0
        assert int(third["frame"]) == int(second["frame"]) + int(third["skipped"]) + 1


def test_a_viewer_that_vanishes_leaves_the_session_to_the_others(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as stays:
        stays.frame()
        with Link(server, session["id"]) as leaves:
            leaves.send(type="command", command="play", speed=1000)
            leaves.frame(past=1)
            # No closing handshake: the process is gone.
            leaves.socket.socket.shutdown(socket.SHUT_RDWR)
        stays.frame(past=9)
        stays.send(type="command", command="pause")
    assert http.get("/health/ready").status_code == 200


def test_deleting_a_session_tells_its_viewers(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        http.delete(f"/sessions/{session['id']}")
        assert link.text("gone")["detail"]
        with pytest.raises(ConnectionClosed):
            link.receive()


def test_an_unknown_session_is_told_apart_from_a_lost_connection(server):
    with Link(server, "nope") as link:
        assert link.text("gone")["detail"]
        with pytest.raises(ConnectionClosed) as closed:
            link.receive()
        assert closed.value.rcvd.code == 4404


def test_a_page_of_another_origin_is_refused(server, new_session):
    session = new_session()
    with pytest.raises(InvalidStatus), Link(server, session["id"], origin="http://evil.example"):
        pass
    with Link(server, session["id"], origin=server.url) as link:
        link.frame()


def test_many_settings_at_once_cost_few_plans(server, new_session):
    session = new_session(settings={"particles": 256, "depth": 24})
    with Link(server, session["id"]) as link:
        _, first = link.frame()
        for index in range(100):
            link.send(type="settings", settings={"alpha": (index + 1) / 200})
        _, metadata = link.frame(revision=100)
    assert int(metadata["frame"]) - int(first["frame"]) < 100


def test_play_keeps_to_its_speed(server, new_session):
    with Link(server, new_session()["id"]) as link:
        link.frame()
        began = time.monotonic()
        link.send(type="command", command="play", speed=20)
        link.frame(past=9)
        # Ten steps at 20 a second take half a second; a loaded machine may only be slower.
        assert time.monotonic() - began >= 0.45


def test_compiling_says_how_long_it_takes_and_took():
    """Seconds pass while a program is compiled; the last time is what it is measured by."""

    class Slow(LocalEngine):
        async def plan(self, prepared, moment, **options):
            await asyncio.sleep(2.5)
            return await super().plan(prepared, moment, **options)

        def compile_seconds(self, prepared):
            return 7.2

    async def details():
        engine = Slow(CHECKPOINTS)
        sessions = Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
        session = await sessions.create("catch", PlanRequest(settings={"particles": 8, "depth": 3}))
        seen = []
        while session.frame is None:
            if session.phase == "compiling" and session.detail not in seen:
                seen.append(session.detail)
            await asyncio.sleep(0.05)
        await sessions.close()
        engine.close()
        return seen

    first, *later = asyncio.run(details())
    assert first == "compiling for 8 particles, 3 levels"
    assert later[:2] == [f"{first}: {seconds} s of about 7 s" for seconds in (1, 2)]


def test_a_playing_session_plans_no_faster_than_its_fastest_viewer_draws(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as fast, Link(server, session["id"]) as slow:
        fast.frame()
        slow.frame(acknowledge=False)
        fast.send(type="command", command="play", speed=1000)
        numbers = []
        for _ in range(10):
            _, header = fast.frame(acknowledge=False)
            numbers.append(int(header["frame"]))
            time.sleep(0.15)
            fast.send(type="ack", frame=numbers[-1])
        fast.send(type="command", command="pause")
    # Planning takes milliseconds. As nobody draws more, few frames are made that nobody is sent.
    assert numbers[-1] - numbers[0] <= 2 * len(numbers)


@pytest.mark.parametrize("change", ["settings", "interventions"])
def test_the_trace_of_the_current_moment_is_of_the_plan_that_is_shown(server, http, new_session, change):
    """Also where it was planned otherwise when its action was taken."""
    session = new_session(settings={"particles": 32, "depth": 8})
    path = f"/sessions/{session['id']}"
    with Link(server, session["id"]) as link:
        link.frame()
        revision = 0
        if change == "interventions":
            revision += 1
            link.send(type="command", command="intervene", interventions=[{"kind": "kill", "level": 2, "slot": 3}])
            link.frame(revision=revision)
        link.send(type="command", command="step")
        link.frame(step=1)
        if change == "settings":
            revision += 1
            link.send(type="settings", settings={"discount": 0.7})
            link.frame(revision=revision)
        link.send(type="command", command="back")
        shown, _ = link.frame(step=0)
        kept, header = read_trace(http.get(f"{path}/moments/0/trace").content)
        assert json.loads(header["settings"])["discount"] == (0.7 if change == "settings" else 0.99)
        assert json.loads(header["interventions"]) == []
        for name in ("action", "log_weight", "root_policy"):
            np.testing.assert_array_equal(kept[name], shown[name])
        # Left, it is again what chose the action.
        link.send(type="command", command="goto", step=1)
        link.frame(step=1)
        _, header = read_trace(http.get(f"{path}/moments/0/trace").content)
        assert json.loads(header["settings"])["discount"] == 0.99
        assert len(json.loads(header["interventions"])) == (change == "interventions")


def test_a_step_beyond_the_end_of_the_episode_is_not_reached_and_said_so(server, new_session):
    session = new_session(checkpoint="catch-early", settings={"particles": 8, "depth": 2})
    with Link(server, session["id"]) as link:
        link.frame()
        link.send(type="command", command="goto", step=500)
        status = link.until(lambda status: status["phase"] == "ended")
        step = status["session"]["step"]
        assert status["detail"] == f"the episode has terminated at step {step}, before step 500"
        assert not [text for text in link.texts if text["type"] == "error"]
        # It belongs to that command alone.
        link.send(type="command", command="goto", step=1)
        link.until(lambda status: status["phase"] == "idle" and status["session"]["step"] == 1)
        link.send(type="command", command="goto", step=step)
        assert link.until(lambda status: status["phase"] == "ended")["detail"] == ""
