"""The genealogy magnified, its map, its box and its legend, on one page."""

import httpx
import pytest

from tests.browser.test_kept import opened
from tests.browser.test_page import picture

pytestmark = pytest.mark.browser

WINDOW = "window.twistscope.window"
WHOLE = {"x": 0, "y": 0, "wide": 1, "high": 1}
IS_WHOLE = f"{WINDOW}.wide === 1 && {WINDOW}.high === 1"


def test_the_genealogy_is_magnified_moved_counted_and_filtered(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=12&ess_threshold=0.5&trust=full", reduced_motion="reduce")
    assert page.evaluate(WINDOW) == WHOLE
    stage = page.locator("[data-panel=genealogy] .stage")
    box = stage.bounding_box()
    at = lambda x, y: (box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    whole = {name: picture(page, name)["hash"] for name in ("genealogy", "strips", "weights")}

    # Ctrl and the wheel magnify around the pointer, and all pictures over the levels follow.
    page.mouse.move(*at(0.6, 0.4))
    page.keyboard.down("Control")
    for _ in range(3):
        page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    page.wait_for_function(f"{WINDOW}.high < 0.5")
    page.wait_for_selector(".minimap", state="visible")
    for name, hash_ in whole.items():
        assert picture(page, name)["hash"] != hash_, name
    assert stage.bounding_box() == box

    # A drag moves the picture with the pointer, and keeps nothing.
    before = page.evaluate(WINDOW)
    page.mouse.move(*at(0.5, 0.3))
    page.mouse.down()
    page.mouse.move(*at(0.4, 0.5), steps=3)
    page.mouse.up()
    moved = page.evaluate(WINDOW)
    assert moved["x"] > before["x"] and moved["y"] < before["y"] and moved["high"] == before["high"]
    assert page.evaluate("window.twistscope.selection") is None
    # The map's window goes where it is dragged.
    chart = page.locator(".minimap-map").bounding_box()
    page.mouse.click(chart["x"] + 20, chart["y"] + chart["height"] - 4)
    at_end = page.evaluate(WINDOW)
    assert at_end["x"] < 0.1 and at_end["y"] + at_end["high"] == pytest.approx(1)

    # Arrows move it for who came by keys, and change levels for everybody else.
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.twistscope.cursorLevel") == 1
    page.locator(".legend-open").focus()
    while not page.evaluate("document.activeElement.classList.contains('zoomable')"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(WINDOW)["y"] < at_end["y"]
    assert page.evaluate("window.twistscope.cursorLevel") == 1

    # It stays while playing, and is gone with a plan of another shape.
    session = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    kept = page.evaluate(WINDOW)
    httpx.post(f"{session}/commands", json={"command": "step"}).raise_for_status()
    page.wait_for_function("window.twistscope.lastFrame.step === 1")
    assert page.evaluate(WINDOW) == kept
    httpx.patch(f"{session}/settings", json={"particles": 32}).raise_for_status()
    page.wait_for_function(f"window.twistscope.lastFrame.particles === 32 && {IS_WHOLE}", timeout=60_000)
    page.wait_for_selector(".minimap", state="hidden")

    # A box counts what is in it; a click keeps a particle; escape drops both.
    page.keyboard.down("Shift")
    page.mouse.move(*at(0.3, 0.1))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.8), steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    line = page.locator(".box-line")
    assert " of each level's weight; root action " in line.inner_text()
    line.get_by_role("button", name="zoom to it").click()
    page.wait_for_function(f"{WINDOW}.wide < 0.9")
    page.keyboard.press("0")
    assert page.evaluate(WINDOW) == WHOLE
    page.keyboard.press("Escape")
    page.wait_for_selector(".box-line", state="hidden")

    # In another layout the same window would show other particles, or none: it follows the one that is chosen, or shows the whole.
    page.locator(".zoomable").focus()
    for _ in range(3):
        page.keyboard.press("+")
    assert page.evaluate(WINDOW) != WHOLE
    layouts = page.get_by_role("group", name="Layout")
    layouts.get_by_role("button", name="tree").click()
    page.wait_for_function(IS_WHOLE)
    page.mouse.click(*at(0.8, 0.3))
    slot = page.evaluate("window.twistscope.selection.slot")
    page.locator(".zoomable").focus()
    for _ in range(3):
        page.keyboard.press("+")
    layouts.get_by_role("button", name="slots").click()
    page.wait_for_function(f"(({{ y, high }}) => high < 1 && y <= {(slot + 0.9) / 32} && {(slot + 0.1) / 32} <= y + high)({WINDOW})")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    assert page.evaluate(WINDOW) == WHOLE

    # The legend names every mark, and hides one without moving anything.
    shown = picture(page, "genealogy")
    page.keyboard.press("e")
    legend = page.locator(".mark-legend")
    legend.get_by_role("button", name="died out").click()
    page.wait_for_function("document.querySelector('.legend-open').hasAttribute('data-hides')")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    fewer = picture(page, "genealogy")
    assert fewer["drawn"] < shown["drawn"]
    legend.get_by_role("button", name="down").click()
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert picture(page, "genealogy")["drawn"] < fewer["drawn"]
    legend.get_by_role("button", name="show all").click()
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert picture(page, "genealogy") == shown
    assert stage.bounding_box() == box
    page.keyboard.press("e")
    page.wait_for_selector(".mark-legend", state="hidden")
