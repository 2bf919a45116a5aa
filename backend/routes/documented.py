"""The parts of the OpenAPI document that routes have in common: errors, and bodies that are not JSON."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

PROBLEM = "application/problem+json"


class WrongValue(BaseModel):
    """One value that was wrong."""

    field: str
    given: Any
    allowed: str


class ProblemBody(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongValue] | None = None


WHEN = {
    400: "The request is not HTTP that this server reads.",
    401: "The server needs a token.",
    403: "A viewer may look, not touch.",
    404: "There is nothing of this name.",
    405: "The route does not have this method.",
    408: "The body did not arrive in time.",
    409: "The command does not fit the moment.",
    413: "The body is too large.",
    421: "The server is not addressed by this name.",
    422: "The body or a parameter is invalid; `errors` names each value.",
    429: "Too many sessions, or too little memory; `Retry-After` says when to ask again.",
    500: "The planner failed: the network or the weights broke down.",
    501: "This server has no Chromium to draw a picture.",
    503: "Not ready yet, as `detail` says; or the server is ending.",
    507: "There is no room for a recording, or it cannot be written.",
}
EVERYWHERE = (400, 401, 403, 405, 408, 413, 421, 422, 503)
"""Statuses that any route may answer, because they come before it."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its `responses`."""
    return {status: _problem(status) for status in statuses}


def bytes_of(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """The successful answer of a route whose body is not JSON, for its `responses`."""
    return {200: {"description": description, "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


def _problem(status: int) -> dict[str, Any]:
    return {"description": WHEN[status], "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}}


def document(app: FastAPI) -> None:
    """Make the OpenAPI document of an app complete: errors that come before every route, and the form of all errors."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"ProblemBody": problem}
            for path in made["paths"].values():
                for operation in path.values():
                    answers = operation["responses"]
                    # FastAPI has a form of its own for it.
                    answers.pop("422", None)
                    answers.update({str(status): _problem(status) for status in EVERYWHERE if str(status) not in answers})
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
