"""The notebook of the documentation runs, and the records in it are microscopes that need no server."""

import asyncio
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.servers import ROOT

MAX_BYTES = 1_500_000
READY = "document.querySelectorAll('[data-panel=world] canvas').length > 0 && window.microscope?.counters.framesPainted > 0"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The executed notebook, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("tour")
    (folder / "assets").symlink_to(ROOT / "assets")
    read = nbformat.read(ROOT / "docs" / "tour.ipynb", as_version=4)
    if sys.platform == "linux":
        asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    NotebookClient(read, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return read, folder


def frames_of(notebook) -> list[str]:
    """The HTML of every record that a cell shows."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output["data"]["text/html"] for output in outputs if "<iframe" in output.get("data", {}).get("text/html", "")]


@pytest.mark.slow
@pytest.mark.browser
def test_every_cell_runs_and_a_record_shows_itself_as_a_microscope(notebook, open_page, tmp_path):
    read, _ = notebook
    shown = frames_of(read)
    assert len(shown) == 2
    page = open_page(as_file(tmp_path, f"<!doctype html><meta charset=utf-8>{shown[0]}"), ready="true")
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    frame.wait_for_function(READY, timeout=60_000)
    assert "descend from" in frame.inner_text("body")
    assert len(unescape(shown[0])) < MAX_BYTES


@pytest.mark.slow
@pytest.mark.browser
def test_the_saved_file_is_hovered_and_scrubbed_without_a_server(notebook, open_page):
    _, folder = notebook
    path = folder / "plan.html"
    assert path.stat().st_size < MAX_BYTES
    requests = []
    page = open_page(path.as_uri(), ready=READY, prepare=lambda page: page.on("request", lambda request: requests.append(request.url)))
    # Its own modules are data: URLs; nothing else is fetched.
    assert not [url for url in requests if not url.startswith(("file:", "data:"))]
    level = lambda: page.evaluate("window.microscope.view.level")
    last = level()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert level() == last - 2
    box = page.locator("[data-panel=genealogy] canvas").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    page.wait_for_function("window.microscope.view.particle !== null")
    particle = page.evaluate("window.microscope.view.particle")
    # The numbers of the particle pointed at are worked out in the page.
    page.wait_for_function(
        "([level, slot]) => window.microscope.frame.particle[0] === level && window.microscope.frame.particle[1] === slot",
        arg=[particle["level"], particle["slot"]],
    )
    assert page.locator("[data-panel=particle] table tr").count() >= 2


@pytest.mark.slow
@pytest.mark.browser
def test_a_file_of_two_records_compares_them(notebook, open_page):
    _, folder = notebook
    path = folder / "compared.html"
    assert path.stat().st_size < MAX_BYTES
    page = open_page(path.as_uri(), ready=READY)
    page.wait_for_selector(".panel-comparison:has-text('alpha 0.1 → 1')")
    # A stands behind B.
    assert page.locator("[data-mark=pinned]").count() > 0
    # Nothing here could show them side by side.
    assert page.locator(".beside-open").is_hidden()
    page.keyboard.press("p")
    page.wait_for_selector(".panel-comparison", state="hidden")
    page.keyboard.press("p")
    assert page.locator(".comparison-made").inner_text() == "Made alike."


def as_file(folder: Path, html: str) -> str:
    """The address of a page in a file."""
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()
