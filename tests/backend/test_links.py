"""A moment has an address: a link opens the same plan, bit for bit, in another server; one that is damaged is refused in one line."""

import io
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx
import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

from backend.address import MAX_LENGTH, VERSION, current_defaults, defaults, write_address
from backend.problems import Conflict
from planner import Checkpoints, Moment, PlanRequest, make_environment
from planner.actions import pack_actions
from planner.record import container
from planner.record.drawing import SCHEMA
from tests.backend.link import Link, read_trace
from tests.servers import ROOT, serving

SMALL = {"particles": 32, "depth": 8}
MOMENTS = [
    ("cartpole-early", "trt_smc", SMALL | {"alpha": 0.35, "discount": 0.9}, 1),
    ("catch-early", "spo", SMALL, 0),
    ("fourrooms-early", "tsmcts", {"particles": 16, "depth": 4, "reward_temperature": 0.07}, 3),
    ("frozenlake-early", "gumbel_mcts", {"num_simulations": 32}, 2),
    ("pendulum-early", "twisted_smc", SMALL | {"action_atoms": 4}, [0.3]),
    ("deepsea-early", "bootstrap_smc", SMALL | {"value_source": "exact", "value_noise": 0.5}, 1),
]


def trace(api, session):
    answer = httpx.get(f"{api}/sessions/{session['id']}/moments/{session['step']}/trace", timeout=120)
    assert answer.status_code == 200, answer.text
    return read_trace(answer.content)


def command(api, session, **command):
    answer = httpx.post(f"{api}/sessions/{session['id']}/commands", json=command, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def open_link(api, query, status=201):
    answer = httpx.post(f"{api}/sessions/linked", json={"query": query}, timeout=120)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def other_server(data):
    """A server that knows nothing of the first one's sessions."""
    with serving("serve-backend", data=data) as running:
        yield running


@pytest.mark.parametrize(("checkpoint", "planner", "settings", "forced"), MOMENTS)
def test_a_link_opens_the_same_plan_bit_for_bit_in_another_server(server, other_server, checkpoint, planner, settings, forced):
    body = {"checkpoint": checkpoint, "planner": planner, "settings": settings, "seed": 7, "step": 1}
    session = httpx.post(server.api + "/sessions", json=body, timeout=120).json()
    # Led there by the prior, by the planner, by a person, and by the planner with other settings.
    with Link(server, session["id"]) as link:
        link.frame()
        command(server.api, session, command="step")
        link.frame(step=2)
        command(server.api, session, command="act", action=forced)
        link.frame(step=3)
        httpx.patch(f"{server.api}/sessions/{session['id']}/settings", json={"discount": 0.8}).raise_for_status()
        link.frame(revision=1)
    session = httpx.get(f"{server.api}/sessions/{session['id']}").json()
    query = httpx.get(f"{server.api}/sessions/{session['id']}/link").json()["query"]
    looked = "level=3&slot=5&layout=tree&hide=weights,strips&show=heat,beside&projection=angles"
    opened = open_link(other_server.api, f"?{query}&{looked}&ask=why&token=t")
    pictures = {"layout": "tree", "hide": ["weights", "strips"], "show": ["heat", "beside"], "projection": "angles"}
    assert opened["view"] == {"level": 3, "slot": 5, **pictures, "ask": "why"} and opened["notes"] == []
    for name in ("checkpoint", "planner", "seed", "step", "settings", "playing", "episode"):
        assert opened[name] == session[name], name
    (ours, about), (theirs, as_well) = trace(server.api, session), trace(other_server.api, opened)
    assert ours.keys() == theirs.keys() and about["actions_so_far"] == as_well["actions_so_far"]
    for name in ours:
        assert ours[name].dtype == theirs[name].dtype and ours[name].tobytes() == theirs[name].tobytes(), name
    # The link of what a link opened is that link.
    assert httpx.get(f"{other_server.api}/sessions/{opened['id']}/link").json()["query"] == query
    for api, each in ((server.api, session), (other_server.api, opened)):
        httpx.delete(f"{api}/sessions/{each['id']}")


def test_a_link_is_drawn_as_the_session_at_its_moment_is(server, new_session):
    session = new_session(settings=SMALL | {"alpha": 0.35}, seed=7)
    query = httpx.get(f"{server.api}/sessions/{session['id']}/link").json()["query"]
    with Link(server, session["id"]) as link:
        link.frame()
        command(server.api, session, command="step")
        link.frame(step=1)
        httpx.patch(f"{server.api}/sessions/{session['id']}/settings", json={"alpha": 0.9}).raise_for_status()
        link.frame(revision=1)
    # The moment before, with the settings that chose its action.
    past = httpx.get(f"{server.api}/sessions/{session['id']}/link", params={"step": 0}).json()
    assert past == {"query": query, "max_length": MAX_LENGTH}
    assert httpx.get(f"{server.api}/sessions/{session['id']}/link", params={"step": 2}).status_code == 404
    answer = httpx.post(f"{server.api}/plans/linked", json={"query": f"{query}&pin=v%3D1"}, timeout=120)
    assert answer.headers["content-type"] == "application/vnd.twistscope.drawing"
    drawn, about = container.read(answer.content, SCHEMA)
    arrays, made = trace(server.api, {**session, "step": 0})
    for name in ("root_policy", "root_q", "root_prior", "value_target", "ess"):
        assert drawn[name].tobytes() == arrays[name].tobytes(), name
    assert about["settings"] == made["settings"] and about["notes"] == "[]" and "node/log_prior" in drawn
    refused = httpx.post(f"{server.api}/plans/linked", json={"query": query[:-4]})
    assert refused.status_code == 422 and "digest" in refused.json()["detail"]


def test_a_pinned_link_is_what_a_page_looks_at(server, query):
    opened = open_link(server.api, f"{query}&{urlencode({'pin': query})}")
    assert opened["view"] == {"pin": query} and opened["notes"] == []


def test_the_newest_version_of_links_has_the_defaults_of_now():
    assert max(map(int, defaults())) == VERSION
    assert defaults()[str(VERSION)] == current_defaults(), (
        "a default or a setting has changed: links must go on to mean what they meant. Raise backend.address.VERSION and add its defaults to "
        "address_defaults.json"
    )


def test_a_link_of_a_version_with_other_defaults_opens_what_it_meant(server, new_session, monkeypatch):
    query = httpx.get(f"{server.api}/sessions/{new_session()['id']}/link").json()["query"]
    from backend import address

    past = {name: values | {"alpha": 0.9} if "alpha" in values else values for name, values in current_defaults().items()}
    monkeypatch.setattr(address, "defaults", lambda: {"0": past, **defaults()})
    card = httpx.get(f"{server.api}/checkpoints/cartpole-early").json()
    from planner import Card

    card_of = lambda name: Card.model_validate(card)
    assert address.read_address(query, card_of).request.settings["alpha"] == 0.1
    assert address.read_address(query.replace(f"v={VERSION}", "v=0"), card_of).request.settings["alpha"] == 0.9


def test_links_of_earlier_versions_have_what_were_the_defaults_then(server, new_session):
    from backend import address
    from planner import Card

    query = httpx.get(f"{server.api}/sessions/{new_session()['id']}/link").json()["query"]
    card = httpx.get(f"{server.api}/checkpoints/cartpole-early").json()
    first, second, now = (
        address.read_address(query.replace(f"v={VERSION}", f"v={version}"), lambda name: Card.model_validate(card)) for version in (1, 2, VERSION)
    )
    given = lambda link: link.request.prepare(Card.model_validate(card)).settings
    assert given(first) == given(second) == given(now).model_copy(update={"trust": "full", "ess_threshold": 0.5}) != given(now)


@pytest.fixture
def query(http, new_session):
    session = new_session(step=3)
    return http.get(f"/sessions/{session['id']}/link").json()["query"]


WRONG = [
    ("v", "99"), ("v", ""), ("v", "1.0"), ("checkpoint", "zork"), ("checkpoint", "../cartpole"), ("checkpoint", ""), ("sha", "xyz"), ("sha", ""),
    ("planner", "zork"), ("planner", ""), ("seed", "-1"), ("seed", "4294967296"), ("seed", "1e3"),
    ("step", "2"), ("step", "-3"), ("step", "99999999999"), ("step", "9999999999"), ("step", "100001"),
    ("actions", ""), ("actions", "AAAA"), ("actions", "%00"), ("digest", ""), ("digest", "zzzzzzzzzz"), ("particles", "0"), ("particles", "1e9"),
    ("particles", "many"), ("alpha", "nan"), ("alpha", "2"), ("alpha", "1_0"), ("level", "-1"), ("level", "x"), ("slot", "1.5"),
    ("with", "9"), ("with", "9-"), ("with", "-9-1"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_link_with_a_wrong_field_is_refused_in_one_line_that_names_it(server, query, field, value):
    fields = dict(parse_qsl(query)) | {field: value}
    status = 404 if field == "checkpoint" else 422
    problem = open_link(server.api, urlencode(fields), status)
    assert "\n" not in problem["detail"]
    named = [problem["detail"]] if status == 404 else [error["field"] for error in problem["errors"]]
    # Another number of steps does not fit the actions.
    assert any(name in text for text in named for name in ([field, "actions"] if field == "step" else [field])), problem


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.95, 0.99])
def test_a_link_that_was_cut_off_is_refused(server, query, kept):
    problem = open_link(server.api, query[: int(kept * len(query))], 422)
    assert "link" in problem["detail"]


@pytest.mark.parametrize("missing", ["checkpoint", "planner", "actions", "step", "digest", "sha"])
def test_a_link_with_a_field_missing_is_refused(server, query, missing):
    fields = {name: value for name, value in parse_qsl(query) if name != missing}
    open_link(server.api, urlencode(fields), 404 if missing == "checkpoint" else 422)


@pytest.mark.parametrize("odd", ["", "?", "%ff%fe=1", "v=1&v=1", "v=1&" + "a=1&" * 200, "x" * (MAX_LENGTH + 1), "\x00", "v=%F0%9F%92%A9"])
def test_what_is_no_link_is_refused(server, odd):
    open_link(server.api, odd, 422)


def test_a_link_to_another_checkpoint_of_the_same_name_is_opened_and_says_so(server, query):
    fields = dict(parse_qsl(query)) | {"sha": "0" * 12}
    opened = open_link(server.api, urlencode(fields))
    assert len(opened["notes"]) == 1 and "other parameters" in opened["notes"][0]
    fields |= {"digest": "0" * 10}
    assert [note for note in open_link(server.api, urlencode(fields))["notes"] if "another state" in note]


def test_a_link_holds_no_default_and_fits_an_address(server, query):
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    assert next(iter(fields)) == "v" and list(fields)[-1] == "digest"
    assert set(fields) == {
        "v",
        "checkpoint",
        "sha",
        "planner",
        "seed",
        "step",
        "discount",
        "reward_temperature",
        "particles",
        "depth",
        "actions",
        "digest",
    }


def test_an_episode_too_long_for_a_link_is_said():
    card = Checkpoints(ROOT / "assets" / "checkpoints").card("pendulum-early")
    request = PlanRequest(settings=SMALL)
    settings = request.prepare(card).settings.model_dump()
    moment = Moment(0.0)
    for torque in np.random.default_rng(0).uniform(-2, 2, 3000):
        moment = Moment(0.0, previous=moment, action=[float(np.float32(torque))])
    with pytest.raises(Conflict, match="3000 actions that led here make a link of"):
        write_address(card, request, settings, moment)
    assert len(write_address(card, request, settings, Moment(0.0))) < 400


def test_a_link_with_thousands_of_actions_holds_up_nobody(server, http):
    card = Checkpoints(ROOT / "assets" / "checkpoints").card("pendulum-early")
    packed = pack_actions(make_environment(card.environment), [[0.0]] * 100_000)
    query = (
        f"v=1&checkpoint=pendulum-early&sha={card.sha256[:12]}&planner=spo&seed=0&step=100000&particles=8&depth=2&actions={packed}&digest={'0' * 10}"
    )
    problem = open_link(server.api, query + "&discount=0.9&reward_temperature=1.0", 422)
    assert problem["errors"][0]["field"] == "actions" and "at most 200 actions" in problem["detail"]


def test_fields_that_mean_nothing_are_said_and_harm_nothing(server, query):
    opened = open_link(server.api, query + "&fbclid=x&utm_source=y")
    assert opened["notes"] == ["The link also says 'fbclid', 'utm_source', which means nothing here."]


@pytest.mark.parametrize("huge", ["1" + "0" * 400, "[1" + "0" * 400 + "]", "1e300", "[1e39]"])
def test_numbers_larger_than_32_bits_hold_are_refused_as_actions(http, huge):
    for body in (f'{{"checkpoint": "pendulum-early", "actions": [{huge}]}}', f'{{"checkpoint": "cartpole-early", "actions": [{huge}]}}'):
        answer = http.post("/sessions", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text


def test_an_action_for_a_step_that_is_past_is_not_taken(http, new_session):
    session = new_session(step=1)
    path = f"/sessions/{session['id']}"
    assert http.post(path + "/commands", json={"command": "act", "action": 0, "step": 0}).status_code == 409
    assert http.get(path).json()["step"] == 1
    assert http.post(path + "/commands", json={"command": "act", "action": 0, "step": 1}).json()["step"] == 2


@pytest.mark.parametrize("actions", [[2], ["left"], [True], [0.5], [[0]], [0] * 600, "0"])
def test_actions_that_cannot_be_taken_are_refused(http, actions):
    problem = http.post("/sessions", json={"checkpoint": "cartpole-early", "settings": SMALL, "actions": actions})
    assert problem.status_code == 422 and problem.json()["errors"][0]["field"].startswith("actions")


def test_step_and_actions_must_agree(http):
    body = {"checkpoint": "cartpole-early", "settings": SMALL, "actions": [0, 1], "step": 3}
    assert http.post("/sessions", json=body).status_code == 422
    made = http.post("/sessions", json=body | {"step": 2})
    assert made.status_code == 201 and made.json()["step"] == 2
    http.delete(f"/sessions/{made.json()['id']}")


@pytest.mark.parametrize("action", [2, -1, None, [0.1], 0.5])
def test_an_action_of_a_person_that_cannot_be_taken_changes_nothing(http, new_session, action):
    session = new_session()
    assert http.post(f"/sessions/{session['id']}/commands", json={"command": "act", "action": action}).status_code == 422
    assert http.get(f"/sessions/{session['id']}").json()["step"] == 0


def test_a_person_may_take_another_action_than_the_planner(server, new_session):
    session = new_session()
    with Link(server, session["id"]) as link:
        arrays, _ = link.frame()
        other = 1 - int(arrays["chosen_action"])
        acted = command(server.api, session, command="act", action=other)
        assert (acted["step"], acted["playing"]) == (1, False)
        _, about = link.frame(step=1)
        command(server.api, session, command="step")
        link.frame(step=2)
    _, about = trace(server.api, session | {"step": 2})
    assert about["actions_so_far"].startswith(f"[{other}, ")


def _check_table(form, answer, arrays):
    """The table has the numbers of the trace, and a media type of its own."""
    media_type = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv; charset=utf-8"}[form]
    assert answer.headers["content-type"] == media_type
    read = {"parquet": pyarrow.parquet.read_table, "csv": pyarrow.csv.read_csv}[form](io.BytesIO(answer.content))
    for name in ("level", "slot", *(name for name, array in arrays.items() if array.shape == (8, 32))):
        assert name in read.column_names
        if name in arrays:
            # CSV is read in double precision.
            np.testing.assert_array_equal(read[name].to_numpy().astype(arrays[name].dtype), arrays[name].ravel(), name)


@pytest.mark.parametrize("form", ["trace", "html", "script", "parquet", "csv"])
def test_a_moment_is_exported_as_a_file(server, http, new_session, form, tmp_path):
    session = new_session()
    with Link(server, session["id"]) as link:
        link.frame()
        command(server.api, session, command="act", action=1)
        link.frame(step=1)
    answer = http.get(f"/sessions/{session['id']}/moments/1/export/{form}")
    suffix = {"trace": "safetensors", "script": "py"}.get(form, form)
    assert answer.headers["content-disposition"] == f'attachment; filename="cartpole-early-trt_smc-step-1.{suffix}"'
    if form == "trace":
        assert read_trace(answer.content)[1]["actions_so_far"] == "[1]"
    elif form == "html":
        assert answer.text.startswith("<!DOCTYPE html>") and len(answer.content) < 1.5e6
    elif form in ("parquet", "csv"):
        _check_table(form, answer, trace(server.api, session | {"step": 1})[0])
    else:
        scope: dict = {}
        exec(compile(answer.text, "moment.py", "exec"), scope)
        assert scope["record"].metadata.step == 1
    for path, status in ((f"moments/2/export/{form}", 404), ("moments/1/export/zork", 422), (f"moments/-1/export/{form}", 404)):
        assert http.get(f"/sessions/{session['id']}/{path}").status_code == status
