"""A plan in slow motion: step by step, with its formulas, by keys and by pointer."""

import re

import httpx
import pytest

from tests.backend.link import read_trace
from tests.browser.test_kept import opened
from tests.browser.test_page import picture
from tests.browser.test_tree import choose_planner

pytestmark = pytest.mark.browser


def said(page):
    return [page.locator(f".film-{part}").inner_text() for part in ("title", "place", "sentence")]


def go_to(page, title, level):
    """Go to the step of a level by the scrubber."""
    scrub = page.locator(".film-scrub")
    for index in range(int(scrub.get_attribute("max")) + 1):
        scrub.evaluate("(own, index) => { own.value = index; own.dispatchEvent(new Event('input')); }", index)
        name, place, sentence = said(page)
        if name == title and place.startswith(f"level {level} "):
            return sentence
    raise AssertionError(f"no step {title} at level {level}")


def test_a_plan_is_shown_in_slow_motion_and_its_numbers_are_those_of_the_trace(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=12&ess_threshold=0.5&trust=full")
    whole = picture(page, "genealogy")
    session = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    trace, _ = read_trace(httpx.get(f"{session}/moments/0/trace").content)
    page.keyboard.press("m")
    assert page.locator(".film").is_visible() and page.locator(".film-play").inner_text() == "pause"
    # It goes on by itself, and at the next key no longer.
    page.wait_for_function("!document.querySelector('.film-place').textContent.includes(' 1 / ')")
    page.keyboard.press(" ")
    assert page.locator(".film-play").inner_text() == "play" and page.evaluate("window.twistscope.playing") is False
    index = int(page.locator(".film-scrub").input_value())
    page.keyboard.press(".")
    page.keyboard.press(",")
    assert int(page.locator(".film-scrub").input_value()) == index

    ess = re.search(r"only (\S+) of 64", go_to(page, "Normalise", 0)).group(1)
    assert float(ess) == pytest.approx(trace["ess"][0], rel=0.01)
    level = int(trace["resampled"].argmax())
    childless, most = map(int, re.match(r"(\d+) slots? of 64 .* One slot has (\d+)", go_to(page, "Resample", level)).groups())
    assert (childless, most) == ((trace["offspring"][level] == 0).sum(), trace["offspring"][level].max())
    # The formula is set, and read out as mathematics.
    page.wait_for_selector(".film-formula .katex-html")
    assert page.locator(".film-formula math").count() == 1
    assert picture(page, "genealogy")["hash"] != whole["hash"]
    # Everything else looks at the level of the film.
    assert page.locator("[data-panel=narration]").inner_text().startswith(f"Level {level}:")

    page.keyboard.press("Escape")
    assert page.locator(".film").is_hidden()

    choose_planner(page, "Gumbel MCTS")
    page.locator(".film-open").click()
    page.wait_for_function("document.querySelector('.film-title')?.textContent === 'Select'")
    page.keyboard.press(" ")
    assert said(page)[0] in ("Select", "Expand")
    assert "Simulation 1 of" in go_to(page, "Select", 0)
    page.locator(".film-close").click()
    assert page.locator(".film").is_hidden() and page.locator(".film-open").get_attribute("aria-pressed") == "false"

    # On a phone both pictures stand above the bar, as far as that is possible.
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".film-open").click()
    bar, genealogy = (page.locator(part).bounding_box() for part in (".film", "[data-panel=genealogy] .stage"))
    assert bar["y"] + bar["height"] <= 844 and genealogy["y"] + 100 < bar["y"]
