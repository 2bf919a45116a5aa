"""What can be loaded and what can be set."""

from typing import Any

from fastapi import APIRouter

from backend.routes.services import Given
from planner import PLANNERS, Card

router = APIRouter(tags=["catalogue"])


@router.get("/checkpoints")
async def checkpoints(given: Given) -> dict[str, list[Card]]:
    """The cards of all checkpoints."""
    return {"checkpoints": list(given.engine.checkpoints.cards())}


@router.get("/checkpoints/{name}")
async def checkpoint(name: str, given: Given) -> Card:
    """One card."""
    return given.engine.card(name)


@router.get("/planners")
async def planners() -> dict[str, list[dict[str, Any]]]:
    """The planners with their settings; the page builds its knobs from this."""
    return {"planners": [planner.describe() for planner in PLANNERS.values()]}
