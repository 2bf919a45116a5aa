"""A moment has an address: opened elsewhere, it is the same picture; it can be shared, gone back to, and lost without harm."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from backend.address import VERSION
from tests.backend.link import read_trace
from tests.browser.notices import last_notice
from tests.browser.test_kept import opened, session_of
from tests.browser.test_page import AT_REST, picture
from tests.servers import free_port, serving, wait_until_ready

pytestmark = pytest.mark.browser

LINKED = "step => new URLSearchParams(location.search).get('step') === `${step}` && location.search.includes('digest=')"
# Axes of the others stay where they fit, and so remember what was drawn before.
PICTURES = ("genealogy", "weights")


def act(page, server, action):
    answer = httpx.post(f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/commands", json={"command": "act", "action": action})
    assert answer.status_code == 200, answer.text


def at_step(page, step):
    page.wait_for_function("step => window.twistscope.lastFrame?.step === step", arg=step, timeout=60_000)
    page.wait_for_function(AT_REST, timeout=60_000)
    page.wait_for_function(LINKED, arg=step)


def test_after_a_restart_a_link_opens_the_same_moment_elsewhere_and_an_open_page_is_there_again(open_page, data):
    port = free_port()
    with serving("serve", "--no-open", data=data, port=port) as first:
        wait_until_ready(first)
        page = opened(first, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&seed=4")
        # Actions that no planner took.
        for step, action in ((1, 0), (2, 0), (3, 1)):
            act(page, first, action)
            at_step(page, step)
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("k")
        page.wait_for_function("location.search.includes('slot=')")
        search = page.evaluate("location.search")
        drawn, selection = {name: picture(page, name) for name in PICTURES}, page.evaluate("window.twistscope.selection")
        said = page.locator(".panel-decision").inner_text()
        page.close()

        left = opened(first, open_page, "?particles=64&depth=8")
        for step, action in ((1, 1), (2, 1)):
            act(left, first, action)
            at_step(left, step)
        left.goto(left.url + "&hide=strips&level=3&slot=2")
        at_step(left, 2)
        # The address is written again in the server's order.
        left.wait_for_function("location.search.endsWith('&level=3&slot=2&hide=strips')")
        before, address = picture(left, "genealogy"), left.evaluate("location.search")
        session = left.evaluate("window.twistscope.session")
        first.kill()
    with serving("serve", "--no-open", data=data, port=port) as second:
        wait_until_ready(second)
        other = opened(second, open_page, search)
        at_step(other, 3)
        assert other.evaluate("window.twistscope.selection") == selection
        assert {name: picture(other, name) for name in PICTURES} == drawn
        assert other.locator(".panel-decision").inner_text() == said
        assert last_notice(other) == ""
        assert other.evaluate("location.search") == search

        left.wait_for_function("id => window.twistscope.connection === 'open' && window.twistscope.session !== id", arg=session, timeout=60_000)
        at_step(left, 2)
        assert picture(left, "genealogy") == before
        # Also what was looked at, and what is hidden.
        assert left.evaluate("location.search") == address and left.evaluate("document.body.dataset.hide") == "strips"


def test_back_and_forward_go_between_moments_that_were_chosen(server, open_page):
    page = opened(server, open_page, "?particles=64&depth=8")
    page.locator("[data-do=forward]").click()
    at_step(page, 1)
    page.locator("#planner").select_option("spo")
    page.wait_for_function("location.search.includes('planner=spo') && location.search.includes('digest=')", timeout=60_000)
    page.go_back()
    at_step(page, 1)
    assert session_of(page, server)["planner"] == "trt_smc"
    page.go_forward()
    page.wait_for_function("window.twistscope.lastFrame.planner === 'spo' && window.twistscope.showing === 'live'", timeout=60_000)
    assert session_of(page, server)["planner"] == "spo"


def test_another_planner_plans_at_the_same_moment_beside_the_plan_that_is_pinned(server, open_page):
    page = opened(server, open_page, "?checkpoint=catch-early&particles=64&depth=8&seed=3&step=2")
    at_step(page, 2)
    page.keyboard.press("p")
    page.locator("#planner").select_option("spo")
    page.wait_for_function("window.twistscope.lastFrame?.planner === 'spo' && window.twistscope.showing === 'live'", timeout=60_000)
    at_step(page, 2)
    made = session_of(page, server)
    assert (made["planner"], made["seed"], made["step"], made["settings"]["particles"]) == ("spo", 3, 2, 64)
    page.wait_for_selector(".panel-comparison:has-text('planner'):visible")
    assert last_notice(page) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda search: search[: len(search) // 2], "cut off"),
        (lambda search: search.replace(f"v={VERSION}", "v=99"), "v: got"),
        (lambda search: search.replace("particles=64", "particles=-1"), "particles"),
    ],
    ids=["cut off", "of an unknown version", "with an impossible setting"],
)
def test_a_damaged_link_gives_one_line_and_opens_the_checkpoint(server, open_page, change, reason):
    body = {"checkpoint": "catch-early", "settings": {"particles": 64, "depth": 8}, "step": 2}
    session = httpx.post(server.api + "/sessions", json=body, timeout=60).json()
    query = httpx.get(f"{server.api}/sessions/{session['id']}/link").json()["query"]
    page = opened(server, open_page, change(f"?{query}"))
    made = session_of(page, server)
    assert (made["checkpoint"], made["step"]) == ("catch-early", 0)
    assert last_notice(page).startswith("The link cannot be opened, only its checkpoint.") and reason in last_notice(page).lower()


def test_a_link_to_other_parameters_says_so(server, open_page):
    body = {"checkpoint": "catch-early", "settings": {"particles": 64, "depth": 8}, "step": 2}
    session = httpx.post(server.api + "/sessions", json=body, timeout=60).json()
    query = httpx.get(f"{server.api}/sessions/{session['id']}/link").json()["query"]
    sha = parse_qs(query)["sha"][0]
    page = opened(server, open_page, "?" + query.replace(sha, "0" * 12))
    assert "is not the one that the link was made with" in last_notice(page)
    assert session_of(page, server)["step"] == 2


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_moment_is_shared_with_parts_of_the_page_hidden(server, open_page, width, height):
    page = opened(server, open_page, "?particles=64&depth=8&token=secret", width=width, height=height)
    page.locator("[data-do=share]").first.click()
    page.wait_for_function("document.querySelector('.share-link')?.value.includes('digest=')")
    for part in ("knobs", "per level"):
        page.get_by_label(part, exact=True).uncheck()
    link = page.locator(".share-link").input_value()
    assert "secret" not in link and urlsplit(link).netloc == urlsplit(server.url).netloc
    assert page.locator("#share").bounding_box()["width"] <= width
    for file in page.locator(".share-files a").all():
        assert httpx.get(file.evaluate("link => link.href"), timeout=60).headers["content-disposition"].startswith("attachment")
    page.locator(".share-copy").click()
    page.wait_for_function("document.querySelector('.share-note').textContent !== ''")
    page.keyboard.press("Escape")
    assert not page.locator("#share").is_visible()
    other = open_page(link, width, height)
    other.wait_for_function(AT_REST, timeout=60_000)
    other.wait_for_function("document.body.dataset.hide === 'knobs strips'")
    assert not other.locator("#drawer").is_visible() and not other.locator("[data-panel=strips]").is_visible()
    assert other.locator("[data-panel=genealogy]").is_visible()
    other.wait_for_function("location.search.includes('hide=knobs%2Cstrips')")


@pytest.mark.parametrize(("checkpoint", "keys"), [("cartpole-early", "a"), ("pendulum-early", "aa")])
def test_a_person_takes_another_action_than_the_planner(server, open_page, checkpoint, keys):
    page = opened(server, open_page, f"?checkpoint={checkpoint}&particles=64&depth=8")
    button = page.locator(".take-action")
    assert not button.is_visible()
    for key in keys:
        page.keyboard.press(key)
    button.wait_for()
    name = button.get_attribute("aria-label").removeprefix("take ")
    button.click()
    at_step(page, 1)
    actions = trace_of(page, server)[1]["actions_so_far"]
    # By the keyboard as well.
    page.keyboard.press("t")
    at_step(page, 2)
    assert actions == ("[0]" if checkpoint == "cartpole-early" else actions) and name
    assert trace_of(page, server)[1]["actions_so_far"].count(",") == 1
    page.reload()
    at_step(page, 2)


def trace_of(page, server):
    session = session_of(page, server)
    return read_trace(httpx.get(f"{server.api}/sessions/{session['id']}/moments/{session['step']}/trace", timeout=60).content)
