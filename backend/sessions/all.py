"""All sessions of the process.

The service has mutable state here, in each session, and in the engine (loaded checkpoints, compiled programs and exact answers).
"""

import asyncio
import time
from collections import OrderedDict
from typing import Any, TypeVar

from backend.engine.interface import Engine
from backend.metrics import Metrics
from backend.problems import Conflict, NotFound, TooMany, wrong_value
from backend.recordings.library import Library
from backend.sessions.classroom import Classroom
from backend.sessions.course import Course
from backend.sessions.replay import Replay, load_frame
from backend.sessions.session import Session
from backend.sessions.shown import Shown
from planner import PlanRequest
from planner.messages import shortened

Added = TypeVar("Added", bound=Shown)
LEFT_SECONDS = 60.0
"""Time in which a class whose session has ended may go on in another."""
MAX_LEFT = 64
"""Classes whose session has ended."""


class Sessions:
    """All sessions of the process."""

    def __init__(self, engine: Engine, metrics: Metrics, limit: int, library: Library):
        self.engine, self.metrics, self.limit, self.library = engine, metrics, limit, library
        self.warming: dict[str, int] | None = None
        """Progress of compiling ahead, `{ready, of}`."""
        self._sessions: dict[str, Shown] = {}
        self._left: OrderedDict[str, tuple[Classroom, list[str], float]] = OrderedDict()
        """Classes whose session has ended, by its id: with the sessions before it, and the time."""

    def __iter__(self) -> Any:
        return iter(self._sessions.values())

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, session_id: str) -> Shown:
        """The session or replay with this id; raises NotFound for an unknown id."""
        if session_id not in self._sessions:
            raise NotFound(f"no session {shortened(session_id)}; it was deleted, or the server has been restarted since")
        return self._sessions[session_id]

    def get_live(self, session_id: str) -> Session:
        """The live session with this id; raises NotFound, and Conflict for a replay, which plans nothing."""
        session = self.get(session_id)
        if not isinstance(session, Session):
            raise Conflict("this session replays a recording and plans nothing; plan again from here first")
        return session

    async def create(self, checkpoint: str, request: PlanRequest, owner: str = "", actions: list[Any] | None = None) -> Session:
        """Create a session, paused at the request's step.

        Args:
          owner: user of the device until the session exists.
          actions: those that lead to the request's step, by default the greedy prior's.

        Raises:
          NotFound, Invalid: the checkpoint or the request is invalid.
          TooMany: the limit is reached and every session has a viewer.
        """
        await self.engine.prepare(checkpoint, request)
        card = self.engine.card(checkpoint)
        if actions is None:
            moments = await self.engine.moments_until(checkpoint, request.step, seed=request.seed, owner=owner)
        else:
            moments = await self.engine.moments_after(checkpoint, actions, seed=request.seed, owner=owner)
        return await self._add(Session(self, card, request, Course(moments, {})))

    async def fork(self, old: Session) -> Session:
        """Create a session at the current moment of another, with its past moments and their settings.

        Raises:
          TooMany: as `create`.
        """
        session = Session(self, old.card, old.request, old.course.until_now())
        session.timeline.numbers = old.timeline.numbers.copy()
        return await self._add(session)

    async def replay(self, recording: str, step: int = 0) -> Replay:
        """Show a recording as a session, paused.

        Raises:
          NotFound: no such recording or frame.
          Conflict: the recording is damaged or empty.
          TooMany: as `create`.
        """
        about = await asyncio.to_thread(self.library.describe, recording)
        if about["frames"] == 0:
            raise Conflict("this recording has no frames yet")
        first = await asyncio.to_thread(load_frame, self, recording, step)
        return await self._add(Replay(self, about, first, step))

    async def _add(self, session: Added) -> Added:
        """Add and start a session. At the limit, the oldest session without viewers is closed first."""
        while len(self._sessions) >= self.limit:
            idle = next((s for s in self._sessions.values() if not s.viewers), None)
            if idle is None:
                raise TooMany(f"{self.limit} sessions are open, the most this server keeps; close one", headers={"Retry-After": "30"})
            await self.delete(idle.id)
        self._sessions[session.id] = session
        self.metrics.sessions.set(len(self))
        session.start()
        return session

    def announce(self) -> None:
        """Send the status of every session to its viewers."""
        for session in self._sessions.values():
            session.announce()

    async def delete(self, session_id: str) -> None:
        session = self.get(session_id)
        del self._sessions[session_id]
        self.metrics.sessions.set(len(self))
        successor = self.successor(session_id)
        if session.classroom.presented is not None and successor is None:
            self._left[session_id] = session.classroom, session.follows, time.monotonic()
        self._forget_left()
        await session.close(successor)

    def go_on(self, session: Shown, old_id: str) -> None:
        """Go on in a session with the class of another, also where that one has ended just now; raises Invalid where it has no class."""
        if old_id == session.id or old_id in session.follows:
            return
        self._forget_left()
        old = self._sessions.get(old_id)
        if old is not None and old.classroom.presented is not None:
            session.take_over(old.classroom, [old_id, *old.follows])
        elif old_id in self._left:
            classroom, follows, _ = self._left.pop(old_id)
            session.take_over(classroom, [old_id, *follows])
        else:
            allowed = f"the id of a session that is presented, or was until {LEFT_SECONDS:.0f} s ago"
            raise wrong_value("from", old_id, allowed)

    def successor(self, session_id: str) -> str | None:
        """Id of the session that the class of another went to; None where it went nowhere."""
        return next((each.id for each in self._sessions.values() if session_id in each.follows), None)

    def _forget_left(self) -> None:
        """Forget classes whose session ended too long ago."""
        while self._left and (len(self._left) > MAX_LEFT or next(iter(self._left.values()))[2] < time.monotonic() - LEFT_SECONDS):
            self._left.popitem(last=False)

    async def close(self) -> None:
        """End all sessions, at shutdown."""
        for session_id in list(self._sessions):
            await self.delete(session_id)
