"""Continuous actions: the root decision has an axis of actions in place of a row for each action."""

import pytest

from dashboard.app import ASSETS
from tests.browser.notices import last_notice
from tests.browser.test_page import PICTURES, last_frame, picture, sentence
from tests.browser.test_truth import choose, marks, wait_for_mark

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (ASSETS / "checkpoints" / "pendulum").is_dir(), reason="no checkpoint with continuous actions is shipped"),
]


def test_a_pendulum_plays_with_an_axis_of_actions(server, open_page):
    page = open_page(server.url)
    choose(page, "checkpoint", "pendulum")
    wait_for_mark(page, "density")
    found = marks(page)
    assert found["density"] == found["headline"] == 1
    assert found["stem"] == found["proposal"] == found["policy"] == 8 and 1 <= found["q"] <= 8
    ticks = page.locator(".decision-picture [data-tick=action]").all_text_contents()
    assert (ticks[0], ticks[-1]) == ("−2", "2")
    for name in PICTURES:
        assert picture(page, name)["drawn"] > 100, name
    assert "torque " in sentence(page)
    assert page.locator('[data-knob="action_atoms"]').is_visible()
    assert not page.locator('[data-knob="value_source"]').is_visible()
    page.wait_for_function("document.querySelector('.particle-numbers .steps th:nth-child(2)')?.innerText === 'torque'")

    page.locator("[data-panel=particle]").click()
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.lastFrame.step >= 5", timeout=60_000)
    page.keyboard.press("Space")
    page.wait_for_function("!window.twistscope.playing && window.twistscope.phase === 'idle'")
    assert last_notice(page) == ""
    assert "NaN" not in page.locator("body").inner_text() and "undefined" not in page.locator("body").inner_text()


def test_more_action_samples_are_more_stems(server, open_page):
    page = open_page(server.url)
    choose(page, "checkpoint", "pendulum")
    page.locator('[data-knob="action_atoms"] select').select_option("16")
    page.wait_for_function("document.querySelectorAll('.decision-picture [data-mark=stem]').length === 16", timeout=120_000)
    assert last_frame(page)["particles"] == 256


def test_a_tree_over_continuous_actions_is_drawn_too(server, open_page):
    page = open_page(server.url)
    choose(page, "checkpoint", "pendulum")
    choose(page, "planner", "Gumbel MCTS")
    page.wait_for_function("document.querySelector('.decision-numbers')?.innerText.includes('nodes')")
    assert "simulations pass here" in sentence(page) and "torque " in sentence(page)
    assert marks(page)["density"] == 1
    # Help and panel titles speak of nodes.
    page.keyboard.press("?")
    page.locator("#help").get_by_text("Point at any node").wait_for()
    assert not page.locator("#help").get_by_text("Point at any particle").is_visible()
    assert "node" in page.locator("[data-panel=particle] .panel-heading").get_attribute("title")
