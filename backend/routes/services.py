"""The services that routes use, as `create_app` built them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from backend.config import ServerConfig
from backend.engine.interface import Engine
from backend.lessons.library import Lessons
from backend.metrics import Metrics
from backend.openings import Openings
from backend.rates import Rate
from backend.sessions.all import Sessions
from planner import CheckpointError, missing_extra
from planner.environments import to_install


@dataclass
class Services:
    """The services of one app."""

    config: ServerConfig
    engine: Engine
    sessions: Sessions
    metrics: Metrics
    openings: Openings
    lessons: Lessons
    rates: dict[str, Rate]
    """Limits on how often one client may ask for something, by kind."""
    awaited: str | None
    """Work that readiness waits for; None when ready."""
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a browser draws a picture."""

    @property
    def first_checkpoint(self) -> str | None:
        """The checkpoint to open by default: the preferred one, or the first by name; one whose extra or package is missing only where it is alone.

        A preferred one of an environment that nobody knows is opened all the same: it was asked for, and is reported there.
        """
        names = self.engine.checkpoints.names()
        preferred = [name for name in names if name == self.config.preload]
        asked_for = (name for name in preferred if self._is_whole(name, missing_extra))
        whole = (name for name in names if self._is_whole(name, to_install))
        return next(chain(asked_for, whole, preferred, names), None)

    def _is_whole(self, name: str, missing: Callable[[str], str | None]) -> bool:
        """False where something is missing for the environment of a checkpoint. A damaged one is reported where it is opened."""
        try:
            return missing(self.engine.checkpoints.card(name).environment) is None
        except CheckpointError:
            return True


def services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


Given = Annotated[Services, Depends(services)]


def client(request: Request) -> str:
    """The owner of a client's work on the device: its address."""
    return f"client {request.client.host}" if request.client else "client"
