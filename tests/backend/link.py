"""A viewer for tests, which uses the live link as a page does."""

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from planner.record.container import read
from planner.record.metadata import SCHEMA as TRACE


def read_trace(data: bytes):
    """Arrays and header of a trace, the header as text."""
    return read(data, TRACE)


class Link:
    """One WebSocket on one session."""

    def __init__(self, server, session_id: str, query: str = "", **options):
        self._connection = connect(f"{server.stream_url(session_id)}{query and '?'}{query}", max_size=None, **options)
        self.socket: ClientConnection
        self.texts: list[dict[str, Any]] = []
        self.status: dict[str, Any] = {}

    def __enter__(self):
        self.socket = self._connection.__enter__()
        return self

    def __exit__(self, *exception):
        self._connection.__exit__(*exception)

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def receive(self, timeout=60):
        """The next message: a frame as (arrays, metadata), or a text message as a dict."""
        message = self.socket.recv(timeout=timeout)
        if isinstance(message, bytes):
            return read(message, TRACE)
        text = json.loads(message)
        self.texts.append(text)
        if text["type"] == "status":
            self.status = text
        return text

    def frame(self, *, revision=0, step=None, past=None, acknowledge=True):
        """The next frame with at least this settings' revision; of this step, or of a step past another, if given: play skips steps."""
        while True:
            message = self.receive()
            if isinstance(message, dict):
                assert message["type"] != "error", message
                continue
            arrays, metadata = message
            if acknowledge:
                self.send(type="ack", frame=int(metadata["frame"]))
            here = int(metadata["step"])
            if int(metadata["revision"]) >= revision and step in (None, here) and (past is None or here > past):
                return arrays, metadata

    def text(self, kind):
        """The next text message of a type; frames before it are acknowledged."""
        while True:
            message = self.receive()
            if isinstance(message, tuple):
                self.send(type="ack", frame=int(message[1]["frame"]))
            elif message["type"] == kind:
                return message

    def until(self, condition):
        """Wait for a status that fulfils the condition; frames before it are acknowledged."""
        while True:
            status = self.text("status")
            if condition(status):
                return status
