"""Races: several planners on the current moment of a session, and plans by other planners than the session's own."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.arguments import prepare
from backend.routes.bodies import large_body
from backend.routes.documented import bytes_of, problems
from backend.routes.plans import DRAWING_MEDIA_TYPE, Step
from backend.routes.services import Given
from backend.sessions.race import describe_race, fit, other_request, prepare_race, prepare_reference
from planner.algorithms.settings import MAX_TRANSITIONS

router = APIRouter(tags=["races"])

Names = Annotated[list[str], Field(max_length=64)]


class RaceBody(BaseModel):
    """Body of a request for a race."""

    model_config = ConfigDict(extra="forbid", strict=True)

    planners: Names
    model_steps: Annotated[int, Field(ge=0, le=MAX_TRANSITIONS)] | None = None
    milliseconds: float | None = None


class TimedBody(BaseModel):
    """Body of a request for the settings with which a plan takes so long."""

    model_config = ConfigDict(extra="forbid", strict=True)

    planner: str
    milliseconds: float


class OtherPlanBody(BaseModel):
    """Body of a request for a plan at the current moment, by any planner."""

    model_config = ConfigDict(extra="forbid", strict=True)

    planner: str | None = None
    settings: dict[str, Any] | None = None
    step: Step | None = None
    """Only if the session is there."""


@router.get("/sessions/{session_id}/race", responses=problems(404, 409))
async def about_race(session_id: str, given: Given) -> dict[str, Any]:
    """The planners that may enter a race at the current moment of a session, and its limits."""
    return describe_race(given.sessions.get_live(session_id))


@router.post("/sessions/{session_id}/race", responses=problems(404, 409, 422))
async def race(session_id: str, request: RaceBody, given: Given) -> dict[str, Any]:
    """Check a race at the current moment of a session, and answer with the settings of each planner and of the long plan. Nothing is planned yet."""
    session = given.sessions.get_live(session_id)
    entrants = prepare_race(session, request.planners, request.model_steps, request.milliseconds)
    largest = max(each.prepared.settings.model_steps for each in entrants)
    reference = prepare_reference(session, largest)
    return {"entrants": [each.describe(session) for each in entrants], "reference": None if reference is None else reference.describe(session)}


@router.post("/sessions/{session_id}/race/timed", responses=problems(404, 409, 422, 429, 500))
async def timed(session_id: str, request: TimedBody, given: Given) -> dict[str, Any]:
    """The size at which a plan takes about so many milliseconds on this machine, found by making plans of the current moment."""
    session = given.sessions.get_live(session_id)
    return (await fit(session, request.planner, request.milliseconds)).describe(session)


@router.post(
    "/sessions/{session_id}/plan",
    response_class=Response,
    responses={**bytes_of(DRAWING_MEDIA_TYPE, "A complete drawing."), **problems(404, 409, 422, 429, 500)},
)
async def draw_other(session_id: str, given: Given, request: OtherPlanBody | None = None) -> Response:
    """Plan at the current moment of a session with any planner, and answer with the drawing. The session stays as it is."""
    request = request or OtherPlanBody()
    session = given.sessions.get_live(session_id)
    prepared = prepare(other_request(session, request.planner, request.settings, request.step), session.card)
    record = await given.engine.plan(prepared, session.moment, owner=session.id)
    header = {"session": "", "frame": 0, "revision": 0, "skipped": 0, "playing": False, "notes": []}
    return await large_body(lambda: record.drawing(complete=True, header=header), DRAWING_MEDIA_TYPE)
