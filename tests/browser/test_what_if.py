"""What if: a particle is killed, forced, re-weighted or drawn anew in the page, and everything can be taken back."""

import httpx
import pytest

from tests.browser.notices import last_notice
from tests.browser.test_kept import opened, session_of
from tests.browser.test_links import LINKED
from tests.browser.test_page import AT_REST, picture

pytestmark = pytest.mark.browser

COUNT = "count => window.twistscope.lastFrame.interventions.length === count && window.twistscope.showing === 'live'"


def selected(page):
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("k")
    page.wait_for_function("window.twistscope.selection?.slot !== undefined")
    return page.evaluate("window.twistscope.selection")


def changed(page, count):
    page.wait_for_function(COUNT, arg=count, timeout=60_000)
    page.wait_for_function(AT_REST)


def test_changes_are_made_listed_linked_and_taken_back(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8")
    before, panel = picture(page, "genealogy"), page.locator(".what-if")
    assert "Select a particle" in panel.inner_text()
    at = selected(page)
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="this one").click()
    assert page.evaluate("window.twistscope.selection") == at
    untouched = picture(page, "genealogy")
    panel.get_by_role("button", name="kill").click()
    changed(page, 1)
    assert picture(page, "genealogy") != before
    assert f"slot {at['slot']}, level {at['level']}: killed" in panel.inner_text()
    assert "Log-evidence" in panel.locator(".what-if-result").inner_text()
    assert "Killed: it has no weight" in page.locator(".particle-fate").inner_text()
    page.locator(".what-if-force").select_option("1")
    changed(page, 2)
    # The weight of a particle is one thing: a weight that is set takes the place of the killing.
    page.locator(".what-if-weight").fill("2.5")
    page.locator(".what-if-weight").press("Enter")
    changed(page, 2)
    page.wait_for_function("window.twistscope.lastFrame.interventions.some(({ kind }) => kind === 'weigh')")
    assert {each["kind"] for each in session_of(page, server)["interventions"]} == {"force", "weigh"}
    page.wait_for_function("location.search.includes('interventions=force_')")
    link = page.evaluate("location.search")
    linked = opened(server, open_page, link)
    changed(linked, 2)
    assert picture(linked, "genealogy") == picture(page, "genealogy")
    panel.get_by_role("button", name="all ×").click()
    changed(page, 0)
    assert picture(page, "genealogy") == untouched
    page.wait_for_function("!location.search.includes('interventions')")


def test_what_is_not_possible_is_said_and_the_next_step_is_planned_without(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&seed=1")
    selected(page)
    field = page.locator(".what-if-weight")
    field.fill("heavy")
    field.press("Enter")
    page.wait_for_function("lastNotice.includes('heavy')")
    assert "a number >= -1000 and <= 1000" in last_notice(page)
    page.locator(".what-if").get_by_role("button", name="draw anew").click()
    changed(page, 1)
    page.locator("[data-do=forward]").click()
    page.wait_for_function("window.twistscope.lastFrame.step === 1", timeout=60_000)
    changed(page, 0)
    page.wait_for_function(LINKED, arg=1)
    assert page.locator(".what-if-list").is_hidden()


def test_a_tree_has_no_particles_to_change(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&planner=gumbel_mcts")
    assert page.locator(".what-if").is_hidden()


def test_the_way_that_was_left_is_listed_and_walked(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&seed=3")
    session = page.evaluate("window.twistscope.session")
    for command in (
        {"command": "act", "action": 0},
        {"command": "act", "action": 0},
        {"command": "goto", "step": 1},
        {"command": "act", "action": 1},
    ):
        assert httpx.post(f"{server.api}/sessions/{session}/commands", json=command, timeout=60).status_code == 200
    chip = page.locator(".paths .chip")
    chip.wait_for()
    assert chip.inner_text() == "step 1: left, 1 step"
    chip.click()
    page.wait_for_function("document.querySelector('.paths .chip')?.innerText === 'step 1: right, 1 step'")
    page.wait_for_function(LINKED, arg=2)
    assert session_of(page, server)["step"] == 2
