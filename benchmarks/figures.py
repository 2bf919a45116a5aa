"""Figures of the documents: drawn in a headless browser, with the plotly.js of the Plotly package, so that nothing is loaded from the network."""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote

import plotly
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-headless-shell")


def export_svg(made: go.Figure, path: Path) -> None:
    """Write a figure as SVG, in the size that its layout gives."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    executable = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.add_script_tag(path=script)
        size = {"format": "svg", "width": made.layout.width, "height": made.layout.height}
        address = tab.evaluate("([figure, size]) => Plotly.toImage(figure, size)", [json.loads(made.to_json()), size])
        browser.close()
    path.write_text(unquote(address.split(",", 1)[1]), encoding="utf-8")
