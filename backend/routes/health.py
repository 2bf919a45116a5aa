"""Liveness, readiness, metrics and roles."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

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


@router.get("/access")
async def access(request: Request) -> dict[Literal["role"], Literal["control", "view"]]:
    """The role of this client: it may do everything, or look, not touch."""
    return {"role": request.state.role}


@router.get("/metrics", response_class=Response, responses=bytes_of(CONTENT_TYPE_LATEST, "Text of Prometheus."))
async def metrics(given: Given) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(given.metrics.registry), media_type=CONTENT_TYPE_LATEST)
