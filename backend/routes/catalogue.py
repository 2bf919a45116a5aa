"""The catalogue: checkpoints to load, planners and their settings, and recorded openings."""

import asyncio
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from backend.openings import REQUEST
from backend.problems import NotFound
from backend.routes.services import Given, Services
from planner import PLANNERS, Card, CheckpointError
from planner.algorithms.settings import GROUPS
from planner.request import MAX_SEED

router = APIRouter(tags=["catalogue"])


class Damaged(BaseModel):
    """A checkpoint whose card cannot be read, and why."""

    name: str
    detail: str


class Cards(BaseModel):
    """The checkpoints of the server's folder."""

    first: str | None
    """The one to open where nobody chose; None where there is none."""
    checkpoints: list[Card]
    damaged: list[Damaged]


@router.get("/checkpoints")
def checkpoints(given: Given) -> Cards:
    """The cards of all checkpoints."""
    # Not a coroutine: it reads a file for each checkpoint, which the event loop must not wait for.
    return read_cards(given)


def read_cards(given: Services) -> Cards:
    """The cards of all checkpoints, from their files."""
    found = Cards(first=given.first_checkpoint, checkpoints=[], damaged=[])
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
async def planners() -> dict[str, Any]:
    """The planners with their settings, and the groups of settings in the order they are shown; the page builds its knobs from this."""
    return describe_planners()


@cache
def describe_planners() -> dict[str, Any]:
    """`{first, groups, planners}`, which never changes."""
    return {"first": REQUEST.planner, "groups": list(GROUPS), "planners": [planner.describe() for planner in PLANNERS.values()]}


OPENING_MEDIA_TYPE = "application/vnd.twistscope.drawing"


@router.get("/opening", response_class=Response, responses={200: {"content": {OPENING_MEDIA_TYPE: {}}}})
async def opening(given: Given, checkpoint: str | None = None) -> Response:
    """The recorded first plan of a checkpoint, by default of the first one: a drawing, there before anything is compiled."""
    name = checkpoint if checkpoint is not None else given.first_checkpoint
    if name is None:
        raise NotFound("there is no checkpoint to open")
    data = await asyncio.to_thread(given.openings.read, given.engine.card(name))
    if data is None:
        raise NotFound(f"no opening is recorded of checkpoint {name!r}; `twistscope moments` makes one")
    return Response(data, media_type=OPENING_MEDIA_TYPE)


async def catalogue(given: Services) -> dict[str, Any]:
    """What a page needs to offer its choices: `{first, checkpoints, planners, groups}`, checkpoints without their training and returns."""
    cards = await asyncio.to_thread(read_cards, given)
    described = describe_planners()
    return {
        "first": {"checkpoint": cards.first, "planner": described["first"]},
        "checkpoints": [card.model_dump(include={"name", "title", "description", "environment"}) for card in cards.checkpoints],
        "planners": described["planners"],
        "groups": described["groups"],
    }
