"""One backend for all tests of this folder; each test uses its own sessions."""

import httpx
import jax
import pytest

from tests.servers import serving, share_programs, wait_until_ready


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data):
    with serving("serve-backend", data=data, TWISTSCOPE_MAX_SESSIONS="40", TWISTSCOPE_MAX_PLAN_SECONDS="1000") as running:
        wait_until_ready(running)
        yield running


@pytest.fixture(scope="session")
def http(server):
    with httpx.Client(base_url=server.api, timeout=120) as client:
        yield client


@pytest.fixture
def own_cache(data, monkeypatch):
    """Let commands in this process find the programs of the servers, and leave the cache of the tests as it was."""
    share_programs(data)
    monkeypatch.setenv("TWISTSCOPE_DATA", str(data))
    kept = {name: getattr(jax.config, name) for name in ("jax_compilation_cache_dir", "jax_compilation_cache_max_size")}
    # Servers have no limit. With one, JAX looks for notes about each program, which they do not write.
    jax.config.update("jax_compilation_cache_max_size", -1)
    yield
    for name, value in kept.items():
        jax.config.update(name, value)


@pytest.fixture
def new_session(http):
    """Make small sessions, and delete them afterwards."""
    made = []

    def make(**changes):
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}, "seed": 1} | changes
        response = http.post("/sessions", json=body)
        assert response.status_code == 201, response.text
        made.append(response.json()["id"])
        return response.json()

    yield make
    for session_id in made:
        http.delete(f"/sessions/{session_id}")
