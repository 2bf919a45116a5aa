"""Compiled programs by their key: each is compiled once for all who wait for it, and those used longest ago are forgotten when memory is short."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from backend.engine.memory import oldest_beyond
from backend.engine.turns import Shared, Turns, Waiting
from planner.request import Compiled

THREADS = 2
"""Programs compiled at once."""


class Programs:
    """The programs of one process.

    Args:
      limit: bytes that all of them may take; the last one used is always kept.
      waiting: counts those who wait for a program.
    """

    def __init__(self, limit: int, waiting: Waiting):
        self._limit, self._waiting = limit, waiting
        self._compiler = Turns("compiler", THREADS)
        self._programs: OrderedDict[Hashable, Shared] = OrderedDict()
        self._seconds: dict[Hashable, float] = {}

    def __len__(self) -> int:
        """Number of programs that are compiled or wait to be."""
        return len(self._compiler)

    def close(self) -> None:
        """Compile nothing more."""
        self._compiler.close()

    def ready(self, key: Hashable) -> bool:
        """True if there is a compiled program with this key."""
        program = self._programs.get(key)
        return program is not None and program.ready

    def seconds(self, kind: Hashable) -> float | None:
        """Seconds that compiling a program of a kind took last time; None where it has not been done."""
        return self._seconds.get(kind)

    async def get(self, key: Hashable, compile_program: Callable[[], Compiled], kind: Hashable, owner: str) -> Compiled:
        """The program with a key; requests that arrive while it compiles wait for the same compilation.

        Args:
          compile_program: called in a thread where there is no such program.
          kind: programs that take about as long to compile.
          owner: the user who asked for it.

        Raises:
          PlanTooLarge, or whatever else `compile_program` raises.
        """
        compiling = self._programs.get(key)
        if compiling is None or compiling.dropped:

            def measured() -> Compiled:
                started = time.perf_counter()
                compiled = compile_program()
                self._seconds[kind] = time.perf_counter() - started
                return compiled

            compiling = self._programs[key] = Shared(self._compiler, measured, owner)
        self._programs.move_to_end(key)
        with self._waiting:
            program: Compiled = await compiling.wait()
        self._forget()
        return program

    def _forget(self) -> None:
        """Drop what was given up, and the programs used longest ago where all of them take more than they may."""
        for key in [key for key, shared in self._programs.items() if shared.dropped]:
            del self._programs[key]
        ready = {key: shared.result.code for key, shared in self._programs.items() if shared.ready}
        for key in oldest_beyond(ready, self._limit):
            del self._programs[key]
