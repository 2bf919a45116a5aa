"""The page works in Firefox too: it plans, a knob is turned by a key, and the pictures are as fine as the screen."""

import pytest

from tests.browser.firefox import EXECUTABLE, Firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(EXECUTABLE is None, reason="Firefox is missing; on Debian: apt install firefox-esr"),
]

LIVE = "window.twistscope?.showing === 'live' && window.twistscope.phase === 'idle'"


@pytest.fixture
def firefox(tmp_path):
    browser = Firefox(tmp_path)
    yield browser
    browser.close()
    assert not browser.errors


def test_firefox_shows_a_live_plan_and_follows_a_knob(server, firefox):
    firefox.resize(1280, 720)
    firefox.open(server.url)
    firefox.wait_for(f"{LIVE} && document.querySelector('[data-knob=alpha] [role=slider]')")
    before = firefox.evaluate("window.twistscope.lastFrame.revision")
    said = firefox.evaluate("document.querySelector('.panel-decision').innerText")
    firefox.evaluate("document.querySelector('[data-knob=alpha] [role=slider]').focus()")
    firefox.press("End")
    firefox.wait_for(f"{LIVE} && window.twistscope.lastFrame.revision > {before}")
    assert firefox.evaluate("document.querySelector('[data-knob=alpha] .knob-value').innerText") == "1"
    assert firefox.evaluate("document.querySelector('.panel-decision').innerText") != said

    # On a phone nothing sticks out, and one group of knobs is there at a time.
    firefox.resize(390, 844, scale=3)
    firefox.wait_for("window.devicePixelRatio === 3 && innerWidth === 390")
    canvases = "[...document.querySelectorAll('[data-panel] canvas.base')]"
    firefox.wait_for(f"{canvases}.every(({{ clientWidth, width }}) => Math.abs(width - 3 * clientWidth) <= 2)")
    assert firefox.evaluate("document.documentElement.scrollWidth") <= 390
    firefox.evaluate("document.querySelector('.drawer-open').click()")
    assert firefox.evaluate("[...document.querySelectorAll('.knob-group')].filter((group) => group.checkVisibility()).length") == 1
