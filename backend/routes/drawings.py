"""Drawings of plans that were kept as files."""

from fastapi import APIRouter, Request, Response

from backend.problems import Invalid
from backend.routes.bodies import large_body
from backend.routes.documented import bytes_of, problems
from backend.routes.limited import limited
from backend.routes.plans import DRAWING_MEDIA_TYPE, MEDIA_TYPE
from backend.routes.services import Given
from backend.routes.uploads import file_body, receive
from planner import Record, TraceError

router = APIRouter(tags=["plans"])


@router.post(
    "/drawings",
    response_class=Response,
    dependencies=[limited("uploads")],
    responses={**bytes_of(DRAWING_MEDIA_TYPE, "A complete drawing."), **problems(408, 413, 422, 429)},
    openapi_extra=file_body(MEDIA_TYPE),
)
async def draw(request: Request, given: Given) -> Response:
    """Draw a trace that was kept as a file. Nothing is planned, and nothing of it stays here."""
    data = bytearray()

    async def keep(piece: bytes) -> None:
        data.extend(piece)

    # It is held in memory, as a plan is.
    limits = {"TWISTSCOPE_MAX_UPLOAD": given.config.max_upload, "TWISTSCOPE_MAX_PLAN_MEMORY": given.config.max_plan_memory}
    setting = min(limits, key=lambda name: limits[name])
    await receive(request, keep, limits[setting], setting)
    return await large_body(lambda: _drawing_of(bytes(data)), DRAWING_MEDIA_TYPE)


def _drawing_of(trace: bytes) -> bytes:
    """The complete drawing of a trace; raises Invalid where it is none, or is damaged."""
    header = {"session": "", "frame": 0, "revision": 0, "skipped": 0, "playing": False, "notes": []}
    try:
        record = Record.from_bytes(trace)
        record.check()
        return record.drawing(complete=True, header=header)
    except TraceError as error:
        raise Invalid(f"this is no trace of a plan: {error}") from None
    except Exception as error:
        # Somebody has written it by hand: whatever a picture needs is there, or fails here.
        raise Invalid(f"the trace is damaged: it cannot be drawn ({type(error).__name__})") from None
