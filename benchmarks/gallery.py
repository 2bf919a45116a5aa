"""Screenshots of every panel on every environment, at every size, in both themes, each checked for texts that cannot be read.

    python -m benchmarks.gallery [--out gallery] [--checkpoints cartpole-early …] [--states paused film …] [--sizes 1440x900 …] [--themes light dark]

Writes PNG files and `index.html`, which shows them side by side, and lists each text that overlaps another or is cut off, and each state that is not
reached in time. The exit code is 1 where there is one. States: the page as it is paused, with a pinned plan, in slow motion, with reasons, sweeps, a
map, a race …; the page of checkpoints is taken once.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from benchmarks import options as given
from benchmarks.page import CHROMIUM_OPTIONS, chromium, start_server

SIZES = ["1440x900", "1280x720", "1920x1080", "390x844"]
THEMES = ["light", "dark"]
LEGIBLE = Path(__file__).with_name("legible.js").read_text("utf-8")
STEP = 3
"""Environment step that is shown: some of an episode is in the time line then."""
SEED = 1
"""Seed of the plan that the pinned one is compared with."""
LIVE = "window.twistscope?.showing === 'live' && window.twistscope.phase === 'idle'"
MINUTES = 180_000
"""Milliseconds that compiling and planning may take."""


def first_of_each_environment(address: str) -> list[str]:
    """One checkpoint of each environment: an early one, where there is one."""
    cards = httpx.get(f"{address}/api/v1/checkpoints", timeout=60).raise_for_status().json()["checkpoints"]
    names: dict[str, str] = {}
    for card in cards:
        if card["environment"] not in names or card["name"].endswith("-early"):
            names[card["environment"]] = card["name"]
    return list(names.values())


def illegible(page: Page) -> list[str]:
    """Texts that cannot be read once the pictures have followed the window."""
    try:
        page.wait_for_function("() => window.illegible().length === 0", timeout=5_000, polling=100)
    except TimeoutError:
        return page.evaluate("window.illegible()")
    return []


def paused(page: Page) -> None:
    """The page as it is."""


def compared(page: Page) -> None:
    """Pin the plan that is shown, and go on to one with another seed."""
    page.keyboard.press("p")
    page.evaluate(
        """seed => fetch(`/api/v1/sessions/${window.twistscope.session}/commands`, {
             method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ command: "reset", seed }) })""",
        SEED,
    )
    page.wait_for_function(f"seed => {LIVE} && window.twistscope.seed === seed && window.twistscope.lastFrame.step === 0", arg=SEED, timeout=MINUTES)
    page.wait_for_selector(".comparison-table tbody td", state="attached")


def film(page: Page) -> None:
    """Slow motion, stopped in the middle of the plan."""
    page.keyboard.press("m")
    page.keyboard.press(" ")
    scrub = page.locator(".film-scrub")
    scrub.evaluate("own => { own.value = Math.round(own.max * 0.55); own.dispatchEvent(new Event('input')); }")
    page.wait_for_selector(".film-formula .katex-html, .film-formula:empty", state="attached")


def why(page: Page) -> None:
    """All reasons, and what 64 seeds and other settings say."""
    panel = page.locator(".panel-why")
    if not panel.evaluate("panel => panel.hasAttribute('data-open')"):
        panel.locator(".why-more").click()
    panel.locator(".why-sure").click()
    page.wait_for_function("document.querySelector('.why-cancel').hidden && document.querySelector('[data-reason=seeds]')", timeout=MINUTES)


def decision_view(name: str) -> Callable[[Page], None]:
    """The root decision in one of its other views."""

    def choose(page: Page) -> None:
        page.locator(".decision-views button", has_text=name).click()

    return choose


def layout(name: str) -> Callable[[Page], None]:
    """The genealogy in one of its other layouts, with its legend."""

    def choose(page: Page) -> None:
        page.locator(".panel-genealogy button", has_text=name).first.click()
        page.keyboard.press("e")
        page.wait_for_timeout(600)

    return choose


def sweep(page: Page) -> None:
    """One setting over its range."""
    page.locator(".panel-sweep .sweep-sweep").click()
    page.wait_for_function("document.querySelector('.sweep-cancel').hidden && document.querySelector('.sweep-picture svg')", timeout=MINUTES)


def sweep_map(page: Page) -> None:
    """Two settings at once, as a map."""
    page.locator(".panel-sweep .sweep-both").click()
    page.locator(".panel-sweep .sweep-sweep").click()
    page.wait_for_function("document.querySelector('.sweep-cancel').hidden && document.querySelector('.sweep-map [data-cell]')", timeout=MINUTES)


def seeds(page: Page) -> None:
    """The decisions of many seeds."""
    page.locator(".seeds-count").select_option("16")
    page.locator(".seeds-plan").click()
    page.wait_for_selector(".seeds-figure.js-plotly-plot", timeout=MINUTES)


def race(page: Page) -> None:
    """All planners that can run here, on this moment."""
    page.keyboard.press("c")
    page.wait_for_selector("#race[open] .race-chip")
    page.locator(".race-budget").fill("1024")
    page.locator(".race-start").click()
    done = "document.querySelector('.race-cancel').hidden && document.querySelector('.race-figure [data-mark=seed]')"
    page.wait_for_function(done, timeout=2 * MINUTES)


def dialog(key: str, name: str) -> Callable[[Page], None]:
    """One of the dialogs."""

    def show(page: Page) -> None:
        page.keyboard.press(key)
        page.wait_for_selector(f"{name}[open]")

    return show


def knobs(page: Page) -> None:
    """The knobs, which a narrow page has in a drawer."""
    page.evaluate(
        """() => {
          const open = document.querySelector(".drawer-open");
          if (open?.checkVisibility() && !document.body.hasAttribute("data-drawer")) open.click();
        }"""
    )


STATES: dict[str, Callable[[Page], None]] = {
    "paused": paused,
    "compared": compared,
    "film": film,
    "why": why,
    "dots": decision_view("dots"),
    "levels": decision_view("levels"),
    "tree": layout("tree"),
    "river": layout("river"),
    "sweep": sweep,
    "map": sweep_map,
    "seeds": seeds,
    "race": race,
    "help": dialog("?", "#help"),
    "view": dialog("v", "#view"),
    "share": dialog("l", "#share"),
    "find": dialog("Control+k", "#finder"),
    "recordings": dialog("r", "#recordings"),
    "knobs": knobs,
}
"""States of the page, by name."""


class Camera:
    """Takes the pictures, and keeps what cannot be read on them by file name. Those that are in its folder are taken away first."""

    def __init__(self, sizes: list[str], themes: list[str], out: Path):
        self.sizes, self.themes, self.out = sizes, themes, out
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("*.png"):
            old.unlink()
        self.found: dict[str, list[str]] = {}
        self.count = 0

    def take(self, page: Page, name: str, again: Callable[[Page], None] = paused, *, whole: bool = True) -> None:
        """One state at every size in every theme. Sizes are those of the window; `1280x720-large` is one with large type.

        Args:
          again: what the state needs at every size anew.
          whole: longer than the window is the page of a narrow one: all of it is taken.
        """
        for theme in self.themes:
            # Nothing is on its way to its place.
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for size in self.sizes:
                window, _, looks = size.partition("-")
                width, height = map(int, window.split("x"))
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate("size => twistscopeLooks.choose({ size })", looks or "usual")
                page.wait_for_function("width => innerWidth === width", arg=width)
                page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
                again(page)
                file = f"{name}-{size}-{theme}.png"
                if texts := illegible(page):
                    self.say(file, texts)
                page.screenshot(path=self.out / file, full_page=whole and not page.locator("dialog:modal, body[data-drawer]").count())
                self.count += 1

    def say(self, name: str, faults: list[str]) -> None:
        """Keep what is wrong with a picture, and print it at once: a gallery takes an hour."""
        self.found[name] = faults
        print(f"{name}: {'; '.join(map(str, faults[:5]))}", flush=True)

    def finish(self) -> int:
        """Write the page that shows all pictures. Returns the exit code."""
        contact_sheet(self.out)
        print(f"{self.count} pictures in {self.out}, {len(self.found)} faults")
        return 1 if self.found else 0


def begin(page: Page, address: str, checkpoint: str) -> None:
    """Open a checkpoint some steps into an episode, or at its start where it is shorter than that."""
    for step in (STEP, 0):
        page.goto(f"{address}/?checkpoint={checkpoint}&step={step}")
        # On the way there the plan of the first step may be shown for a moment.
        page.wait_for_function(f"({LIVE} && window.twistscope.step === {step}) || window.twistscope?.phase === 'ended'", timeout=MINUTES)
        if page.evaluate("window.twistscope.phase") != "ended":
            break
    page.wait_for_selector("#page", state="attached")
    page.wait_for_selector("[data-knob]", state="attached")


def walk(page: Page, camera: Camera, address: str, checkpoint: str, states: list[str]) -> None:
    """Take all pictures of one checkpoint."""
    for state in states:
        width, height = map(int, camera.sizes[0].partition("-")[0].split("x"))
        page.set_viewport_size({"width": width, "height": height})
        try:
            # A state leaves nothing behind for the next one.
            begin(page, address, checkpoint)
            STATES[state](page)
        except TimeoutError:
            # On a busy machine a race of slow environments takes longer; the other states are taken all the same.
            camera.say(f"{checkpoint}-{state}", ["was not reached in time"])
            continue
        camera.take(page, f"{checkpoint}-{state}", again=knobs if state == "knobs" else paused)


def walk_checkpoints(page: Page, camera: Camera, address: str) -> None:
    """Take the page of checkpoints, with two of them compared."""
    page.goto(f"{address}/checkpoints")
    page.wait_for_function("document.querySelector('#all')?.getAttribute('aria-busy') === 'false'", timeout=MINUTES)
    camera.take(page, "checkpoints")
    for name in ("cartpole-early", "cartpole"):
        page.locator(f".card[data-checkpoint='{name}'] input[type=checkbox]").check()
    camera.take(page, "checkpoints-compared")


def contact_sheet(out: Path) -> None:
    """Write a page that shows all pictures."""
    figure = '<figure><a href="{0}"><img src="{0}" loading="lazy"></a><figcaption>{0}</figcaption></figure>'
    figures = [figure.format(escape(path.name)) for path in sorted(out.glob("*.png"))]
    style = "body{font:13px sans-serif;display:flex;flex-wrap:wrap;gap:12px}figure{margin:0}img{height:260px;border:1px solid #999}"
    head = f"<!DOCTYPE html><meta charset=utf-8><title>gallery</title><style>{style}</style>"
    (out / "index.html").write_text(head + "".join(figures), "utf-8")


@contextlib.contextmanager
def browsing() -> Iterator[tuple[Browser, str]]:
    """A browser, and the address of a server of its own."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        process, address, _ = start_server(data, "--no-warm")
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
            yield browser, address
            browser.close()
        finally:
            process.terminate()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="folder of the pictures; those that are in it are taken away first")
    parser.add_argument(
        "--checkpoints",
        nargs="*",
        type=given.checkpoint,
        metavar="NAME",
        help="by default one of each environment; none for the page of checkpoints alone",
    )
    parser.add_argument("--states", nargs="+", default=[*STATES, "checkpoints"], choices=[*STATES, "checkpoints"])
    parser.add_argument("--sizes", nargs="+", type=given.window, metavar="SIZE", default=SIZES)
    parser.add_argument("--themes", nargs="+", default=THEMES, choices=THEMES)
    options = parser.parse_args()
    camera = Camera(options.sizes, options.themes, options.out)
    states = [state for state in options.states if state in STATES]
    with browsing() as (browser, address):
        chosen = first_of_each_environment(address) if options.checkpoints is None else options.checkpoints
        for checkpoint in chosen if states else []:
            before = camera.count
            page = browser.new_page()
            page.add_init_script(LEGIBLE)
            page.add_init_script("localStorage.clear()")
            walk(page, camera, address, checkpoint, states)
            page.close()
            print(f"{checkpoint}: {camera.count - before} pictures", flush=True)
        if "checkpoints" in options.states:
            page = browser.new_page()
            page.add_init_script(LEGIBLE)
            walk_checkpoints(page, camera, address)
            page.close()
    return camera.finish()


if __name__ == "__main__":
    sys.exit(main())
