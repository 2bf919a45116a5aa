"""Time from opening an address to the first picture, recorded and live, for one checkpoint of each environment.

The real server and headless Chromium on this machine, each page in a browser context of its own. `cold`: a server without a single compiled program;
`warm`: another server that finds the programs of the first on disk.

    python -m benchmarks.opening [--checkpoints cartpole-early …] [--json]
"""

import argparse
import json
import shutil
import tempfile

from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import CHROMIUM_OPTIONS, start_server

CHECKPOINTS = (
    "cartpole-early",
    "acrobot",
    "pendulum",
    "mountaincar-continuous",
    "catch",
    "deepsea",
    "frozenlake",
    "fourrooms",
    "breakout",
    "space-invaders",
)


def open_one(browser: Browser, address: str) -> dict[str, float]:
    """Seconds from the start of the navigation to the first painted picture, and to the first picture of a live plan."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address)
        page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=120_000, polling=10)
        live = page.evaluate("performance.now()")
        first = page.evaluate("window.twistscope.firstPictureMs ?? performance.now()")
        return {"first_picture_s": min(first, live) / 1e3, "live_picture_s": live / 1e3}
    finally:
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", nargs="+", default=list(CHECKPOINTS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: dict[str, dict[str, dict[str, float]]] = {name: {} for name in options.checkpoints}
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        for cache in ("cold", "warm"):
            process, address, _ = start_server(data, "--no-warm")
            try:
                for name in options.checkpoints:
                    rows[name][cache] = open_one(browser, f"{address}/?checkpoint={name}")
            finally:
                process.terminate()
                process.wait()
        browser.close()
    if options.json:
        print(json.dumps(rows))
        return
    print("| checkpoint | first picture s, cold | warm | live picture s, cold | warm |\n|---|---|---|---|---|")
    for name, row in rows.items():
        cells = [f"{row[cache][what]:.2f}" for what in ("first_picture_s", "live_picture_s") for cache in ("cold", "warm")]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
