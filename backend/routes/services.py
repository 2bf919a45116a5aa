"""The services that routes use, as `create_app` built them."""

import asyncio
from dataclasses import dataclass, field
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
        """The checkpoint to open by default."""
        names = self.engine.checkpoints.names()
        return self.config.preload if self.config.preload in names else next(iter(names), None)


def services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


Given = Annotated[Services, Depends(services)]


def client(request: Request) -> str:
    """The owner of a client's work on the device: its address."""
    return f"client {request.client.host}" if request.client else "client"
