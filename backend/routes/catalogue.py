"""The catalogue: checkpoints to load, planners and their settings, and recorded openings."""

import asyncio
import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from backend.openings import REQUEST
from backend.problems import NotFound
from backend.routes.bodies import JSONText
from backend.routes.documented import bytes_of, problems
from backend.routes.services import Given, Services, client
from planner import PLANNERS, Card, CheckpointError
from planner.algorithms.settings import GROUPS
from planner.environments import to_install
from planner.equations import EQUATIONS
from planner.request import MAX_SEED

router = APIRouter(tags=["catalogue"])


class Damaged(BaseModel):
    """A checkpoint whose card cannot be read, and the reason."""

    name: str
    detail: str


class Missing(BaseModel):
    """A checkpoint whose environment is of an extra that is not installed, and how to install it."""

    name: str
    detail: str


class Cards(BaseModel):
    """The checkpoints of the server's folder."""

    first: str | None
    """Name of the checkpoint to open by default; None where there is no checkpoint."""
    checkpoints: list[Card]
    damaged: list[Damaged]
    missing: list[Missing]
    """Of `checkpoints`, those of which only a recorded opening can be shown here."""


@router.get("/checkpoints", response_model=Cards)
async def checkpoints(given: Given) -> Response:
    """The cards of all checkpoints."""
    # In a thread: it reads one file for each checkpoint, and all of them are more than a hundred kilobytes of JSON.
    return JSONText(await asyncio.to_thread(lambda: read_cards(given).model_dump_json()))


def read_cards(given: Services) -> Cards:
    """Read the cards of all checkpoints from their files."""
    found = Cards(first=given.first_checkpoint, checkpoints=[], damaged=[], missing=[])
    for name in given.engine.checkpoints.names():
        try:
            card = given.engine.checkpoints.card(name)
            found.checkpoints.append(card)
            if detail := to_install(card.environment):
                found.missing.append(Missing(name=name, detail=detail))
        except CheckpointError as error:
            found.damaged.append(Damaged(name=name, detail=str(error)))
    return found


@router.get("/checkpoints/{name}", responses=problems(404))
async def checkpoint(name: str, given: Given) -> Card:
    """One card."""
    return given.engine.card(name)


@router.get("/checkpoints/{name}/scene", responses=problems(404, 500))
async def scene(name: str, given: Given, request: Request, seed: Annotated[int, Query(ge=0, le=MAX_SEED)] = 0) -> dict[str, Any]:
    """The picture of the first state of the episode with this seed."""
    loaded = await given.engine.checkpoint(name)
    moment = await given.engine.first_moment(name, seed, owner=client(request))
    return {"scene": await asyncio.to_thread(loaded.model.environment.scene, moment.state)}


@router.get("/planners", response_model=dict[str, Any])
async def planners() -> Response:
    """The planners with their settings, and the groups of settings in display order. The page builds its knobs from them."""
    return JSONText(_planners())


@cache
def _planners() -> str:
    return json.dumps(describe_planners())


@cache
def describe_planners() -> dict[str, Any]:
    """`{first, groups, equations, planners}`; constant, so it is computed once."""
    described = [planner.describe() for planner in PLANNERS.values()]
    return {"first": REQUEST.planner, "groups": list(GROUPS), "equations": EQUATIONS, "planners": described}


OPENING_MEDIA_TYPE = "application/vnd.twistscope.drawing"


@router.get("/opening", response_class=Response, responses={**bytes_of(OPENING_MEDIA_TYPE, "A drawing."), **problems(404)})
async def opening(given: Given, checkpoint: str | None = None) -> Response:
    """The recorded first plan of a checkpoint (by default the first one), as a drawing; available before any compilation."""
    name = checkpoint if checkpoint is not None else given.first_checkpoint
    if name is None:
        raise NotFound("there is no checkpoint to open")
    data = await asyncio.to_thread(given.openings.read, given.engine.card(name))
    if data is None:
        raise NotFound(f"no opening of checkpoint {name!r} is recorded; `twistscope moments` records one")
    return Response(data, media_type=OPENING_MEDIA_TYPE)


@router.get("/opening/first", response_class=Response, responses={**bytes_of(OPENING_MEDIA_TYPE, "A drawing."), **problems(404)})
async def first_opening(given: Given) -> Response:
    """The recorded plan of the moment that a page without an address opens with, as a drawing; the link to it is in its metadata."""
    name = given.first_checkpoint if given.config.first_moment else None
    data = None if name is None else await asyncio.to_thread(given.openings.read_first, given.engine.card(name))
    if data is None:
        raise NotFound("no first moment is recorded of the first checkpoint, or this server does not open pages with it")
    return Response(data, media_type=OPENING_MEDIA_TYPE)


async def catalogue(given: Services) -> dict[str, Any]:
    """The choices that a page offers: `{first, checkpoints, missing, planners, groups}`, checkpoints without their training and returns."""
    cards = await asyncio.to_thread(read_cards, given)
    described = describe_planners()
    return {
        "first": {"checkpoint": cards.first, "planner": described["first"]},
        "checkpoints": [card.model_dump(include={"name", "title", "description", "environment"}) for card in cards.checkpoints],
        "missing": [each.model_dump() for each in cards.missing],
        "planners": described["planners"],
        "groups": described["groups"],
    }
