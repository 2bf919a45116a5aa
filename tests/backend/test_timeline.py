"""The time line of a session: its numbers, what is sent of it, and planning ahead, on real sockets."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from backend.engine.local import LocalEngine
from backend.link.changes import Changes
from backend.metrics import Metrics
from backend.problems import Conflict
from backend.recordings.library import Library
from backend.sessions.ahead import MAX_STEPS
from backend.sessions.all import Sessions
from planner import PlanRequest
from planner.record.metadata import Metadata
from planner.record.steps import step_of
from tests.backend.link import Link, read_trace

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
SMALL = {"particles": 32, "depth": 8}


class Watching:
    """A viewer that follows the time line of a session, and puts its changes together as a page does."""

    def __init__(self, link):
        self.link, self.rows, self.about, self.read = link, {}, {}, len(link.texts)
        self.rejections = {}
        link.send(type="timeline", follow=True)

    def take(self):
        """The next message, also one that came while frames were waited for."""
        while self.read == len(self.link.texts) or self.link.texts[self.read]["type"] != "timeline":
            self.read += self.read < len(self.link.texts)
            if self.read == len(self.link.texts):
                self.link.text("timeline")
        message = self.link.texts[self.read]
        self.read += 1
        columns = dict(message["columns"])
        self.rejections |= dict(zip(columns["step"], columns.pop("rejection"), strict=True))
        self.about |= {name: value for name, value in message.items() if name not in ("type", "columns")}
        rows = {step: {name: column[place] for name, column in columns.items()} for place, step in enumerate(columns["step"])}
        self.rows = {step: row for step, row in (self.rows | rows).items() if self.about["first"] <= step <= self.about["last"]}
        return message

    def until(self, condition):
        while not condition(self):
            self.take()
        return self

    def job(self, *states):
        self.until(lambda seen: (seen.about.get("job") or {}).get("state") in states)
        return self.about["job"]


def get(http, session):
    answer = http.get(f"/sessions/{session['id']}/timeline")
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows_of(timeline):
    columns = timeline["columns"]
    return [{name: column[place] for name, column in columns.items()} for place in range(len(columns["step"]))]


def command(http, session, name, status=200, **arguments):
    answer = http.post(f"/sessions/{session['id']}/commands", json={"command": name, **arguments})
    assert answer.status_code == status, answer.text
    return answer.json()


def played(link, steps, start=0):
    """Step on by the planner."""
    for step in range(start + 1, start + steps + 1):
        link.send(type="command", command="step")
        link.frame(step=step)


def planned_ahead(http, session, steps):
    """Plan ahead, and wait for the end of it."""
    answer = http.post(f"/sessions/{session['id']}/timeline/ahead", json={"steps": steps})
    assert answer.status_code == 202, answer.text
    end = time.monotonic() + 120
    while (timeline := get(http, session))["job"]["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    return timeline


def test_every_step_has_the_numbers_of_its_plan(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        watching = Watching(link)
        played(link, 3)
        watching.until(lambda seen: seen.rows.get(3, {}).get("value") is not None)
        timeline = get(http, session)
    assert [row["step"] for row in rows_of(timeline)] == [0, 1, 2, 3] and timeline["ahead_from"] is None and timeline["job"] is None
    assert [watching.rows[step] for step in range(4)] == rows_of(timeline)
    assert watching.about["marks"] == timeline["marks"]
    for row in rows_of(timeline):
        arrays, header = read_trace(http.get(f"/sessions/{session['id']}/moments/{row['step']}/trace").content)
        expected = step_of(arrays, Metadata.of_header(header))
        for name in ("value", "value_target", "disagreement", "ess", "coalescence"):
            assert row[name] == pytest.approx(getattr(expected, name), rel=1e-5), name
        assert (row["return"], row["differs"], row["action"]) == (float(row["step"]), expected.differs, expected.action)
        assert row["loss"] is None and row["rejected"] is None


def test_a_step_without_a_plan_has_its_return_alone(new_session, http):
    timeline = get(http, new_session(step=3))
    first = rows_of(timeline)[0]
    assert len(timeline["columns"]["step"]) == 4
    assert {name: value for name, value in first.items() if value is not None} == {"step": 0, "return": 0.0}


def test_where_answers_are_exact_every_rejected_action_is_marked(server, new_session, http):
    session = new_session(checkpoint="frozenlake-early", settings={"particles": 4, "depth": 2, "act": "sample"}, seed=5)
    with Link(server, session["id"]) as link:
        # The first plan may be made before the answers are there; it is made again with them.
        while "exact/optimal_q" not in link.frame()[0]:
            pass
        watching = Watching(link)
        timeline = planned_ahead(http, session, 100)
        watching.until(lambda seen: seen.rows.keys() == set(timeline["columns"]["step"]))
    rows = [row for row in rows_of(timeline) if row["action"] is not None]
    # Drawn after so little thought, some actions are not the best ones.
    assert any(row["rejected"] for row in rows)
    assert all(row["loss"] >= 0 and row["rejected"] == (row["loss"] > 1e-3) for row in rows)
    marked = {mark["step"]: mark["sentence"] for mark in timeline["marks"] if mark["kind"] == "rejected"}
    assert list(marked) == [row["step"] for row in rows if row["rejected"]]
    # Over the link they come with their steps, not all of them each time.
    assert {step: sentence for step, sentence in watching.rejections.items() if sentence} == marked
    assert not [mark for mark in watching.about["marks"] if mark["kind"] == "rejected"]


def test_going_back_and_another_action_leave_the_later_steps_with_their_path(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 4)
        before = rows_of(get(http, session))
        command(http, session, "goto", step=1)
        other = 1 - before[1]["action"]
        command(http, session, "act", action=other)
        assert get(http, session)["last"] == 2
        command(http, session, "walk", path=0, step=4)
        link.frame(step=4)
    assert rows_of(get(http, session)) == before


def test_with_other_settings_a_step_keeps_the_numbers_of_the_plan_that_chose_its_action(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 2)
        before = rows_of(get(http, session))
        link.send(type="settings", settings={"alpha": 0.9})
        link.frame(revision=1)
        link.send(type="command", command="goto", step=1)
        link.frame(step=1, revision=1)
        looked = rows_of(get(http, session))
        assert looked[1] != before[1] and looked[0] == before[0]
        link.send(type="command", command="goto", step=2)
        link.frame(step=2, revision=1)
        after = rows_of(get(http, session))
    assert after[:2] == before[:2] and after[2] != before[2]


def test_a_fork_takes_the_time_line_along(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 2)
        fork = command(http, session, "fork")
        assert rows_of(get(http, fork))[:2] == rows_of(get(http, session))[:2]
        http.delete(f"/sessions/{fork['id']}")


def test_a_replay_has_the_numbers_of_the_frames_that_were_shown(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        recording = http.post(f"/sessions/{session['id']}/recording", json={}).json()["id"]
        played(link, 2)
        http.delete(f"/sessions/{session['id']}/recording")
        live = rows_of(get(http, session))
    replay = http.post(f"/recordings/{recording}/replay", json={"step": 1}).json()
    with Link(server, replay["id"]) as link:
        link.frame(step=1)
        watching = Watching(link).until(lambda seen: 1 in seen.rows)
        assert (watching.about["first"], watching.about["last"], watching.about["usual"]) == (0, 2, None) and len(watching.rows) == 1
        link.send(type="command", command="goto", step=2)
        watching.until(lambda seen: 2 in seen.rows)
        assert [watching.rows[1], watching.rows[2]] == live[1:] == rows_of(get(http, replay))
        assert "this is a recording" in command(http, replay, "ahead", 409)["detail"]
        assert http.post(f"/sessions/{replay['id']}/timeline/ahead", json={}).status_code == 409
    http.delete(f"/sessions/{replay['id']}")
    http.delete(f"/recordings/{recording}")


# Sent


def test_who_does_not_follow_is_sent_nothing_and_who_does_a_little(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as quiet, Link(server, session["id"]) as link:
        quiet.frame()
        link.frame()
        watching = Watching(link)
        link.send(type="command", command="play", speed=200)
        watching.until(lambda seen: seen.about.get("last", 0) >= 30)
        link.send(type="command", command="pause")
        quiet.until(lambda status: not status["session"]["playing"])
        sent = [text for text in link.texts if text["type"] == "timeline"]
        steps = sum(len(text["columns"]["step"]) for text in sent)
        # Each step once, twice where it was sent while it was not planned yet; never all of them again.
        assert steps <= 2 * (watching.about["last"] + 1) + len(sent)
        assert sum(len(json.dumps(text["columns"])) for text in sent) < 250 * len(sent) + 150 * steps
        assert not [text for text in quiet.texts if text["type"] == "timeline"]
        watching.link.send(type="timeline", follow="yes")
        assert "true, false" in link.text("error")["detail"]


def test_changes_are_put_together_for_each_viewer():
    changes = Changes("list", lambda row: row[0], lambda rows: {"names": [name for name, _ in rows]})
    assert changes.since(0) is None
    changes.update([("a", 1), ("b", 1)], {"count": 2, "mood": "good"})
    everything = {"type": "list", "count": 2, "mood": "good", "columns": {"names": ["a", "b"]}}
    assert changes.since(0) == everything and changes.since(1) is None
    changes.update([("a", 1), ("b", 2), ("c", 1)], {"count": 3, "mood": "good"})
    assert changes.since(1) == {"type": "list", "count": 3, "columns": {"names": ["b", "c"]}}
    assert changes.since(0) == everything | {"count": 3, "columns": {"names": ["a", "b", "c"]}}
    changes.update([("a", 1), ("b", 2), ("c", 1)], {"count": 3, "mood": "good"})
    assert changes.since(2) is None
    # One that went and came back has changed.
    changes.update([("a", 1)], {"count": 1, "mood": "good"})
    changes.update([("a", 1), ("b", 2)], {"count": 2, "mood": "good"})
    assert changes.since(4)["columns"] == {"names": ["b"]}


# Ahead


CONTINUOUS = {"checkpoint": "pendulum-early", "settings": {"particles": 8, "depth": 3, "action_atoms": 3}}


@pytest.mark.parametrize("body", [{}, CONTINUOUS], ids=["discrete", "continuous"])
def test_what_is_planned_ahead_is_what_the_session_plays(server, new_session, http, body):
    session = new_session(**body)
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 2)
        timeline = planned_ahead(http, session, 9)
        job = timeline["job"]
        assert (job["state"], job["from"], job["reached"], job["done"], job["limit"]) == ("limit", 2, 11, 9, 9)
        assert timeline["ahead_from"] == 3 and timeline["last"] == 11
        ahead = rows_of(timeline)
        assert all(row["value"] is not None for row in ahead)
        # A step of it is gone to without being played to, and is then a step of the episode.
        link.send(type="command", command="goto", step=8, ahead=True)
        arrays, _ = link.frame(step=8)
        there = get(http, session)
        assert there["ahead_from"] == 9 and rows_of(there) == ahead
        assert arrays["chosen_action"].tolist() == pytest.approx(ahead[8]["action"], rel=1e-5)
        assert http.get(f"/sessions/{session['id']}").json()["furthest"] == 8
        played(link, 3, start=8)
        end = get(http, session)
    assert rows_of(end) == ahead and end["ahead_from"] is None
    other = new_session(**body)
    with Link(server, other["id"]) as link:
        link.frame()
        played(link, 11)
        assert rows_of(get(http, other)) == ahead


def test_the_current_step_is_looked_at_elsewhere_while_the_rest_stays_planned(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 4)
        ahead = rows_of(planned_ahead(http, session, 6))
        command(http, session, "goto", step=1)
        link.frame(step=1)
        assert rows_of(get(http, session)) == ahead and get(http, session)["ahead_from"] == 5
        command(http, session, "goto", step=9, ahead=True)
        link.frame(step=9)
        assert rows_of(get(http, session)) == ahead


def test_planning_ahead_goes_on_after_its_limit_and_to_the_end_of_the_episode(new_session, http):
    session = new_session(settings=SMALL | {"act": "sample"}, seed=3)
    first = planned_ahead(http, session, 5)
    assert first["job"]["reached"] == 5
    second = planned_ahead(http, session, 5)
    assert (second["job"]["from"], second["job"]["reached"], second["job"]["limit"]) == (0, 10, 5)
    assert rows_of(second)[:6] == rows_of(first)
    third = planned_ahead(http, session, 2000)
    assert third["job"]["state"] == "done" and third["job"]["detail"] == f"The episode ends at step {third['last']}."
    last = rows_of(third)[-1]
    assert last["action"] is None and last["value"] is not None
    # To its last step, after which there is nothing to plan.
    command(http, session, "goto", step=third["last"], ahead=True)
    assert "the episode ends" in command(http, session, "ahead", 409)["detail"]
    fresh = new_session(settings=SMALL | {"act": "sample"}, seed=3)
    assert planned_ahead(http, fresh, 2000)["marks"] == third["marks"]


def test_progress_is_sent_and_cancelling_keeps_the_steps_that_came(server, new_session, http):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        watching = Watching(link)
        link.send(type="command", command="ahead", steps=MAX_STEPS)
        running = watching.job("running")
        assert running["limit"] == MAX_STEPS and running["seconds_left"] > 0 and watching.about["usual"]["most"] == MAX_STEPS
        link.send(type="command", command="ahead")
        assert "being planned ahead already" in link.text("error")["detail"]
        link.send(type="command", command="cancel_ahead")
        cancelled = watching.job("cancelled", "done")
        timeline = get(http, session)
        assert timeline["job"] == cancelled and timeline["last"] in (cancelled["reached"], cancelled["reached"] - 1)
        # Cancelled once more, nothing happens.
        assert http.delete(f"/sessions/{session['id']}/timeline/ahead").status_code == 204


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda http, session, row: http.patch(f"/sessions/{session['id']}/settings", json={"alpha": 0.9}), "settings"),
        (lambda http, session, row: command(http, session, "act", action=1 - row["action"]), "another way"),
        (lambda http, session, row: command(http, session, "reset", seed=9), "another way"),
        (lambda http, session, row: command(http, session, "intervene", interventions=[{"kind": "kill", "level": 1, "slot": 2}]), "plan of step 2"),
    ],
    ids=["settings", "action", "seed", "intervention"],
)
def test_steps_that_no_longer_hold_are_dropped_with_the_reason(server, new_session, http, change, says):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 2)
        watching = Watching(link)
        ahead = planned_ahead(http, session, 5)
        assert ahead["last"] == 7
        change(http, session, rows_of(ahead)[2])
        job = watching.job("dropped")
        assert says in job["detail"]
        timeline = get(http, session)
        assert timeline["ahead_from"] is None and timeline["last"] <= 3 and timeline["job"]["state"] == "dropped"
        assert "not planned ahead" in command(http, session, "goto", 409, step=6, ahead=True)["detail"]


def test_with_other_settings_the_steps_ahead_take_the_place_of_those_played(server, new_session, http):
    """And give it back when they are dropped."""
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        played(link, 6)
        before = rows_of(get(http, session))
        link.send(type="command", command="goto", step=1)
        link.frame(step=1)
        http.patch(f"/sessions/{session['id']}/settings", json={"kl_bound": 100, "alpha": 1.0, "act": "sample"})
        link.frame(revision=1)
        timeline = planned_ahead(http, session, 12)
        assert timeline["job"]["from"] == 1 and timeline["last"] == timeline["job"]["reached"]
        ahead = rows_of(timeline)
        link.send(type="command", command="goto", step=timeline["last"] - 1, ahead=True)
        link.frame(step=timeline["last"] - 1)
        assert rows_of(get(http, session))[:-1] == ahead[:-1]
        # The steps played before are another path now, unless the same actions were chosen.
        if [row["action"] for row in ahead[1:6]] != [row["action"] for row in before[1:6]]:
            assert http.get(f"/sessions/{session['id']}").json()["paths"]


@pytest.mark.parametrize("steps", [0, -1, MAX_STEPS + 1, True, 1.5, "many"])
def test_a_number_of_steps_that_is_none_is_refused(new_session, http, steps):
    answer = http.post(f"/sessions/{new_session()['id']}/timeline/ahead", json={"steps": steps})
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "steps"


def test_unknown_sessions_have_no_time_line(http):
    for method, path in (("GET", "timeline"), ("POST", "timeline/ahead"), ("DELETE", "timeline/ahead")):
        answer = http.request(method, f"/sessions/nope/{path}", json={} if method == "POST" else None)
        assert answer.status_code == 404


async def until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


class Counting(LocalEngine):
    """The engine itself, which counts plans by their owner."""

    def __init__(self, checkpoints: Path):
        super().__init__(checkpoints)
        self.owners: list[str] = []

    async def plan(self, *arguments, owner="", **keywords):
        self.owners.append(owner)
        return await super().plan(*arguments, owner=owner, **keywords)


def test_planning_ahead_ends_with_its_session():
    async def counted() -> tuple[int, int]:
        engine = Counting(CHECKPOINTS)
        sessions = Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
        session = await sessions.create("cartpole-early", PlanRequest(settings=SMALL, seed=1))
        await session.command("ahead", {"steps": MAX_STEPS})
        with pytest.raises(Conflict):
            await session.command("ahead", {})
        await until(lambda: session.timeline.ahead.describe()["done"] >= 3)
        await sessions.delete(session.id)
        at_the_end = len(engine.owners)
        await asyncio.sleep(0.2)
        after = len(engine.owners)
        await sessions.close()
        engine.close()
        return at_the_end, after

    at_the_end, after = asyncio.run(counted())
    assert at_the_end == after


def test_a_failure_is_said_and_the_session_goes_on():
    class Failing(LocalEngine):
        async def next_moment(self, *arguments, owner="", **keywords):
            if owner.startswith("background"):
                raise RuntimeError("the environment broke down")
            return await super().next_moment(*arguments, owner=owner, **keywords)

    async def failed():
        engine = Failing(CHECKPOINTS)
        sessions = Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
        session = await sessions.create("cartpole-early", PlanRequest(settings=SMALL, seed=1))
        await session.command("ahead", {"steps": 4})
        await until(lambda: not session.timeline.ahead.running)
        job = session.timeline.describe()["job"]
        await session.command("step", {})
        await until(lambda: session.step == 1)
        await sessions.close()
        engine.close()
        return job

    job = asyncio.run(failed())
    assert job["state"] == "failed" and job["detail"] == "RuntimeError: the environment broke down"
