"""Compile ahead: while the server is idle, a process of its own fills the cache of compiled programs for the other environments.

A process and not a thread: it can be stopped at any instruction as soon as anyone needs the device, it runs at low priority, and its memory goes with
it. The server finds the programs in the cache on disk, which a later start finds too. `python -m backend.engine.ahead` is that process.
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
"""Quiet for so long before compiling begins or goes on."""
LOOK_SECONDS = 0.05
NICE = 19

Progress = Callable[[dict[str, int]], None]


async def compile_ahead(config: ServerConfig, engine: Engine, progress: Progress) -> None:
    """Run the compiling process to its end, paused whenever the engine is busy.

    Args:
      progress: called with `{ready, of}`, counted in environments and network shapes.
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
            # A stopped process takes no other signal.
            process.kill()


async def _quiet(engine: Engine) -> None:
    """Return once nobody has needed the engine for IDLE_SECONDS."""
    quiet = 0.0
    while quiet < IDLE_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        quiet = 0.0 if engine.busy else quiet + LOOK_SECONDS


async def _pause_while_busy(process: asyncio.subprocess.Process, engine: Engine) -> None:
    """Stop the process as soon as the engine is busy, and let it go on when that is over."""
    with contextlib.suppress(ProcessLookupError):
        while process.returncode is None:
            await asyncio.sleep(LOOK_SECONDS)
            if engine.busy:
                process.send_signal(signal.SIGSTOP)
                await _quiet(engine)
                process.send_signal(signal.SIGCONT)


async def _main(checkpoints: Path, cache: Path) -> None:
    """Make the opening plan of one checkpoint of each environment and network shape, and say after each how many are ready."""
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
            # One bad checkpoint must not keep the others from being compiled; who opens it is told why.
            sys.stderr.write(f"compiling ahead, {card.name}: {error}\n")
    print(json.dumps({"ready": len(found), "of": len(found)}), flush=True)
    engine.close()


if __name__ == "__main__":
    os.nice(NICE)
    use_compilation_cache(Path(sys.argv[2]))
    asyncio.run(_main(Path(sys.argv[1]), Path(sys.argv[2])))
