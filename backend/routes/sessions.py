"""Sessions over HTTP, and their live link."""

from typing import Any

from fastapi import APIRouter, Response, WebSocket
from pydantic import BaseModel, ConfigDict

from backend.problems import NotFound
from backend.requests import trace_metadata
from backend.routes.plans import MEDIA_TYPE, SEEDS_MEDIA_TYPE, Count, PlanRequest, answer_with_seeds, check_seeds
from backend.routes.services import Given
from backend.stream import stream
from planner import to_bytes

router = APIRouter(tags=["sessions"])


class Command(BaseModel):
    """A transport command and its arguments."""

    model_config = ConfigDict(extra="forbid", strict=True)

    command: str
    step: int | None = None
    seed: int | None = None
    speed: float | None = None


@router.post("/sessions", status_code=201)
async def create(request: PlanRequest, given: Given, response: Response) -> dict[str, Any]:
    """A new session, paused, with its first plan under way."""
    session = await given.sessions.create(request.checkpoint, request.planner, request.settings, request.seed, request.step)
    response.headers["Location"] = f"/api/v1/sessions/{session.id}"
    return session.describe()


@router.get("/sessions")
async def every(given: Given) -> dict[str, list[dict[str, Any]]]:
    """All sessions."""
    return {"sessions": [session.describe() for session in given.sessions]}


@router.get("/sessions/{session_id}")
async def one(session_id: str, given: Given) -> dict[str, Any]:
    """One session."""
    return given.sessions.get(session_id).describe()


@router.delete("/sessions/{session_id}", status_code=204)
async def delete(session_id: str, given: Given) -> None:
    """End a session; its viewers are told."""
    await given.sessions.delete(session_id)


@router.patch("/sessions/{session_id}/settings")
async def change_settings(session_id: str, changes: dict[str, Any], given: Given) -> dict[str, Any]:
    """Change settings; the answer is all of them."""
    return given.sessions.get(session_id).change_settings(changes).model_dump()


@router.post("/sessions/{session_id}/commands")
async def command(session_id: str, request: Command, given: Given) -> dict[str, Any]:
    """Carry out a transport command; the answer is the session, for `fork` the new one."""
    if request.command == "fork":
        return (await given.sessions.fork(session_id)).describe()
    session = given.sessions.get(session_id)
    await session.command(request.command, request.model_dump(exclude_none=True))
    return session.describe()


class Seeds(BaseModel):
    """How many seeds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seeds: Count = 64


@router.post("/sessions/{session_id}/seeds", response_class=Response, responses={200: {"content": {SEEDS_MEDIA_TYPE: {}}}})
async def plan_with_seeds(session_id: str, request: Seeds, given: Given) -> Response:
    """Plan from the moment the session is at, with its settings, once with each of several seeds; the first is the session's own."""
    session = given.sessions.get(session_id)
    check_seeds(request.seeds, session.settings)
    return await answer_with_seeds(
        given, session.card, session.planner, session.settings, session.moment, seed=session.seed, step=session.step, seeds=request.seeds
    )


@router.get("/sessions/{session_id}/moments/{step}/trace", response_class=Response)
async def past_trace(session_id: str, step: int, given: Given) -> Response:
    """The trace of a past moment, planned again with the settings that chose its action: same key, same bits."""
    session = given.sessions.get(session_id)
    if not 0 <= step <= session.furthest:
        raise NotFound(f"no moment {step}; the session has moments 0 to {session.furthest}")
    moment = session.moments[step]
    settings = session.settings_used.get(step, session.settings)
    planned = await given.engine.plan(session.card.name, session.planner, settings, moment.state, seed=session.seed, step=step)
    metadata = trace_metadata(
        session.card, session.planner, settings, seed=session.seed, step=step, device=given.engine.device, plan_ms=planned.milliseconds
    )
    return Response(to_bytes(planned.record(), metadata), media_type=MEDIA_TYPE)


@router.websocket("/sessions/{session_id}/stream")
async def live_link(socket: WebSocket, session_id: str, given: Given) -> None:
    """The live link."""
    await stream(socket, session_id, given.sessions, given.metrics)
