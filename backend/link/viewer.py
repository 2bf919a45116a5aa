"""A viewer: one WebSocket on one session, and what it still has to be sent.

Nothing queues without bound: of frames, statuses and settings only the newest waits, since each replaces the one before. A viewer holds two
credits: with two frames not yet acknowledged it is sent no third, and then gets the newest one and is told how many it missed. So a slow viewer
delays nobody.
"""

import asyncio
from collections import deque
from typing import Any

from backend.link.frame import Frame, View

CREDITS = 2
MAX_ERRORS = 16


class Viewer:
    """What one viewer draws, has acknowledged and waits for."""

    def __init__(self, wants: View) -> None:
        self.wants = wants
        self.skipped_total = 0
        self._frame: Frame | None = None
        self._skipped = 0
        self._unacknowledged: set[int] = set()
        self._latest: dict[str, dict[str, Any]] = {}
        self._errors: deque[dict[str, Any]] = deque(maxlen=MAX_ERRORS)
        self._changed = asyncio.Event()
        self._closing = False

    def tell(self, message: dict[str, Any]) -> None:
        """Queue a text message; a newer one of a type replaces an older one, errors are kept apart."""
        if message["type"] == "error":
            self._errors.append(message)
        else:
            self._latest[message["type"]] = message
        self._changed.set()

    def show(self, frame: Frame) -> None:
        """Make this the next frame to be sent."""
        if self._frame is not None:
            self._skipped += 1
            self.skipped_total += 1
        self._frame = frame
        self._changed.set()

    def view(self, wants: View, newest: Frame | None) -> None:
        """Draw something else from now on, starting with the newest frame."""
        self.wants = wants
        if newest is not None:
            self._frame = newest
        self._changed.set()

    def acknowledge(self, number: int) -> None:
        """Frame `number` was drawn or dropped; unknown numbers are ignored, a reconnected page may send them."""
        self._unacknowledged.discard(number)
        self._changed.set()

    def close(self) -> None:
        """Finish once everything queued is sent."""
        self._closing = True
        self._changed.set()

    async def next(self) -> dict[str, Any] | bytes | None:
        """The next thing to send, text messages before frames; None when closed."""
        while True:
            if self._latest:
                return self._latest.pop(next(iter(self._latest)))
            if self._errors:
                return self._errors.popleft()
            if self._closing:
                return None
            if self._frame is not None and len(self._unacknowledged) < CREDITS:
                frame, skipped = self._frame, self._skipped
                self._frame, self._skipped = None, 0
                self._unacknowledged.add(frame.number)
                return await frame.encode(self.wants, skipped)
            self._changed.clear()
            await self._changed.wait()
