"""Compression of answers."""

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from backend.routes.plans import MEDIA_TYPE, SEEDS_MEDIA_TYPE

SMALLEST, LEVEL = 1000, 5
"""Size from which answers are compressed, in bytes, and how thoroughly."""
THREAD = 16 * 1024
"""Size from which that happens in a thread: the event loop would be held up for longer than a millisecond."""
BINARY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, MEDIA_TYPE, SEEDS_MEDIA_TYPE)
"""Megabytes of numbers are left alone: they take longer to compress than most networks to send them."""


def compress(app: FastAPI) -> None:
    """Compress the answers of an app for clients that take that. What comes compressed, as static files do, is passed on."""
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=LEVEL, thread_minimum_size=THREAD, exclude_content_types=BINARY)
