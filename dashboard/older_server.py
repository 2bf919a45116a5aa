"""Answers of a backend of version 0.1, in the form of this one. To be deleted with the next minor version."""

from __future__ import annotations

from typing import Any

SIZES = {"particles": [2**k for k in range(13)], "depth": [1, 2, 4, 8, 16, 24, 32, 48, 64]}


def upgraded(planners: dict[str, Any]) -> dict[str, Any]:
    """The answer of `GET /planners` with knobs and groups."""
    if "groups" in planners:
        return planners
    described = [{**planner, "settings": [{**s, "knob": _knob(s)} for s in planner["settings"]]} for planner in planners["planners"]]
    groups = ["budget", "trust region", "weights", "values", "resampling", "targets"]
    return {"first": "trt_smc", "groups": groups, "planners": described}


def _knob(setting: dict[str, Any]) -> dict[str, Any] | None:
    if setting["type"] not in ("integer", "number"):
        return None
    low = next((setting[end] for end in ("knob_minimum", "minimum", "exclusive_minimum") if end in setting), 0)
    high = next((setting[end] for end in ("knob_maximum", "maximum") if end in setting), 100)
    low = high / 1e6 if setting["scale"] == "log" and low <= 0 else low
    step = 1 if setting["type"] == "integer" else 0.01 if setting["scale"] == "log" else (high - low) / 1000
    sizes = [size for size in SIZES.get(setting["name"], SIZES["particles"]) if low <= size <= high]
    return {"minimum": low, "maximum": high, "scale": setting["scale"], "step": step, "sizes": sizes}
