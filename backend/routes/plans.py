"""Plans without a session: for links, scripts, and distributions over seeds."""

import asyncio
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from backend.address import read_address
from backend.arguments import MAX_STEP, seeds_of
from backend.engine.interface import Engine
from backend.routes.bodies import large_body
from backend.routes.documented import bytes_of, problems
from backend.routes.services import Given, Services, client
from planner import Moment, PlanRequest, Prepared
from planner.interventions import MAX_INTERVENTIONS
from planner.request import MAX_SEED, MAX_SEEDS

router = APIRouter(tags=["plans"])

MEDIA_TYPE = "application/vnd.twistscope.trace"
DRAWING_MEDIA_TYPE = "application/vnd.twistscope.drawing"
SEEDS_MEDIA_TYPE = "application/vnd.twistscope.seeds"

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Step = Annotated[int, Field(ge=0, le=MAX_STEP)]
Actions = Annotated[list[Any], Field(max_length=MAX_STEP)]
Interventions = Annotated[list[dict[str, Any]], Field(max_length=MAX_INTERVENTIONS)]
Count = Annotated[int, Field(ge=1, le=MAX_SEEDS)]


class PlanBody(BaseModel):
    """Body of a request for a plan."""

    model_config = ConfigDict(extra="forbid", strict=True)

    checkpoint: str
    planner: str = "trt_smc"
    settings: dict[str, Any] = {}
    seed: Seed = 0
    step: Step = 0
    actions: Actions | None = None
    """Those that lead to `step` from the start of the episode; by default the greedy prior's."""
    interventions: Interventions = []
    """Changes inside the plan (docs/api.md, Interventions)."""

    @model_validator(mode="after")
    def _steps_of_actions(self) -> Self:
        if self.actions is not None and "step" in self.model_fields_set and self.step != len(self.actions):
            raise ValueError(f"step is the number of actions: got {self.step} and {len(self.actions)} actions")
        return self

    def request(self, *, atoms: bool = False, states: bool = False) -> PlanRequest:
        """The planner's own form of the request."""
        step = self.step if self.actions is None else len(self.actions)
        return PlanRequest(self.planner, self.settings, self.seed, step, atoms, states, tuple(self.interventions))

    async def moment(self, engine: Engine, owner: str) -> Moment:
        """The moment to plan from."""
        if self.actions is not None:
            return (await engine.moments_after(self.checkpoint, self.actions, seed=self.seed, owner=owner))[-1]
        return (await engine.moments_until(self.checkpoint, self.step, seed=self.seed, owner=owner))[-1]


class SeedsBody(PlanBody):
    """The same plan with several seeds, from `seed` on."""

    seeds: Count = 64

    @field_validator("interventions")
    @classmethod
    def _none(cls, interventions: list[Any]) -> list[Any]:
        if interventions:
            raise ValueError("interventions belong to the random numbers of one plan; many seeds take none")
        return interventions


class OnePlanBody(PlanBody):
    """A plan with the optional arrays of docs/trace.md on request."""

    atoms: bool = False
    states: bool = False


class LinkBody(BaseModel):
    """Body of a request for the moment of a link."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: str
    """Query of the link, as `GET /sessions/{id}/link` gives it; fields about what is looked at may follow."""


@router.post("/plans", response_class=Response, responses={**bytes_of(MEDIA_TYPE, "A trace."), **problems(404, 422, 429, 500)})
async def make_plan(body: OnePlanBody, given: Given, request: Request) -> Response:
    """Play `step` environment steps by the greedy prior, or the given actions, then plan."""
    prepared = await given.engine.prepare(body.checkpoint, body.request(atoms=body.atoms, states=body.states))
    moment = await body.moment(given.engine, client(request))
    return await answer_with_trace(given, prepared, moment, client(request))


@router.post(
    "/plans/linked", response_class=Response, responses={**bytes_of(DRAWING_MEDIA_TYPE, "A complete drawing."), **problems(404, 422, 429, 500)}
)
async def draw_linked(body: LinkBody, given: Given, request: Request) -> Response:
    """Plan at the moment of a link, without a session, and answer with the drawing. Its `notes` say what is not as when the link was made."""
    # Thousands of actions may be unpacked and checked.
    address = await asyncio.to_thread(read_address, body.query, given.engine.card)
    prepared = await given.engine.prepare(address.checkpoint, address.request)
    moments = await given.engine.moments_after(address.checkpoint, address.actions, seed=address.request.seed, owner=client(request))
    record = await given.engine.plan(prepared, moments[-1], owner=client(request))
    header = {"session": "", "frame": 0, "revision": 0, "skipped": 0, "playing": False, "notes": list(address.compare(moments[-1].digest))}
    return await large_body(lambda: record.drawing(complete=True, header=header), DRAWING_MEDIA_TYPE)


@router.post("/plans/seeds", response_class=Response, responses={**bytes_of(SEEDS_MEDIA_TYPE, "The decisions."), **problems(404, 422, 429, 500)})
async def plan_with_seeds(body: SeedsBody, given: Given, request: Request) -> Response:
    """Play `step` environment steps by the greedy prior, or the given actions, then plan from there once with each seed.

    The seeds change only the planner's random numbers. The episode is that of `seed`, which is also the seed of the first plan.
    """
    prepared = await given.engine.prepare(body.checkpoint, body.request())
    seeds = seeds_of(prepared, body.seeds)
    moment = await body.moment(given.engine, client(request))
    return await answer_with_seeds(given, prepared, moment, seeds, client(request))


async def answer_with_trace(given: Services, prepared: Prepared, moment: Moment, owner: str) -> Response:
    """Plan at a moment and answer with the complete trace."""
    record = await given.engine.plan(prepared, moment, owner=owner)
    return await large_body(record.to_bytes, MEDIA_TYPE)


async def answer_with_seeds(given: Services, prepared: Prepared, moment: Moment, seeds: list[int], owner: str) -> Response:
    """Plan at a moment once with each seed, and answer with the decisions."""
    planned = await given.engine.plan_seeds(prepared, moment, seeds, owner=owner)
    return await large_body(planned.to_bytes, SEEDS_MEDIA_TYPE)
