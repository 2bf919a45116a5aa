"""One live setting is swept over its range; the picture says where the action changes, and a click takes a value over."""

import pytest

from tests.browser.test_kept import opened, session_of

pytestmark = pytest.mark.browser


def test_a_setting_is_swept_and_a_click_takes_its_value_over(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=8")
    panel = page.locator(".panel-sweep")
    assert panel.locator("svg").count() == 0
    panel.get_by_label("Setting to sweep").select_option("alpha")
    panel.get_by_role("button", name="sweep", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.sweep-picture rect > title').length === 33")
    page.wait_for_function("/^(It takes|Next to|No alpha)/.test(document.querySelector('.sweep-note')?.textContent)")
    assert panel.locator("polygon").count() == 4 and panel.locator("polyline").count() == 2
    now = float(panel.locator("[data-mark=now]").get_attribute("x1"))
    box = panel.locator("svg").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 30)
    page.wait_for_function("before => Number(document.querySelector('.sweep-picture [data-mark=now]')?.getAttribute('x1')) > before + 50", arg=now)
    assert 0.65 < session_of(page, server)["settings"]["alpha"] < 0.8
    # The sweep is still that of this moment; after a step it is of another one.
    assert not panel.evaluate("panel => panel.hasAttribute('data-stale')")
    page.locator("[data-do=forward]").click()
    page.wait_for_function("document.querySelector('.panel-sweep').hasAttribute('data-stale')")
    assert panel.locator(".sweep-note").inner_text().startswith("Out of date.")
    panel.get_by_role("button", name="close").click()
    assert panel.locator("svg").count() == 0 and panel.locator(".sweep-note").is_hidden()

    # Two settings make a map, and a cell takes both values over: by a click, or by keys.
    panel.get_by_role("button", name="a second setting").click()
    panel.get_by_label("Other setting, for a map").select_option("discount")
    panel.get_by_role("button", name="sweep", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.sweep-map [data-cell]').length === 169", timeout=60_000)
    page.wait_for_function("document.querySelector('.sweep-note')?.textContent.endsWith('.')")
    assert "169 plans" in panel.locator(".sweep-note").inner_text()
    panel.get_by_role("button", name="regret").click()
    assert panel.locator(".sweep-map [data-mark=here]").count() == 1
    panel.locator(".sweep-map [data-cell='3 6']").click()
    page.wait_for_function("!document.querySelector('.panel-sweep').hasAttribute('data-stale')")
    assert session_of(page, server)["settings"] | {"alpha": 0.25, "discount": 0.5} == session_of(page, server)["settings"]
    panel.locator(".sweep-map").focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert panel.locator(".sweep-reading").inner_text().startswith("alpha 0.333, discount 0.5: takes")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-value=alpha]')?.textContent === '0.333'")
