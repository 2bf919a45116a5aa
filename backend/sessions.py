"""All sessions of the process: the only mutable state of the service, beside what each of them holds."""

from typing import Any

from backend.engine import Engine
from backend.metrics import Metrics
from backend.problems import NotFound, TooMany
from backend.requests import complete_settings
from backend.session import Session


class Sessions:
    """All sessions of the process."""

    def __init__(self, engine: Engine, metrics: Metrics, limit: int):
        self.engine, self.metrics, self.limit = engine, metrics, limit
        self._sessions: dict[str, Session] = {}

    def __iter__(self) -> Any:
        return iter(self._sessions.values())

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, session_id: str) -> Session:
        """Raises NotFound for an unknown id."""
        if session_id not in self._sessions:
            raise NotFound(f"no session {session_id!r}; it was deleted, or the server has been restarted since")
        return self._sessions[session_id]

    async def create(self, checkpoint: str, planner: str, values: dict[str, Any], seed: int, step: int) -> Session:
        """A new session, paused at `step`, to which the greedy prior has played.

        Raises:
          NotFound, Invalid: as the engine and the settings say.
          TooMany: the limit is reached and every session has a viewer; one without viewers makes room, the oldest first.
        """
        card = self.engine.card(checkpoint)
        complete_settings(planner, values, card)
        moments = await self.engine.moments_until(checkpoint, step, seed=seed)
        if len(self._sessions) >= self.limit:
            idle = next((s for s in self._sessions.values() if not s.viewers), None)
            if idle is None:
                raise TooMany(f"{self.limit} sessions are open, the most this server keeps; close one", headers={"Retry-After": "30"})
            await self.delete(idle.id)
        session = Session(self.engine, self.metrics, card, planner, values, seed, moments)
        self._sessions[session.id] = session
        self.metrics.sessions.set(len(self))
        return session

    async def fork(self, session_id: str) -> Session:
        """A new session that starts from the moment another is at."""
        old = self.get(session_id)
        session = Session(self.engine, self.metrics, old.card, old.planner, dict(old.values), old.seed, old.moments[: old.step + 1])
        self._sessions[session.id] = session
        self.metrics.sessions.set(len(self))
        return session

    async def delete(self, session_id: str) -> None:
        session = self.get(session_id)
        del self._sessions[session_id]
        self.metrics.sessions.set(len(self))
        await session.close()

    async def close(self) -> None:
        """End all sessions, at shutdown."""
        for session_id in list(self._sessions):
            await self.delete(session_id)
