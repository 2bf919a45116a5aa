"""Bodies that are files: larger than other requests, and read piece by piece."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from backend.problems import TooLarge, TooSlow

UPLOAD_SECONDS = 600
"""Time in which an upload must be complete."""


def file_body(media_type: str) -> dict[str, Any]:
    """The body of a route that takes a file, for its `openapi_extra`."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


async def receive(request: Request, keep: Callable[[bytes], Awaitable[Any]], limit: int, setting: str = "TWISTSCOPE_MAX_UPLOAD") -> None:
    """Pass the body of a request on, piece by piece.

    Args:
      keep: takes the next piece.
      limit: bytes that the body may have.
      setting: the variable that says so.

    Raises:
      TooLarge, TooSlow: it has more bytes, or takes longer than UPLOAD_SECONDS.
    """
    total, ends = 0, time.monotonic() + UPLOAD_SECONDS
    try:
        async for piece in request.stream():
            total += len(piece)
            if total > limit:
                raise TooLarge(f"an upload may hold at most {limit} bytes ({setting})")
            if time.monotonic() > ends:
                raise TooSlow(f"an upload must be complete within {UPLOAD_SECONDS} s")
            await keep(piece)
    except ClientDisconnect:
        raise TooSlow("the upload ended before it was complete, or nothing of it came for too long") from None
