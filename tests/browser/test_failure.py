"""Pictures that are not of what is asked for look different, and the page says why until they are."""

import httpx
import jax
import numpy as np
import pytest

from dashboard.app import ASSETS
from planner import Checkpoints
from tests.browser.notices import last_notice
from tests.browser.test_page import last_frame, picture, settle
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

STALE = "document.querySelector('.microscope').hasAttribute('data-stale')"
OPACITY = "[...document.querySelectorAll('.stage, .decision, .narration')].map((part) => Number(getComputedStyle(part).opacity))"
FAILED = "document.querySelector('#banner').innerText.startsWith('Planning failed:')"
PAINTED = "window.twistscope?.framesPainted > 0"


@pytest.fixture(scope="module")
def broken(data, tmp_path_factory):
    """A server whose only checkpoint has a network that overflows. Plans succeed with exact values in its place. No opening is recorded of it."""
    checkpoint, folder = Checkpoints(ASSETS / "checkpoints").load("fourrooms-early"), tmp_path_factory.mktemp("checkpoints")
    params = jax.tree.map(np.asarray, checkpoint.params)
    params["params"]["value"]["kernel"] = np.full_like(params["params"]["value"]["kernel"], 3e38)
    Checkpoints(folder).save(checkpoint.card, params)
    with serving("serve", "--no-open", "--checkpoints", str(folder), data=data) as running:
        yield running


def set_settings(page, server, settings):
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/settings"
    httpx.patch(address, json=settings).raise_for_status()


def banner(page):
    return page.locator("#banner").inner_text()


def test_after_a_failed_plan_the_picture_is_marked_until_a_plan_succeeds(broken, open_page):
    page = open_page(broken.url + "/?value_source=exact&particles=64&depth=8", ready=PAINTED)
    page.wait_for_function("window.twistscope.phase === 'idle'")
    before, frame = picture(page, "genealogy"), last_frame(page)
    assert not page.evaluate(STALE)
    set_settings(page, broken, {"value_source": "network"})
    page.wait_for_function(FAILED, timeout=60_000)
    assert banner(page).endswith("The pictures are of an earlier plan.")
    assert page.evaluate(STALE) and max(page.evaluate(OPACITY)) < 0.6
    assert picture(page, "genealogy") == before
    # The banner has the reason for as long as it holds, so it is not said a second time for a while.
    assert last_notice(page) == ""
    # Neither looking around nor pausing makes the picture true.
    page.keyboard.press("Home")
    httpx.post(f"{broken.api}/sessions/{page.evaluate('window.twistscope.session')}/commands", json={"command": "pause"}).raise_for_status()
    page.wait_for_function("document.querySelector('[data-panel=narration]')?.innerText.startsWith('Level 0:')")
    assert page.evaluate(FAILED) and page.evaluate(STALE)

    set_settings(page, broken, {"value_source": "exact"})
    settle(page, frame)
    assert banner(page) == "" and not page.evaluate(STALE)
    assert min(page.evaluate(OPACITY)) == 1


def test_when_the_first_plan_fails_the_page_says_why_in_place_of_a_blank_one(broken, open_page):
    page = open_page(broken.url + "/?particles=64&depth=8", ready=FAILED)
    assert page.evaluate("window.twistscope.framesPainted") == 0
    assert "not a finite number" in banner(page) and banner(page).endswith("Change a setting, or choose another checkpoint.")
    assert page.locator("[data-panel=narration]").inner_text().startswith("No plan: ")
    page.wait_for_function("document.querySelector('[data-knob=value_source] select')?.value === 'network'")
    page.locator('[data-knob="value_source"] select').select_option("exact")
    page.wait_for_function(PAINTED, timeout=60_000)
    page.wait_for_function("document.querySelector('#banner')?.innerText === ''")
    assert "ESS" in page.locator("[data-panel=narration]").inner_text()


def test_a_recorded_opening_does_not_stand_for_settings_that_it_is_not_of(server, open_page):
    def prepare(page):
        page.route("**/api/v1/sessions", lambda route: None)

    page = open_page(server.url + "/?alpha=0.9", ready="window.twistscope?.firstPictureMs > 0", prepare=prepare)
    page.wait_for_function(STALE)
    assert page.evaluate("window.twistscope.recorded")
    assert banner(page) == "Connecting … The pictures are of the recorded opening plan, not of these settings."


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
