"""A session: one episode being played with one checkpoint and one planner.

It has one task, which sleeps until something changed, plans the moment it is at, hands the frame to its viewers, and when playing takes the
chosen action and goes on. Changes that arrive while it plans are taken up by the next plan: any number of them cost one.
"""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from backend.engine import Engine, Moment
from backend.frames import Frame
from backend.metrics import Metrics
from backend.problems import Conflict, Invalid, Problem
from backend.requests import MAX_SEED, MAX_SPEED, MAX_STEP, complete_settings, number, trace_metadata, whole
from backend.viewers import Viewer
from planner import Card, PlannerSettings, make_environment
from planner.environments import Environment
from planner.truth import has_truth

log = logging.getLogger("twistscope")


class Session:
    """One episode being looked at."""

    def __init__(self, engine: Engine, metrics: Metrics, card: Card, planner: str, values: dict[str, Any], seed: int, moments: list[Moment]):
        self.id = secrets.token_urlsafe(9)
        self.engine, self.metrics, self.card, self.planner = engine, metrics, card, planner
        self.values = values
        self.settings = complete_settings(planner, values, card)
        self.seed = seed
        self.moments = moments
        """From the start of the episode on, by environment step."""
        self.settings_used: dict[int, PlannerSettings] = {}
        """Settings of the plan whose action was executed, by step."""
        self.step = len(moments) - 1
        self.playing = False
        self.goal: int | None = None
        """Step a `goto` is on its way to."""
        self.speed = 20.0
        self.revision = 0
        self.frame: Frame | None = None
        self.phase = "planning"
        self.detail = ""
        self.viewers: set[Viewer] = set()
        self._frames = 0
        self._plan_due = True
        self._wake = asyncio.Event()
        self._wake.set()
        self._task = asyncio.create_task(self._live(), name=f"session {self.id}")

    # What it is

    @property
    def moment(self) -> Moment:
        return self.moments[self.step]

    @property
    def furthest(self) -> int:
        return len(self.moments) - 1

    @property
    def over(self) -> bool:
        """Whether the episode has ended at the moment looked at."""
        return self.moment.terminated or self.moment.truncated

    def describe(self) -> dict[str, Any]:
        """The session as docs/api.md has it."""
        return {
            "id": self.id,
            "checkpoint": self.card.name,
            "planner": self.planner,
            "environment": self.card.environment,
            "actions": self.actions,
            "action_bounds": self.environment.action_bounds,
            "offers": self.offers,
            "seed": self.seed,
            "step": self.step,
            "furthest": self.furthest,
            "playing": self.playing,
            "speed": self.speed,
            "settings": self.settings.model_dump(),
            "episode": self.episode,
        }

    @property
    def environment(self) -> Environment:
        return make_environment(self.card.environment)

    @property
    def actions(self) -> list[str]:
        """Names of the actions; of the dimensions of one where actions are continuous."""
        return list(self.environment.action_names)

    @property
    def offers(self) -> list[str]:
        """What only some environments have, and some settings need."""
        offers = {"exact answers": has_truth(self.environment), "continuous actions": self.environment.action_bounds is not None}
        return [name for name, offered in offers.items() if offered]

    @property
    def episode(self) -> dict[str, Any]:
        moment = self.moment
        return {"return": moment.episode_return, "length": self.step, "terminated": moment.terminated, "truncated": moment.truncated}

    def status(self) -> dict[str, Any]:
        """The status message of docs/api.md."""
        return {
            "type": "status",
            "session": self.describe(),
            "phase": self.phase,
            "detail": self.detail,
            "device": self.engine.device,
            "queue": self.engine.queued,
        }

    def settings_message(self) -> dict[str, Any]:
        return {"type": "settings", "settings": self.settings.model_dump(), "revision": self.revision}

    # What may be done to it

    def change_settings(self, changes: Mapping[str, Any]) -> PlannerSettings:
        """Take new settings up with the next plan, which follows at once when paused.

        Raises:
          Invalid: nothing is changed.
        """
        values = {**self.values, **changes}
        settings = complete_settings(self.planner, values, self.card)
        self.values = values
        if settings != self.settings:
            self.settings = settings
            self.revision += 1
            self._plan_due = True
            self._wake.set()
        for viewer in self.viewers:
            viewer.tell(self.settings_message())
        return settings

    async def command(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Carry out a transport command.

        Raises:
          Invalid: unknown command or argument.
          Conflict: the episode has ended, or there is nothing before this moment.
        """
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
            case "back":
                if self.step == 0:
                    raise Conflict("this is the first moment of the episode; there is nothing before it")
                self._go(self.step - 1)
            case "goto":
                target = whole(arguments, "step", 0, MAX_STEP)
                if target <= self.furthest:
                    self._go(target)
                else:
                    self._check_not_over()
                    self.playing, self.goal = False, target
            case "reset":
                seed = whole(arguments, "seed", 0, MAX_SEED) if "seed" in arguments else self.seed
                start = await self.engine.first_moment(self.card.name, seed)
                self.seed, self.moments, self.settings_used = seed, [start], {}
                self._go(0)
            case _:
                allowed = "play, pause, step, back, goto, reset, fork"
                raise Invalid(f"unknown command {name!r}; known are {allowed}", [{"field": "command", "given": name, "allowed": allowed}])
        self._wake.set()
        self.announce()

    def _go(self, step: int) -> None:
        """Look at a moment already visited."""
        self.playing, self.goal, self.step = False, None, step
        self._plan_due = True

    def _check_not_over(self) -> None:
        if self.over:
            how = "terminated" if self.moment.terminated else "been cut by the time limit"
            raise Conflict(f"the episode has {how} at step {self.step}; go back or reset")

    # Who watches it

    def join(self, viewer: Viewer) -> None:
        """Let a viewer see the status, the settings, the newest frame and all that follow."""
        self.viewers.add(viewer)
        viewer.tell(self.status())
        viewer.tell(self.settings_message())
        if self.frame is not None:
            viewer.show(self.frame)

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)

    def announce(self) -> None:
        """Send the status to every viewer."""
        status = self.status()
        for viewer in self.viewers:
            viewer.tell(status)

    async def close(self) -> None:
        """End the session; viewers are told."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        for viewer in list(self.viewers):
            viewer.tell({"type": "gone", "detail": "the session was deleted"})
            viewer.close()

    # Its life

    async def _live(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._go_on()
            except Problem as problem:
                self._stop(problem.detail, problem.errors)
            except Exception as error:
                # A fault of ours must not end the session silently: it is shown and logged, and the session goes on.
                self._stop(f"{type(error).__name__}: {error}")
                log.exception("session %s", self.id)

    async def _go_on(self) -> None:
        """Plan and play until there is nothing more to do."""
        loop = asyncio.get_running_loop()
        tick = loop.time()
        while True:
            if self._plan_due:
                await self._plan()
                continue
            if not (self.playing or self.goal is not None):
                self._set_phase("ended" if self.over else "idle")
                return
            if self.playing:
                tick = max(tick + 1 / self.speed, loop.time())
                if await self._interrupted(tick - loop.time()):
                    continue
            await self._advance()

    async def _interrupted(self, seconds: float) -> bool:
        """Wait for the next tick; true where something changed meanwhile."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(seconds, 0.0))
        changed = self._wake.is_set()
        self._wake.clear()
        return changed and (self._plan_due or not self.playing)

    async def _plan(self) -> None:
        """Plan the moment looked at and show it."""
        self._plan_due = False
        step, settings, revision, moment, seed = self.step, self.settings, self.revision, self.moment, self.seed
        compiled = self.engine.is_compiled(self.card.name, self.planner, settings)
        if not compiled:
            self._set_phase("compiling", f"compiling for {settings.size}")
        else:
            # Not announced: it lasts milliseconds. But no status on the way may call the session idle.
            self.phase, self.detail = "planning", ""
        planned = await self.engine.plan(self.card.name, self.planner, settings, moment.state, seed=seed, step=step)
        if not compiled:
            self._set_phase("planning")
        self.metrics.planned(planned.milliseconds)
        if step != self.step or seed != self.seed or moment is not self.moment:
            # Someone went elsewhere meanwhile; that plan is due already.
            return
        scene = (await self.engine.checkpoint(self.card.name)).model.environment.scene(moment.state)
        self._frames += 1
        metadata = trace_metadata(
            self.card, self.planner, settings, seed=seed, step=step, device=self.engine.device, plan_ms=planned.milliseconds
        ) | {
            "session": self.id,
            "frame": self._frames,
            "revision": revision,
            "scene": scene,
            "actions": self.actions,
            "action_bounds": json.dumps(self.environment.action_bounds),
            "episode": self.episode,
            "furthest": self.furthest,
            "playing": json.dumps(self.playing),
        }
        self.frame = Frame(self._frames, step, revision, planned.arrays, metadata)
        for viewer in self.viewers:
            viewer.show(self.frame)

    async def _advance(self) -> None:
        """Take the chosen action of the plan shown."""
        if self.frame is None or self.frame.step != self.step:
            self._plan_due = True
            return
        if self.over:
            self.playing, self.goal = False, None
            return
        step, moment, seed = self.step, self.moment, self.seed
        action = self.frame.arrays["chosen_action"]
        following = await self.engine.next_moment(self.card.name, moment, action, seed=seed, step=step)
        if moment is not self.moment:
            return
        self.settings_used[step] = self.settings
        # What lay ahead of this moment is played anew: other settings may have chosen otherwise.
        self.moments[step + 1 :] = [following]
        self.step += 1
        self._plan_due = True
        if self.over or (self.goal is not None and self.step >= self.goal):
            self.playing, self.goal = False, None
            self.announce()

    def _set_phase(self, phase: str, detail: str = "") -> None:
        if (phase, detail) != (self.phase, self.detail):
            self.phase, self.detail = phase, detail
            self.announce()

    def _stop(self, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        """Pause after a failure and say why."""
        self.playing, self.goal, self._plan_due = False, None, False
        for viewer in self.viewers:
            viewer.tell({"type": "error", "title": "planning failed", "detail": detail, **({"errors": errors} if errors else {})})
        self._set_phase("idle", detail)
