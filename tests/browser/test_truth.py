"""Exact answers next to estimates: their marks, numbers and knobs."""

import pytest

from tests.browser.test_page import last_frame, sentence, settle

pytestmark = pytest.mark.browser


def choose(page, field, name):
    """Choose a checkpoint or a planner as a user does, and wait for its first picture."""
    painted = page.evaluate("window.twistscope.framesPainted")
    page.locator(f"#{field}").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.wait_for_function("painted => window.twistscope.framesPainted > painted && window.twistscope.phase === 'idle'", arg=painted, timeout=120_000)


def traces(page):
    """Names of the traces in the figure of the root decision."""
    return page.evaluate("document.querySelector('#decision .js-plotly-plot').data.map(({ name }) => name)")


def wait_for_trace(page, name, there=True):
    page.wait_for_function(
        "([name, there]) => document.querySelector('#decision .js-plotly-plot')?.data?.some(trace => trace.name === name) === there",
        arg=[name, there],
    )


def set_choice(page, knob, value):
    page.locator(f'[data-knob="{knob}"] .dash-dropdown').click()
    page.locator("#knobs").get_by_role("option", name=value, exact=True).click()


def test_exact_answers_are_marked_where_there_are_any_and_nowhere_else(server, open_page):
    page = open_page(server.url)
    wait_for_trace(page, "improved policy")
    assert "exact posterior" not in traces(page)
    assert not page.locator("#decision-key", has_text="exact posterior").count()
    assert not page.locator('[data-knob="value_source"]').is_visible()

    choose(page, "checkpoint", "fourrooms-early")
    wait_for_trace(page, "exact posterior")
    assert traces(page)[-3:] == ["exact posterior", "Q soft, exact", "Q optimal"]
    assert page.locator("#decision-key", has_text="exact posterior").count() == 1
    numbers = page.locator("#decision-numbers").inner_text()
    assert all(name in numbers for name in ("V soft", "V*", "KL to exact", "Q-hat error", "log-evid. (error)"))
    assert page.locator('[data-knob="value_source"]').is_visible()
    assert not page.locator('[data-knob="action_atoms"]').is_visible()

    choose(page, "checkpoint", "cartpole")
    wait_for_trace(page, "exact posterior", there=False)
    assert page.locator("#decision-numbers dt").count() == 4


def test_exact_values_are_planned_with_at_once_and_named(server, open_page):
    page = open_page(server.url)
    choose(page, "checkpoint", "fourrooms-early")
    assert page.locator("#judge").inner_text() == ""
    frame = last_frame(page)
    set_choice(page, "value_source", "exact")
    settle(page, frame)
    page.wait_for_function("document.querySelector('#judge').textContent === 'exact values'")
    assert sentence(page).endswith("; exact values.")
    assert last_frame(page)["step"] == frame["step"]
    frame = last_frame(page)
    slider = page.locator('[data-knob="value_noise"] [role=slider]')
    slider.press("PageUp")
    settle(page, frame)
    page.wait_for_function("document.querySelector('#judge').textContent.startsWith('exact values, noise ')")
    # Without exact answers, the knob is hidden and the session accepts its settings.
    choose(page, "checkpoint", "cartpole")
    page.wait_for_function("document.querySelector('#judge').textContent === ''")
    assert page.locator("#notice").inner_text() == ""


def test_a_value_source_that_is_refused_shows_why(server, open_page):
    page = open_page(server.url)
    page.evaluate(
        """() => {
             const knob = document.querySelector('[data-knob="value_source"]');
             knob.hidden = false;
             knob.closest(".knob-group").hidden = false;
           }"""
    )
    set_choice(page, "value_source", "exact")
    page.wait_for_function("document.querySelector('#notice').textContent.includes('value_source')")
    page.wait_for_function("document.querySelector('[data-knob=value_source]').innerText.includes('network')")


def test_a_strip_is_opened_by_its_button_and_stays_open(server, open_page):
    page = open_page(server.url)
    button = page.locator('#chooser [data-strip="parts"]')
    height = page.locator("#strips").bounding_box()["height"]
    assert button.get_attribute("aria-pressed") == "false"
    assert "weight parts" not in page.locator("#strips canvas.base").get_attribute("aria-label")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#strips canvas.base').getAttribute('aria-label').includes('weight parts')")
    assert button.get_attribute("aria-pressed") == "true"
    page.wait_for_function("height => document.querySelector('#strips').clientHeight > height", arg=height)
    page.reload()
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=60_000)
    assert "weight parts" in page.locator("#strips canvas.base").get_attribute("aria-label")
    page.locator('#chooser [data-strip="parts"]').click()
    page.wait_for_function("!document.querySelector('#strips canvas.base').getAttribute('aria-label').includes('weight parts')")


def test_all_strips_at_once_stay_inside_the_page(server, open_page):
    page = open_page(server.url)
    page.evaluate("""() => document.querySelectorAll('#chooser [aria-pressed="false"]').forEach(button => button.click())""")
    page.wait_for_function("document.querySelector('#strips canvas.base').getAttribute('aria-label').includes('evid. variance no estimate here')")
    boxes = {name: page.locator(f"#{name}").bounding_box() for name in ("world", "genealogy", "strips", "weights")}
    assert boxes["strips"]["height"] >= 10 * 28
    assert boxes["weights"]["y"] + boxes["weights"]["height"] <= page.locator("#bottom").bounding_box()["y"]
    assert all(box["height"] > 40 for box in boxes.values())
