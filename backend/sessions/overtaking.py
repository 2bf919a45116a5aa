"""A plan that newer settings, or another moment, overtake while it waits in the queue."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from planner import Moment, Prepared, Record


class Plan(Protocol):
    """`Engine.plan`."""

    async def __call__(
        self, prepared: Prepared, moment: Moment, *, wait_for_answers: bool, owner: str, on_start: Callable[[], None] | None
    ) -> Record: ...


async def plan_unless_overtaken(
    plan: Plan,
    what: tuple[Prepared, Moment, str],
    *,
    changed: asyncio.Event,
    overtaken: Callable[[], bool],
    patience: float | None,
    waits: Callable[[], None],
) -> Record | None:
    """Plan; None where something newer was asked for before the plan began: it has then left the queue.

    Args:
      plan: of the engine.
      what: the plan, its moment and the user of the device.
      changed: set whenever something was asked for; cleared here.
      overtaken: true if what was asked for needs another plan.
      patience: seconds in the queue after which `waits` is called; None for never.
    """
    prepared, moment, owner = what
    began = asyncio.Event()
    planning = asyncio.ensure_future(plan(prepared, moment, wait_for_answers=False, owner=owner, on_start=began.set))
    beginning = asyncio.ensure_future(began.wait())
    waking: asyncio.Future[Any] | None = None
    try:
        while not planning.done() and not began.is_set():
            changed.clear()
            waking = asyncio.ensure_future(changed.wait())
            await asyncio.wait({planning, beginning, waking}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
            still = not began.is_set() and not planning.done()
            if still and overtaken():
                return None
            if still and patience is not None:
                waits()
        return await planning
    finally:
        for task in (planning, beginning, waking):
            if task is not None:
                task.cancel()
