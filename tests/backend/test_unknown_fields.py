"""Whatever would be ignored is refused with what would be right: a misspelt guard, an argument of another command, a name said twice."""

import pytest

from backend.arguments import COMMANDS
from backend.json_input import parse_json
from backend.problems import Invalid
from tests.backend.link import Link

ARGUMENTS = {"speed": 5, "action": 0, "step": 0, "interventions": [], "path": 0, "ahead": False, "seed": 3, "steps": 4}


def foreign():
    """Each command with each argument of other commands."""
    return [(command, name) for command, own in COMMANDS.items() for name in ARGUMENTS if name not in own]


@pytest.fixture(scope="module")
def session(http):
    made = http.post("/sessions", json={"checkpoint": "cartpole-early", "settings": {"particles": 16, "depth": 4}}).json()["id"]
    yield made
    http.delete(f"/sessions/{made}")


def test_no_command_takes_an_argument_of_another(http, session):
    before = http.get(f"/sessions/{session}").json()
    for command, name in foreign():
        refused = http.post(f"/sessions/{session}/commands", json={"command": command, name: ARGUMENTS[name]})
        assert refused.status_code == 422, (command, name, refused.text)
        assert refused.json()["errors"][0]["field"] == name and f"the command {command}" in refused.json()["detail"], (command, name)
    after = http.get(f"/sessions/{session}").json()
    assert {**before, "episode": after["episode"]} == after


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"type": "command", "command": "act", "action": 0, "stp": 0}, "stp: got 0, allowed: of the command act only action, step"),
        ({"type": "command", "command": "step", "step": 7}, "step: got 7, allowed: nothing: the command step has no such fields"),
        ({"type": "settings", "settings": {"alpha": 0.9}, "revision": 3}, "revision: got 3, allowed: of the message settings only settings"),
        ({"type": "view", "drawing": True, "particel": {"level": 1}}, "particel: got {'level': 1}, allowed: of the message view only arrays"),
        ({"type": "view", "drawing": True, "particle": {"level": 1, "solt": 2}}, "solt: got 2, allowed: of \"particle\" only level, slot"),
        ({"type": "view", "arrays": ["ess"], "trail": True}, "trail: got True, allowed: only with \"drawing\": true"),
        ({"type": "ack", "frame": 1, "skipped": 2}, "skipped: got 2, allowed: of the message ack only frame"),
        ({"type": "timeline", "folow": True}, "folow: got True, allowed: of the message timeline only follow"),
        ({"type": "answer", "lesson": "a", "prediction": "b", "answer": "c", "voter": "Ada"}, "voter: got 'Ada', allowed: of the message"),
    ],
)  # fmt: skip
def test_the_live_link_refuses_fields_that_it_does_not_know(server, http, session, message, says):
    before = http.get(f"/sessions/{session}").json()
    with Link(server, session) as link:
        link.frame()
        link.send(**message)
        assert says in link.text("error")["detail"]
    after = http.get(f"/sessions/{session}").json()
    assert (after["step"], after["settings"], after["playing"]) == (before["step"], before["settings"], before["playing"])


def test_the_live_link_names_parameters_that_it_does_not_have(server, session):
    with Link(server, session, query="darwing=true") as link:
        assert "darwing" in link.text("error")["detail"]
        assert link.frame()


@pytest.mark.parametrize("text", ['{"alpha": 0.1, "alpha": 0.9}', '[{"a": {"b": 1, "c": 2, "b": 3}}]', '{"\\u0061": 1, "a": 2}'])
def test_a_name_said_twice_in_one_object_is_refused(text):
    with pytest.raises(Invalid, match="twice"):
        parse_json(text)
    assert parse_json('[{"a": 1}, {"a": 2}]') == [{"a": 1}, {"a": 2}]


def test_a_body_that_says_a_setting_twice_is_refused(http):
    body = '{"checkpoint": "cartpole-early", "settings": {"alpha": 0.1, "alpha": 0.9}}'
    refused = http.post("/plans", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 422 and "'alpha' twice" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/opening?chekpoint=catch", "chekpoint"),
        ("/checkpoints/cartpole/scene?sed=3", "sed"),
        ("/checkpoints/cartpole/scene?seed=3&seed=4", "seed"),
        ("/checkpoints?only=catch", "only"),
        ("/recordings/none/export/csv?picture=world", "picture"),
        ("/planners?pretty=1", "pretty"),
        ("/lessons/start?lang=de", "lang"),
    ],
)
def test_parameters_that_a_route_does_not_have_are_refused(http, path, field):
    refused = http.get(path)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json" and refused.json()["errors"][0]["field"] == field


def test_parameters_of_a_route_and_a_token_are_taken_and_probes_may_say_anything(http):
    assert http.get("/opening?checkpoint=catch&token=any").status_code == 200
    assert http.get("/health/ready?ts=123").status_code == 200


def test_bodies_all_of_whose_fields_have_defaults_may_be_left_out(http, session):
    assert http.post(f"/sessions/{session}/timeline/ahead").status_code == 202
    assert http.delete(f"/sessions/{session}/timeline/ahead").status_code == 204
    recording = http.post(f"/sessions/{session}/recording")
    assert recording.status_code == 201
    assert http.delete(f"/sessions/{session}/recording").status_code == 200
    replay = http.post(f"/recordings/{recording.json()['id']}/replay")
    assert replay.status_code == 201
    http.delete(f"/sessions/{replay.json()['id']}")
    http.delete(f"/recordings/{recording.json()['id']}")
    assert http.post(f"/sessions/{session}/plan").status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "checkpoint: got nothing, allowed: a value, which is needed"),
        ({"checkpoint": "catch", "sed": 3}, "sed: got 3, allowed: nothing: there is no such field"),
        ({"checkpoint": "catch", "seed": "x"}, "seed: got 'x', allowed: a whole number"),
        ({"checkpoint": "catch", "seed": -1}, "seed: got -1, allowed: a number >= 0"),
        ({"checkpoint": "catch", "atoms": 1}, "atoms: got 1, allowed: true, false"),
        ({"checkpoint": "catch", "actions": [0], "step": 3}, "step is the number of actions: got 3 and 1 actions"),
    ],
)
def test_what_a_body_says_wrongly_is_named_in_our_words(http, body, says):
    refused = http.post("/plans", json=body)
    assert refused.status_code == 422 and says in refused.json()["detail"], refused.text
    for words in ("Field required", "Extra inputs", "Input should", "Value error"):
        assert words not in refused.text


def test_changes_that_leave_no_particle_any_weight_are_refused_as_a_mistake(http, session):
    kills = [{"kind": "kill", "level": 1, "slot": slot} for slot in range(4)]
    body = {"checkpoint": "cartpole-early", "settings": {"particles": 4, "depth": 4}, "interventions": kills}
    refused = http.post("/plans", json=body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == "interventions" and "leave at least one particle some weight" in refused.json()["detail"]
    assert http.post("/plans", json=body | {"interventions": kills[:3]}).status_code == 200
