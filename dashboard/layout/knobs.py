"""Knobs from a planner's settings, as `GET /planners` describes them, with the ends, scale and sizes of each.

They are built without values: those are the session's, and come from the scripts. A knob built with a default would look as if it had been changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log10
from typing import Any

from dash import dcc, html

from dashboard.layout.choice import choice

Setting = dict[str, Any]

EQUATIONS = re.compile(r"\(E\d+\)(?:-\(E\d+\))?")


def knobs(settings: list[Setting], groups: Sequence[str]) -> list[html.Details]:
    """One collapsible group after the other."""
    return [_group(name, members) for name in groups if (members := [s for s in settings if s["group"] == name])]


def _group(name: str, settings: list[Setting]) -> html.Details:
    reset = html.Button("reset", className="quiet", hidden=True, title=f"Back to the defaults of {name}", **{"data-reset": name})
    children = [html.Summary([html.Span(name), reset]), *map(_knob, settings)]
    return html.Details(open=True, className="knob-group", children=children, **{"data-group": name})


def _knob(setting: Setting) -> html.Div:
    name = setting["name"]
    # The scripts write the value (it is the server's, not the component's) and hide the knob where it does not apply: with all of its
    # knobs hidden, a group is too.
    naming = {"data-reset-knob": name, "aria-label": f"{setting['label']}: reset"}
    reset = html.Button(
        "↺",
        className="quiet knob-reset",
        hidden=True,
        title="Back to its default",
        **naming,
    )
    equations = _equations(setting["enters"])
    words = html.Span([html.Span(setting["label"], className="knob-name"), " ", equations, reset])
    value = html.Span(className="knob-value", title="A click, or a digit on the slider: type a value", **{"data-value": name})
    label = html.Div(className="knob-label", children=[words, value])
    control, shape = _control(setting)
    return html.Div(className=f"knob knob-{shape}", title=setting["help"], children=[label, control], **{"data-knob": name})


def _equations(enters: str) -> html.A | html.Span:
    """The equations of a place in the method, such as E1–E3 of "(E1)-(E3) at level 0", as a link: little room is left beside a name."""
    numbers = " ".join(EQUATIONS.findall(enters)).replace("(", "").replace(")", "").replace("-", "–")
    title = f"Enters {enters} of the method"
    if not numbers:
        return html.Span(className="knob-equation", title=title)
    # The tab key goes from knob to knob; the help leads to the method, too.
    address = "method#" + re.split("[ –]", numbers)[0]
    return html.A(numbers, href=address, target="_blank", className="knob-equation", title=f"{title}: read it there", tabIndex=-1)


def _control(setting: Setting) -> tuple[Any, str]:
    identity = {"type": "knob", "name": setting["name"]}
    if setting["type"] == "boolean":
        return dcc.Checklist(id=identity, options=[{"label": "", "value": "on"}], value=None), "switch"
    if setting["type"] == "choice":
        return choice(setting["label"], ((name.replace("_", " "), name) for name in setting["choices"])), "choice"
    if setting["kind"] == "shape":
        # The server takes any size; the scripts add one from elsewhere to the list.
        return choice(setting["label"], ((f"{size}", size) for size in setting["knob"]["sizes"])), "choice"
    return _slider(identity, setting["knob"]), "slider"


def _slider(identity: dict[str, str], knob: dict[str, Any]) -> dcc.Slider:
    """A slider in the setting's own unit, or in its decimal logarithm where the scale is one."""
    low, high = knob["minimum"], knob["maximum"]
    if knob["scale"] == "log":
        low, high = log10(low), log10(high)
    return dcc.Slider(id=identity, min=low, max=high, step=knob["step"], marks=None, updatemode="drag", allow_direct_input=False, included=True)
