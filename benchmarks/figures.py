"""Figures of the documents: drawn in a headless browser, with the plotly.js of the Plotly package, so that nothing is loaded from the network."""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote

import plotly
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-headless-shell")

BETTER, WORSE = "#0072B2", "#D55E00"


def counts_figure(labels: list[str], better: list[int], worse: list[int], names: tuple[str, str], of: int, *, width: int, row: int) -> go.Figure:
    """Bars of how often something is surely better, to the right, and surely worse, to the left.

    Args:
      labels: of the rows, from below.
      names: of the two kinds of bars.
      of: number of checkpoints that were counted.
      width: pixels; `row` are those of a row's height.
    """
    made = go.Figure()
    for values, name, colour in ((better, names[0], BETTER), ([-each for each in worse], names[1], WORSE)):
        made.add_trace(go.Bar(y=labels, x=values, orientation="h", name=name, marker_color=colour))
    most = max(1, *better, *worse)
    ticks = list(range(-most, most + 1))
    made.update_xaxes(title_text=f"checkpoints, of {of}", tickvals=ticks, ticktext=[str(abs(tick)) for tick in ticks], zerolinecolor="#333")
    made.update_layout(template="plotly_white", barmode="relative", width=width, height=110 + row * len(labels), font_size=12)
    made.update_layout(margin={"l": 10, "r": 10, "t": 10, "b": 10}, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0})
    made.update_yaxes(automargin=True)
    return made


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
