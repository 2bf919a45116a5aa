"""The top bar: checkpoint and planner, the transport, and the moment of the episode."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.layout.choice import choice

SPEEDS = (1, 2, 5, 10, 20, 30, 60)

SEED = "Another seed begins another episode. How this moment would be decided with other random numbers: Many seeds, or how sure?"

TRANSPORT = {
    "first": "First moment (shift+home)",
    "back": "One environment step back (shift+left)",
    "play": "Play or pause (space)",
    "forward": "One environment step forward (shift+right)",
    "last": "Last visited moment (shift+end)",
    "restart": "Reset: begin the episode again",
}


def top_bar() -> html.Header:
    """Checkpoint, planner, transport, speed, seed, where we are, help."""
    return html.Header(
        id="top",
        children=[
            html.H1("twistscope", id="brand"),
            html.Button("knobs", className="quiet drawer-open", **{"data-do": "drawer"}),
            _pages(),
            html.Div(className="field field-checkpoint", children=[choice("checkpoint", id="checkpoint")]),
            _field("planner", choice("planner", id="planner")),
            html.Div(
                id="transport", className="transport", role="group", **{"aria-label": "Transport"}, children=[_button(*b) for b in TRANSPORT.items()]
            ),
            _field("speed", choice("speed", ((f"{speed} /s", speed) for speed in SPEEDS), id="speed")),
            # The scripts put their own field here (assets/js/controls/number_field.js).
            _field("seed", html.Div(id="seed-place"), title=SEED),
            # A pointer finds here what ctrl-k is for keys.
            html.Div(id="moment", title="Go to a step by its number (ctrl k)", **{"data-do": "find"}),
            html.Button("record", className="quiet record-open", title="Record this session, and replay recordings (r)", **{"data-do": "recordings"}),
            html.Button("plan again", className="quiet again-open", title="Plan again from this frame, live", **{"data-do": "again"}),
            html.Button("share", className="quiet share-open", title="A link to this moment (l)", **{"data-do": "share"}),
            html.Button(className="quiet find-open", title="Find by name (ctrl k)", **{"data-do": "find", "aria-label": "Find"}),
            html.Button(className="quiet view-open", title="View: theme, size, panels (v)", **{"data-do": "view", "aria-label": "View"}),
            html.Button("?", className="quiet help-open", title="Help (?)", **{"data-do": "help", "aria-label": "Help"}),
        ],
    )


def _field(label: str, control: Component, **more: str) -> html.Div:
    return html.Div(className=f"field field-{label}", children=[html.Span(label, className="field-label"), control], **more)


def _pages() -> html.Nav:
    """Links to the other pages. The last one is also the label of the choice that follows it."""
    # The scripts add what is chosen here, for the way back.
    links = (
        html.A("lessons", id="to-lessons", href="lessons", className="page-link", title="Lessons: what the planner does, step by step"),
        html.A("checkpoints", id="to-checkpoints", href="checkpoints", className="page-link", title="All checkpoints: how trained, how good"),
    )
    return html.Nav(links, className="pages", **{"aria-label": "Pages"})


def _button(name: str, label: str) -> html.Button:
    # The style sheet draws the icon, so that play can turn into pause without a change of the layout.
    return html.Button(className=f"icon icon-{name}", title=label, **{"data-do": name, "aria-label": label})
