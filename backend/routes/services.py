"""What routes are handed: the services `create_app` built."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from backend.config import ServerConfig
from backend.engine import Engine
from backend.metrics import Metrics
from backend.sessions import Sessions


@dataclass
class Services:
    """One for each app."""

    config: ServerConfig
    engine: Engine
    sessions: Sessions
    metrics: Metrics
    awaited: str | None
    """What readiness waits for; None when ready."""


def services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


Given = Annotated[Services, Depends(services)]
