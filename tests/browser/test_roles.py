"""Two roles: who has the control link does everything, who has the other looks on; the token of neither stays in the address."""

import httpx
import pytest

from tests.browser.test_kept import CONTROLS
from tests.browser.test_page import AT_REST
from tests.browser.test_particle import KNOWN
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def protected(tmp_path_factory):
    data = tmp_path_factory.mktemp("protected")
    with serving("serve", "--no-open", "--token", "steer", "--view-token", "look", data=data) as running:
        yield running


def live(page):
    page.wait_for_function("window.twistscope?.showing === 'live'", timeout=60_000)
    page.wait_for_function(CONTROLS)


def test_a_viewer_follows_the_session_and_can_change_nothing(protected, open_page):
    teacher = open_page(f"{protected.url}/?token=steer&checkpoint=cartpole-early&particles=64&depth=8")
    live(teacher)
    session = teacher.evaluate("window.twistscope.session")
    assert "token" not in teacher.url
    student = open_page(f"{protected.url}/?token=look")
    live(student)
    assert "token" not in student.url and student.evaluate("window.twistscope.session") == session
    assert "looking on" in student.locator("#fact-connection").inner_text()
    teacher.locator("[data-do=forward]").click()
    for page in (teacher, student):
        page.wait_for_function("window.twistscope.lastFrame.step === 1", timeout=60_000)
    student.keyboard.press("Shift+ArrowRight")
    student.wait_for_function("lastNotice.includes('may look, not touch')")
    assert all(student.evaluate("name => document.getElementById(name).inert", name) for name in ("drawer", "transport", "checkpoint", "planner"))
    assert student.locator(".record-open").is_hidden() and student.locator(".what-if").is_hidden()
    # It looks at what it likes.
    student.keyboard.press("k")
    student.wait_for_function("window.twistscope.selection !== null")
    # A plan with every action and state is made for all who look at it.
    assert student.locator(".particle-all").is_hidden() and student.locator(".strip-open").is_disabled()
    teacher.get_by_role("button", name="every action").click()
    student.wait_for_function(KNOWN, timeout=120_000)
    student.locator(".strip-open").click()
    student.locator(".strip-cell").nth(2).wait_for(timeout=60_000)
    assert httpx.get(f"{protected.api}/sessions/{session}", headers={"Authorization": "Bearer look"}).json()["step"] == 1
    # Leaving ends nothing, and a page that is loaded again needs no token in its address.
    student.reload()
    live(student)
    student.close()
    teacher.reload()
    live(teacher)
    teacher.wait_for_function(AT_REST)


def test_a_viewer_without_a_session_waits_for_one(protected, open_page):
    headers = {"Authorization": "Bearer steer"}
    for session in httpx.get(f"{protected.api}/sessions", headers=headers).json()["sessions"]:
        httpx.delete(f"{protected.api}/sessions/{session['id']}", headers=headers)
    student = open_page(
        f"{protected.url}/?token=look", ready="document.querySelector('#banner')?.innerText.includes('Nobody has opened a session yet')"
    )
    wait_until_ready(protected)
    made = httpx.post(f"{protected.api}/sessions", json={"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}, headers=headers)
    assert made.status_code == 201
    live(student)
    assert student.evaluate("window.twistscope.session") == made.json()["id"]
