"""A lesson beside the pictures: done by the keyboard, left and returned to, and what is said where it cannot be had."""

import json
from pathlib import Path

import httpx
import pytest

from backend.lessons.checking import HIDDEN, LAYOUTS
from backend.lessons.library import SHIPPED
from tests.browser.lesson_steps import LIVE, Learner
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[1] / "lessons"
NAME = "every-kind"
FAULTY = """---
title: Steps that cannot be shown
minutes: 1
teaches: Nothing.
---

## [A checkpoint that is missing](?checkpoint=nowhere)

Look here.

## [A link that was cut off](?v=1&checkpoint=cartpole-early&digest=12)

Look there.

## [One that is right](?checkpoint=catch-early&particles=32&depth=8)

Look at it.
"""
PROGRESS = "JSON.parse(localStorage.getItem('twistscope-lessons'))"


@pytest.fixture(scope="module")
def teaching(tmp_path_factory):
    """A server with the lesson that has every kind of task, and with two that have faults."""
    faulty = tmp_path_factory.mktemp("faulty")
    (faulty / "faulty.md").write_text(FAULTY, "utf-8")
    (faulty / "broken.md").write_text("---\ntitle: Broken\n---\n\n## [Somewhere](nowhere)\n", "utf-8")
    with serving("serve", "--no-open", "--lessons", str(FOLDER), "--lessons", str(faulty), data=tmp_path_factory.mktemp("data")) as running:
        wait_until_ready(running)
        yield running


def lesson_of(server, name):
    return httpx.get(f"{server.api}/lessons/{name}").raise_for_status().json()


def opened(server, open_page, name=NAME, *, at=None, **options):
    page = open_page(f"{server.url}/?lesson={name}" + (f"&at={at}" if at else ""), ready=LIVE, **options)
    page.wait_for_selector("#lesson:not([data-arriving]) .lesson-step")
    return page


def test_what_is_shown_before_the_first_live_plan_is_of_the_checkpoint_that_the_lesson_is_about(teaching, open_page):
    hold = lambda page: page.route("**/api/v1/sessions*", lambda route: None)
    page = open_page(f"{teaching.url}/?lesson=why-did-it-do-that", ready="window.twistscope?.showing === 'opening'", prepare=hold)
    assert lesson_of(teaching, "why-did-it-do-that")["steps"][0]["link"].startswith("checkpoint=deepsea-early")
    assert page.locator(".panel-world .panel-note").inner_text().startswith("DeepSea-bsuite")


def test_every_kind_of_task_and_prediction_is_done_by_the_keyboard_alone(teaching, open_page):
    lesson = lesson_of(teaching, NAME)
    page = opened(teaching, open_page)
    learner = Learner(page, lesson)
    for step in lesson["steps"]:
        learner.arrive(step)
        # What is to be done is not done yet; only a panel may stand open already, as reasons do on a narrow page.
        for index, task in enumerate(step["tasks"]):
            assert "open" in task or not learner.done(f"{step['id']}/{index}"), task
        learner.do(step)
        assert step["id"] in page.evaluate(PROGRESS)[NAME]["done"]
        learner.next()
    page.wait_for_url("**/lessons")
    kept = page.evaluate(PROGRESS)[NAME]
    assert kept["finished"] and kept["answers"]["pick"] == "3" and len(kept["answers"]["curve"]) == 3


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.md")))
def test_each_lesson_is_done_from_start_to_end_by_the_keyboard_alone(teaching, open_page, name, width, height):
    lesson = lesson_of(teaching, name)
    page = opened(teaching, open_page, name, width=width, height=height)
    learner = Learner(page, lesson)
    for step in lesson["steps"]:
        learner.arrive(step)
        learner.do(step)
        learner.next()
    page.wait_for_url("**/lessons")
    assert page.evaluate(PROGRESS)[name]["finished"]


def test_a_lesson_that_is_finished_begins_again_at_its_first_step_with_its_predictions_open(teaching, open_page):
    kept = {NAME: {"at": "panels", "done": ["panels"], "finished": True, "answers": {"order": ["one", "two", "three"], "pick": "3"}}}
    prepare = lambda page: page.add_init_script(f"localStorage['twistscope-lessons'] ??= {json.dumps(json.dumps(kept))}")
    page = open_page(f"{teaching.url}/lessons", ready="document.querySelector('#all')?.getAttribute('aria-busy') === 'false'", prepare=prepare)
    card = page.locator(f"[data-lesson={NAME}]")
    assert card.locator(".lesson-said").inner_text() == "finished" and card.locator("[data-done]").count() == 1
    card.get_by_role("link", name="Do it again").click()
    page.wait_for_function(LIVE)
    page.wait_for_function("new URLSearchParams(location.search).get('at') === 'knobs-and-keys'")
    assert page.locator("[data-prediction]").count() == 3 and page.locator("[data-prediction][data-done]").count() == 0
    again = page.evaluate(PROGRESS)[NAME]
    assert again["finished"] and again["done"] == [] and again["answers"] == {}


def test_what_a_lesson_is_checked_against_is_what_the_page_has(teaching, open_page):
    page = open_page(f"{teaching.url}/", ready=LIVE)
    assert page.evaluate("async () => (await import('/assets/js/frame/layouts.js')).LAYOUTS") == list(LAYOUTS)
    panels = page.evaluate("[...document.querySelectorAll('[data-panel]')].map((each) => each.dataset.panel)")
    assert sorted({*panels, "knobs"}) == sorted(HIDDEN)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
def test_what_a_task_asks_to_open_is_closed_at_first(teaching, open_page, width, height):
    page = opened(teaching, open_page, "tour", at="the-decision", width=width, height=height)
    page.wait_for_selector(".panel-why:not([data-open])")
    assert not page.locator("[data-task='the-decision/0'][data-done]").count()
    page.locator(".panel-why .why-more").click()
    page.wait_for_selector("[data-task='the-decision/0'][data-done]")


def test_a_learner_leaves_the_rails_and_returns_to_the_very_step(teaching, open_page):
    page = opened(teaching, open_page)
    at_step = page.evaluate("window.twistscope.lastFrame")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("window.twistscope.step === 1")
    page.wait_for_selector(".lesson-return:visible")
    page.click(".lesson-fold")
    assert not page.locator(".lesson-steps").is_visible()
    page.click(".lesson-fold")
    page.wait_for_function("window.twistscope.step === 0")
    page.wait_for_function(LIVE)
    again = page.evaluate("window.twistscope.lastFrame")
    assert (again["step"], again["particles"], again["depth"]) == (at_step["step"], at_step["particles"], at_step["depth"])
    page.wait_for_selector(".lesson-return", state="hidden")
    # Another step has all knobs in sight again.
    page.fill(".knob-search", "noise")
    page.evaluate("document.activeElement.blur()")
    # Loaded again, and opened in another tab of the same browser, it goes on at its step.
    page.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('.knob-search')?.value === ''")
    page.wait_for_function("location.search.includes('at=what-is-selected')")
    page.wait_for_function(LIVE)
    page.reload()
    page.wait_for_function(LIVE)
    page.wait_for_function("document.querySelector('.lesson-count')?.textContent === '2 / 3'")
    page.goto(f"{teaching.url}/?lesson={NAME}")
    page.wait_for_function("location.search.includes('at=what-is-selected')")
    page.go_back()
    page.click(".lesson-close")
    page.wait_for_selector("#lesson", state="detached")
    page.wait_for_function("!location.search.includes('lesson=')")


def test_a_step_is_shown_again_also_before_the_address_has_followed(teaching, open_page):
    page = opened(teaching, open_page)
    session = page.evaluate("window.twistscope.session")
    # The address is written at most twice a second.
    page.evaluate("document.querySelector('.lesson-dot[aria-current]').click()")
    page.wait_for_function("session => window.twistscope.session && window.twistscope.session !== session", arg=session)
    page.wait_for_selector("#lesson:not([data-arriving])")
    page.wait_for_function(LIVE)
    assert page.evaluate("window.twistscope.step") == 0


PUSHED = """() => {
  window.steps = [];
  const push = history.pushState;
  history.pushState = (...all) => { steps.push(all[2]); push.apply(history, all); };
}"""


def test_the_next_step_is_gone_to_at_once_from_where_a_learner_explores(teaching, open_page):
    page = opened(teaching, open_page)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("window.twistscope.step === 1")
    page.wait_for_selector(".lesson-return:visible")
    # The address follows half a second later; that of the explored moment is not meant below.
    page.wait_for_function("location.search.includes('step=1') && location.search.includes('digest=')")
    page.click(".lesson-fold")
    page.evaluate(PUSHED)
    page.keyboard.press("PageDown")
    page.wait_for_function("location.search.includes('at=what-is-selected')")
    page.wait_for_function(LIVE)
    assert page.locator(".lesson-steps").is_visible()
    # Not by way of the step that was left.
    assert not [address for address in page.evaluate("steps") if "at=knobs-and-keys" in address]


def test_text_drives_the_view_by_keys_scroll_swipe_and_history(teaching, open_page):
    page = opened(teaching, open_page, width=390, height=844, has_touch=True)
    page.focus(".lesson-steps")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('at=what-is-selected')")
    page.wait_for_function("window.twistscope.cursorLevel === 3")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('at=knobs-and-keys')")
    page.go_back()
    page.wait_for_function("document.querySelector('.lesson-count')?.textContent === '2 / 3'")
    page.wait_for_function("location.search.includes('at=what-is-selected')")
    swipe = """by => {
      const list = document.querySelector(".lesson-steps");
      const touch = x => new Touch({ identifier: 1, target: list, clientX: x, clientY: 700 });
      list.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(200)], bubbles: true }));
      list.dispatchEvent(new TouchEvent("touchend", { changedTouches: [touch(200 + by)], bubbles: true }));
    }"""
    page.evaluate(swipe, -120)
    page.wait_for_function("location.search.includes('at=panels')")
    page.wait_for_function(LIVE)
    assert page.evaluate("window.twistscope.lastFrame.particles") == 32
    page.evaluate("() => new Promise(done => setTimeout(done, 700))")
    page.evaluate("document.querySelector('.lesson-steps').scrollTop = 0")
    page.wait_for_function("location.search.includes('at=knobs-and-keys')")


def test_symbols_of_a_formula_say_their_values(teaching, open_page):
    page = opened(teaching, open_page)
    page.wait_for_selector(".formula .katex")
    page.focus(".formula")
    tip = page.locator("#symbol-tip")
    assert "Now: 0.3." in tip.inner_text() and "nats" in tip.inner_text()
    page.keyboard.press("Tab")
    assert tip.is_hidden()
    page.hover(".formula [data-symbol] >> nth=0")
    assert tip.is_visible()


def test_terms_say_what_they_mean_where_they_stand_first(teaching, open_page):
    page = opened(teaching, open_page, "trust-region", at="the-price")
    step = page.locator("[data-step=the-price]")
    tip = page.locator("#symbol-tip")
    equation = step.locator("[data-term=E5]")
    assert equation.count() == 1
    equation.focus()
    assert "the weight after a step." in tip.inner_text() and tip.locator(".katex").count() == 1
    page.evaluate("document.activeElement.blur()")
    assert tip.is_hidden()
    step.locator("[data-term=proposal]").hover()
    assert "the policy that particles draw their actions from." in tip.inner_text()


def test_names_of_panels_lead_to_them(teaching, open_page):
    page = opened(teaching, open_page, "path-degeneracy", at="a-coin-decides", width=390, height=844)
    in_sight = """() => {
      const box = document.querySelector("[data-panel=seeds]").getBoundingClientRect();
      return box.top >= 0 && box.bottom <= document.querySelector("#lesson").getBoundingClientRect().top + 1;
    }"""
    assert not page.evaluate(in_sight)
    page.locator("[data-step=a-coin-decides] .lesson-text .panel-link").first.click()
    page.wait_for_function(in_sight)
    assert page.locator("[data-panel=seeds]").get_attribute("data-pointed") is not None
    page.wait_for_selector("[data-panel=seeds]:not([data-pointed])")
    # Another step begins with the pictures at the top.
    page.locator(".lesson-next").click()
    page.wait_for_function("scrollY === 0")


def test_the_name_of_a_folded_panel_in_a_task_unfolds_it_which_is_the_task(teaching, open_page):
    page = opened(teaching, open_page, "why-did-it-do-that", width=1280, height=720)
    page.wait_for_selector(".panel-why:not([data-open]) .why-more")
    # Of the first step: one further down would scroll the lesson there, and so go to that step.
    page.locator(".lesson-step").first.locator("[data-task] .panel-link:has-text('Why this action?')").click()
    page.wait_for_selector(".panel-why[data-open]")
    page.wait_for_function("document.querySelector('.lesson-said').textContent.startsWith('Done: Open')")


def test_panels_that_would_give_an_answer_away_are_covered_until_it_is_given(teaching, open_page):
    page = opened(teaching, open_page, "path-degeneracy", at="healthy-leaves")
    covered = "[...document.querySelectorAll('[data-covered]')].map(({ dataset }) => dataset.panel)"
    assert page.evaluate(covered) == ["strips", "narration"]
    assert page.locator(".narration").is_hidden()
    page.locator(".cover").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(covered) == [] and page.locator(".narration").is_visible()
    # The step before asks a question of its own; freely explored, nothing is covered.
    page.keyboard.press("PageUp")
    assert page.evaluate(covered) == ["strips", "narration"]
    page.locator(".lesson-fold").click()
    assert page.evaluate(covered) == []
    page.locator(".lesson-fold").click()
    assert page.evaluate(covered) == ["strips", "narration"]
    page.wait_for_selector("#lesson:not([data-arriving])")
    lesson = lesson_of(teaching, "path-degeneracy")
    [asked] = [each for step in lesson["steps"] for each in step["predictions"] if each["id"] == "narrowing"]
    Learner(page, lesson).predict(asked)
    assert page.evaluate(covered) == []


def test_a_lesson_that_cannot_be_had_is_said_and_the_page_goes_on(teaching, open_page):
    page = open_page(f"{teaching.url}/?lesson=nonsense&checkpoint=catch-early", ready=LIVE)
    page.wait_for_function("lastNotice.includes('no lesson')")
    assert page.evaluate("document.querySelector('#lesson') === null")
    page = open_page(f"{teaching.url}/?lesson={NAME}&at=nowhere", ready=LIVE)
    page.wait_for_function("lastNotice.includes('no step')")
    assert page.locator(".lesson-count").inner_text() == "1 / 3"


def test_a_step_that_cannot_be_shown_has_its_text_and_the_reason_and_the_lesson_goes_on(teaching, open_page):
    page = open_page(f"{teaching.url}/?lesson=faulty", ready="document.getElementById('banner').textContent.includes('nowhere')")
    assert "Look here." in page.locator("[data-step=a-checkpoint-that-is-missing]").inner_text()
    page.keyboard.press("PageDown")
    page.wait_for_function("lastNotice.includes('digest')")
    page.keyboard.press("PageDown")
    page.wait_for_function("window.twistscope.lastFrame?.particles === 32")
    page.wait_for_function(LIVE)
    page = open_page(f"{teaching.url}/?lesson=broken", ready=LIVE)
    page.wait_for_function("lastNotice.includes('broken.md:5')")


def test_the_tour_is_offered_once_and_never_in_the_way(teaching, open_page):
    page = open_page(teaching.url, ready=LIVE)
    page.wait_for_selector(".tour-offer")
    page.get_by_role("button", name="No, thanks").click()
    page.reload()
    page.wait_for_function(LIVE)
    assert page.locator(".tour-offer").count() == 0


def test_a_lesson_shows_all_panels_in_the_usual_layout_whatever_was_chosen_before(teaching, open_page):
    page = open_page(f"{teaching.url}/?checkpoint=cartpole-early", ready=LIVE)
    page.locator(".layout-chooser").get_by_role("button", name="river").click()
    page.click(".panel-strips .panel-hide")
    page.wait_for_function("document.body.dataset.hide.includes('strips')")
    page.goto(f"{teaching.url}/?lesson=path-degeneracy&at=healthy-leaves")
    page.wait_for_selector("#lesson:not([data-arriving]) .lesson-step")
    page.wait_for_function("document.body.dataset.hide === ''")
    page.wait_for_selector(".layout-chooser [aria-pressed=true]:has-text('slots')")
    # Outside of lessons the page is as the person has arranged it.
    page.goto(f"{teaching.url}/?checkpoint=cartpole-early")
    page.wait_for_function("document.body.dataset.hide.includes('strips')")


def test_who_goes_by_keys_reaches_the_text_of_the_lesson_at_once(teaching, open_page):
    page = opened(teaching, open_page)
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the lesson"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "lesson-steps"
    assert "#" not in page.url
    page.click(".lesson-close")
    assert page.locator("#skip-lesson").count() == 0
