"""The pictures and numbers: frames for the canvases that the scripts draw on, and the root decision."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

SEEDS = (16, 64, 256)

Help = tuple[str, str]
"""Help for particles, and for a search tree."""


def centre() -> html.Main:
    """World, genealogy, strips and weights, one above the other; the last three share their level axis."""
    return html.Main(
        id="centre",
        children=[
            _picture(
                "world",
                "World",
                ("Every particle's path over the state it was planned from.", "Every path of the search tree over the state it was planned from."),
            ),
            _picture(
                "genealogy",
                "Genealogy",
                (
                    "Levels run to the right, slots downwards; every line is one step of one particle.",
                    "Levels run to the right; every line is one step of the search tree, thicker the more simulations passed it.",
                ),
            ),
            _picture(
                "strips",
                "Per level",
                (
                    "Line: mean or number; band: range, or one standard deviation; dashed: threshold, bound, or what is exact.",
                    "Line: mean or number over the nodes of the level; band: range.",
                ),
                # The scripts fill it: what there is to choose from depends on the planner.
                html.Div(id="chooser", role="group", **{"aria-label": "Strips shown"}),
            ),
            _picture(
                "weights",
                "Weights",
                ("Normalised weight of every particle at every level.", "Visits of every node; a node covers the rows of all its leaves."),
            ),
        ],
    )


def right() -> html.Aside:
    """The decision at the root, and the particle that is pointed at or selected."""
    decision = html.Section(
        id="decision-panel",
        className="panel",
        children=[
            _heading(
                "Root decision", ("What the planner makes of the actions at the state it stands in.",) * 2, html.Span(id="judge", className="badge")
            ),
            # The scripts write what the marks mean: it depends on what is known of the actions.
            html.P(id="decision-key", className="key"),
            # A `dcc.Graph` in the layout is what makes Dash load plotly.js.
            dcc.Graph(id="decision", config={"displayModeBar": False, "responsive": True}, figure=_empty_figure()),
            html.Dl(id="decision-numbers"),
            html.P(id="decision-note", className="hint"),
        ],
    )
    particle = html.Section(
        id="particle-panel",
        className="panel",
        children=[
            _heading(
                "Particle",
                (
                    "One particle's path, step by step, with the three parts of its weight.",
                    "The steps that lead to one node, with what the search makes of each.",
                ),
            ),
            html.Div(id="particle"),
        ],
    )
    return html.Aside(id="right", **{"aria-label": "Numbers"}, children=[decision, _seeds(), particle])


def _seeds() -> html.Section:
    """The same plan with many seeds; folded to its heading until somebody asks."""
    counts = html.Select(
        className="seeds-count", children=[html.Option(f"{n}", value=f"{n}", selected=n == 64) for n in SEEDS], **{"aria-label": "How many seeds"}
    )
    buttons = [
        html.Button("plan", className="quiet seeds-plan", title="Plan from this state with other randomness, everything else the same"),
        html.Button("cancel", className="quiet seeds-cancel", hidden=True),
        html.Button("close", className="quiet seeds-close", hidden=True),
    ]
    return html.Section(
        id="seeds-panel",
        className="panel",
        children=[
            _heading("Many seeds", ("How much of the decision is the state's, and how much is luck.",) * 2, counts, *buttons),
            html.P(className="hint seeds-note", role="status", **{"aria-live": "polite"}),
            html.P(className="key seeds-key", hidden=True),
            html.Div(
                className="seeds-figure",
                hidden=True,
                children=[dcc.Graph(id="seeds", config={"displayModeBar": False, "responsive": True}, figure=_empty_figure())],
            ),
        ],
    )


def _heading(title: str, help: Help, *more: Component) -> html.Div:
    particles, tree = help
    note = html.Span(className="panel-note", id=f"{title.lower().replace(' ', '-')}-note")
    return html.Div(
        className="panel-heading", title=particles, children=[html.H2(title), note, *more], **{"data-particles": particles, "data-tree": tree}
    )


def _picture(name: str, title: str, help: Help, *more: Component) -> html.Section:
    """A stage with two canvases: the picture, and what moves with the pointer over it."""
    stage = html.Div(
        id=name,
        className="stage",
        children=[
            html.Canvas(className="base", role="img", **{"aria-label": title}),
            html.Canvas(className="overlay", **{"aria-hidden": "true"}),
        ],
    )
    return html.Section(className=f"panel panel-{name}", children=[_heading(title, help, *more), stage])


def _empty_figure() -> dict[str, object]:
    blank = {"visible": False}
    return {
        "data": [],
        "layout": {
            "xaxis": blank,
            "yaxis": blank,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
        },
    }
