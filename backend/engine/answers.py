"""Exact answers about checkpoints: computed once for all who wait for them, begun anew where that failed, and forgotten when memory is short."""

import asyncio
from collections import OrderedDict

from backend.engine.memory import oldest_beyond
from backend.engine.turns import Waiting
from backend.problems import PlannerFailed
from planner import Checkpoint, Truth, has_truth


class Answers:
    """The tables of exact answers of one process, by the name of their checkpoint.

    Args:
      limit: bytes that all of them may take; the last one used is always kept.
      waiting: counts those who wait for one.
    """

    def __init__(self, limit: int, waiting: Waiting):
        self._limit, self._waiting = limit, waiting
        self._truths: OrderedDict[str, asyncio.Future[Truth]] = OrderedDict()

    def known(self, loaded: Checkpoint) -> bool:
        """True if the answers about a checkpoint are computed, or its environment has none."""
        truth = self._truths.get(loaded.name)
        return truth.done() if truth is not None else not has_truth(loaded.model.environment)

    async def get(self, loaded: Checkpoint) -> Truth | None:
        """The answers about a checkpoint, as soon as they are computed; None where its environment has none.

        Raises:
          PlannerFailed: they cannot be computed.
        """
        if not has_truth(loaded.model.environment):
            return None
        try:
            with self._waiting:
                return await asyncio.shield(self.begin(loaded))
        except Exception as error:
            raise PlannerFailed(f"the exact answers about {loaded.name} cannot be computed: {type(error).__name__}: {error}") from None

    def begin(self, loaded: Checkpoint) -> asyncio.Future[Truth]:
        """The answers about a checkpoint whose environment has them, computed or being computed."""
        if loaded.name not in self._truths:
            computing = self._truths[loaded.name] = asyncio.ensure_future(asyncio.to_thread(Truth, loaded.model, loaded.params))
            computing.add_done_callback(lambda _: self._forget())
        self._truths.move_to_end(loaded.name)
        return self._truths[loaded.name]

    def _forget(self) -> None:
        """Drop the answers used longest ago where all of them take more than they may, and those whose computation failed."""
        done = {name: each for name, each in self._truths.items() if each.done()}
        for name, failed in done.items():
            if failed.cancelled() or failed.exception() is not None:
                del self._truths[name]
        sizes = {name: each.result().size for name, each in done.items() if name in self._truths}
        for name in oldest_beyond(sizes, self._limit):
            del self._truths[name]
