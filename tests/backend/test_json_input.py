"""JSON from outside: what is refused, with an answer that is valid JSON, over HTTP and over the live link."""

import json

import httpx
import pytest
from websockets.sync.client import connect

from backend.json_input import MAX_DEPTH, parse_json
from backend.problems import Invalid, shown
from tests.backend.link import Link

STRANGE_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000]
STRANGE_TEXTS = [r'"\ud800"', r'"\udfff and more"', r'{"\ud800": 1}', r'["fine", "\udc00"]']


def strict(text):
    """Parse as a browser does: no NaN, no Infinity."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("text", [*STRANGE_NUMBERS, *STRANGE_TEXTS, "[" * 20_000, '{"a":' * 900 + "1" + "}" * 900, "{", "", "\x00", b"\xff\xfe"])
def test_what_json_or_this_program_cannot_hold_is_refused(text):
    with pytest.raises(Invalid):
        parse_json(text)


@pytest.mark.parametrize(
    "value", [{}, [1, 2.5, -3e-7, None, True], {"a": {"b": ["[[[[[[[[[[[[[[[[[[[[[[", "ü\u20ac\U0001f600"]}}, 2**80, '\\"[', "{" * 99]
)
def test_everything_else_is_read_as_it_is(value):
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


def test_the_deepest_that_is_allowed_is_read():
    parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(Invalid, match="deep"):
        parse_json("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "given", [float("nan"), float("inf"), 10**400, "x" * 10**6, "\ud800", [[1] * 1000] * 1000, {"a": object()}, b"\xff", object(), {1}]
)
def test_whatever_was_given_an_error_repeats_it_in_few_valid_characters(given):
    text = json.dumps(shown(given), allow_nan=False, ensure_ascii=False).encode()
    assert len(text) < 1000


BODIES = [
    ("PATCH", "/sessions/{id}/settings", '{"alpha": %s}'),
    ("PATCH", "/sessions/{id}/settings", '{"particles": %s}'),
    ("POST", "/plans", '{"checkpoint": "cartpole-early", "settings": {"discount": %s}}'),
    ("POST", "/plans", '{"checkpoint": "cartpole-early", "seed": %s}'),
    ("POST", "/plans/seeds", '{"checkpoint": "cartpole-early", "seeds": %s}'),
    ("POST", "/sessions", '{"checkpoint": "cartpole-early", "step": %s}'),
    ("POST", "/sessions/{id}/commands", '{"command": "play", "speed": %s}'),
    ("POST", "/sessions/{id}/commands", '{"command": %s}'),
    ("POST", "/sessions/{id}/seeds", '{"seeds": %s}'),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_over_http_every_such_body_is_422_with_a_body_that_a_browser_reads(http, new_session, method, path, body):
    path = path.format(id=new_session()["id"])
    for value in [*STRANGE_NUMBERS, *STRANGE_TEXTS, "[" * 900 + "]" * 900]:
        answer = http.request(method, path, content=body % value, headers={"content-type": "application/json"})
        assert answer.status_code == 422, value
        assert strict(answer.text)["status"] == 422
        assert len(answer.content) < 5000


@pytest.mark.parametrize(
    "text",
    [
        *[f'{{"type": "settings", "settings": {{"alpha": {value}}}}}' for value in STRANGE_NUMBERS],
        *[f'{{"type": "command", "command": "play", "speed": {value}}}' for value in STRANGE_NUMBERS],
        *[f'{{"type": "command", "command": {value}}}' for value in (*STRANGE_TEXTS, "1", "null", "[]", "{}")],
        *[f'{{"type": "ack", "frame": {value}}}' for value in ("NaN", "1e999", '"\\ud800"', "-1", "[[1]]")],
        *[f'{{"type": "view", "arrays": [{value}]}}' for value in ('"\\ud800"', "NaN", "[]")],
        r'{"type": "settings", "settings": {"\ud800": 1}}',
        r'{"type": "\ud800"}',
        "[" * 20_000,
        '{"type": "settings", "settings": {"alpha": ' + "[" * 900 + "]" * 900 + "}}",
        "",
        "null",
        "{",
    ],
)
def test_over_the_live_link_each_is_answered_and_the_session_goes_on(server, session, text):
    with connect(server.stream_url(session["id"]), max_size=None) as link:
        link.send(text)
        while isinstance(answer := link.recv(timeout=30), bytes) or strict(answer)["type"] != "error":
            pass
        assert len(answer) < 5000
        link.send('{"type": "settings", "settings": {"alpha": 7}}')
        while isinstance(answer := link.recv(timeout=30), bytes) or strict(answer)["type"] != "error":
            pass
        assert "alpha" in strict(answer)["detail"]


@pytest.fixture(scope="module")
def session(http):
    made = http.post("/sessions", json={"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}).json()
    yield made
    http.delete(f"/sessions/{made['id']}")


def test_binary_messages_are_answered(server, session):
    with Link(server, session["id"]) as link:
        link.socket.send(b"\x00\xff")
        assert "text frame" in link.text("error")["detail"]


LARGE = [
    {"settings": {f"unknown_{n}": n for n in range(2500)}},
    {"settings": {"alpha": "x" * 60_000}},
    {"x" * 60_000: 1},
    {"settings": {"x" * 60_000: 1}},
    {"planner": "p" * 60_000},
    {"checkpoint": "c" * 60_000},
    {"settings": {"alpha": list(range(10_000))}},
    {f"surprise_{n}": n for n in range(2500)},
]


@pytest.mark.parametrize("changes", LARGE)
def test_an_error_is_short_however_much_was_wrong(http, new_session, changes):
    answer = http.post("/plans", json={"checkpoint": "cartpole-early", **changes})
    assert answer.status_code in (404, 422)
    assert len(answer.content) < 15_000
    if "settings" in changes:
        answer = http.patch(f"/sessions/{new_session()['id']}/settings", json=changes["settings"])
        assert answer.status_code == 422 and len(answer.content) < 15_000


def test_a_long_path_is_not_repeated(http):
    for path in ("/sessions/" + "s" * 30_000, "/checkpoints/" + "c" * 30_000, "/" + "z" * 30_000):
        answer = http.get(path)
        assert answer.status_code == 404 and len(answer.content) < 5000


def test_no_body_over_the_limit_is_read(server):
    answer = httpx.post(server.api + "/plans", content=b"[" * (64 * 1024 + 1), headers={"content-type": "application/json"})
    assert answer.status_code == 413
