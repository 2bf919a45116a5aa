"""The drawing: the part of one plan that a page shows.

A picture has some hundred rows of pixels; a large plan has some thousand slots. A drawing holds three things: statistics of each level over all
slots, the *nodes* (the transitions to draw), and the exact numbers of one particle. Only numbers that are never shown as text lose precision:
weights are stored in half precision, positions on a grid far finer than pixels.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from planner.record.diagnostics import WEIGHT_PARTS, diagnose, normalised_weights, variance_objections
from planner.record.lineage import CANDIDATES, fates, lineage
from planner.record.metadata import Metadata
from planner.record.trail import q_spread, trail

SCHEMA = "twistscope.drawing/1"
NODES = 6144
"""Approximate number of transitions drawn. A plan of 256 particles and 24 levels is drawn completely."""
SURVIVING_SHARE = 0.6
"""Largest share of the nodes of a large plan for surviving lineages; the rest is for lineages that died out."""
ROWS = 256
"""Largest number of rows of the picture of the weights."""
OCTAVES = 4
"""Shades cover 2^-OCTAVES to 2^OCTAVES (1/16 to 16) times the mean weight."""
GRID = 2**16 - 1
NUMBERS = (
    "action", "atom", "log_prior", "log_proposal", "reward", "continuation", "value", "next_value", "kl", "kl_bound", "temperature", "log_weight",
)  # fmt: skip
"""Arrays of every node of a complete drawing, where the trace has them; `flags` has the rest of what a lineage says."""
MOST_CANDIDATES = 2**17
"""Largest number of probabilities, or of Q, of candidate actions in a complete drawing, over all nodes; more are left out."""
DECISION = (
    "root_position", "root_prior", "root_proposal", "root_policy", "root_q", "root_visits", "root_value", "value_target", "chosen_action",
    "root_atoms", "root_gaussian", "chosen_atom",
    "exact/policy", "exact/q", "exact/optimal_q", "exact/value", "exact/optimal_value", "exact/policy_kl",
)  # fmt: skip
"""Arrays copied unchanged from the trace, where it has them."""
ALWAYS = (*DECISION, "ess", "log_evidence", "resampled", "exact/log_evidence")


Particle = tuple[int, int | None] | None
"""Level and slot. A slot of None means the heaviest particle of the level; None means the heaviest of the last level."""


class Overview:
    """The parts common to all drawings of one plan; each is computed once, at its first use."""

    def __init__(self, arrays: Mapping[str, np.ndarray], metadata: Metadata):
        self.arrays, self.metadata = arrays, metadata
        self.levels, self.slots = arrays["parent"].shape
        self.parent = arrays["parent"].ravel()
        self.alive = arrays["alive"].ravel()

    @cached_property
    def weights(self) -> np.ndarray:
        """f32 [T, N] weights normalised over each level; equal where no particle has any weight, as in the planner."""
        return normalised_weights(self.arrays["log_weight"])

    @cached_property
    def diagnostics(self) -> dict[str, np.ndarray]:
        """The diagnostics of docs/trace.md."""
        return diagnose(self.arrays, self.metadata)

    @cached_property
    def root_of(self) -> np.ndarray:
        """[T, N] index of the root action that a transition descends from."""
        return self.arrays.get("root_atom", self.arrays["root_action"])[self.arrays["branch"]]

    @cached_property
    def before(self) -> np.ndarray:
        """i32 [T, N] slot of the previous level that each slot was drawn from; its own at level 0."""
        return np.concatenate([np.arange(self.slots, dtype=np.int32)[None], self.arrays["ancestor"][:-1]])

    @cached_property
    def survivors(self) -> np.ndarray:
        """i32 [T*N] number of particles of the last level that descend from each transition, itself included."""
        counts = np.zeros(self.parent.size, np.int32)
        counts[-self.slots :] = 1
        # Parents have smaller levels, so a backward pass visits all children of a transition before the transition itself.
        for level in range(self.levels - 1, 0, -1):
            here = slice(level * self.slots, (level + 1) * self.slots)
            goes_on = (counts[here] > 0) & (self.parent[here] >= 0)
            np.add.at(counts, self.parent[here][goes_on], counts[here][goes_on])
        return counts

    @cached_property
    def by_level(self) -> dict[str, np.ndarray]:
        """Statistics of each level over all particles."""
        arrays, alive, levels = self.arrays, self.arrays["alive"], np.arange(self.levels)
        actions = arrays["root_policy"].shape[0]
        heaviest = self.weights.argmax(1)
        offspring = self.diagnostics["offspring"]
        return {
            **{name: array for name, array in self.diagnostics.items() if name != "offspring"},
            "offspring": np.stack([(offspring > 0).sum(1), offspring.max(1)], 1).astype(np.int32),
            "living": alive.sum(1, dtype=np.int32),
            "root_counts": np.bincount((levels[:, None] * actions + self.root_of).ravel(), minlength=self.levels * actions)
            .astype(np.int32)
            .reshape(self.levels, actions),
            "heaviest": heaviest.astype(np.int32),
            "heaviest_weight": self.weights[levels, heaviest],
            "kl": spread(arrays["kl"], alive),
            "kl_bound": spread(arrays["kl_bound"], alive),
            "temperature": np.exp(spread(_log(arrays["temperature"]), alive)),
            "endings": (alive & arrays["terminal"]).sum(dtype=np.int32),
            "shades": self.shades(ROWS),
            "extent": self.extent,
            **({} if (spread_of_q := q_spread(arrays, self.metadata)) is None else {"root_q_spread": spread_of_q}),
        }

    @cached_property
    def trail(self) -> dict[str, np.ndarray]:
        """The arrays of trail.py under the names of a drawing."""
        return {f"trail/{name}": array for name, array in trail(self.arrays, self.metadata).items()}

    @cached_property
    def root_mass(self) -> np.ndarray:
        """f32 [T, A] sum of the normalised weights of the particles that descend from each root action."""
        actions = self.arrays["root_policy"].shape[0]
        cells = np.arange(self.levels)[:, None] * actions + self.root_of
        mass = np.bincount(cells.ravel(), weights=self.weights.ravel(), minlength=self.levels * actions)
        return mass.reshape(self.levels, actions).astype(np.float32)

    @cached_property
    def extent(self) -> np.ndarray:
        """f32 [4] box around the root and all steps: x from, x to, y from, y to."""
        ends = []
        # One axis at a time: a reduction over rows of two numbers is thirty times slower.
        for axis, root in zip(self.arrays["position"].reshape(-1, 2).T, self.arrays["root_position"], strict=True):
            reached = np.where(self.alive, axis, root)
            ends += [min(reached.min(), root), max(reached.max(), root)]
        return np.array(ends, np.float32)

    def shades(self, rows: int) -> np.ndarray:
        """u8 [T, rows] logarithm of the weights, 128 for the mean weight. Where there are more slots than rows, a row shows its heaviest slot."""
        rows = min(rows, self.slots)
        starts = -(-np.arange(rows) * self.slots // rows)
        heaviest = np.maximum.reduceat(self.weights, starts, axis=1) * self.slots
        octave = np.log2(np.maximum(heaviest, 2.0 ** -(OCTAVES + 1)))
        return np.round(np.clip((octave + OCTAVES) / (2 * OCTAVES), 0, 1) * 255).astype(np.uint8)

    def heaviest(self, level: int) -> int:
        """Slot of the heaviest particle of a level."""
        return int(self.by_level["heaviest"][level])


def draw(
    plan: Overview,
    particle: Particle = None,
    *,
    other: Particle = None,
    budget: int = NODES,
    complete: bool = False,
    with_trail: bool = False,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and metadata of a drawing.

    Args:
      particle: level and slot of the particle whose exact numbers are included; a slot of None for the heaviest of the level. A level beyond this
        plan is replaced by its last level, a slot beyond it by the heaviest. The drawing names the particle it includes.
      other: a second particle, which is compared with the first; None for none.
      budget: approximate number of transitions drawn.
      complete: include the exact numbers of every drawn transition, for pages without a server.
      with_trail: include the decision as levels go by (trail.py).
    """
    level, slot = within(plan, particle)
    always = {name: plan.arrays[name] for name in ALWAYS if name in plan.arrays}
    compared = [] if other is None else [within(plan, other)]
    ids = choose(plan, budget, *(of * plan.slots + own for of, own in ((level, slot), *compared)))
    arrays = always | plan.by_level | _nodes(plan, ids) | lineage(plan, level, slot) | _particle(plan, level, slot)
    for of, own in compared:
        arrays |= lineage(plan, of, own, "other") | {f"other/{name}": array for name, array in _particle(plan, of, own).items()}
    if with_trail:
        arrays |= plan.trail
    if ids.size < plan.parent.size:
        # The weights of some nodes say nothing about those of all.
        arrays["root_mass"] = plan.root_mass
    if complete:
        arrays |= _numbers(plan, ids)
    header = {"schema": SCHEMA, "levels": plan.levels, "slots": plan.slots}
    return arrays, header | {"weight_parts": list(WEIGHT_PARTS), "variance_objections": variance_objections(plan.metadata)}


def within(plan: Overview, particle: Particle) -> tuple[int, int]:
    """Level and slot of a particle that the plan has, in place of one that it may not have."""
    level, slot = particle if particle is not None else (plan.levels - 1, None)
    level = min(level, plan.levels - 1)
    return level, slot if slot is not None and slot < plan.slots else plan.heaviest(level)


def _particle(plan: Overview, level: int, slot: int) -> dict[str, np.ndarray]:
    """The name of a particle, (level, slot, root action), and its normalised weight."""
    return {"particle": np.array([level, slot, plan.root_of[level, slot]], np.int32), "particle_weight": plan.weights[level, slot]}


def choose(plan: Overview, budget: int, *own: int) -> np.ndarray:
    """Ids of the transitions to draw, in order.

    A plan within the budget is drawn completely. Of a larger plan whole lines are drawn, each from its end back to the root: the lines of `own`, the
    lines of the heaviest particle of each level, and evenly spaced lines of survivors and of lineages that died out.
    """
    if plan.parent.size <= budget:
        return np.arange(plan.parent.size)
    came_from = np.where(plan.alive, plan.parent, _ids_before(plan))
    survives = plan.survivors > 0
    goes_on = np.zeros(plan.parent.size, bool)
    goes_on[plan.parent[plan.alive & (plan.parent >= 0)]] = True
    first = np.arange(plan.levels) * plan.slots
    marks = _lines(plan, came_from, np.append(first + plan.by_level["heaviest"], np.array(own, int)))
    marks |= _some_lines(plan, came_from, first[-1] + np.arange(plan.slots), survives.sum(), int(SURVIVING_SHARE * budget))
    died_out = plan.alive & ~survives
    marks |= _some_lines(plan, came_from, np.flatnonzero(died_out & ~goes_on), died_out.sum(), budget - marks.sum())
    return np.flatnonzero(marks)


def _ids_before(plan: Overview) -> np.ndarray:
    """[T*N] id of the slot that each slot was drawn from; -1 at level 0."""
    ids = plan.before + plan.slots * np.arange(-1, plan.levels - 1, dtype=np.int32)[:, None]
    ids[0] = -1
    return ids.ravel()


def _some_lines(plan: Overview, came_from: np.ndarray, ends: np.ndarray, steps: int, budget: int) -> np.ndarray:
    """Mark every n-th line, with the smallest n that approximately keeps to the budget; `steps` is the total number of steps of all lines."""
    every = max(-(-int(steps) // max(budget, 1)), 1)
    while True:
        marks = _lines(plan, came_from, ends[::every])
        if marks.sum() <= budget or every >= ends.size:
            return marks
        every = max(every + 1, int(every * marks.sum() / max(budget, 1)))


def _lines(plan: Overview, came_from: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Mark the transitions `ends` and all their predecessors; bool [T*N]."""
    marks = np.zeros(plan.parent.size, bool)
    marks[ends] = True
    for level in range(plan.levels - 1, 0, -1):
        here = slice(level * plan.slots, (level + 1) * plan.slots)
        before = came_from[here][marks[here]]
        marks[before[before >= 0]] = True
    return marks


def _nodes(plan: Overview, ids: np.ndarray) -> dict[str, np.ndarray]:
    """The drawn arrays of the transitions `ids`; `parent` is an index among these nodes."""
    arrays = plan.arrays
    number = np.full(plan.parent.size + 1, -1, np.int32)
    number[ids] = np.arange(ids.size)
    killed = arrays["log_weight"].ravel() == -np.inf
    flags = sum(array.ravel()[ids].astype(np.uint8) << bit for bit, array in enumerate((plan.alive, arrays["terminal"], arrays["revived"], killed)))
    x0, x1, y0, y1 = plan.extent
    low, size = np.array([x0, y0]), np.maximum([x1 - x0, y1 - y0], np.finfo(np.float32).tiny)
    places = np.clip((arrays["position"].reshape(-1, 2)[ids] - low) / size, 0, 1)
    return {
        "level_start": np.searchsorted(ids, np.arange(plan.levels + 1) * plan.slots).astype(np.int32),
        "slot": smallest(ids % plan.slots),
        # The root's id, -1, selects the last entry of `number`.
        "parent": smallest(number[plan.parent[ids]]),
        "before": smallest(plan.before.ravel()[ids]),
        "root": smallest(plan.root_of.ravel()[ids]),
        "flags": np.asarray(flags, np.uint8),
        "survivors": smallest(plan.survivors[ids]),
        "weight": np.minimum(plan.weights.ravel()[ids] * plan.slots, np.finfo(np.float16).max).astype(np.float16),
        "place": np.round(places * GRID).astype(np.uint16),
    }


def _numbers(plan: Overview, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays `node/…`: the numbers that `lineage` gives for one particle, for every drawn transition."""
    take = lambda array: array.reshape(plan.parent.size, *array.shape[2:])[ids]
    numbers = {name: take(plan.arrays[name]) for name in NUMBERS if name in plan.arrays}
    reached, descendants = (smallest(take(array)) for array in fates(plan.arrays))
    own = {"offspring": smallest(take(plan.diagnostics["offspring"])), "reached": reached, "descendants": descendants}
    # As many numbers as all else of a complete drawing together, about.
    kept = {name: plan.arrays[name] for name in CANDIDATES if name in plan.arrays and ids.size * plan.arrays[name][0, 0].size <= MOST_CANDIDATES}
    candidates = {CANDIDATES[name]: take(array) for name, array in kept.items()}
    return {f"node/{name}": array for name, array in {**numbers, **candidates, **own}.items()}


def spread(values: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """f64 [T, 3] smallest, mean and largest of the finite values of living particles; NaN where there is none."""
    usable = alive & np.isfinite(values)
    count = usable.sum(1)
    mean = np.where(usable, values, 0).sum(1, dtype=np.float64) / np.maximum(count, 1)
    low, high = np.where(usable, values, np.inf).min(1), np.where(usable, values, -np.inf).max(1)
    return np.where(count[:, None] > 0, np.stack([low, mean, high], 1), np.nan)


def smallest(values: np.ndarray) -> np.ndarray:
    """Convert integers to the smallest dtype that holds them all."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    return values.astype(next(kind for kind in (np.uint8, np.int16, np.uint16, np.int32) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max))


def _log(values: np.ndarray) -> np.ndarray:
    """The logarithm; NaN where it is not defined."""
    return np.log(values.astype(np.float64), out=np.full(values.shape, np.nan), where=values > 0)
