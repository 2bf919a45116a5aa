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

PARTICLES = (
    (
        "Genealogy",
        "Each line is one step of one particle. Colour: the first action of its lineage. Opacity: its weight. Thick: it has descendants among "
        "the last particles. A dagger: the episode ended there. A ring: it was revived. A thin upright line: resampled after this level. A bar "
        "under the levels: what one particle decided for all that are left.",
    ),
    ("World", "The same particles over the picture of the state that is planned from. The right half shows their paths magnified."),
    (
        "Per level",
        "The small buttons choose what is shown. ESS and perplexity say how many particles still count; root ancestors, how many first steps are "
        "still represented; KL, how far the proposal left the prior, against the trust region's bound; log-evidence, what the weights come to.",
    ),
    (
        "Root decision",
        "Prior: the network's policy. Proposal: what first actions are drawn from. Improved policy: what the plan makes of them. Q-hat: mean "
        "value of the particles that began with the action. Dotted line: V(s₀), the network's value of this state; solid line: the value target.",
    ),
    ("Particle", "Point at any particle to see its path and numbers everywhere; click to keep it. Click an action's name to single it out."),
)

TREE = (
    (
        "Genealogy",
        "Each line is one step of the search tree. Colour: the first action. Thick and opaque: many simulations passed it. A dagger: the episode "
        "ended there.",
    ),
    ("World", "The paths of the tree over the picture of the state that is planned from. The right half shows them magnified."),
    ("Per level", "The small buttons choose what is shown: nodes, simulations that get so far, the share of the most visited node, and Q."),
    (
        "Root decision",
        "Prior: the network's policy. Visits: the share of the simulations that began with the action. Improved policy: what the search makes of "
        "them. Q-hat: mean return of those simulations. Dotted line: V(s₀), the network's value of this state; solid line: the value target.",
    ),
    ("Node", "Point at any node to see the steps that lead to it and their visits; click to keep it. Click an action's name to single it out."),
)

BOTH = (
    (
        "Exact answers",
        "Where the environment is small enough to be solved, diamonds show the exact posterior and Q, crosses the optimal Q. Knobs let exact values "
        "stand in for the network's, with as much error as you like.",
    ),
    (
        "Many seeds",
        "The same plan with other randomness: how much of the decision is the state's, and how much is luck. The star is the plan you see.",
    ),
)


def help_dialog() -> html.Dialog:
    """Opened by the help button and by `?`."""
    return html.Dialog(
        id="help",
        **{"aria-label": "Help"},
        children=[
            html.Div(className="panel-heading", children=[html.H2("What you see"), html.Button("close", className="quiet", **{"data-do": "help"})]),
            # The style sheet shows those of the planner's kind.
            _list(PARTICLES, **{"data-kind": "particles"}),
            _list(TREE, **{"data-kind": "tree"}),
            _list(BOTH),
            html.H2("Keys"),
            html.Dl(className="keys", children=[part for keys, text in KEYS for part in (html.Dt(html.Kbd(keys)), html.Dd(text))]),
        ],
    )


def _list(entries: tuple[tuple[str, str], ...], **attributes: str) -> html.Dl:
    return html.Dl([part for title, text in entries for part in (html.Dt(title), html.Dd(text))], **attributes)
