"""Keeping frames: one thread for all recordings of the process.

Frames that wait are written together, in one transaction for each recording. Whoever records is told of a frame only after its commit. A session that
makes frames faster than the disk takes them waits for room: no frame is left out.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread

from backend.recordings.file import Kept, append, finish, write_about
from backend.recordings.locking import Lock
from planner import Record

log = logging.getLogger("twistscope")

MAX_WAITING = 64 * 1024 * 1024
"""Bytes of records that may wait to be written, over all recordings."""


@dataclass(eq=False)
class Recording:
    """A recording that is being made."""

    id: str
    title: str
    connection: sqlite3.Connection
    lock: Lock
    changed: Callable[[], None]
    """Called in the event loop when frames were kept, or when recording ended."""
    started: float = field(default_factory=time.monotonic)
    given: int = 0
    """Frames handed over."""
    kept: int = 0
    """Frames committed."""
    size: int = 0
    """Bytes of the committed frames."""
    failure: str = ""
    """Reason why recording ended before it was stopped; empty without one."""
    ended: bool = False
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    """Set in the event loop once it has ended."""

    def describe(self) -> dict[str, object]:
        """The recording as a session describes it (docs/api.md)."""
        return {"id": self.id, "title": self.title, "frames": self.kept, "bytes": self.size, "ended": self.ended, "detail": self.failure}


@dataclass(frozen=True)
class _Frame:
    recording: Recording
    record: Record
    number: int
    seconds: float
    digest: str
    size: int


@dataclass(frozen=True)
class _End:
    recording: Recording


class Writer:
    """The thread that keeps frames.

    Args:
      room: raises OSError where the recordings take as much space as they may, given the bytes that are to be added.
    """

    def __init__(self, room: Callable[[int], None]):
        self._room = room
        self._waiting: list[_Frame | _End] = []
        self._bytes = 0
        self._condition = Condition()
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._space = asyncio.Event()
        self._thread = Thread(target=self._run, name="recordings", daemon=True)

    def keep(self, recording: Recording, record: Record, digest: str) -> None:
        """Hand over a frame; returns at once."""
        if recording.ended or recording.failure:
            return
        size = sum(array.nbytes for array in record.arrays.values())
        frame = _Frame(recording, record, recording.given, time.monotonic() - recording.started, digest, size)
        recording.given += 1
        self._put(frame, size)

    def end(self, recording: Recording) -> None:
        """Close the file once all frames handed over are kept."""
        self._put(_End(recording), 0)

    async def room(self) -> None:
        """Wait until another frame may be handed over."""
        while self._bytes > MAX_WAITING:
            self._space.clear()
            await self._space.wait()

    def close(self) -> None:
        """Keep what waits, for a few seconds at most, and end."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(3)

    def _put(self, item: _Frame | _End, size: int) -> None:
        self._loop = asyncio.get_running_loop()
        with self._condition:
            if self._thread.ident is None:
                self._thread.start()
            self._waiting.append(item)
            self._bytes += size
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closing)
                items, self._waiting = self._waiting, []
            if not items:
                return
            for recording in dict.fromkeys(item.recording for item in items):
                self._write(recording, [item for item in items if item.recording is recording])
            self._tell(self._space.set)

    def _write(self, recording: Recording, items: list[_Frame | _End]) -> None:
        frames = [item for item in items if isinstance(item, _Frame)]
        try:
            if frames and not recording.failure:
                self._append(recording, frames)
        except Exception as error:
            # Of whatever kind: the thread keeps the frames of all other recordings, too.
            recording.failure = f"recording has ended after {recording.kept} frames: {error}"
            log.error("recording %s: %s", recording.id, recording.failure, exc_info=not isinstance(error, sqlite3.Error | OSError))
        finally:
            with self._condition:
                self._bytes -= sum(frame.size for frame in frames)
        if (recording.failure or len(frames) < len(items)) and not recording.ended:
            recording.ended = True
            finish(recording.connection)
            recording.lock.release()
            self._tell(recording.finished.set)
        self._tell(recording.changed)

    def _append(self, recording: Recording, frames: list[_Frame]) -> None:
        kept = [Kept.of(each.record, each.number, each.seconds, each.digest) for each in frames]
        size = sum(len(frame.data) for frame in kept)
        self._room(size)
        if recording.kept == 0:
            write_about(recording.connection, {"scene": frames[0].record.metadata.scene})
        append(recording.connection, kept)
        recording.kept += len(kept)
        recording.size += size

    def _tell(self, listener: Callable[[], None]) -> None:
        try:
            assert self._loop is not None
            self._loop.call_soon_threadsafe(listener)
        except RuntimeError:
            # The loop has ended; nobody listens.
            pass
