"""Plans without a session: for links, scripts, and distributions over seeds."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.problems import Invalid
from backend.requests import MAX_SEED, MAX_STEP, complete_settings, trace_metadata
from backend.routes.services import Given
from planner import to_bytes
from planner.settings import MAX_TRANSITIONS

router = APIRouter(tags=["plans"])

MEDIA_TYPE = "application/vnd.twistscope.trace"
SEEDS_MEDIA_TYPE = "application/vnd.twistscope.seeds"
SEEDS_SCHEMA = "twistscope.seeds/1"

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


class SeedsRequest(PlanRequest):
    """The same plan with several seeds, from `seed` on."""

    seeds: Annotated[int, Field(ge=1, le=256)] = 64


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
        card.name, request.planner, settings, moment.state, seed=request.seed, step=request.step, atoms=request.atoms, states=request.states
    )
    given.metrics.planned(planned.milliseconds)
    metadata = trace_metadata(
        card, request.planner, settings, seed=request.seed, step=request.step, device=given.engine.device, plan_ms=planned.milliseconds
    )
    return Response(to_bytes(planned.arrays, metadata), media_type=MEDIA_TYPE)


@router.post("/plans/seeds", response_class=Response, responses={200: {"content": {SEEDS_MEDIA_TYPE: {}}}})
async def plan_with_seeds(request: SeedsRequest, given: Given) -> Response:
    """Play `step` environment steps by the greedy prior, then plan from there once with each seed.

    Only the planner's randomness differs: the episode is that of `seed`, and so is the first plan.
    """
    card = given.engine.card(request.checkpoint)
    settings = complete_settings(request.planner, request.settings, card)
    if request.seeds * settings.model_steps > MAX_TRANSITIONS:
        allowed = f"at most {MAX_TRANSITIONS // settings.model_steps}: seeds * {settings.model_steps} model steps <= {MAX_TRANSITIONS}"
        errors = [{"field": "seeds", "given": request.seeds, "allowed": allowed}]
        raise Invalid(f"seeds: got {request.seeds}, allowed: {allowed}", errors)
    # Beyond the largest seed they go on from 0.
    seeds = [(request.seed + offset) % (MAX_SEED + 1) for offset in range(request.seeds)]
    *_, moment = await given.engine.moments_until(card.name, request.step, seed=request.seed)
    planned = await given.engine.plan_seeds(card.name, request.planner, settings, moment.state, seeds=seeds, step=request.step)
    given.metrics.planned(planned.milliseconds)
    metadata = trace_metadata(
        card, request.planner, settings, seed=request.seed, step=request.step, device=given.engine.device, plan_ms=planned.milliseconds
    )
    arrays = {**planned.arrays, "seed": np.array(seeds, np.int64)}
    return Response(to_bytes(arrays, metadata | {"schema": SEEDS_SCHEMA}), media_type=SEEDS_MEDIA_TYPE)
