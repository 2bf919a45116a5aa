"""Running an app on a port."""

import os
import socket
import sys
import webbrowser
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from backend.compression import compress


class PortError(ValueError):
    """The server cannot listen on the address; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket to the address, before any slow work.

    Raises:
      PortError: the address is in use, not permitted, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        reason = "is already in use" if error.errno == 98 else f"cannot be listened on ({error.strerror or error})"
        raise PortError(f"port {port} on {host} {reason}; choose another with --port") from None
    return bound


def run(app: FastAPI, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until interrupted; `ready` is called once requests are answered."""
    compress(app)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # On loopback, compressing a frame takes longer than sending it uncompressed.
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=3,
    )
    _Server(config, ready).run(sockets=[bound])


class _Server(uvicorn.Server):
    """A server that calls `ready` when it has started."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]):
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def open_page(address: str) -> None:
    """Open the page in a browser, if there is a display."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
