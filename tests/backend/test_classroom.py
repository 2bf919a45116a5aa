"""A class on real sockets: a presenter whom everybody follows, and answers of which only the distribution is told."""

import asyncio
import contextlib
import time
from pathlib import Path

import httpx
import numpy as np
import pytest

from backend.engine.local import LocalEngine
from backend.link.frame import View
from backend.link.viewer import Viewer
from backend.metrics import Metrics
from backend.problems import Conflict, Invalid
from backend.recordings.library import Library
from backend.sessions import all as every
from backend.sessions.classroom import ANSWERS_PER_MINUTE, MAX_COUNTS, MAX_PREDICTIONS, MAX_VOTERS, TELL_SECONDS, Classroom, Tally
from planner import PlanRequest
from tests.backend.link import Link
from tests.servers import serving, wait_until_ready

STEER, LOOK = {"Authorization": "Bearer steer"}, {"Authorization": "Bearer look"}
SMALL = {"checkpoint": "cartpole-early", "settings": {"particles": 16, "depth": 4}}
CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
LESSON = """---
title: Three questions
minutes: 5
teaches: What a class thinks.
---

## [One](?checkpoint=catch)

Look.

```predict
id: side
ask: Where to?
choose: [left, right, "neither & <b>both</b>"]
answer: left
reveal: Look.
```

```predict
id: order
ask: Which comes first?
order: [one, two, three]
reveal: Look.
```

```predict
id: curve
ask: Draw it.
sketch:
  x: {label: alpha, low: 0, high: 1}
  y: {label: ESS, low: 0, high: 16}
  truth: [[0, 16], [0.5, 4], [1, 1]]
  claim: falls
reveal: Look.
```

```claim
id: falls
measure: ess
level: last
over: alpha
curve: [{at: 0, mean: 16, within: 1}, {at: 1, mean: 1, within: 1}]
```
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "three.md").write_text(LESSON)
    (folder / "torn.md").write_text("no lesson")
    words = ("--token", "steer", "--view-token", "look", "--lessons", str(folder))
    with serving("serve-backend", *words, data=tmp_path_factory.mktemp("school")) as running:
        yield running


@pytest.fixture(scope="module")
def http(school):
    with httpx.Client(base_url=school.api, headers=STEER, timeout=60) as client:
        for _ in range(600):
            if client.get("/health/ready").status_code == 200:
                break
            time.sleep(0.2)
        yield client


@pytest.fixture
def session(http):
    made = http.post("/sessions", json=SMALL).json()["id"]
    yield made
    http.delete(f"/sessions/{made}")


@pytest.fixture
def enter(school):
    """Open links, and close them at the end."""
    with contextlib.ExitStack() as stack:

        def open_it(session, headers=LOOK, voter=None):
            link = stack.enter_context(Link(school, session, query=f"voter={voter}" if voter else "", additional_headers=headers))
            link.frame()
            return link

        yield open_it


def answers(link, prediction, total):
    """The distribution of answers to a prediction, once there are so many."""
    while True:
        message = link.text("answers")
        if message["prediction"] == prediction and message["total"] >= total:
            return message


def say(link, prediction, answer):
    link.send(type="answer", lesson="three", prediction=prediction, answer=answer)


def until_now(link):
    """All text messages that wait. The answer to a message that is unknown comes after everything that was sent before it."""
    link.texts.clear()
    link.send(type="zork")
    while "'zork'" not in link.text("error")["detail"]:
        pass
    return [text for text in link.texts if text["type"] not in ("status", "settings") and "'zork'" not in text.get("detail", "")]


def opening(link):
    """The messages about the class that a link began with."""
    return [text for text in link.texts if text["type"] in ("presented", "answers")]


STEP = {"lesson": "three", "at": "one", "level": 3, "slot": 5, "action": 1, "with": "2-7", "layout": "river", "revealed": ["side"]}


def test_thirty_viewers_follow_a_presenter_and_their_answers_become_one_distribution(session, enter):
    presenter, viewers = enter(session, STEER), [enter(session) for _ in range(30)]
    presenter.send(type="present", **STEP)
    for viewer in viewers:
        assert viewer.text("presented") == {"type": "presented", "session": session, **STEP}
    for number, viewer in enumerate(viewers):
        say(viewer, "side", "left" if number % 3 else "right")
    for link in (presenter, *viewers):
        told = answers(link, "side", 30)
        # Nothing says who answered what.
        assert told == {"type": "answers", "lesson": "three", "prediction": "side", "counts": {"left": 20, "right": 10}, "total": 30, "viewers": 30}
    # A second answer takes the place of the first.
    for viewer in viewers[:5]:
        say(viewer, "side", "neither & <b>both</b>")
    while (told := answers(presenter, "side", 30))["counts"].get("neither & <b>both</b>", 0) < 5:
        pass
    assert told["total"] == 30 and sum(told["counts"].values()) == 30
    # The presenter is not sent its own step.
    assert not [text for text in until_now(presenter) if text["type"] == "presented"]
    # The cursor moves on, and only the last place counts for who comes late.
    presenter.send(type="present", **STEP | {"level": 1})
    presenter.send(type="present", **STEP | {"level": 2})
    while viewers[0].text("presented")["level"] != 2:
        pass
    late = enter(session)
    texts = {text["type"]: text for text in opening(late)}
    assert texts["presented"] == {"type": "presented", "session": session, **STEP, "level": 2}
    assert texts["answers"]["total"] == 30 and texts["answers"]["viewers"] == 31


def test_the_presenter_alone_is_told_how_many_follow(session, enter, school):
    presenter, first = enter(session, STEER), enter(session)
    presenter.send(type="present", **STEP)
    while presenter.text("class") != {"type": "class", "viewers": 1}:
        pass
    with Link(school, session, additional_headers=LOOK):
        while presenter.text("class")["viewers"] != 2:
            pass
    while presenter.text("class")["viewers"] != 1:
        pass
    assert not [text for text in until_now(first) if text["type"] == "class"]


def test_an_order_is_counted_as_a_whole_and_a_sketch_by_its_points(session, enter):
    links = [enter(session) for _ in range(5)]
    for number, link in enumerate(links):
        say(link, "order", ["one", "two", "three"] if number < 3 else ["three", "two", "one"])
    told = answers(links[0], "order", 5)
    assert told["counts"] == {"one · two · three": 3, "three · two · one": 2}
    curves = np.random.default_rng(1).uniform(0, 16, (5, 3))
    for link, curve in zip(links, curves, strict=True):
        say(link, "curve", curve.tolist())
    told = answers(links[1], "curve", 5)
    assert told.keys() == {"type", "lesson", "prediction", "mean", "quartiles", "total", "viewers"}
    np.testing.assert_allclose(told["mean"], curves.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(told["quartiles"], np.percentile(curves, (25, 50, 75), axis=0).T, rtol=1e-5)


def test_a_viewer_that_commands_is_refused_and_told_once_and_nobody_else_notices(http, session, enter):
    presenter, viewer, other = enter(session, STEER), enter(session), enter(session)
    before = http.get(f"/sessions/{session}").json()
    touching = [
        {"type": "command", "command": "play"},
        {"type": "settings", "settings": {"alpha": 0.9}},
        {"type": "present", "lesson": "three", "at": "one"},
        {"type": "present", "ended": True},
    ]
    for message in touching:
        viewer.send(**message)
    refused = until_now(viewer)
    assert len(refused) == len(touching) and all(text["type"] == "error" and "look, not touch" in text["detail"] for text in refused)
    assert http.get(f"/sessions/{session}").json() == before
    assert until_now(presenter) == [] and until_now(other) == []
    # It may answer all the same.
    say(viewer, "side", "left")
    assert answers(other, "side", 1)["counts"] == {"left": 1}


LONG = "x" * 61


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"lesson": 7}, "lesson: got 7, allowed: small letters"),
        ({"lesson": "<b>"}, "lesson: got '<b>'"),
        ({"lesson": LONG}, "at most 60"),
        ({"at": "one"}, "at: got 'one', allowed: a step together with its lesson"),
        ({"lesson": "three", "at": ["one"]}, "at: got ['one']"),
        ({"level": -1}, "level: got -1, allowed: a whole number"),
        ({"slot": 2.5}, "slot: got 2.5"),
        ({"action": True}, "action: got True"),
        ({"level": 2**31}, "level: got 2147483648"),
        ({"with": "9"}, "a level and a slot"),
        ({"layout": "x" * 51}, "a text of at most 50 characters"),
        ({"ask": {"a": 1}}, "ask: got"),
        ({"hide": "weights"}, "a list of at most 50 texts"),
        ({"order": ["a"] * 51}, "a list of at most 50 texts"),
        ({"order": [LONG]}, "at most 60 characters"),
        ({"pin": "x" * 8001}, "a link of at most 8000 characters"),
        ({"revealed": ["Not an id"]}, "ids of predictions"),
        ({"lesson": "nowhere"}, "lesson: got 'nowhere', allowed: the name of a lesson of this server"),
        ({"layout": "spiral"}, "layout: got 'spiral', allowed: slots, tree, river"),
        ({"ask": "when"}, "ask: got 'when', allowed: why"),
        ({"hide": ["weights", "wieghts"]}, "hide: got 'wieghts', allowed: world, "),
        ({"order": ["knobs"]}, "order: got 'knobs', allowed: world, "),
        ({"show": ["haet"]}, "show: got 'haet', allowed: heat, beside, strip"),
        ({"who": "Ada"}, "who: got 'Ada', allowed: only the fields lesson, at"),
        ({"ended": "yes"}, "ended: got 'yes'"),
        ({"from": 3}, "from: got 3, allowed: a text"),
        ({"from": "nowhere"}, "from: got 'nowhere', allowed: the id of a session that is presented"),
    ],
)
def test_a_step_that_is_not_possible_is_refused_in_a_sentence_and_relayed_to_nobody(session, enter, message, says):
    presenter, viewer = enter(session, STEER), enter(session)
    presenter.send(type="present", **message)
    assert says in presenter.text("error")["detail"]
    assert until_now(viewer) == []
    presenter.send(type="present", level=1)
    assert viewer.text("presented") == {"type": "presented", "level": 1, "session": session}


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({}, "lesson: got None"),
        ({"lesson": "nowhere", "prediction": "side"}, "lesson: got 'nowhere', allowed: the name of a lesson of this server"),
        ({"lesson": "torn", "prediction": "side"}, "that can be read"),
        ({"lesson": "../three", "prediction": "side"}, "small letters"),
        ({"lesson": "path-degeneracy", "prediction": "side"}, "prediction: got 'side', allowed: "),
        ({"prediction": "nothing"}, "prediction: got 'nothing', allowed: side, order, curve"),
        ({"prediction": "side"}, "answer: got None, allowed: one of 'left', 'right'"),
        ({"prediction": "side", "answer": "the teacher is silly"}, "answer: got 'the teacher is silly'"),
        ({"prediction": "side", "answer": ["left"]}, "answer: got ['left']"),
        ({"prediction": "side", "answer": "x" * 5000}, "answer: got 'xxx"),
        ({"prediction": "order", "answer": "one"}, "a list of 'one', 'two', 'three', each once"),
        ({"prediction": "order", "answer": ["one", "two"]}, "each once"),
        ({"prediction": "order", "answer": ["one", "two", "two"]}, "each once"),
        ({"prediction": "order", "answer": ["one", 2, None]}, "each once"),
        ({"prediction": "curve", "answer": 3}, "a list of 3 numbers from 0 to 16"),
        ({"prediction": "curve", "answer": [1, 2]}, "a list of 3 numbers"),
        ({"prediction": "curve", "answer": [1] * 5000}, "a list of 3 numbers"),
        ({"prediction": "curve", "answer": [1, 2, 17]}, "from 0 to 16"),
        ({"prediction": "curve", "answer": [1, 2, "2"]}, "numbers"),
        ({"prediction": "curve", "answer": [1, 2, True]}, "numbers"),
        ({"prediction": "curve", "answer": [1, None, 2]}, "numbers"),
        ({"prediction": "curve", "answer": [1, 2, 10**400]}, "numbers"),
    ],
)
def test_an_answer_that_a_lesson_does_not_offer_is_refused_and_not_counted(session, enter, message, says):
    viewer = enter(session)
    viewer.send(type="answer", **({"lesson": "three"} if message else {}) | message)
    assert says in viewer.text("error")["detail"]
    assert until_now(viewer) == []
    say(viewer, "side", "left")
    assert answers(viewer, "side", 1)["counts"] == {"left": 1}


def test_who_answers_too_often_is_told_and_holds_up_nobody(session, enter):
    eager, other = enter(session), enter(session)
    for _ in range(ANSWERS_PER_MINUTE + 30):
        say(eager, "side", "left")
    assert f"may answer {ANSWERS_PER_MINUTE} times a minute; answer again in" in eager.text("error")["detail"]
    say(other, "side", "right")
    assert answers(other, "side", 2)["counts"] == {"left": 1, "right": 1}
    until_now(eager)


def test_many_answers_are_told_together(session, enter):
    links = [enter(session) for _ in range(20)]
    before = time.monotonic()
    for _ in range(10):
        for number, link in enumerate(links):
            say(link, "side", "left" if number else "right")
    told = 0
    while True:
        message = links[0].text("answers")
        told += 1
        if message["total"] == 20:
            break
    assert told <= (time.monotonic() - before) / TELL_SECONDS + 2


def test_a_page_that_comes_back_is_the_same_voter(session, enter):
    first, watching = enter(session, voter="a-random-text-1"), enter(session)
    say(first, "side", "left")
    assert answers(watching, "side", 1)["total"] == 1
    first.socket.close()
    again = enter(session, voter="a-random-text-1")
    say(again, "side", "right")
    while (told := watching.text("answers"))["counts"] != {"right": 1}:
        assert told["total"] == 1
    say(enter(session, voter="another-random-text"), "side", "left")
    assert answers(watching, "side", 2)["counts"] == {"right": 1, "left": 1}


def test_a_voter_that_cannot_be_one_is_told_and_answers_as_a_new_one(school, session, enter):
    watching = enter(session)
    for _ in range(2):
        with Link(school, session, query="voter=no%20voter", additional_headers=LOOK) as link:
            assert "voter: got 'no voter', allowed: 8 to 64 letters" in link.text("error")["detail"]
            say(link, "side", "left")
            link.text("answers")
    assert answers(watching, "side", 2)["total"] == 2


def test_a_presentation_ends_and_its_answers_with_it(http, session, enter):
    presenter, viewer = enter(session, STEER), enter(session)
    presenter.send(type="present", **STEP)
    viewer.text("presented")
    say(viewer, "side", "left")
    answers(viewer, "side", 1)
    assert http.get(f"/sessions/{session}").json()["presented"] is True
    presenter.send(type="present", ended=True)
    assert viewer.text("presented") == {"type": "presented", "ended": True}
    assert http.get(f"/sessions/{session}").json()["presented"] is False
    late = enter(session)
    assert opening(late) == [] and until_now(late) == []


def test_a_presenter_that_leaves_and_comes_back_finds_its_step(session, enter):
    presenter, viewer = enter(session, STEER), enter(session)
    presenter.send(type="present", **STEP)
    viewer.text("presented")
    presenter.socket.close()
    again = enter(session, STEER)
    assert opening(again) == [{"type": "presented", "session": session, **STEP}]
    again.send(type="present", **STEP | {"level": 0})
    assert viewer.text("presented")["level"] == 0


def test_a_class_goes_on_in_another_session(http, school, session, enter):
    presenter, viewer = enter(session, STEER), enter(session)
    presenter.send(type="present", **STEP)
    viewer.text("presented")
    say(viewer, "side", "left")
    answers(viewer, "side", 1)
    second = http.post("/sessions", json=SMALL | {"seed": 2}).json()["id"]
    early, presenting = enter(second), enter(second, STEER)
    presenting.send(type="present", **{"from": session}, **STEP | {"at": "two"})
    expected = {"type": "presented", "session": second, **STEP, "at": "two"}
    for link in (viewer, early):
        while link.text("presented") != expected:
            pass
    # Both see the answers of both.
    say(early, "side", "right")
    assert answers(viewer, "side", 2)["counts"] == {"left": 1, "right": 1}
    about = http.get(f"/sessions/{second}").json()
    assert about["follows"] == [session] and about["presented"]
    # Who has the address of the first one is sent on, while it is there and when it is not.
    http.delete(f"/sessions/{session}")
    assert viewer.text("gone")["session"] == second
    with Link(school, session, additional_headers=LOOK) as late:
        assert late.text("gone")["session"] == second
    assert [text.get("total") for text in opening(enter(second))] == [None, 2]
    # Said again with each step, it changes nothing.
    presenting.send(type="present", **{"from": session}, **STEP)
    assert [text.get("total") for text in opening(enter(second))] == [None, 2]
    http.delete(f"/sessions/{second}")


def test_a_class_goes_on_though_its_session_has_ended_first(http, school, session, enter):
    presenter, viewer = enter(session, STEER), enter(session)
    presenter.send(type="present", **STEP)
    viewer.text("presented")
    say(viewer, "side", "left")
    answers(viewer, "side", 1)
    http.delete(f"/sessions/{session}")
    assert viewer.text("gone")["session"] is None
    second = http.post("/sessions", json=SMALL).json()["id"]
    presenting = enter(second, STEER)
    presenting.send(type="present", **{"from": session}, lesson="three", at="one")
    assert answers(presenting, "side", 1)["total"] == 1
    with Link(school, session, additional_headers=LOOK) as late:
        assert late.text("gone")["session"] == second
    third = http.post("/sessions", json=SMALL).json()["id"]
    # Nobody else can take it.
    other = enter(third, STEER)
    other.send(type="present", **{"from": session})
    assert "from: got" in other.text("error")["detail"]
    for made in (second, third):
        http.delete(f"/sessions/{made}")


def test_a_class_that_nobody_goes_on_with_is_forgotten(monkeypatch):
    monkeypatch.setattr(every, "LEFT_SECONDS", -1.0)

    async def take_over():
        engine = LocalEngine(CHECKPOINTS)
        sessions = every.Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
        request = PlanRequest(settings={"particles": 8, "depth": 3})
        old, new = await sessions.create("catch", request), await sessions.create("catch", request)
        viewer = Viewer(View())
        old.join(viewer)
        old.classroom.present({"level": 1}, viewer)
        await sessions.delete(old.id)
        try:
            with pytest.raises(Invalid, match="is presented, or was until"):
                sessions.go_on(new, old.id)
        finally:
            await sessions.close()
            engine.close()

    asyncio.run(take_over())


def test_sketches_of_a_lesson_that_was_changed_meanwhile_are_counted_apart():
    tally = Tally()
    for voter, points in enumerate(([1.0, 2.0], [1.0, 2.0, 3.0], [3.0, 4.0])):
        tally.put(f"voter {voter}", np.asarray(points))
    assert tally.distribution() == {"mean": [2.0, 3.0], "quartiles": [[1.5, 2.0, 2.5], [2.5, 3.0, 3.5]], "total": 2}


def test_answers_are_bounded_in_number():
    tally = Tally()
    for number in range(MAX_VOTERS):
        tally.put(f"voter {number}", f"text {number}")
    with pytest.raises(Conflict, match=f"{MAX_VOTERS} answers"):
        tally.put("one more", "text")
    tally.put("voter 3", "text 4")
    told = tally.distribution()
    assert told["total"] == MAX_VOTERS and len(told["counts"]) == MAX_COUNTS and told["counts"]["text 4"] == 2

    async def forgotten():
        classroom, viewer = Classroom(), Viewer(View())
        for number in range(MAX_PREDICTIONS + 1):
            classroom.answer("lesson", f"prediction-{number}", "text", viewer)
        late = Viewer(View())
        classroom.join(late)
        late.close()
        told = []
        while (message := await late.next()) is not None:
            told.append(message["prediction"])
        return told

    # The first one is forgotten, and none of the others takes the place of another that waits.
    assert asyncio.run(forgotten()) == [f"prediction-{number}" for number in range(1, MAX_PREDICTIONS + 1)]


def test_without_tokens_everybody_may_present(tmp_path_factory):
    with serving("serve-backend", data=tmp_path_factory.mktemp("open")) as running:
        wait_until_ready(running)
        session = httpx.post(running.api + "/sessions", json=SMALL, timeout=60).json()["id"]
        with Link(running, session) as one, Link(running, session) as other:
            one.send(type="present", level=1)
            assert other.text("presented")["level"] == 1
            other.send(type="present", level=2)
            assert one.text("presented")["level"] == 2
