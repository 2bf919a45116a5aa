"""The arrays that every trace has, with their shapes (docs/trace.md)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.record.container import TraceError

PARTICLES = {
    **dict.fromkeys(("parent", "ancestor", "branch", "depth", "alive", "terminal", "revived", "log_prior", "log_proposal", "reward"), "TN"),
    **dict.fromkeys(("continuation", "value", "next_value", "log_weight", "kl", "kl_bound", "temperature"), "TN"),
    **dict.fromkeys(("resampled", "ess", "log_evidence"), "T"),
    **dict.fromkeys(("slot_policy", "slot_value"), "N"),
    "action": "TN…",
    "position": "TN2",
    "root_action": "N…",
}
TREE = {
    **dict.fromkeys(("parent", "depth", "visits", "q_value", "prior", "reward", "alive", "terminal"), "M"),
    "action": "M…",
    "position": "M2",
}
ROOT = {
    **dict.fromkeys(("root_prior", "root_proposal", "root_policy", "root_q", "root_visits"), "A"),
    **dict.fromkeys(("root_value", "value_target"), ""),
    "chosen_action": "…",
    "root_position": "2",
}
"""Of both kinds. A letter is one length throughout a trace, a digit itself; "…" is the dimension that only continuous actions have."""


def check(arrays: Mapping[str, np.ndarray], kind: str) -> None:
    """Check that a trace has what every trace of its kind has.

    Raises:
      TraceError: an array is missing, or its shape does not fit those of the others.
    """
    lengths = {"2": 2}
    for name, shape in {**(TREE if kind == "tree" else PARTICLES), **ROOT}.items():
        if name not in arrays:
            raise TraceError(f"the trace is damaged: it has no array {name}")
        found, letters = arrays[name].shape, shape.removesuffix("…")
        if not len(letters) <= len(found) <= len(shape) or 0 in found:
            raise TraceError(f"the trace is damaged: array {name} has shape {list(found)}, which no trace has (docs/trace.md)")
        for letter, length in zip(letters, found, strict=False):
            if lengths.setdefault(letter, length) != length:
                raise TraceError(f"the trace is damaged: array {name} has shape {list(found)}, which does not fit the other arrays")
