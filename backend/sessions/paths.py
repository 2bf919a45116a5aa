"""The other paths of an episode: ways that were left when another action was taken at a moment visited before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.problems import NotFound
from planner import Moment, PlanRequest

MAX_PATHS = 32
"""Paths kept; the one left longest ago is forgotten first."""


@dataclass(frozen=True)
class Path:
    """Moments from the start of an episode to where it was left, and the requests of the plans whose actions led there."""

    moments: list[Moment]
    made: dict[int, PlanRequest]

    def parts_from(self, other: list[Moment]) -> int:
        """The last step that this path shares with another."""
        shared = 0
        for ours, theirs in zip(self.moments[1:], other[1:], strict=False):
            if ours.action != theirs.action:
                break
            shared += 1
        return shared


class Paths:
    """The paths of one episode beside the current one, the latest last."""

    def __init__(self) -> None:
        self._left: list[Path] = []

    def keep(self, path: Path) -> None:
        """Keep a path that is being left. Of two of which one begins as the whole other, the longer one is kept."""
        if any(kept.parts_from(path.moments) + 1 == len(path.moments) for kept in self._left):
            return
        others = [kept for kept in self._left if kept.parts_from(path.moments) + 1 < len(kept.moments)]
        self._left = others[-(MAX_PATHS - 1) :]
        self._left.append(path)

    def find(self, number: int) -> Path:
        """A path of `describe`; raises NotFound."""
        if not 0 <= number < len(self._left):
            raise NotFound(f"no path {number}; this episode has {len(self._left)} beside the current one")
        return self._left[number]

    def take(self, number: int, current: Path) -> Path:
        """Change places with a path of `describe`; raises NotFound."""
        taken = self.find(number)
        self._left.remove(taken)
        self.keep(current)
        return taken

    def describe(self, current: list[Moment]) -> list[dict[str, Any]]:
        """`{path, from, action, to}` of each: it takes `action` where it parts from the current one, and was left at step `to`."""
        described = []
        for number, path in enumerate(self._left):
            parts = path.parts_from(current)
            if parts + 1 < len(path.moments):
                described.append({"path": number, "from": parts, "action": path.moments[parts + 1].action, "to": len(path.moments) - 1})
        return described
