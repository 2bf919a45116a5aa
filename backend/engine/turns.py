"""Threads that work in turns: a queue for each owner, and the owner that has used the least time goes next.

A first-come queue would give turns, not time: one owner with long work, or with much of it, would hold up all others. Work that nobody waits for any
more leaves the queue.
"""

import asyncio
import itertools
import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BACKGROUND = "background of "
"""Beginning of the names of owners that come after all others."""
KEPT_OWNERS = 1024
"""Owners whose time is remembered while they have no work."""


def in_background(owner: str) -> str:
    """An owner whose work waits until nobody else's does."""
    return BACKGROUND + owner


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    owner: str
    done: asyncio.Future[Any]
    on_start: Callable[[], None] | None
    started: bool = False


class Turns:
    """Threads that run the work of several owners, at most one piece of each owner at a time.

    All methods are called on the event loop. The threads are daemons: XLA cannot be interrupted, and a process told to end must not wait for it.

    Args:
      name: name of the threads.
      threads: number of threads.
      clock: measures the time that work takes, seconds.
      rest: called with the owner and the beginning (by `clock`) of work that has ended; seconds for which its thread takes no other work.
    """

    def __init__(
        self,
        name: str,
        threads: int = 1,
        clock: Callable[[], float] = time.perf_counter,
        rest: Callable[[str, float], float] | None = None,
    ):
        self._time, self._rest = clock, rest
        self._ended: OrderedDict[str, float] = OrderedDict()
        """Time at which the last work of each owner ended, the latest last."""
        self._waiting: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._running: dict[str, _Job] = {}
        self._used: OrderedDict[str, float] = OrderedDict()
        """Virtual time of each owner: its seconds of work. An owner that comes, or comes back, starts at the clock: absence earns nothing."""
        self._clock = 0.0
        """Virtual time of the owner served last (start-time fair queueing: Goyal, Vin, Cheng 1996, section 2)."""
        self._free = threads
        self._given: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)]
        self._closed = False

    def __len__(self) -> int:
        """Number of pieces of work that wait or run."""
        return len(self._running) + sum(map(len, self._waiting.values()))

    async def run(self, work: Callable[[], Any], owner: str = "", on_start: Callable[[], None] | None = None) -> Any:
        """Run work in a thread and return its result. Cancelled before it starts, it never runs; afterwards its result is dropped.

        Args:
          owner: everything of one owner shares one part of the time.
          on_start: called on the event loop when the work begins.
        """
        if self._closed:
            raise asyncio.CancelledError("the server is ending")
        job = _Job(work, owner, asyncio.get_running_loop().create_future(), on_start)
        if owner not in self._waiting and owner not in self._running:
            self._used[owner] = max(self._used.get(owner, 0.0), self._clock)
        self._waiting.setdefault(owner, deque()).append(job)
        self._start_next()
        try:
            return await job.done
        finally:
            self._withdraw(job)

    def close(self) -> None:
        """Drop all work that waits; running work is finished by threads that nobody waits for."""
        self._closed = True
        for job in itertools.chain.from_iterable(self._waiting.values()):
            job.done.cancel()
        self._waiting.clear()
        for thread in self._threads:
            if thread.is_alive():
                self._given.put(None)

    def _withdraw(self, job: _Job) -> None:
        """Take work out of the queue that nobody waits for any more."""
        jobs = self._waiting.get(job.owner)
        if not job.started and jobs is not None and job in jobs:
            jobs.remove(job)
            if not jobs:
                del self._waiting[job.owner]

    def _start_next(self) -> None:
        """Give work to the free threads, of the owners that have used least; among equals, of the one that has waited longest.

        Work in the background comes after all other work.
        """
        while self._free and (ready := [owner for owner in self._waiting if owner not in self._running]):
            owner = min(ready, key=lambda each: (each.startswith(BACKGROUND), self._used[each]))
            # Time in the background counts among its own: who comes next must not begin with a debt to it.
            if not owner.startswith(BACKGROUND):
                self._clock = max(self._clock, self._used[owner])
            job = self._waiting[owner].popleft()
            if not self._waiting[owner]:
                del self._waiting[owner]
            self._free -= 1
            self._running[owner] = job
            job.started = True
            if job.on_start is not None:
                job.on_start()
            self._give(job)

    def _give(self, job: _Job) -> None:
        for thread in self._threads:
            if thread.ident is None:
                thread.start()
        self._given.put(job)

    def _work(self) -> None:
        while (job := self._given.get()) is not None:
            started = self._time()
            result = error = None
            try:
                result = job.work()
            except BaseException as raised:
                error = raised
            try:
                job.done.get_loop().call_soon_threadsafe(self._finish, job, result, error, started, self._time())
            except RuntimeError:
                return  # The event loop is closed: nobody waits for this any more.
            del job, result, error

    def _finish(self, job: _Job, result: Any, error: BaseException | None, started: float, ended: float) -> None:
        """Charge the owner and hand over the result."""
        self._used[job.owner] += ended - started
        self._ended[job.owner] = ended
        self._ended.move_to_end(job.owner)
        while len(self._ended) > KEPT_OWNERS:
            self._ended.popitem(last=False)
        self._used.move_to_end(job.owner)
        del self._running[job.owner]
        if not len(self):
            self._clock = max(self._used.values())
        for owner in list(self._used)[: max(len(self._used) - KEPT_OWNERS, 0)]:
            if owner not in self._running and owner not in self._waiting:
                del self._used[owner]
        if not job.done.done():
            if error is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(error)
        pause = self._rest(job.owner, started) if self._rest else 0.0
        if pause > 0:
            job.done.get_loop().call_later(pause, self._free_thread)
        else:
            self._free_thread()

    def _free_thread(self) -> None:
        self._free += 1
        if not self._closed:
            self._start_next()

    def others_since(self, owner: str, since: float) -> int:
        """Number of other owners whose work has ended since a time of the clock, or that wait or run now."""
        present = {*self._waiting, *self._running}
        for name, ended in reversed(self._ended.items()):
            if ended < since:
                break
            present.add(name)
        return len(present - {owner})


class Waiting:
    """A number of those who wait for something: counted within `with`."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *raised: object) -> None:
        self.count -= 1


class Shared:
    """Work whose result several may wait for. When nobody waits any more and it has not begun, it is dropped.

    Args:
      turns: the threads that run it.
      owner: the owner that asked for it first.
    """

    def __init__(self, turns: Turns, work: Callable[[], Any], owner: str):
        self._begun = False
        self._waiters = 0
        self._task = asyncio.ensure_future(turns.run(work, owner, self._begin))

    def _begin(self) -> None:
        self._begun = True

    @property
    def ready(self) -> bool:
        """True if there is a result."""
        return self._task.done() and not self._task.cancelled() and self._task.exception() is None

    @property
    def dropped(self) -> bool:
        """True if the work was given up, or failed: it has to be begun anew."""
        return self._task.cancelled() or (self._task.done() and self._task.exception() is not None) or bool(self._task.cancelling())

    @property
    def result(self) -> Any:
        """The result of work that is ready."""
        return self._task.result()

    async def wait(self) -> Any:
        """The result, as soon as there is one; raises what the work raised."""
        if self._task.done():
            return self._task.result()
        self._waiters += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiters -= 1
            if not self._waiters and not self._begun:
                self._task.cancel()
