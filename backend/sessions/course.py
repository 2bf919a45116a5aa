"""The course of an episode: moments visited, plans whose actions led there, and paths that were left. Bookkeeping only; nothing is planned here."""

from __future__ import annotations

from typing import Any

from backend.problems import NotFound
from backend.sessions.paths import Path, Paths
from planner import Moment, PlanRequest


class Course:
    """One episode, as far as it has been played.

    Args:
      moments: moments from the start of the episode to the one to begin at.
      made: requests of the plans whose actions led there, by step; empty where the prior acted.
    """

    def __init__(self, moments: list[Moment], made: dict[int, PlanRequest]):
        self.moments = moments
        """Moments of the episode, by environment step."""
        self.made = made
        """Request of the plan whose action was executed, by step; later changes of settings do not alter it."""
        self.step = len(moments) - 1
        """Environment step of the current moment."""
        self._paths = Paths()

    @property
    def moment(self) -> Moment:
        """The current moment."""
        return self.moments[self.step]

    @property
    def furthest(self) -> int:
        """Last step visited on this path."""
        return len(self.moments) - 1

    def at(self, step: int) -> Moment:
        """A moment visited; raises NotFound."""
        if not 0 <= step <= self.furthest:
            raise NotFound(f"no moment {step}; the session has moments 0 to {self.furthest}")
        return self.moments[step]

    def describe_paths(self) -> list[dict[str, Any]]:
        """The paths beside the current one (`Paths.describe`)."""
        return self._paths.describe(self.moments)

    def until_now(self) -> Course:
        """A course of its own that ends at the current moment."""
        return Course(self.moments[: self.step + 1], {step: request for step, request in self.made.items() if step < self.step})

    def follow(self, following: Moment, made: PlanRequest | None) -> None:
        """Go on to the next moment. The same action leads to the same moment; another one leaves the path played before, which is kept.

        Args:
          made: request of the plan whose action led there; None where a person chose the action.
        """
        if not self.furthest > self.step or self.moments[self.step + 1].action != following.action:
            if self.furthest > self.step:
                self._paths.keep(Path(self.moments, self.made))
            self.moments = [*self.moments[: self.step + 1], following]
            self.made = {at: each for at, each in self.made.items() if at <= self.step}
        self.made = {at: each for at, each in self.made.items() if at != self.step} | ({} if made is None else {self.step: made})
        self.step += 1

    def find_path(self, number: int) -> tuple[Path, int]:
        """Another path, and the step after it parts from the current one; raises NotFound."""
        path = self._paths.find(number)
        return path, path.parts_from(self.moments) + 1

    def walk(self, number: int, step: int) -> None:
        """Change to another path, at this step or at its end; the current one is kept. Raises NotFound."""
        taken = self._paths.take(number, Path(self.moments, self.made))
        self.moments, self.made = taken.moments, taken.made
        self.step = min(step, self.furthest)
