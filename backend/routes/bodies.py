"""Bodies of answers that are made outside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import Response
from fastapi.responses import StreamingResponse

PIECE = 256 * 1024
"""Bytes sent at once: the event loop serves others between two pieces."""


class JSONText(Response):
    """JSON that is text already."""

    media_type = "application/json"


async def large_body(make: Callable[[], bytes], media_type: str, file_name: str | None = None) -> StreamingResponse:
    """Make a body in a thread, and send it in pieces as fast as the client reads them; with a name, as a file to keep."""
    data = memoryview(await asyncio.to_thread(make))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), PIECE):
            yield bytes(data[start : start + PIECE])

    headers = {"Content-Length": str(len(data))}
    if file_name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return StreamingResponse(pieces(), media_type=media_type, headers=headers)
