"""Query parameters: those that a route does not have are refused, because they would be ignored."""

from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection

from backend.problems import wrong_value
from planner.messages import named

ALWAYS = ("token",)
"""Parameters of every route: read before it."""


def only_known(connection: HTTPConnection) -> None:
    """Refuse query parameters that the route does not have, and those given twice. The live link reads its own (`backend.link.stream`).

    Raises:
      Invalid: there is one.
    """
    if connection.scope["type"] == "websocket":
        return
    known = _parameters(connection.scope["route"])
    given = connection.query_params.multi_items()
    names = [name for name, _ in given]
    for name, value in given:
        if name not in (*known, *ALWAYS):
            raise wrong_value(name, value, f"only {named(known, name)}" if known else "nothing: this route takes no parameters")
        if names.count(name) > 1:
            raise wrong_value(name, value, "once")


def _parameters(route: Any) -> list[str]:
    """Names of the query parameters of a route and of what it depends on."""
    waiting, names = [route.dependant], []
    while waiting:
        dependant = waiting.pop()
        names += [field.alias for field in dependant.query_params]
        waiting += dependant.dependencies
    return names
