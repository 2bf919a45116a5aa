"""The page about operations is true: its settings, its metrics, and its proxy."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from backend.config import ServerConfig
from backend.metrics import Metrics
from tests.servers import free_port, serving

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def test_every_setting_is_listed_with_its_default():
    listed = dict(re.findall(r"^\| `TWISTSCOPE_([A-Z_]+)` \| (.*?) \|", TEXT, re.MULTILINE))
    assert {name.lower() for name in listed} == set(ServerConfig.model_fields)
    for name, text in listed.items():
        default = ServerConfig.model_fields[name.lower()].default
        if isinstance(default, bool):
            assert text == f"`{str(default).lower()}`", name
        elif isinstance(default, int | float) or name in ("PRELOAD", "ENGINE"):
            assert text == f"`{default}`", name
        else:
            assert (default is None and text == "none") or (default == () and text == "`[]`") or isinstance(default, Path), name


def test_every_metric_is_explained():
    found = {line.split()[2] for line in _metrics().splitlines() if line.startswith("# TYPE")}
    found = {name for name in found if not name.endswith("_created")}
    listed = {name for row in re.findall(r"^\| (`twistscope_.*?) \|", TEXT, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert listed == found


def _metrics() -> str:
    from prometheus_client import generate_latest

    return generate_latest(Metrics().registry).decode()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """The documented proxy in front of a server, with other ports and a certificate of its own. Yields its address and port."""
    folder = tmp_path_factory.mktemp("proxy")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=class.example"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    words = ("serve", "--no-open", "--token", "steer", "--view-token", "look", "--allow-host", "class.example")
    with serving(*words, data=folder / "data") as server:
        port = free_port()
        block = re.search(r"```nginx\n(.*?)```", TEXT, re.DOTALL).group(1)
        for old, new in {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "/etc/ssl/class.example.pem": str(certificate),
            "/etc/ssl/class.example.key": str(key),
            "http://127.0.0.1:8050": server.url,
        }.items():
            assert old in block
            block = block.replace(old, new)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = folder / "nginx.conf"
        config.write_text(f"daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}} http {{ access_log off; {temporary} {block} }}")
        running = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if running.poll() is not None:
                    raise AssertionError((folder / "errors").read_text())
                try:
                    httpx.get(f"https://127.0.0.1:{port}/", verify=False)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield port
        finally:
            running.terminate()
            running.wait(10)


@pytest.mark.skipif(not Path(NGINX).exists(), reason="there is no nginx here")
def test_page_live_link_and_cookie_work_through_the_documented_proxy(proxied):
    headers = {"Host": "class.example"}
    with httpx.Client(base_url=f"https://127.0.0.1:{proxied}", verify=False, headers=headers, timeout=60) as client:
        assert client.get("/").status_code == 401
        page = client.get("/?token=steer")
        assert page.status_code == 200 and "Secure" in page.headers["set-cookie"] and "HttpOnly" in page.headers["set-cookie"]
        bearer = {"Authorization": "Bearer steer"}
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}
        session = client.post("/api/v1/sessions", json=body, headers=bearer).json()
        assert client.post("/api/v1/sessions", json=body, headers={"Authorization": "Bearer look"}).status_code == 403
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    # The name that the proxy answers for has no port.
    address = f"wss://class.example/api/v1/sessions/{session['id']}/stream?drawing=true&token=look"

    def link(origin):
        return connect(address, origin=origin, ssl=trusting, sock=socket.create_connection(("127.0.0.1", proxied)), max_size=None)

    with link("https://class.example") as viewer:
        # Statuses come first, until the plan is there.
        while isinstance(viewer.recv(timeout=60), str):
            pass
    with pytest.raises(InvalidStatus, match="403"):
        link("https://evil.example")
