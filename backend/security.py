"""Access to the server: host, origin, token and size of each request, checked before anything else; and headers that tell browsers what to refuse."""

import asyncio
import contextlib
import hmac
import ipaddress
import socket
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.json_input import parse_json
from backend.problems import Invalid, Problem, TooLarge, problem_response

MAX_BODY = 64 * 1024
"""Largest body of a request, bytes; the largest that makes sense has some kilobytes."""
UPLOADS = (("POST", "/api/v1/recordings"), ("POST", "/api/v1/drawings"))
Role = Literal["control", "view"]
LOOKING = ("GET", "HEAD", "OPTIONS")
LOOK_ONLY = "this link may look, not touch: somebody with the control link can change the session"
COOKIE = "twistscope_token"
POLICY_VIOLATION = 1008
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # An address may hold the token.
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of everything that is not a page; pages bring their own."""


def is_loopback(host: str) -> bool:
    """True if only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Hosts:
    """The names under which a server may be addressed.

    A page elsewhere may let its own name point to this machine (DNS rebinding). The browser then takes this server for that page's own, but the
    `Host` that it sends is still the page's name.

    Args:
      bound: address that the server listens on.
      allowed: further names.
    """

    def __init__(self, bound: str, allowed: tuple[str, ...] = ()):
        self._loopback_only = is_loopback(bound)
        self._names = {"localhost", bound.lower(), *(name.lower() for name in allowed)}
        if not self._loopback_only:
            self._names.add(socket.gethostname().lower())

    def __contains__(self, host: str) -> bool:
        """True if a request with this `Host` header is for this server."""
        try:
            address = urlsplit(f"//{host}")
            name = (address.hostname or "").rstrip(".")
            _ = address.port  # Raises where it is no number.
        except ValueError:
            return False
        if name in self._names or is_loopback(name):
            return True
        if self._loopback_only:
            return False
        try:
            # Another page's name cannot be a number: numbers are not looked up.
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def protect(
    app: FastAPI, *, token: str | None, view_token: str | None = None, allowed_origins: tuple[str, ...], hosts: Hosts, body_seconds: float
) -> None:
    """Put the guard around an app that is otherwise complete. Bodies must arrive within `body_seconds`.

    Args:
      token: of those who may do everything; None lets everybody do everything.
      view_token: of those who may look, not touch.
    """
    tokens: dict[str, Role] = {} if token is None else {token: "control", **({} if view_token is None else {view_token: "view"})}
    app.add_middleware(Guard, tokens=tokens, allowed_origins=allowed_origins, hosts=hosts, body_seconds=body_seconds)
    if allowed_origins:
        # Outside the guard: a browser's preflight request carries no token, and the browser reads a refusal only with CORS headers.
        app.add_middleware(CORSMiddleware, allow_origins=list(allowed_origins), allow_methods=["*"], allow_headers=["*"], allow_credentials=True)


class Guard:
    """ASGI middleware that refuses what should not come in: foreign hosts and origins, a missing token, bodies that are too large, slow or no JSON.

    A request whose client has gone is cancelled, so that nothing is computed for nobody.

    """

    def __init__(self, app: ASGIApp, tokens: dict[str, Role], allowed_origins: tuple[str, ...], hosts: Hosts, body_seconds: float):
        self.app, self.tokens, self.allowed_origins, self.hosts, self.body_seconds = app, tokens, allowed_origins, hosts, body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "http":
            send = _with_headers(send)
        role = self._role(scope, headers)
        scope.setdefault("state", {})["role"] = role or "control"
        refused = self._refusal(scope, headers, role)
        if refused is not None:
            await _refuse(scope, receive, send, *refused)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            if self.tokens and "token" in _query(scope):
                send = _with_cookie(send, _token(scope, headers), secure=scope.get("scheme") == "https")
            await self._serve_until_the_end(scope, headers, receive, send)

    def _in_time(self, receive: Receive) -> Receive:
        """Take a client that sends nothing for too long for one that has gone."""

        async def received() -> Message:
            try:
                return await asyncio.wait_for(receive(), self.body_seconds)
            except TimeoutError:
                return {"type": "http.disconnect"}

        return received

    def _role(self, scope: Scope, headers: Headers) -> Role | None:
        """The role that a request's token gives it; None for no such token."""
        if not self.tokens:
            return "control"
        given, found = _token(scope, headers), None
        # All are compared, so that the time tells nothing.
        for token, role in self.tokens.items():
            if _same(given, token):
                found = role
        return found

    def _refusal(self, scope: Scope, headers: Headers, role: Role | None) -> tuple[int, str] | None:
        """Status and reason for refusing a request; None for one that may pass."""
        hosts = headers.getlist("host")
        if not all(host in self.hosts for host in hosts):
            return 421, f"this server is not addressed as {hosts[0][:100]!r}; names other than its own are given with --allow-host"
        if scope["type"] == "websocket" and not self._origin_allowed(headers):
            return 403, "this origin may not open the live link; other origins are given with --allow-origin"
        if role is None and not scope["path"].startswith("/api/v1/health/"):
            return 401, "this server needs a token: open the link it printed, or send Authorization: Bearer TOKEN"
        if role == "view" and scope["type"] == "http" and scope["path"].startswith("/api/") and scope["method"] not in LOOKING:
            return 403, LOOK_ONLY
        return None

    def _origin_allowed(self, headers: Headers) -> bool:
        """True if a page of this origin may open the live link: the server's own origin, a listed one, or none (scripts)."""
        origin = headers.get("origin")
        if origin is None or origin in self.allowed_origins:
            return True
        try:
            return urlsplit(origin).netloc == headers.get("host")
        except ValueError:
            return False

    async def _serve_until_the_end(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Serve a request; one that the server gives up, because it ends, is answered with 503."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._serve(scope, headers, receive, sent)
        except asyncio.CancelledError:
            if begun:
                raise
            await problem_response(503, "the server is ending", headers={"Connection": "close"})(scope, receive, send)

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Read the body, then answer, unless the client goes before the answer is complete."""
        if (scope["method"], scope["path"]) in UPLOADS:
            # Its body is read piece by piece, and its route limits the size.
            await self.app(scope, self._in_time(receive), send)
            return
        try:
            body = await asyncio.wait_for(_read_body(receive, headers), self.body_seconds)
        except TimeoutError:
            await problem_response(408, f"the body of a request must arrive within {self.body_seconds:g} s", headers={"Connection": "close"})(
                scope, receive, send
            )
            return
        except Problem as problem:
            closing = {"Connection": "close"} if problem.status == TooLarge.status else None
            errors = [{"field": "body", "given": None, "allowed": problem.detail}] if isinstance(problem, Invalid) else None
            await problem_response(problem.status, problem.detail, errors, closing)(scope, receive, send)
            return
        if body is not None:
            await _until_gone(self.app, scope, body, receive, send)


async def _read_body(receive: Receive, headers: Headers) -> bytes | None:
    """The body of a request; None where the client has gone. A body of JSON is checked here, before anything parses it.

    Raises:
      TooLarge: the body has more than MAX_BODY bytes.
      Invalid: it says that it is JSON, and is not.
    """
    body = b""
    declared = headers.get("content-length", "0")
    too_large = TooLarge(f"a request may hold at most {MAX_BODY} bytes")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
        raise too_large
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise too_large
        if not message.get("more_body", False):
            break
    if body and "json" in headers.get("content-type", "application/json"):
        parse_json(body)
    return body


async def _until_gone(app: ASGIApp, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
    """Answer a request; cancelled where the client goes before the answer is complete."""
    complete, given = False, False
    gone = asyncio.Event()

    async def receive_again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send_on(message: Message) -> None:
        nonlocal complete
        await send(message)
        complete = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    answering = asyncio.ensure_future(app(scope, receive_again, send_on))
    watching = asyncio.ensure_future(watch())
    try:
        await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done() and not complete:
            gone.set()
            answering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await answering
        else:
            await answering
    finally:
        watching.cancel()
        answering.cancel()


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": detail})
    else:
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        await problem_response(status, detail, headers=headers)(scope, receive, send)


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope["query_string"].decode("latin-1"))


def _token(scope: Scope, headers: Headers) -> str:
    """The token of a request: from its Authorization header, its query, or the cookie set by a link."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer
    in_link = _query(scope).get("token")
    if in_link:
        return in_link[0]
    # The standard library's parser stops at the first cookie that it does not like, and other programs on this host set such cookies.
    return unquote(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogatepass"), token.encode())


def _with_headers(send: Send) -> Send:
    """Add the headers that tell a browser what to refuse."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**HEADERS, "Content-Security-Policy": NO_PAGE}.items():
                headers.setdefault(name, value)
        await send(message)

    return sent


def _with_cookie(send: Send, token: str, *, secure: bool) -> Send:
    """Store the token of a link in a cookie, so that the page's own requests carry it; `secure` keeps it off unencrypted connections."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append(
                "set-cookie", f"{COOKIE}={quote(token, safe='')}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
            )
        await send(message)

    return sent
