"""A session: one episode being played with one checkpoint and one planner.

A session has one task. It sleeps until something changes, plans at the current moment, and gives the frame to its viewers. While playing it then
takes the chosen action and repeats. All changes that arrive during a plan are applied together by the next plan.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backend.arguments import COMMANDS as COMMANDS  # Those of a session, for whoever looks for them here.
from backend.arguments import MAX_SPEED, MAX_STEP, flag, number, prepare, some, whole
from backend.link.frame import Frame
from backend.problems import Conflict, Invalid, Problem
from backend.recordings.writer import Recording
from backend.sessions.course import Course
from backend.sessions.overtaking import plan_unless_overtaken
from backend.sessions.paths import MAX_PATHS
from backend.sessions.recorder import Recorder
from backend.sessions.shown import Shown
from backend.sessions.timeline import Timeline
from planner import Card, Moment, PlannerSettings, PlanRequest, Prepared, Record, SettingsError, has_truth, make_environment
from planner.actions import as_executed, check_action
from planner.environments import Environment
from planner.environments.projections import Projection, projections_of
from planner.interventions import MAX_INTERVENTIONS
from planner.request import MAX_SEED

if TYPE_CHECKING:
    from backend.sessions.all import Sessions

log = logging.getLogger("twistscope")

WAITING_SECONDS = 0.1
"""A plan that waits longer for the device is shown as waiting."""


class Session(Shown):
    """One episode, with the moment currently shown.

    Args:
      sessions: all sessions of the process, with the engine and the metrics.
      request: planner, requested settings and seed; its step is ignored.
      course: the episode as far as it has been played.
    """

    def __init__(self, sessions: Sessions, card: Card, request: PlanRequest, course: Course):
        super().__init__()
        self.sessions, self.engine, self.card = sessions, sessions.engine, card
        self.course = course
        self.request = replace(request, step=self.step)
        self.prepared = prepare(self.request, card)
        """Request and settings of the next plan. Its step is the step at which the session began."""
        self.goal: int | None = None
        """Target step of a `goto` that is not yet reached; None without one."""
        self._ended_early = ""
        """The reason why the last `goto` ended before its step; empty where it did not."""
        self.revision = 0
        self.phase = "planning"
        self.recorder = Recorder(sessions.library, lambda: self._tell(self.recorder.message()))
        self.timeline: Timeline = Timeline(self)
        self._frames = 0
        self._plan_due = True

    def start(self) -> None:
        """Start the tasks of the session."""
        self._begin(self._live(), self._await_answers(), self.timeline.tell(self.viewers))

    # State

    @property
    def moment(self) -> Moment:
        return self.course.moment

    @property
    def step(self) -> int:
        """Environment step of the current moment."""
        return self.course.step

    @property
    def settings(self) -> PlannerSettings:
        """Complete settings of the next plan."""
        return self.prepared.settings

    def request_at(self, step: int) -> PlanRequest:
        """The request of the plan at a visited moment: the current one at the current moment; elsewhere that of the executed plan, if one was."""
        if step == self.step:
            return replace(self.request, step=step)
        return self.course.made.get(step, replace(self.request, step=step, interventions=()))

    @property
    def over(self) -> bool:
        """True if the episode has ended at the current moment."""
        return self.moment.over

    def describe(self) -> dict[str, Any]:
        """Description of the session (docs/api.md)."""
        return {
            "id": self.id,
            "checkpoint": self.card.name,
            "planner": self.request.planner,
            "environment": self.card.environment,
            "actions": self.actions,
            "action_bounds": self.environment.action_bounds,
            "offers": self.offers,
            "seed": self.request.seed,
            "step": self.step,
            "furthest": self.course.furthest,
            "playing": self.playing,
            "speed": self.speed,
            "settings": self.settings.model_dump(),
            "interventions": list(self.request.interventions),
            "episode": self.episode,
            "recording": self.recorder.describe(),
            "replay": None,
            "paths": self.course.describe_paths(),
            **self.about_class(),
        }

    @property
    def environment(self) -> Environment:
        return make_environment(self.card.environment)

    @property
    def projections(self) -> tuple[Projection, ...]:
        return projections_of(self.environment)

    @property
    def actions(self) -> list[str]:
        """Names of the discrete actions, or of the dimensions of a continuous action."""
        return list(self.environment.action_names)

    @property
    def offers(self) -> list[str]:
        """Features of the environment that some settings require."""
        offers = {"exact answers": has_truth(self.environment), "continuous actions": self.environment.action_bounds is not None}
        return [name for name, offered in offers.items() if offered]

    @property
    def episode(self) -> dict[str, Any]:
        """`{return, length, terminated, truncated}` up to the current moment."""
        return self.moment.episode(self.step)

    def status(self) -> dict[str, Any]:
        """The status message (docs/api.md)."""
        return {
            "type": "status",
            "session": self.describe(),
            "phase": self.phase,
            "detail": self.detail,
            "device": self.engine.device,
            "queue": self.engine.queued,
            "warming": self.sessions.warming,
        }

    def _opening_messages(self) -> list[dict[str, Any]]:
        return [self.status(), self.settings_message(), *([self.recorder.message()] if self.recorder.used else [])]

    def settings_message(self) -> dict[str, Any]:
        interventions = list(self.request.interventions)
        return {"type": "settings", "settings": self.settings.model_dump(), "interventions": interventions, "revision": self.revision}

    # Commands

    def change_settings(self, changes: Mapping[str, Any]) -> PlannerSettings:
        """Use new settings from the next plan on. A paused session plans again at once.

        Interventions are at places of a plan of one size, and are cleared where the size changes.

        Raises:
          Invalid: a setting is invalid; no setting is changed.
        """
        request = replace(self.request, settings={**self.request.settings, **changes})
        prepared = prepare(replace(request, interventions=()), self.card)
        if prepared.settings.size == self.settings.size:
            prepared = prepare(request, self.card)
        else:
            request = replace(request, interventions=())
        self._ask(request, prepared)
        return prepared.settings

    def _ask(self, request: PlanRequest, prepared: Prepared) -> None:
        """Make the next plans by this request, and tell the viewers."""
        changed = prepared.settings != self.settings or request.interventions != self.request.interventions
        self.request, self.prepared = request, prepared
        if changed:
            self.revision += 1
            self._plan_due = True
            self._wake.set()
            self.timeline.check()
        self._tell(self.settings_message())

    def _intervene(self, interventions: Sequence[Mapping[str, Any]]) -> None:
        """Change the plan of the current moment; an empty list takes all changes back. They are cleared when the session leaves the moment."""
        self._check_not_over()
        request = replace(self.request, interventions=tuple(interventions), step=self.step)
        prepared = prepare(request, self.card)
        self.playing, self.goal = False, None
        self._ask(request, prepared)

    def _leave_interventions(self) -> None:
        """Plan without the interventions of the moment that is left."""
        if self.request.interventions:
            request = replace(self.request, interventions=())
            self._ask(request, prepare(request, self.card))

    async def close(self, successor: str | None = None) -> None:
        await super().close(successor)
        self.timeline.close()
        self.recorder.close()

    async def record_at(self, step: int, *, plain: bool = False) -> Record:
        """The plan of a moment already visited, made again: of the current moment as it is shown, of others as it chose the action.

        Raises:
          NotFound: no such moment.
        """
        return await self.engine.plan(*self.past(step, plain=plain), owner=self.id)

    def past(self, step: int, *, plain: bool = False) -> tuple[Prepared, Moment]:
        """The plan of a moment already visited, on request without interventions; raises NotFound."""
        moment, request = self.course.at(step), self.request_at(step)
        return prepare(replace(request, interventions=()) if plain else request, self.card), moment

    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> Session | None:
        """Carry out a command.

        Raises:
          Invalid: an argument is not possible.
          Conflict: the episode has ended, or this is its first moment.
          TooMany: no further session can be opened for a fork.
        """
        self._ended_early = ""
        match name:
            case "play":
                self._check_not_over()
                if "speed" in arguments:
                    self.speed = number(arguments, "speed", 0.1, MAX_SPEED)
                self.playing, self.goal = True, None
            case "pause":
                self.playing, self.goal = False, None
            case "step":
                self._check_not_over()
                self.playing, self.goal = False, self.step + 1
            case "act":
                self._check_step(arguments)
                await self._act(arguments.get("action"))
            case "intervene":
                self._check_step(arguments)
                self._intervene(some(arguments, "interventions", MAX_INTERVENTIONS))
            case "walk":
                self._walk(arguments)
            case "back":
                if self.step == 0:
                    raise Conflict("this is the first moment of the episode; there is nothing before it")
                self._go(self.step - 1)
            case "goto":
                target = whole(arguments, "step", 0, MAX_STEP)
                if flag(arguments, "ahead"):
                    self.timeline.adopt(target)
                    self._leave_interventions()
                if target <= self.course.furthest:
                    self._go(target)
                else:
                    self._check_not_over()
                    self.playing, self.goal = False, target
            case "reset":
                seed = whole(arguments, "seed", 0, MAX_SEED) if "seed" in arguments else self.request.seed
                start = await self.engine.first_moment(self.card.name, seed, owner=self.id)
                self._leave_interventions()
                self.request, self.course = replace(self.request, seed=seed), Course([start], {})
                self._go(0)
            case "fork":
                return await self.sessions.fork(self)
            case "ahead":
                self.timeline.plan_ahead(arguments)
            case "cancel_ahead":
                self.timeline.cancel_ahead()
        self._wake.set()
        self.announce()
        return None

    def record(self, title: str | None) -> Recording:
        """Keep every frame from the current one on.

        Raises:
          Conflict: a recording is being made already.
          Invalid, NotKept: as `Library.start`.
        """
        about = {
            "checkpoint": self.card.name,
            "checkpoint_sha256": self.card.sha256,
            "environment": self.card.environment,
            "planner": self.request.planner,
        }
        recording = self.recorder.start(f"{self.card.name}, {self.prepared.planner.title}" if title is None else title, about)
        if self.frame is not None:
            self.recorder.keep(self.frame.record, self.course.at(self.frame.step).digest)
        self._tell(self.recorder.message())
        return recording

    async def _act(self, action: Any) -> None:
        """Take an action of a person's choice, in place of the planner's, and pause after it."""
        self._check_not_over()
        try:
            checked = check_action(self.environment, action)
        except SettingsError as error:
            raise Invalid(str(error), error.errors) from None
        playing, goal, self.playing, self.goal = self.playing, self.goal, False, None
        step, moment = self.step, self.moment
        executed = as_executed(self.environment, checked)
        following = await self.engine.next_moment(self.card.name, moment, executed, seed=self.request.seed, step=step, owner=self.id)
        if moment is not self.moment:
            self.playing, self.goal = playing, goal
            raise Conflict(f"the session left step {step} while the action was being taken; the action was not taken")
        self._follow(following, None)

    def _go(self, step: int) -> None:
        """Show a moment already visited."""
        if step != self.step:
            self._leave_interventions()
        self.playing, self.goal, self.course.step = False, None, step
        self._plan_due = True
        self.timeline.check()

    def _check_step(self, arguments: Mapping[str, Any]) -> None:
        """Refuse a command that is about another moment than the current one."""
        if "step" in arguments and whole(arguments, "step", 0, MAX_STEP) != self.step:
            raise Conflict(f"the session is at step {self.step} by now, not at {arguments['step']}; nothing was changed")

    def _check_not_over(self) -> None:
        if self.over:
            raise Conflict(f"{self._ending()}; go back or reset")

    def _ending(self) -> str:
        """The end of an episode that is over, in words."""
        how = "terminated" if self.moment.terminated else "been cut by the time limit"
        return f"the episode has {how} at step {self.step}"

    # Task

    async def _live(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._go_on()
            except Problem as problem:
                self._stop(problem.detail, problem.errors)
            except Exception as error:
                # An error of the program must not end the session silently: it is shown and logged, and the session continues.
                self._stop(f"{type(error).__name__}: {error}")
                log.exception("session %s", self.id)

    async def _go_on(self) -> None:
        """Plan, and play if playing, until nothing remains to be done."""
        loop = asyncio.get_running_loop()
        tick = loop.time()
        while True:
            await self.recorder.room()
            if self._plan_due:
                await self._plan()
                continue
            if not (self.playing or self.goal is not None):
                self._set_phase("ended" if self.over else "idle", self._ended_early)
                return
            if self.playing:
                tick = max(tick + 1 / self.speed, loop.time())
                if await self._woken(tick - loop.time()) and (self._plan_due or not self.playing):
                    continue
                await self._until_painted()
                if self._plan_due or not self.playing:
                    continue
            await self._advance()

    async def _await_answers(self) -> None:
        """Plan again when exact answers are computed, so that the first picture does not wait for them. The new plan is bit-equal."""
        if self.engine.has_answers(self.card.name):
            return
        with contextlib.suppress(Problem):
            await self.engine.answers_known(self.card.name, owner=self.id)
            if self.frame is not None and "exact/policy" not in self.frame.record.arrays and self.engine.offers_answers(self.card.name):
                self._plan_due = True
                self._wake.set()

    async def _plan(self) -> None:
        """Plan at the current moment and show the result."""
        self._plan_due = False
        step, revision, moment = self.step, self.revision, self.moment
        request = replace(self.request, step=step)
        prepared = prepare(request, self.card)
        compiled = await self.engine.is_compiled(prepared, owner=self.id)
        telling: asyncio.Task[None] | None = None
        if not compiled:
            telling = asyncio.create_task(self._tell_compiling(prepared))
        else:
            # Not announced, because it lasts milliseconds. But a status sent meanwhile must not say that the session is idle.
            self.phase, self.detail = "planning", ""
        try:
            record = await plan_unless_overtaken(
                self.engine.plan,
                (prepared, moment, self.id),
                changed=self._wake,
                overtaken=lambda: self._plan_due,
                patience=WAITING_SECONDS if compiled else None,
                waits=lambda: self._set_phase("waiting", "other plans are before this one"),
            )
        finally:
            if telling is not None:
                telling.cancel()
        if record is None:
            return
        if not compiled or self.phase == "waiting":
            self._set_phase("planning")
        if moment is not self.moment or request.seed != self.request.seed:
            # A command changed the moment during the plan; the plan of the new moment is already due.
            return
        self._frames += 1
        about = {"session": self.id, "furthest": self.course.furthest, "playing": self.playing}
        about |= {"projections": [each.describe() for each in self.projections]} if self.projections else {}
        self.frame = Frame(self._frames, step, revision, request, record, about, moment, self.projections)
        self._show(self.frame)
        self.timeline.planned(moment, record)
        self.recorder.keep(record, moment.digest)

    async def _tell_compiling(self, prepared: Prepared) -> None:
        """Say how long the program has been compiled, and how long it took last time, second by second."""
        expected = self.engine.compile_seconds(prepared)
        limit = 0.0 if expected is None else max(expected, 1)
        text = f"compiling for {prepared.settings.size}"
        self._set_phase("compiling", text)
        for elapsed in itertools.count(1):
            await asyncio.sleep(1)
            # Longer than last time: nobody knows how long.
            self._set_phase("compiling", f"{text}: {elapsed} s" + (f" of about {limit:.0f} s" if elapsed <= limit else ""))

    async def _advance(self) -> None:
        """Take the chosen action of the current plan."""
        # A plan of another moment may be of the same step: the new one may have failed.
        if self.frame is None or self.frame.moment is not self.moment or self.frame.request.seed != self.request.seed:
            self._plan_due = True
            return
        if self.over:
            self.playing, self.goal = False, None
            return
        step, moment, frame = self.step, self.moment, self.frame
        action = frame.record.arrays["chosen_action"]
        following = await self.engine.next_moment(self.card.name, moment, action, seed=frame.request.seed, step=step, owner=self.id)
        if moment is not self.moment:
            return
        # The request of the plan that chose the action, not the current one, which may have changed since.
        self._follow(following, frame.request)
        if self.over or (self.goal is not None and self.step >= self.goal):
            if self.goal is not None and self.step < self.goal:
                self._ended_early = f"{self._ending()}, before step {self.goal}"
            self.playing, self.goal = False, None
            self.announce()

    def _follow(self, following: Moment, made: PlanRequest | None) -> None:
        """Go on to the next moment; as `Course.follow`."""
        moment = self.moment
        self.course.follow(following, made)
        self._leave_interventions()
        self.timeline.followed(moment, made)
        self._plan_due = True

    def _walk(self, arguments: Mapping[str, Any]) -> None:
        """Show another path of the episode, at the step after it parts from the current one or at a given step."""
        number = whole(arguments, "path", 0, MAX_PATHS)
        path, step = self.course.find_path(number)
        if "step" in arguments:
            step = whole(arguments, "step", 0, len(path.moments) - 1)
        self._leave_interventions()
        self.course.walk(number, step)
        self._go(self.step)

    def _stop(self, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        """Pause after a failure and report its reason. What was asked for since then is still to be planned."""
        self.playing, self.goal = False, None
        if self._plan_due:
            self._wake.set()
        self._tell({"type": "error", "title": "planning failed", "detail": detail, **({"errors": errors} if errors else {})})
        self._set_phase("idle", detail)
