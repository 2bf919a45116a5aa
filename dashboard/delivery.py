"""Static files for slow networks: compressed once, and kept by browsers for as long as they are the same.

The addresses of our own files name a version of all of them, those of Dash's bundles the version of Dash. What such an address means never changes,
so a browser need not ask again. Modules import each other by relative addresses and keep the version that way.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from dash import Dash

FOLDERS = ("css", "js", "vendor")
"""Folders of the assets that pages load; the others hold checkpoints and their openings."""
FOR_EVER = "public, max-age=31536000, immutable"
SMALLEST = 500
"""Bytes from which compressing pays."""
LEVEL = 9


def version(assets: Path) -> str:
    """Name of the present state of the files that pages load: another one as soon as a file is edited."""
    files = [path for folder in FOLDERS for path in sorted((assets / folder).rglob("*"))] + sorted(
        path for path in assets.iterdir() if path.is_file()
    )
    state = "\n".join(f"{path.relative_to(assets)} {(found := path.stat()).st_mtime_ns} {found.st_size}" for path in files)
    return f"v-{zlib.crc32(state.encode()):08x}"


def with_version(page: str, prefix: str, assets: Path) -> str:
    """A page whose files have the addresses of their present version."""
    return page.replace(f'"{prefix}assets/', f'"{prefix}assets/{version(assets)}/')


class Delivery:
    """Answers with files of the assets and with Dash's bundles. Each is compressed when it is first asked for, in a thread."""

    def __init__(self, assets: Path, dash: Dash) -> None:
        self._files, self._dash = StaticFiles(directory=assets), dash
        # Of the kind that answers for FastAPI, which Dash does not declare.
        self._bundles: Any = dash.backend
        self._compressed: dict[tuple[str, int], bytes] = {}

    def serve(self, server: FastAPI) -> None:
        """Add the routes to `server`, before those that Dash has for the same addresses."""
        prefix = self._dash.config.routes_pathname_prefix
        server.router.routes[:0] = [
            Route(f"{prefix}assets/v-{{version}}/{{path:path}}", self._asset),
            Route(f"{prefix}_dash-component-suites/{{package}}/{{path:path}}", self._bundle),
        ]

    async def _asset(self, request: Request) -> Response:
        file, found = await asyncio.to_thread(self._files.lookup_path, request.path_params["path"])
        if found is None or not stat.S_ISREG(found.st_mode):
            raise HTTPException(404)
        content = await asyncio.to_thread(Path(file).read_bytes)
        return await self._answer(request, Response(content, media_type=mimetypes.guess_type(file)[0]))

    async def _bundle(self, request: Request) -> Response:
        package, path = request.path_params["package"], request.path_params["path"]
        return await self._answer(request, await asyncio.to_thread(self._bundles.serve_component_suites, self._dash, package, path, request))

    async def _answer(self, request: Request, response: Response) -> Response:
        """A response with a whole body, compressed where the browser takes that."""
        body = bytes(response.body)
        # A bundle without a version in its address comes with an ETag instead.
        if "etag" not in response.headers:
            response.headers["cache-control"] = FOR_EVER
        if response.status_code != 200 or len(body) < SMALLEST:
            return response
        response.headers["vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            key = (request.url.path, zlib.crc32(body))
            if key not in self._compressed:
                self._compressed[key] = await asyncio.to_thread(gzip.compress, body, LEVEL)
            response.body = self._compressed[key]
            response.headers["content-encoding"] = "gzip"
            response.headers["content-length"] = str(len(response.body))
        return response
