"""Pictures that are not of what is asked for look different, and the page says why until they are."""

import shutil

import httpx
import pytest

from dashboard.app import ASSETS
from tests.browser.test_page import last_frame, picture, settle
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

STALE = "document.querySelector('.microscope').hasAttribute('data-stale')"
OPACITY = "[...document.querySelectorAll('.stage, .decision, .narration')].map((part) => Number(getComputedStyle(part).opacity))"
FAILED = "document.querySelector('#banner').innerText.startsWith('Planning failed:')"
IMPOSSIBLE = {"reward_temperature": 1e-300}
"""Every weight is zero or not a number: a setting that may be chosen and that no plan can be made with."""


def set_settings(page, server, settings):
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/settings"
    httpx.patch(address, json=settings).raise_for_status()


def banner(page):
    return page.locator("#banner").inner_text()


def test_after_a_failed_plan_the_picture_is_marked_until_a_plan_succeeds(server, open_page):
    page = open_page(server.url)
    before, frame = picture(page, "genealogy"), last_frame(page)
    assert not page.evaluate(STALE)
    set_settings(page, server, IMPOSSIBLE)
    page.wait_for_function(FAILED)
    assert banner(page).endswith("The pictures are of an earlier plan.")
    assert page.evaluate(STALE) and max(page.evaluate(OPACITY)) < 0.6
    assert picture(page, "genealogy") == before
    # The banner has the reason for as long as it holds, so it is not said a second time for a while.
    assert page.locator("#notice").inner_text() == ""
    # Neither pausing nor looking around makes it true.
    page.evaluate("document.querySelector('.microscope').click()")
    page.keyboard.press("Home")
    httpx.post(f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/commands", json={"command": "pause"}).raise_for_status()
    page.wait_for_function("document.querySelector('[data-panel=narration]').innerText.startsWith('Level 0:')")
    assert page.evaluate(FAILED) and page.evaluate(STALE)

    set_settings(page, server, {"reward_temperature": 0.5})
    settle(page, frame)
    assert banner(page) == "" and not page.evaluate(STALE)
    assert min(page.evaluate(OPACITY)) == 1


def test_when_the_first_plan_fails_the_page_says_why_in_place_of_a_blank_one(open_page, data, tmp_path):
    # Without a recorded opening beside it.
    shutil.copytree(ASSETS / "checkpoints" / "cartpole-early", tmp_path / "checkpoints" / "cartpole-early")
    with serving("serve", "--no-open", "--checkpoints", str(tmp_path / "checkpoints"), data=data) as server:
        wait_until_ready(server)
        page = open_page(server.url + "/?reward_temperature=1e-300", ready=FAILED)
        assert page.evaluate("window.twistscope.framesPainted") == 0
        assert banner(page).endswith("Change a setting, or choose another checkpoint.")
        assert page.locator("[data-panel=narration]").inner_text().startswith("No plan: ")
        page.wait_for_function("document.querySelector('[data-reset=\"*\"]')?.checkVisibility()")
        page.locator('[data-reset="*"]').click()
        page.wait_for_function("window.twistscope.framesPainted > 0", timeout=60_000)
        assert banner(page) == "" and "ESS" in page.locator("[data-panel=narration]").inner_text()


def test_a_recorded_opening_does_not_stand_for_settings_that_it_is_not_of(server, open_page):
    page = open_page(server.url + "/?reward_temperature=1e-300", ready=FAILED)
    assert page.evaluate("window.twistscope.recorded") and page.evaluate(STALE)
    assert banner(page).endswith("The pictures are of the recorded opening plan, not of these settings.")


def test_while_a_program_compiles_the_old_picture_is_marked(server, open_page):
    page = open_page(server.url)
    page.evaluate(
        """() => { window.marked = []; new MutationObserver(() => marked.push(document.querySelector("#banner").innerText))
               .observe(document.querySelector(".microscope"), { attributeFilter: ["data-stale"] }); }"""
    )
    frame = last_frame(page)
    set_settings(page, server, {"particles": 48, "depth": 7})
    settle(page, frame)
    assert page.evaluate("marked.length") >= 2
    assert page.evaluate("marked[0]").startswith("compiling for 48 particles") and not page.evaluate(STALE)


def test_another_checkpoint_is_not_shown_as_the_old_picture(server, open_page):
    page = open_page(server.url)
    page.route("**/api/v1/sessions", lambda route: None)
    page.locator("#checkpoint").select_option("catch-early")
    page.wait_for_function(STALE)
    assert page.evaluate("window.twistscope.showing") == "other"
    assert banner(page) == "Connecting … The pictures are of an earlier plan."


def test_without_a_connection_and_after_a_refusal_the_picture_is_marked(open_page, data):
    with serving("serve", "--no-open", data=data) as server:
        wait_until_ready(server)
        page = open_page(server.url)
        server.kill()
    page.wait_for_function(STALE, timeout=30_000)
    assert banner(page) == "Connection lost; trying again. The last plan stays visible."
