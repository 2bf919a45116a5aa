"""Time from opening an address to the first picture, recorded and live, for one checkpoint of each environment.

The real server and headless Chromium on this machine, each page in a browser context of its own. `cold`: a server without a single compiled program;
`warm`: another server that finds the programs of the first on disk. The first checkpoint is also opened on a slow network.

    python -m benchmarks.opening [--checkpoints cartpole-early …] [--json]
"""

import argparse
import json
import shutil
import tempfile

from playwright.sync_api import Browser, sync_playwright

from benchmarks import options as given
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


SLOW = {"offline": False, "downloadThroughput": 250 * 1024, "uploadThroughput": 250 * 1024, "latency": 40}
"""A slow network: bytes per second and milliseconds."""
TRANSFERRED = """until => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ responseEnd }) => responseEnd <= until).reduce((sum, { transferSize }) => sum + transferSize, 0)"""


def open_slowly(browser: Browser, address: str) -> dict[str, dict[str, float]]:
    """Seconds to the first picture and to working controls on a slow network, and kB until the first picture; with an empty cache, and again."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        client.send("Network.emulateNetworkConditions", SLOW)
        visits = {}
        for visit in ("first visit", "again"):
            page.goto(address, timeout=120_000, wait_until="commit")
            page.wait_for_function("window.twistscope?.firstPictureMs > 0", timeout=120_000, polling=10)
            first = page.evaluate("window.twistscope.firstPictureMs")
            kilobytes = page.evaluate(TRANSFERRED, first) / 1e3
            page.wait_for_function("document.querySelector('[data-knob] [role=slider]')", timeout=120_000, polling=10)
            visits[visit] = {"first_picture_s": first / 1e3, "first_picture_kb": kilobytes, "controls_s": page.evaluate("performance.now()") / 1e3}
        return visits
    finally:
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", nargs="+", type=given.checkpoint, metavar="NAME", default=list(CHECKPOINTS))
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
                if cache == "warm":
                    slow = open_slowly(browser, f"{address}/?checkpoint={options.checkpoints[0]}")
            finally:
                process.terminate()
                process.wait()
        browser.close()
    if options.json:
        print(json.dumps({"checkpoints": rows, "slow_network": slow}))
        return
    print("| checkpoint | first picture s, cold | warm | live picture s, cold | warm |\n|---|---|---|---|---|")
    for name, row in rows.items():
        cells = [f"{row[cache][what]:.2f}" for what in ("first_picture_s", "live_picture_s") for cache in ("cold", "warm")]
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\n| {SLOW['downloadThroughput'] // 1024} kB/s, {SLOW['latency']} ms | first picture s | kB until then | controls s |\n|---|---|---|---|")
    for visit, seen in slow.items():
        print(f"| {visit} | {seen['first_picture_s']:.2f} | {seen['first_picture_kb']:.0f} | {seen['controls_s']:.2f} |")


if __name__ == "__main__":
    main()
