"""The exact numbers of a lineage, step by step from the root: the part of a drawing that is about one particle. Plain NumPy.

A lineage is a chain of transitions by `parent`. Its particle also has descendants: slots of later levels that were drawn from it, directly or
indirectly. They end where all of them have no offspring.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

if TYPE_CHECKING:
    from planner.record.drawing import Overview

STEPS = (
    "action", "atom", "terminal", "revived", "log_prior", "log_proposal", "reward", "continuation", "value", "next_value", "kl", "kl_bound",
    "temperature", "log_weight",
)  # fmt: skip
"""Arrays of every step of a lineage, where the trace has them."""
CANDIDATES = {"prior": "priors", "proposal": "proposals", "q_value": "q_values", "atoms": "atoms"}
"""Arrays of a trace over the candidate actions of each step, on request (`atoms`) -> their names in a drawing."""


def lineage_ids(plan: Overview, level: int, slot: int) -> Int[np.ndarray, "S"]:
    """Ids (i32) of the transitions of a particle's lineage, from the root on.

    A particle that has ended is represented by the step that ended it.
    """
    own = level * plan.slots + slot
    line: list[int] = []
    node = own if plan.alive[own] else int(plan.parent[own])
    while node >= 0:
        line.append(node)
        node = int(plan.parent[node])
    return np.array(line[::-1], np.int32)


def lineage(plan: Overview, level: int, slot: int, name: str = "lineage") -> dict[str, np.ndarray]:
    """The numbers of a particle and its steps, as arrays `NAME/…` of a drawing (docs/api.md, Drawings)."""
    ids = lineage_ids(plan, level, slot)
    take = lambda array: array.reshape(plan.parent.size, *array.shape[2:])[ids]
    steps = {of: take(plan.arrays[of]) for of in STEPS if of in plan.arrays}
    candidates = {of: take(plan.arrays[array]) for array, of in CANDIDATES.items() if array in plan.arrays}
    own = {
        "offspring": plan.diagnostics["offspring"].ravel()[ids],
        "level": ids // np.int32(plan.slots),
        "slot": ids % np.int32(plan.slots),
        "fate": fate(plan.arrays, level, slot),
    }
    return {f"{name}/{of}": array for of, array in {**steps, **candidates, **own}.items()}


def fate(arrays: Mapping[str, np.ndarray], level: int, slot: int) -> Int[np.ndarray, "3"]:
    """Last level with a descendant of a particle, itself included; the number of descendants there; and the last level that it could have reached.

    That is the last level of the plan, or of its round where particles restart at the root. i32.
    """
    ancestor, last = arrays["ancestor"], int(round_ends(arrays)[level])
    descends = np.zeros(ancestor.shape[1], bool)
    descends[slot] = True
    at = level
    while at < last and (following := descends[ancestor[at]]).any():
        descends = following
        at += 1
    return np.array([at, descends.sum(), last], np.int32)


def fates(arrays: Mapping[str, np.ndarray]) -> tuple[Int[np.ndarray, "T N"], Int[np.ndarray, "T N"]]:
    """The first two numbers of `fate` for every particle at once, i32."""
    ancestor, ends = arrays["ancestor"], round_ends(arrays)
    levels, slots = ancestor.shape
    reached = np.repeat(np.arange(levels, dtype=np.int32)[:, None], slots, 1)
    count = np.ones((levels, slots), np.int32)
    for level in range(levels - 2, -1, -1):
        if ends[level] == level:
            continue
        drawn_from = ancestor[level]
        np.maximum.at(reached[level], drawn_from, reached[level + 1])
        count[level][reached[level] > level] = 0
        farthest = reached[level + 1] == reached[level][drawn_from]
        np.add.at(count[level], drawn_from[farthest], count[level + 1][farthest])
    return reached, count


def round_ends(arrays: Mapping[str, np.ndarray]) -> Int[np.ndarray, "T"]:
    """Last level of the round of each level: of the plan, unless particles restart at the root."""
    levels = arrays["parent"].shape[0]
    at_root = ((arrays["parent"] < 0) & arrays["alive"] & ~arrays["revived"]).all(1)
    starts = np.append(np.flatnonzero(at_root[1:]) + 1, levels)
    return starts[np.searchsorted(starts, np.arange(levels), side="right")] - 1
