"""The genealogy by slots, as a tree and as a river."""

import httpx
import pytest

from tests.backend.link import read_trace
from tests.browser.test_kept import AT_REST, CONTROLS, opened
from tests.browser.test_page import picture
from tests.browser.test_tree import choose_planner

pytestmark = pytest.mark.browser

PRESSED = "name => [...document.querySelectorAll('.layout-chooser [aria-pressed=true]')].map(each => each.textContent).join() === name"


def chosen(page, name):
    """Wait until a layout is reached, and the picture holds still."""
    page.wait_for_function(PRESSED, arg=name)
    last = None
    while (now := picture(page, "genealogy")) != last:
        last = now
        page.wait_for_timeout(600)
    return now


def test_the_genealogy_is_shown_by_slots_as_a_tree_or_as_a_river(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=12&ess_threshold=0.5&trust=full", reduced_motion="reduce")
    slots = chosen(page, "slots")
    page.keyboard.press("g")
    tree = chosen(page, "tree")
    # At the top stand the particles of the first root action that the last level descends from.
    session = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    arrays, _ = read_trace(httpx.get(f"{session}/moments/0/trace").content)
    roots = arrays["root_action"][arrays["branch"][-1]]
    first = httpx.get(session).json()["actions"][roots.min()]
    canvas = page.locator("[data-panel=genealogy] canvas.overlay").bounding_box()
    page.mouse.move(canvas["x"] + canvas["width"] - 14, canvas["y"] + 12)
    page.wait_for_function("/^slot \\d+ at level 11/.test(document.querySelector('.panel-particle .panel-note')?.textContent)")
    assert page.locator(".particle-facts").inner_text().strip().startswith(f"{first} ·")
    page.locator(".layout-chooser").get_by_role("button", name="river").click()
    river = chosen(page, "river")
    assert len({each["hash"] for each in (slots, tree, river)}) == 3
    page.reload()
    # What is seen first is the checkpoint's recorded moment, which holds still too.
    page.wait_for_function(CONTROLS)
    page.wait_for_function(AT_REST, timeout=60_000)
    assert chosen(page, "river") == river
    # The link says it too, to a browser that has never chosen one.
    page.wait_for_function("location.search.includes('layout=river')")
    other = opened(server, open_page, page.evaluate("location.search"), reduced_motion="reduce")
    assert chosen(other, "river")
    other.close()
    choose_planner(page, "Gumbel MCTS")
    page.wait_for_function("document.querySelector('.microscope')?.dataset.kind === 'tree'")
    assert page.locator(".layout-chooser").is_hidden()
