"""QR codes: a link that a class takes from the screen."""

import asyncio
import io
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.problems import Invalid
from backend.routes.documented import bytes_of, problems
from backend.routes.limited import limited

router = APIRouter(tags=["lessons"])

MAX_TEXT = 2000
QUIET = 4
"""Width of the empty margin, in modules; the standard asks for so much."""
Text = Annotated[str, Query(min_length=1, max_length=MAX_TEXT)]
SVG = "image/svg+xml"


@router.get("/qr", response_class=Response, dependencies=[limited("exports")], responses={**bytes_of(SVG, "The code."), **problems(422, 429)})
async def code(text: Text) -> Response:
    """A text as a QR code, dark on white in every theme, so that cameras read it. It has no size of its own."""
    # In a thread: a long text takes a quarter of a second.
    return Response(await asyncio.to_thread(_drawn, text), media_type=SVG)


@lru_cache(maxsize=16)
def _drawn(text: str) -> bytes:
    # It is used rarely, and would cost every start some time.
    import segno

    try:
        made = segno.make(text, error="l", micro=False)
    except segno.DataOverflowError:
        length = len(text.encode())
        allowed = "at most 2953 bytes, which is all that a QR code holds"
        raise Invalid(f"text: it has {length} bytes, allowed: {allowed}", [{"field": "text", "given": text, "allowed": allowed}]) from None
    file = io.BytesIO()
    made.save(file, kind="svg", xmldecl=False, border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return file.getvalue()
