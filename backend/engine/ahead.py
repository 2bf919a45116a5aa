"""Compile ahead: while the server is idle, a separate process fills the cache of compiled programs for the other environments.

A process and not a thread: it can be stopped at any instruction as soon as anyone needs the device, it runs at low priority, and its memory goes with
it. It compiles into a folder of its own and moves each finished program into the cache that the server reads: being stopped in the middle of a write
then harms nobody. `python -m backend.engine.ahead` is that process.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from backend.config import ServerConfig
from backend.engine.cache import use_compilation_cache
from backend.engine.interface import Engine
from backend.openings import REQUEST
from planner import Card, CheckpointError, Checkpoints
from planner.environments import to_install

IDLE_SECONDS = 1.5
"""Idle seconds of the engine before compiling begins or continues."""
LOOK_SECONDS = 0.05
PR_SET_PDEATHSIG = 1

Progress = Callable[[dict[str, int]], None]


async def compile_ahead(config: ServerConfig, engine: Engine, progress: Progress) -> None:
    """Run the compiling process to its end, and pause it whenever the engine is busy.

    Args:
      progress: called with `{ready, of}`, numbers of pairs of environment and network shape.
    """
    await _quiet(engine)
    with tempfile.TemporaryDirectory(prefix="ahead-", dir=config.data) as scratch:
        command = [
            sys.executable,
            "-m",
            "backend.engine.ahead",
            str(config.checkpoints),
            str(config.data / "compiled"),
            scratch,
            str(config.warm_nice),
        ]
        # Not asyncio's: uvloop forks, which a process with JAX's threads must not; this one does not.
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        assert process.stdout is not None
        pausing: asyncio.Task[None] | None = None
        try:
            while line := await asyncio.to_thread(process.stdout.readline):
                progress(json.loads(line))
                # Not before its first word: from then on it dies with the server, also while it is stopped.
                pausing = pausing or asyncio.create_task(_pause_while_busy(process, engine))
        finally:
            if pausing is not None:
                pausing.cancel()
            # A stopped process takes no other signal.
            process.kill()
            await asyncio.to_thread(process.wait)
            process.stdout.close()


async def _quiet(engine: Engine) -> None:
    """Return when the engine has been idle for IDLE_SECONDS."""
    quiet = 0.0
    while quiet < IDLE_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        quiet = 0.0 if engine.busy else quiet + LOOK_SECONDS


async def _pause_while_busy(process: subprocess.Popen[str], engine: Engine) -> None:
    """Stop the process as soon as the engine is busy, and let it go on when that is over."""
    with contextlib.suppress(ProcessLookupError):
        while process.poll() is None:
            await asyncio.sleep(LOOK_SECONDS)
            if engine.busy:
                process.send_signal(signal.SIGSTOP)
                await _quiet(engine)
                process.send_signal(signal.SIGCONT)


async def _main(checkpoints: Path, cache: Path, scratch: Path) -> None:
    """Make the opening plan of one checkpoint of each environment and network shape, and say after each how many are ready."""
    from backend.engine.local import LocalEngine

    engine = LocalEngine(checkpoints)
    found = one_of_each(engine.checkpoints)
    for done, card in enumerate(found):
        print(json.dumps({"ready": done, "of": len(found)}), flush=True)
        try:
            moment = await engine.first_moment(card.name, REQUEST.seed)
            record = await engine.plan(await engine.prepare(card.name, REQUEST), moment)
            await engine.next_moment(card.name, moment, record.arrays["chosen_action"], seed=REQUEST.seed, step=0)
        except Exception as error:
            # One damaged checkpoint must not prevent compiling the others. Opening it reports its error.
            sys.stderr.write(f"compiling ahead, {card.name}: {error}\n")
        _hand_over(scratch, cache)
    print(json.dumps({"ready": len(found), "of": len(found)}), flush=True)
    engine.close()


def one_of_each(checkpoints: Checkpoints) -> list[Card]:
    """The card of one checkpoint of each environment and network shape, without those that are damaged or need an extra that is not installed."""
    found: dict[tuple[str, str], Card] = {}
    for name in checkpoints.names():
        with contextlib.suppress(CheckpointError):
            card = checkpoints.card(name)
            if to_install(card.environment) is None:
                found.setdefault((card.environment, json.dumps(card.network, sort_keys=True)), card)
    return list(found.values())


def _hand_over(scratch: Path, cache: Path) -> None:
    """Move finished programs to where the server looks for them; each appears whole."""
    for path in scratch.iterdir():
        if path.is_file() and not (cache / path.name).exists():
            os.link(path, cache / path.name)


def _take_over(cache: Path, scratch: Path) -> None:
    """Start from the programs that are there already."""
    for path in cache.iterdir():
        if path.is_file():
            os.link(path, scratch / path.name)


def _die_with_the_server() -> None:
    """Ask Linux to kill this process when the server dies, also while it is stopped."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        sys.exit("the server is gone already")


if __name__ == "__main__":
    _die_with_the_server()
    # The interrupt of a terminal is for the server, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(int(sys.argv[4]))
    checkpoint_folder, cache_folder, scratch_folder = map(Path, sys.argv[1:4])
    _take_over(cache_folder, scratch_folder)
    use_compilation_cache(scratch_folder)
    asyncio.run(_main(checkpoint_folder, cache_folder, scratch_folder))
