"""Drawing alone: milliseconds of the page's main thread from the bytes of one plan to pixels, without server, network or planner.

    python -m benchmarks.drawing [--sizes 256x24,4096x32,16384x64] [--draws 60] [--layout slots] [--window 0.2,0.3,0.4,0.1] [--json]

The plans are made once with fixed seeds; the page paints each of them again and again as if a new one had come, and reads a pixel back from every
canvas, so that the rasteriser counts as well. Milliseconds are of processor time, so that other work on the machine hardly changes them. `all` is
everything that a frame costs there but layout and compositing; the others are parts of it, timed apart; `pan` is one step of a drag over a magnified
genealogy. 60 frames a second leave 16.7 ms.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks import options as given
from benchmarks.page import CHROMIUM_OPTIONS, chromium, page_seconds
from dashboard.app import ASSETS
from planner import Checkpoints, run
from planner.record.html import microscope_page

PREPARE = """async ({ layout, window: shown }) => {
  const { readFrame } = await import("twistscope/frame/frame.js");
  const { viewOf } = await import("twistscope/lib/store.js");
  const { microscope } = globalThis;
  const { gallery, store, painter, theme } = microscope;
  const bytes = Uint8Array.from(atob(document.getElementById("record").textContent), (letter) => letter.charCodeAt(0)).buffer;
  store.set({ layout: { from: layout, to: layout, share: 1 }, ...(shown ? { window: shown } : {}) });
  let number = 1e6;
  // A frame of which nothing is known yet, as each that comes.
  const next = () => Object.assign(readFrame(bytes), { id: ++number, playing: true, source: microscope.source });
  const picture = (name) => {
    const { stage, module } = gallery.open.find((each) => each.name === name);
    const fresh = Object.assign(next(), { steady: microscope.steady });
    module.draw(stage.clear("base"), stage.size, fresh, viewOf({ ...store.state, frame: fresh }), theme, () => stage.scratch());
  };
  const works = {
    read: () => next(),
    all: () => microscope.paint(next(), new Set(["frame"])),
    ...Object.fromEntries(gallery.open.map(({ name }) => [name, () => picture(name)])),
    pan: () => gallery.paint(["genealogy", "strips", "weights"], theme),
  };
  globalThis.again = (name, draws) => {
    for (let draw = 0; draw < draws; draw++) {
      works[name]();
      painter.cancel();
      for (const { stage } of gallery.open) for (const layer of [stage.base, stage.overlay]) layer.getImageData(0, 0, 1, 1);
    }
  };
  return Object.keys(works);
}"""


def measure(page: Page, link: CDPSession, size: tuple[int, int], draws: int, asked: dict[str, Any], folder: Path) -> dict[str, float]:
    """Milliseconds of each part for one size, with the bytes of its drawing."""
    particles, depth = size
    drawing = run(Checkpoints(ASSETS / "checkpoints").load("cartpole-early"), particles=particles, depth=depth, seed=3).drawing()
    document = folder / "drawing.html"
    document.write_text(microscope_page(drawing, "drawing"), "utf-8")
    page.goto(document.as_uri())
    page.wait_for_function("window.microscope?.counters?.framesPainted > 0", timeout=60_000)
    found: dict[str, float] = {"bytes": len(drawing)}
    for name in page.evaluate(PREPARE, asked):
        page.evaluate("name => again(name, 8)", name)
        before = page_seconds(link)
        page.evaluate("([name, draws]) => again(name, draws)", [name, draws])
        found[name] = 1e3 * (page_seconds(link) - before) / draws
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=given.sizes, default=given.sizes("256x24,4096x32,16384x64"))
    parser.add_argument("--draws", type=given.count, default=60)
    parser.add_argument("--layout", choices=("slots", "tree", "river"), default="slots")
    parser.add_argument("--window", type=given.part, help="x,y,wide,high of a magnified genealogy")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    asked = {"layout": options.layout, "window": options.window}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        link = page.context.new_cdp_session(page)
        link.send("Performance.enable", {"timeDomain": "threadTicks"})
        found = {f"{n}x{t}": measure(page, link, (n, t), options.draws, asked, Path(folder)) for n, t in options.sizes}
        browser.close()
    if options.json:
        print(json.dumps(found))
        return
    names = list(next(iter(found.values())))
    print(f"{'N x T':>10s}" + "".join(f"{name:>12s}" for name in names))
    for size, numbers in found.items():
        print(f"{size:>10s}" + "".join(f"{numbers[name]:12.2f}" if name != "bytes" else f"{numbers[name]:12d}" for name in names))


if __name__ == "__main__":
    main()
