"""Programs compiled ahead while the server is idle: they are there when they are needed, and nobody waits for their making."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.backend.link import Link
from tests.servers import serving, wait_until_ready

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
PATIENCE = 120


@pytest.fixture
def two_environments(tmp_path):
    """A folder with checkpoints of two environments, one of them twice, and a data folder without a single program."""
    for name in ("catch", "catch-early", "cartpole-early"):
        shutil.copytree(CHECKPOINTS / name, tmp_path / "checkpoints" / name)
    (tmp_path / "data" / "compiled").mkdir(parents=True)
    # At its own priority the process would hardly run beside other work.
    return {"TWISTSCOPE_WARM_NICE": "0", "TWISTSCOPE_CHECKPOINTS": str(tmp_path / "checkpoints"), "data": tmp_path / "data"}


def compiling(server) -> list[psutil.Process]:
    children = [child for child in psutil.Process(server.process.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child for child in children if "backend.engine.ahead" in child.cmdline()]
    return []


def wait_for(condition, what: str):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {PATIENCE} s")


@pytest.mark.slow
def test_programs_are_compiled_ahead_paused_for_whoever_needs_the_device_and_found_on_disk(two_environments):
    with serving("serve-backend", TWISTSCOPE_WARM="true", **two_environments) as server:
        wait_until_ready(server)
        (child,) = wait_for(lambda: compiling(server), "the compiling process")
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 64, "depth": 12}}
        session = httpx.post(server.api + "/sessions", json=body, timeout=60).json()
        with Link(server, session["id"]) as link:
            # A new shape is compiled for somebody who waits: the process stands still, whatever it was doing.
            wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_STOPPED, "the process to be stopped")
            link.frame()
            status = link.until(lambda s: (s["warming"] or {}).get("ready") == 2)
            assert status["warming"] == {"ready": 2, "of": 2}
        wait_for(lambda: not compiling(server), "the process to end")
        compiled = two_environments["data"] / "compiled"
        large = lambda: {path.name for path in compiled.iterdir() if path.stat().st_size > 100_000}
        before = large()
        # The opening plan of the other environment, and of its other checkpoint, need no compilation.
        for name in ("catch", "catch-early"):
            session = httpx.post(server.api + "/sessions", json={"checkpoint": name}, timeout=60).json()
            with Link(server, session["id"]) as link:
                link.frame()
        assert large() == before
        assert not [path for path in two_environments["data"].iterdir() if path.name.startswith("ahead-")]


@pytest.mark.slow
def test_no_warm_turns_it_off_and_a_killed_server_takes_the_process_along(two_environments):
    with serving("serve-backend", "--no-warm", TWISTSCOPE_WARM="true", **two_environments) as server:
        wait_until_ready(server)
        time.sleep(3)
        assert not compiling(server)
    with serving("serve-backend", TWISTSCOPE_WARM="true", **two_environments) as server:
        session = httpx.post(server.api + "/sessions", json={"checkpoint": "catch"}, timeout=60).json()
        with Link(server, session["id"]) as link:
            link.until(lambda s: s["warming"])
        (child,) = compiling(server)
        os.kill(child.pid, signal.SIGSTOP)
        server.kill()
        wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the process to be gone")
