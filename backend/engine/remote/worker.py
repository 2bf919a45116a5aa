"""A process that plans for a server elsewhere: a local engine, and checkpoints that the server sends to it.

Its methods are those of the engine. A request is prepared again here, which gives the same program and settings as at the server. Moments travel
alone, without those before them: a plan needs the state only, and a long episode would be sent with every step.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.engine.cache import use_compilation_cache
from backend.engine.local import LocalEngine
from planner import Moment, PlanRequest, Record, SeedsRecord


def alone(moment: Moment) -> Moment:
    """A moment without those before it."""
    return replace(moment, previous=None)


class Worker:
    """Plans with a local engine. It becomes an actor of Ray, or is used as it is.

    Args:
      cache: folder of compiled programs on the worker's machine.
      limits: the limits of the local engine.
    """

    def __init__(self, cache: Path, limits: Mapping[str, Any]):
        use_compilation_cache(cache)
        # The folder goes with the process.
        self._folder = tempfile.TemporaryDirectory(prefix="twistscope-worker-")
        self._engine = LocalEngine(Path(self._folder.name), **limits)

    async def device(self) -> str:
        """Readable name of its device."""
        return await asyncio.to_thread(lambda: self._engine.device)

    async def stay(self) -> None:
        """Never return. The call fails when the worker is lost."""
        await asyncio.Event().wait()

    async def hold(self, name: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of a checkpoint. They are checked when it is loaded, as those of any folder."""
        folder = self._engine.checkpoints.folder / name
        folder.mkdir(exist_ok=True)
        for file, content in files.items():
            (folder / file).write_bytes(content)

    async def is_compiled(self, checkpoint: str, request: PlanRequest) -> tuple[bool, float | None]:
        """`is_compiled` and `compile_seconds` of the engine."""
        prepared = await self._engine.prepare(checkpoint, request)
        return await self._engine.is_compiled(prepared), self._engine.compile_seconds(prepared)

    async def plan(
        self, checkpoint: str, request: PlanRequest, moment: Moment, *, wait_for_answers: bool, owner: str
    ) -> AsyncIterator[tuple[Record | None, bool]]:
        """Yield (None, False) when the plan begins to run, then (record, True if exact answers are computed)."""
        prepared, began = await self._engine.prepare(checkpoint, request), asyncio.Event()
        planning = asyncio.ensure_future(
            self._engine.plan(prepared, moment, wait_for_answers=wait_for_answers, owner=owner, on_start=began.set),
        )
        beginning = asyncio.ensure_future(began.wait())
        try:
            await asyncio.wait({planning, beginning}, return_when=asyncio.FIRST_COMPLETED)
            if began.is_set():
                yield None, False
            yield await planning, self._engine.has_answers(checkpoint)
        finally:
            planning.cancel()
            beginning.cancel()

    async def answers_known(self, checkpoint: str) -> None:
        await self._engine.answers_known(checkpoint)

    async def plan_seeds(self, checkpoint: str, request: PlanRequest, moment: Moment, seeds: Sequence[int], owner: str) -> SeedsRecord:
        return await self._engine.plan_seeds(await self._engine.prepare(checkpoint, request), moment, seeds, owner=owner)

    async def first_moment(self, checkpoint: str, seed: int, owner: str) -> Moment:
        return await self._engine.first_moment(checkpoint, seed, owner=owner)

    async def next_moment(self, checkpoint: str, moment: Moment, action: Any, seed: int, step: int, owner: str) -> Moment:
        return alone(await self._engine.next_moment(checkpoint, moment, action, seed=seed, step=step, owner=owner))

    async def moments_after(self, checkpoint: str, actions: Sequence[Any], seed: int, owner: str) -> list[Moment]:
        return [alone(moment) for moment in await self._engine.moments_after(checkpoint, actions, seed=seed, owner=owner)]

    async def moments_until(self, checkpoint: str, steps: int, seed: int, owner: str) -> list[Moment]:
        return [alone(moment) for moment in await self._engine.moments_until(checkpoint, steps, seed=seed, owner=owner)]
