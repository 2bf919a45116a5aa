"""The process ends in time when it is told to, whatever runs."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from tests.backend.test_fairness import LONG
from tests.servers import ROOT, serving, share_programs

GRACE = 15
"""Seconds: three times the bar, for a machine that is busy with other things. XLA's programs below run for longer."""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("running", ["nothing", "a long plan", "a compilation", "many seeds of a session"])
def test_a_server_ends_in_time(data, tmp_path, told, running):
    # Nothing is found, and XLA optimises, so that it compiles for longer than the pause below.
    cold = {"TWISTSCOPE_DATA": str(tmp_path), "JAX_DISABLE_MOST_OPTIMIZATIONS": "0", "XLA_FLAGS": ""}
    with (
        (tmp_path / "errors").open("w+") as errors,
        serving("serve-backend", data=data, errors=errors, **(cold if running == "a compilation" else {})) as server,
    ):
        if running == "a long plan":
            threading.Thread(target=_ask, args=(server.api + "/plans", LONG), daemon=True).start()
        if running == "a compilation":
            body = {"checkpoint": "cartpole-early", "planner": "tsmcts", "settings": {"particles": 257, "depth": 9}}
            threading.Thread(target=_ask, args=(server.api + "/plans", body), daemon=True).start()
        if running == "many seeds of a session":
            body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}
            session = httpx.post(server.api + "/sessions", json=body, timeout=120).json()["id"]
            threading.Thread(target=_ask, args=(server.api + f"/sessions/{session}/seeds", {"seeds": 3}), daemon=True).start()
        if running != "nothing":
            time.sleep(2)
        began = time.monotonic()
        server.process.send_signal(told)
        server.process.wait(60)
        assert time.monotonic() - began < GRACE
        assert server.process.returncode in (0, 128 + told, -told)
        errors.seek(0)
        # That requests had to be given up may be said.
        assert "Traceback" not in errors.read()


@contextlib.contextmanager
def heeding_interrupts():
    """What a shell starts in its background ignores interrupts, and hands that down to all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ask(url, body):
    # The server ends meanwhile.
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(url, json=body, timeout=120)


COMMANDS = {
    "plan": ["--checkpoint", "cartpole-early", "--planner", "gumbel_mcts", "--set", "num_simulations=16384", "--out", "{out}"],
    "evaluate": ["--checkpoint", "cartpole", "--planner", "trt_smc", "--particles", "512", "--episodes", "400"],
    "train": ["cartpole", "--out", "{out}"],
}


@pytest.mark.parametrize(
    ("command", "after"),
    [
        # While modules are imported, the extension modules of JAX among them; and while XLA compiles or runs.
        ("train", "typer"),
        ("train", "jaxlib"),
        ("train", "jax._src.core"),
        ("plan", "jaxlib._jax"),
        ("plan", "jax"),
        ("evaluate", "planner.algorithms.registry"),
        ("plan", None),
        ("evaluate", None),
        ("train", None),
    ],
)
def test_an_interrupt_ends_a_command_in_silence(data, tmp_path, command, after):
    share_programs(data)
    arguments = [argument.format(out=tmp_path / "out") for argument in COMMANDS[command]]
    environment = os.environ | {"TWISTSCOPE_DATA": str(data)}
    with heeding_interrupts():
        process = subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "backend.cli", command, *arguments],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    try:
        imported = (line.rpartition("|")[2].strip() for line in process.stderr)
        assert any(name == (after or "planner") for name in imported), "the command ended by itself"
        if after is None:
            time.sleep(2)
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert time.monotonic() - began < GRACE
    assert process.returncode == -signal.SIGINT
    said = [line for line in errors.splitlines() if not line.startswith("import time:")]
    assert all("training" in line or not line.strip() for line in said), said
    assert not list(tmp_path.rglob("*.new"))
