"""Running an app on a port."""

import asyncio
import errno
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from backend.compression import compress
from backend.ending import END_SECONDS, end_within

SWITCH_SECONDS = 0.001
"""Time after which a thread gives up the interpreter to another that waits for it."""
GRACE_SECONDS = 2
"""Time in which open requests may be finished once the server is told to end."""


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
        reason = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror or error})"
        raise PortError(f"port {port} on {host} {reason}; choose another with --port") from None
    return bound


class _Config(uvicorn.Config):
    """Settings of uvicorn, and the time that clients have."""

    client_seconds: float


def run(app: FastAPI, bound: socket.socket, ready: Callable[[], None], client_seconds: float) -> None:
    """Serve until interrupted.

    Args:
      ready: called once requests are answered.
      client_seconds: time in which the headers of a request must arrive. A client that reads nothing for so long, with data waiting for it, is cut
        off, and a link from which nothing arrives for so long after a ping.
    """
    compress(app)
    config = _Config(
        app,
        http=_Requests,
        ws=_Links,
        log_level="warning",
        access_log=False,
        # On loopback, compressing a frame takes longer than sending it uncompressed.
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        ws_ping_interval=client_seconds,
        ws_ping_timeout=client_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.client_seconds = client_seconds
    # Threads that trace programs share the interpreter with the event loop, which then waits for each of them in turn.
    sys.setswitchinterval(SWITCH_SECONDS)
    _Server(config, ready).run(sockets=[bound])


class _Server(uvicorn.Server):
    """A server that calls `ready` when it has started, and that ends in time."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]):
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        end_within(END_SECONDS, 128 + sig)
        super().handle_exit(sig, frame)


class _Unread:
    """Cuts off a client that does not read what waits for it: it would keep the memory for ever."""

    transport: Any
    loop: asyncio.AbstractEventLoop
    config: Any

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._unread.cancel()
        super().resume_writing()  # type: ignore[misc]

    def _watch(self, before: int) -> None:
        self._unread = self.loop.call_later(self.config.client_seconds, self._look, before)

    def _look(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= before:
            self.transport.abort()
        else:
            # A slow client that goes on reading is waited for.
            self._watch(waiting)


class _Requests(_Unread, HttpToolsProtocol):
    """HTTP connections whose requests must begin with headers that arrive in time."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._await_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        self._arrived()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._arrived()
        self._late = self.loop.call_later(self.config.client_seconds, self.transport.abort)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()


class _Links(_Unread, WebSocketsSansIOProtocol):
    """WebSockets. One from which anything arrives is alive: a pong can stand behind a thousand messages of its client that wait to be read."""

    _heard_at: float = 0.0

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)

    def keepalive_timeout(self) -> None:
        if self.read_paused or self._heard_at > self.ping_sent_at:
            self.ping_sent_at = self.loop.time()
            self.pong_timer = self.loop.call_later(self.config.client_seconds, self.keepalive_timeout)
        else:
            super().keepalive_timeout()


def open_page(address: str) -> None:
    """Open the page in a browser, if there is a display."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
