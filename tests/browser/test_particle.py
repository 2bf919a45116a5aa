"""The particle: every action of its steps on request, film strip, heat and projections of the world, and two particles side by side."""

import pytest

from tests.browser.test_accessibility import check
from tests.browser.test_kept import opened
from tests.browser.test_page import last_frame, picture, settle
from tests.browser.test_sizes import LEGIBLE

pytestmark = pytest.mark.browser

# Of the three numbers over the small multiples the last is Q, which only a plan with every action has.
Q = "document.querySelectorAll('.particle-numbers > .steps tbody tr')[2]?.querySelectorAll('svg text')[2]?.textContent"
KNOWN = f"({Q} ?? '–') !== '–'"
PAINTED_SCENES = """[...document.querySelectorAll(".strip-cell canvas")].map((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((value, index) => index % 4 === 3 && value > 0).length)"""
PAIR = "document.querySelector('.particle-numbers').hasAttribute('data-pair')"


def test_every_action_comes_on_request_and_stays_and_two_particles_stand_side_by_side(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8", prepare=lambda page: page.add_init_script(LEGIBLE))
    page.wait_for_selector(".particle-all")
    assert page.evaluate(Q) == "–"
    page.get_by_role("button", name="every action").click()
    page.wait_for_function(KNOWN, timeout=120_000)
    row = page.locator(".particle-numbers > .steps tbody tr").nth(2).get_attribute("title")
    assert row.count("prior") == row.count(", Q ") == 2 and "KL" in row
    # Nothing has to be compiled for a live setting: the next plan has them by itself.
    frame = last_frame(page)
    page.locator("[data-knob=alpha] [role=slider]").press("End")
    settle(page, frame)
    page.wait_for_function(f"{KNOWN} && document.querySelector('.particle-note')?.textContent === ''", timeout=60_000)

    # Escape leaves a field first.
    page.keyboard.press("Escape")
    # The same program keeps all states.
    page.keyboard.press("s")
    cells = page.locator(".strip-cell")
    cells.nth(3).wait_for(timeout=60_000)
    steps = page.locator(".particle-numbers > .steps tbody tr").count()
    assert cells.count() == steps + 1 and "V " in cells.first.inner_text() and "log w" in cells.nth(1).inner_text()
    assert all(count > 50 for count in page.evaluate(PAINTED_SCENES)) and len(page.evaluate(PAINTED_SCENES)) == steps + 1
    # A link has it, too.
    page.wait_for_function("location.search.includes('show=strip')")
    linked = open_page(page.url)
    linked.locator(".strip-cell").nth(3).wait_for(timeout=60_000)
    linked.context.close()
    cells.nth(2).click()
    assert page.evaluate("window.twistscope.cursorLevel") == int(cells.nth(2).get_attribute("data-level"))
    page.keyboard.press("s")
    assert page.locator(".film-strip").is_hidden()
    page.wait_for_function("!location.search.includes('show=')")
    paths = picture(page, "world")
    page.keyboard.press("h")
    page.wait_for_function("document.querySelector('.heat-open')?.getAttribute('aria-pressed') === 'true'")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert picture(page, "world")["hash"] != paths["hash"]
    page.keyboard.press("h")
    # Other numbers of the states than their picture shows.
    view = page.get_by_label("View of the world")
    view.select_option("angle and speed")
    page.wait_for_function("window.twistscope.lastFrame.projection === 'angle and speed'")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert picture(page, "world")["hash"] != paths["hash"]
    view.select_option("picture")
    page.wait_for_function("window.twistscope.lastFrame.projection === null")
    view.press("Escape")

    page.keyboard.press("k")
    page.keyboard.press("b")
    page.wait_for_function("document.querySelector('.particle-note')?.textContent.startsWith('Kept.')")
    page.keyboard.press("j")
    page.wait_for_function(PAIR)
    assert page.locator(".pair-sentence").inner_text().startswith(("They part at level", "The second descends", "Both"))
    assert page.locator(".pair-part").count() == 4 and page.locator(".pair-curves path").count() == 2
    check(page, "two particles", ".panel-particle")
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
    # A link has both; in another page the same two stand side by side, and the world is seen as here.
    page.keyboard.press("h")
    view.select_option("angle and speed")
    page.wait_for_function("/[?&]with=\\d+-\\d+.*&show=heat&projection=angle/.test(location.search)")
    sentence = page.locator(".pair-sentence").inner_text()
    other = open_page(page.url, ready=f"{PAIR}")
    other.wait_for_function("window.twistscope.lastFrame.projection === 'angle and speed'", timeout=60_000)
    assert other.get_by_label("View of the world").input_value() == "angle and speed"
    assert other.locator(".heat-open").get_attribute("aria-pressed") == "true"
    other.wait_for_function("(text) => document.querySelector('.pair-sentence')?.textContent === text", arg=sentence)
    page.keyboard.press("Escape")
    page.wait_for_function(f"!{PAIR} && window.twistscope.selection !== null")
    page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)


def test_a_click_with_shift_compares_a_particle_with_the_selected_one(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8")
    page.keyboard.press("k")
    first = page.evaluate("window.twistscope.selection")
    box = page.locator(".panel-genealogy canvas").first.bounding_box()
    page.keyboard.down("Shift")
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.8 * box["height"])
    page.keyboard.up("Shift")
    page.wait_for_function(PAIR)
    assert page.evaluate("window.twistscope.selection") != first
    page.wait_for_function("(field) => location.search.includes(field)", arg=f"with={first['level']}-{first['slot']}")


def test_steps_that_come_while_playing_do_not_widen_the_table(server, open_page):
    page = open_page(f"{server.url}/?checkpoint=frozenlake-early", 1280, 720)
    page.wait_for_selector(".steps")
    # Lineages end at different levels: rows go and come again below the part that is in sight.
    page.evaluate(
        """() => {
          window.widths = [];
          const look = () => {
            const { scrollWidth, clientWidth } = document.querySelector(".particle-numbers");
            window.widths.push(scrollWidth - clientWidth);
            requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }"""
    )
    page.locator('[data-do="play"]').click()
    page.wait_for_function("window.twistscope.step >= 12 || window.twistscope.phase === 'ended'", timeout=60_000)
    assert page.evaluate("Math.max(...window.widths)") == 0
