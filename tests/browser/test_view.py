"""The view as a person wants it: theme, size and panels, kept in the browser and in links; and everything found by its name."""

import itertools

import pytest

from tests.browser.notices import last_notice
from tests.browser.test_checkpoints import READY
from tests.browser.test_controls import BUILT
from tests.browser.test_kept import opened
from tests.browser.test_page import last_frame, picture, settle
from tests.browser.test_sizes import LEGIBLE

pytestmark = pytest.mark.browser

GROUND = "getComputedStyle(document.querySelector('#top')).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(22, 27, 34)"
CENTRE = "[...document.querySelectorAll('.microscope-centre > .panel')].map(({ dataset }) => dataset.panel)"
ENLARGED = "document.querySelector('.microscope').dataset.enlarged ?? null"
FIRST_PAINT = """new PerformanceObserver((list) => {
  const first = list.getEntries().find(({ name }) => name === "first-paint");
  if (first) window.groundAtFirst ??= getComputedStyle(document.documentElement).colorScheme;
}).observe({ type: "paint", buffered: true })"""


def choose(page, name, value):
    page.keyboard.press("v")
    page.locator(f"#view input[name={name}][value={value}]").check()
    page.keyboard.press("Escape")
    page.wait_for_selector("#view", state="hidden")
    # Else it points at what was under the dialog.
    page.mouse.move(2, 2)
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")


def test_a_theme_that_is_chosen_holds_on_all_pages_and_in_all_pictures(server, open_page):
    page = open_page(server.url, prepare=lambda page: page.add_init_script(FIRST_PAINT))
    page.wait_for_function(BUILT)
    assert page.evaluate(GROUND) == LIGHT
    light, key = picture(page, "genealogy")["hash"], page.locator(".decision-picture").inner_html()
    choose(page, "theme", "dark")
    assert page.evaluate(GROUND) == DARK
    page.wait_for_function("light => document.querySelector('.decision-picture').innerHTML !== light", arg=key)
    dark = picture(page, "genealogy")["hash"]
    assert dark != light
    # Kept, and there before anything is painted; the system is not asked.
    page.emulate_media(color_scheme="light")
    page.reload()
    page.wait_for_function("window.twistscope?.framesPainted > 0 && window.groundAtFirst")
    assert page.evaluate(f"[window.groundAtFirst, {GROUND}]") == ["dark", DARK]
    assert picture(page, "genealogy")["hash"] == dark
    page.goto(server.url + "/checkpoints")
    page.wait_for_function(READY)
    assert page.evaluate(GROUND) == DARK
    choose(page, "theme", "system")
    assert page.evaluate(GROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK


def test_large_enough_for_a_projector_everything_can_be_read_and_pointed_at(server, open_page):
    page = open_page(server.url, prepare=lambda page: page.add_init_script(LEGIBLE))
    page.wait_for_selector(".steps")
    size = "document.querySelector('.panel-genealogy h2').getBoundingClientRect().height"
    usual = page.evaluate(size)
    choose(page, "size", "large")
    assert page.evaluate(size) == pytest.approx(1.3 * usual, rel=0.02)
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    # As sharp as the screen: a pixel of the canvas for each.
    box = page.locator("[data-panel=genealogy] canvas.base").bounding_box()
    assert page.evaluate("document.querySelector('[data-panel=genealogy] canvas.base').width") == pytest.approx(box["width"], abs=2)
    # A particle of the last level is at the right end, and half way there one of about level 10.
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.wait_for_function("window.twistscope.selection !== null")
    middle = page.evaluate("window.twistscope.selection.level")
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] * 0.3)
    page.wait_for_function("window.twistscope.selection.level === 23")
    assert 7 <= middle <= 12


def test_panels_are_enlarged_hidden_and_ordered_and_stay_so(server, open_page):
    page = open_page(server.url)
    page.wait_for_function(BUILT)
    height = page.locator("[data-panel=weights]").bounding_box()["height"]
    page.locator("[data-panel=weights] .panel-heading").dblclick(position={"x": 300, "y": 10})
    assert page.evaluate(ENLARGED) == "weights" and page.locator("[data-panel=weights]").bounding_box()["height"] > 5 * height
    assert not page.locator("[data-panel=genealogy]").is_visible() and not page.locator("#drawer").is_visible()
    assert page.locator("[data-do=play]").is_visible() and page.locator("[data-panel=narration]").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(ENLARGED) is None and page.locator("[data-panel=genealogy]").is_visible()
    page.locator("[data-panel=particle] .panel-enlarge").focus()
    page.keyboard.press("f")
    assert page.evaluate(ENLARGED) == "particle"
    page.keyboard.press("f")

    page.locator("[data-panel=world] .panel-hide").click()
    assert "World is hidden" in last_notice(page)
    page.keyboard.press("v")
    assert not page.get_by_label("World", exact=True).is_checked()
    up = page.get_by_role("button", name="Move up: Weights")
    up.focus()
    for _ in range(2):
        page.keyboard.press("Enter")
    assert page.evaluate(CENTRE) == ["world", "weights", "genealogy", "strips"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move up: Weights"
    page.keyboard.press("Escape")
    page.wait_for_function("location.search.includes('hide=world') && location.search.includes('order=world%2Cweights')")
    link = page.url
    page.goto(server.url)
    page.wait_for_function("window.twistscope?.framesPainted > 0")
    page.wait_for_function(f"document.body.dataset.hide === 'world' && {CENTRE}[1] === 'weights'")

    # Elsewhere the link arranges the page for this visit, and names what it does not know.
    other = open_page(link.replace("hide=world", "hide=world%2Czork"))
    other.wait_for_function(f"document.body.dataset.hide === 'world' && {CENTRE}[1] === 'weights'")
    other.wait_for_function("lastNotice === 'The link names panels that this page does not have: “zork”.'")
    other.goto(server.url)
    other.wait_for_function("window.twistscope?.framesPainted > 0 && document.body.dataset.hide === ''")
    assert other.evaluate(CENTRE)[1] == "genealogy"


def test_what_an_address_asks_to_look_at_and_the_plan_does_not_have_is_said(server, open_page):
    page = open_page(server.url + "?level=99&slot=3")
    page.wait_for_function("window.twistscope?.framesPainted > 0 && lastNotice")
    assert last_notice(page) == f"The address asks for level 99; this plan has levels 0 to {last_frame(page)['depth'] - 1}."
    assert page.evaluate("window.twistscope.selection") is None
    page.goto(server.url + "?level=2&slot=abc")
    page.wait_for_function("window.twistscope?.framesPainted > 0 && lastNotice.includes('slot abc')")
    assert page.evaluate("[window.twistscope.cursorLevel, window.twistscope.selection]") == [2, None]


def test_everything_is_found_by_its_name(server, open_page):
    page = open_page(server.url)
    page.wait_for_function(BUILT)
    page.keyboard.press("Control+k")
    page.locator("#finder").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    page.keyboard.type("ess thr")
    chosen = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).innerText"
    found = page.evaluate(chosen)
    assert "ESS threshold" in found and "0.2" in found and "(E6)" in found
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('[data-knob]').dataset.knob") == "ess_threshold"
    # A switch is led to, not pressed: the key that chose it is released there.
    page.keyboard.press("Control+k")
    page.keyboard.type("advantage")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('[data-knob=advantage]')")
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")
    assert page.locator("[data-knob=advantage] input").is_checked()
    # From a field too; arrows go round the ends.
    page.locator("#seed").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("hide")
    last = page.locator("#finder [role=option]").last.inner_text()
    page.keyboard.press("ArrowUp")
    assert page.evaluate(chosen) == last
    for _ in range(2):
        page.keyboard.press("Backspace")
    page.keyboard.type("zork")
    assert (
        page.locator("#finder [role=option]").count() == 0 and page.evaluate("document.activeElement.getAttribute('aria-activedescendant')") is None
    )
    page.locator(".finder-field").fill("step 3")
    page.keyboard.press("Enter")
    page.wait_for_function("window.twistscope.lastFrame?.step === 3", timeout=60_000)
    page.keyboard.press("Control+k")
    page.locator(".finder-field").fill("gumbel mcts")
    page.keyboard.press("Enter")
    page.wait_for_function("window.twistscope.lastFrame?.planner === 'gumbel_mcts'", timeout=60_000)


def test_knobs_are_searched_reset_one_by_one_and_kept_as_presets(server, open_page):
    page = open_page(server.url + "?particles=32&depth=8")
    page.wait_for_function(BUILT)
    shown = "[...document.querySelectorAll('[data-knob]')].filter((knob) => knob.checkVisibility()).map(({ dataset }) => dataset.knob)"
    page.locator(".knob-search").fill("(e8)")
    assert page.evaluate(shown) == ["discount", "retrace_lambda"]
    page.locator(".knob-search").fill("")
    assert page.locator("[data-knob=alpha] .knob-equation").inner_text() == "E3"

    preset = page.get_by_label("Preset", exact=True)
    frame = last_frame(page)
    preset.select_option("no resampling")
    settle(page, frame)
    assert page.locator("[data-knob=resampling_rule] select").input_value() == "never" and last_frame(page)["particles"] == 32
    page.get_by_role("button", name="alpha: reset").wait_for(state="hidden")
    page.locator("[data-knob=alpha] [role=slider]").press("End")
    page.wait_for_function("document.querySelector('[aria-label=Preset]')?.value === ''")
    page.get_by_role("button", name="save …").click()
    page.keyboard.type("all or nothing")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[aria-label=Preset]')?.value === 'own all or nothing'")
    page.get_by_role("button", name="resampling rule: reset").click()
    page.wait_for_function("document.querySelector('[data-knob=resampling_rule] select')?.value === 'ess'")
    assert page.locator("[data-knob=alpha] .knob-value").inner_text() == "1"

    page.reload()
    page.wait_for_function(BUILT)
    preset.select_option("own all or nothing")
    page.wait_for_function("document.querySelector('[data-knob=resampling_rule] select')?.value === 'never'")
    page.get_by_role("button", name="delete", exact=True).click()
    page.wait_for_function(
        "document.querySelector('[aria-label=Preset]').value === '' && document.querySelectorAll('[aria-label=Preset] optgroup').length === 0"
    )


def test_the_keyboard_skips_to_the_pictures_and_paper_is_white(server, open_page, tmp_path):
    page = open_page(server.url, color_scheme="dark")
    page.wait_for_function(BUILT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the pictures"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'pictures'")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('.microscope-centre')")

    dark = picture(page, "strips")["hash"]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert picture(page, "strips")["hash"] != dark
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor") == LIGHT
    assert not page.locator("[data-do=play]").is_visible() and not page.locator("#drawer").is_visible()
    tops = page.evaluate(
        "[...document.querySelectorAll('.panel, .narration')].filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect())"
    )
    assert len(tops) == 9 and all(one["bottom"] <= other["top"] for one, other in itertools.pairwise(tops))
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"{GROUND} === '{DARK}'")


def test_a_phone_that_is_turned_and_turned_back_shows_the_panel_that_it_has_shown(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8", width=390, height=844)
    at_the_top = "Math.abs(document.querySelector('[data-panel=decision]').getBoundingClientRect().top) < 2"
    page.evaluate("document.querySelector('[data-panel=decision]').scrollIntoView()")
    for width, height in ((844, 390), (390, 844)):
        page.wait_for_function(at_the_top)
        # The place is noticed with the next frame.
        page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(at_the_top)
