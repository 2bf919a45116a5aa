"""Recording in the page, replaying it on the same page, and planning again from a frame."""

import httpx
import pytest

from tests.browser.test_kept import opened
from tests.browser.test_links import PICTURES, at_step
from tests.browser.test_page import AT_REST, picture

pytestmark = pytest.mark.browser

REPLAY = "step => document.body?.hasAttribute('data-replay') && window.twistscope.showing === 'live' && window.twistscope.lastFrame.step === step"


def recorded(page, steps=2):
    """Record some steps of the session. Returns the pictures of the last."""
    page.locator(".record-open").click()
    page.locator(".record-toggle").click()
    page.wait_for_function("document.querySelector('.record-kept')?.innerText === '1 frame kept'")
    page.locator("#recordings [data-do=recordings]").click()
    for step in range(1, steps + 1):
        page.locator("[data-do=forward]").click()
        at_step(page, step)
        page.wait_for_function("count => document.querySelector('.record-open')?.innerText === `● ${count}`", arg=step + 1)
    drawn = {name: picture(page, name) for name in PICTURES}
    page.locator(".record-open").click()
    page.locator(".record-toggle").click()
    page.wait_for_function("document.querySelector('.record-open')?.innerText === 'record'")
    return drawn


def test_a_session_is_recorded_replayed_and_planned_again(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&seed=6")
    drawn = recorded(page)
    item = page.locator(".recording").first
    assert "3 frames" in item.inner_text()
    item.locator(".recording-title").click()
    page.wait_for_function(REPLAY, arg=0, timeout=60_000)
    # Nothing can be turned, and the reason is given.
    page.wait_for_function("document.getElementById('drawer')?.inert")
    assert "plan again" in page.locator("#drawer").get_attribute("title")
    assert page.locator(".what-if").is_hidden() and page.locator(".recorded-badge").is_visible()
    page.keyboard.press("Shift+End")
    page.wait_for_function(REPLAY, arg=2)
    page.wait_for_function(AT_REST)
    assert {name: picture(page, name) for name in PICTURES} == drawn
    page.wait_for_function("location.search.includes('recording=') && location.search.includes('step=2')")
    # Loaded again, the page is at the same frame.
    page.reload()
    page.wait_for_function(REPLAY, arg=2, timeout=60_000)
    page.locator(".again-open").click()
    page.wait_for_function("document.body && !document.body.hasAttribute('data-replay')", timeout=60_000)
    at_step(page, 2)
    assert {name: picture(page, name) for name in PICTURES} == drawn
    assert not page.evaluate("document.getElementById('drawer').inert")
    page.go_back()
    page.wait_for_function(REPLAY, arg=2, timeout=60_000)


def test_recordings_are_renamed_deleted_taken_back_and_taken_in(server, open_page, tmp_path):
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&seed=7")
    recorded(page, 1)
    item = page.locator(".recording").first
    item.get_by_role("button", name="rename").click()
    page.locator(".recording-name").fill("<b>first</b> tr")
    # Another recording of the session ends meanwhile: that news does not take the field away.
    session = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/recording"
    other = httpx.post(session, json={}).raise_for_status().json()["id"]
    page.wait_for_function("document.querySelector('.record-open').hasAttribute('data-live')")
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/recordings")):
        httpx.delete(session).raise_for_status()
    httpx.delete(f"{server.api}/recordings/{other}").raise_for_status()
    page.locator(".recording-name").press_sequentially("y")
    page.locator(".recording-name").press("Enter")
    page.wait_for_function("document.querySelector('.recording-title')?.innerText === '<b>first</b> try'")
    with page.expect_download() as download:
        item.get_by_role("link", name="file").click()
    kept = tmp_path / "kept.twistscope"
    download.value.save_as(kept)
    count = page.locator(".recording").count()
    page.get_by_label("Take in a file of a recording").set_input_files(kept)
    page.wait_for_function("document.querySelector('.recordings-note')?.innerText.startsWith('Taken in: <b>first</b> try, 2 frames')")
    assert page.locator(".recording").count() == count + 1
    (tmp_path / "other.twistscope").write_bytes(b"no recording at all")
    page.get_by_label("Take in a file of a recording").set_input_files(tmp_path / "other.twistscope")
    page.wait_for_function("document.querySelector('.recordings-note')?.innerText.startsWith('Not possible: not a recording')")
    item.get_by_role("button", name="delete").click()
    page.wait_for_function("document.querySelector('.recording')?.innerText.includes('Deleted')")
    page.locator(".recording").first.get_by_role("button", name="undo").click()
    page.wait_for_function("count => document.querySelectorAll('.recording-title').length === count", arg=count + 1)


def test_a_recording_that_is_not_there_is_said(server, open_page):
    page = open_page(f"{server.url}/?recording=0123456789abcdef", ready="window.twistscope?.connection === 'refused'")
    assert "no recording" in page.locator("#banner").inner_text()
