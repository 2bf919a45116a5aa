"""The page draws a search tree in place of particles, and returns to particles."""

import re

import pytest

from tests.browser.notices import last_notice
from tests.browser.test_page import PICTURES, last_frame, picture, sentence

pytestmark = pytest.mark.browser


def choose_planner(page, title):
    """Choose a planner as a user does, and wait for its first picture."""
    painted = page.evaluate("window.twistscope.framesPainted")
    page.locator("#planner").select_option(label=title)
    page.wait_for_function("painted => window.twistscope.framesPainted > painted && window.twistscope.phase === 'idle'", arg=painted, timeout=120_000)


def titles(page):
    return [page.locator(f"[data-panel={panel}] h2").inner_text() for panel in ("weights", "particle")]


def test_gumbel_mcts_is_drawn_as_a_tree_and_particles_come_back(server, open_page):
    page = open_page(server.url)
    before = {name: picture(page, name) for name in PICTURES}
    assert titles(page) == ["Weights", "Particle"]

    choose_planner(page, "Gumbel MCTS")
    page.wait_for_function("document.querySelector('.decision-numbers')?.innerText.includes('nodes')")
    assert last_notice(page) == ""
    for name in PICTURES:
        drawn = picture(page, name)
        assert drawn["drawn"] > 100 and drawn["hash"] != before[name]["hash"], name
    assert titles(page) == ["Visits", "Node"]
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('[data-panel=narration]')?.innerText.startsWith('Level 0:')")
    # Every simulation begins with some first action.
    nodes, passing, simulations = map(int, re.match(r"Level 0: (\d+) nodes?; (\d+) of (\d+) simulations pass here", sentence(page)).groups())
    assert 1 <= nodes <= 2 and passing == simulations == 512
    page.wait_for_function("document.querySelectorAll('.particle-numbers .steps tr').length === 2")
    assert page.locator(".particle-numbers .steps th:not(.step-picture)").all_inner_texts() == ["lvl", "action"]
    assert page.locator(".particle-numbers .step-head text").all_text_contents() == ["prior", "visits", "Q"]
    assert f"of {simulations} simulations" in page.locator(".particle-numbers").inner_text()
    frame = last_frame(page)
    assert str(frame["steps"]) in page.locator(".decision-numbers").inner_text()

    choose_planner(page, "TRT-SMC")
    page.wait_for_function("document.querySelector('.decision-numbers')?.innerText.includes('log-evidence')")
    assert titles(page) == ["Weights", "Particle"]
    assert "ESS" in sentence(page)
    assert picture(page, "genealogy") == before["genealogy"]


def test_pointing_at_a_node_shows_its_path(server, open_page):
    page = open_page(server.url)
    choose_planner(page, "Gumbel MCTS")
    box = page.locator("[data-panel=genealogy] .stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    page.wait_for_function("level => window.twistscope.cursorLevel < level", arg=last_frame(page)["depth"] - 1)
    level = page.evaluate("window.twistscope.cursorLevel")
    page.wait_for_function("level => document.querySelectorAll('.particle-numbers .steps tr').length === level + 2", arg=level)
    assert sentence(page).startswith(f"Level {level}:")
