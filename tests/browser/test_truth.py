"""Exact answers next to estimates: their marks, numbers and knobs."""

from collections import Counter

import pytest

from tests.browser.notices import last_notice
from tests.browser.test_page import last_frame, sentence, settle

pytestmark = pytest.mark.browser


def choose(page, field, name):
    """Choose a checkpoint or a planner as a user does, and wait for its first picture."""
    painted = page.evaluate("window.twistscope.framesPainted")
    page.locator(f"#{field}").select_option(label=name)
    page.wait_for_function("painted => window.twistscope.framesPainted > painted && window.twistscope.phase === 'idle'", arg=painted, timeout=120_000)


MARKS = "[...document.querySelectorAll('.decision-picture [data-mark]')].map(({ dataset }) => dataset.mark)"


def marks(page):
    """Number of marks of each kind in the picture of the root decision."""
    return Counter(page.evaluate(MARKS))


def wait_for_mark(page, name, there=True):
    page.wait_for_function(
        "([name, there]) => { const picture = document.querySelector('.decision-picture'); "
        "return picture && !!picture.querySelector(`[data-mark=${name}]`) === there; }",
        arg=[name, there],
    )


def set_choice(page, knob, value):
    page.locator(f'[data-knob="{knob}"] select').select_option(label=value)


def test_exact_answers_are_marked_where_there_are_any_and_nowhere_else(server, open_page):
    page = open_page(server.url)
    wait_for_mark(page, "chosen")
    assert not {"exact", "optimal"} & set(marks(page))
    assert not page.locator(".decision-key", has_text="exact posterior").count()
    page.locator('[data-knob="value_source"]').wait_for(state="hidden")

    choose(page, "checkpoint", "fourrooms-early")
    wait_for_mark(page, "exact")
    # Of each of four actions the exact posterior and Q soft, and the optimal Q.
    assert {name: marks(page)[name] for name in ("exact", "optimal", "q")} == {"exact": 8, "optimal": 4, "q": 4}
    assert page.locator(".decision-key", has_text="exact posterior").count() == 1
    numbers = page.locator(".decision-numbers").inner_text()
    assert all(name in numbers for name in ("V soft", "V*", "KL to exact", "Q-hat error", "log-evid. error"))
    assert page.locator('[data-knob="value_source"]').is_visible()
    assert not page.locator('[data-knob="action_atoms"]').is_visible()

    choose(page, "checkpoint", "cartpole")
    wait_for_mark(page, "exact", there=False)
    assert page.locator(".decision-numbers dt").count() == 4


def test_exact_values_are_planned_with_at_once_and_named(server, open_page):
    page = open_page(server.url)
    choose(page, "checkpoint", "fourrooms-early")
    assert page.locator(".value-source").inner_text() == ""
    frame = last_frame(page)
    set_choice(page, "value_source", "exact")
    settle(page, frame)
    page.wait_for_function("document.querySelector('.value-source')?.textContent === 'exact values'")
    assert sentence(page).endswith("; exact values.")
    assert last_frame(page)["step"] == frame["step"]
    frame = last_frame(page)
    slider = page.locator('[data-knob="value_noise"] [role=slider]')
    slider.press("PageUp")
    settle(page, frame)
    page.wait_for_function("document.querySelector('.value-source')?.textContent.startsWith('exact values, noise ')")
    # If nothing can be solved, the knob stays behind, and the page says so.
    choose(page, "checkpoint", "cartpole")
    page.wait_for_function("document.querySelector('.value-source')?.textContent === ''")
    assert last_notice(page).startswith("Left out: value_source: “exact” is not possible, allowed is network")


def test_a_value_source_that_is_refused_shows_why(server, open_page):
    page = open_page(server.url)
    page.wait_for_selector('[data-knob="value_source"]', state="attached")
    page.evaluate(
        """() => {
             const knob = document.querySelector('[data-knob="value_source"]');
             knob.hidden = false;
             knob.closest(".knob-group").hidden = false;
           }"""
    )
    set_choice(page, "value_source", "exact")
    page.wait_for_function("lastNotice.includes('value_source')")
    page.wait_for_function("document.querySelector('[data-knob=value_source]')?.innerText.includes('network')")


def test_a_strip_is_opened_by_its_button_and_stays_open(server, open_page):
    page = open_page(server.url)
    button = page.locator('.strip-chooser [data-strip="parts"]')
    height = page.locator("[data-panel=strips] .stage").bounding_box()["height"]
    assert button.get_attribute("aria-pressed") == "false"
    assert "weight parts" not in page.locator("[data-panel=strips] canvas.base").get_attribute("aria-label")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-panel=strips] canvas.base')?.getAttribute('aria-label').includes('weight parts')")
    assert button.get_attribute("aria-pressed") == "true"
    page.wait_for_function("height => document.querySelector('[data-panel=strips] .stage').clientHeight > height", arg=height)
    page.reload()
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=60_000)
    assert "weight parts" in page.locator("[data-panel=strips] canvas.base").get_attribute("aria-label")
    page.locator('.strip-chooser [data-strip="parts"]').click()
    page.wait_for_function("!document.querySelector('[data-panel=strips] canvas.base').getAttribute('aria-label').includes('weight parts')")


def test_all_strips_at_once_stay_inside_the_page(server, open_page):
    page = open_page(server.url)
    page.evaluate("""() => document.querySelectorAll('.strip-chooser [aria-pressed="false"]').forEach(button => button.click())""")
    page.wait_for_function(
        "document.querySelector('[data-panel=strips] canvas.base').getAttribute('aria-label').includes('evid. variance no estimate here')"
    )
    boxes = {name: page.locator(f"[data-panel={name}] .stage").bounding_box() for name in ("world", "genealogy", "strips", "weights")}
    assert boxes["strips"]["height"] >= 10 * 28
    assert boxes["weights"]["y"] + boxes["weights"]["height"] <= page.locator(".microscope-foot").bounding_box()["y"]
    assert all(box["height"] > 40 for box in boxes.values())
