"""Loading over a slow network: little before the first picture, nothing twice, and nobody blamed for it."""

import pytest

pytestmark = pytest.mark.browser

SLOW = {"offline": False, "downloadThroughput": 250 * 1024, "uploadThroughput": 250 * 1024, "latency": 40}
LOADED = """until => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ responseEnd }) => responseEnd <= until).map(({ name, transferSize, decodedBodySize }) => ({ name, transferSize, decodedBodySize }))"""
CONTROLS = "document.querySelector('[data-knob] [role=slider]')"
DIALOGS = "['help', 'finder', 'share', 'view', 'recordings', 'race'].every((id) => document.querySelector(`dialog#${id}`))"
WATCH = """document.addEventListener("DOMContentLoaded", () => {
  window.said = [];
  const note = () => said.push(document.querySelector("#banner").textContent);
  new MutationObserver(note).observe(document.querySelector("#banner"), { childList: true, characterData: true, subtree: true });
  note();
});"""


def slow_down(page):
    page.add_init_script(WATCH)
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW)


def test_the_first_picture_waits_for_little_and_the_service_is_not_blamed(server, open_page):
    page = open_page(server.url, ready="window.twistscope?.firstPictureMs > 0", prepare=slow_down)
    before = page.evaluate(LOADED, page.evaluate("window.twistscope.firstPictureMs"))
    names = " ".join(each["name"] for each in before)
    # Eight seconds at this speed are 2 MB.
    assert 0 < sum(each["transferSize"] for each in before) < 300_000
    assert "/vendor/" not in names and "_dash-component-suites" not in names
    assert "/opening" in names and "js/main.js" in names
    page.wait_for_function(CONTROLS)
    page.wait_for_function("window.twistscope.framesPainted > 0", timeout=60_000)
    said = page.evaluate("window.said")
    assert said[0] == "Loading …" and said[-1] == ""
    assert not [text for text in said if "service" in text or "lost" in text or "trying" in text]
    everything = page.evaluate(LOADED, page.evaluate("performance.now()"))
    assert "/vendor/" not in " ".join(each["name"] for each in everything)
    assert sum(each["transferSize"] for each in everything) < 1_500_000


def test_a_page_that_is_loaded_again_brings_no_file_a_second_time(server, open_page):
    page = open_page(server.url)
    page.wait_for_function(CONTROLS)
    # Dialogs come last.
    page.wait_for_function(DIALOGS)
    page.goto(server.url + "/?again=")
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=60_000)
    page.wait_for_function(CONTROLS)
    page.wait_for_function(DIALOGS)
    again = page.evaluate(LOADED, page.evaluate("performance.now()"))
    files = [each for each in again if "/assets/" in each["name"] or "_dash-component-suites" in each["name"]]
    assert len(files) > 60
    # What has no version in its address is asked for again, and answered without a body.
    assert [each["name"] for each in files if each["transferSize"] > 400] == []
    assert sum(each["transferSize"] > 0 for each in files) <= 1


def test_the_library_of_figures_comes_with_the_first_figure_and_is_a_small_one(server, open_page):
    page = open_page(server.url)
    assert page.evaluate("window.Plotly === undefined")
    page.locator(".seeds-count").select_option("16")
    page.locator(".seeds-plan").click()
    page.wait_for_function("document.querySelector('.seeds-figure.js-plotly-plot')", timeout=120_000)
    loaded = [each for each in page.evaluate(LOADED, page.evaluate("performance.now()")) if "/vendor/" in each["name"]]
    assert len(loaded) == 1 and loaded[0]["transferSize"] < 450_000 and loaded[0]["decodedBodySize"] < 1_300_000


def test_a_library_that_does_not_come_is_said_and_asked_for_again(server, open_page):
    page = open_page(server.url)
    page.route("**/vendor/*.js", lambda route: route.abort())
    page.locator(".seeds-count").select_option("16")
    page.locator(".seeds-plan").click()
    page.wait_for_function("document.querySelector('.seeds-note')?.textContent.includes('could not be loaded')", timeout=120_000)
    page.unroute("**/vendor/*.js")
    page.locator(".seeds-plan").click()
    page.wait_for_function("document.querySelector('.seeds-figure.js-plotly-plot')", timeout=120_000)
