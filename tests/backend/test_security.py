"""Access to the server: origins, tokens and sizes."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from backend.security import is_loopback
from tests.servers import serving

TOKEN = "a-long-token"


@pytest.fixture(scope="module")
def guarded(data):
    with serving("serve-backend", "--token", TOKEN, "--allow-origin", "http://page.example", data=data) as running:
        yield running


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("192.168.1.2", False), ("example", False)],
)
def test_loopback_addresses_are_told_apart(host, loopback):
    assert is_loopback(host) is loopback


def test_without_the_token_only_health_answers(guarded):
    assert httpx.get(guarded.api + "/health/live").status_code == 200
    refused = httpx.get(guarded.api + "/checkpoints")
    assert refused.status_code == 401
    assert "token" in refused.json()["detail"]
    assert httpx.get(guarded.api + "/checkpoints", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_the_token_is_taken_as_a_bearer_from_a_link_and_from_the_cookie_a_link_sets(guarded):
    assert httpx.get(guarded.api + "/checkpoints", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    with httpx.Client() as browser:
        assert browser.get(guarded.api + f"/checkpoints?token={TOKEN}").status_code == 200
        assert browser.get(guarded.api + "/checkpoints").status_code == 200


def test_the_live_link_needs_the_token_too(guarded):
    with pytest.raises(InvalidStatus), connect(guarded.stream_url("x")):
        pass
    with connect(guarded.stream_url("x"), additional_headers={"Authorization": f"Bearer {TOKEN}"}) as link:
        assert "gone" in link.recv()


def test_a_listed_origin_may_read_and_another_may_not(guarded):
    ask = lambda origin: httpx.get(guarded.api + "/health/live", headers={"Origin": origin}).headers
    assert ask("http://page.example")["access-control-allow-origin"] == "http://page.example"
    assert "access-control-allow-origin" not in ask("http://evil.example")


def test_a_listed_origin_may_ask_for_leave_without_the_token(guarded):
    headers = {"Origin": "http://page.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    assert httpx.options(guarded.api + "/sessions", headers=headers).status_code == 200
    refused = httpx.get(guarded.api + "/checkpoints", headers={"Origin": "http://page.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "http://page.example"
