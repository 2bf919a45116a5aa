"""The live link: one WebSocket, binary frames one way, small text messages both ways (docs/api.md, The live link)."""

import asyncio
import json
import logging
import re
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from backend.arguments import flag, refuse_unknown, whole
from backend.json_input import parse_json
from backend.lessons.library import Lessons
from backend.link.allowance import Allowance
from backend.link.classroom import read_answer, read_presented
from backend.link.frame import View
from backend.link.viewer import Viewer
from backend.metrics import Metrics
from backend.problems import Forbidden, Invalid, NotFound, Problem, wrong_value
from backend.security import LOOK_ONLY
from backend.sessions.all import Sessions
from backend.sessions.shown import Shown
from planner import Trace
from planner.core.targets import Root
from planner.messages import shortened
from planner.record.diagnostics import DIAGNOSTICS
from planner.truth import ANSWERS

log = logging.getLogger("twistscope")

GONE = 4404
"""Close code for an unknown session."""

MAX_INDEX = 2**31 - 1
TOUCHING = ("command", "settings", "present")
"""Messages of those in control."""
FIELDS = {
    "ack": ("frame",),
    "pong": ("frame",),
    "settings": ("settings",),
    "view": ("arrays", "drawing", "narrow", "particle", "other", "trail", "projection"),
    "timeline": ("follow",),
    "answer": ("lesson", "prediction", "answer"),
}
"""Message -> its fields. Those of a command depend on the command, and those of `present` are checked with their values."""
OF_DRAWINGS = ("particle", "other", "trail", "projection")
PARAMETER = "a parameter of the live link"
"""Title of an error in the address of the link."""
QUERY = ("drawing", "narrow", "voter", "token")
VOTER = re.compile(r"[\w-]{8,64}", re.ASCII)

ARRAYS = frozenset(Trace.__dataclass_fields__) | frozenset(Root.__dataclass_fields__) | frozenset(DIAGNOSTICS) | frozenset(ANSWERS)


async def stream(socket: WebSocket, session_id: str, sessions: Sessions, metrics: Metrics, lessons: Lessons) -> None:
    """Serve one viewer until it leaves or the session ends."""
    await socket.accept()
    try:
        session = sessions.get(session_id)
    except NotFound as problem:
        await socket.send_json({"type": "gone", "detail": problem.detail, "session": sessions.successor(session_id)})
        await socket.close(GONE)
        return
    # A page requests drawings in its link. Otherwise its first frame would be a complete trace, sent before its first message is read.
    # `narrow` is the name used by earlier pages, accepted until 0.3.
    looks_only = socket.state.role == "view"
    drawing = "true" in (socket.query_params.get("drawing"), socket.query_params.get("narrow"))
    voter = socket.query_params.get("voter", "")
    viewer = Viewer(View(drawing=drawing), voter if VOTER.fullmatch(voter) else None)
    if voter and viewer.voter != voter:
        viewer.tell({"type": "error", "title": PARAMETER, "detail": f"voter: got {shortened(voter)}, allowed: 8 to 64 letters, digits, - and _"})
    for name in sorted({*socket.query_params} - {*QUERY}):
        viewer.tell({"type": "error", "title": PARAMETER, "detail": f"{name[:100]}: is no parameter of the live link, which has {', '.join(QUERY)}"})
    session.join(viewer)
    metrics.viewers.inc()
    receiving = asyncio.create_task(_receive(socket, session, viewer, Allowance(), looks_only, sessions, lessons))
    sending = asyncio.create_task(_send(socket, viewer, metrics))
    try:
        await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        session.leave(viewer)
        metrics.viewers.dec()
        metrics.skipped.inc(viewer.skipped_total)
        for task in (receiving, sending):
            task.cancel()
        results = await asyncio.gather(receiving, sending, return_exceptions=True)
        # Sending to a link that has just been closed is a RuntimeError, too.
        closed = WebSocketState.DISCONNECTED in (socket.client_state, socket.application_state)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect) and not (closed and isinstance(error, RuntimeError)):
                raise error


async def _send(socket: WebSocket, viewer: Viewer, metrics: Metrics) -> None:
    """Send all messages that wait for the viewer."""
    while (message := await viewer.next()) is not None:
        if isinstance(message, bytes):
            metrics.frames.inc()
            metrics.bytes.inc(len(message))
            await socket.send_bytes(message)
        else:
            await socket.send_text(json.dumps(message, allow_nan=False))
    await socket.close(GONE)


async def _receive(
    socket: WebSocket, session: Shown, viewer: Viewer, allowance: Allowance, looks_only: bool, sessions: Sessions, lessons: Lessons
) -> None:
    """Handle the viewer's messages one by one. An invalid message, or one that a role may not send, is answered with an error and changes nothing."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        # Nothing else waits in this loop while messages are at hand: without this, one viewer that floods would keep the event loop for itself.
        await allowance.take()
        try:
            parsed = _parse(message.get("text"))
            if looks_only and parsed["type"] in TOUCHING:
                raise Forbidden(LOOK_ONLY)
            await _handle(parsed, session, viewer, sessions, lessons)
        except Problem as problem:
            body = problem.body()
            viewer.tell({"type": "error", **{key: body[key] for key in ("title", "detail", "errors") if key in body}})
        except Exception as error:
            # A fault of this program, which must not end the link without a word.
            log.exception("a message of a viewer of session %s", session.id)
            viewer.tell({"type": "error", "title": "the message could not be handled", "detail": type(error).__name__})


def _parse(text: str | None) -> dict[str, Any]:
    """Parse a JSON object with a `type`; raises Invalid."""
    try:
        message = parse_json(text or "")
    except Invalid as problem:
        raise Invalid(f"a message must be a JSON object in a text frame: {problem.detail}") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Invalid('a message must be a JSON object with a text "type"')
    return message


async def _handle(message: dict[str, Any], session: Shown, viewer: Viewer, sessions: Sessions, lessons: Lessons) -> None:
    """Carry out one message of a viewer; raises Problem."""
    if message["type"] in FIELDS:
        refuse_unknown(message, FIELDS[message["type"]], f"the message {message['type']}")
    match message["type"]:
        # `pong` is the name used by earlier pages, accepted until 0.3.
        case "ack" | "pong":
            viewer.acknowledge(whole(message, "frame", 0, 2**53))
        case "settings":
            changes = message.get("settings")
            if not isinstance(changes, dict):
                raise Invalid('"settings" must be an object of setting: value')
            session.change_settings(changes)
        case "command":
            forked = await session.command(_text(message, "command"), message)
            if forked is not None:
                viewer.tell({"type": "forked", "session": forked.describe()})
        case "view":
            viewer.view(_view(message, session), session.frame)
        case "timeline":
            session.timeline.welcome(viewer, flag(message, "follow"))
        case "present":
            presented = await read_presented(message, lessons)
            if message.get("from") is not None:
                sessions.go_on(session, _text(message, "from"))
            session.classroom.present(None if presented is None else {**presented, "session": session.id}, viewer)
        case "answer":
            session.classroom.answer(*await read_answer(message, lessons), viewer)
        case other:
            raise Invalid(f"unknown message type {shortened(other)}; known are command, settings, view, timeline, present, answer, ack")


def _text(message: dict[str, Any], name: str) -> str:
    """Read a text from a message; raises Invalid."""
    value = message.get(name)
    if not isinstance(value, str):
        raise wrong_value(name, value, "a text")
    return value


def _view(message: dict[str, Any], session: Shown) -> View:
    """Parse the view that a viewer requests: arrays of the trace by name, or a drawing; raises Invalid."""
    drawing = message.get("drawing", message.get("narrow", False))
    if not isinstance(drawing, bool):
        raise Invalid('"drawing" must be true or false', [{"field": "drawing", "given": drawing, "allowed": "true, false"}])
    if not drawing:
        alone = next((name for name in OF_DRAWINGS if message.get(name)), None)
        if alone is not None:
            raise wrong_value(alone, message[alone], 'only with "drawing": true')
        return View(_array_names(message.get("arrays")))
    if "arrays" in message:
        raise Invalid('"arrays" cannot be chosen for a drawing: omit "arrays" or "drawing"')
    trail = message.get("trail", False)
    if not isinstance(trail, bool):
        raise Invalid('"trail" must be true or false', [{"field": "trail", "given": trail, "allowed": "true, false"}])
    named = _projection(message.get("projection"), session)
    return View(drawing=True, particle=_particle(message, "particle"), other=_particle(message, "other"), trail=trail, projection=named)


def _projection(given: Any, session: Shown) -> str | None:
    """Parse the name of a projection; raises Invalid for one that the session's environment does not offer."""
    offered = [each.name for each in session.projections]
    if given is None or given in offered:
        return given
    allowed = ", ".join(offered) or "none: the picture of this environment shows all that there is"
    raise wrong_value("projection", given, allowed)


def _array_names(names: Any) -> tuple[str, ...]:
    """Parse the arrays that a viewer requests; raises Invalid for an unknown array."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Invalid('"arrays" must be a list of array names')
    unknown = [name for name in names if name not in ARRAYS]
    if unknown:
        raise Invalid(
            f"a trace has no array {shortened(unknown[0])}", [{"field": "arrays", "given": unknown[0], "allowed": ", ".join(sorted(ARRAYS))}]
        )
    return tuple(dict.fromkeys(names))


def _particle(message: dict[str, Any], name: str) -> tuple[int, int | None] | None:
    """Parse a particle whose exact numbers are requested; raises Invalid."""
    given = message.get(name)
    if given is None:
        return None
    if not isinstance(given, dict):
        raise Invalid(f'"{name}" must be an object with a "level" and optionally a "slot"')
    refuse_unknown(given, ("level", "slot"), f'"{name}"', ())
    slot = whole(given, "slot", 0, MAX_INDEX) if given.get("slot") is not None else None
    return whole(given, "level", 0, MAX_INDEX), slot
