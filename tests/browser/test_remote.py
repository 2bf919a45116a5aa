"""The presenter's remote, with a stand-in for the page that presents: it speaks the same contract over a real channel of the browser."""

import json

import pytest

from tests.browser.test_accessibility import check
from tests.browser.test_sizes import LEGIBLE
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

READY = "document.querySelector('#all')?.getAttribute('aria-busy') === 'false'"
SESSION = "session-1"
LESSON = """---
title: A lesson of three steps
minutes: 5
teaches: What a remote shows.
---

## [The first step](?checkpoint=catch)

Look.

```notes
Let **everybody** look first. <img src=x onerror="window.hacked = true">

- One minute
- then ask
```

```predict
id: side
ask: Where does it go?
choose: [left, right, "neither, nor anything else that one could say about a ball and a paddle"]
answer: right
reveal: Look.
```

## [The second step](?checkpoint=catch)

Look.

```do
- pin: true
  say: Pin the plan.
```

```predict
id: order
ask: Which comes first?
order: [one, two, three]
reveal: Look.
```

## [The third step](?checkpoint=catch)

Look.

```predict
id: curve
ask: Draw the ESS.
sketch:
  x: {label: alpha, low: 0, high: 1}
  y: {label: ESS, low: 0, high: 16}
  truth: [[0, 16], [0.5, 4], [1, 1]]
  claim: falls
reveal: Look.
```

```claim
id: falls
measure: ess
level: last
over: alpha
curve: [{at: 0, mean: 16, within: 1}, {at: 1, mean: 1, within: 1}]
```
"""
STEPS = ["the-first-step", "the-second-step", "the-third-step"]
PRESENTING = """([session, steps]) => {
  const channel = new BroadcastChannel(`twistscope-remote-${session}`);
  window.presenting = { lesson: "three", at: steps[0], answers: {}, asked: [], answering: true };
  window.tell = (patch = {}) => {
    Object.assign(presenting, patch);
    const { lesson, at, answers } = presenting;
    if (presenting.answering) channel.postMessage({ lesson, at, answers });
  };
  window.post = (message) => channel.postMessage(message);
  channel.onmessage = ({ data }) => {
    presenting.asked.push(data);
    if (data.hello) return tell();
    const place = typeof data.go === "number" ? steps.indexOf(presenting.at) + data.go : steps.indexOf(data.go);
    if (steps[place]) tell({ at: steps[place] });
  };
}"""


@pytest.fixture(scope="module")
def school(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "three.md").write_text(LESSON)
    (folder / "torn.md").write_text("## [A step](?checkpoint=catch)\n\nLook.\n")
    with serving("serve", "--no-open", "--lessons", str(folder), data=data) as running:
        wait_until_ready(running)
        yield running.url


@pytest.fixture
def present(school, open_page):
    """Open a window that presents."""

    def open_it(session=SESSION, **options):
        page = open_page(school + "/lessons", ready=READY, **options)
        page.evaluate(PRESENTING, [session, STEPS])
        return page

    return open_it


def remote_of(page, school, session=SESSION, width=600, height=800):
    """Open the remote as another window of the same browser."""
    remote = page.context.new_page()
    remote.on("pageerror", lambda error: page.errors.append(error.stack or str(error)))
    remote.set_viewport_size({"width": width, "height": height})
    remote.add_init_script(LEGIBLE)
    remote.goto(f"{school}/remote?session={session}")
    remote.wait_for_function(READY)
    return remote


def wait_for_step(remote, title):
    remote.wait_for_function("title => document.querySelector('#remote-title')?.innerText === title", arg=title)


def note(remote, text):
    remote.wait_for_function("text => document.querySelector('#remote-note')?.innerText.includes(text)", arg=text)


def test_the_remote_shows_notes_and_steps_and_leads_through_them(school, present):
    page = present()
    remote = remote_of(page, school)
    wait_for_step(remote, "The first step")
    assert remote.locator("#remote-lesson").inner_text() == "A lesson of three steps, step 1 of 3"
    assert remote.locator("#remote-notes strong").inner_text() == "everybody" and remote.locator("#remote-notes li").count() == 2
    assert remote.evaluate("window.hacked") is None and remote.locator("#remote-notes img").count() == 0
    assert remote.locator("#remote-coming").inner_text() == "Next: The second step"
    back, following = remote.locator("#remote-back"), remote.locator("#remote-next")
    assert back.is_disabled()
    following.click()
    wait_for_step(remote, "The second step")
    assert remote.locator("#remote-tasks").inner_text().splitlines()[-1] == "Pin the plan."
    assert remote.locator("#remote-notes").inner_text() == "This step has no notes."
    # The keys of a presenter's pointer.
    remote.keyboard.press("PageDown")
    wait_for_step(remote, "The third step")
    assert following.is_disabled() and remote.locator("#remote-coming").inner_text() == "This is the last step."
    # There is nothing after it.
    remote.keyboard.press("PageDown")
    remote.keyboard.press("PageUp")
    wait_for_step(remote, "The second step")
    back.click()
    wait_for_step(remote, "The first step")
    # The page moves by itself, too.
    page.evaluate("tell({ at: 'the-third-step' })")
    wait_for_step(remote, "The third step")
    remote.locator("#remote-steps summary").click()
    remote.get_by_role("button", name="The second step").click()
    wait_for_step(remote, "The second step")
    assert remote.locator("[aria-current=step]").inner_text() == "The second step"
    assert page.evaluate("presenting.asked") == [{"hello": True}, {"go": 1}, {"go": 1}, {"go": -1}, {"go": -1}, {"go": STEPS[1]}]
    assert remote.title() == "2/3 The second step · remote"


def test_the_answers_of_the_class_are_shown_as_they_come(school, present):
    page = present()
    remote = remote_of(page, school)
    wait_for_step(remote, "The first step")
    assert remote.locator(".answers-total").inner_text() == "Nobody has answered yet."
    tell = lambda answers: page.evaluate("answers => tell({ answers })", answers)
    tell({"side": {"counts": {"left": 3, "right": 9}, "total": 12, "viewers": 30}})
    remote.wait_for_function("document.querySelector('.answers-total')?.innerText === '12 of 30 have answered.'")
    rows = remote.locator(".answers-row")
    assert rows.count() == 3 and rows.nth(0).inner_text().split("\n")[-1] == "3, 25 %" and rows.nth(2).inner_text().endswith("0")
    assert rows.nth(1).get_attribute("data-right") == "" and "right ✓" in rows.nth(1).inner_text()
    widths = [rows.nth(index).locator(".answers-bar").bounding_box()["width"] for index in (0, 1)]
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.05)
    page.evaluate("tell({ at: 'the-second-step' })")
    tell([{"type": "answers", "lesson": "three", "prediction": "order", "counts": {"two · one · three": 2, "one · two · three": 1}, "total": 3}])
    remote.wait_for_function("document.querySelector('.answers-total')?.innerText === '3 have answered.'")
    assert rows.all_inner_texts()[0].startswith("one · two · three ✓") and rows.count() == 2
    page.evaluate("tell({ at: 'the-third-step' })")
    tell({"curve": {"mean": [14, 5, 2], "quartiles": [[12, 14, 15], [3, 5, 8], [0, 2, 6]], "total": 5}})
    remote.wait_for_selector(".answers-band", state="attached")
    assert remote.locator(".answers-spread").get_attribute("aria-label") == "ESS: at 0 it is 16, by the class 14; at 1 it is 1, by the class 2"
    # Sketches of another number of points cannot stand beside the truth.
    tell({"curve": {"mean": [1, 2], "quartiles": [[1, 1, 1], [2, 2, 2]], "total": 6}})
    remote.wait_for_selector(".answers-band", state="detached")
    assert remote.locator(".answers-true").count() == 1


def test_what_is_not_meant_for_this_remote_changes_nothing(school, present):
    page = present()
    remote = remote_of(page, school)
    wait_for_step(remote, "The first step")
    for message in (None, 7, "text", {}, {"lesson": 7}, {"lesson": "three", "at": []}, {"go": 1}):
        page.evaluate("message => post(message)", message)
    other = page.context.new_page()
    other.goto(school + "/lessons")
    other.wait_for_function(READY)
    other.evaluate(PRESENTING, ["session-2", STEPS])
    other.evaluate("tell({ at: 'the-third-step' })")
    page.evaluate("tell({ answers: 'garbage' })")
    page.evaluate("tell({ answers: { side: { counts: { right: 1 }, total: 1 } } })")
    remote.wait_for_function("document.querySelector('.answers-total')?.innerText === '1 has answered.'")
    assert remote.locator("#remote-title").inner_text() == "The first step"


def test_a_step_that_the_lesson_does_not_have_is_shown_as_the_first(school, present):
    page = present()
    page.evaluate("presenting.at = 'nowhere'")
    wait_for_step(remote_of(page, school), "The first step")


def test_it_says_what_it_cannot_show(school, present):
    page = present()
    remote = remote_of(page, school)
    wait_for_step(remote, "The first step")
    page.evaluate("tell({ lesson: 'torn', at: null })")
    note(remote, "torn.md:1: there is no front matter")
    assert remote.locator("#remote-step").is_hidden() and remote.locator("#remote-foot").is_hidden()
    page.evaluate("tell({ lesson: 'nowhere' })")
    note(remote, "there is no lesson 'nowhere'")
    page.evaluate("tell({ lesson: null })")
    note(remote, "No lesson is open in the page that presents.")
    page.evaluate("tell({ lesson: 'three', at: 'the-second-step' })")
    wait_for_step(remote, "The second step")
    assert remote.locator("#remote-note").inner_text() == ""
    page.evaluate("presenting.answering = false")
    remote.keyboard.press("PageDown")
    note(remote, "does not answer")
    page.evaluate("tell({ answering: true })")
    wait_for_step(remote, "The third step")
    assert remote.locator("#remote-note").inner_text() == ""


def test_it_finds_a_page_that_presents_only_later(school, open_page):
    remote = open_page(f"{school}/remote?session={SESSION}", 600, 800, ready=READY)
    note(remote, "No page of this browser presents this session.")
    page = remote.context.new_page()
    page.goto(school + "/lessons")
    page.wait_for_function(READY)
    page.evaluate(PRESENTING, [SESSION, STEPS])
    page.evaluate("tell()")
    wait_for_step(remote, "The first step")


def test_without_a_session_it_says_where_it_belongs(school, open_page):
    remote = open_page(school + "/remote/", 600, 800, ready=READY)
    note(remote, "This page belongs to a lesson that is presented")
    remote.keyboard.press("PageDown")
    assert remote.locator("#remote-step").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (600, 800), (390, 844)])
def test_all_texts_can_be_read(school, present, width, height, scheme):
    page = present(color_scheme=scheme)
    remote = remote_of(page, school, width=width, height=height)
    counts = {"left": 30, "right": 9}
    quartiles = [[12, 14, 15], [3, 5, 8], [0, 2, 6]]
    answers = {"side": {"counts": counts, "total": 39}, "curve": {"mean": [14, 5, 2], "quartiles": quartiles, "total": 5}}
    places = set()
    for step, title in zip(STEPS, ("The first step", "The second step", "The third step"), strict=True):
        page.evaluate("patch => tell(patch)", {"at": step, "answers": answers})
        wait_for_step(remote, title)
        remote.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
        assert remote.evaluate("document.documentElement.scrollWidth") <= width, json.dumps(step)
        # The buttons are in sight without scrolling, and always at the same place.
        places.add(remote.locator("#remote-next").bounding_box()["y"])
    assert len(places) == 1 and height - 80 <= places.pop() <= height - 52


def test_the_remote_has_no_serious_findings(school, present):
    page = present()
    page.evaluate("tell({ answers: { side: { counts: { left: 3 }, total: 3 } } })")
    remote = remote_of(page, school)
    wait_for_step(remote, "The first step")
    check(remote, "remote")


def test_the_remote_leads_a_real_lesson_and_all_who_follow_it(school, open_page):
    page = open_page(school + "/?lesson=three", ready="window.twistscope?.framesPainted > 0 && window.twistscope.session !== null")
    first = page.evaluate("window.twistscope.session")
    page.locator(".lesson-share").click()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="open the remote").click()
    remote = opened.value
    wait_for_step(remote, "The first step")
    follower = open_page(f"{school}/?session={first}", ready="document.querySelector('.lesson-count')?.innerText === '1 / 3'")
    for key, title, count in (("PageDown", "The second step", "2 / 3"), ("PageUp", "The first step", "1 / 3")):
        remote.keyboard.press(key)
        wait_for_step(remote, title)
        # Each step has a session of its own, and the follower comes along.
        follower.wait_for_function("count => document.querySelector('.lesson-count')?.innerText === count", arg=count, timeout=60_000)
    own = "window.twistscope.session"
    for _ in range(600):
        if (session := page.evaluate(own)) is not None and session == follower.evaluate(own):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(own) == follower.evaluate(own) != first
    follower.locator("input[value=left]").check()
    follower.locator(".prediction-reveal").first.click()
    remote.wait_for_function("document.querySelector('.answers-total')?.innerText.endsWith('has answered.')")
    assert remote.locator(".answers-row").first.inner_text().split("\n")[-1] == "1, 100 %"
