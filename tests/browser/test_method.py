"""The page of the method: every equation has an address, to which knobs and the text lead."""

import re

import httpx
import pytest

from dashboard.method_page import TEXT, method_html
from tests.browser.test_accessibility import check
from tests.browser.test_kept import opened
from tests.browser.test_lessons_page import READY
from tests.browser.test_sizes import LEGIBLE

IDS, LINKS = re.compile(r'\bid="([^"]+)"'), re.compile(r'\bhref="([^"]+)"')


def test_links_lead_to_what_is_there_and_to_every_equation():
    html = method_html(TEXT.read_text("utf-8"))
    ids, links = IDS.findall(html), LINKS.findall(html)
    assert len(ids) == len(set(ids)) and {f"E{number}" for number in range(1, 18)} <= set(ids)
    assert {link for link in links if not link.startswith("http")} <= {f"#{each}" for each in ids}
    assert "#E5" in links and "#the-recursion" in links


def test_words_of_a_document_that_is_not_served_stand_without_a_link_and_nothing_is_markup():
    html = method_html("# A\n\n[all of it](other.md#x), [here](#a) <i>and</i> `<b>`, by (E1).\n\n    (E1)  a < b\n")
    assert '<p>all of it, <a href="#a">here</a> &lt;i&gt;and&lt;/i&gt; <code>&lt;b&gt;</code>, by (<a href="#E1">E1</a>).</p>' in html
    assert '<b class="equation" id="E1">(E1)</b>  a &lt; b' in html


@pytest.mark.browser
def test_the_method_is_read_at_any_size_and_knobs_lead_to_their_equations(server, open_page):
    for width, height in ((1440, 900), (390, 844)):
        page = open_page(server.url + "/method", width, height, ready=READY, prepare=lambda page: page.add_init_script(LEGIBLE))
        assert page.evaluate("window.illegible()") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        check(page, "method")
    page.locator("#method a[href='#E5']").first.click()
    page.wait_for_function("document.querySelector('#E5:target')?.getBoundingClientRect().top < innerHeight")

    described = httpx.get(server.api + "/planners").json()["planners"]
    cited = {each for planner in described for setting in planner["settings"] for each in re.findall(r"E\d+", setting["enters"])}
    assert cited and cited <= set(page.evaluate("[...document.querySelectorAll('.equation')].map(({ id }) => id)"))
    microscope = opened(server, open_page, "?checkpoint=catch-early&particles=64&depth=8")
    link = microscope.locator("[data-knob=ess_threshold] a.knob-equation")
    with microscope.context.expect_page() as waiting:
        link.click()
    waiting.value.wait_for_function("document.querySelector('#E6:target')")
    microscope.keyboard.press("?")
    assert microscope.locator("#help a[href=method]").is_visible()
