"""Nothing on the pages stands in the way of those who do not see, point or tell colours apart as others do, as far as axe-core finds."""

import pytest

from tests.browser.lesson_steps import LIVE
from tests.browser.test_checkpoints import LEARNING, open_checkpoints
from tests.browser.test_controls import BUILT
from tests.servers import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FIND = """async (where) => {
  const { violations } = await axe.run(where ?? document, { resultTypes: ["violations"] });
  const found = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return found.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html.slice(0, 200)) }));
}"""


def check(page, state, where=None):
    """Look in light and dark; `where` is a selector for a part of the page."""
    if not page.evaluate("'axe' in window"):
        assert AXE.exists(), "axe-core is missing: npm ci installs it"
        page.evaluate(AXE.read_text("utf-8"))
    found = {}
    for theme in ("light", "dark"):
        page.evaluate("theme => twistscopeLooks.choose({ theme })", theme)
        # Colours are read when they are painted.
        page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        if violations := page.evaluate(FIND, where):
            found[f"{state}, {theme}"] = violations
    assert not found, found


def test_the_microscope_has_no_serious_findings(server, open_page):
    page = open_page(server.url)
    page.wait_for_function(BUILT)
    page.keyboard.press("k")
    page.wait_for_function("window.twistscope.selection !== null")
    page.wait_for_selector(".steps")
    check(page, "a particle selected")
    for key, dialog in (("?", "#help"), ("l", "#share"), ("v", "#view"), ("r", "#recordings"), ("Control+k", "#finder")):
        page.keyboard.press(key)
        page.wait_for_selector(f"{dialog}[open]")
        check(page, dialog, dialog)
        page.keyboard.press("Escape")
        page.wait_for_selector(dialog, state="hidden")
    page.keyboard.press("f")
    check(page, "enlarged")
    page.keyboard.press("f")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".drawer-open").click()
    check(page, "drawer", "#drawer")


def test_the_page_of_checkpoints_has_no_serious_findings(server, open_page):
    page = open_checkpoints(open_page, server.url, learning=LEARNING)
    check(page, "checkpoints")
    page.keyboard.press("v")
    check(page, "view", "#view")


def test_a_lesson_has_no_serious_findings(server, open_page):
    page = open_page(f"{server.url}/?lesson=trust-region&at=kl-meets-its-bound", ready=LIVE)
    page.wait_for_selector(".formula .katex")
    check(page, "lesson", "#lesson")
    page.check(".prediction input >> nth=1")
    page.click(".prediction-reveal >> nth=0")
    check(page, "answered", "#lesson")
    page.focus(".formula >> nth=0")
    check(page, "symbols", "#symbol-tip")
    page.click(".lesson-share")
    page.wait_for_function("document.querySelector('#class .share-link')?.value")
    check(page, "class", "#class")
    page.keyboard.press("Escape")
    page.keyboard.press("PageDown")
    page.wait_for_selector(".sketch")
    check(page, "sketch", "#lesson")
