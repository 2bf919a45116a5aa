"""A class: one page presents a lesson, others follow it, look around alone, and answer its predictions together."""

import pytest

from tests.browser.lesson_steps import LIVE
from tests.browser.test_lessons import NAME, opened, teaching  # noqa: F401

pytestmark = pytest.mark.browser

PANEL = "document.querySelector('.lesson-count')?.textContent"


def presented(server, open_page, at):
    """A page that presents, and the link that its dialog gives."""
    page = opened(server, open_page, at=at)
    page.click(".lesson-share")
    page.wait_for_function("document.querySelector('#class .share-link')?.value.includes('session=')")
    page.wait_for_function("document.querySelector('#class .class-code')?.naturalWidth > 0")
    page.click(".class-begin")
    page.keyboard.press("Escape")
    page.wait_for_selector(".lesson-class:has-text('You present')")
    return page, page.locator("#class .share-link").input_value()


def following(open_page, link, **options):
    page = open_page(link, ready=LIVE, **options)
    page.wait_for_selector(".lesson-class:has-text('You follow')")
    return page


def test_followers_are_where_the_presenter_is_look_around_alone_and_return(teaching, open_page):  # noqa: F811
    presenter, link = presented(teaching, open_page, "what-is-selected")
    pages = [following(open_page, link), following(open_page, link, width=390, height=844)]
    for page in pages:
        assert page.evaluate(PANEL) == "2 / 3"
        page.wait_for_function("window.twistscope.cursorLevel === 3")
    presenter.wait_for_selector(".lesson-class:has-text('You present this lesson. 2 pages follow.')")
    presenter.keyboard.press("Home")
    for page in pages:
        page.wait_for_function("window.twistscope.cursorLevel === 0")
    for pressed in ("true", "false"):
        presenter.keyboard.press("h")
        for page in pages:
            page.wait_for_function("pressed => document.querySelector('.heat-open').getAttribute('aria-pressed') === pressed", arg=pressed)
    # The film strip needs the plan's states: followers have it as soon as it comes.
    presenter.keyboard.press("s")
    for page in pages:
        page.locator(".strip-cell").nth(1).wait_for(timeout=60_000)
    presenter.keyboard.press("s")
    for page in pages:
        page.locator(".film-strip").wait_for(state="hidden")
        assert page.locator(".lesson-class:has-text('alone')").count() == 0
    # The particle that is kept to compare goes along, without any other move.
    presenter.keyboard.press("b")
    for page in pages:
        page.wait_for_function("document.querySelector('.particle-note')?.textContent.startsWith('Kept.')")
    presenter.keyboard.press("b")
    for page in pages:
        page.wait_for_function("!document.querySelector('.particle-note').textContent.startsWith('Kept.')")
    # One looks around; the other still follows.
    pages[0].keyboard.press("End")
    pages[0].wait_for_selector(".lesson-class:has-text('alone')")
    presenter.keyboard.press("ArrowRight")
    pages[1].wait_for_function("window.twistscope.cursorLevel === 1")
    assert pages[0].evaluate("window.twistscope.cursorLevel") == 7
    pages[0].click(".class-return")
    pages[0].wait_for_function("window.twistscope.cursorLevel === 1")
    # Another step has another checkpoint, and so another session.
    presenter.keyboard.press("PageDown")
    for page in pages:
        page.wait_for_function("document.querySelector('.lesson-count')?.textContent === '3 / 3'", timeout=60_000)
        page.wait_for_function("window.twistscope.lastFrame?.particles === 32 && document.body.dataset.connection === 'open'", timeout=60_000)
        page.wait_for_function("document.querySelector('[data-panel=world], .panel-world')?.textContent.includes('Catch')", timeout=60_000)
    presenter.click(".lesson-share")
    presenter.click(".class-begin")
    for page in pages:
        page.wait_for_selector(".lesson-class", state="hidden")


@pytest.mark.slow
def test_answers_of_thirty_viewers_are_a_distribution_shown_with_the_truth(teaching, open_page):  # noqa: F811
    presenter, link = presented(teaching, open_page, "panels")
    pages = [following(open_page, link, width=390, height=844) for _ in range(30)]
    presenter.keyboard.press("Home")
    for page in pages:
        page.wait_for_function("window.twistscope.cursorLevel === 0")
    place = "[data-prediction=pick]"
    for page, answer in zip(pages, ("2", "3", "3") * 10, strict=True):
        page.check(f"{place} input[value='{answer}']")
        page.click(f"{place} .prediction-reveal")
        assert not page.locator(f"{place} .prediction-truth").is_visible()
    presenter.wait_for_selector(f"{place} .prediction-class:has-text('30 of 30 have answered')")
    # The distribution would lead those who have not answered.
    assert presenter.locator(f"{place} .class-counts").count() == 0
    presenter.check(f"{place} input[value='3']")
    presenter.click(f"{place} .prediction-reveal")
    for page in (presenter, *pages):
        page.wait_for_selector(f"{place}[data-done] .class-counts")
        shares = dict(
            zip(page.locator(f"{place} .class-text").all_inner_texts(), page.locator(f"{place} .class-share").all_inner_texts(), strict=True)
        )
        assert shares == {"3": "67 %", "2": "33 %"}
    # Another step is another session, which all of them join.
    presenter.keyboard.press("PageUp")
    for page in pages:
        page.wait_for_function("document.querySelector('.lesson-count')?.textContent === '2 / 3'", timeout=90_000)
        page.wait_for_function("document.querySelector('.panel-world')?.textContent.includes('CartPole')", timeout=90_000)


def test_a_presenter_who_loads_the_page_again_presents_on(teaching, open_page):  # noqa: F811
    presenter, link = presented(teaching, open_page, "what-is-selected")
    pupil = following(open_page, link)
    before = presenter.evaluate("window.twistscope.session")
    presenter.reload()
    presenter.wait_for_function(LIVE, timeout=60_000)
    presenter.wait_for_selector(".lesson-class:has-text('You present')")
    assert presenter.evaluate("window.twistscope.session") != before
    # The class is at the new session, also who comes with the link that is on the board.
    late = following(open_page, link)
    for page in (pupil, late):
        page.wait_for_function("session => window.twistscope.session === session", arg=presenter.evaluate("window.twistscope.session"))
    presenter.keyboard.press("PageUp")
    for page in (pupil, late):
        page.wait_for_function("document.querySelector('.lesson-count')?.textContent === '1 / 3'", timeout=60_000)


def test_a_follower_has_no_controls_and_may_try_the_step_alone(teaching, open_page):  # noqa: F811
    presenter, link = presented(teaching, open_page, "what-is-selected")
    pupil = following(open_page, link)
    assert pupil.evaluate("document.getElementById('drawer').inert")
    revision = presenter.evaluate("window.twistscope.lastFrame.revision")
    pupil.keyboard.press(" ")
    pupil.wait_for_selector("#notice:has-text('The presenter has the controls')")
    assert presenter.evaluate("window.twistscope.lastFrame.revision") == revision and presenter.evaluate("window.twistscope.phase") == "idle"
    # The text may be of another step; the pictures are the presenter's, and nothing is ticked off by them.
    pupil.keyboard.press("PageUp")
    pupil.wait_for_selector('.lesson-class:has-text("The pictures are the presenter\'s, of step 2.")')
    assert not pupil.locator(".lesson-return").is_visible()
    with pupil.expect_popup() as opened_alone:
        pupil.click(".class-own")
    own = opened_alone.value
    own.wait_for_function(LIVE, timeout=60_000)
    assert own.evaluate("window.twistscope.session") != presenter.evaluate("window.twistscope.session")
    assert own.evaluate(PANEL) == "1 / 3" and not own.evaluate("document.getElementById('drawer').inert")
    own.close()
    # Once the presentation has ended, who has the link has the controls.
    presenter.click(".lesson-share")
    presenter.click(".class-begin")
    pupil.wait_for_function("!document.getElementById('drawer').inert")


def test_the_presenter_shows_an_answer_without_one_of_her_own(teaching, open_page):  # noqa: F811
    presenter, link = presented(teaching, open_page, "panels")
    pupil = following(open_page, link)
    place = "[data-prediction=pick]"
    assert presenter.locator(f"{place} .prediction-reveal").is_enabled()
    assert pupil.locator(f"{place} .prediction-reveal").inner_text() == "send my answer"
    pupil.check(f"{place} input[value='3']")
    pupil.click(f"{place} .prediction-reveal")
    assert pupil.locator(f"{place} .prediction-reveal").inner_text() == "send another answer"
    presenter.wait_for_selector(f"{place} .prediction-class:has-text('1 of 1')")
    with presenter.expect_popup() as opened_beside:
        presenter.evaluate("document.querySelector('.lesson-share').click(); void 0")
        presenter.click("#class button:has-text('open the remote')")
    remote = opened_beside.value
    remote.click(".answers-reveal:has-text('show the answer to the class')")
    remote.wait_for_selector(".answers-reveal:has-text('The class sees the answer.')")
    for page in (presenter, pupil):
        page.wait_for_selector(f"{place}[data-done] .class-counts")
