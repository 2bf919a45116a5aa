"""A viewer: one WebSocket on one session, and the messages that wait for it.

No queue grows without bound: a new frame, status or set of settings replaces one that still waits. A viewer has two credits: while two frames are
not acknowledged it is sent no third. It then gets the newest frame, with the number of frames skipped. A slow viewer therefore delays no other.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any

from backend.link.changes import Changes
from backend.link.frame import Frame, View
from backend.problems import TooLarge

CREDITS = 2
MAX_ERRORS = 16


class Viewer:
    """View, credits and waiting messages of one viewer."""

    def __init__(self, wants: View, voter: str | None = None) -> None:
        self.wants = wants
        self.voter = voter or secrets.token_urlsafe(12)
        """Tells the answers of viewers apart: a page that comes back is the same voter."""
        self.on_acknowledged: Callable[[], None] = lambda: None
        self.skipped_total = 0
        self._frame: Frame | None = None
        self._skipped = 0
        self._unacknowledged: set[int] = set()
        self._latest: dict[str, dict[str, Any]] = {}
        self._errors: deque[dict[str, Any]] = deque(maxlen=MAX_ERRORS)
        self._followed: Changes | None = None
        self._told = 0
        """Version of what is followed that the viewer has been sent."""
        self._changed = asyncio.Event()
        self._closing = False

    def tell(self, message: dict[str, Any], kind: str | None = None) -> None:
        """Queue a text message. It replaces a waiting message of the same kind, by default of the same type; errors are never replaced."""
        if message["type"] == "error":
            self._errors.append(message)
        else:
            self._latest[kind or message["type"]] = message
        self._changed.set()

    def follow(self, changes: Changes | None) -> None:
        """Send everything that is known of a list, and its changes from now on; None for no more."""
        self._followed, self._told = changes, 0
        self._changed.set()

    def follows(self, changes: Changes) -> bool:
        """True while the viewer follows a list."""
        return self._followed is changes

    def tell_changes(self) -> None:
        """Send what has changed in the list that is followed. Changes that come before the viewer takes them are sent together."""
        self._changed.set()

    def show(self, frame: Frame) -> None:
        """Make this the next frame to be sent."""
        if self._frame is not None:
            self._skipped += 1
            self.skipped_total += 1
        self._frame = frame
        self._changed.set()

    def view(self, wants: View, newest: Frame | None) -> None:
        """Change the viewer's view, starting with the newest frame."""
        self.wants = wants
        if newest is not None:
            self._frame = newest
        self._changed.set()

    def acknowledge(self, number: int) -> None:
        """Acknowledge that frame `number` was drawn or dropped. Unknown numbers are ignored: a reconnected page may send them."""
        self._unacknowledged.discard(number)
        self._changed.set()
        self.on_acknowledged()

    @property
    def keeps_up(self) -> bool:
        """True while no frame waits for the viewer to draw those before it."""
        return self._frame is None or len(self._unacknowledged) < CREDITS

    def close(self) -> None:
        """Finish after all queued messages are sent."""
        self._closing = True
        self._changed.set()

    async def next(self) -> dict[str, Any] | bytes | None:
        """The next message to send, text before frames; None when closed."""
        while True:
            if self._latest:
                return self._latest.pop(next(iter(self._latest)))
            if self._errors:
                return self._errors.popleft()
            if self._closing:
                return None
            if self._followed is not None and self._told < self._followed.version:
                changes, self._told = self._followed.since(self._told), self._followed.version
                if changes is not None:
                    return changes
            if self._frame is not None and len(self._unacknowledged) < CREDITS:
                frame, skipped = self._frame, self._skipped
                self._frame, self._skipped = None, 0
                try:
                    message = await frame.encode(self.wants, skipped)
                except TooLarge as problem:
                    return {"type": "error", "title": "the frame is not sent", "detail": problem.detail}
                self._unacknowledged.add(frame.number)
                return message
            self._changed.clear()
            await self._changed.wait()
