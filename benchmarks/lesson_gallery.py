"""Screenshots of every step of every lesson, at every size, in both themes, each checked for texts that cannot be read.

    python -m benchmarks.lesson_gallery [--out gallery] [--lessons trust-region …] [--sizes 1440x900 1280x720-large …] [--themes light dark]

Of each step: as it is opened; where there is a sketch, half drawn, and with its answer; and its end, with all predictions answered. Then a folded
lesson, one whose moment was left, the dialog of the class, and the page of lessons, at its beginning and with some progress. Writes PNG files and
`index.html`, as benchmarks.gallery does.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from benchmarks import options as given
from benchmarks.gallery import LEGIBLE, MINUTES, THEMES, Camera, browsing

SIZES = ["1440x900", "1280x720", "390x844", "1280x720-large"]
ARRIVED = """() => window.twistscope?.showing === 'live' && ['idle', 'ended'].includes(window.twistscope.phase)
  && document.querySelector('#lesson') && !document.querySelector('#lesson[data-arriving]')"""
LISTED = "document.querySelector('#all')?.getAttribute('aria-busy') === 'false'"


def open_step(page: Page, address: str, lesson: str, step: str) -> None:
    """Open a step of a lesson."""
    page.goto(f"{address}/?lesson={lesson}&at={step}")
    page.wait_for_function(ARRIVED, timeout=MINUTES)
    page.wait_for_selector("[data-knob]", state="attached")


def bring(page: Page, selector: str, block: str) -> None:
    """Bring the start or the end of a part of the text into sight."""
    page.evaluate(
        """([selector, block]) => {
          const list = document.querySelector(".lesson-steps");
          // As a hand does it: the text stays there.
          list.dispatchEvent(new Event("wheel"));
          const part = [...list.querySelectorAll(selector)].at(-1);
          const [box, room] = [part.getBoundingClientRect(), list.getBoundingClientRect()];
          list.scrollTop += (block === "end" ? box.bottom - room.bottom : box.top - room.top) / (room.height / list.clientHeight);
        }""",
        [selector, block],
    )


def draw(page: Page, place: str, points: int) -> None:
    """Sketch some points of a curve by the keyboard."""
    page.focus(f"{place} svg")
    for _ in range(points):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")


def answer(page: Page, prediction: dict[str, Any]) -> None:
    """Answer a prediction; the first choice may be wrong."""
    place = f"[data-prediction={prediction['id']}]"
    if prediction.get("choose"):
        page.locator(f"{place} input").first.check()
    elif sketch := prediction.get("sketch"):
        draw(page, place, len(sketch["truth"]))
    page.locator(f"{place} .prediction-reveal").click()
    page.wait_for_selector(f"{place} .prediction-truth", state="attached")


def walk_step(page: Page, camera: Camera, address: str, lesson: str, number: int, step: dict[str, Any]) -> None:
    """Take one step: as it is opened, with a sketch before and after its answer, and its end."""
    name, article = f"{lesson}-{number}-{step['id']}", f"[data-step={step['id']}]"
    open_step(page, address, lesson, step["id"])
    camera.take(page, name, whole=False)
    for prediction in step["predictions"]:
        place = f"[data-prediction={prediction['id']}]"
        if prediction.get("sketch"):
            draw(page, place, len(prediction["sketch"]["truth"]) // 2 + 1)
            camera.take(page, f"{name}-sketch", again=lambda page, place=place: bring(page, place, "start"), whole=False)
        answer(page, prediction)
        if prediction.get("sketch"):
            camera.take(page, f"{name}-answered", again=lambda page, place=place: bring(page, place, "start"), whole=False)
    camera.take(page, f"{name}-end", again=lambda page: bring(page, article, "end"), whole=False)


def walk_rest(page: Page, camera: Camera, address: str, lesson: dict[str, Any]) -> None:
    """Take a folded lesson, one whose moment was left, the dialog of the class, and the page of lessons."""
    step = lesson["steps"][0]["id"]
    open_step(page, address, lesson["name"], step)
    page.locator(".lesson-fold").click()
    camera.take(page, "folded", whole=False)
    open_step(page, address, lesson["name"], step)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector(".lesson-return:visible")
    page.wait_for_function(ARRIVED, timeout=MINUTES)
    camera.take(page, "away", whole=False)
    open_step(page, address, lesson["name"], step)
    page.locator("[data-do=class]").first.click()
    page.wait_for_function("document.querySelector('.class-code')?.naturalWidth > 0", timeout=MINUTES)
    camera.take(page, "class")
    page.goto(f"{address}/lessons")
    page.wait_for_function(LISTED, timeout=MINUTES)
    camera.take(page, "lessons-begun")
    page.evaluate("localStorage.removeItem('twistscope-lessons')")
    page.reload()
    page.wait_for_function(LISTED, timeout=MINUTES)
    camera.take(page, "lessons")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="folder of the pictures; those that are in it are taken away first")
    parser.add_argument("--lessons", nargs="*", help="by default all; none for the page of lessons and the rest alone")
    parser.add_argument("--sizes", nargs="+", type=given.window, metavar="SIZE", default=SIZES)
    parser.add_argument("--themes", nargs="+", default=THEMES, choices=THEMES)
    options = parser.parse_args()
    camera = Camera(options.sizes, options.themes, options.out)
    with browsing() as (browser, address):
        service = httpx.Client(base_url=f"{address}/api/v1/", timeout=60)
        names = [lesson["name"] for lesson in service.get("lessons").raise_for_status().json()["lessons"]]
        chosen = names if options.lessons is None else options.lessons
        if unknown := sorted(set(chosen) - set(names)):
            parser.error(f"argument --lessons: there is no lesson {', '.join(unknown)}; there are {', '.join(names)}")
        for name in chosen:
            before, lesson = camera.count, service.get(f"lessons/{name}").raise_for_status().json()
            for number, step in enumerate(lesson["steps"], 1):
                # Nobody has been there before, and nothing grows from step to step.
                context = browser.new_context()
                page = context.new_page()
                page.add_init_script(LEGIBLE)
                walk_step(page, camera, address, name, number, step)
                context.close()
            print(f"{name}: {camera.count - before} pictures", flush=True)
        page = browser.new_context().new_page()
        page.add_init_script(LEGIBLE)
        walk_rest(page, camera, address, service.get(f"lessons/{names[-1]}").raise_for_status().json())
    return camera.finish()


if __name__ == "__main__":
    sys.exit(main())
