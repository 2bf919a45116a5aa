"""Knobs from a planner's settings, as `GET /planners` describes them.

They are built without values: those are the session's, and come from the scripts. A knob built with a default would look as if it had been turned.
"""

from __future__ import annotations

from math import log10
from typing import Any

from dash import dcc, html

GROUPS = ("budget", "trust region", "weights", "values", "resampling", "targets")

# Sizes people compile for; the server takes any, and a value from elsewhere is added to the list by the page.
BUCKETS = {"particles": [2**k for k in range(13)], "depth": [1, 2, 4, 8, 16, 24, 32, 48, 64]}

# Where neither the setting nor its description of a knob has an upper end.
OPEN_END = 100

Setting = dict[str, Any]


def knobs(settings: list[Setting]) -> list[html.Details]:
    """One collapsible group after the other; a group this page does not know of comes last."""
    others = [s["group"] for s in settings if s["group"] not in GROUPS]
    groups = [*GROUPS, *dict.fromkeys(others)]
    return [_group(name, members) for name in groups if (members := [s for s in settings if s["group"] == name])]


def _group(name: str, settings: list[Setting]) -> html.Details:
    reset = html.Button("reset", className="quiet", hidden=True, title=f"Back to the defaults of {name}", **{"data-reset": name})
    return html.Details(open=True, className="knob-group", children=[html.Summary([html.Span(name), reset]), *map(_knob, settings)])


def _knob(setting: Setting) -> html.Div:
    name = setting["name"]
    # The scripts write the value (it is the server's, not the component's) and hide the knob where it does not apply: with all of its
    # knobs hidden, a group is too.
    label = html.Div(className="knob-label", children=[html.Span(setting["label"]), html.Span(className="knob-value", **{"data-value": name})])
    control, shape = _control(setting)
    return html.Div(className=f"knob knob-{shape}", title=setting["help"], children=[label, control], **{"data-knob": name})


def _control(setting: Setting) -> tuple[Any, str]:
    identity = {"type": "knob", "name": setting["name"]}
    if setting["type"] == "boolean":
        return dcc.Checklist(id=identity, options=[{"label": "", "value": "on"}], value=None), "switch"
    if setting["type"] == "choice":
        options = [{"label": choice.replace("_", " "), "value": choice} for choice in setting["choices"]]
        return _dropdown(identity, options), "choice"
    if setting["kind"] == "shape":
        low, high = setting.get("minimum", 1), setting.get("maximum", 2**16)
        sizes = [size for size in BUCKETS.get(setting["name"], BUCKETS["particles"]) if low <= size <= high]
        return _dropdown(identity, [{"label": f"{size}", "value": size} for size in sizes]), "choice"
    return _slider(identity, setting), "slider"


def _dropdown(identity: dict[str, str], options: list[dict[str, Any]]) -> dcc.Dropdown:
    return dcc.Dropdown(id=identity, options=options, clearable=False, searchable=False)


def _slider(identity: dict[str, str], setting: Setting) -> dcc.Slider:
    """A slider in the setting's own unit, or in its decimal logarithm where the scale is one."""
    low, high = knob_range(setting)
    step: float = 1 if setting["type"] == "integer" else (high - low) / 1000
    if setting["scale"] == "log":
        low, high = log10(low), log10(high)
        step = 0.01
    return dcc.Slider(id=identity, min=low, max=high, step=step, marks=None, updatemode="drag", allow_direct_input=False, included=True)


def knob_range(setting: Setting) -> tuple[float, float]:
    """Range of the slider: the setting's own range, narrowed or closed where it is open."""
    ends = {"low": ("knob_minimum", "minimum", "exclusive_minimum"), "high": ("knob_maximum", "maximum")}
    low = next((setting[end] for end in ends["low"] if end in setting), 0)
    high = next((setting[end] for end in ends["high"] if end in setting), OPEN_END)
    if setting["scale"] == "log" and low <= 0:
        low = high / 1e6
    return low, high
