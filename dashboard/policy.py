"""The Content-Security-Policy of the pages: scripts only of this server, connections only to it and to the backend."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def page_policy(script_hashes: Iterable[str], api_url: str) -> str:
    """The policy of all pages.

    Args:
      script_hashes: hashes of the scripts that stand in the document itself, quoted.
      api_url: where the browser reaches the backend; "" for the address of the page.
    """
    backend = f" {api_url} {api_url.replace('http', 'ws', 1)}" if api_url else ""
    return "; ".join(
        (
            "default-src 'none'",
            # Scripts come only from here. Those that do may evaluate text: programs that drive a browser wait for conditions in this way.
            " ".join(("script-src 'self' 'unsafe-eval'", *script_hashes)),
            # React and Plotly set styles of elements.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{backend}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class PagePolicy:
    """ASGI middleware that gives every page the policy."""

    def __init__(self, app: ASGIApp, policy: str):
        self.app, self.policy = app, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = self.policy
            await send(message)

        await self.app(scope, receive, sent)
