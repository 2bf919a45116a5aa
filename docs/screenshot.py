"""Take the README's picture of the page: `python docs/screenshot.py ADDRESS FILE [WIDTH HEIGHT]`."""

import shutil
import sys

from playwright.sync_api import sync_playwright


def main(address: str, file: str, width: int = 1440, height: int = 900) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address)
        # The moment that a page opens with is worth a picture; by then it is live.
        page.wait_for_function("window.twistscope?.showing === 'live' && window.twistscope.phase === 'idle'", timeout=120_000)
        page.wait_for_selector("[data-reason=prior]")
        page.wait_for_timeout(800)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 5) or not sys.argv[1].startswith("http") or not all(each.isdecimal() for each in sys.argv[3:]):
        sys.exit(f"{__doc__} ADDRESS is that of the server, such as http://127.0.0.1:8050")
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
