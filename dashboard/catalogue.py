"""Checkpoints and planners to choose from, as the callbacks take them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Catalogue = dict[str, Any]
"""`{"first": {"checkpoint", "planner"}, "checkpoints": [card …], "missing": [{"name", "detail"} …], "planners": [planner …], "groups": [name …]}`, as
`GET /checkpoints` and `GET /planners` describe them."""

GetCatalogue = Callable[[], Awaitable[Catalogue]]


class CatalogueError(Exception):
    """There is no catalogue now; there may be one later."""


async def fetch_catalogue(api_url: str, token: str | None = None) -> Catalogue:
    """The catalogue of a backend elsewhere.

    Args:
      api_url: where this process reaches the backend, such as http://127.0.0.1:8051.
      token: what the backend asks for, if it asks for one.

    Raises:
      CatalogueError: the backend does not answer, or not with success.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with httpx.AsyncClient(base_url=f"{api_url.rstrip('/')}/api/v1", headers=headers, timeout=10) as client:
            cards, planners = [(await client.get(path)).raise_for_status().json() for path in ("/checkpoints", "/planners")]
    except httpx.HTTPError as error:
        raise CatalogueError(f"no answer from {api_url}: {error}") from error
    return {
        "first": {"checkpoint": cards["first"], "planner": planners["first"]},
        "checkpoints": cards["checkpoints"],
        "missing": cards["missing"],
        "planners": planners["planners"],
        "groups": planners["groups"],
    }
