"""The pictures and numbers: frames for the canvases that the scripts draw on, and the root decision."""

from __future__ import annotations

from dash import dcc, html


def centre() -> html.Main:
    """World, genealogy, strips and weights, one above the other; the last three share their level axis."""
    return html.Main(
        id="centre",
        children=[
            _picture("world", "World", "Every particle's path over the state it was planned from."),
            _picture("genealogy", "Genealogy", "Levels run to the right, slots downwards; every line is one step of one particle."),
            _picture("strips", "Per level", "ESS, unique root ancestors, KL against its bound, and temperature, level by level."),
            _picture("weights", "Weights", "Normalised weight of every particle at every level."),
        ],
    )


def right() -> html.Aside:
    """The decision at the root, and the particle that is pointed at or selected."""
    decision = html.Section(
        id="decision-panel",
        className="panel",
        children=[
            _heading("Root decision", "What the planner makes of the actions at the state it stands in."),
            html.P(className="key", children=[*_swatch("prior"), *_swatch("proposal"), *_swatch("improved policy"), html.Span("Q-hat")]),
            # A `dcc.Graph` in the layout is what makes Dash load plotly.js.
            dcc.Graph(id="decision", config={"displayModeBar": False, "responsive": True}, figure=_empty_figure()),
            html.Dl(id="decision-numbers"),
            html.P(id="decision-note", className="hint"),
        ],
    )
    particle = html.Section(
        id="particle-panel",
        className="panel",
        children=[_heading("Particle", "One particle's path, step by step, with the three parts of its weight."), html.Div(id="particle")],
    )
    return html.Aside(id="right", **{"aria-label": "Numbers"}, children=[decision, particle])


def _swatch(name: str) -> tuple[html.Span, str]:
    return html.Span(className=f"swatch swatch-{name.split()[0]}"), name


def _heading(title: str, help: str) -> html.Div:
    note = html.Span(className="panel-note", id=f"{title.lower().replace(' ', '-')}-note")
    return html.Div(className="panel-heading", title=help, children=[html.H2(title), note])


def _picture(name: str, title: str, help: str) -> html.Section:
    """A stage with two canvases: the picture, and what moves with the pointer over it."""
    stage = html.Div(
        id=name,
        className="stage",
        children=[
            html.Canvas(className="base", role="img", **{"aria-label": title}),
            html.Canvas(className="overlay", **{"aria-hidden": "true"}),
        ],
    )
    return html.Section(className=f"panel panel-{name}", children=[_heading(title, help), stage])


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
