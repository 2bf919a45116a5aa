"""Reading the study's data: means with intervals, and differences between two cells at the same states."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from benchmarks.study.statistics import Interval, interval

ALL = slice(None)
LEAST = 1e-3
"""Smallest difference that counts: of regret, as a share of the prior's; of others, in nats. The data has three digits."""


class Data:
    """The data of docs/study.json."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.cells: dict[str, dict[str, dict[str, list[float]]]] = content["cells"]
        self.subjects: dict[str, dict[str, Any]] = content["subjects"]

    @classmethod
    def read(cls, path: Path) -> "Data":
        return cls(json.loads(path.read_text("utf-8")))

    def per_root(self, key: str, name: str) -> Float[np.ndarray, "R"] | None:
        """Values root by root; None where they were not measured or not kept."""
        values = self.cells.get(key, {}).get("roots", {}).get(name)
        return None if values is None else np.asarray(values)

    def interval(self, key: str, name: str) -> Interval | None:
        """Mean over roots; None where it was not measured."""
        summary = self.cells.get(key, {}).get("summary", {}).get(name)
        if summary is not None:
            return Interval(*summary)
        values = self.per_root(key, name)
        return None if values is None else interval(values)

    def difference(self, key: str, other: str, name: str, other_name: str | None = None, roots: slice = ALL) -> Interval | None:
        """The first cell minus the second, at the same roots or some of them. A difference below LEAST does not count."""
        ours, theirs = self.per_root(key, name), self.per_root(other, other_name or name)
        if ours is None or theirs is None:
            return None
        unit = self.reference(key.split()[1], "prior") if name.endswith("regret") else 1.0
        return replace(interval((ours - theirs)[roots]), least=LEAST * (unit or 0.0))

    def share(self, key: str, subject: str) -> Interval | None:
        """Regret as a share of the prior's, at the same roots."""
        values = self.per_root(key, "regret")
        return None if values is None else interval(values, np.asarray(self.subjects[subject]["regret"]["prior"]))

    def reference(self, subject: str, name: str) -> float | None:
        """Mean regret of a policy without planning: prior, posterior, `greedy SOURCE`."""
        values = self.subjects[subject]["regret"].get(name)
        return None if values is None else float(np.mean(values))

    def sources(self, subject: str) -> list[str]:
        return self.subjects[subject]["sources"]
