"""Screenshots of the page on every environment, at every size, in both themes, each checked for texts that cannot be read.

    python -m benchmarks.gallery [--out gallery] [--checkpoints cartpole-early …] [--sizes 1440x900 …] [--themes light dark]

Writes PNG files and `index.html`, which shows them side by side, and lists each text that overlaps another or is cut off. The exit code is 1 where
there is one.
"""

import argparse
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path

import httpx
from playwright.sync_api import Page, TimeoutError, sync_playwright

from benchmarks.page import CHROMIUM_OPTIONS, start_server

SIZES = ["1440x900", "1280x720", "1920x1080", "390x844"]
THEMES = ["light", "dark"]
LEGIBLE = Path(__file__).with_name("legible.js").read_text("utf-8")
STEP = 3
"""Environment step that is shown: some of an episode is in the time line then."""
SEED = 1
"""Seed of the plan that the pinned one is compared with."""
LIVE = "window.twistscope?.showing === 'live' && window.twistscope.phase === 'idle'"


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


def compare(page: Page) -> None:
    """Pin the plan that is shown, and go on to one with another seed."""
    page.keyboard.press("p")
    page.evaluate(
        """seed => fetch(`/api/v1/sessions/${window.twistscope.session}/commands`, {
             method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ command: "reset", seed }) })""",
        SEED,
    )
    page.wait_for_function(f"seed => {LIVE} && window.twistscope.seed === seed && window.twistscope.lastFrame.step === 0", arg=SEED, timeout=120_000)


def walk(page: Page, address: str, checkpoint: str, sizes: list[str], themes: list[str], out: Path) -> dict[str, list[str]]:
    """Take all pictures of one checkpoint. Returns what cannot be read, by file name."""
    found = {}

    def take(state: str) -> None:
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            for size in sizes:
                width, height = map(int, size.split("x"))
                page.set_viewport_size({"width": width, "height": height})
                name = f"{checkpoint}-{state}-{size}-{theme}.png"
                if texts := illegible(page):
                    found[name] = texts
                page.screenshot(path=out / name)

    page.goto(f"{address}/?checkpoint={checkpoint}&step={STEP}")
    page.wait_for_function(LIVE, timeout=180_000)
    page.wait_for_selector("#page", state="attached")
    take("paused")
    compare(page)
    take("compared")
    return found


def contact_sheet(out: Path) -> None:
    """Write a page that shows all pictures."""
    figure = '<figure><a href="{0}"><img src="{0}" loading="lazy"></a><figcaption>{0}</figcaption></figure>'
    figures = [figure.format(escape(path.name)) for path in sorted(out.glob("*.png"))]
    style = "body{font:13px sans-serif;display:flex;flex-wrap:wrap;gap:12px}figure{margin:0}img{height:260px;border:1px solid #999}"
    head = f"<!DOCTYPE html><meta charset=utf-8><title>gallery</title><style>{style}</style>"
    (out / "index.html").write_text(head + "".join(figures), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="folder of the pictures; those that are in it are taken away first")
    parser.add_argument("--checkpoints", nargs="+", help="by default one of each environment")
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--themes", nargs="+", default=THEMES, choices=THEMES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for old in options.out.glob("*.png"):
        old.unlink()
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        process, address, _ = start_server(data, "--no-warm")
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
            for checkpoint in options.checkpoints or first_of_each_environment(address):
                page = browser.new_page()
                page.add_init_script(LEGIBLE)
                found |= walk(page, address, checkpoint, options.sizes, options.themes, options.out)
                page.close()
                print(f"{checkpoint}: {len(list(options.out.glob(f'{checkpoint}-*.png')))} pictures", flush=True)
            browser.close()
        finally:
            process.terminate()
            process.wait()
    contact_sheet(options.out)
    for name, texts in found.items():
        print(f"{name}: {'; '.join(map(str, texts[:5]))}")
    print(f"{len(list(options.out.glob('*.png')))} pictures in {options.out}, {len(found)} with texts that cannot be read")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
