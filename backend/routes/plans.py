"""One plan, without a session: for links and scripts."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.routes.services import Given
from backend.sessions import MAX_SEED, MAX_STEP, complete_settings, trace_metadata
from planner import to_bytes

router = APIRouter(tags=["plans"])

MEDIA_TYPE = "application/vnd.twistscope.trace"

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Step = Annotated[int, Field(ge=0, le=MAX_STEP)]


class PlanRequest(BaseModel):
    """What to plan."""

    model_config = ConfigDict(extra="forbid", strict=True)

    checkpoint: str
    planner: str = "trt_smc"
    settings: dict[str, Any] = {}
    seed: Seed = 0
    step: Step = 0


class OnePlanRequest(PlanRequest):
    """A plan with the optional arrays of docs/trace.md on request."""

    atoms: bool = False
    states: bool = False


@router.post("/plans", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
async def make_plan(request: OnePlanRequest, given: Given) -> Response:
    """Play `step` environment steps by the greedy prior, then plan."""
    card = given.engine.card(request.checkpoint)
    settings = complete_settings(request.planner, request.settings, card)
    *_, moment = await given.engine.moments_until(card.name, request.step, seed=request.seed)
    planned = await given.engine.plan(
        card.name, settings, moment.state, seed=request.seed, step=request.step, atoms=request.atoms, states=request.states
    )
    given.metrics.planned(planned.milliseconds)
    metadata = trace_metadata(
        card, request.planner, settings, seed=request.seed, step=request.step, device=given.engine.device, plan_ms=planned.milliseconds
    )
    return Response(to_bytes(planned.arrays, metadata), media_type=MEDIA_TYPE)
