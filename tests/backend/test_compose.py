"""docker-compose.yml: its structure, and its two command lines working together as configured."""

import json

import httpx
import pytest
import yaml
from websockets.sync.client import connect

from tests.servers import ROOT, free_port, serving, wait_until_ready

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def command(service, *, port, backend_port):
    """The arguments of a service, on loopback and free ports instead of the containers' own."""
    program, *arguments = SERVICES[service]["command"]
    assert program == "twistscope"
    replace = {
        "0.0.0.0": "127.0.0.1",
        "http://backend:8051": f"http://127.0.0.1:{backend_port}",
        "http://localhost:8051": f"http://127.0.0.1:{backend_port}",
    }
    arguments = [replace.get(argument, argument) for argument in arguments]
    at = arguments.index("--port")
    published = SERVICES[service]["ports"][0].split(":")
    assert published[-1] == arguments[at + 1], "the published port is not the one listened on"
    return [argument for index, argument in enumerate(arguments) if index not in (at, at + 1)], port


def test_each_profile_has_one_backend_and_the_dashboard():
    for profile in ("cpu", "gpu"):
        chosen = [name for name, service in SERVICES.items() if profile in service["profiles"]]
        assert sorted(name.split("-")[0] for name in chosen) == ["backend", "dashboard"]


def test_cpu_is_the_default_profile():
    assert "COMPOSE_PROFILES=cpu" in (ROOT / ".env").read_text().splitlines()


def test_the_gpu_backend_reserves_an_nvidia_device_and_answers_to_the_same_name():
    backend = SERVICES["backend-gpu"]
    (device,) = backend["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia" and "gpu" in device["capabilities"]
    assert backend["networks"]["default"]["aliases"] == ["backend"]
    assert (ROOT / backend["build"]["args"]["LOCK"]).is_file()


def test_every_service_is_checked_and_given_time_to_compile():
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"][0] == "CMD", name
    assert SERVICES["backend"]["healthcheck"]["start_period"] == "180s"
    assert "recordings:/data" in SERVICES["backend"]["volumes"]
    assert "recordings" in COMPOSE["volumes"]


def test_the_image_has_what_its_files_lead_to():
    copied = [line.split()[1:-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY") and "--from" not in line]
    sources = [ROOT / source for line in copied for source in line if "$" not in source]
    links = [path for source in sources for path in source.rglob("*") if path.is_symlink() and "__pycache__" not in path.parts]
    for link in links:
        assert any(link.resolve() == source or source in link.resolve().parents for source in sources), link
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {source.relative_to(ROOT).as_posix() for source in sources} <= kept


def test_ports_are_published_to_this_machine_only():
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_image_runs_as_an_ordinary_user_from_the_lock_file():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert dockerfile.rindex("USER twistscope") < dockerfile.rindex("CMD")


@pytest.mark.slow
def test_the_two_command_lines_work_together(data):
    backend_port, page_port = free_port(), free_port()
    page_origin = f"http://localhost:{page_port}"
    arguments, _ = command("backend", port=backend_port, backend_port=backend_port)
    arguments = [page_origin if argument == "http://localhost:8050" else argument for argument in arguments]
    with serving(*arguments, data=data, port=backend_port) as backend:
        wait_until_ready(backend)
        arguments, _ = command("dashboard", port=page_port, backend_port=backend_port)
        with serving(*arguments, data=data, port=page_port) as dashboard:
            page = httpx.get(dashboard.url)
            assert page.status_code == 200
            assert backend.url in page.text, "the page does not know where browsers reach the backend"
            allowed = httpx.get(backend.api + "/checkpoints", headers={"Origin": page_origin})
            assert allowed.headers["access-control-allow-origin"] == page_origin
            session = httpx.post(backend.api + "/sessions", json={"checkpoint": "cartpole-early"}, headers={"Origin": page_origin}, timeout=60).json()
            with connect(backend.stream_url(session["id"]), origin=page_origin, max_size=None) as link:
                assert json.loads(link.recv(timeout=60))["type"] == "status"
