"""Errors of the service: one tree of exceptions, one form of body (RFC 9457).

Problem                 status, title, detail, errors
├── Forbidden           403   a viewer may look, not touch
├── NotFound            404
├── NotAllowed          405   with Allow
├── TooSlow             408   an upload took too long
├── Conflict            409   the command does not fit the moment
├── TooLarge            413   a request, an upload, or a message to a viewer
├── Invalid             422   with `errors`: {field, given, allowed}
├── TooMany             429   with Retry-After
├── NotKept             507   no room for a recording, or it cannot be written
├── NotOffered          501   this server has no means for it
├── NotReady            503
└── PlannerFailed       500   the network or the weights broke down
"""

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from planner.messages import allowed_by, fault_of, shortened

MAX_ERRORS = 8
"""Errors named in one answer."""
MAX_GIVEN = 100
"""Characters repeated of what was given."""
MAX_DETAIL = 1000


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


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404


class NotAllowed(Problem):
    status = 405


class TooSlow(Problem):
    status = 408


class TooLarge(Problem):
    status = 413


class Conflict(Problem):
    status = 409


class Invalid(Problem):
    status = 422


def wrong_value(field: str, given: Any, allowed: str) -> Invalid:
    """The refusal of one value, in the words of every refusal: what was given, and what would be right."""
    return Invalid(f"{field[:MAX_GIVEN]}: got {shortened(given)}, allowed: {allowed}", [{"field": field, "given": given, "allowed": allowed}])


class TooMany(Problem):
    status = 429


class NotKept(Problem):
    status = 507


class NotOffered(Problem):
    status = 501


class NotReady(Problem):
    status = 503


class PlannerFailed(Problem):
    status = 500


def problem_body(status: int, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The members of a problem document."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": short(detail, MAX_DETAIL)}
    if errors:
        body["errors"] = [
            {"field": short(e["field"]), "given": shown(e["given"]), "allowed": short(e["allowed"], MAX_DETAIL)} for e in errors[:MAX_ERRORS]
        ]
    return body


def shown(given: Any) -> Any:
    """A value as an error repeats it: numbers and short texts as they are, everything else as a short text. Always valid JSON, whatever came."""
    if given is None or isinstance(given, bool) or (isinstance(given, float) and math.isfinite(given)):
        return given
    if isinstance(given, int):
        return given if abs(given) < 2**63 else short(f"a whole number of {given.bit_length()} bits")
    if isinstance(given, str):
        return short(given)
    if isinstance(given, list | tuple):
        return f"a list of {len(given)}"
    if isinstance(given, dict):
        return f"an object of {len(given)}"
    return short(str(given))


def short(text: str, most: int = MAX_GIVEN) -> str:
    """A text of at most `most` characters, without lone surrogates."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return text.encode(errors="backslashreplace").decode()


def problem_response(status: int, detail: str, errors: list[dict[str, Any]] | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem document as a response."""
    return JSONResponse(problem_body(status, detail, errors), status, headers, media_type="application/problem+json")


def _place(parts: Sequence[int | str]) -> str:
    """The field of an error of FastAPI, without the part of the request that it is in; `body` for the body as a whole."""
    return ".".join(map(str, parts[1:])) or str(parts[0])


def _given(error: dict[str, Any]) -> Any:
    """The value given where an error is; nothing where something is missing, for which pydantic names the object around it."""
    return None if error["type"] == "missing" else error.get("input")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return problem_response(problem.status, problem.detail, problem.errors, problem.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if isinstance(error.body, bytes):
            # It was not read as JSON, so that nothing in it can be wrong.
            given = request.headers.get("content-type")
            said = "no content-type" if given is None else f"content-type {short(given)!r}"
            fault = {"field": "content-type", "given": given, "allowed": "application/json"}
            return problem_response(422, f"the body is not read: got {said}, allowed: application/json", [fault])
        found = error.errors()[:MAX_ERRORS]
        errors = [{"field": _place(each["loc"]), "given": _given(each), "allowed": allowed_by(each)} for each in found]
        return problem_response(422, "; ".join(fault_of(each, short(_place(each["loc"]))) for each in found), errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(error.status_code, str(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> JSONResponse:
        # It is raised again and logged after the answer. What it says may be nobody's business.
        return problem_response(500, "an error of the server itself; its log says more")
