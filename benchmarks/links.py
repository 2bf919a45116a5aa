"""Fidelity of links: random moments, opened in a fresh browser after a restart of the server, have bit-equal records.

    python -m benchmarks.links [--moments N] [--seed S]

Over all planners and ten environments. Steps by the planner are mixed with actions that no planner chose, settings change on the way, plans are
changed inside, some of them before their action is taken, and some moments are on another path of the episode. Exit code 1 where a record differs.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import sync_playwright
from rich.progress import track

from benchmarks import options as given
from benchmarks.page import CHROMIUM_OPTIONS, start_server
from planner import PLANNERS
from planner.record.container import read
from planner.record.metadata import SCHEMA

CHECKPOINTS = (
    "cartpole-early", "acrobot-early", "catch-early", "deepsea-early", "frozenlake-early", "fourrooms-early", "pendulum-early",
    "mountaincar-continuous-middle", "breakout-early", "space-invaders-early",
)  # fmt: skip
READY = "window.twistscope?.showing === 'live' && ['idle', 'ended'].includes(window.twistscope.phase)"


def random_moment(api: str, random: np.random.Generator, checkpoint: str, planner: str) -> tuple[str, bytes]:
    """Play to a random moment. Returns its link and its trace."""
    size = {"num_simulations": 32} if planner == "gumbel_mcts" else {"particles": int(random.choice([16, 64])), "depth": 8}
    body = {"checkpoint": checkpoint, "planner": planner, "settings": size, "seed": int(random.integers(2**32)), "step": int(random.integers(3))}
    with httpx.Client(base_url=api, timeout=300) as client:
        session = client.post("/sessions", json=body).raise_for_status().json()
        path = f"/sessions/{session['id']}"
        for _ in range(random.integers(6)):
            match random.integers(5):
                case 0:
                    client.patch(path + "/settings", json={"discount": float(random.uniform(0.5, 1))}).raise_for_status()
                case 1:
                    bounds = session["action_bounds"]
                    action = [float(random.uniform(*each)) for each in bounds] if bounds else int(random.integers(len(session["actions"])))
                    answer = client.post(path + "/commands", json={"command": "act", "action": action})
                    if answer.status_code == 409:
                        break
                case 2:
                    wait_for_step(client, path, {"command": "goto", "step": client.get(path).json()["step"] + 2})
                case 3:
                    if intervene(client, path, random) and random.integers(2):
                        wait_for_step(client, path, {"command": "step"})
                case 4:
                    wait_for_step(client, path, {"command": "back"})
        if random.integers(2) and (paths := client.get(path).json()["paths"]):
            client.post(path + "/commands", json={"command": "walk", "path": paths[0]["path"]}).raise_for_status()
        if random.integers(2):
            intervene(client, path, random)
        step = client.get(path).json()["step"]
        query = client.get(path + "/link").raise_for_status().json()["query"]
        trace = client.get(f"{path}/moments/{step}/trace").raise_for_status().content
        client.delete(path)
    return query, trace


def intervene(client: httpx.Client, path: str, random: np.random.Generator) -> bool:
    """Change the plan of the current moment at one or two places; False where that is not possible."""
    settings = client.get(path).json()["settings"]
    if "particles" not in settings:
        return False
    kinds = ({"kind": "kill"}, {"kind": "force", "action": 0}, {"kind": "weigh", "log_weight": 2.5}, {"kind": "redraw", "seed": 7})
    # The first levels belong to the halving of some planners, which assigns their actions.
    levels = random.permutation(np.arange(1, settings["depth"]))[:2]
    changes = [dict(random.choice(kinds)) | {"level": int(level), "slot": int(random.integers(settings["particles"]))} for level in levels]
    return client.post(path + "/commands", json={"command": "intervene", "interventions": changes}).status_code < 400


def wait_for_step(client: httpx.Client, path: str, command: dict[str, Any]) -> None:
    """Carry out a command that moves, and wait until the session is there, or at the end of its episode."""
    before = client.get(path).json()["step"]
    if client.post(path + "/commands", json=command).status_code == 409:
        return
    target = {"step": before + 1, "back": before - 1}.get(command["command"], command.get("step"))
    while (now := client.get(path).json())["step"] != target and not any(now["episode"][end] for end in ("terminated", "truncated")):
        pass


def differences(ours: bytes, theirs: bytes) -> list[str]:
    """Names of the arrays that are not bit-equal."""
    (one, _), (other, _) = read(ours, SCHEMA), read(theirs, SCHEMA)
    same = lambda a, b: a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return sorted(name for name in one.keys() | other.keys() if name not in one or name not in other or not same(one[name], other[name]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=given.count, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    pairs = [(checkpoint, planner) for checkpoint in CHECKPOINTS for planner in PLANNERS]
    chosen = [pairs[index % len(pairs)] for index in random.permutation(max(options.moments, len(pairs)))[: options.moments]]
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as data:
        process, address, _ = start_server(data, "--no-warm")
        moments = [random_moment(address + "/api/v1", random, *pair) for pair in track(chosen, "moments")]
        process.terminate()
        process.wait()
        process, address, _ = start_server(data, "--no-warm")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=CHROMIUM_OPTIONS
            )
            for (checkpoint, planner), (query, trace) in track(list(zip(chosen, moments, strict=True)), "links"):
                context = browser.new_context()
                page = context.new_page()
                page.goto(f"{address}/?{query}")
                page.wait_for_function(READY, timeout=120_000)
                path = f"{address}/api/v1/sessions/{page.evaluate('window.twistscope.session')}"
                step = httpx.get(path).json()["step"]
                again = httpx.get(f"{path}/moments/{step}/trace", timeout=300).raise_for_status().content
                different = differences(trace, again)
                found["equal" if not different else "different"] += 1
                if different:
                    print(f"{checkpoint}, {planner}: {', '.join(different[:6])} differ: {query}")
                context.close()
            browser.close()
        process.terminate()
        process.wait()
    print(f"{found['equal']} of {options.moments} moments have bit-equal records")
    return 0 if found["equal"] == options.moments else 1


if __name__ == "__main__":
    sys.exit(main())
