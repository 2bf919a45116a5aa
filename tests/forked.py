"""The command line in a process that starts in a moment: forked from one that has imported the backend already.

Importing takes as long as most tests of a server. The process is a real one, with its own environment, output, signals and exit code.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

import pytest

IMPORTED = ["tests.preloaded"]

QUICK = {"xla_cpu_use_fusion_emitters": False, "xla_cpu_parallel_codegen_split_count": 1}
"""Options of XLA with which it compiles in half the time, by its older emitters."""
QUICK_ENVIRONMENT = {
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    "XLA_FLAGS": " ".join(f"--{name}={str(value).lower()}" for name, value in QUICK.items()),
}
"""With these variables a process compiles in less than half the time, without XLA's optimisation."""

_forking = multiprocessing.get_context("forkserver")


def _start_forking() -> None:
    """Start the process that is forked. JAX reads its variables when it is imported, which is there."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICK_ENVIRONMENT.items():
            patch.setenv(name, value)
        _forking.set_forkserver_preload(IMPORTED)
        forkserver.ensure_running()


class Forked:
    """`subprocess.Popen` of `twistscope …`, as far as tests use it."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], errors: IO[str] | None = None):
        assert {name: value for name, value in env.items() if name.startswith("JAX_")} == {
            name: value for name, value in QUICK_ENVIRONMENT.items() if name.startswith("JAX_")
        }, "JAX has been imported with its usual variables; start a new process for others"
        _start_forking()
        reading, writing = _forking.Pipe(duplex=False)
        said = None if errors is None else Connection(os.dup(errors.fileno()), readable=False)
        self._process = _forking.Process(target=_run, args=(list(arguments), cwd, dict(env), writing, said))
        self._process.start()
        writing.close()
        self.stdout = os.fdopen(os.dup(reading.fileno()))
        reading.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("twistscope", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_forked(arguments: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float = 600) -> subprocess.CompletedProcess:
    """`subprocess.run` of `twistscope …`, with its output as text."""
    with tempfile.TemporaryFile("w+") as errors:
        process = Forked(arguments, cwd, env, errors)
        try:
            said = process.stdout.read()
            code = process.wait(timeout)
        finally:
            process.kill()
            process.stdout.close()
        errors.seek(0)
        return subprocess.CompletedProcess(["twistscope", *arguments], code, said, errors.read())


def _run(arguments: list[str], cwd: Path, env: dict[str, str], writing: Connection, said: Connection | None) -> None:
    """Become the command line."""
    os.dup2(writing.fileno(), 1)
    if said is not None:
        os.dup2(said.fileno(), 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["twistscope", *arguments]
    from backend.cli.__main__ import main

    main()
