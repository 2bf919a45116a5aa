"""Recordings: made of sessions, listed, renamed, deleted with undo, kept as files, and replayed."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from backend.problems import Conflict, NotKept
from backend.recordings.library import Library
from backend.routes.bodies import PIECE, large_body
from backend.routes.documented import bytes_of, problems
from backend.routes.limited import limited
from backend.routes.plans import MEDIA_TYPE, Step
from backend.routes.services import Given
from backend.routes.uploads import file_body, receive
from backend.sessions.replay import load_frame
from planner.record.table import Frame, recording_to_csv, recording_to_parquet

router = APIRouter(tags=["recordings"])

RECORDING = "application/vnd.twistscope.recording"


class RecordBody(BaseModel):
    """Body of a request to record."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str | None = None
    """Shown in the list; by default checkpoint and planner."""


class TitleBody(BaseModel):
    """Body of a request for another title."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str


class ReplayBody(BaseModel):
    """Body of a request for a replay."""

    model_config = ConfigDict(extra="forbid", strict=True)

    step: Step = 0
    """Number of the frame to begin at."""


@router.post("/sessions/{session_id}/recording", status_code=201, responses=problems(404, 409, 422, 507))
async def start(session_id: str, given: Given, body: RecordBody | None = None) -> dict[str, Any]:
    """Record a session: keep its current frame and every later one. Answers with the recording; `frames` counts those that are on disk."""
    return given.sessions.get_live(session_id).record(None if body is None else body.title).describe()


@router.delete("/sessions/{session_id}/recording", responses=problems(404, 409))
async def stop(session_id: str, given: Given) -> dict[str, Any]:
    """Stop recording. Answers when all frames are on disk."""
    return (await given.sessions.get_live(session_id).recorder.stop()).describe()


@router.get("/recordings")
async def every(given: Given) -> dict[str, Any]:
    """All recordings, the newest first, and the room that they take."""
    return await asyncio.to_thread(given.sessions.library.every)


@router.post(
    "/recordings",
    status_code=201,
    dependencies=[limited("uploads")],
    responses=problems(408, 413, 422, 429, 507),
    openapi_extra=file_body(RECORDING),
)
async def upload(request: Request, given: Given) -> dict[str, Any]:
    """Keep a file from elsewhere. Its frames are checked one by one and written anew."""
    library = given.sessions.library
    with await asyncio.to_thread(_file_in, library.folder) as arriving:
        await _write(request, arriving, given.config.max_upload)
        return await asyncio.to_thread(library.take_in, Path(arriving.name))


def _file_in(folder: Path) -> Any:
    """A new file, which is removed when it is closed; raises NotKept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(suffix=".upload", dir=folder)
    except OSError as error:
        raise NotKept(f"the recording cannot be kept: {error.strerror}") from None


async def _write(request: Request, file: Any, limit: int) -> None:
    """Write a body to a file; raises NotKept where it cannot be written, and as `uploads.receive`."""
    try:
        await receive(request, lambda piece: asyncio.to_thread(file.write, piece), limit)
        await asyncio.to_thread(file.flush)
    except OSError as error:
        raise NotKept(f"the recording cannot be kept: {error.strerror}") from None


@router.get("/recordings/{recording_id}", responses=problems(404, 409))
async def one(recording_id: str, given: Given) -> dict[str, Any]:
    """One recording."""
    return await asyncio.to_thread(given.sessions.library.describe, recording_id)


@router.patch("/recordings/{recording_id}", responses=problems(404, 409, 422, 507))
async def rename(recording_id: str, body: TitleBody, given: Given) -> dict[str, Any]:
    """Give a recording another title."""
    return await asyncio.to_thread(given.sessions.library.rename, recording_id, body.title)


@router.delete("/recordings/{recording_id}", status_code=204, responses=problems(404, 409, 507))
async def delete(recording_id: str, given: Given) -> None:
    """Delete a recording; for an hour it can be restored."""
    await asyncio.to_thread(given.sessions.library.delete, recording_id)


@router.post("/recordings/{recording_id}/restore", responses=problems(404, 409, 507))
async def restore(recording_id: str, given: Given) -> dict[str, Any]:
    """Take the deletion of a recording back."""
    return await asyncio.to_thread(given.sessions.library.restore, recording_id)


@router.get(
    "/recordings/{recording_id}/file", response_class=Response, responses={**bytes_of(RECORDING, "The recording."), **problems(404, 409, 507)}
)
async def file(recording_id: str, given: Given) -> Response:
    """The recording as one file, also while it is being made."""
    copied, size = await asyncio.to_thread(_copied, given.sessions.library, recording_id)

    async def pieces() -> AsyncIterator[bytes]:
        with copied:
            while piece := await asyncio.to_thread(copied.read, PIECE):
                yield piece

    headers = {"Content-Length": str(size), "Content-Disposition": f'attachment; filename="{recording_id}.twistscope"'}
    return StreamingResponse(pieces(), media_type=RECORDING, headers=headers)


def _copied(library: Library, recording_id: str) -> tuple[Any, int]:
    """A complete copy, which is removed when it is closed, and its size; raises Problem."""
    # Closed when it was sent.
    copied = tempfile.NamedTemporaryFile(suffix=".twistscope")  # noqa: SIM115
    try:
        library.copy(recording_id, Path(copied.name))
    except BaseException:
        copied.close()
        raise
    # The copy was written beside this handle.
    return copied, os.stat(copied.name).st_size


@router.get(
    "/recordings/{recording_id}/frames/{step}/trace",
    response_class=Response,
    responses={**bytes_of(MEDIA_TYPE, "A trace."), **problems(404, 409, 422)},
)
async def frame(recording_id: str, step: Step, given: Given) -> Response:
    """The trace of one frame, as it was kept."""
    record = await asyncio.to_thread(load_frame, given.sessions, recording_id, step)
    return await large_body(record.to_bytes, MEDIA_TYPE)


class Table(NamedTuple):
    """One form of the table of a recording."""

    suffix: str
    media_type: str
    write: Callable[[Iterable[Frame]], Iterator[bytes]]


TABLES = {
    "parquet": Table(".parquet", "application/vnd.apache.parquet", recording_to_parquet),
    "csv": Table(".csv", "text/csv; charset=utf-8", recording_to_csv),
}


@router.get(
    "/recordings/{recording_id}/export/{form}",
    response_class=Response,
    dependencies=[limited("exports")],
    responses={
        200: {"description": "A table.", "content": {form.media_type.partition(";")[0]: {"schema": {"type": "string"}} for form in TABLES.values()}},
        **problems(404, 409, 422, 429),
    },
)
async def export(recording_id: str, form: Literal["parquet", "csv"], given: Given) -> Response:
    """The tables of all frames, one below the other. It is written while it is sent; where a frame is damaged, it breaks off."""
    about = await asyncio.to_thread(given.sessions.library.describe, recording_id)
    if about["frames"] == 0:
        raise Conflict("this recording has no frames yet")
    suffix, media_type, write = TABLES[form]
    records = (load_frame(given.sessions, recording_id, number) for number in range(about["frames"]))
    written = write((record.arrays, record.metadata) for record in records)
    first = await asyncio.to_thread(next, written)

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        while (piece := await asyncio.to_thread(next, written, None)) is not None:
            yield piece

    headers = {"Content-Disposition": f'attachment; filename="{recording_id}{suffix}"'}
    return StreamingResponse(pieces(), media_type=media_type, headers=headers)


@router.post("/recordings/{recording_id}/replay", status_code=201, dependencies=[limited("sessions")], responses=problems(404, 409, 422, 429))
async def replay(recording_id: str, given: Given, response: Response, body: ReplayBody | None = None) -> dict[str, Any]:
    """Create a session that replays a recording, paused. It needs neither the network's parameters nor the environment."""
    session = await given.sessions.replay(recording_id, 0 if body is None else body.step)
    response.headers["Location"] = f"/api/v1/sessions/{session.id}"
    return session.describe()
