"""Which worker serves which owner. Pure bookkeeping: it knows neither Ray nor plans.

An owner, for example a session, stays with its worker: there its program is compiled and its checkpoint loaded. A new owner goes to the worker with
the fewest owners that were active lately.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

ACTIVE_SECONDS = 30.0
"""An owner counts as load for so long after its last call."""
KEPT_OWNERS = 4096
"""Owners whose worker is remembered."""


W = TypeVar("W", bound=Hashable)


class Places(Generic[W]):
    """The workers, and the owners that each of them serves.

    Args:
      clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._workers: dict[W, None] = {}
        self._places: OrderedDict[str, tuple[W, float]] = OrderedDict()
        """Owner -> its worker, and the time of its last call; the latest last."""

    @property
    def workers(self) -> list[W]:
        """All workers, the oldest first."""
        return list(self._workers)

    def add(self, worker: W) -> None:
        """A worker has joined."""
        self._workers[worker] = None

    def remove(self, worker: W) -> list[str]:
        """A worker is lost; returns the owners that it served. Each is placed anew at its next call."""
        self._workers.pop(worker, None)
        left = [owner for owner, (place, _) in self._places.items() if place == worker]
        for owner in left:
            del self._places[owner]
        return left

    def find(self, owner: str) -> W | None:
        """The worker that serves an owner from now on; None where there are no workers."""
        if not self._workers:
            return None
        worker = self._places[owner][0] if owner in self._places else min(self._workers, key=self.load)
        self.move(owner, worker)
        while len(self._places) > KEPT_OWNERS:
            self._places.popitem(last=False)
        return worker

    def move(self, owner: str, worker: W) -> None:
        """Serve an owner by another worker."""
        self._places[owner] = worker, self._clock()
        self._places.move_to_end(owner)

    def load(self, worker: W) -> int:
        """Number of owners that a worker has served lately."""
        return len(self._active(worker))

    def uneven(self) -> tuple[str, W] | None:
        """An active owner, and the worker that it should move to; None where no move makes the load more even."""
        if len(self._workers) < 2:
            return None
        least, most = min(self._workers, key=self.load), max(self._workers, key=self.load)
        if self.load(most) - self.load(least) < 2:
            return None
        return self._active(most)[-1], least

    def _active(self, worker: W) -> list[str]:
        since = self._clock() - ACTIVE_SECONDS
        return [owner for owner, (place, called) in self._places.items() if place == worker and called >= since]
