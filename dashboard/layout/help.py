"""The help overlay: what one sees, and the keys."""

from __future__ import annotations

from dash import html

KEYS = (
    ("space", "play or pause"),
    ("← →", "previous, next level"),
    ("home end", "first, last level"),
    ("shift ← →", "one environment step back, forward"),
    ("shift home end", "first, last visited moment"),
    ("esc", "drop the selection"),
    ("?", "this help"),
)

SIGHTS = (
    (
        "Genealogy",
        "Each line is one step of one particle. Colour: the first action of its lineage. Opacity: its weight. Thick: it has descendants among "
        "the last particles. A dagger: the episode ended there. A ring: it was revived. A thin upright line: resampled after this level.",
    ),
    ("World", "The same particles over the picture of the state that is planned from. The right half shows their paths magnified."),
    (
        "Per level",
        "ESS says how many particles still count; root ancestors, how many first steps are still represented; KL, how far the proposal left "
        "the prior, against the trust region's bound; temperature, what the proposal divides Q by.",
    ),
    (
        "Root decision",
        "Prior: the network's policy. Proposal: what first actions are drawn from. Improved policy: what the plan makes of them. Q-hat: mean "
        "value of the particles that began with the action. Dotted line: V(s₀), the network's value of this state; solid line: the value target.",
    ),
    ("Particle", "Point at any particle to see its path and numbers everywhere; click to keep it. Click an action's name to single it out."),
)


def help_dialog() -> html.Dialog:
    """Opened by the help button and by `?`."""
    return html.Dialog(
        id="help",
        **{"aria-label": "Help"},
        children=[
            html.Div(className="panel-heading", children=[html.H2("What you see"), html.Button("close", className="quiet", **{"data-do": "help"})]),
            html.Dl([part for title, text in SIGHTS for part in (html.Dt(title), html.Dd(text))]),
            html.H2("Keys"),
            html.Dl(className="keys", children=[part for keys, text in KEYS for part in (html.Dt(html.Kbd(keys)), html.Dd(text))]),
        ],
    )
