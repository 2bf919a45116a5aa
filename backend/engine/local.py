"""The engine of this process: one thread for the device, one for compiling and one for loading, so that none delays another or the event loop.

Compiled programs are kept by `Prepared.key`: checkpoints of one environment and network shape share them, and a live setting never causes a
compilation.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from backend.arguments import prepare
from backend.problems import Invalid, NotFound, PlannerFailed
from planner import Card, Checkpoint, CheckpointError, Checkpoints, Moment, PlanFailed, PlanRequest, Prepared, Record, SeedsRecord, Truth, has_truth
from planner.episodes import Episodes, episodes_of
from planner.request import Program, device_name


class LocalEngine:
    """Runs planners in this process."""

    def __init__(self, checkpoints: Path, *, max_programs: int = 32):
        self.checkpoints = Checkpoints(checkpoints)
        self._max_programs = max_programs
        self._device = ThreadPoolExecutor(1, "device")
        self._compiler = ThreadPoolExecutor(1, "compiler")
        self._loader = ThreadPoolExecutor(1, "loader")
        self._programs: OrderedDict[Hashable, asyncio.Future[Program]] = OrderedDict()
        self._loaded: dict[str, asyncio.Future[Checkpoint]] = {}
        self._truths: dict[str, asyncio.Future[Truth]] = {}
        self._queued = 0
        self._waiting = 0

    @property
    def queued(self) -> int:
        """Number of plans and steps that wait for the device or run on it."""
        return self._queued

    @property
    def busy(self) -> bool:
        """True while someone waits for the device, for a compilation or for a checkpoint."""
        return self._queued > 0 or self._waiting > 0

    @property
    def device(self) -> str:
        """Readable name of the device that plans run on."""
        return device_name()

    def close(self) -> None:
        """Refuse new work; running work is finished."""
        for executor in (self._device, self._compiler, self._loader):
            executor.shutdown(wait=False, cancel_futures=True)

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
        if name not in self._loaded:
            self._loaded[name] = self._in(self._loader, lambda: self.checkpoints.load(name))
        try:
            return await self._wait(self._loaded[name])
        except CheckpointError as error:
            # A damaged file may be repaired while the server runs.
            self._loaded.pop(name, None)
            raise NotFound(str(error)) from None

    async def prepare(self, checkpoint: str, request: PlanRequest) -> Prepared:
        """Load a checkpoint and check a request for it. Loading imports the environment, which takes seconds the first time.

        Raises:
          NotFound: no such checkpoint or planner.
          Invalid: settings that cannot be used, naming each.
        """
        return prepare(request, (await self.checkpoint(checkpoint)).card)

    async def is_compiled(self, prepared: Prepared) -> bool:
        """True if a plan with these settings starts without compiling."""
        name = prepared.about.checkpoint
        if name not in self._loaded or not self._loaded[name].done() or not self._can_evaluate(prepared):
            return False
        model, _ = await self._evaluator(prepared)
        program = self._programs.get(prepared.key(model))
        return program is not None and program.done()

    async def plan(self, prepared: Prepared, moment: Moment, *, wait_for_answers: bool = True) -> Record:
        """Plan at a moment; compiles first if the program is new.

        Raises:
          NotFound: no checkpoint has this name.
          PlannerFailed: the status of the plan is not ok.
        """
        model, params = await self._evaluator(prepared)
        program = await self._program(prepared.key(model), lambda: prepared.compile(model, params, moment.state))
        record = await self._on_device(lambda: _checked(prepared, prepared.run(program, params, moment)))
        name = prepared.about.checkpoint
        if not (wait_for_answers or self.has_answers(name)):
            return record
        truth = await self._truth(name)
        return record if truth is None else await asyncio.to_thread(prepared.answer, record, moment, truth)

    async def plan_seeds(self, prepared: Prepared, moment: Moment, seeds: Sequence[int]) -> SeedsRecord:
        """Plan at a moment once with each seed; compiled once for each number of seeds.

        Raises:
          NotFound: no checkpoint has this name.
          PlannerFailed: the status of one of the plans is not ok.
        """
        model, params = await self._evaluator(prepared)
        count = len(seeds)
        program = await self._program(prepared.key(model, count), lambda: prepared.compile_many(model, params, moment.state, count))

        def run() -> SeedsRecord:
            try:
                return prepared.run_many(program, params, moment, seeds)
            except PlanFailed as error:
                raise PlannerFailed(str(error)) from None

        return await self._on_device(run)

    async def answers_known(self, checkpoint: str) -> None:
        """Return when exact answers about a checkpoint are computed; at once where the environment has none."""
        await self._truth(checkpoint)

    def has_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a checkpoint are computed, or its environment has none."""
        loaded = self._loaded.get(checkpoint)
        if loaded is None or not loaded.done():
            return False
        truth = self._truths.get(checkpoint)
        return truth.done() if truth is not None else not self.offers_answers(checkpoint)

    def offers_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a loaded checkpoint can be computed."""
        loaded = self._loaded.get(checkpoint)
        return loaded is not None and loaded.done() and has_truth(loaded.result().model.environment)

    async def first_moment(self, checkpoint: str, seed: int) -> Moment:
        """The start of the episode with this seed."""
        episodes = await self._episodes(checkpoint)
        return await self._on_device(lambda: episodes.start(seed))

    async def next_moment(self, checkpoint: str, moment: Moment, action: Any, *, seed: int, step: int) -> Moment:
        """The moment after an action taken at environment step `step`."""
        episodes = await self._episodes(checkpoint)
        return await self._on_device(lambda: episodes.advance(moment, action, seed=seed, step=step))

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int) -> list[Moment]:
        """The moments of an episode played by the greedy prior, from the start to `steps`.

        Raises:
          Invalid: the episode ends earlier.
        """
        loaded, episodes = await self.checkpoint(checkpoint), await self._episodes(checkpoint)
        start = await self.first_moment(checkpoint, seed)
        moments = await self._on_device(lambda: episodes.play_prior(loaded.params, start, steps, seed=seed))
        if len(moments) <= steps:
            last = len(moments) - 1
            allowed = f"at most {last}: with seed {seed} the episode of the greedy prior ends there"
            raise Invalid(f"step: got {steps}, allowed: {allowed}", [{"field": "step", "given": steps, "allowed": allowed}])
        return moments

    def _can_evaluate(self, prepared: Prepared) -> bool:
        """True if the model and params of a plan are available without computation."""
        return prepared.settings.value_source == "network" or self.has_answers(prepared.about.checkpoint)

    async def _evaluator(self, prepared: Prepared) -> tuple[Any, Any]:
        """The model and params to plan with."""
        loaded = await self.checkpoint(prepared.about.checkpoint)
        if prepared.settings.value_source == "network":
            return loaded.model, loaded.params
        truth = await self._truth(loaded.name)
        return await asyncio.to_thread(prepared.evaluator, loaded.model, loaded.params, truth)

    async def _program(self, key: Hashable, compile_program: Callable[[], Program]) -> Program:
        """The compiled program; requests that arrive while it compiles wait for the same compilation."""
        if key not in self._programs:
            self._programs[key] = self._in(self._compiler, compile_program)
            while len(self._programs) > self._max_programs:
                self._programs.popitem(last=False)
        program = self._programs[key]
        self._programs.move_to_end(key)
        try:
            return await self._wait(program)
        except Exception:
            self._programs.pop(key, None)
            raise

    async def _truth(self, checkpoint: str) -> Truth | None:
        """Exact answers about a checkpoint, computed once; None where its environment has none."""
        loaded = await self.checkpoint(checkpoint)
        if not has_truth(loaded.model.environment):
            return None
        if checkpoint not in self._truths:
            self._truths[checkpoint] = asyncio.ensure_future(asyncio.to_thread(Truth, loaded.model, loaded.params))
        return await self._wait(self._truths[checkpoint])

    async def _episodes(self, checkpoint: str) -> Episodes:
        return episodes_of((await self.checkpoint(checkpoint)).model)

    def _in(self, executor: ThreadPoolExecutor, work: Callable[[], Any]) -> asyncio.Future[Any]:
        return asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(executor, work))

    async def _wait(self, future: asyncio.Future[Any]) -> Any:
        """Wait for work that others may also wait for; cancelling this wait does not cancel the work."""
        if future.done():
            return future.result()
        self._waiting += 1
        try:
            return await asyncio.shield(future)
        finally:
            self._waiting -= 1

    async def _on_device(self, work: Callable[[], Any]) -> Any:
        """Run work on the device, after all work that was queued before it."""
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._device, work)
        finally:
            self._queued -= 1


def _checked(prepared: Prepared, record: Record) -> Record:
    """Return the record; raises PlannerFailed where its status is not ok."""
    try:
        return prepared.check(record)
    except PlanFailed as error:
        raise PlannerFailed(str(error)) from None
