"""Take the pictures of lessons in docs/images, from a running server: `python docs/lesson_images.py ADDRESS`."""

import base64
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
ARRIVED = """() => window.twistscope?.showing === 'live' && ['idle', 'ended'].includes(window.twistscope.phase)
  && document.querySelector('#lesson') && !document.querySelector('#lesson[data-arriving]')"""
# Screenshots are PNG or JPEG; this is a fifth of the bytes of PNG.
AS_WEBP = """async png => {
  const image = Object.assign(new Image(), { src: `data:image/png;base64,${png}` });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.86).split(",")[1];
}"""
TO_PREDICTION = """() => {
  const list = document.querySelector(".lesson-steps");
  // As a hand does it: the text stays there.
  list.dispatchEvent(new Event("wheel"));
  list.scrollTop += list.querySelector("article[data-step=the-price] .prediction").getBoundingClientRect().top - list.getBoundingClientRect().top - 6;
}"""


def open_step(page: Page, address: str, lesson: str, step: str) -> None:
    page.goto(f"{address}/?lesson={lesson}&at={step}")
    page.wait_for_function(ARRIVED, timeout=120_000)
    page.wait_for_selector("[data-reason=prior]", state="attached")
    page.wait_for_selector("[data-knob]", state="attached")


def sketched(page: Page) -> None:
    """Draw a curve that falls too late, and see the answer."""
    page.focus("[data-step=the-price] .prediction svg")
    for steps in (9, 8, 5, -2, -8):
        for _ in range(abs(steps)):
            page.keyboard.press("ArrowUp" if steps > 0 else "ArrowDown")
        page.keyboard.press("ArrowRight")
    page.locator("[data-step=the-price] .prediction-reveal").click()
    page.evaluate(TO_PREDICTION)


def save(page: Page, name: str) -> None:
    """Keep what the window shows, once nothing moves."""
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(1200)
    webp = page.evaluate(AS_WEBP, base64.b64encode(page.screenshot()).decode())
    (IMAGES / f"{name}.webp").write_bytes(base64.b64decode(webp))


def main(address: str) -> None:
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-headless-shell")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        # The page's policy lets no image of another origin in, not even of its own text.
        page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
        open_step(page, address, "path-degeneracy", "the-river-narrows")
        save(page, "lesson")
        open_step(page, address, "trust-region", "the-price")
        page.emulate_media(color_scheme="dark")
        sketched(page)
        save(page, "lesson-sketch")
        page.emulate_media(color_scheme="light")
        page.locator("[data-do=class]").first.click()
        page.wait_for_function("document.querySelector('.class-code')?.naturalWidth > 0", timeout=60_000)
        save(page, "lesson-class")
        page.goto(f"{address}/lessons")
        page.wait_for_function("document.querySelector('#all')?.getAttribute('aria-busy') === 'false'")
        save(page, "lessons")
        page.set_viewport_size({"width": 1280, "height": 720})
        open_step(page, address, "revival", "branching-again")
        page.evaluate("twistscopeLooks.choose({ size: 'large' })")
        save(page, "lesson-projector")
        page.evaluate("twistscopeLooks.choose({ size: 'usual' })")
        page.set_viewport_size({"width": 390, "height": 844})
        open_step(page, address, "ess-and-resampling", "offspring")
        save(page, "lesson-phone")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].startswith("http"):
        sys.exit(f"{__doc__} ADDRESS is that of the server, such as http://127.0.0.1:8050")
    main(sys.argv[1].rstrip("/"))
