"""The recording of one session: at most one at a time, of every frame from the one that is shown on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.problems import Conflict
from backend.recordings.library import Library
from backend.recordings.writer import Recording
from planner import Record


class Recorder:
    """Hands the frames of a session to the writer of its recording.

    Args:
      library: where recordings are kept.
      changed: called in the event loop when a recording begins, has kept frames, or ends.
    """

    def __init__(self, library: Library, changed: Callable[[], None]):
        self._library, self._changed = library, changed
        self._recording: Recording | None = None
        """The recording that is being made, or was made last."""

    @property
    def used(self) -> bool:
        """True if there is a recording, or was one."""
        return self._recording is not None

    def describe(self) -> dict[str, object] | None:
        """The recording that is being made, or was made last (docs/api.md); None without one."""
        return None if self._recording is None else self._recording.describe()

    def message(self) -> dict[str, Any]:
        """The message about it to a viewer."""
        return {"type": "recording", "recording": self.describe()}

    def start(self, title: str, about: Mapping[str, Any]) -> Recording:
        """Begin a recording.

        Raises:
          Conflict: one is being made already.
          Invalid, NotKept: as `Library.start`.
        """
        if self._recording is not None and not self._recording.ended:
            raise Conflict("this session is being recorded already")
        self._recording = self._library.start(title, about, self._changed)
        return self._recording

    def keep(self, record: Record, digest: str) -> None:
        """Keep a frame where one is being made."""
        if self._recording is not None:
            self._library.writer.keep(self._recording, record, digest)

    async def room(self) -> None:
        """Wait until another frame can be kept."""
        if self._recording is not None:
            await self._library.writer.room()

    async def stop(self) -> Recording:
        """End the recording; returns when all its frames are kept.

        Raises:
          Conflict: no recording is being made.
        """
        recording = self._recording
        if recording is None or recording.ended:
            raise Conflict("this session is not being recorded")
        self._library.writer.end(recording)
        await recording.finished.wait()
        return recording

    def close(self) -> None:
        """End the recording without waiting for it."""
        if self._recording is not None and not self._recording.ended:
            self._library.writer.end(self._recording)
