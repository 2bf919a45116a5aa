"""The drawing of a search tree, in the same format as that of particles (`planner.record.drawing`), so that one page draws both.

A level is a depth: level t holds the nodes reached by step t. Every leaf has its own row, in depth-first order. A node is in the middle of the rows
of its leaves, so that no two lines cross. Rows take the place of slots, and visits the place of descendants and weights.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from planner.record.drawing import DECISION, GRID, NODES, ROWS, SCHEMA, Particle, smallest, spread

LINEAGE = ("action", "terminal", "prior", "visits", "q_value", "reward")


class TreeOverview:
    """The parts common to all drawings of one search tree.

    Args:
      arrays: the trace. Simulations that made no node, and those after a terminal state, are omitted.
      budget: number of nodes drawn. The most visited are drawn, of equals the earlier. A parent has at least as many visits as its child and is
        earlier, so the parent of every drawn node is drawn.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], budget: int = NODES):
        self.arrays = arrays
        self.atom = arrays.get("atom", arrays["action"])
        self.steps = np.flatnonzero(arrays["alive"] & (arrays["visits"] > 0))
        most_visited = np.argsort(-arrays["visits"][self.steps], kind="stable")[:budget]
        drawn = np.sort(self.steps[most_visited])
        self.first_row, self.leaves = lay_out(arrays["parent"], self.atom, drawn)
        self.levels = int(arrays["depth"][self.steps].max(initial=0)) + 1
        self.rows = max(int(self.leaves[arrays["parent"][drawn] < 0].sum()), 1)
        slot = self.first_row + (self.leaves - 1) // 2
        order = np.lexsort((slot, arrays["depth"][drawn]))
        self.ids, self.slot = drawn[order], slot[order]
        self.first_row, self.leaves = self.first_row[order], self.leaves[order]
        self.level, self.visits = arrays["depth"][self.ids], arrays["visits"][self.ids]
        self.level_start = np.searchsorted(self.level, np.arange(self.levels + 1)).astype(np.int32)
        self.number = np.full(arrays["parent"].size + 1, -1, np.int32)
        self.number[self.ids] = np.arange(self.ids.size)

    @cached_property
    def root_of(self) -> np.ndarray:
        """[M] root action that each simulation began with."""
        roots: list[int] = []
        for parent, action in zip(self.arrays["parent"].tolist(), self.atom.tolist(), strict=True):
            roots.append(action if parent < 0 else roots[parent])
        return np.array(roots, np.int32)

    @cached_property
    def by_level(self) -> dict[str, np.ndarray]:
        """Statistics of each level over all nodes, drawn or not."""
        visits, depth = self.arrays["visits"][self.steps], self.arrays["depth"][self.steps]
        actions = self.arrays["root_policy"].shape[0]
        passing = np.bincount(depth, visits, self.levels)
        by_action = np.bincount(depth * actions + self.root_of[self.steps], visits, self.levels * actions)
        tops = [self.most_visited(level) for level in range(self.levels)]
        top_visits = np.array([self.visits[top] if top >= 0 else 0 for top in tops])
        return {
            "living": np.bincount(depth, minlength=self.levels).astype(np.int32),
            "passing": passing.astype(np.int32),
            "root_counts": by_action.reshape(self.levels, actions).astype(np.int32),
            "heaviest": np.array([self.slot[top] if top >= 0 else 0 for top in tops], np.int32),
            "heaviest_weight": (top_visits / np.maximum(passing, 1)).astype(np.float32),
            "q_spread": self._q_spread(depth),
            "endings": self.arrays["terminal"][self.steps].sum(dtype=np.int32),
            "simulations": np.int32(self.arrays["parent"].size),
            "shades": self.shades(),
            "extent": self.extent,
        }

    def most_visited(self, level: int) -> int:
        """The most visited node of a level, of equals the upper one; -1 where none is drawn."""
        start, end = self.level_start[level], self.level_start[level + 1]
        return int(start + self.visits[start:end].argmax()) if start < end else -1

    def find(self, particle: Particle) -> tuple[int, int]:
        """Level and node of a particle: where there is no node at its level and slot, the most visited one of the level; -1 where there is none."""
        level, slot = particle if particle is not None else (self.levels - 1, None)
        level = min(level, self.levels - 1)
        asked = np.flatnonzero((self.level == level) & (self.slot == (-1 if slot is None else slot)))
        return level, int(asked[0]) if asked.size else self.most_visited(level)

    def line(self, node: int) -> np.ndarray:
        """Nodes from the root to one, itself included; none for -1."""
        line: list[int] = []
        while node >= 0:
            line.append(node)
            node = int(self.number[self.arrays["parent"][self.ids[node]]])
        return np.array(line[::-1], np.int64)

    def _q_spread(self, depth: np.ndarray) -> np.ndarray:
        """f64 [T, 3] as `spread`, one level at a time because the levels of a tree differ in width."""
        q_value, order = self.arrays["q_value"][self.steps], np.argsort(depth, kind="stable")
        by_level = np.split(q_value[order], np.cumsum(np.bincount(depth, minlength=self.levels))[:-1])
        # A level is empty only if the whole tree is empty.
        spreads = [spread(values[None], np.ones((1, values.size), bool)) for values in by_level if values.size]
        return np.concatenate(spreads) if spreads else np.full((1, 3), np.nan)

    @cached_property
    def extent(self) -> np.ndarray:
        """f32 [4] box around the root and all steps: x from, x to, y from, y to."""
        places = np.vstack([self.arrays["position"][self.steps], self.arrays["root_position"]])
        return np.stack([places.min(0), places.max(0)], 1).ravel().astype(np.float32)

    def shades(self) -> np.ndarray:
        """u8 [T, R] logarithm of the visits, in all rows of a node's leaves: 64 for one visit, 255 for all simulations, 0 where there is no node."""
        count = min(ROWS, self.rows)
        shades = np.zeros((self.levels, count), np.uint8)
        tones = np.round(64 + 191 * np.log(self.visits) / np.log(max(self.arrays["parent"].size, 2))).astype(np.uint8)
        starts, ends = self.first_row * count // self.rows, (self.first_row + self.leaves - 1) * count // self.rows + 1
        for level, start, end, tone in zip(self.level, starts, ends, tones, strict=True):
            np.maximum(shades[level, start:end], tone, out=shades[level, start:end])
        return shades


def lay_out(parent: np.ndarray, action: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First row and number of rows of the nodes `drawn`, given in order and together with their parents."""
    parents, actions = dict(zip(drawn.tolist(), parent[drawn].tolist(), strict=True)), action.tolist()
    leaves = dict.fromkeys(parents, 0)
    # Parents have smaller ids, so a backward pass visits all children of a node before the node itself.
    for node in reversed(parents):
        leaves[node] = leaves[node] or 1
        if parents[node] >= 0:
            leaves[parents[node]] += leaves[node]
    first: dict[int, int] = {}
    free = {-1: 0}
    # For the same reason, a node's rows are known before they are divided among its children.
    for node in sorted(parents, key=lambda node: (parents[node], actions[node])):
        above = parents[node]
        first[node] = free[node] = free[above]
        free[above] += leaves[node]
    in_order = lambda values: np.array([values[node] for node in parents], np.int64)
    return in_order(first), in_order(leaves)


def draw_tree(
    plan: TreeOverview, particle: Particle = None, *, other: Particle = None, complete: bool = False
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and metadata of a drawing, as `planner.record.drawing.draw`.

    Where there is no node at the level and slot of `particle`, the most visited node of the level takes its place.
    """
    always = {name: plan.arrays[name] for name in DECISION if name in plan.arrays}
    level, own = plan.find(particle)
    arrays = always | plan.by_level | _nodes(plan) | _lineage(plan, own) | _particle(plan, level, own)
    if other is not None:
        level, own = plan.find(other)
        arrays |= _lineage(plan, own, "other") | {f"other/{name}": array for name, array in _particle(plan, level, own).items()}
    if complete:
        names = [name for name in (*LINEAGE, "atom") if name != "terminal" and name in plan.arrays]
        arrays |= {f"node/{name}": plan.arrays[name][plan.ids] for name in names}
    return arrays, {"schema": SCHEMA, "levels": plan.levels, "slots": plan.rows, "weight_parts": [], "variance_objections": []}


def _nodes(plan: TreeOverview) -> dict[str, np.ndarray]:
    """The arrays of the nodes, with the same names as for particles."""
    x0, x1, y0, y1 = plan.extent
    low, size = np.array([x0, y0]), np.maximum([x1 - x0, y1 - y0], np.finfo(np.float32).tiny)
    passing = np.maximum(plan.by_level["passing"][plan.level], 1)
    return {
        "level_start": plan.level_start,
        "slot": smallest(plan.slot),
        # The root's id, -1, selects the last entry of `number`.
        "parent": smallest(plan.number[plan.arrays["parent"][plan.ids]]),
        "root": smallest(plan.root_of[plan.ids]),
        "made": smallest(plan.ids),
        "flags": 1 + 2 * plan.arrays["terminal"][plan.ids].astype(np.uint8),
        "survivors": smallest(plan.visits),
        "weight": np.minimum(plan.rows * plan.visits / passing, np.finfo(np.float16).max).astype(np.float16),
        "place": np.round(np.clip((plan.arrays["position"][plan.ids] - low) / size, 0, 1) * GRID).astype(np.uint16),
    }


def _particle(plan: TreeOverview, level: int, own: int) -> dict[str, np.ndarray]:
    """The name of a node, (level, slot, root action), and its share of the level's visits."""
    slot, root, share = (plan.slot[own], plan.root_of[plan.ids[own]], plan.visits[own] / plan.by_level["passing"][level]) if own >= 0 else (0, 0, 0)
    return {"particle": np.array([level, slot, root], np.int32), "particle_weight": np.array(share, np.float32)}


def _lineage(plan: TreeOverview, own: int, name: str = "lineage") -> dict[str, np.ndarray]:
    """The exact numbers of a node and of all its ancestors, from the root, as arrays `NAME/…`."""
    nodes = plan.line(own)
    ids = plan.ids[nodes]
    steps = {of: plan.arrays[of][ids] for of in (*LINEAGE, "atom") if of in plan.arrays}
    own_place = {"level": plan.level[nodes].astype(np.int32), "slot": plan.slot[nodes].astype(np.int32)}
    return {f"{name}/{of}": array for of, array in {**steps, **_candidates(plan, ids), **own_place}.items()}


def _candidates(plan: TreeOverview, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Prior, share of the visits and Q of every action at the states that the steps `ids` were taken from.

    A tree knows only actions that it tried: of others Q is NaN, and so is the prior, except at the root.
    """
    arrays, actions = plan.arrays, plan.arrays["root_policy"].shape[0]
    empty = lambda *more: np.full((ids.size, actions, *more), np.nan, np.float32)
    priors, q_values, visits = empty(), empty(), np.zeros((ids.size, actions), np.float32)
    atoms = empty(*arrays["action"].shape[1:]) if "atom" in arrays else None
    for row, step in enumerate(ids):
        tried = plan.steps[arrays["parent"][plan.steps] == arrays["parent"][step]]
        at = plan.atom[tried]
        visits[row, at], q_values[row, at], priors[row, at] = arrays["visits"][tried], arrays["q_value"][tried], arrays["prior"][tried]
        if arrays["parent"][step] < 0:
            priors[row] = arrays["root_prior"]
        if atoms is not None:
            atoms[row, at] = arrays["action"][tried]
    shares = visits / np.maximum(visits.sum(1, keepdims=True), 1)
    return {"priors": priors, "shares": shares, "q_values": q_values, **({} if atoms is None else {"atoms": atoms})}
