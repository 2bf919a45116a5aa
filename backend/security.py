"""Access to the server: request size, origin and token, checked before anything else."""

import hmac
import ipaddress
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.problems import problem_response

MAX_BODY = 1024 * 1024
COOKIE = "twistscope_token"
POLICY_VIOLATION = 1008


def is_loopback(host: str) -> bool:
    """True if only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware that refuses over-large bodies, foreign origins of WebSockets, and requests without the token if one is set."""

    def __init__(self, app: ASGIApp, token: str | None, allowed_origins: tuple[str, ...]):
        self.app, self.token, self.allowed_origins = app, token, allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket" and not self._origin_allowed(headers):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "origin not allowed"})
            return
        given = self._token(scope, headers)
        if self.token is not None and not scope["path"].startswith("/api/v1/health/") and not _same(given, self.token):
            await self._refuse(scope, receive, send)
            return
        if scope["type"] == "http":
            if int(headers.get("content-length") or 0) > MAX_BODY:
                await problem_response(413, f"a request may hold at most {MAX_BODY} bytes")(scope, receive, send)
                return
            receive = _limited(receive)
            if self.token is not None and "token" in parse_qs(scope["query_string"].decode()):
                send = _with_cookie(send, self.token)
        await self.app(scope, receive, send)

    def _origin_allowed(self, headers: Headers) -> bool:
        """True if a page of this origin may open the live link: the server's own origin, a listed one, or none (scripts)."""
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == headers.get("host") or origin in self.allowed_origins

    def _token(self, scope: Scope, headers: Headers) -> str:
        """The token of a request: from its Authorization header, its query, or the cookie set by a link."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return bearer
        in_link = parse_qs(scope["query_string"].decode()).get("token")
        if in_link:
            return in_link[0]
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie.value if cookie else ""

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "token needed"})
        else:
            detail = "this server needs a token: open the link it printed, or send Authorization: Bearer TOKEN"
            await problem_response(401, detail, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _limited(receive: Receive) -> Receive:
    """Limit the size of a body that arrives without a declared length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            # While FastAPI reads a body, it passes on only its own exception.
            raise HTTPException(413, f"a request may hold at most {MAX_BODY} bytes")
        return message

    return counted


def _with_cookie(send: Send, token: str) -> Send:
    """Store the token of a link in a cookie, so that the page's own requests carry it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict".encode()
            message = {**message, "headers": [*message.get("headers", []), (b"set-cookie", cookie)]}
        await send(message)

    return sent
