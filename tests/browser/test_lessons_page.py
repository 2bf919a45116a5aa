"""The page of lessons: cards, progress that stays in the browser, faults of files, and the ways between the pages."""

import json

import httpx
import pytest

from tests.browser.test_accessibility import check
from tests.browser.test_sizes import LEGIBLE
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

READY = "document.querySelector('#all')?.getAttribute('aria-busy') === 'false'"
EVIL = '<img src=x onerror="window.hacked = true"> & <b>bold</b>'
STEP = "## [Step {number}](?checkpoint=catch)\n\nLook.\n"
KEY = "twistscope-lessons"


def lesson(title, *, order=999, needs=(), steps=4, teaches="What one slider does, and when it is right to trust Q.", body="", references=()):
    front = {"title": title, "order": order, "minutes": 7, "teaches": teaches, "needs": list(needs), "references": list(references)}
    lines = [f"{name}: {json.dumps(value)}" for name, value in front.items()]
    return "\n".join(("---", *lines, "---", "", body, *(STEP.format(number=number + 1) for number in range(steps))))


@pytest.fixture(scope="module")
def school(data, tmp_path_factory):
    """A server with lessons of its own beside the shipped ones, and its folder of them."""
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "first.md").write_text(lesson("The first one", order=101, references=["docs/method.md, (E6)"]))
    (folder / "second.md").write_text(lesson("The second one, whose title does not fit a line of a card", order=102, needs=["first", "nowhere"]))
    (folder / "strange.md").write_text(lesson(EVIL, order=103, teaches=EVIL * 5, needs=["second", "first"], steps=40, references=[EVIL]))
    (folder / "headless.md").write_text("## [A step](?checkpoint=catch)\n\nLook.\n")
    (folder / "open-ended.md").write_text(lesson("No end", body="Text before all steps.") + "\nThe ESS always falls.\n")
    with serving("serve", "--no-open", "--lessons", str(folder), data=data) as running:
        wait_until_ready(running)
        yield running, folder


def open_lessons(open_page, url, *size, progress=None, **options):
    """Open the page in a browser that has kept this."""
    kept = f"localStorage.getItem('{KEY}') ?? localStorage.setItem('{KEY}', {json.dumps(json.dumps(progress))})" if progress else ""
    return open_page(url + "/lessons", *size, ready=READY, prepare=lambda page: page.add_init_script(kept + "\n;" + LEGIBLE), **options)


def card_of(page, name):
    return page.locator(f'.lesson-card[data-lesson="{name}"]')


def kept(page):
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "null")


PROGRESS = {
    "first": {"at": "step-4", "done": ["step-1", "step-2", "step-3", "step-4"], "finished": True, "answers": {}},
    "second": {"at": "step-3", "done": ["step-1"], "finished": False, "answers": {"which": "left"}},
}


def test_every_lesson_has_a_card_that_says_what_its_file_says(school, open_page):
    server, _ = school
    page = open_lessons(open_page, server.url)
    lessons = httpx.get(server.api + "/lessons").json()["lessons"]
    assert page.locator(".lesson-card").evaluate_all("cards => cards.map(card => card.dataset.lesson)") == [each["name"] for each in lessons]
    for each in lessons:
        card = card_of(page, each["name"])
        text = card.inner_text()
        assert each["title"] in text and each["teaches"] in text and f"{each['minutes']} min" in text
        assert card.locator(".lesson-piece").count() == len(each["steps"])
        assert card.locator(".lesson-place").inner_text() == (str(each["order"]) if each["order"] < 999 else "")
        assert card.locator(".lesson-open").get_attribute("href") == f"./?lesson={each['name']}"
        assert card.locator(".lesson-open").inner_text() == "Begin"
    assert page.locator(".lesson-next").count() == 1
    assert f"{len(lessons)} lessons, {sum(each['minutes'] for each in lessons)} minutes in all." in page.locator("#lessons-note").inner_text()
    card = card_of(page, "first")
    card.locator("summary").click()
    assert card.locator("ol a").all_inner_texts() == [f"Step {number}" for number in range(1, 5)]
    assert card.locator("ol a").nth(2).get_attribute("href") == "./?lesson=first&at=step-3"
    assert "docs/method.md, (E6)" in card.inner_text()


def test_a_card_shows_how_far_this_browser_has_come(school, open_page):
    page = open_lessons(open_page, school[0].url, progress=PROGRESS)
    first, second = card_of(page, "first"), card_of(page, "second")
    assert first.locator(".lesson-said").inner_text() == "finished" and first.locator(".lesson-open").inner_text() == "Do it again"
    assert first.locator(".lesson-open").get_attribute("href") == "./?lesson=first&at=step-1"
    assert second.locator(".lesson-said").inner_text() == "at step 3 of 4, 1 done"
    assert second.locator(".lesson-next").inner_text() == "Continue" and second.locator(".lesson-next").get_attribute("href") == "./?lesson=second"
    assert second.locator(".lesson-piece[data-done]").count() == 1 and first.locator(".lesson-piece[data-done]").count() == 4
    # A lesson that comes before leads to its card; one that is not there is said to be missing.
    assert "nowhere (not on this server)" in second.inner_text()
    second.get_by_text("The first one ✓").click()
    assert page.url.endswith("#lesson-first")


def test_progress_made_in_another_tab_is_shown_and_what_is_open_stays_open(school, open_page):
    page = open_lessons(open_page, school[0].url)
    card_of(page, "first").locator("summary").click()
    other = page.context.new_page()
    other.goto(school[0].url + "/lessons")
    other.evaluate(
        """async () => {
          const { storageOfPage, writeProgress } = await import(document.querySelector("script[type=module]").src.replace("page.js", "progress.js"));
          writeProgress(storageOfPage(), "first", { at: "step-2", done: ["step-1"] });
        }"""
    )
    page.wait_for_function("document.querySelector('[data-lesson=first] .lesson-said')?.innerText === 'at step 2 of 4, 1 done'")
    assert card_of(page, "first").locator("details").get_attribute("open") is not None


def test_progress_is_forgotten_only_after_a_question(school, open_page):
    page = open_lessons(open_page, school[0].url, progress=PROGRESS)
    forget = page.get_by_role("button", name="forget my progress")
    forget.click()
    page.keyboard.press("Escape")
    assert page.locator("#forget").is_hidden() and kept(page) == PROGRESS
    forget.click()
    page.get_by_role("button", name="Forget it").click()
    assert kept(page) is None and forget.is_hidden()
    assert card_of(page, "first").locator(".lesson-said").inner_text() == ""
    assert page.locator("#kept").inner_text() == "Your progress is forgotten."


@pytest.mark.parametrize("text", ["{", "[1]", '{"first": 7, "second": {"at": {}, "done": "all"}}'])
def test_what_is_kept_may_be_garbage(school, open_page, text):
    page = open_page(
        school[0].url + "/lessons", ready=READY, prepare=lambda page: page.add_init_script(f"localStorage.setItem('{KEY}', {json.dumps(text)})")
    )
    assert card_of(page, "first").locator(".lesson-open").inner_text() == "Begin"


def test_a_browser_that_keeps_nothing_says_so(school, open_page):
    refuse = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    page = open_page(school[0].url + "/lessons", ready=READY, prepare=lambda page: page.add_init_script(refuse))
    assert page.locator(".lesson-card").count() > 3
    assert "keeps nothing" in page.locator("#kept").inner_text() and page.locator("#forget-open").is_hidden()


def test_damaged_lessons_are_listed_with_file_line_and_remedy(school, open_page):
    page = open_lessons(open_page, school[0].url)
    damaged = httpx.get(school[0].api + "/lessons").json()["damaged"]
    text = page.locator("#damaged").inner_text()
    assert "headless.md: 1 fault, and it cannot be opened" in text and "it can be opened all the same" in text
    for each in damaged:
        assert f"line {each['line']}: {each['what']}; {each['remedy']}" in text
    assert {each["file"] for each in damaged} == {"headless.md", "open-ended.md"}


def test_nothing_in_a_lesson_is_taken_for_markup(school, open_page):
    page = open_lessons(open_page, school[0].url)
    assert card_of(page, "strange").locator("h2").inner_text() == EVIL
    assert page.evaluate("window.hacked") is None and page.locator("main img, main b").count() == 0


def test_pages_lead_to_each_other_and_keep_what_was_chosen(school, open_page):
    url = school[0].url
    page = open_page(url + "/lessons/?token=t&checkpoint=catch-early", ready=READY)
    assert page.url == url + "/lessons?checkpoint=catch-early"
    links = page.get_by_role("navigation", name="Pages").locator("a")
    assert links.all_inner_texts() == ["microscope", "lessons", "checkpoints"]
    assert page.locator("[aria-current=page]").inner_text() == "lessons"
    links.nth(0).click()
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=120_000)
    page.wait_for_function("document.querySelector('#checkpoint')?.value === 'catch-early'")
    page.locator("#to-lessons").click()
    page.wait_for_function(READY)
    assert "checkpoint=catch-early" in page.url and "/lessons?" in page.url
    links.nth(2).click()
    page.wait_for_function(READY)
    assert page.url == url + "/checkpoints?checkpoint=catch-early" and page.locator("[aria-current=page]").inner_text() == "checkpoints"
    links.nth(1).click()
    page.wait_for_function(READY)
    assert page.locator(".lesson-card").count() > 3


def test_the_page_loads_neither_dash_nor_the_microscope(school, open_page):
    loaded = open_lessons(open_page, school[0].url).evaluate("performance.getEntriesByType('resource').map(({ name }) => name).join(' ')")
    assert "lessons/page.js" in loaded
    assert all(name not in loaded for name in ("plotly", "_dash-component-suites", "microscope.js", "checkpoints.css"))
    own = open_page(school[0].url).evaluate("performance.getEntriesByType('resource').map(({ name }) => name).join(' ')")
    assert all(name not in own for name in ("lessons/page.js", "lesson_cards.css", "plain.css"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)])
def test_all_texts_can_be_read(school, open_page, width, height, scheme):
    page = open_lessons(open_page, school[0].url, width, height, progress=PROGRESS, color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("width", [1440, 1280])
def test_the_bar_of_the_microscope_stays_one_line(school, open_page, width, live):
    page = open_page(school[0].url, width, 800)
    page.wait_for_selector("#page", state="attached")
    if live:
        page.locator(".record-open").evaluate("button => { button.dataset.live = ''; button.textContent = '● 12345'; }")
    assert page.locator("#top").bounding_box()["height"] < 50


def test_the_page_of_lessons_has_no_serious_findings(school, open_page):
    page = open_lessons(open_page, school[0].url, progress=PROGRESS)
    check(page, "lessons")
    page.get_by_role("button", name="forget my progress").click()
    check(page, "forget", "#forget")
