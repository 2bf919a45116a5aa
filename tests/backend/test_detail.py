"""What a plan keeps only on request is that of the plan that is shown, and numbers of a lineage are those of its trace."""

import json

import httpx
import numpy as np
import pytest

from planner.record.container import read
from planner.record.drawing import SCHEMA as DRAWING
from tests.backend.link import Link, read_trace

SIZE = {"particles": 32, "depth": 8}


def drawing(link, holds=None):
    """The next drawing that has an array, as arrays and metadata."""
    while True:
        message = link.socket.recv(timeout=120)
        if isinstance(message, bytes):
            header = json.loads(message[8 : 8 + int.from_bytes(message[:8], "little")])["__metadata__"]
            link.send(type="ack", frame=int(header["frame"]))
            if header["schema"] == DRAWING and (holds is None or f'"{holds}"'.encode() in message[:32768]):
                return read(message, DRAWING)[0], header


def make(server, session, **body):
    return httpx.post(f"{server.api}/sessions/{session['id']}/detail", json=body, timeout=120)


def strip(server, session, **query):
    return httpx.get(f"{server.api}/sessions/{session['id']}/detail/strip", params=query, timeout=120)


def line_of(trace, level, slot):
    """Ids of a lineage, followed in the trace."""
    slots = trace["parent"].shape[1]
    node, line = (level * slots + slot) if trace["alive"][level, slot] else trace["parent"][level, slot], []
    while node >= 0:
        line.append(int(node))
        node = trace["parent"].ravel()[node]
    return line[::-1]


@pytest.mark.parametrize(
    ("checkpoint", "planner", "settings"),
    [
        ("frozenlake-early", "trt_smc", {"depth": 9}),
        ("space-invaders-early", "trt_smc", {"depth": 6}),
        ("pendulum-early", "trt_smc", {"depth": 6, "action_atoms": 4}),
        ("cartpole-early", "tsmcts", {"depth": 9}),
    ],
)
def test_every_action_of_a_lineage_and_its_states_are_those_of_the_trace(server, http, new_session, checkpoint, planner, settings):
    wish = {"checkpoint": checkpoint, "planner": planner, "settings": {**SIZE, **settings}, "seed": 5}
    session = new_session(**wish)
    trace, about = read_trace(http.post("/plans", json={**wish, "step": 0, "atoms": True, "states": True}).raise_for_status().content)
    levels, slots = trace["parent"].shape
    ended = np.argwhere(trace["terminal"] & trace["alive"])
    places = [(levels - 1, 3), (2, 31), *[tuple(map(int, place)) for place in ended[:1]]]
    with Link(server, session["id"]) as link:
        link.send(type="view", drawing=True, particle={"level": 0, "slot": 0})
        frame = int(drawing(link, "lineage/level")[1]["frame"])
        assert strip(server, session, frame=frame, level=0, slot=0).status_code == 409
        assert make(server, session, frame=frame).raise_for_status().json() == {"frame": frame, "ready": True, "seconds": None}
        # Everybody who looks is sent it, without a request.
        drawing(link, "lineage/priors")
        for level, slot in places:
            link.send(type="view", drawing=True, particle={"level": level, "slot": slot}, other={"level": 1, "slot": 7})
            arrays, _ = drawing(link, "other/priors")
            line = line_of(trace, level, slot)
            assert (arrays["lineage/level"] * slots + arrays["lineage/slot"]).tolist() == line
            flat = lambda name, line=line: trace[name].reshape(levels * slots, *trace[name].shape[2:])[line]
            for name, of in {"prior": "priors", "proposal": "proposals", "q_value": "q_values", "kl": "kl", "kl_bound": "kl_bound"}.items():
                np.testing.assert_array_equal(arrays[f"lineage/{of}"], flat(name), err_msg=name)
            np.testing.assert_array_equal(arrays["lineage/log_weight"], flat("log_weight"))
            # The distributions are those that the numbers of the action taken are from.
            taken = flat("atom" if "atom" in trace else "action")
            picked = lambda name, arrays=arrays, taken=taken: np.take_along_axis(arrays[name], taken[:, None], 1)[:, 0]
            np.testing.assert_allclose(picked("lineage/priors"), np.exp(arrays["lineage/log_prior"]), rtol=1e-5)
            np.testing.assert_allclose(picked("lineage/proposals"), np.exp(arrays["lineage/log_proposal"]), rtol=1e-5)
            other = line_of(trace, 1, 7)
            assert (arrays["other/level"] * slots + arrays["other/slot"]).tolist() == other

            said = strip(server, session, frame=frame, level=level, slot=slot).raise_for_status().json()
            assert [each["level"] * slots + each["slot"] for each in said["steps"]] == line
            np.testing.assert_allclose([each["value"] for each in said["steps"]], flat("next_value"), rtol=1e-6)
            np.testing.assert_allclose([each["reward"] for each in said["steps"]], flat("reward"), rtol=1e-6)
            np.testing.assert_allclose([each["log_weight"] for each in said["steps"]], flat("log_weight"), rtol=1e-6)
            assert said["root"]["scene"] == json.loads(about["scene"])
            assert all(each["scene"]["shapes"] and each["scene"]["caption"] for each in said["steps"])
            if checkpoint == "frozenlake-early":
                columns = [int(each["scene"]["caption"].split("column ")[1]) for each in said["steps"]]
                assert columns == (flat("state/position") % 4).tolist()


def test_a_drawing_is_in_the_projection_that_a_viewer_wants_once_the_states_are_made(server, http, new_session):
    wish = {"checkpoint": "acrobot-early", "settings": {**SIZE, "depth": 6}, "seed": 5}
    session = new_session(**wish)
    trace, _ = read_trace(http.post("/plans", json={**wish, "step": 0, "states": True}).raise_for_status().content)
    angles = np.degrees(np.stack([trace["state/joint_angle1"], trace["state/joint_angle2"]], -1))
    with Link(server, session["id"]) as link:
        link.send(type="view", drawing=True, projection="angles")
        before, about = drawing(link)
        assert [each["name"] for each in json.loads(about["projections"])] == ["angles", "angular speeds"] and "projection" not in about
        assert make(server, session, frame=int(about["frame"])).json()["ready"]
        while "projection" not in about:
            arrays, about = drawing(link)
        assert json.loads(about["projection"])["name"] == "angles"
        x0, x1, y0, y1 = arrays["extent"]
        places = np.array([x0, y0]) + arrays["place"] / 65535 * np.array([x1 - x0, y1 - y0])
        np.testing.assert_allclose(places.reshape(angles.shape), angles, atol=1e-3 * (x1 - x0))
        for name in before.keys() - {"place", "extent", "root_position"}:
            np.testing.assert_array_equal(arrays[name], before[name], err_msg=name)
        for given in ("speeds", 3):
            link.send(type="view", drawing=True, projection=given)
            while isinstance(message := link.socket.recv(timeout=60), bytes) or json.loads(message)["type"] != "error":
                pass
            assert "allowed: angles, angular speeds" in json.loads(message)["detail"]


def test_nodes_of_a_tree_have_their_states(server, new_session):
    session = new_session(planner="gumbel_mcts", settings={"num_simulations": 48})
    with Link(server, session["id"]) as link:
        link.send(type="view", drawing=True)
        arrays, about = drawing(link, "lineage/shares")
        assert make(server, session, frame=int(about["frame"])).json()["ready"]
    level, slot, _ = arrays["particle"].tolist()
    said = strip(server, session, frame=about["frame"], level=level, slot=slot).raise_for_status().json()
    assert [each["visits"] for each in said["steps"]] == arrays["lineage/visits"].tolist()
    np.testing.assert_allclose([each["q_value"] for each in said["steps"]], arrays["lineage/q_value"], rtol=1e-6)


def test_nothing_is_compiled_where_that_is_not_wanted_and_no_other_plan_is_taken_for_the_one_that_is_shown(server, http, new_session):
    session = new_session(settings={**SIZE, "depth": 11})
    with Link(server, session["id"]) as link:
        frame = int(link.frame()[1]["frame"])
        answer = make(server, session, frame=frame, compile=False).raise_for_status().json()
        assert answer["frame"] == frame and not answer["ready"]
        for number, status in ((frame + 1, 409), (-1, 422), ("1", 422)):
            assert make(server, session, frame=number).status_code == status
        assert make(server, {"id": "nope"}, frame=1).status_code == 404
        assert make(server, session, frame=frame).json()["ready"]
        assert strip(server, session, frame=frame, level=99, slot=99).json()["level"] == 10
        assert strip(server, session, frame=frame, level=-1).status_code == 422
        link.send(type="settings", settings={"alpha": 0.5})
        newer = int(link.frame(revision=1)[1]["frame"])
        assert strip(server, session, frame=frame, level=1).status_code == 409
        assert make(server, session, frame=frame).status_code == 409
        # Live settings are not compiled in.
        assert make(server, session, frame=newer, compile=False).json()["ready"]


def test_a_replay_keeps_no_states_and_says_so(server, http, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        http.post(f"/sessions/{session['id']}/recording", json={}).raise_for_status()
        recording = http.delete(f"/sessions/{session['id']}/recording").raise_for_status().json()
    replay = http.post(f"/recordings/{recording['id']}/replay", json={"step": 0}).raise_for_status().json()
    answer = make(server, replay, frame=1)
    assert answer.status_code == 409 and "plan again from here" in answer.json()["detail"]
    http.delete(f"/recordings/{recording['id']}")
