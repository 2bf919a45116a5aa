"""Errors of the service: one tree of exceptions, one form of body (RFC 9457).

Problem                 status, title, detail, errors
├── NotFound            404
├── Conflict            409   the command does not fit the moment
├── Invalid             422   with `errors`: {field, given, allowed}
├── TooMany             429   with Retry-After
├── NotReady            503
└── PlannerFailed       500   the network or the weights broke down
"""

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class Problem(Exception):
    """An error that is reported to the client."""

    status = 500

    def __init__(self, detail: str, errors: list[dict[str, Any]] | None = None, headers: dict[str, str] | None = None):
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers

    def body(self) -> dict[str, Any]:
        """`{type, title, status, detail, errors?}`."""
        return problem_body(self.status, self.detail, self.errors)


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    status = 409


class Invalid(Problem):
    status = 422


class TooMany(Problem):
    status = 429


class NotReady(Problem):
    status = 503


class PlannerFailed(Problem):
    status = 500


def problem_body(status: int, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The members of a problem document."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        # A given value can be of any type, also one that JSON cannot represent.
        body["errors"] = json.loads(json.dumps(errors, default=str))
    return body


def problem_response(status: int, detail: str, errors: list[dict[str, Any]] | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem document as a response."""
    return JSONResponse(problem_body(status, detail, errors), status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return problem_response(problem.status, problem.detail, problem.errors, problem.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(str(part) for part in e["loc"] if part != "body") or "body", "given": e.get("input"), "allowed": e["msg"]}
            for e in error.errors()
        ]
        detail = "; ".join(f"{e['field']}: {e['allowed']}" for e in errors)
        return problem_response(422, detail, errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(error.status_code, str(error.detail), headers=dict(error.headers or {}))
