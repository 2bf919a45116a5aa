"""Planning by workers of Ray: plans a second by one worker and by two, and what sessions notice when a worker is killed.

    python -m benchmarks.scaling [--seconds S] [--json]

All figures are of one run on one machine, beside those of the local engine.
"""

import argparse
import contextlib
import itertools
import json
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import psutil
from websockets.sync.client import connect

from benchmarks import options as given
from benchmarks.page import start_server

PLAN = {"checkpoint": "pendulum", "settings": {"particles": 1024, "depth": 24}}
SESSIONS = 8
SPEED = 10


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    """The processes of the workers."""
    with contextlib.suppress(psutil.Error):
        return [each for each in server.children(recursive=True) if "ray::Worker" in " ".join(each.cmdline()[:1])]
    return []


def wait_for_workers(server: psutil.Process, count: int) -> None:
    while len(workers_of(server)) < count:
        time.sleep(0.1)


def open_sessions(api: str) -> list[str]:
    """Sessions whose programs are compiled: each has shown its first plan."""
    ids = [httpx.post(f"{api}/sessions", json=PLAN | {"seed": seed}, timeout=300).raise_for_status().json()["id"] for seed in range(SESSIONS)]
    for id in ids:
        httpx.get(f"{api}/sessions/{id}/moments/0/trace", timeout=300).raise_for_status()
    return ids


def plans_a_second(api: str, ids: list[str], seconds: float) -> float:
    """Plans made for sessions that ask all the time."""
    end = time.perf_counter() + seconds

    def ask(id: str) -> int:
        made = 0
        with httpx.Client(base_url=api, timeout=60) as client:
            while time.perf_counter() < end:
                client.get(f"/sessions/{id}/moments/0/trace").raise_for_status()
                made += 1
        return made

    with ThreadPoolExecutor(SESSIONS) as pool:
        return sum(pool.map(ask, ids)) / seconds


class Player:
    """A viewer of a playing session that notes when each step arrives."""

    def __init__(self, api: str, id: str):
        self.arrived: list[tuple[float, int]] = []
        self.link = connect(api.replace("http", "ws", 1) + f"/sessions/{id}/stream?drawing=true", max_size=None)
        self.sizes: list[int] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.link.send(json.dumps({"type": "command", "command": "play", "speed": SPEED}))

    def _read(self) -> None:
        with contextlib.suppress(Exception):
            for message in self.link:
                if isinstance(message, bytes):
                    header = json.loads(message[8 : 8 + int.from_bytes(message[:8], "little")])["__metadata__"]
                    self.arrived.append((time.perf_counter(), int(header["step"])))
                    self.sizes.append(len(message))
                    self.link.send(json.dumps({"type": "ack", "frame": int(header["frame"])}))


def kill_a_worker(api: str, ids: list[str], server: psutil.Process, seconds: float) -> dict[str, Any]:
    """Play all sessions, kill one of two workers, and play on."""
    players = [Player(api, id) for id in ids]
    time.sleep(seconds)
    usual = [float(np.diff([at for at, _ in player.arrived]).max()) for player in players]
    before = [len(player.arrived) for player in players]
    workers_of(server)[0].kill()
    killed = time.perf_counter()
    time.sleep(3 * seconds)
    gaps, lost = [], 0
    for player, count in zip(players, before, strict=True):
        steps = [step for _, step in player.arrived]
        lost += sum(later != earlier + 1 for earlier, later in itertools.pairwise(steps))
        at = np.array([at for at, _ in player.arrived[max(count - 1, 0) :]])
        gaps.append(float(np.diff(at).max()) if len(at) > 1 else np.inf)
        player.link.close()
    return {
        "sessions": len(ids),
        "sessions_that_went_on": sum(player.arrived[-1][0] > killed + seconds for player in players),
        "steps_lost": lost,
        "largest_gap_before_s": round(max(usual), 3),
        "largest_gap_s": round(max(gaps), 3),
        "median_gap_s": round(float(np.median(gaps)), 3),
        "frame_bytes": int(np.mean([size for player in players for size in player.sizes])),
        "workers_after": len(workers_of(server)),
    }


def measure(seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, options in (("local", ()), ("1 worker", ("--engine", "ray")), ("2 workers", ("--engine", "ray"))):
        count = int(name[0]) if options else 0
        environment = {"TWISTSCOPE_RAY_MAX_WORKERS": str(max(count, 1))}
        with tempfile.TemporaryDirectory() as data:
            process, address, started = start_server(data, "--no-warm", *options, **environment)
            server, api = psutil.Process(process.pid), address + "/api/v1"
            try:
                wait_for_workers(server, count)
                ids = open_sessions(api)
                plans_a_second(api, ids, 1)
                found[name] = {"plans_a_second": round(plans_a_second(api, ids, seconds), 1), "start_s": round(started, 2)}
                if count == 2:
                    found["killed"] = kill_a_worker(api, ids, server, seconds)
            finally:
                process.terminate()
                process.wait()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=given.seconds, default=10.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.seconds)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{SESSIONS} sessions, pendulum, {PLAN['settings']}")
    for name in ("local", "1 worker", "2 workers"):
        print(f"{name:10} {found[name]['plans_a_second']:8.1f} plans/s, started in {found[name]['start_s']} s")
    print(f"two workers / one: {found['2 workers']['plans_a_second'] / found['1 worker']['plans_a_second']:.2f}")
    print("one of two workers killed:", ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found["killed"].items()))


if __name__ == "__main__":
    main()
