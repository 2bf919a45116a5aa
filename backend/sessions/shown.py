"""Everything that viewers watch: a live session or a replay. It has viewers, a current frame, a transport, and tasks of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping
from typing import Any

from backend.arguments import check_command
from backend.link.frame import Frame
from backend.link.viewer import Viewer
from backend.sessions.classroom import Classroom
from backend.sessions.timeline import Told
from planner import Record
from planner.environments.projections import Projection

PAINT_SECONDS = 0.5
"""A viewer that has drawn nothing for so long is not waited for."""
SPEED = 10.0
"""Default speed, steps per second."""
MAX_FOLLOWS = 64
"""Ids kept of the sessions that a class was in before."""


class Shown(ABC):
    """A sequence of frames, shown to viewers."""

    timeline: Told

    def __init__(self) -> None:
        self.id = secrets.token_urlsafe(9)
        self.viewers: set[Viewer] = set()
        self.classroom = Classroom()
        self.follows: list[str] = []
        """Ids of the sessions that the class was in before, the last one first."""
        self.frame: Frame | None = None
        self.playing = False
        self.speed = SPEED
        self.phase = "idle"
        self.detail = ""
        self._painted = asyncio.Event()
        self._wake = asyncio.Event()
        self._wake.set()
        self._tasks: list[asyncio.Task[None]] = []

    @abstractmethod
    def start(self) -> None:
        """Start the tasks."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Description (docs/api.md)."""

    @abstractmethod
    def status(self) -> dict[str, Any]:
        """The status message (docs/api.md)."""

    @abstractmethod
    def settings_message(self) -> dict[str, Any]:
        """The settings message (docs/api.md)."""

    @abstractmethod
    def change_settings(self, changes: Mapping[str, Any]) -> Any:
        """Use new settings; raises Problem."""

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Shown | None:
        """Carry out a command of COMMANDS. Returns the new session of a `fork`, None for all others.

        Raises:
          Invalid: there is no such command, or an argument is not its own.
          Problem: as the kind of session says.
        """
        check_command(name, arguments)
        return await self._carry_out(name, arguments)

    @abstractmethod
    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> Shown | None:
        """Carry out a command whose arguments are its own; raises Problem."""

    @property
    def projections(self) -> tuple[Projection, ...]:
        """Projections of the states that drawings may have their positions from; none where there are no states."""
        return ()

    @abstractmethod
    async def record_at(self, step: int, *, plain: bool = False) -> Record:
        """The record of a moment already visited, on request without interventions; raises Problem."""

    def _opening_messages(self) -> list[dict[str, Any]]:
        """Messages that a new viewer gets before its first frame."""
        return [self.status(), self.settings_message()]

    # Viewers

    def join(self, viewer: Viewer) -> None:
        """Add a viewer: send it the status, the settings, the newest frame and all later ones."""
        self.viewers.add(viewer)
        viewer.on_acknowledged = self._painted.set
        for message in self._opening_messages():
            viewer.tell(message)
        self.classroom.join(viewer)
        if self.frame is not None:
            viewer.show(self.frame)

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        self.classroom.leave(viewer)

    def take_over(self, classroom: Classroom, follows: list[str]) -> None:
        """Go on with the class of another session. Viewers of both belong to it."""
        for viewer in self.viewers:
            self.classroom.leave(viewer)
            classroom.join(viewer)
        self.classroom, self.follows = classroom, [each for each in follows if each != self.id][:MAX_FOLLOWS]
        self.announce()

    def about_class(self) -> dict[str, Any]:
        """The part of the description about the class."""
        return {"presented": self.classroom.presented is not None, "follows": self.follows}

    def announce(self) -> None:
        """Send the status to every viewer."""
        self._tell(self.status())

    def _tell(self, message: dict[str, Any]) -> None:
        for viewer in self.viewers:
            viewer.tell(message)

    def _show(self, frame: Frame) -> None:
        self.frame = frame
        for viewer in self.viewers:
            viewer.show(frame)

    def _set_phase(self, phase: str, detail: str = "") -> None:
        if (phase, detail) != (self.phase, self.detail):
            self.phase, self.detail = phase, detail
            self.announce()

    async def _until_painted(self) -> None:
        """Wait until the fastest viewer has drawn what it was sent, for a while at most: frames that nobody draws need not be made."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + PAINT_SECONDS
        while self.viewers and not any(viewer.keeps_up for viewer in self.viewers) and (left := ends - loop.time()) > 0:
            self._painted.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._painted.wait(), left)

    # Tasks

    def _begin(self, *tasks: Coroutine[Any, Any, None]) -> None:
        self._tasks = [asyncio.create_task(task, name=f"session {self.id}") for task in tasks]

    async def _woken(self, seconds: float) -> bool:
        """Wait for some time; returns true at once where something has changed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(seconds, 0.0))
        changed = self._wake.is_set()
        self._wake.clear()
        return changed

    async def close(self, successor: str | None = None) -> None:
        """End, and notify the viewers, also of the session that their class is in by now."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Its memory counts until nothing refers to it.
        self.frame = None
        for viewer in list(self.viewers):
            viewer.tell({"type": "gone", "detail": "the session was deleted", "session": successor})
            viewer.close()
