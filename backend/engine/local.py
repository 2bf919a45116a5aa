"""The engine of this process. Each kind of work has threads of its own, which take turns between its users (`turns`).

XLA cannot be interrupted. A plan that takes long, or that is larger than usual and has never been timed, therefore runs in a lane of its own; on a
CPU short plans go on beside it. Compiled programs are kept by `Prepared.key`: checkpoints of one environment and network shape share them, and a live
setting never causes a compilation.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

from backend.arguments import prepare
from backend.config import ServerConfig
from backend.engine import limits
from backend.engine.answers import Answers
from backend.engine.memory import Memory, megabytes
from backend.engine.programs import Programs
from backend.engine.timings import Timings
from backend.engine.turns import Shared, Turns, Waiting
from backend.problems import Invalid, NotFound, PlannerFailed, wrong_value
from planner import (
    Card,
    Checkpoint,
    CheckpointError,
    Checkpoints,
    Moment,
    PlanFailed,
    PlanRequest,
    Prepared,
    Record,
    SeedsRecord,
    SettingsError,
    has_truth,
)
from planner.actions import as_executed, check_actions
from planner.episodes import Episodes, episodes_of
from planner.record.faults import ALL_WEIGHTS_ZERO
from planner.request import Compiled, PlanTooLarge, device_name

LONG_SECONDS = 0.2
"""A plan expected to take longer runs in the lane of long plans."""
USUAL_STEPS = 8192
"""A plan of more model steps whose time is not known runs in the lane of long plans."""
SLICE_STEPS = 64
"""Environment steps played at once, so that others have their turn in between."""
MAX_REST_SECONDS = 15.0
STATELESS = ""
"""Owner of work that nobody in particular asked for."""


class LocalEngine:
    """Runs planners in this process.

    Args:
      checkpoints: folder of checkpoints.
      max_program_memory: bytes that compiled programs may take together; the last one used is always kept.
      max_table_memory: likewise, for the tables of exact answers.
      max_memory: bytes that all plans being made or held may take together.
      max_plan_memory: bytes that one plan may take.
      max_plan_seconds: time on the device that one plan may be expected to take.
    """

    def __init__(
        self,
        checkpoints: Path,
        *,
        max_program_memory: int = limits.PROGRAM_MEMORY,
        max_table_memory: int = limits.TABLE_MEMORY,
        max_memory: int = limits.MEMORY,
        max_plan_memory: int = limits.PLAN_MEMORY,
        max_plan_seconds: float = limits.PLAN_SECONDS,
    ):
        self.checkpoints = Checkpoints(checkpoints)
        self.planned: Callable[[float], object] = lambda milliseconds: None
        self.memory = Memory(max_memory)
        self._max_plan_memory, self._max_plan_seconds = max_plan_memory, max_plan_seconds
        self._device, self._long = Turns("device"), Turns("device, long plans", rest=self._rest)
        self._loader = Turns("loader")
        self._waiting = Waiting()
        self._programs = Programs(max_program_memory, self._waiting)
        self._answers = Answers(max_table_memory, self._waiting)
        self._timings = Timings()
        self._loaded: dict[str, Shared] = {}

    async def start(self) -> None:
        """Nothing has to be started: threads begin with their first work."""

    @property
    def workers(self) -> int:
        """One: this process."""
        return 1

    @property
    def queued(self) -> int:
        """Number of plans and steps that wait for the device or run on it."""
        return len(self._device) + len(self._long)

    @property
    def busy(self) -> bool:
        """True while someone waits for the device, for a compilation or for a checkpoint."""
        return self.queued > 0 or len(self._programs) > 0 or self._waiting.count > 0

    @property
    def device(self) -> str:
        """Readable name of the device that plans run on."""
        return device_name()

    def close(self) -> None:
        """Refuse new work and drop what waits; running work is finished by threads that nobody waits for."""
        for threads in (self._device, self._long, self._programs, self._loader):
            threads.close()

    def card(self, name: str) -> Card:
        """The card of a checkpoint.

        Raises:
          NotFound: no checkpoint has this name, or its card is damaged.
        """
        try:
            return self.checkpoints.card(name)
        except CheckpointError as error:
            raise NotFound(str(error)) from None

    async def checkpoint(self, name: str) -> Checkpoint:
        """A verified checkpoint, read once.

        Raises:
          NotFound: no checkpoint has this name, or it is damaged.
        """
        loading = self._loaded.get(name)
        if loading is None or loading.dropped:
            # Before anything is kept: a name that does not exist must not be remembered. A damaged file may be repaired while the server runs.
            self.card(name)
            loading = self._loaded[name] = Shared(self._loader, lambda: self.checkpoints.load(name), STATELESS)
        try:
            with self._waiting:
                return await loading.wait()
        except CheckpointError as error:
            raise NotFound(str(error)) from None

    async def prepare(self, checkpoint: str, request: PlanRequest) -> Prepared:
        """Load a checkpoint and check a request for it. Loading imports the environment, which takes seconds the first time.

        Raises:
          NotFound: no such checkpoint or planner.
          Invalid: settings that cannot be used, naming each.
        """
        return prepare(request, (await self.checkpoint(checkpoint)).card)

    async def is_compiled(self, prepared: Prepared, *, owner: str = STATELESS) -> bool:
        """True if a plan with these settings starts without compiling."""
        if self._loaded_checkpoint(prepared.about.checkpoint) is None or not self._can_evaluate(prepared):
            return False
        model, _ = await self._evaluator(prepared)
        return self._programs.ready(prepared.key(model))

    def compile_seconds(self, prepared: Prepared) -> float | None:
        """Seconds that compiling for this planner and environment took last time; None where it has not been done."""
        return self._programs.seconds(_kind(prepared))

    async def plan(
        self,
        prepared: Prepared,
        moment: Moment,
        *,
        wait_for_answers: bool = True,
        owner: str = STATELESS,
        on_start: Callable[[], None] | None = None,
    ) -> Record:
        """Plan at a moment; compiles first if the program is new.

        Raises:
          NotFound: no checkpoint has this name.
          Invalid: the plan would take more memory or time than one plan may.
          TooMany: the memory for plans is full.
          Invalid: its interventions took the weight of every particle.
          PlannerFailed: the status of the plan is not ok for another reason.
        """
        model, params = await self._evaluator(prepared)
        key = prepared.key(model)
        program = await self._program(key, lambda: prepared.compile(model, params, moment.state, self._max_plan_memory), owner, prepared)
        record = await self._run(
            program,
            lambda: prepared.run(program, params, moment),
            (model, prepared.planner.algorithm),
            prepared.settings.model_steps,
            prepared,
            owner,
            on_start,
        )
        _check(prepared, record)
        self.planned(record.metadata.plan_ms)
        name = prepared.about.checkpoint
        if not (wait_for_answers or self.has_answers(name)):
            if self.offers_answers(name):
                # They were forgotten, or are not there yet: a later plan has them.
                self._answers.begin(await self.checkpoint(name))
            return record
        truth = await self._answers.get(await self.checkpoint(name))
        return record if truth is None else await asyncio.to_thread(prepared.answer, record, moment, truth)

    async def plan_seeds(self, prepared: Prepared, moment: Moment, seeds: Sequence[int], *, owner: str = STATELESS) -> SeedsRecord:
        """Plan at a moment once with each seed; compiled once for each number of seeds.

        Raises:
          NotFound, Invalid, TooMany: as `plan`.
          PlannerFailed: the status of one of the plans is not ok.
        """
        model, params = await self._evaluator(prepared)
        count = len(seeds)
        compile_program = lambda: prepared.compile_many(model, params, moment.state, count, self._max_plan_memory)
        program = await self._program(prepared.key(model, count), compile_program, owner, prepared)
        try:
            record = await self._run(
                program,
                lambda: prepared.run_many(program, params, moment, seeds),
                (model, prepared.planner.algorithm, "seeds"),
                prepared.settings.model_steps * count,
                prepared,
                owner,
            )
        except PlanFailed as error:
            raise PlannerFailed(str(error)) from None
        self.planned(record.metadata.plan_ms)
        return record

    async def answers_known(self, checkpoint: str, *, owner: str = STATELESS) -> None:
        """Return when exact answers about a checkpoint are computed; at once where the environment has none."""
        await self._answers.get(await self.checkpoint(checkpoint))

    def has_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a checkpoint are computed, or its environment has none."""
        loaded = self._loaded_checkpoint(checkpoint)
        return loaded is not None and self._answers.known(loaded)

    def offers_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a loaded checkpoint can be computed."""
        loaded = self._loaded_checkpoint(checkpoint)
        return loaded is not None and has_truth(loaded.model.environment)

    async def first_moment(self, checkpoint: str, seed: int, *, owner: str = STATELESS) -> Moment:
        """The start of the episode with this seed."""
        episodes = await self._episodes(checkpoint)
        return await self._device.run(lambda: episodes.start(seed), owner)

    async def next_moment(self, checkpoint: str, moment: Moment, action: Any, *, seed: int, step: int, owner: str = STATELESS) -> Moment:
        """The moment after an action taken at environment step `step`."""
        episodes = await self._episodes(checkpoint)
        return await self._device.run(lambda: episodes.advance(moment, action, seed=seed, step=step), owner)

    async def moments_after(self, checkpoint: str, actions: Sequence[Any], *, seed: int, owner: str = STATELESS) -> list[Moment]:
        """The moments of an episode played by these actions, from its start on.

        Raises:
          Invalid: an action that the environment does not have, or the episode ends earlier.
        """
        loaded, episodes = await self.checkpoint(checkpoint), await self._episodes(checkpoint)
        environment = loaded.model.environment
        check = lambda: [as_executed(environment, action) for action in check_actions(environment, actions)]
        try:
            checked = await asyncio.to_thread(check)
        except SettingsError as error:
            raise Invalid(str(error), error.errors) from None
        moments = [await self.first_moment(checkpoint, seed, owner=owner)]
        for first in range(0, len(checked), SLICE_STEPS):
            if moments[-1].over:
                break
            part = checked[first : first + SLICE_STEPS]
            moments += await self._device.run(lambda: episodes.play(moments[-1], part, seed=seed, first=first)[1:], owner)  # noqa: B023
        if len(moments) <= len(checked):
            last = len(moments) - 1
            allowed = f"at most {last} actions: with seed {seed} the episode ends after them"
            raise wrong_value("actions", len(checked), allowed)
        return moments

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int, owner: str = STATELESS) -> list[Moment]:
        """The moments of an episode played by the greedy prior, from the start to `steps`.

        Raises:
          Invalid: the episode ends earlier.
        """
        loaded, episodes = await self.checkpoint(checkpoint), await self._episodes(checkpoint)
        moments = [await self.first_moment(checkpoint, seed, owner=owner)]
        while len(moments) <= steps and not moments[-1].over:
            first = len(moments) - 1
            count = min(SLICE_STEPS, steps - first)
            moments += await self._device.run(lambda: episodes.play_prior(loaded.params, moments[-1], count, seed=seed, first=first)[1:], owner)  # noqa: B023
        if len(moments) <= steps:
            last = len(moments) - 1
            allowed = f"at most {last}: with seed {seed} the episode of the greedy prior ends there"
            raise wrong_value("step", steps, allowed)
        return moments

    def _loaded_checkpoint(self, name: str) -> Checkpoint | None:
        """The checkpoint if it is loaded already."""
        loading = self._loaded.get(name)
        return loading.result if loading is not None and loading.ready else None

    def _can_evaluate(self, prepared: Prepared) -> bool:
        """True if the model and params of a plan are available without computation."""
        return prepared.settings.value_source == "network" or self.has_answers(prepared.about.checkpoint)

    async def _evaluator(self, prepared: Prepared) -> tuple[Any, Any]:
        """The model and params to plan with."""
        loaded = await self.checkpoint(prepared.about.checkpoint)
        if prepared.settings.value_source == "network":
            return loaded.model, loaded.params
        truth = await self._answers.get(loaded)
        return await asyncio.to_thread(prepared.evaluator, loaded.model, loaded.params, truth)

    async def _program(self, key: Hashable, compile_program: Callable[[], Compiled], owner: str, prepared: Prepared) -> Compiled:
        """The compiled program of a plan."""
        try:
            return await self._programs.get(key, compile_program, _kind(prepared), owner)
        except PlanTooLarge as error:
            raise _too_large(prepared, self._max_plan_memory / error.size, f"a plan may take {megabytes(self._max_plan_memory)} of memory") from None

    async def _run(
        self,
        program: Compiled,
        work: Callable[[], Any],
        kind: Hashable,
        steps: int,
        prepared: Prepared,
        owner: str,
        on_start: Callable[[], None] | None = None,
    ) -> Any:
        """Run a compiled program, in the lane of its expected time.

        Args:
          kind: programs whose time for one model step is alike.
          steps: model steps of the program.
        """
        expected = self._timings.expect(kind, steps)
        if expected is not None and not expected.stale and expected.seconds > self._max_plan_seconds:
            share = self._max_plan_seconds / expected.seconds
            raise _too_large(prepared, share, f"a plan may take {self._max_plan_seconds:g} s on this {self.device}")
        long = steps > USUAL_STEPS if expected is None else expected.seconds > LONG_SECONDS
        size = program.size
        self.memory.take(size, f"a plan with {prepared.settings.size}")

        def measured() -> Any:
            started = time.perf_counter()
            made = work()
            return made, time.perf_counter() - started

        try:
            made, seconds = await (self._long if long else self._device).run(measured, owner, on_start)
        except BaseException:
            self.memory.give_back(size)
            raise
        self._timings.learn(kind, steps, seconds)
        self.memory.give_back_with(made.arrays, size)
        return made

    async def _episodes(self, checkpoint: str) -> Episodes:
        return episodes_of((await self.checkpoint(checkpoint)).model)

    def _rest(self, owner: str, started: float) -> float:
        """Seconds for which no long plan begins after one that began at `started`.

        A long plan slows down the short ones beside it. Each user of the device has the same share of time without: with n others present during a
        long plan, n times as long follows.
        """
        others = self._device.others_since(owner, started)
        return min(others * (time.perf_counter() - started), MAX_REST_SECONDS)


def limits_of(config: ServerConfig) -> dict[str, Any]:
    """The limits of an engine, by the names of its arguments."""
    names = ("max_program_memory", "max_table_memory", "max_memory", "max_plan_memory", "max_plan_seconds")
    return {name: getattr(config, name) for name in names}


def _kind(prepared: Prepared) -> tuple[str, str]:
    """Programs that take about as long to compile."""
    return prepared.about.environment.name, prepared.planner.name


def _check(prepared: Prepared, record: Record) -> None:
    """Check that the status of a plan is ok.

    Raises:
      Invalid: the interventions took the weight of every particle.
      PlannerFailed: it is not ok for another reason.
    """
    changes = prepared.request.interventions
    if changes and record.metadata.status == ALL_WEIGHTS_ZERO:
        raise wrong_value("interventions", list(changes), "changes that leave at least one particle some weight")
    try:
        prepared.check(record)
    except PlanFailed as error:
        raise PlannerFailed(str(error)) from None


def _too_large(prepared: Prepared, share: float, why: str) -> Invalid:
    """The refusal of a plan, with the largest size that is allowed: `share` of its particles, or of its simulations."""
    field, *fixed = prepared.settings.budget
    given = getattr(prepared.settings, field)
    beside = "".join(f" at {name} {getattr(prepared.settings, name)}" for name in fixed)
    # Not everything shrinks in proportion.
    allowed = f"at most {max(int(0.95 * share * given), 1)}{beside}: {why}"
    return wrong_value(field, given, allowed)
