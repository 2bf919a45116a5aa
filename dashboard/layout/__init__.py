"""Layout of the page: its parts. Nothing here calls the backend: the knobs come with the first callback."""

from __future__ import annotations

from dash import dcc, html

from dashboard.layout.help import help_dialog
from dashboard.layout.panels import centre, right
from dashboard.layout.top_bar import top_bar

__all__ = ["page"]


def page() -> html.Div:
    """The whole page: top bar, knobs, pictures, numbers, and the sentence at the bottom."""
    return html.Div(
        id="page",
        children=[
            dcc.Store(id="catalogue"),
            # Asks the backend for its checkpoints and planners until it answers.
            dcc.Interval(id="catalogue-retry", interval=1500),
            top_bar(),
            # Both belong to the scripts: what must not be overlooked; what was refused, and why.
            html.Div(id="banner", role="status", **{"aria-live": "polite"}),
            html.Div(id="notice", role="alert"),
            html.Div(className="columns", children=[_knob_drawer(), centre(), right()]),
            _bottom_bar(),
            help_dialog(),
        ],
    )


def _knob_drawer() -> html.Aside:
    """The knobs; on a narrow page a drawer, which the button in the top bar opens."""
    heading = html.Div(
        className="drawer-heading",
        children=[
            html.H2("Knobs"),
            html.Button("reset all", className="quiet", hidden=True, **{"data-reset": "*"}),
            html.Button("close", className="quiet drawer-close", **{"data-do": "drawer"}),
        ],
    )
    waiting = html.P("Waiting for the planners …", className="hint")
    return html.Aside(id="drawer", **{"aria-label": "Knobs"}, children=[heading, html.Div(id="knobs", children=waiting)])


def _bottom_bar() -> html.Footer:
    facts = ("connection", "device", "plan-ms", "queue")
    return html.Footer(
        id="bottom",
        children=[
            html.P(id="narration", **{"aria-live": "polite"}),
            html.Div(className="facts", children=[html.Span(id=f"fact-{fact}") for fact in facts]),
        ],
    )
