"""What if, over HTTP and the live link: changes of one plan that last as long as its moment, and harm nothing when they are not possible."""

import json

import numpy as np
import pytest

from planner import load
from tests.backend.commands import here
from tests.backend.link import Link, read_trace

SIZE = {"particles": 32, "depth": 8}
KILL = {"kind": "kill", "level": 2, "slot": 5}
SEVERAL = [
    KILL,
    {"kind": "force", "level": 0, "slot": 3, "action": 1},
    {"kind": "weigh", "level": 1, "slot": 7, "log_weight": 1.5},
    {"kind": "redraw", "level": 3, "slot": 1, "seed": 4},
]


def intervene(http, session, interventions, **more):
    return http.post(f"/sessions/{session['id']}/commands", json={"command": "intervene", "interventions": interventions, **more})


def trace_of(http, session, step, **query):
    answer = http.get(f"/sessions/{session['id']}/moments/{step}/trace", params=query)
    assert answer.status_code == 200, answer.text
    return read_trace(answer.content)


def assert_equal_arrays(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)


def test_before_and_after_are_two_records_and_the_change_ends_with_its_moment(server, new_session, http):
    session = new_session(settings=SIZE)
    with Link(server, session["id"]) as link:
        before, _ = link.frame()
        assert intervene(http, session, SEVERAL, step=0).json()["interventions"] == SEVERAL
        after, header = link.frame(revision=1)
        assert json.loads(header["interventions"]) == SEVERAL
        assert after["log_weight"][2, 5] == -np.inf and after["action"][0, 3] == 1 and after["log_weight"][1, 7] == 1.5
        past, _ = trace_of(http, session, 0)
        plain, plain_header = trace_of(http, session, 0, plain=True)
        for name in before:
            np.testing.assert_array_equal(past[name], after[name], err_msg=name)
            np.testing.assert_array_equal(plain[name], before[name], err_msg=name)
        assert plain_header["interventions"] == "[]"
        # A live setting leaves them; the step that follows is of their plan.
        link.send(type="settings", settings={"alpha": 0.4})
        changed, _ = link.frame(revision=2)
        assert changed["log_weight"][2, 5] == -np.inf
        link.send(type="command", command="step")
        following, header = link.frame(step=1)
        assert header["interventions"] == "[]" and not np.isneginf(following["log_weight"]).any()
        kept, header = trace_of(http, session, 0)
        np.testing.assert_array_equal(kept["log_weight"], changed["log_weight"])
        assert http.get(f"/sessions/{session['id']}").json()["interventions"] == []


def test_a_plan_of_another_size_and_another_episode_have_none(new_session, http):
    session = new_session(settings=SIZE)
    assert intervene(http, session, [KILL]).json()["interventions"] == [KILL]
    assert http.patch(f"/sessions/{session['id']}/settings", json={"depth": 6}).status_code == 200
    assert http.get(f"/sessions/{session['id']}").json()["interventions"] == []
    assert intervene(http, session, [KILL]).status_code == 200
    assert http.post(f"/sessions/{session['id']}/commands", json={"command": "reset", "seed": 5}).json()["interventions"] == []


def test_a_link_holds_them_and_opens_the_same_plan(new_session, http):
    session = new_session(settings=SIZE, step=2)
    assert intervene(http, session, SEVERAL).status_code == 200
    query = http.get(f"/sessions/{session['id']}/link").json()["query"]
    assert "interventions=kill_2_5~force_0_3_1~weigh_1_7_1.5~redraw_3_1_4" in query
    opened = http.post("/sessions/linked", json={"query": query}).json()
    assert opened["interventions"] == SEVERAL and opened["notes"] == []
    assert_equal_arrays(trace_of(http, session, 2)[0], trace_of(http, opened, 2)[0])


def test_a_plan_without_a_session_and_the_command_line_make_the_same(http, tmp_path, own_cache):
    body = {"checkpoint": "cartpole-early", "settings": SIZE, "seed": 3}
    answer = http.post("/plans", json={**body, "interventions": SEVERAL})
    assert answer.status_code == 200, answer.text
    out = tmp_path / "plan.safetensors"
    words = ["--intervene", "kill_2_5~force_0_3_1", "--intervene", "weigh_1_7_1.5", "--intervene", "redraw_3_1_4"]
    done = here("plan", "--checkpoint", "cartpole-early", "--particles", "32", "--depth", "8", "--seed", "3", "--out", str(out), *words)
    assert done.returncode == 0, done.stderr
    ours, theirs = load(out), read_trace(answer.content)[0]
    assert ours.metadata.interventions == SEVERAL
    np.testing.assert_array_equal(ours.arrays["action"], theirs["action"])
    np.testing.assert_array_equal(ours.arrays["ancestor"], theirs["ancestor"])


@pytest.mark.parametrize(
    ("interventions", "says"),
    [
        ([{**KILL, "level": 8}], "interventions.0.level: got 8, allowed: a level of the plan, 0 to 7"),
        ([{**KILL, "slot": 32}], "interventions.0.slot: got 32, allowed: a slot of the plan, 0 to 31"),
        ([KILL, KILL], "interventions.1"),
        ([{**KILL, "kind": "force", "action": 2}], "one of the 2 actions, 0 to 1"),
        ([{**KILL, "kind": "zork"}], "one of kill, force, weigh, redraw"),
        ([KILL] * 65, "64"),
        ("kill", "interventions"),
        (None, "interventions"),
        ([[]], "interventions"),
    ],
)
def test_what_is_not_possible_is_said_over_both_ways_and_changes_nothing(server, new_session, http, interventions, says):
    session = new_session(settings=SIZE)
    answer = intervene(http, session, interventions)
    assert answer.status_code == 422 and says in answer.text
    with Link(server, session["id"]) as link:
        link.frame()
        link.send(type="command", command="intervene", interventions=interventions)
        assert says in link.text("error")["detail"]
        link.send(type="command", command="intervene", interventions=[KILL])
        assert link.frame(revision=1)[0]["log_weight"][2, 5] == -np.inf


def test_they_are_for_one_plan_of_particles_at_its_own_step(new_session, http):
    session = new_session(settings=SIZE, step=1)
    answer = intervene(http, session, [KILL], step=0)
    assert answer.status_code == 409 and "at step 1 by now, not at 0" in answer.json()["detail"]
    body = {"checkpoint": "cartpole-early", "interventions": [KILL]}
    answer = http.post("/plans/seeds", json={**body, "seeds": 2})
    assert answer.status_code == 422 and "many seeds take none" in answer.text
    answer = http.post("/plans", json={**body, "planner": "gumbel_mcts"})
    assert answer.status_code == 422 and "Gumbel MCTS has no particles" in answer.text
    answer = http.post("/sessions", json={**body, "planner": "gumbel_mcts"})
    assert answer.status_code == 422 and "Gumbel MCTS has no particles" in answer.text


@pytest.mark.parametrize("text", ["kill", "kill_9_9", "kill_0_99999", "force_0_0_7", "kill_0_0~kill_0_0"])
def test_the_command_line_refuses_in_one_line(text, tmp_path, own_cache):
    done = here(
        "plan", "--checkpoint", "cartpole-early", "--particles", "8", "--depth", "4", "--out", str(tmp_path / "p.safetensors"), "--intervene", text
    )
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1 and "interventions" in done.stderr
    assert not list(tmp_path.iterdir())
