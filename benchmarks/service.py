"""Harm that one client can do to all others: latency of the service, and of other sessions, under hostile use.

The real server on this machine; the load comes from processes of its own. `health` is the time of `GET /health/live`, sampled all the while.

    python -m benchmarks.service [--only NAME …] [--json]
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import psutil
from websockets.sync.client import connect

from benchmarks.page import start_server

LONG = {"checkpoint": "cartpole-early", "planner": "gumbel_mcts", "settings": {"num_simulations": 16384}}
SMALL = {"checkpoint": "cartpole-early", "settings": {"particles": 256, "depth": 24}}
SECONDS = 6.0


class Service:
    """A running server."""

    def __init__(self, url: str, process: subprocess.Popen):
        self.url, self.api, self.process = url, url + "/api/v1", process

    def session(self, body: dict) -> str:
        return httpx.post(self.api + "/sessions", json=body, timeout=300).raise_for_status().json()["id"]

    def stream(self, session: str) -> str:
        return self.api.replace("http", "ws", 1) + f"/sessions/{session}/stream?drawing=true"


class Viewer:
    """A viewer of one session, which acknowledges frames and counts them."""

    def __init__(self, service: Service, session: str):
        self.link = connect(service.stream(session), max_size=None)
        self.frames, self.header = 0, {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(Exception):
            for message in self.link:
                if isinstance(message, bytes):
                    self.header = json.loads(message[8 : 8 + int.from_bytes(message[:8], "little")])["__metadata__"]
                    self.frames += 1
                    self.send(type="ack", frame=int(self.header["frame"]))

    def send(self, **message: object) -> None:
        self.link.send(json.dumps(message))

    def seconds_until_revision(self, revision: int, most: float = 120) -> float:
        began = time.perf_counter()
        while int(self.header.get("revision", -1)) < revision and time.perf_counter() - began < most:
            time.sleep(0.002)
        return time.perf_counter() - began


def sample_health(service: Service, seconds: float) -> dict[str, float]:
    """Latencies of the health check, milliseconds."""
    times, end = [], time.perf_counter() + seconds
    with httpx.Client() as client:
        while time.perf_counter() < end:
            began = time.perf_counter()
            client.get(service.api + "/health/live", timeout=60)
            times.append(1e3 * (time.perf_counter() - began))
            time.sleep(0.01)
    return {"health p50 ms": float(np.percentile(times, 50)), "health p99 ms": float(np.percentile(times, 99)), "health max ms": max(times)}


@contextlib.contextmanager
def load(target: Callable, *arguments: object, processes: int = 1) -> Iterator[None]:
    """Run a load in other processes meanwhile."""
    started = [multiprocessing.get_context("spawn").Process(target=target, args=arguments, daemon=True) for _ in range(processes)]
    for process in started:
        process.start()
    time.sleep(1.5)
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.join()


def flood(url: str, message: str, links: int) -> None:
    """Send a message as often as the server takes it, on several links at once."""

    def one() -> None:
        with connect(url) as link:
            threading.Thread(target=lambda: [None for _ in link], daemon=True).start()
            while True:
                link.send(message)

    for _ in range(links):
        threading.Thread(target=one, daemon=True).start()
    time.sleep(600)


def ask_again_and_again(method: str, url: str, content: str | None) -> None:
    """Send a request again and again."""
    with httpx.Client(timeout=300) as client:
        while True:
            client.request(method, url, content=content, headers={"content-type": "application/json"} if content else {})


def give_up(url: str, body: dict, seconds: float = 0.3) -> None:
    """Send a request and go before it is answered."""
    with contextlib.suppress(httpx.TimeoutException):
        httpx.post(url, json=body, timeout=httpx.Timeout(10, read=seconds))


def quiet(service: Service) -> dict[str, float]:
    return sample_health(service, SECONDS)


def abandoned_plans(service: Service) -> dict[str, float]:
    """Five long plans, each given up: time until another session's knob is drawn."""
    httpx.post(service.api + "/plans", json=LONG, timeout=300)
    viewer = Viewer(service, service.session(SMALL))
    viewer.seconds_until_revision(0)
    for seed in range(5):
        give_up(service.api + "/plans", LONG | {"seed": seed + 1})
    viewer.send(type="settings", settings={"alpha": 0.3})
    return {"knob drawn after s": viewer.seconds_until_revision(1)}


def large_session(service: Service) -> dict[str, float]:
    """Eight sessions that play, alone and beside one with 16384 x 64."""
    viewers = [Viewer(service, service.session(SMALL | {"checkpoint": "cartpole", "seed": seed})) for seed in range(8)]
    large = Viewer(service, service.session(SMALL | {"checkpoint": "cartpole", "settings": {"particles": 16384, "depth": 64}}))
    while not large.frames:
        time.sleep(0.1)
    rates = []
    for players in (viewers, [*viewers, large]):
        for viewer in players:
            viewer.send(type="command", command="play", speed=15)
        time.sleep(1)
        before = [viewer.frames for viewer in viewers]
        time.sleep(SECONDS)
        rates.append(np.mean([viewer.frames - first for viewer, first in zip(viewers, before, strict=True)]) / SECONDS)
    return {"plans a second, alone": float(rates[0]), "beside a large session": float(rates[1])}


def abandoned_compilations(service: Service) -> dict[str, float]:
    """Four requests for many seeds, each given up while it compiles: time until an unknown checkpoint is refused, and another is opened."""
    for seeds in (33, 34, 35, 36):
        give_up(service.api + "/plans/seeds", SMALL | {"seeds": seeds})
    times = {}
    for what, path, method in (("404 after s", "/plans", "POST"), ("other checkpoint opened after s", "/checkpoints/breakout/scene", "GET")):
        began = time.perf_counter()
        httpx.request(method, service.api + path, json={"checkpoint": "nope"} if method == "POST" else None, timeout=300)
        times[what] = time.perf_counter() - began
    return times


def other_checkpoint(service: Service) -> dict[str, float]:
    """The same opening with nothing else to be done."""
    began = time.perf_counter()
    httpx.get(service.api + "/checkpoints/breakout/scene", timeout=300)
    return {"opened after s": time.perf_counter() - began}


def flood_of_settings(service: Service) -> dict[str, float]:
    session = service.session(SMALL)
    with load(flood, service.stream(session), json.dumps({"type": "settings", "settings": {"alpha": 0.31}}), 10):
        return sample_health(service, SECONDS)


def nested_arrays(service: Service) -> dict[str, float]:
    session = service.session(SMALL)
    message = '{"type": "settings", "settings": {"alpha": ' + "[" * 900 + "]" * 900 + "}}"
    with load(flood, service.stream(session), message, 1):
        return sample_health(service, SECONDS)


def planners(service: Service) -> dict[str, float]:
    with load(ask_again_and_again, "GET", service.api + "/planners", None):
        return sample_health(service, SECONDS)


def large_traces(service: Service) -> dict[str, float]:
    body = json.dumps(SMALL | {"settings": {"particles": 16384, "depth": 64}})
    with load(ask_again_and_again, "POST", service.api + "/plans", body):
        return sample_health(service, 2 * SECONDS)


def errors(service: Service) -> dict[str, float]:
    """Bytes of the answers to bodies of 60 kB and 1 MB that are wrong everywhere."""
    times = {}
    for name, count in (("60 kB", 3400), ("1 MB", 56_000)):
        body = json.dumps({"checkpoint": "cartpole-early", "settings": {f"unknown_{n}": n for n in range(count)}})
        answer = httpx.post(service.api + "/plans", content=body, headers={"content-type": "application/json"}, timeout=300)
        times[f"{name} in, kB out"] = len(answer.content) / 1e3
    with load(ask_again_and_again, "POST", service.api + "/plans", json.dumps({"settings": {f"unknown_{n}": n for n in range(3400)}})):
        return times | sample_health(service, SECONDS)


def viewers_that_do_not_read(service: Service) -> dict[str, float]:
    """Thirty viewers of whole traces that stop reading, and whose session is deleted: memory 60 s later, over that before."""
    memory = psutil.Process(service.process.pid).memory_info
    session = service.session(SMALL | {"settings": {"particles": 4096, "depth": 32}})
    viewer = Viewer(service, session)
    viewer.seconds_until_revision(0)
    viewer.link.close()
    before = memory().rss
    stuck = []
    address = httpx.URL(service.url)
    for _ in range(30):
        raw = socket.create_connection((address.host, address.port))
        lines = (f"GET /api/v1/sessions/{session}/stream HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade")
        keys = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", "")
        raw.sendall("\r\n".join(lines + keys).encode())
        stuck.append(raw)
    time.sleep(5)
    highest = memory().rss
    httpx.delete(service.api + f"/sessions/{session}", timeout=60)
    time.sleep(60)
    for raw in stuck:
        raw.close()
    return {"MB more at once": (highest - before) / 1e6, "MB more 60 s after its end": (memory().rss - before) / 1e6}


def interrupt(service: Service) -> dict[str, float]:
    """Ctrl-C during a long plan: time until the process has ended."""
    httpx.post(service.api + "/plans", json=LONG, timeout=300)
    threads = [threading.Thread(target=give_up, args=(service.api + "/plans", LONG | {"seed": seed}, 60), daemon=True) for seed in range(5)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    began = time.perf_counter()
    service.process.send_signal(signal.SIGINT)
    service.process.wait(300)
    return {"ended after s": time.perf_counter() - began}


CASES = (
    quiet,
    abandoned_plans,
    large_session,
    abandoned_compilations,
    other_checkpoint,
    flood_of_settings,
    nested_arrays,
    planners,
    large_traces,
    errors,
    viewers_that_do_not_read,
    interrupt,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [case.__name__ for case in CASES]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("PYTHONPATH", os.getcwd())
    measured = {}
    with tempfile.TemporaryDirectory() as data:
        for case in CASES:
            if case.__name__ not in options.only:
                continue
            process, url, _ = start_server(data, "--no-warm")
            try:
                while httpx.get(url + "/api/v1/health/ready").status_code != 200:
                    time.sleep(0.2)
                measured[case.__name__] = case(Service(url, process))
            finally:
                process.kill()
                process.wait()
            if not options.json:
                figures = ", ".join(f"{name} {value:.3g}" for name, value in measured[case.__name__].items())
                print(f"{case.__name__.replace('_', ' ')}: {figures}", flush=True)
    if options.json:
        json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
