"""A recording, shown as a session: the same page, transport and panels, without network and environment.

Its steps are the frames of the recording, in the order they were made; several may be of one environment step.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backend.arguments import MAX_SPEED, number, whole
from backend.link.frame import Frame
from backend.problems import Conflict, NotFound, Problem
from backend.recordings.file import RecordingError
from backend.sessions.shown import Shown
from backend.sessions.timeline import Frames
from planner import PlanRequest, Record

if TYPE_CHECKING:
    from backend.sessions.all import Sessions

log = logging.getLogger("twistscope")
RECORDED = "this is a recording: what it shows was planned before"


class Replay(Shown):
    """A recording being replayed.

    Args:
      about: the recording, as `Library.describe` gives it.
      first: record of the frame to begin at.
      step: its number.
    """

    def __init__(self, sessions: Sessions, about: dict[str, Any], first: Record, step: int):
        super().__init__()
        self.sessions, self.about = sessions, about
        self.step = step
        self._record = first
        self.timeline: Frames = Frames(about["frames"], first.metadata.actions)
        self._due = True

    def start(self) -> None:
        self._begin(self._replay(), self.timeline.tell(self.viewers))

    @property
    def furthest(self) -> int:
        return self.about["frames"] - 1

    @property
    def _offers(self) -> dict[str, bool]:
        """Features that some settings require, as far as the record shows them."""
        return {"exact answers": "exact/policy" in self._record.arrays, "continuous actions": self._record.metadata.action_bounds is not None}

    def describe(self) -> dict[str, Any]:
        about = self._record.metadata
        return {
            "id": self.id,
            "checkpoint": about.checkpoint,
            "planner": about.planner,
            "environment": about.environment,
            "actions": about.actions,
            "action_bounds": about.action_bounds,
            "offers": [name for name, offered in self._offers.items() if offered],
            "seed": about.seed,
            "step": self.step,
            "furthest": self.furthest,
            "playing": self.playing,
            "speed": self.speed,
            "settings": about.settings,
            "interventions": about.interventions,
            "episode": about.episode,
            "recording": None,
            "paths": [],
            "replay": {name: self.about[name] for name in ("id", "title", "created", "frames")} | {"step": about.step},
            **self.about_class(),
        }

    def status(self) -> dict[str, Any]:
        return {
            "type": "status",
            "session": self.describe(),
            "phase": self.phase,
            "detail": self.detail,
            "device": self._record.metadata.device,
            "queue": 0,
            "warming": self.sessions.warming,
        }

    def settings_message(self) -> dict[str, Any]:
        about = self._record.metadata
        return {"type": "settings", "settings": about.settings, "interventions": about.interventions, "revision": self.step}

    def change_settings(self, changes: Mapping[str, Any]) -> Any:
        raise Conflict(f"{RECORDED}, with these settings; plan again from here to change them")

    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> Shown | None:
        match name:
            case "play":
                if "speed" in arguments:
                    self.speed = number(arguments, "speed", 0.1, MAX_SPEED)
                if self.step == self.furthest:
                    raise Conflict("this is the last frame of the recording; go back or reset")
                self.playing = True
            case "pause":
                self.playing = False
            case "step":
                self._go(self.step + 1)
            case "back":
                self._go(self.step - 1)
            case "goto":
                self._go(whole(arguments, "step", 0, self.furthest))
            case "reset":
                if "seed" in arguments:
                    raise Conflict(f"{RECORDED}, with this seed; plan again from here to change it")
                self._go(0)
            case "fork":
                return await self.plan_again()
            case "act" | "intervene" | "walk" | "ahead" | "cancel_ahead":
                raise Conflict(f"{RECORDED}; plan again from here to change it")
        self._wake.set()
        self.announce()
        return None

    async def plan_again(self) -> Shown:
        """A live session at the moment of this frame.

        Raises:
          NotFound: the checkpoint is not here.
          Conflict: the frame is of a given state, which no seed and actions lead to.
        """
        about = self._record.metadata
        if about.actions_so_far is None or not about.checkpoint:
            raise Conflict("no seed and actions lead to the state of this frame")
        request = PlanRequest(about.planner, about.settings, about.seed, about.step, interventions=tuple(about.interventions))
        return await self.sessions.create(about.checkpoint, request, self.id, about.actions_so_far)

    async def record_at(self, step: int, *, plain: bool = False) -> Record:
        if not 0 <= step <= self.furthest:
            raise NotFound(f"no frame {step}; the recording has frames 0 to {self.furthest}")
        record = await asyncio.to_thread(load_frame, self.sessions, self.about["id"], step)
        if plain and record.metadata.interventions:
            raise Conflict("a recording holds plans as they were made; plan again from here for the one without interventions")
        return record

    def _go(self, step: int) -> None:
        if not 0 <= step <= self.furthest:
            raise Conflict("this is the last frame of the recording" if step > 0 else "this is the first frame of the recording")
        self.playing, self.step, self._due = False, step, True

    async def _replay(self) -> None:
        loop = asyncio.get_running_loop()
        tick = loop.time()
        while True:
            try:
                if self._due:
                    await self._load()
                    continue
            except Problem as problem:
                self._fail(problem.detail)
            except Exception as error:
                self._fail(f"{type(error).__name__}: {error}")
                log.exception("replay %s", self.id)
            if not self.playing:
                await self._wake.wait()
                self._wake.clear()
                tick = loop.time()
                continue
            tick = max(tick + 1 / self.speed, loop.time())
            if await self._woken(tick - loop.time()) and (self._due or not self.playing):
                continue
            await self._until_painted()
            if self._due or not self.playing:
                continue
            self.step += 1
            self._due = True
            if self.step == self.furthest:
                self.playing = False
                self.announce()

    async def _load(self) -> None:
        """Show the frame of the current step."""
        self._due = False
        step = self.step
        record = await asyncio.to_thread(load_frame, self.sessions, self.about["id"], step)
        if step != self.step:
            self._due = True
            return
        self._record = record
        self._set_phase("idle")
        self._tell(self.settings_message())
        about = {
            "session": self.id,
            "furthest": self.furthest,
            "playing": self.playing,
            "step": step,
            "replayed": True,
            "environment_step": record.metadata.step,
        }
        self._show(Frame(step + 1, step, step, PlanRequest(record.metadata.planner), record, about))
        self.timeline.shown(step, record)
        if not self.playing:
            self.announce()

    def _fail(self, detail: str) -> None:
        self.playing = False
        self._tell({"type": "error", "title": "the frame cannot be shown", "detail": detail})
        self._set_phase("idle", detail)


def load_frame(sessions: Sessions, id: str, step: int) -> Record:
    """The record of a frame; raises NotFound, Conflict where it is damaged."""
    try:
        return sessions.library.frame(id, step).record(sessions.library.max_frame)
    except RecordingError as error:
        raise Conflict(str(error)) from None
