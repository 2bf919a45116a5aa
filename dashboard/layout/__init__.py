"""The parts of the page that Dash makes: the top bar and the knobs. The microscope itself is built by the modules in `assets/js`."""

from __future__ import annotations

from dash import dcc, html

from dashboard.layout.top_bar import top_bar

__all__ = ["page"]


def page() -> html.Div:
    """Top bar and knobs. Nothing here asks the backend: choices and knobs come with the first callbacks."""
    return html.Div(
        id="page",
        children=[
            # Asks for the catalogue until there is one.
            dcc.Interval(id="catalogue-retry", interval=1500),
            # The planner whose knobs are built, as the scripts say.
            dcc.Store(id="planner-shown"),
            top_bar(),
            _knob_drawer(),
        ],
    )


def _knob_drawer() -> html.Aside:
    """The knobs; on a narrow page a drawer, which the button in the top bar opens."""
    heading = html.Div(
        className="drawer-heading",
        children=[
            html.H2("Knobs"),
            # The scripts say of which group, on pages that show one at a time (assets/js/controls/knob_groups.js).
            html.Button("reset group", className="quiet knob-group-reset", hidden=True, **{"data-reset": ""}),
            html.Button("reset all", className="quiet", hidden=True, **{"data-reset": "*"}),
            html.Button("close", className="quiet drawer-close", **{"data-do": "drawer"}),
        ],
    )
    # The scripts put their own controls above the knobs (assets/js/controls/knob_tools.js).
    waiting = html.P("Waiting for the planners …", className="hint")
    return html.Aside(id="drawer", **{"aria-label": "Knobs"}, children=[heading, html.Div(id="knob-tools"), html.Div(id="knobs", children=waiting)])
