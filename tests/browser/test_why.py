"""The reasons of a decision stand there as sentences, lead into the pictures, and are found out further on request."""

import pytest

from tests.browser.test_accessibility import check
from tests.browser.test_kept import opened, session_of

pytestmark = pytest.mark.browser

FOUND = "document.querySelector('.why-cancel').hidden && document.querySelector('[data-reason=seeds]')"


def reason(page, name):
    return page.locator(f".panel-why [data-reason='{name}']")


def test_sentences_lead_to_lineage_level_seeds_and_sweep(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=8")
    panel = page.locator(".panel-why")
    # One sentence stands for all until more is asked for.
    assert panel.locator(".why-item").count() == 1 and "nats" in reason(page, "prior").inner_text()
    panel.get_by_role("button", name="more").click()
    reason(page, "lineages").wait_for(timeout=60_000)
    assert reason(page, "exact").count() == 1

    reason(page, "lineages").get_by_role("button").click()
    page.wait_for_function("window.twistscope.selection?.slot !== undefined")
    selected = page.evaluate("window.twistscope.selection")
    assert f"slot {selected['slot']} at level {selected['level']}" in reason(page, "lineages").inner_text()
    reason(page, "parts").get_by_role("button").click()
    page.wait_for_function("window.twistscope.selection?.action !== undefined")
    if reason(page, "level").count():
        reason(page, "level").get_by_role("button").click()
        assert f"level {page.evaluate('window.twistscope.cursorLevel')}" in reason(page, "level").inner_text()

    # Stopped, what was found out stays.
    panel.get_by_role("button", name="how sure?").click()
    reason(page, "seeds").wait_for(timeout=60_000)
    panel.get_by_role("button", name="cancel").click()
    page.wait_for_function("document.querySelector('.why-note')?.textContent.startsWith('Stopped')")
    assert "of 64 seeds take" in reason(page, "seeds").inner_text()
    panel.get_by_role("button", name="how sure?").click()
    page.wait_for_function(FOUND, timeout=180_000)
    assert page.locator(".why-note").inner_text() == ""
    changes = page.locator(".why-item[data-reason^='change ']")
    assert changes.count() + reason(page, "no change").count() >= 1
    check(page, "why", ".panel-why")
    # A link takes the question along: whoever opens it reads the same answer.
    page.wait_for_function("location.search.includes('ask=why')")
    said = page.locator(".panel-why").inner_text()
    other = open_page(page.url)
    other.wait_for_function(FOUND, timeout=180_000)
    assert other.locator(".panel-why").inner_text() == said
    # It is not shut by another size of the window.
    for width in (1000, 1440):
        other.set_viewport_size({"width": width, "height": 900})
        other.wait_for_function(f"innerWidth === {width} && matchMedia('(max-width: 1100px)').matches === {str(width < 1100).lower()}")
        assert reason(other, "seeds").is_visible()
    other.context.close()

    reason(page, "seeds").get_by_role("button").click()
    page.wait_for_selector(".seeds-figure.js-plotly-plot", timeout=60_000)
    # The reward temperature of an early checkpoint decides between actions that are nearly alike.
    sweeps = page.locator(".why-item[data-reason^='change ']:not([data-reason='change particles']) button")
    assert sweeps.count() >= 1
    name = sweeps.first.evaluate("button => button.closest('li').dataset.reason.replace('change ', '')")
    sweeps.first.click()
    page.wait_for_selector(".sweep-picture svg")
    assert page.get_by_label("Setting to sweep").input_value() == name
    # Of another plan nothing is known.
    page.locator("[data-do=forward]").click()
    page.wait_for_function("!document.querySelector('[data-reason=seeds]')")
    assert session_of(page, server)["step"] == 1
