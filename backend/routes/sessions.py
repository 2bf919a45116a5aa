"""Sessions over HTTP, and their live link."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Request, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from backend import pictures
from backend.address import MAX_LENGTH, read_address, write_address
from backend.arguments import prepare, seeds_of
from backend.link.stream import stream
from backend.problems import Invalid, NotOffered, NotReady
from backend.routes.bodies import large_body
from backend.routes.documented import bytes_of, problems
from backend.routes.limited import limited
from backend.routes.plans import MEDIA_TYPE, SEEDS_MEDIA_TYPE, Count, Interventions, LinkBody, PlanBody, Step, answer_with_seeds
from backend.routes.services import Given, client
from backend.sessions.race import other_request
from backend.sessions.sweep import MAX_VALUES, prepare_sweep, row
from planner import Record
from planner.request import MAX_SEEDS

router = APIRouter(tags=["sessions"])


class Command(BaseModel):
    """A transport command and its arguments."""

    model_config = ConfigDict(extra="forbid", strict=True)

    command: str
    step: int | None = None
    seed: int | None = None
    speed: float | None = None
    action: int | list[float] | None = None
    interventions: Interventions | None = None
    path: int | None = None
    steps: int | None = None
    ahead: bool | None = None


@router.post("/sessions", status_code=201, dependencies=[limited("sessions")], responses=problems(404, 422, 429, 500))
async def create(body: PlanBody, given: Given, request: Request, response: Response) -> dict[str, Any]:
    """Create a session, paused, and start its first plan."""
    session = await given.sessions.create(body.checkpoint, body.request(), client(request), body.actions)
    response.headers["Location"] = f"/api/v1/sessions/{session.id}"
    return session.describe()


@router.post("/sessions/linked", status_code=201, dependencies=[limited("sessions")], responses=problems(404, 422, 429, 500))
async def open_link(body: LinkBody, given: Given, request: Request, response: Response) -> dict[str, Any]:
    """Create a session at the moment of a link, paused. `notes` says what is not as it was when the link was made."""
    # Thousands of actions may be unpacked and checked.
    address = await asyncio.to_thread(read_address, body.query, given.engine.card)
    session = await given.sessions.create(address.checkpoint, address.request, client(request), address.actions)
    response.headers["Location"] = f"/api/v1/sessions/{session.id}"
    return {**session.describe(), "view": address.view, "notes": address.compare(session.moment.digest)}


@router.get("/sessions/{session_id}/link", responses=problems(404, 409))
async def link(session_id: str, given: Given, step: Step | None = None) -> dict[str, Any]:
    """The query of a link to a visited moment of a session, by default the current one, and the length that a link may have."""
    session = given.sessions.get_live(session_id)
    # All of one moment, before the session goes on.
    prepared, moment = session.past(session.step if step is None else step)
    parts = session.card, prepared.request, prepared.settings.model_dump(), moment
    return {"query": await asyncio.to_thread(write_address, *parts), "max_length": MAX_LENGTH}


@router.get("/sessions")
async def every(given: Given) -> dict[str, list[dict[str, Any]]]:
    """All sessions."""
    return {"sessions": [session.describe() for session in given.sessions]}


@router.get("/sessions/{session_id}", responses=problems(404))
async def one(session_id: str, given: Given) -> dict[str, Any]:
    """One session."""
    return given.sessions.get(session_id).describe()


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(404))
async def delete(session_id: str, given: Given) -> None:
    """End a session and notify its viewers."""
    await given.sessions.delete(session_id)


@router.patch("/sessions/{session_id}/settings", responses=problems(404, 422))
async def change_settings(session_id: str, changes: dict[str, Any], given: Given) -> dict[str, Any]:
    """Change settings and answer with all settings."""
    return given.sessions.get_live(session_id).change_settings(changes).model_dump()


@router.post("/sessions/{session_id}/commands", responses=problems(404, 409, 422, 429, 500))
async def command(session_id: str, request: Command, given: Given) -> dict[str, Any]:
    """Carry out a transport command and answer with the session; for `fork`, with the new session."""
    session = given.sessions.get(session_id)
    forked = await session.command(request.command, request.model_dump(exclude_none=True))
    return (forked or session).describe()


@router.get("/sessions/{session_id}/timeline", responses=problems(404))
async def timeline(session_id: str, given: Given) -> dict[str, Any]:
    """The time line of the episode: the numbers of each step as columns, the marks of the failure finder, and the state of planning ahead."""
    return given.sessions.get(session_id).timeline.describe()


class AheadBody(BaseModel):
    """Body of a request to plan an episode ahead."""

    model_config = ConfigDict(extra="forbid", strict=True)

    steps: int | None = None
    """At most so many, by default 500."""


@router.post("/sessions/{session_id}/timeline/ahead", status_code=202, responses=problems(404, 409, 422))
async def plan_ahead(session_id: str, given: Given, request: AheadBody | None = None) -> dict[str, Any]:
    """Plan the episode on from the current step in the background, and answer at once with the time line."""
    session = given.sessions.get_live(session_id)
    await session.command("ahead", {} if request is None else request.model_dump(exclude_none=True))
    return session.timeline.describe()


@router.delete("/sessions/{session_id}/timeline/ahead", status_code=204, responses=problems(404, 409))
async def cancel_ahead(session_id: str, given: Given) -> None:
    """Stop planning ahead. The steps planned so far stay."""
    await given.sessions.get_live(session_id).command("cancel_ahead", {})


class SeedsBody(BaseModel):
    """Body of a request for plans with several seeds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seeds: Count = 64
    skip: Annotated[int, Field(ge=0, le=MAX_SEEDS)] = 0
    """Seeds after the session's own that are left out: with it many seeds are asked for in parts."""
    planner: str | None = None
    """By default the session's own, with its settings."""
    settings: dict[str, Any] | None = None
    step: Step | None = None
    """Only if the session is there."""


@router.post(
    "/sessions/{session_id}/seeds",
    response_class=Response,
    responses={**bytes_of(SEEDS_MEDIA_TYPE, "The decisions."), **problems(404, 409, 422, 429, 500)},
)
async def plan_with_seeds(session_id: str, given: Given, request: SeedsBody | None = None) -> Response:
    """Plan from the current moment of a session, with its settings or by another planner, once with each of several seeds.

    The first seed is the session's own, or `skip` after it.

    Interventions belong to the random numbers of one plan: these plans have none.
    """
    request = request or SeedsBody()
    session = given.sessions.get_live(session_id)
    prepared = prepare(other_request(session, request.planner, request.settings, request.step), session.card)
    return await answer_with_seeds(given, prepared, session.moment, seeds_of(prepared, request.seeds, request.skip), session.id)


class SweepBody(BaseModel):
    """Body of a request for a sweep."""

    model_config = ConfigDict(extra="forbid", strict=True)

    setting: str
    values: Annotated[list[int | float], Field(min_length=1, max_length=MAX_VALUES)]
    at: Annotated[dict[str, int | float], Field(max_length=8)] = {}
    """Other live settings, held at these values."""


@router.post("/sessions/{session_id}/sweep", responses=problems(404, 409, 422, 429, 500))
async def sweep(session_id: str, request: SweepBody, given: Given) -> dict[str, Any]:
    """Plan at the current moment of a session, as it would be planned now, once with each value of a live setting."""
    session = given.sessions.get_live(session_id)
    moment, rows = session.moment, []
    for value, prepared in zip(request.values, prepare_sweep(session, request.setting, request.values, request.at), strict=True):
        record = await given.engine.plan(prepared, moment, owner=session.id)
        rows.append(row(value, record))
    return {"setting": request.setting, "at": request.at, "rows": rows}


@router.get(
    "/sessions/{session_id}/moments/{step}/trace",
    response_class=Response,
    responses={**bytes_of(MEDIA_TYPE, "A trace."), **problems(404, 422, 429, 500)},
)
async def past_trace(session_id: str, step: int, given: Given, plain: bool = False) -> Response:
    """The trace of a past moment, planned again with the key and settings that chose its action; bit-equal to the original.

    With `plain`, the same plan without its interventions.
    """
    session = given.sessions.get(session_id)
    record = await session.record_at(step, plain=plain)
    return await large_body(record.to_bytes, MEDIA_TYPE)


class Form(NamedTuple):
    """One form of an exported moment."""

    suffix: str
    media_type: str
    write: Callable[[Record], bytes]


FORMS = {
    "trace": Form(".safetensors", MEDIA_TYPE, Record.to_bytes),
    "html": Form(".html", "text/html; charset=utf-8", lambda record: record.to_html().encode()),
    "script": Form(".py", "text/x-python; charset=utf-8", lambda record: record.to_script().encode()),
    "parquet": Form(".parquet", "application/vnd.apache.parquet", Record.to_parquet),
    "csv": Form(".csv", "text/csv; charset=utf-8", Record.to_csv),
}
DRAWN = {"svg": "image/svg+xml", "png": "image/png"}
MEDIA_TYPES = sorted({form.media_type.partition(";")[0] for form in FORMS.values()} | set(DRAWN.values()))


@router.get(
    "/sessions/{session_id}/moments/{step}/export/{form}",
    response_class=Response,
    dependencies=[limited("exports")],
    responses={
        200: {"description": "A file.", "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES}},
        **problems(404, 422, 429, 500, 501, 503),
    },
)
async def export(
    session_id: str,
    step: int,
    form: Literal["trace", "html", "script", "parquet", "csv", "svg", "png"],
    given: Given,
    picture: Literal["world", "genealogy", "strips", "weights", "decision"] | None = None,
) -> Response:
    """A moment as a file: its trace, the microscope in one document, a program that makes the plan again, the table of its particles, or a picture.

    `picture` names the picture of an `svg` or `png`, by default the genealogy.
    """
    session = given.sessions.get(session_id)
    if form in FORMS and picture is not None:
        raise Invalid("picture is of svg and png", [{"field": "picture", "given": picture, "allowed": f"nothing: the form is {form}"}])
    record = await session.record_at(step)
    about, drawn = record.metadata, picture or "genealogy"
    suffix, media_type, write = FORMS.get(form) or Form(f"-{drawn}.{form}", DRAWN[form], partial(_drawn, form, drawn))
    name = re.sub(r"[^\w.-]", "-", f"{about.checkpoint}-{about.planner}-step-{about.step}{suffix}", flags=re.ASCII)
    # One browser at a time: each takes a core for a second or two.
    async with given.drawing if form in DRAWN else contextlib.nullcontext():
        return await large_body(lambda: write(record), media_type, name)


def _drawn(form: str, picture: str, record: Record) -> bytes:
    """A picture of a record; raises Problem."""
    try:
        return pictures.draw(pictures.find_browser(), record.to_html(), form, picture)
    except pictures.NoBrowser as error:
        raise NotOffered(str(error)) from None
    except pictures.PictureError as error:
        raise (Invalid if str(error).startswith("picture: ") else NotReady)(str(error)) from None


@router.websocket("/sessions/{session_id}/stream")
async def live_link(socket: WebSocket, session_id: str, given: Given) -> None:
    """The live link."""
    await stream(socket, session_id, given.sessions, given.metrics, given.lessons)
