"""The panel that plans with many seeds."""

import httpx
import pytest

from tests.browser.test_page import last_frame, press, settle

pytestmark = pytest.mark.browser

TRACES = """() => document.querySelector(".seeds-figure.js-plotly-plot").data.map(
    ({ name, type, marker, x }) => ({ name, type, symbol: marker?.symbol, count: x.length })
)"""


def note(page):
    return page.locator(".seeds-note").inner_text()


def answered(page):
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent.includes(' seeds.')", timeout=120_000)


def small(page, server):
    """Choose a plan that compiles quickly."""
    frame = last_frame(page)
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    httpx.patch(f"{address}/settings", json={"particles": 32, "depth": 8}).raise_for_status()
    settle(page, frame)


def test_many_seeds_give_a_dot_each_and_this_run_by_itself(server, open_page):
    page = open_page(server.url)
    small(page, server)
    page.locator(".seeds-plan").click()
    assert page.locator(".seeds-plan").inner_text() == "" or "Planning with 64 seeds" in note(page)
    answered(page)
    page.wait_for_function("document.querySelector('.seeds-figure.js-plotly-plot')?.data?.length > 4")
    found = page.evaluate(TRACES)
    dots = {trace["name"]: trace["count"] for trace in found if trace["symbol"] is None and trace["name"] != "quartiles"}
    assert dots == {"improved policy": 2 * 64, "Q-hat": 2 * 64, "value target": 64, "log-evidence": 64}
    own = [trace for trace in found if trace["name"] == "this run"]
    assert [(trace["symbol"], trace["count"]) for trace in own] == [("star", 2), ("star", 2), ("star", 1), ("star", 1)]
    # The star is the plan that is shown.
    star = page.evaluate("document.querySelector('.seeds-figure.js-plotly-plot').data.filter(({ name }) => name === 'this run')[2].x[0]")
    target = page.locator(".decision-numbers > div", has_text="value target").locator("dd").inner_text()
    assert float(target.replace("−", "-")) == pytest.approx(star, abs=0.5 * 10.0 ** -len(target.partition(".")[2]))
    assert "is chosen by" in note(page) and "of 64 seeds" in note(page)

    # After a change of settings, the panel says that its plans are of earlier settings; after the change back it does not.
    frame = last_frame(page)
    press(page, "alpha", "End")
    settle(page, frame)
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent.startsWith('Out of date: other settings.')")
    assert page.locator("[data-panel=seeds][data-stale]").count() == 1
    frame = last_frame(page)
    page.locator('[data-reset="trust region"]:visible').click()
    settle(page, frame)
    page.wait_for_function("!document.querySelector('[data-panel=seeds]').hasAttribute('data-stale')")
    page.locator(".seeds-close").click()
    assert not page.locator(".seeds-figure").is_visible()


def test_planning_with_many_seeds_can_be_cancelled(server, open_page):
    page = open_page(server.url)
    page.route("**/seeds", lambda route: None)
    page.locator(".seeds-count").select_option("256")
    assert page.locator(".seeds-plan").get_attribute("aria-label") == "plan with 256 seeds"
    page.locator(".seeds-plan").click()
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent.startsWith('Planning with 256 seeds … 1 s')")
    page.locator(".seeds-cancel").click()
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent === 'Cancelled.'")
    assert page.locator(".seeds-plan").is_visible() and not page.locator(".seeds-cancel").is_visible()


def test_what_the_server_refuses_is_shown_with_its_reason(server, open_page):
    page = open_page(server.url)
    problem = '{"title": "Unprocessable Content", "status": 422, "detail": "seeds: got 64, allowed: at most 3"}'
    page.route("**/seeds", lambda route: route.fulfill(status=422, content_type="application/problem+json", body=problem))
    page.locator(".seeds-plan").click()
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent === 'No answer: seeds: got 64, allowed: at most 3'")
