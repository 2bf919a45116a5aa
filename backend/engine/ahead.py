"""Compile ahead: while the server is idle, a separate process fills the cache of compiled programs for the other environments.

Unlike a thread, a process can be stopped at any instruction when someone needs the device, runs at low priority, and frees its memory at its end.
The server reads the programs from the cache on disk, and so does a later start. `python -m backend.engine.ahead` runs this process.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from backend.arguments import prepare
from backend.config import ServerConfig
from backend.engine.cache import use_compilation_cache
from backend.engine.interface import Engine
from backend.openings import REQUEST
from planner import Card

IDLE_SECONDS = 1.5
"""Idle seconds of the engine before compiling begins or continues."""
LOOK_SECONDS = 0.05
NICE = 19

Progress = Callable[[dict[str, int]], None]


async def compile_ahead(config: ServerConfig, engine: Engine, progress: Progress) -> None:
    """Run the compiling process to its end, and pause it whenever the engine is busy.

    Args:
      progress: called with `{ready, of}`, numbers of pairs of environment and network shape.
    """
    await _quiet(engine)
    command = [sys.executable, "-m", "backend.engine.ahead", str(config.checkpoints), str(config.data / "compiled")]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    pausing = asyncio.create_task(_pause_while_busy(process, engine))
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            with contextlib.suppress(ValueError):
                progress(json.loads(line))
        await process.wait()
    finally:
        pausing.cancel()
        with contextlib.suppress(ProcessLookupError):
            # A stopped process reacts to no other signal.
            process.kill()


async def _quiet(engine: Engine) -> None:
    """Return when the engine has been idle for IDLE_SECONDS."""
    quiet = 0.0
    while quiet < IDLE_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        quiet = 0.0 if engine.busy else quiet + LOOK_SECONDS


async def _pause_while_busy(process: asyncio.subprocess.Process, engine: Engine) -> None:
    """Stop the process as soon as the engine is busy, and continue it afterwards."""
    with contextlib.suppress(ProcessLookupError):
        while process.returncode is None:
            await asyncio.sleep(LOOK_SECONDS)
            if engine.busy:
                process.send_signal(signal.SIGSTOP)
                await _quiet(engine)
                process.send_signal(signal.SIGCONT)


async def _main(checkpoints: Path, cache: Path) -> None:
    """Make the opening plan of one checkpoint of each environment and network shape, and print the number ready after each."""
    from backend.engine.local import LocalEngine
    from planner import CheckpointError

    engine = LocalEngine(checkpoints)
    found: dict[tuple[str, str], Card] = {}
    for name in engine.checkpoints.names():
        with contextlib.suppress(CheckpointError):
            card = engine.checkpoints.card(name)
            found.setdefault((card.environment, json.dumps(card.network, sort_keys=True)), card)
    for done, card in enumerate(found.values()):
        print(json.dumps({"ready": done, "of": len(found)}), flush=True)
        try:
            moment = await engine.first_moment(card.name, REQUEST.seed)
            record = await engine.plan(prepare(REQUEST, card), moment)
            await engine.next_moment(card.name, moment, record.arrays["chosen_action"], seed=REQUEST.seed, step=0)
        except Exception as error:
            # One damaged checkpoint must not prevent compiling the others. Opening it reports its error.
            sys.stderr.write(f"compiling ahead, {card.name}: {error}\n")
    print(json.dumps({"ready": len(found), "of": len(found)}), flush=True)
    engine.close()


if __name__ == "__main__":
    os.nice(NICE)
    use_compilation_cache(Path(sys.argv[2]))
    asyncio.run(_main(Path(sys.argv[1]), Path(sys.argv[2])))
