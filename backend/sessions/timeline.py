"""The time line of a session: the numbers of each step of its episode, the marks of the failure finder, and what is planned ahead.

The numbers of a step are kept with its moment. They go where the moment goes: another action leaves them with the path that is left, and they are
there again when that path is walked.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from backend.arguments import whole
from backend.link.changes import Changes
from backend.link.viewer import Viewer
from backend.problems import Conflict
from backend.sessions.ahead import MAX_STEPS, USUAL_STEPS, Ahead
from planner import Moment, PlanRequest, Record
from planner.record.failures import Mark, find_failures, rejection
from planner.record.steps import Step, step_of

if TYPE_CHECKING:
    from backend.sessions.session import Session

KEPT = 2000
"""Steps that a time line has at most, the last ones."""
PUSH_SECONDS = 0.25
"""A viewer is sent changes no more often."""
COLUMNS = ("step", "earned", "value", "value_target", "disagreement", "differs", "ess", "coalescence", "action", "loss", "rejected")
"""Fields of a step that are served; `earned` is called `return` there."""
DIGITS = 6
"""Significant digits that are served: a line of some hundred pixels shows three."""


class Numbers:
    """The numbers of the moments of one episode, on all of its paths."""

    def __init__(self) -> None:
        self._planned: WeakKeyDictionary[Moment, Step] = WeakKeyDictionary()
        """Of the last plan made at each moment."""
        self._taken: WeakKeyDictionary[Moment, Step] = WeakKeyDictionary()
        """Of the plan whose action was executed there."""

    def copy(self) -> Numbers:
        """The same numbers, to go on with."""
        copied = Numbers()
        copied._planned, copied._taken = self._planned.copy(), self._taken.copy()
        return copied

    def plan(self, moment: Moment, step: Step) -> None:
        """Keep the numbers of a plan."""
        _keep(self._planned, moment, step)

    def take(self, moment: Moment, step: Step | None) -> None:
        """Keep the numbers of the plan whose action was executed; None where a person chose the action."""
        if step is None:
            self._taken.pop(moment, None)
        else:
            _keep(self._taken, moment, step)

    def last(self, moment: Moment) -> Step | None:
        """The numbers of the last plan made at a moment."""
        return self._planned.get(moment)

    def of(self, moment: Moment, step: int, *, current: bool) -> Step:
        """The numbers of a moment: where the session is those of the last plan, elsewhere of the plan that chose the action, if one did."""
        found = self._planned.get(moment) if current else self._taken.get(moment, self._planned.get(moment))
        return found or unplanned(moment, step)


def _keep(kept: WeakKeyDictionary[Moment, Step], moment: Moment, step: Step) -> None:
    kept[moment] = step
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def unplanned(moment: Moment, step: int) -> Step:
    """A step without a plan. A terminated episode has V 0 without one."""
    value = 0.0 if moment.terminated else None
    return Step(step, moment.episode_return, moment.terminated, moment.truncated, value=value)


class Told(ABC):
    """A time line, and the viewers that are told about its changes."""

    noun = "Step"
    """Word for what is numbered."""

    def __init__(self) -> None:
        self._changes = Changes("timeline", lambda step: step.step, lambda steps: columns(steps) | self._rejections(steps))
        self._due = asyncio.Event()

    @abstractmethod
    def newest(self) -> tuple[list[Step], dict[str, Any]]:
        """The steps, and everything but their numbers (docs/api.md, Time line)."""

    @property
    @abstractmethod
    def _actions(self) -> Sequence[str]:
        """Names of discrete actions."""

    def _rejections(self, steps: list[Step]) -> dict[str, list[str | None]]:
        """The column `rejection`."""
        return {"rejection": [None if (mark := rejection(step, self._actions, self.noun)) is None else mark.sentence for step in steps]}

    def describe(self) -> dict[str, Any]:
        """The whole time line (docs/api.md)."""
        steps, about = self.newest()
        return about | {"columns": columns(steps)}

    def welcome(self, viewer: Viewer, follows: bool) -> None:
        """Tell a viewer about all changes from now on, or about none any more."""
        viewer.follow(self._changes if follows else None)
        self._due.set()

    async def tell(self, viewers: Iterable[Viewer]) -> None:
        """Tell those of some viewers that follow the time line about its changes, over and over."""
        while True:
            await self._due.wait()
            self._due.clear()
            following = [viewer for viewer in viewers if viewer.follows(self._changes)]
            if following:
                steps, about = self.newest()
                # Rejections may be many, and do not depend on other steps: they go with their steps.
                self._changes.update(steps, about | {"marks": [mark for mark in about["marks"] if mark["kind"] != "rejected"]})
                for viewer in following:
                    viewer.tell_changes()
                await asyncio.sleep(PUSH_SECONDS)


class Frames(Told):
    """The time line of a recording: the numbers of its frames, as far as they have been shown.

    Several frames may be of one step, so that no return follows them: they have no mark of the kind `value`.

    Args:
      count: frames of the recording.
      actions: names of discrete actions.
    """

    noun = "Frame"

    def __init__(self, count: int, actions: Sequence[str]):
        super().__init__()
        self._last, self._named = count - 1, actions
        self._seen: dict[int, Step] = {}

    @property
    def _actions(self) -> Sequence[str]:
        return self._named

    def shown(self, number: int, record: Record) -> None:
        """A frame is shown."""
        self._seen[number] = replace(step_of(record.arrays, record.metadata), step=number)
        self._due.set()

    def newest(self) -> tuple[list[Step], dict[str, Any]]:
        first = max(self._last - KEPT + 1, 0)
        steps = [self._seen[number] for number in sorted(self._seen) if number >= first]
        marks = [mark for mark in find_failures(steps, self._actions, self.noun) if mark.kind != "value"]
        about = {"first": first, "last": self._last, "ahead_from": None, "marks": served_marks(marks), "job": None, "usual": None}
        return steps, about | {"noun": self.noun}


class Timeline(Told):
    """The time line of a session.

    Args:
      session: whose episode it is; its course, settings and step are read.
    """

    def __init__(self, session: Session):
        super().__init__()
        self._session = session
        self.numbers = Numbers()
        self.ahead: Ahead | None = None
        """The last planning ahead; one whose steps no longer hold has none, and says why."""

    @property
    def _actions(self) -> Sequence[str]:
        return self._session.actions

    # Events of the session

    def planned(self, moment: Moment, record: Record) -> None:
        """A plan was made at a moment."""
        self.numbers.plan(moment, step_of(record.arrays, record.metadata))
        self._due.set()

    def followed(self, moment: Moment, made: PlanRequest | None) -> None:
        """An action was taken at a moment, by a plan or (None) by a person."""
        self.numbers.take(moment, None if made is None else self.numbers.last(moment))
        self.check()

    def check(self) -> None:
        """Drop what was planned ahead where it no longer holds; called after every change of the session."""
        if self.ahead is not None and (reason := self.ahead.objection(self._session)) is not None:
            self.ahead.drop(reason)
        self._due.set()

    # Planning ahead

    def plan_ahead(self, arguments: Mapping[str, Any]) -> None:
        """Plan the episode on from the current step, with the current settings.

        Raises:
          Invalid: `steps` is out of range.
          Conflict: it is being done already, or the episode is over.
        """
        steps = whole(arguments, "steps", 1, MAX_STEPS) if "steps" in arguments else USUAL_STEPS
        if self.ahead is not None and self.ahead.running:
            raise Conflict("this session is being planned ahead already; cancel that first")
        fresh = Ahead.of(self._session, self._due.set)
        ahead = self.ahead if self.ahead is not None and self.ahead.covers(fresh, self._session) else fresh
        if ahead.over:
            raise Conflict(f"the episode ends at step {ahead.reached}; there is nothing to plan after it")
        frame, self.ahead = self._session.frame, ahead
        self.ahead.start(steps, None if frame is None else frame.record.metadata.plan_ms / 1e3)
        self._due.set()

    def cancel_ahead(self) -> None:
        """Stop planning ahead; the steps planned so far stay. Nothing happens where nothing is being planned."""
        if self.ahead is not None:
            self.ahead.cancel()
        self._due.set()

    def adopt(self, step: int) -> None:
        """Let the session's course go on along what was planned ahead, to a step of it.

        Raises:
          Conflict: this step was not planned ahead.
        """
        ahead = self.ahead
        if ahead is None or not ahead.start_step < step <= ahead.reached:
            raise Conflict(f"step {step} is not planned ahead; it can be played to")
        course = self._session.course
        course.step = ahead.start_step
        for place in range(step - ahead.start_step):
            moment, made = course.moment, ahead.rows[place]
            course.follow(ahead.moments[place + 1], ahead.request_at(ahead.start_step + place))
            # The very moment of the course: one that was there already stays.
            self.numbers.take(moment, made)
            self.numbers.plan(moment, made)

    def close(self) -> None:
        """The session ends."""
        if self.ahead is not None:
            self.ahead.cancel()

    # Serving

    def steps(self) -> tuple[list[Step], int | None]:
        """The steps, and the first of them that is planned ahead (None where none is)."""
        course, ahead = self._session.course, self.ahead
        following = [] if ahead is None else ahead.rows[ahead.shared(course) - ahead.start_step + 1 :]
        last = course.furthest if not following else following[0].step - 1
        first = max(last + len(following) - KEPT + 1, 0)
        played = [self.numbers.of(course.moments[step], step, current=step == course.step) for step in range(first, last + 1)]
        return [*played, *following[-KEPT:]], following[0].step if following else None

    def newest(self) -> tuple[list[Step], dict[str, Any]]:
        steps, ahead_from = self.steps()
        return steps, {
            "first": steps[0].step,
            "last": steps[-1].step,
            "ahead_from": ahead_from,
            "marks": served_marks(find_failures(steps, self._actions)),
            "job": None if self.ahead is None else self.ahead.describe(),
            "usual": self._usual(),
            "noun": self.noun,
        }

    def _usual(self) -> dict[str, Any]:
        """Steps planned ahead where no number is given, and about the seconds that they take."""
        frame = self._session.frame
        # Two digits: it is said roughly, and every plan takes a little longer or shorter than the last.
        seconds = None if frame is None else float(f"{USUAL_STEPS * frame.record.metadata.plan_ms / 1e3:.2g}")
        return {"steps": USUAL_STEPS, "seconds": seconds, "most": MAX_STEPS}


def served_marks(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Marks as JSON."""
    return [asdict(mark) | {"value": _served(mark.value)} for mark in marks]


def columns(steps: Iterable[Step]) -> dict[str, list[Any]]:
    """Steps as columns of JSON (docs/api.md, Time line)."""
    steps = list(steps)
    return {"return" if name == "earned" else name: [_served(getattr(step, name)) for step in steps] for name in COLUMNS}


def _served(value: Any) -> Any:
    """A number with the digits that are served."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return [_served(each) for each in value] if isinstance(value, list) else value
