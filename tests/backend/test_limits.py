"""Limits that cannot be walked around: sessions, memory, connections that are not read or not finished, and messages."""

import asyncio
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.sync.client import connect
from websockets.uri import parse_uri

from tests.backend.link import Link
from tests.servers import serving, wait_until_ready

SMALL = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}

CLIENT_SECONDS = 6


@pytest.fixture(scope="module")
def limited(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_SESSIONS="8", TWISTSCOPE_MAX_CLIENT_SECONDS=str(CLIENT_SECONDS)) as running:
        wait_until_ready(running)
        yield running


def sessions_of(server):
    return httpx.get(server.api + "/sessions", timeout=60).json()["sessions"]


def test_many_requests_at_once_make_no_more_sessions_than_the_limit(limited):
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: httpx.post(limited.api + "/sessions", json=SMALL, timeout=120).status_code, range(100)))
    assert set(answers) <= {201, 429}
    assert len(sessions_of(limited)) <= 8


def test_forks_at_once_over_both_ways_make_no_more_sessions_than_the_limit(limited):
    session = httpx.post(limited.api + "/sessions", json=SMALL, timeout=120).json()["id"]
    with Link(limited, session) as link:
        link.frame()
        path = limited.api + f"/sessions/{session}/commands"
        for _ in range(40):
            link.send(type="command", command="fork")
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: httpx.post(path, json={"command": "fork"}, timeout=120).status_code, range(40)))
        assert set(answers) <= {200, 429}
        assert len(sessions_of(limited)) <= 8


@pytest.mark.slow
def test_connections_that_do_not_finish_their_headers_or_body_are_closed(limited):
    address = httpx.URL(limited.url)
    halves = [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"POST /api/v1/plans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"]
    opened = []
    for half in halves:
        raw = socket.create_connection((address.host, address.port))
        raw.sendall(half)
        opened.append(raw)
    for raw, half in zip(opened, halves, strict=True):
        raw.settimeout(60)
        answered = b""
        while chunk := raw.recv(4096):
            answered += chunk
        assert answered == b"" or answered.startswith(b"HTTP/1.1 408"), half
        raw.close()


@pytest.mark.slow
def test_viewers_that_stop_reading_are_cut_off_and_hold_no_memory(limited):
    """Whole traces of a megabyte each, which 20 viewers request and do not read."""
    body = {"checkpoint": "cartpole-early", "settings": {"particles": 2048, "depth": 24}}
    session = httpx.post(limited.api + "/sessions", json=body, timeout=120).json()["id"]
    with Link(limited, session) as link:
        link.frame()
    address = httpx.URL(limited.url)
    stuck = []
    for _ in range(20):
        raw = socket.create_connection((address.host, address.port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lines = [
            f"GET /api/v1/sessions/{session}/stream HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        stuck.append(raw)
    process = psutil.Process(limited.process.pid)
    viewers = lambda: next(
        float(line.split()[1]) for line in httpx.get(limited.api + "/metrics").text.splitlines() if line.startswith("twistscope_viewers ")
    )
    deadline = time.monotonic() + 60
    while viewers() < 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert viewers() == 20
    assert httpx.delete(limited.api + f"/sessions/{session}", timeout=60).status_code == 204
    deadline = time.monotonic() + 60
    connected = lambda: sum(connection.status == "ESTABLISHED" for connection in process.net_connections())
    while viewers() > 0 or connected() > 5:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    for raw in stuck:
        raw.close()


@pytest.mark.slow
def test_a_slow_viewer_that_goes_on_reading_is_not_cut_off(limited):
    """One that reads a whole trace of 9 MB in more than the time after which nothing read is too long would be: the check is by progress."""
    session = httpx.post(limited.api + "/sessions", json=SMALL, timeout=120).json()["id"]
    with connect(limited.stream_url(session), max_size=None) as link:
        link.recv()
        time.sleep(CLIENT_SECONDS * 1.5)
        link.send(json.dumps({"type": "command", "command": "nonsense"}))
        while isinstance(message := link.recv(timeout=30), bytes) or json.loads(message)["type"] != "error":
            pass


def linked(address, session):
    """A link made by hand, which answers no ping."""
    link = ClientProtocol(parse_uri(f"ws://{address.host}:{address.port}/api/v1/sessions/{session}/stream"))
    raw = socket.create_connection((address.host, address.port))
    link.send_request(link.connect())
    raw.sendall(b"".join(link.data_to_send()))
    while link.state is not State.OPEN:
        link.receive_data(raw.recv(4096))
    return link, raw


@pytest.mark.slow
def test_a_link_stays_while_anything_arrives_from_it_and_ends_when_nothing_does(limited):
    """A pong can stand behind thousands of messages that wait to be read."""
    session = httpx.post(limited.api + "/sessions", json=SMALL, timeout=120).json()["id"]
    address = httpx.URL(limited.url)
    (link, talking), (_, silent) = linked(address, session), linked(address, session)
    ended = {}

    def follow(name, raw):
        while raw.recv(2**20):
            pass
        ended[name] = time.monotonic()

    with talking, silent, ThreadPoolExecutor(2) as pool:
        pool.submit(follow, "talking", talking)
        pool.submit(follow, "silent", silent)
        deadline = time.monotonic() + 120
        since = None
        # The talking one goes on for three times the patience with a ping, after the silent one was cut off.
        while since is None or time.monotonic() < since + 3 * CLIENT_SECONDS:
            assert time.monotonic() < deadline and "talking" not in ended
            since = since or ended.get("silent")
            link.send_text(b'{"type": "ack"}')
            talking.sendall(b"".join(link.data_to_send()))
            time.sleep(0.2)
        talking.shutdown(socket.SHUT_RDWR)


@pytest.mark.slow
def test_a_hundred_thousand_messages_drop_no_link_and_keep_no_memory(limited):
    """Seeded random messages on 20 links, all of them twice: every link goes on to its close frame, the second time in the same memory."""
    from random import Random

    session = httpx.post(limited.api + "/sessions", json=SMALL, timeout=120).json()["id"]
    process = psutil.Process(limited.process.pid)
    ended = []

    async def one(number):
        random = Random(number)
        async with connect_async(limited.stream_url(session), max_size=None, ping_timeout=None, close_timeout=120) as link:

            async def read():
                async for _ in link:
                    pass

            reading = asyncio.ensure_future(read())
            for _ in range(2500):
                await link.send(message(random))
            # It goes on reading: the close frame comes after what still waits for it.
            await link.close()
            await reading
            ended.append(link.close_code)

    async def every_message():
        await asyncio.gather(*(one(number) for number in range(20)))

    asyncio.run(every_message())
    before = process.memory_info().rss
    asyncio.run(every_message())
    after = process.memory_info().rss
    assert len(ended) == 40 and set(ended) == {1000}
    assert after < 1.025 * before + 2**20, (before, after)
    assert httpx.get(limited.api + f"/sessions/{session}", timeout=60).status_code == 200


WORDS = [
    "type",
    "settings",
    "command",
    "view",
    "ack",
    "alpha",
    "depth",
    "play",
    "goto",
    "step",
    "fork",
    "pause",
    "reset",
    "back",
    "particle",
    "drawing",
    "arrays",
]
ODD = ["", "\ud800", "é", "x" * 300, "parent", 0, -1, 1, 0.5, 2**31, 2**70, 1e308, True, None, [], {}, [[[]]], {"level": 0}, {"level": -1, "slot": 2}]


def message(random):
    """A message: mostly almost right, sometimes noise."""
    kind = random.random()
    if kind < 0.1:
        return "".join(random.choice('{}[]",:0aé') for _ in range(random.randrange(60)))
    if kind < 0.15:
        return bytes(random.randrange(256) for _ in range(random.randrange(40)))
    value = lambda: random.choice(ODD) if random.random() < 0.7 else random.choice(WORDS)
    if kind < 0.4:
        body = {
            "type": "settings",
            "settings": {random.choice(["alpha", "kl_bound", "ess_threshold", "zork"]): random.choice([0.1, 0.5, 2, "x", None])},
        }
    elif kind < 0.6:
        body = {"type": "view", "drawing": random.choice([True, False, 1]), "particle": value(), "arrays": value()}
    elif kind < 0.7:
        command = random.choice(["pause", "back", "goto", "act", "walk", "intervene", "zork", 5])
        body = {"type": "command", "command": command, "step": value(), "speed": value(), "seed": value(), "action": value(), "path": value()}
        near = {"kind": random.choice(["kill", "force", "weigh", "redraw", value()]), "level": random.choice([0, 3, value()]), "slot": 1}
        body["interventions"] = random.choice([[], [near], [near | {"action": value(), "log_weight": 0.5}] * 2, value()])
        if random.random() < 0.5:
            del body["step"]
    else:
        body = {random.choice(WORDS): value() for _ in range(random.randrange(5))}
        body["type"] = random.choice(["settings", "view", "ack", "zork", value()])
    if body.get("type") == "settings" and isinstance(body.get("settings"), dict):
        body["settings"].pop("depth", None)
    return json.dumps(body)
