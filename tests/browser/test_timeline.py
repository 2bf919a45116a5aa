"""The time line of the episode: its numbers, its marks, and planning ahead."""

import pytest

from tests.browser.test_page import last_frame, press, settle

pytestmark = pytest.mark.browser

TO_THE_END = "?checkpoint=frozenlake-early&act=sample&seed=0&particles=32&depth=8"
# As soon as it can be: a fast machine is soon at the end.
CANCEL_SOON = """() => new Promise((done) => {
    const [ahead, cancel] = [".timeline-ahead", ".timeline-cancel"].map((name) => document.querySelector(name));
    new MutationObserver((_, observer) => {
        if (cancel.hidden || !/cancel \\d+ \\/ 500/.test(cancel.textContent)) return;
        observer.disconnect();
        const title = cancel.title;
        cancel.click();
        done(title);
    }).observe(cancel, { attributes: true, childList: true, characterData: true, subtree: true });
    ahead.click();
})"""


def note(page):
    return page.locator(".timeline-note").text_content()


def values(page):
    return page.locator(".timeline-value").all_inner_texts()


def at_step(page, step):
    page.wait_for_function(f"window.twistscope.lastFrame?.step === {step} && window.twistscope.phase === 'idle'")


def marks(page):
    return page.locator(".timeline-mark").evaluate_all("all => all.map(({ dataset, title }) => [Number(dataset.step), title, 'ahead' in dataset])")


def test_an_episode_is_played_planned_ahead_and_gone_through_by_its_marks(server, open_page):
    page = open_page(server.url + TO_THE_END)
    page.wait_for_function("document.querySelectorAll('.timeline-value')[1].textContent !== ''")
    for step in (1, 2):
        page.keyboard.press("Shift+ArrowRight")
        at_step(page, step)
    page.wait_for_function("document.querySelector('.timeline-note')?.textContent.includes('in steps 0 to 2.')")
    # The step may be in the time line before its plan is made.
    page.wait_for_function("document.querySelectorAll('.timeline-value')[1].textContent !== 'none'")
    # The numbers are those of the plan that is shown.
    shown = page.locator(".decision-numbers > div", has_text="V(s₀)").locator("dd").inner_text()
    assert float(values(page)[1]) == pytest.approx(float(shown), abs=1e-3)
    assert "Plan on from this step in the background" in page.locator(".timeline-ahead").get_attribute("title")

    page.locator(".timeline-ahead").click()
    page.wait_for_function("document.querySelector('.timeline-note')?.textContent.startsWith('The episode ends at step ')")
    last = int(note(page).split("at step ")[1].split(".")[0])
    assert note(page).endswith("Lighter: planned ahead.") and page.locator(".timeline-cancel").is_hidden()
    found = marks(page)
    assert found and found == sorted(found) and all(title.startswith("Step ") for _, title, _ in found)
    assert all(ahead == (step > 2) for step, _, ahead in found)
    ahead = [step for step, _, is_ahead in found if is_ahead]
    assert ahead, "an episode of such an agent has something to look at"

    # A mark is reached and followed by the keyboard; its sentence stands beside the lines meanwhile.
    mark = page.locator(f'.timeline-mark[data-step="{ahead[0]}"]')
    mark.focus()
    page.wait_for_function("step => document.querySelector('.timeline-note')?.textContent.includes(`Step ${step}: `)", arg=ahead[0])
    page.keyboard.press("Enter")
    at_step(page, ahead[0])
    page.wait_for_function(f"document.querySelector('.timeline-mark[data-step=\"{ahead[0]}\"]:not([data-ahead])')")
    assert page.evaluate("document.activeElement.dataset.step") == str(ahead[0])
    # So is any step of the lines by the pointer.
    stage = page.locator(".timeline-stage")
    # Marks stand over the steps that they are of.
    ends = lambda box: (box["x"], box["width"])
    assert ends(stage.bounding_box()) == ends(page.locator(".timeline-track").bounding_box())
    stage.click(position={"x": 8, "y": 30})
    at_step(page, 0)
    stage.hover(position={"x": stage.bounding_box()["width"] - 1, "y": 30})
    page.wait_for_function(f"document.querySelector('.timeline-note')?.textContent.startsWith('Step {last}')")

    # Other settings, and what was planned ahead no longer holds.
    frame = last_frame(page)
    press(page, "alpha", "End")
    settle(page, frame)
    page.wait_for_function("document.querySelector('.timeline-note')?.textContent.includes('is dropped: the settings were changed.')")
    assert page.locator(".timeline-mark[data-ahead]").count() == 0


def test_planning_ahead_is_cancelled_and_the_panel_keeps_its_state_and_can_be_hidden(server, open_page):
    page = open_page(server.url, height=720)
    page.wait_for_function("window.twistscope.step === 0 && document.querySelector('.timeline-ahead').title.includes('500 steps, about')")
    # A low window has room for the marks alone, until somebody asks for more.
    assert page.locator(".timeline-lines").is_hidden() and page.locator(".timeline-track").is_visible()
    title = page.evaluate(CANCEL_SOON)
    assert title.startswith("Planning ahead: step ") and "of at most 500, about" in title
    page.wait_for_function("document.querySelector('.timeline-note')?.textContent.startsWith('Cancelled at step ')")
    assert page.locator(".timeline-ahead").is_visible()
    page.locator(".timeline-toggle").click()
    assert page.locator(".timeline-lines").is_visible() and page.locator(".timeline-toggle").get_attribute("aria-expanded") == "true"
    # The address is a link once something was done.
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("location.search.includes('step=1&')")
    page.goto(page.url + "&hide=timeline")
    page.wait_for_function("document.querySelector('.panel-timeline[data-open]')")
    page.wait_for_function("document.body.dataset.hide === 'timeline'")
    assert page.locator(".panel-timeline").is_hidden() and page.locator("[data-panel=genealogy]").is_visible()
