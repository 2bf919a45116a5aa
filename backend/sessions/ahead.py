"""Planning an episode ahead: a copy of a session is played on in the background, and the numbers of its steps are kept.

Its plans come after those of everybody else. What it finds is what the session itself would play, bit for bit, for as long as nothing is changed that
leads elsewhere; then it is dropped, with the reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backend.arguments import prepare
from backend.engine.turns import in_background
from backend.problems import Problem
from backend.sessions.course import Course
from planner import Moment, PlanRequest, make_environment
from planner.actions import as_executed
from planner.record.steps import Step, step_of

if TYPE_CHECKING:
    from backend.sessions.session import Session

log = logging.getLogger("twistscope")

USUAL_STEPS = 500
"""Steps planned ahead where no number is given: the longest episode of most environments."""
MAX_STEPS = 2000


class Ahead:
    """One episode, planned ahead from a moment of a session.

    Args:
      session: gives engine, checkpoint, seed and settings.
      start_step: environment step of `start`.
      start: the moment.
      changed: called whenever something is known that was not.
    """

    def __init__(self, session: Session, start_step: int, start: Moment, changed: Callable[[], None]):
        self.start_step = start_step
        self.moments = [start]
        """Moments from the start on."""
        self.rows: list[Step] = []
        """The numbers of the plans at them; the last moment may still be without."""
        self.interventions = session.request.interventions if start_step == session.step else ()
        """Changes inside the first plan."""
        self._request = replace(session.request, interventions=())
        self._settings = session.settings
        self._engine, self._card, self._owner = session.engine, session.card, in_background(session.id)
        self._changed = changed
        self._state, self._detail = "waiting", ""
        self._task: asyncio.Task[None] | None = None
        self._limit = self._done = 0
        self._began = self._first = self._took = 0.0
        self._expected: float | None = None

    @classmethod
    def of(cls, session: Session, changed: Callable[[], None]) -> Ahead:
        """Begin at the current moment of a session, or as far after it as its episode was played as it would be now."""
        course, step = session.course, session.step
        request = replace(session.request, interventions=())
        if not session.request.interventions:
            while step < course.furthest and course.made.get(step) == replace(request, step=step):
                step += 1
        return cls(session, step, course.moments[step], changed)

    @property
    def running(self) -> bool:
        return self._state == "running"

    @property
    def over(self) -> bool:
        """True if the end of the episode is reached."""
        return self.moments[-1].over

    @property
    def reached(self) -> int:
        """Environment step of the last moment."""
        return self.start_step + len(self.moments) - 1

    def request_at(self, step: int) -> PlanRequest:
        """The request of the plan at a step."""
        return replace(self._request, step=step, interventions=self.interventions if step == self.start_step else ())

    def shared(self, course: Course) -> int:
        """The last step up to which a course goes the same way from the start of this on."""
        step = self.start_step
        while step < min(self.reached, course.furthest) and course.moments[step + 1].action == self.moments[step + 1 - self.start_step].action:
            step += 1
        return step

    def objection(self, session: Session) -> str | None:
        """The reason why what is planned ahead is not what the session would play; None where it is."""
        if self._state == "dropped":
            return None
        course = session.course
        if self.start_step > course.furthest or course.moments[self.start_step] is not self.moments[0]:
            return "the episode goes another way by now"
        if session.settings != self._settings:
            return "the settings were changed"
        if session.step == self.start_step and session.request.interventions != self.interventions:
            return f"the plan of step {self.start_step} was changed"
        if session.step > (shared := self.shared(course)):
            return "the episode was played further than that" if shared == self.reached else "the episode goes another way by now"
        return None

    def covers(self, other: Ahead, session: Session) -> bool:
        """True if these plans are the first of those that another one, about to begin for the session now, is asked for."""
        if self._state == "dropped" or self.objection(session) is not None or other.interventions != self.interventions:
            return False
        return self.start_step <= other.start_step <= self.shared(session.course)

    def start(self, steps: int, expected: float | None) -> None:
        """Plan so many further steps, or to the end of the episode.

        Args:
          expected: seconds that one step is expected to take, until some are measured; None where that is not known.
        """
        self._state, self._detail, self._limit, self._done, self._expected = "running", "", steps, 0, expected
        self._began = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run(), name=f"{self._owner}, planning ahead")

    def cancel(self) -> None:
        """Stop. What is planned so far stays."""
        if self.running:
            self._end("cancelled", f"Cancelled at step {self.reached}.")

    def drop(self, reason: str) -> None:
        """Stop, and forget everything."""
        self._end("dropped", f"What was planned ahead is dropped: {reason}.")
        del self.moments[1:], self.rows[:]

    def describe(self) -> dict[str, Any]:
        """State and progress (docs/api.md)."""
        # The first step may have waited for a compilation.
        each = (self._took - self._first) / (self._done - 1) if self._done > 1 else self._expected
        left = each * (self._limit - self._done) if self.running and each is not None else None
        return {
            "state": self._state,
            "from": self.start_step,
            "reached": self.reached,
            "done": self._done,
            "limit": self._limit,
            "seconds": round(self._took, 2),
            "seconds_left": None if left is None else round(left, 2),
            "detail": self._detail,
        }

    def _end(self, state: str, detail: str) -> None:
        self._state, self._detail = state, detail
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._changed()

    async def _run(self) -> None:
        try:
            while not await self._next():
                self._changed()
        except Problem as problem:
            self._state, self._detail = "failed", problem.detail
        except Exception as error:
            self._state, self._detail = "failed", f"{type(error).__name__}: {error}"
            log.exception("planning ahead")
        self._changed()

    async def _next(self) -> bool:
        """Plan at the last moment and take its action; true at the end."""
        moment, step = self.moments[-1], self.reached
        request = self.request_at(step)
        if len(self.rows) < len(self.moments):
            record = await self._engine.plan(prepare(request, self._card), moment, owner=self._owner)
            self.rows.append(step_of(record.arrays, record.metadata))
        if moment.over:
            self._state, self._detail = "done", f"The episode ends at step {step}."
        elif self._done == self._limit:
            self._state, self._detail = "limit", f"Planned {self._limit} steps, to step {step}; the episode goes on."
        else:
            action = as_executed(make_environment(self._card.environment), self.rows[-1].action)
            self.moments.append(await self._engine.next_moment(self._card.name, moment, action, seed=request.seed, step=step, owner=self._owner))
            self._done += 1
        self._took = asyncio.get_running_loop().time() - self._began
        if self._done == 1:
            self._first = self._took
        return not self.running
