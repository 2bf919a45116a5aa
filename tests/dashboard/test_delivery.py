"""Static files come compressed, and with addresses that a browser may keep for ever."""

import re

import httpx
import pytest

from dashboard.app import ASSETS
from dashboard.delivery import version
from tests.servers import serving

ADDRESS = re.compile(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The dashboard by itself. Nothing here asks its backend."""
    with serving("serve-dashboard", "--no-open", "--backend-url", "http://127.0.0.1:9", data=tmp_path_factory.mktemp("data")) as running:
        yield running.url


@pytest.mark.parametrize("page", ["/", "/checkpoints", "/lessons", "/remote"])
def test_every_file_of_a_page_is_compressed_and_kept(site, page):
    addresses = ADDRESS.findall(httpx.get(site + page).text)
    assert len(addresses) >= (60 if page == "/" else 5)
    plain = compressed = 0
    with httpx.Client(base_url=site) as client:
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", address
            assert re.search(r"/v-[0-9a-f]{8}/|\.v[\w-]+m[0-9a-f]+\.", address), f"{address} has no version"
            if len(answer.content) >= 500:
                assert answer.headers["content-encoding"] == "gzip" and answer.headers["vary"] == "Accept-Encoding", address
            plain, compressed = plain + len(answer.content), compressed + answer.num_bytes_downloaded
    assert compressed < 0.45 * plain


def test_a_client_that_takes_no_compression_gets_the_same_file(site):
    address = next(address for address in ADDRESS.findall(httpx.get(site + "/").text) if address.endswith("js/main.js"))
    plain = httpx.get(site + address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == httpx.get(site + address).content == (ASSETS / "js" / "main.js").read_bytes()


@pytest.mark.parametrize("path", ["nope.js", "js", "%2e%2e/pyproject.toml", "js/%2e%2e/%2e%2e/pyproject.toml"])
def test_nothing_but_files_of_the_assets_is_served(site, path):
    assert httpx.get(f"{site}/assets/v-0/{path}").status_code == 404


def test_an_edited_file_has_another_address(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("1;")
    before = version(tmp_path)
    assert version(tmp_path) == before
    (tmp_path / "js" / "main.js").write_text("2;;")
    assert version(tmp_path) != before
