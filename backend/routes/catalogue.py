"""What can be loaded and what can be set."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backend.requests import MAX_SEED
from backend.routes.services import Given
from planner import PLANNERS, Card, CheckpointError

router = APIRouter(tags=["catalogue"])


class Damaged(BaseModel):
    """A checkpoint whose card cannot be read, and why."""

    name: str
    detail: str


class Cards(BaseModel):
    """The checkpoints of the server's folder."""

    checkpoints: list[Card]
    damaged: list[Damaged]


@router.get("/checkpoints")
def checkpoints(given: Given) -> Cards:
    """The cards of all checkpoints."""
    # Not a coroutine: it reads a file for each checkpoint, which the event loop must not wait for.
    found = Cards(checkpoints=[], damaged=[])
    for name in given.engine.checkpoints.names():
        try:
            found.checkpoints.append(given.engine.checkpoints.card(name))
        except CheckpointError as error:
            found.damaged.append(Damaged(name=name, detail=str(error)))
    return found


@router.get("/checkpoints/{name}")
async def checkpoint(name: str, given: Given) -> Card:
    """One card."""
    return given.engine.card(name)


@router.get("/checkpoints/{name}/scene")
async def scene(name: str, given: Given, seed: Annotated[int, Query(ge=0, le=MAX_SEED)] = 0) -> dict[str, Any]:
    """The picture of the state that the episode with this seed begins with."""
    loaded = await given.engine.checkpoint(name)
    moment = await given.engine.first_moment(name, seed)
    return {"scene": await asyncio.to_thread(loaded.model.environment.scene, moment.state)}


@router.get("/planners")
async def planners() -> dict[str, list[dict[str, Any]]]:
    """The planners with their settings; the page builds its knobs from this."""
    return {"planners": [planner.describe() for planner in PLANNERS.values()]}
