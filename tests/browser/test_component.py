"""The microscope as a component: two on one page, one live and one from a file, linked and given back; and the page's recorded beginning."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from dashboard.app import ASSETS
from planner import Checkpoints, run
from planner.record.drawing import Overview, draw
from tests.browser.test_page import PIXELS

pytestmark = pytest.mark.browser

PAGE = Path(__file__).with_name("side_by_side.html").read_text("utf-8")
BOTH_PAINTED = "window.scopes?.live.counters.framesPainted > 0 && window.scopes?.file.counters.framesPainted > 0"


@pytest.fixture(scope="module")
def record():
    """A small plan in which particles end, so that some lineages stop early."""
    return run(Checkpoints(ASSETS / "checkpoints").load("cartpole-early"), particles=16, depth=12, seed=3)


@pytest.fixture
def side_by_side(server, open_page, record):
    def prepare(page):
        page.route("**/record.safetensors", lambda route: route.fulfill(body=record.drawing(complete=True), content_type="application/octet-stream"))

    # Chromium lets no document open a WebSocket to this machine that did not come from it: the page is written over one that did,
    # and which therefore allows no scripts.
    page = open_page(server.api + "/health/live", 1600, 900, ready="true", prepare=prepare, bypass_csp=True)
    page.set_content(PAGE)
    page.wait_for_function("window.ready")
    return page


def point(page, root, x, y):
    box = page.locator(f"#{root} [data-panel=genealogy] canvas.base").bounding_box()
    page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def test_two_microscopes_share_nothing_but_what_is_linked_and_give_everything_back(side_by_side):
    page = side_by_side
    page.evaluate("window.beginBoth()")
    page.wait_for_function(BOTH_PAINTED, timeout=120_000)
    for root in ("live", "file"):
        drawn = page.evaluate(PIXELS.replace("[data-panel=", "#" + root + " [data-panel="), "genealogy")
        assert drawn["drawn"] > 100, root
    assert page.evaluate("[scopes.live.frame.slots, scopes.file.frame.slots]") == [256, 16]

    # Linked: the pointer over one moves the cursor of both, and each shows numbers from its own source.
    point(page, "live", 0.5, 0.02)
    page.wait_for_function("scopes.file.view.level === scopes.live.view.level && scopes.file.store.state.hover !== null")
    level = page.evaluate("scopes.live.view.level")
    page.wait_for_function("level => document.querySelector('#file .panel-particle .panel-note')?.textContent.endsWith(`level ${level}`)", arg=level)
    page.locator("#file .microscope").focus()
    page.keyboard.press("Home")
    page.wait_for_function("scopes.live.view.level === 0 && scopes.file.view.level === 0")

    # No longer linked: they go their own ways.
    page.evaluate("scopes.unlink()")
    page.locator("#file .microscope").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("scopes.file.view.level === 1")
    assert page.evaluate("scopes.live.view.level") == 0

    page.evaluate("window.endBoth()")
    page.wait_for_function("!('socket' in whatIsHeld())")
    assert page.evaluate("whatIsHeld()") == {}
    page.wait_for_function("timersLeft() === 0")
    assert page.evaluate("[...document.querySelectorAll('#live *, #file *')].length") == 0


def test_a_record_finds_the_numbers_of_every_particle_as_the_server_does(side_by_side, record):
    plan = record.overview
    assert isinstance(plan, Overview)
    asked = [(level, slot) for level in range(plan.levels) for slot in range(plan.slots)]
    found = side_by_side.evaluate("particles => window.lineage(particles)", [{"level": level, "slot": slot} for level, slot in asked])
    assert len(found) == len(asked)
    for particle, answer in zip(asked, found, strict=True):
        arrays, _ = draw(plan, particle)
        names = {name for name in arrays if name.startswith(("lineage/", "particle"))}
        assert names <= set(answer), names - set(answer)
        for name in names:
            # The weight of a node travels in half precision.
            tolerance = (2e-3, 1e-7) if name == "particle_weight" else (0, 0)
            relative, absolute = tolerance
            ours, theirs = np.array(answer[name], float), np.asarray(arrays[name], float)
            np.testing.assert_allclose(ours, theirs, rtol=relative, atol=absolute, err_msg=f"{name} of {particle}")


def test_a_page_opens_with_the_recorded_plan_and_says_so(server, open_page, record):
    # The seed is that of a page that asks for nothing.
    opening = record.drawing(header={"recorded": True, "frame": 0, "seed": 0})
    assert load(opening)

    def prepare(page):
        page.route("**/api/v1/opening*", lambda route: route.fulfill(body=opening, content_type="application/vnd.twistscope.drawing"))
        page.route("**/api/v1/sessions", lambda route: None)

    page = open_page(server.url, ready="window.twistscope?.firstPictureMs > 0", prepare=prepare)
    assert page.evaluate("[twistscope.recorded, twistscope.framesPainted, twistscope.lastFrame]") == [True, 0, None]
    assert page.evaluate(PIXELS, "genealogy")["drawn"] > 100
    assert page.locator("#banner").inner_text().startswith("Recorded opening plan.")
    assert page.locator(".recorded-badge").is_visible()
    page.wait_for_selector("#page", state="attached")
    assert page.evaluate("window.Plotly === undefined")
    before = page.locator("[data-panel=genealogy] .stage").bounding_box()
    # Now the live plan comes, and nothing moves.
    page.unroute("**/api/v1/sessions")
    page.reload()
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=60_000)
    page.wait_for_selector("#page", state="attached")
    assert page.evaluate("twistscope.recorded") is False
    assert not page.locator(".recorded-badge").is_visible()
    assert page.locator("#banner").inner_text() == ""
    assert page.locator("[data-panel=genealogy] .stage").bounding_box() == before


# A page in a tab that nobody looks at: nothing of it is painted.
HIDDEN = """Object.defineProperty(document, "hidden", { get: () => true });
window.requestAnimationFrame = () => 1;"""


def test_a_page_in_a_tab_behind_another_begins_its_session_too(server, open_page):
    page = open_page(server.url, ready="true", prepare=lambda page: page.add_init_script(HIDDEN))
    page.wait_for_function("window.twistscope?.connection === 'open' && window.twistscope.session", timeout=60_000, polling=100)
    assert page.evaluate("window.twistscope.firstPictureMs") is None
