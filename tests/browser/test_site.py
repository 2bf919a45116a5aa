"""The lessons as static pages: from a plain file host under a sub-path, and from a disk. Plans are recorded ones, which knobs switch between."""

import functools
import http.server
import json
import threading
from pathlib import Path

import pytest

from backend.lessons.library import SHIPPED
from backend.lessons.reading import read_lesson
from backend.lessons.site import MAX_BYTES, _entry, build_site, is_free
from planner import Checkpoints
from tests.browser.firefox import EXECUTABLE, Firefox
from tests.browser.test_accessibility import check
from tests.browser.test_sizes import LEGIBLE
from tests.servers import ROOT, twistscope

pytestmark = pytest.mark.browser

NAME = "every-kind"
FILE = ROOT / "tests" / "lessons" / f"{NAME}.md"
SIZES = [(1280, 720), (390, 844)]
MICROSCOPE = "globalThis.twistscopeSite?.page?.microscope"
# The plan that was asked for last is painted.
SHOWN = f"{MICROSCOPE}?.frame && {MICROSCOPE}.frame.source === twistscopeSite.page.source && !document.querySelector('#lesson[data-arriving]')"
PROGRESS = "JSON.parse(localStorage.getItem('twistscope-lessons'))"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain file host."""

    def log_message(self, *args):
        """Nobody reads it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a host, with the site some folders down."""
    host = tmp_path_factory.mktemp("host")
    lesson, faults = read_lesson(FILE)
    assert not faults
    size = build_site(host / "teaching" / "2026", [lesson], Checkpoints(ROOT / "assets" / "checkpoints"), say=lambda text: None)
    assert 500_000 < size < MAX_BYTES
    return host


@pytest.fixture(scope="module")
def hosted(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/teaching/2026"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["host", "disk"])
def site(request, folder):
    """Address of the site: of a host, and of a file."""
    return request.getfixturevalue("hosted") if request.param == "host" else (folder / "teaching" / "2026").as_uri()


@pytest.fixture
def opened(open_page):
    """Open a lesson. At the end, assert that nothing failed to load, and that the console stayed empty."""
    said = []

    def open_it(site, *size, at=None, ready=SHOWN, prepare=None, **options):
        def watch(page):
            page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
            page.on("response", lambda response: response.status >= 400 and said.append(f"{response.status}: {response.url}"))
            page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
            if prepare:
                prepare(page)

        return open_page(f"{site}/lesson.html?lesson={NAME}" + (f"&at={at}" if at else ""), *size, ready=ready, prepare=watch, **options)

    yield open_it
    assert not said


def frame(page):
    return page.evaluate(f"(({{ seed, settings, value_target }}) => ({{ seed, settings, value_target }}))({MICROSCOPE}.frame)")


def task(page, number):
    return page.locator(f"[data-task='knobs-and-keys/{number}']")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_lesson_is_done_from_its_first_step_to_its_last(site, opened, width, height):
    page = opened(site, width, height)
    assert page.title() == "Everything a lesson can ask for · twistscope"
    assert page.locator(".formula .katex").first.is_visible()
    assert frame(page)["settings"]["alpha"] == 0.3
    # Knobs switch between recorded plans; on a narrow page they are behind a drawer.
    task(page, 0).locator(".task-knob").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "alpha"
    knob = page.locator("[data-recorded=alpha] select")
    assert knob.locator("option").all_inner_texts() == ["0", "0.3", "0.9"]
    before = frame(page)
    knob.select_option(label="0.9")
    page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.frame.settings.alpha === 0.9")
    after = frame(page)
    assert after["value_target"] != before["value_target"] and after["seed"] == before["seed"]
    page.wait_for_selector("[data-task='knobs-and-keys/0'][data-done]")
    if width == 390:
        assert not page.locator("#microscope").evaluate("each => each.checkVisibility() && !each.inert")
        # The list is left first.
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("body:not([data-drawer])")
        page.locator(".drawer-open").click()
        page.locator(".drawer-close").click()
        page.wait_for_selector("body:not([data-drawer])")
    # What was not recorded says so, and is not waited for.
    assert [task(page, number).locator(".task-live").count() for number in range(5)] == [0, 1, 1, 0, 0]
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("[data-task='knobs-and-keys/3'][data-done]")
    page.locator(".panel-genealogy button", has_text="river").click()
    page.wait_for_selector(".lesson-next[data-ready]")
    page.locator(".lesson-return").click()
    page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.frame.settings.alpha === 0.3")
    assert knob.input_value() == knob.locator("option", has_text="0.3").get_attribute("value")

    page.keyboard.press("PageDown")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")
    assert page.evaluate(f"{MICROSCOPE}.view.level") == 3
    assert page.locator("#drawer [data-recorded]").count() == 0 and not page.locator(".drawer-open").is_visible()
    order = page.locator("[data-prediction=order]")
    order.get_by_role("button", name="show the answer").click()
    assert order.locator(".prediction-verdict").inner_text() == "The order is: one · two · three"

    page.locator(".lesson-next").click()
    page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.frame.checkpoint === 'catch-early'")
    page.locator("[data-prediction=pick] input").nth(1).check()
    page.locator("[data-prediction=pick] .prediction-reveal").click()
    assert page.locator("[data-prediction=pick] .prediction-truth").inner_text() == "There are three actions."
    page.focus("[data-prediction=curve] svg")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
    page.locator("[data-prediction=curve] .prediction-reveal").click()
    assert page.locator("[data-prediction=curve] polyline.sketch-true").count() == 1
    live = page.locator("[data-step=panels] .lesson-task:has(.task-live)").all_inner_texts()
    assert [text.split("\n")[-2] for text in live] == [
        "Open the link to this moment.",
        "Open the reasons.",
        "Plan with many seeds.",
        "Choose bootstrap SMC.",
    ]
    kept = page.evaluate(PROGRESS)[NAME]
    assert kept["answers"]["pick"] == "3" and kept["at"] == "panels" and kept["done"] == ["knobs-and-keys"]
    page.locator(".lesson-next").click()
    page.wait_for_url("**/index.html")
    page.get_by_role("link", name="Everything a lesson can ask for").click()
    # It goes on where it was left.
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=panels')")
    # Finished, it begins again at its first step, with its predictions open.
    page.goto(f"{site}/lesson.html?lesson={NAME}&at=knobs-and-keys")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=knobs-and-keys')")
    assert page.locator(".lesson-count").inner_text() == "1 / 3" and page.locator("[data-prediction][data-done], .lesson-dot[data-done]").count() == 0
    page.keyboard.press("PageDown")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")
    # Begun and not finished, it goes on where it was left.
    page.goto(f"{site}/lesson.html?lesson={NAME}")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")


def test_the_list_has_the_numbers_of_the_live_page(folder):
    listed = (folder / "teaching" / "2026" / "index.html").read_text()
    assert '<li class="no-place"><a href="lesson.html?lesson=every-kind">' in listed
    tour, faults = read_lesson(SHIPPED / "tour.md")
    assert not faults and _entry(tour).startswith('<li value="0"><a href="lesson.html?lesson=tour">')


def test_a_step_that_asks_for_nothing_here_is_done_once_it_was_read(hosted, opened):
    alone = "twistscopeSite.lessons['every-kind'].steps[1]"
    page = opened(hosted, 1280, 720)
    # The second step is left with tasks that need the live page.
    page.evaluate(f"{alone}.predictions = []; {alone}.tasks = {alone}.tasks.filter((task) => task.intervene); twistscopeSite.page.panel.write()")
    dot = page.locator(".lesson-dot").nth(1)
    assert dot.get_attribute("data-done") is None
    page.keyboard.press("PageDown")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")
    assert dot.get_attribute("data-done") is None and page.locator(".lesson-next[data-ready]").count() == 1
    page.keyboard.press("PageDown")
    page.wait_for_selector(".lesson-dot:nth-child(2)[data-done]")
    tasks = page.locator("[data-step=what-is-selected] .lesson-task")
    killed = tasks.filter(has_text="Kill a particle.")
    assert killed.locator(".task-live").count() == 1 and killed.get_attribute("data-done") is None


def test_recorded_plans_are_pinned_by_a_button_too(hosted, opened):
    page = opened(hosted, 1280, 720)
    page.keyboard.press("PageDown")
    page.wait_for_function(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")
    page.click(".pin-open")
    page.wait_for_selector("[data-step=what-is-selected] .lesson-task[data-done]:has-text('Pin this plan.')")
    assert page.locator(".pin-open").inner_text() == "let A go"
    page.click(".pin-open")
    assert page.locator(".pin-open").inner_text() == "pin"


def test_a_line_of_text_does_not_begin_with_the_punctuation_after_a_panel(hosted, opened):
    page = opened(hosted, 1280, 720)
    apart = """() => {
      const text = document.querySelector("[data-step=what-is-selected] .lesson-text");
      const apart = [];
      for (let width = 90; width <= 320; width += 3) {
        text.style.width = `${width}px`;
        for (const link of text.querySelectorAll(".panel-link")) {
          const after = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          after.currentNode = link.lastChild;
          const range = document.createRange();
          range.setStart(after.nextNode(), 0);
          range.setEnd(after.currentNode, 1);
          if (!/[,.]/.test(range.toString())) continue;
          const foot = [...link.getClientRects()].at(-1).bottom;
          if (Math.abs(range.getBoundingClientRect().bottom - foot) > 6) apart.push(`${link.textContent} at ${width}`);
        }
      }
      return apart;
    }"""
    assert page.locator("[data-step=what-is-selected] .panel-link").count() == 3
    assert page.evaluate(apart) == []


def test_a_link_in_the_text_shows_its_recorded_moment(site, opened):
    page = opened(site)
    before = frame(page)
    page.locator(".lesson-text a", has_text="the tree").click()
    page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.store.state.layout.to === 'tree' && {MICROSCOPE}.frame.settings.alpha !== 0.3")
    assert frame(page)["value_target"] != before["value_target"]
    page.locator(".lesson-return").click()
    page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.frame.settings.alpha === 0.3")
    assert page.locator(".lesson-title").get_attribute("href") == "index.html"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_all_texts_can_be_read(hosted, opened, width, height):
    page = opened(hosted, width, height, prepare=lambda page: page.add_init_script(LEGIBLE))
    for size in ("usual", "large"):
        page.evaluate("size => twistscopeLooks.choose({ size })", size)
        page.wait_for_function("() => window.illegible().length === 0", timeout=10_000, polling=100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_view_can_be_changed_and_nothing_is_inaccessible(hosted, opened):
    page = opened(hosted, 1280, 720)
    page.get_by_role("button", name="View").click()
    page.get_by_label("large, for a projector").check()
    assert page.locator("html").get_attribute("data-size") == "large"
    page.keyboard.press("Escape")
    check(page, "a lesson without a server")


def test_a_file_that_is_missing_is_named_and_the_lesson_goes_on(folder, hosted, open_page):
    page = open_page(f"{hosted}/lesson.html?lesson={NAME}", ready=SHOWN)
    records = folder / "teaching" / "2026" / "records"
    missing = page.locator("[data-recorded=alpha] option", has_text="0.9").get_attribute("value")
    away = (records / f"{missing}.js").rename(folder / "away.js")
    try:
        page.locator("[data-recorded=alpha] select").select_option(label="0.9")
        page.wait_for_selector("#banner:visible")
        assert page.locator("#banner").inner_text() == f"No plan: the file records/{missing}.js is missing. Copy the whole folder of the site."
        assert page.locator(".microscope[data-stale]").count() == 1
        assert task(page, 0).get_attribute("data-done") is None and not page.evaluate(SHOWN)
        page.locator("[data-recorded=alpha] select").select_option(label="0")
        page.wait_for_function(f"{SHOWN} && {MICROSCOPE}.frame.settings.alpha === 0")
        assert page.locator("#banner").is_hidden() and page.locator(".microscope[data-stale]").count() == 0
    finally:
        away.rename(records / f"{missing}.js")
    page.goto(f"{hosted}/lesson.html?lesson=nonsense")
    page.wait_for_function("document.querySelector('#lesson')?.innerText.includes('the file lessons/nonsense.js is missing')")
    page.get_by_role("link", name="All lessons").click()
    page.wait_for_url("**/index.html")
    page.goto(f"{hosted}/lesson.html")
    page.wait_for_url("**/index.html")


@pytest.mark.skipif(EXECUTABLE is None, reason="Firefox is missing; on Debian: apt install firefox-esr")
def test_firefox_opens_it_from_a_disk(folder, tmp_path):
    firefox = Firefox(tmp_path)
    try:
        firefox.resize(1280, 720)
        firefox.open((folder / "teaching" / "2026").as_uri() + f"/lesson.html?lesson={NAME}")
        firefox.wait_for(SHOWN)
        firefox.wait_for("document.querySelector('.formula .katex')")
        firefox.press("PageDown")
        firefox.wait_for(f"{SHOWN} && location.search.endsWith('at=what-is-selected')")
    finally:
        firefox.close()
    assert not firefox.errors


def test_what_the_files_say_is_data_and_no_markup(folder):
    site = folder / "teaching" / "2026"
    script = (site / "lessons" / f"{NAME}.js").read_text()
    lesson = json.loads(script.partition(" = ")[2].removesuffix(";\n"))
    assert [step["id"] for step in lesson["steps"]] == ["knobs-and-keys", "what-is-selected", "panels"]
    named = {value["record"] for step in lesson["steps"] for knob in step["recorded"]["knobs"] for value in knob["values"]}
    named |= {moment["base"] for step in lesson["steps"] for moment in (step["recorded"], *step["recorded"]["links"].values())}
    assert {path.stem for path in (site / "records").iterdir()} == named
    addresses = [
        line for name in ("index.html", "lesson.html") for line in (site / name).read_text().split('"') if "://" in line or line.startswith("/")
    ]
    assert not addresses, "a page under a sub-path has no address of its own"


# --- the command --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def mistake(*arguments):
    ended = twistscope("site", *map(str, arguments))
    lines = [line for line in ended.stderr.splitlines() if line]
    assert ended.returncode == 2 and len(lines) == 1 and "Traceback" not in ended.stderr, ended.stderr
    return lines[0]


def test_a_place_where_no_site_can_be_is_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("kept")
    assert "is a file" in mistake(file)
    assert "is not a folder" in mistake(file / "below")
    own = tmp_path / "mine"
    (own / "lessons").mkdir(parents=True)
    (own / "lessons" / "own.md").write_text("kept")
    assert "holds other files; name a new folder, an empty one, or that of an earlier site" in mistake(own)
    assert (
        (own / "lessons" / "own.md").read_text() == "kept"
        and file.read_text() == "kept"
        and sorted(path.name for path in own.iterdir()) == ["lessons"]
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("## [Panels](?checkpoint=catch-early", "## [Panels](?checkpoint=nowhere"), "own.md:47: the moment of the step 'Panels': "),
        (("Look at [the tree](?checkpoint=cartpole-early", "Look at [the tree](?checkpoint=nowhere"), "own.md:8: the link ?checkpoint=nowhere"),
        (("Think about it first. Look at", "It always falls. Look at"), "own.md:30: this sentence says something without a check"),
        (("alpha: [0, 0.3, 0.9]", "alpha: [0, 0.3, 9]"), "own.md:8: record: alpha"),
        (("alpha: [0, 0.3, 0.9]", "beta: [0]"), "own.md:8: record: trt_smc has no setting 'beta'"),
        (("alpha: [0, 0.3, 0.9]", "alpha: [0, .1, .2, .3, .4, .5, .6, .7, .8]"), "own.md:8: the step: recorded.alpha: "),
        (("&level=3", "&level=three"), "own.md:28: the moment of the step 'What is selected': level: got 'three'; write a whole number"),
    ],
)
def test_a_lesson_with_a_fault_is_one_line_and_nothing_is_written(tmp_path, lessons, change, says):
    text = FILE.read_text()
    assert text.count(change[0]) == 1
    (lessons / "own.md").write_text(text.replace(*change))
    assert says in mistake(tmp_path / "out", "--lessons", lessons)
    assert not (tmp_path / "out").exists()


def test_an_earlier_site_is_written_again(folder, tmp_path):
    assert is_free(folder / "teaching" / "2026") and is_free(tmp_path) and is_free(tmp_path / "new")
    assert not is_free(Path(ROOT))
