"""At every size of the window all texts can be read: none over another, none cut off, none beyond its picture."""

import httpx
import pytest
from playwright.sync_api import TimeoutError

from tests.browser.test_tree import choose_planner
from tests.servers import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = ((1440, 900), (1280, 720), (1101, 500), (768, 1024), (390, 844), (300, 300))
FEW = ((1280, 720), (390, 844))
LEGIBLE = (ROOT / "benchmarks" / "legible.js").read_text("utf-8")
SUBJECTS = [
    ("cartpole-early", None),
    ("fourrooms-early", "Gumbel MCTS"),
    ("pendulum-early", None),
    ("catch-early", "SPO"),
]


def assert_legible(page, state, sizes=SIZES):
    """Look at every size; in the dark, where only colours are others, at one."""
    found = {}
    for scheme, own in (("light", sizes), ("dark", sizes[-1:])):
        page.emulate_media(color_scheme=scheme)
        for width, height in own:
            page.set_viewport_size({"width": width, "height": height})
            # Pictures follow the window some frames later; what is not legible then stays so.
            try:
                page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
            except TimeoutError:
                found[f"{state}, {width}x{height}, {scheme}"] = page.evaluate("window.illegible()")
    assert not found, found


@pytest.mark.parametrize(("checkpoint", "planner"), SUBJECTS)
def test_all_texts_can_be_read(server, open_page, checkpoint, planner):
    page = open_page(f"{server.url}/?checkpoint={checkpoint}", prepare=lambda page: page.add_init_script(LEGIBLE))
    page.wait_for_selector("#page", state="attached")
    if planner:
        choose_planner(page, planner)
    page.wait_for_selector(".steps")
    assert_legible(page, "paused")

    # The knobs of a phone, and dialogs in the smallest window; the last size looked at was that.
    page.locator(".drawer-open").click()
    assert_legible(page, "knobs", FEW[1:])
    page.keyboard.press("Escape")
    for key, dialog in (("l", "#share"), ("c", "#race")):
        page.keyboard.press(key)
        page.wait_for_selector(f"{dialog}[open]")
        assert_legible(page, dialog, ((300, 300),))
        page.keyboard.press("Escape")
    if checkpoint == "catch-early":
        page.keyboard.press("p")
        page.keyboard.press("Shift+ArrowRight")
        page.wait_for_function("window.twistscope.lastFrame.step === 1")
        page.wait_for_selector(".comparison-table tbody td", state="attached")
        assert_legible(page, "compared", FEW)
        page.keyboard.press("p")

    page.locator(".seeds-count").select_option("16")
    page.locator(".seeds-plan").click()
    page.wait_for_selector(".seeds-figure.js-plotly-plot", timeout=120_000)
    assert_legible(page, "many seeds", FEW)
    page.locator(".seeds-close").click()

    session = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    httpx.post(f"{session}/commands", json={"command": "play", "speed": 5}).raise_for_status()
    assert_legible(page, "playing", FEW)
    httpx.post(f"{session}/commands", json={"command": "pause"}).raise_for_status()

    if checkpoint == "catch-early":
        # Looking may have taken longer than the episode.
        httpx.post(f"{session}/commands", json={"command": "reset"}).raise_for_status()
        httpx.post(f"{session}/commands", json={"command": "goto", "step": 100}).raise_for_status()
        page.wait_for_function("window.twistscope.phase === 'ended' && window.twistscope.lastFrame.steps === 0", timeout=60_000)
        assert page.locator("[data-panel=narration]").inner_text().startswith("The episode is over")
        assert page.locator(".panel-decision .panel-note").inner_text() == "nothing to choose"
        assert_legible(page, "at the end", FEW)
