"""Plans without a session: for links, scripts, and distributions over seeds."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.engine import Moment
from backend.problems import Invalid
from backend.requests import MAX_SEED, MAX_STEP, complete_settings, trace_metadata
from backend.routes.services import Given, Services
from planner import Card, PlannerSettings, to_bytes
from planner.settings import MAX_TRANSITIONS

router = APIRouter(tags=["plans"])

MEDIA_TYPE = "application/vnd.twistscope.trace"
SEEDS_MEDIA_TYPE = "application/vnd.twistscope.seeds"
SEEDS_SCHEMA = "twistscope.seeds/1"

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Step = Annotated[int, Field(ge=0, le=MAX_STEP)]
Count = Annotated[int, Field(ge=1, le=256)]


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

    seeds: Count = 64


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
    return Response(to_bytes(planned.record(), metadata), media_type=MEDIA_TYPE)


@router.post("/plans/seeds", response_class=Response, responses={200: {"content": {SEEDS_MEDIA_TYPE: {}}}})
async def plan_with_seeds(request: SeedsRequest, given: Given) -> Response:
    """Play `step` environment steps by the greedy prior, then plan from there once with each seed.

    Only the planner's randomness differs: the episode is that of `seed`, and so is the first plan.
    """
    card = given.engine.card(request.checkpoint)
    settings = complete_settings(request.planner, request.settings, card)
    check_seeds(request.seeds, settings)
    *_, moment = await given.engine.moments_until(card.name, request.step, seed=request.seed)
    return await answer_with_seeds(given, card, request.planner, settings, moment, seed=request.seed, step=request.step, seeds=request.seeds)


def check_seeds(seeds: int, settings: PlannerSettings) -> None:
    """Raise Invalid where so many plans at once would be too large."""
    if seeds * settings.model_steps > MAX_TRANSITIONS:
        allowed = f"at most {MAX_TRANSITIONS // settings.model_steps}: seeds * {settings.model_steps} model steps <= {MAX_TRANSITIONS}"
        raise Invalid(f"seeds: got {seeds}, allowed: {allowed}", [{"field": "seeds", "given": seeds, "allowed": allowed}])


async def answer_with_seeds(
    given: Services, card: Card, planner: str, settings: PlannerSettings, moment: Moment, *, seed: int, step: int, seeds: int
) -> Response:
    """Plan from a moment once with each of `seeds` seeds, from `seed` on."""
    # Beyond the largest seed they go on from 0.
    numbers = [(seed + offset) % (MAX_SEED + 1) for offset in range(seeds)]
    planned = await given.engine.plan_seeds(card.name, planner, settings, moment.state, seeds=numbers, step=step)
    given.metrics.planned(planned.milliseconds)
    metadata = trace_metadata(card, planner, settings, seed=seed, step=step, device=given.engine.device, plan_ms=planned.milliseconds)
    arrays = {**planned.arrays, "seed": np.array(numbers, np.int64)}
    return Response(to_bytes(arrays, metadata | {"schema": SEEDS_SCHEMA}), media_type=SEEDS_MEDIA_TYPE)
