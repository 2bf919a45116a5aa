"""The states of a lineage as pictures, with the numbers of each step: what a film strip shows."""

from typing import Any

import numpy as np

from planner.core.trace import state_at
from planner.environments import Environment
from planner.record.drawing import Particle, within
from planner.record.lineage import lineage_ids
from planner.record.record import Record
from planner.record.tree_drawing import TreeOverview

OF_PARTICLES = {"reward": "reward", "value": "next_value", "log_weight": "log_weight"}
OF_TREES = {"reward": "reward", "q_value": "q_value", "visits": "visits"}
"""Numbers of a step -> the arrays of a trace that they are from."""


class NoStatesError(ValueError):
    """The record was made without its states."""


def film_strip(record: Record, root_state: Any, environment: Environment, particle: Particle = None) -> dict[str, Any]:
    """Scenes and numbers along the lineage of a particle, or of a node of a search tree (docs/api.md, Film strips).

    Args:
      record: made with `states`.
      root_state: the state that was planned from, of host arrays.
      particle: level and slot, chosen as for a drawing.

    Raises:
      NoStatesError: the record has no states.
    """
    if not any(name.startswith("state/") for name in record.arrays):
        raise NoStatesError("this plan was made without its states")
    plan, arrays = record.overview, record.arrays
    if isinstance(plan, TreeOverview):
        level, node = plan.find(particle)
        nodes = plan.line(node)
        slot, ids, numbers = (int(plan.slot[node]) if node >= 0 else 0), plan.ids[nodes], OF_TREES
        levels, slots = plan.level[nodes], plan.slot[nodes]
    else:
        level, slot = within(plan, particle)
        ids, numbers = lineage_ids(plan, level, slot), OF_PARTICLES
        levels, slots = ids // plan.slots, ids % plan.slots
    steps = [
        {
            "level": int(at),
            "slot": int(own),
            "terminal": bool(arrays["terminal"].flat[id]),
            **{name: _finite(arrays[array].flat[id]) for name, array in numbers.items()},
            "scene": environment.scene(state_at(arrays, root_state, int(id))),
        }
        for at, own, id in zip(levels, slots, ids, strict=True)
    ]
    root = {"value": _finite(arrays["root_value"]), "scene": environment.scene(root_state)}
    return {"level": int(level), "slot": int(slot), "root": root, "steps": steps}


def _finite(value: Any) -> float | int | None:
    """A number as JSON has it; None where it is not finite."""
    number = np.asarray(value).item()
    return number if np.isfinite(number) else None
