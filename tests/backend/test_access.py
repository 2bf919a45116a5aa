"""Who may talk to the server: empty settings, host names, foreign cookies and headers, and the headers of its answers."""

import os
import socket

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from backend.security import Hosts
from tests.backend.commands import here
from tests.servers import free_port, serving, twistscope

ODD_TOKEN = "a;b,c=d\"e%20&f'+/~"


@pytest.fixture
def refused(own_cache, monkeypatch):
    """Run a server that must not start; the result is its one line of error."""

    def must_not_start(*_):
        raise AssertionError("the server has started")

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        ended = here(*arguments, *([] if arguments[0] == "checkpoints" else ["--port", free_port()]))
        _assert_one_line(ended)
        return ended.stderr

    monkeypatch.setattr("backend.serving.run", must_not_start)
    return run


def _assert_one_line(ended):
    assert ended.returncode == 2, (ended.stdout, ended.stderr)
    assert ended.stderr.count("\n") == 1 and "Traceback" not in ended.stderr, ended.stderr


def test_a_process_that_must_not_start_ends_with_its_one_line():
    _assert_one_line(twistscope("serve", "--host", "0.0.0.0", "--token", "", "--port", str(free_port())))


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["serve", "--host", "0.0.0.0", "--token", ""], {}, "--token"),
        (["serve", "--token", ""], {}, "--token"),
        (["serve", "--token", " "], {}, "--token"),
        (["serve", "--token", "two words"], {}, "--token"),
        (["serve", "--token", "naïve"], {}, "--token"),
        (["serve", "--host", "0.0.0.0"], {"TWISTSCOPE_TOKEN": ""}, "--token TOKEN"),
        (["serve-backend", "--host", "0.0.0.0"], {"TWISTSCOPE_TOKEN": ""}, "--token TOKEN"),
        (["serve", "--host", "::"], {}, "--token TOKEN"),
        (["serve", "--host", ""], {}, "--host"),
        (["serve-backend", "--host", ""], {}, "--host"),
        (["serve-dashboard", "--backend-url", "http://127.0.0.1:1", "--host", ""], {}, "--host"),
        (["serve", "--checkpoints", ""], {}, "--checkpoints"),
        (["serve", "--data", ""], {}, "--data"),
        (["serve-backend", "--allow-origin", "*"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", ""], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "null"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "http://*.example"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "http://"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "http://page.example/path"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "http://user@page.example"], {}, "--allow-origin"),
        (["serve-backend", "--allow-origin", "http://page.example:99999"], {}, "--allow-origin"),
        (["serve-backend", "--allow-host", ""], {}, "--allow-host"),
        (["serve-backend", "--allow-host", "*"], {}, "--allow-host"),
        (["serve-backend", "--allow-host", "http://page.example"], {}, "--allow-host"),
        (["serve-dashboard", "--backend-url", "http://"], {}, "backend"),
        (["serve-dashboard", "--backend-url", ""], {}, "backend"),
        (["serve-dashboard", "--backend-url", "http://host:port"], {}, "backend"),
        (["serve-dashboard", "--backend-url", "http://127.0.0.1:1", "--public-backend-url", "https://"], {}, "backend"),
        (["serve-dashboard", "--backend-url", "http://127.0.0.1:1", "--public-backend-url", "ftp://x"], {}, "backend"),
        (["serve"], {"TWISTSCOPE_MAX_SESSIONS": "abc"}, "TWISTSCOPE_MAX_SESSIONS"),
        (["serve"], {"TWISTSCOPE_MAX_SESSIONS": "0"}, "TWISTSCOPE_MAX_SESSIONS"),
        (["serve"], {"TWISTSCOPE_MAX_PROGRAM_MEMORY": "-1"}, "TWISTSCOPE_MAX_PROGRAM_MEMORY"),
        (["serve"], {"TWISTSCOPE_MAX_PLAN_SECONDS": "inf"}, "TWISTSCOPE_MAX_PLAN_SECONDS"),
        (["serve"], {"TWISTSCOPE_WARM": "perhaps"}, "TWISTSCOPE_WARM"),
        (["serve"], {"TWISTSCOPE_ALLOWED_ORIGINS": "no json"}, "TWISTSCOPE_ALLOWED_ORIGINS"),
        (["serve"], {"TWISTSCOPE_ALLOWED_ORIGINS": '["*"]'}, "TWISTSCOPE_ALLOWED_ORIGINS"),
        (["serve"], {"TWISTSCOPE_CHECKPOINTS": "/nowhere"}, "/nowhere"),
        (["serve"], {"TWISTSCOPE_PRELOAD": "nope"}, "TWISTSCOPE_PRELOAD: got 'nope', allowed: a checkpoint of"),
        (["checkpoints"], {"TWISTSCOPE_MAX_SESSIONS": "abc"}, "TWISTSCOPE_MAX_SESSIONS"),
    ],
)
def test_a_setting_that_would_open_the_server_or_means_nothing_is_one_line_and_exit_code_2(refused, arguments, environment, says):
    assert says in refused(*arguments, **environment)


def test_a_variable_that_is_no_setting_is_named_and_ignored(tmp_path):
    environment = os.environ | {"TWISTSCOPE_MAX_SESIONS": "3", "TWISTSCOPE_SOMETHING_ELSE": "1", "TWISTSCOPE_DATA": str(tmp_path)}
    ended = twistscope("checkpoints", "--json", env=environment)
    assert ended.returncode == 0
    assert ended.stderr.splitlines() == [
        "twistscope: TWISTSCOPE_MAX_SESIONS is no setting and is ignored; did you mean TWISTSCOPE_MAX_SESSIONS?",
        "twistscope: TWISTSCOPE_SOMETHING_ELSE is no setting and is ignored; the settings are listed in docs/operations.md",
    ]


@pytest.mark.parametrize(
    ("bound", "allowed", "host", "inside"),
    [
        ("127.0.0.1", (), "127.0.0.1:8050", True),
        ("127.0.0.1", (), "localhost:8050", True),
        ("127.0.0.1", (), "LOCALHOST", True),
        ("127.0.0.1", (), "localhost.", True),
        ("127.0.0.1", (), "[::1]:8050", True),
        ("127.0.0.1", (), "127.9.9.9", True),
        ("::1", (), "localhost", True),
        ("127.0.0.1", (), "evil.example:8050", False),
        ("127.0.0.1", (), "localhost.evil.example", False),
        ("127.0.0.1", (), "evil.example#localhost", False),
        ("127.0.0.1", (), "localhost@evil.example", False),
        ("127.0.0.1", (), "192.168.1.5", False),
        ("127.0.0.1", (), "", False),
        ("127.0.0.1", (), "[::1", False),
        ("127.0.0.1", (), "localhost:8050:8051", False),
        ("127.0.0.1", ("lab.example",), "lab.example:80", True),
        ("127.0.0.1", ("Lab.Example",), "lab.example", True),
        ("127.0.0.1", ("lab.example",), "sub.lab.example", False),
        ("0.0.0.0", (), "192.168.1.5:8050", True),
        ("0.0.0.0", (), "[fe80::1]:8050", True),
        ("0.0.0.0", (), "localhost", True),
        ("0.0.0.0", (), socket.gethostname(), True),
        ("0.0.0.0", (), "evil.example", False),
        ("0.0.0.0", ("backend",), "backend:8051", True),
        ("lab.example", (), "lab.example", True),
    ],
)
def test_a_server_knows_its_own_names(bound, allowed, host, inside):
    assert (host in Hosts(bound, allowed)) is inside


def test_another_hosts_name_gets_nothing_over_http_or_the_live_link(server, http, new_session):
    session = new_session()
    evil = {"Host": f"evil.example:{httpx.URL(server.url).port}", "Origin": f"http://evil.example:{httpx.URL(server.url).port}"}
    for method, path in (
        ("GET", "/sessions"),
        ("POST", "/sessions"),
        ("DELETE", f"/sessions/{session['id']}"),
        ("GET", "/health/live"),
        ("PUT", "/x"),
    ):
        answer = http.request(method, path, headers=evil, json={} if method == "POST" else None)
        assert answer.status_code == 421 and answer.headers["content-type"] == "application/problem+json"
    with pytest.raises(InvalidStatus), connect(server.stream_url(session["id"]), additional_headers=evil, origin=None):
        pass
    assert http.get(f"/sessions/{session['id']}").status_code == 200


def test_two_host_headers_must_both_be_allowed(server):
    """The first could be checked and the second used."""
    address = httpx.URL(server.url)
    for hosts in (("localhost", "evil.example"), ("evil.example", "localhost")):
        with socket.create_connection((address.host, address.port)) as raw:
            lines = ["GET /api/v1/sessions HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
            raw.sendall("\r\n".join(lines).encode())
            assert raw.recv(100).split()[1] in (b"421", b"400")


@pytest.fixture(scope="module")
def guarded(data):
    with serving("serve", "--no-open", "--token", ODD_TOKEN, data=data) as running:
        yield running


@pytest.mark.parametrize(
    "cookie",
    [
        "user@host=1",
        'j={"a":1}',
        "a b=c; =; ;;;",
        "\xe4=\xf6",
        "x" * 4000 + "=1",
        'quoted="; twistscope_token=wrong',
    ],
)
def test_foreign_cookies_neither_break_nor_hide_ours(guarded, cookie):
    for path in ("/", "/api/v1/checkpoints", "/api/v1/health/live"):
        assert httpx.get(guarded.url + path, headers={"Cookie": cookie.encode("latin-1")}).status_code in (200, 401)
    with httpx.Client(base_url=guarded.url) as browser:
        assert browser.get("/", params={"token": ODD_TOKEN}).status_code == 200
        ours = next(f"{name}={value}" for name, value in browser.cookies.items())
    foreign = cookie.split(";")[0].encode("latin-1")
    assert httpx.get(guarded.api + "/checkpoints", headers={"Cookie": foreign + b"; " + ours.encode()}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "", "%%%", "http://evil.example:99999", "\xe4"])
def test_a_malformed_origin_is_refused_not_a_failure(guarded, origin):
    headers = {"Origin": origin.encode("latin-1"), "Authorization": f"Bearer {ODD_TOKEN}"}
    assert httpx.get(guarded.api + "/checkpoints", headers=headers).status_code == 200
    with pytest.raises(InvalidStatus) as error, connect(guarded.stream_url("x"), additional_headers={**headers, "Origin": origin}):
        pass
    assert error.value.response.status_code == 403


@pytest.mark.parametrize("query", ["token=%ff%fe", "token=\xe4", "token=%00", "token=" + "t" * 20_000, "&&&=&token", "token[]=1"])
def test_a_malformed_query_is_refused_not_a_failure(guarded, query):
    address = httpx.URL(guarded.url)
    with socket.create_connection((address.host, address.port)) as raw:
        raw.sendall(f"GET /api/v1/checkpoints?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert raw.recv(100).split()[1] in (b"400", b"401")


@pytest.mark.parametrize("header", ["Bearer", "Bearer \xe4\xf6", "Basic abc", "Bearer " + "x" * 20_000, ""])
def test_a_malformed_authorization_is_refused_not_a_failure(guarded, header):
    assert httpx.get(guarded.api + "/checkpoints", headers={"Authorization": header.encode("latin-1")}).status_code == 401


def test_every_answer_tells_browsers_what_to_refuse(guarded):
    for path, status in (("/", 200), ("/checkpoints", 200), ("/api/v1/health/live", 200), ("/api/v1/zork", 404), ("/api/v1/checkpoints", 401)):
        headers = {"Authorization": f"Bearer {ODD_TOKEN}"} if status != 401 else {}
        answer = httpx.get(guarded.url + path, headers=headers)
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
        scripts = next((part for part in policy.split("; ") if part.startswith("script-src")), "")
        assert "'unsafe-inline'" not in scripts and "http" not in scripts and "*" not in scripts
