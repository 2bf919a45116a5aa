"""A page without an address opens with a moment at which much happens: recorded at once, then live without a jump, and its address stays plain."""

import json

import httpx
import pytest

from backend.config import ServerConfig
from backend.openings import Openings
from tests.browser.notices import last_notice
from tests.browser.test_page import AT_REST, picture
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

LIVE = f"window.twistscope?.lastFrame && {AT_REST}"
PLACES = """[...document.querySelectorAll("#microscope .panel, .steps, .decision-picture")].map((part) => {
  const { x, y, width, height } = part.getBoundingClientRect();
  return [part.className.baseVal ?? part.className, x, y, width, height].join(" ");
})"""
DRAWN = ("world", "genealogy", "weights")


def recorded_by(server):
    """The first moment as this server would have recorded it: here XLA does not optimise, and rounds otherwise."""
    link = Openings(ServerConfig().checkpoints).first_link
    data = httpx.post(f"{server.api}/plans/linked", json={"query": link}, timeout=60).raise_for_status().content
    size = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:size])
    header["__metadata__"] |= {"recorded": "true", "link": link}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[size:]


def test_the_first_moment_is_dramatic_live_and_goes_without_saying(open_page, data):
    with serving("serve", "--no-open", data=data, TWISTSCOPE_FIRST_MOMENT="true") as server:
        wait_until_ready(server)
        shipped = Openings(ServerConfig().checkpoints).first_path.read_bytes()
        assert httpx.get(f"{server.api}/opening/first").content == shipped
        held, recording = [], recorded_by(server)

        def hold(page):
            page.route("**/api/v1/opening/first", lambda route: route.fulfill(body=recording, content_type="application/vnd.twistscope.drawing"))
            page.route("**/api/v1/sessions/linked", lambda route: held.append(route))

        page = open_page(server.url, ready="window.twistscope?.firstPictureMs > 0", prepare=hold, reduced_motion="reduce")
        page.wait_for_selector("#page", state="attached")
        page.wait_for_function("document.querySelector('#banner')?.innerText.startsWith('Recorded opening plan.')")
        assert page.evaluate("window.twistscope.recorded")
        said = page.locator(".panel-decision").inner_text()
        recorded = {name: picture(page, name) for name in DRAWN}
        narrated = page.locator("[data-panel=narration]").inner_text()
        # What needs a live plan says so, and nothing moves when it comes.
        for part in (".panel-why", ".panel-timeline .timeline-note", ".what-if"):
            assert "Waiting for the" in page.locator(part).inner_text(), part
        places = page.evaluate(PLACES)
        held.pop().continue_()
        page.unroute("**/api/v1/sessions/linked")

        # The live plan is the same one.
        page.wait_for_function(LIVE, timeout=60_000)
        step = page.evaluate("window.twistscope.lastFrame.step")
        assert step > 0 and page.locator("[data-panel=narration]").inner_text() == narrated
        assert {name: picture(page, name) for name in DRAWN} == recorded
        assert page.locator(".panel-decision").inner_text() == said and page.evaluate(PLACES) == places
        assert "Waiting" not in page.locator("#microscope").inner_text()
        assert page.evaluate("location.search") == "" and last_notice(page) == ""

        # Every other moment has an address, and the way back needs none.
        page.locator("[data-do=forward]").click()
        page.wait_for_function("step => location.search.includes(`step=${step}`)", arg=step + 1)
        page.locator("[data-do=back]").click()
        page.wait_for_function("location.search === ''")
        page.locator("[data-do=first]").click()
        page.wait_for_function("location.search.includes('step=0')")
        page.reload()
        page.wait_for_function(LIVE, timeout=60_000)
        assert page.evaluate("window.twistscope.lastFrame.step") == 0
        page.go_back()
        page.wait_for_function("step => window.twistscope?.lastFrame?.step === step", arg=step, timeout=60_000)

        # Of a checkpoint that is named the episode begins at its beginning.
        named = open_page(server.url + "/?checkpoint=cartpole-early")
        named.wait_for_function(LIVE, timeout=60_000)
        assert named.evaluate("window.twistscope.lastFrame.step") == 0
