"""The OpenAPI document agrees with what is answered, for generated requests to every route."""

import os

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import serving, wait_until_ready

for media_type in ("application/vnd.twistscope.recording", "application/vnd.twistscope.trace"):
    schemathesis.serializer.alias(media_type, "application/octet-stream")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("TWISTSCOPE_API_EXAMPLES", "25"))
"""Requests for each route."""


@pytest.fixture(scope="module")
def service(data):
    """A server on which every generated plan is small, and nothing ready is awaited."""
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_PLAN_MEMORY=str(1024**2), TWISTSCOPE_MAX_SESSIONS="5") as running:
        wait_until_ready(running)
        yield running


@pytest.mark.slow
def test_what_is_answered_is_documented(service):
    document = schemathesis.openapi.from_url(service.api + "/openapi.json")
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) >= 18
    for operation in operations:
        _try(operation)


def _try(operation):
    """Answer generated requests to one route. A failure shows the request as a curl command."""

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def one(case):
        case.call_and_validate(checks=CHECKS, timeout=120)

    one()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sessions/nope", None, 404),
        ("GET", "/checkpoints/nope", None, 404),
        ("GET", "/checkpoints/nope/scene", None, 404),
        ("GET", "/checkpoints/cartpole/scene?seed=-1", None, 422),
        ("GET", "/opening?checkpoint=nope", None, 404),
        ("GET", "/lessons/nope", None, 404),
        ("PATCH", "/sessions/nope/settings", {}, 404),
        ("POST", "/sessions/nope/seeds", {}, 404),
        ("GET", "/sessions/nope/moments/0/trace", None, 404),
        ("GET", "/sessions/nope/moments/x/trace", None, 422),
        ("POST", "/plans", {"checkpoint": "nope"}, 404),
        ("POST", "/plans", [], 422),
        ("PUT", "/plans", None, 405),
        ("GET", "/plans", None, 405),
        ("DELETE", "/checkpoints", None, 405),
        ("PUT", "/sessions/nope", None, 405),
        ("PATCH", "/health/live", None, 405),
        ("TRACE", "/planners", None, 405),
    ],
)
def test_every_error_is_documented_with_its_content_type(service, method, path, body, status):
    answer = httpx.request(method, service.api + path, json=body, timeout=60)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"]
        return
    documented = httpx.get(service.api + "/openapi.json").json()["paths"]
    names = [name for name in documented if matches(name, "/api/v1" + path.partition("?")[0])]
    assert "application/problem+json" in documented[names[0]][method.lower()]["responses"][str(status)]["content"]


def matches(template, path):
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(part == each or part.startswith("{") for part, each in zip(parts, given, strict=True))


def test_the_document_can_be_read_without_the_net(service):
    page = httpx.get(service.api + "/docs")
    assert page.status_code == 200 and "<script" not in page.text and "http://" not in page.text and "https://" not in page.text
    for path in httpx.get(service.api + "/openapi.json").json()["paths"]:
        assert path in page.text
