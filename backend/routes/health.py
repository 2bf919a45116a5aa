"""Liveness, readiness, metrics and roles."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from backend.problems import NotReady
from backend.routes.documented import bytes_of, problems
from backend.routes.services import Given

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Answer 200 while the process runs."""
    return {"status": "live"}


@router.get("/health/ready", responses=problems(503))
async def ready(given: Given) -> dict[str, str]:
    """Answer 200 when a checkpoint is loaded and its planner compiled, else 503 with the work that is awaited."""
    if given.awaited is not None:
        raise NotReady(given.awaited)
    return {"status": "ready"}


class Access(BaseModel):
    """The role of a client."""

    role: Literal["control", "view"]
    view_token: str | None
    """Token for links that others may look with; null for who may only look, and where the server has none."""


@router.get("/access")
async def access(request: Request, given: Given) -> Access:
    """The role of this client: it may do everything, or look, not touch."""
    role = request.state.role
    return Access(role=role, view_token=given.config.view_token if role == "control" else None)


@router.get("/metrics", response_class=Response, responses=bytes_of(CONTENT_TYPE_LATEST, "Text of Prometheus."))
async def metrics(given: Given) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(given.metrics.registry), media_type=CONTENT_TYPE_LATEST)
