"""The top bar: checkpoint and planner, the transport, and the moment of the episode."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

SPEEDS = (1, 2, 5, 10, 20, 30, 60)

TRANSPORT = {
    "first": "First moment (shift+home)",
    "back": "One environment step back (shift+left)",
    "play": "Play or pause (space)",
    "forward": "One environment step forward (shift+right)",
    "last": "Last visited moment (shift+end)",
}


def top_bar() -> html.Header:
    """Checkpoint, planner, transport, speed, seed, where we are, help."""
    return html.Header(
        id="top",
        children=[
            html.H1("twistscope", id="brand"),
            html.Button("knobs", className="quiet drawer-open", **{"data-do": "drawer"}),
            html.Div(className="field field-checkpoint", children=[_all_checkpoints(), _dropdown("checkpoint", "checkpoint …")]),
            _field("planner", _dropdown("planner", "planner …")),
            html.Div(className="transport", role="group", **{"aria-label": "Transport"}, children=[_button(*b) for b in TRANSPORT.items()]),
            _field("speed", _speed()),
            _field("seed", dcc.Input(id="seed", type="number", min=0, step=1, value=0, debounce=True, **_tools("seed"))),
            html.Div(id="moment"),
            html.Button("?", className="quiet help-open", title="Help (?)", **{"data-do": "help", "aria-label": "Help"}),
        ],
    )


def _field(label: str, control: Component) -> html.Div:
    return html.Div(className=f"field field-{label}", children=[html.Span(label, className="field-label"), control])


def _all_checkpoints() -> html.A:
    """The label of the choice, and the way to the page that shows what there is to choose from."""
    # The scripts add the token to the address where this page was opened with one.
    return html.A("checkpoints", id="to-checkpoints", href="checkpoints", className="page-link", title="All checkpoints: how trained, how good")


def _tools(name: str) -> dict[str, str]:
    return {"className": f"tool tool-{name}"}


def _dropdown(name: str, placeholder: str) -> dcc.Dropdown:
    return dcc.Dropdown(id=name, options=[], placeholder=placeholder, clearable=False, searchable=False, **_tools(name))


def _speed() -> dcc.Dropdown:
    # Without a value of its own: the session's is the truth.
    options = [{"label": f"{speed} /s", "value": speed} for speed in SPEEDS]
    return dcc.Dropdown(id="speed", options=options, placeholder="…", clearable=False, searchable=False, **_tools("speed"))


def _button(name: str, label: str) -> html.Button:
    # The style sheet draws the icon, so that play can turn into pause without a change of the layout.
    return html.Button(className=f"icon icon-{name}", title=label, **{"data-do": name, "aria-label": label})
