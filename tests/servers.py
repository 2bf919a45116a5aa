"""Real servers on real sockets, for tests."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from tests.conftest import CACHE
from tests.forked import QUICK_ENVIRONMENT, Forked, run_forked

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


@dataclass
class Server:
    """A server process and its address."""

    process: Forked | subprocess.Popen
    url: str

    @property
    def api(self) -> str:
        return self.url + "/api/v1"

    def stream_url(self, session_id: str) -> str:
        return self.api.replace("http", "ws", 1) + f"/sessions/{session_id}/stream"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def twistscope(*arguments: str, check: bool = False, env: Mapping[str, str] = os.environ, anew: bool = False) -> subprocess.CompletedProcess:
    """Run the command line to its end.

    Args:
      anew: in a process that starts from nothing, for what Python or JAX read while they start.
    """
    env = QUICK_ENVIRONMENT | dict(env)
    if anew:
        command = [sys.executable, "-m", "backend.cli", *arguments]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, env=env)
    else:
        ended = run_forked(arguments, ROOT, env)
    if check:
        assert ended.returncode == 0, ended.stderr
    return ended


def share_programs(data: Path) -> None:
    """Let a server with this data folder find the programs that earlier servers compiled."""
    shared = CACHE / "servers"
    shared.mkdir(parents=True, exist_ok=True)
    compiled = data / "compiled"
    if not compiled.exists():
        data.mkdir(parents=True, exist_ok=True)
        compiled.symlink_to(shared)


@contextlib.contextmanager
def serving(*arguments: str, data: Path, port: int | None = None, errors: IO[str] | None = None, **environment: str) -> Iterator[Server]:
    """Start a server by its command line, wait until it answers, and stop it at the end. Its stderr goes to `errors`."""
    port = port or free_port()
    share_programs(data)
    # Compiling ahead would take the cores from the tests; the one that is about it turns it on.
    # All tests ask from one address, so often as nobody else; the one that is about rates sets its own.
    rates = {f"TWISTSCOPE_MAX_{kind}_PER_MINUTE": "100000" for kind in ("SESSIONS", "EXPORTS", "UPLOADS")}
    # Most stories begin at the beginning of an episode; the one about the first moment turns it on.
    usual = {"TWISTSCOPE_DATA": str(data), "TWISTSCOPE_WARM": "false", "TWISTSCOPE_FIRST_MOMENT": "false"}
    env = os.environ | QUICK_ENVIRONMENT | rates | usual | environment
    words = [*arguments, "--port", str(port)]
    process: Forked | subprocess.Popen
    if any(name.startswith("JAX_") for name in environment):
        process = subprocess.Popen([sys.executable, "-m", "backend.cli", *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
    else:
        process = Forked(words, ROOT, env, errors)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server said {line!r} and exited with {process.poll()}"
        yield Server(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def wait_until_ready(server: Server) -> None:
    """Wait until the first planner is compiled."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if httpx.get(server.api + "/health/ready").status_code == 200:
            return
        time.sleep(0.2)
    raise AssertionError(f"not ready after {START_SECONDS} s: {httpx.get(server.api + '/health/ready').text}")
