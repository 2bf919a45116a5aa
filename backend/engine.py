"""The engine: what is compiled, and the queue to the device.

Plans run one after another in one thread, compilations in another, so neither ever blocks the event loop and a compilation does not hold up the
plans of other sessions. Compiled programs are kept by checkpoint and static settings, which tell algorithms apart; a live setting never makes
a new one.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backend.problems import Invalid, NotFound, PlannerFailed
from planner import (
    STATUSES,
    Card,
    Checkpoint,
    CheckpointError,
    Checkpoints,
    PlannerSettings,
    get_planner,
    plan_seeds,
    seeds_to_arrays,
    to_arrays,
)
from planner.diagnostics import diagnose
from planner.episodes import plan_key, prior_action, reset_key, step_key
from planner.particles import NOWHERE
from planner.truth import Truth, has_truth, judged

State = Any
ProgramKey = tuple[str, str, Hashable, Any]
"""Checkpoint, value source, static settings, and what is asked of the program: `(atoms, states)` of one plan, or how many seeds."""


@dataclass(frozen=True)
class Planned:
    """One plan, on the host."""

    arrays: dict[str, np.ndarray]
    """As planned, and exact answers beside where there are any."""
    settings: PlannerSettings
    milliseconds: float
    """Running and fetching, without waiting or compiling."""

    def record(self) -> dict[str, np.ndarray]:
        """All arrays of the trace, diagnostics among them."""
        return self.arrays | diagnose(self.arrays, self.settings.model_dump())


@dataclass(frozen=True)
class PlannedSeeds:
    """The decisions of plans that differ by their seed, on the host."""

    arrays: Mapping[str, np.ndarray]
    milliseconds: float


@dataclass(frozen=True)
class Moment:
    """A state that can be returned to and planned from, on the host."""

    state: State
    episode_return: float = 0.0
    terminated: bool = False
    truncated: bool = False


class Engine:
    """Runs planners. One for each process."""

    def __init__(self, checkpoints: Path, *, max_programs: int = 32):
        self.checkpoints = Checkpoints(checkpoints)
        self._max_programs = max_programs
        self._device = ThreadPoolExecutor(1, "device")
        self._compiler = ThreadPoolExecutor(1, "compiler")
        self._programs: OrderedDict[ProgramKey, asyncio.Future[Callable[..., Any]]] = OrderedDict()
        self._loaded: dict[str, asyncio.Future[Checkpoint]] = {}
        self._truths: dict[str, asyncio.Future[Truth]] = {}
        self._episodes: dict[str, Episodes] = {}
        self._queued = 0

    @property
    def queued(self) -> int:
        """Plans that wait for the device or run on it."""
        return self._queued

    @property
    def device(self) -> str:
        """The device plans run on, for people."""
        device = jax.devices()[0]
        return device.device_kind if device.platform != "cpu" else "CPU"

    def close(self) -> None:
        """Stop taking work; what runs is finished."""
        self._device.shutdown(wait=False, cancel_futures=True)
        self._compiler.shutdown(wait=False, cancel_futures=True)

    def card(self, name: str) -> Card:
        """The card of a checkpoint.

        Raises:
          NotFound: no such checkpoint, or a damaged one.
        """
        try:
            return self.checkpoints.card(name)
        except CheckpointError as error:
            raise NotFound(str(error)) from None

    async def checkpoint(self, name: str) -> Checkpoint:
        """A verified checkpoint, read once.

        Raises:
          NotFound: no such checkpoint, or a damaged one.
        """
        if name not in self._loaded:
            loading = asyncio.get_running_loop().run_in_executor(self._compiler, self.checkpoints.load, name)
            self._loaded[name] = asyncio.ensure_future(loading)
        try:
            return await asyncio.shield(self._loaded[name])
        except CheckpointError as error:
            # A damaged file may be mended while the server runs.
            self._loaded.pop(name, None)
            raise NotFound(str(error)) from None

    def is_compiled(self, checkpoint: str, planner: str, settings: PlannerSettings) -> bool:
        """Whether a plan with these settings would start without compiling."""
        static, _ = get_planner(planner).split(settings)
        program = self._programs.get((checkpoint, settings.value_source, static, (False, False)))
        return program is not None and program.done()

    async def plan(
        self,
        checkpoint: str,
        planner: str,
        settings: PlannerSettings,
        state: State,
        *,
        seed: int,
        step: int,
        atoms: bool = False,
        states: bool = False,
    ) -> Planned:
        """Plan from a state; compiles first where the program is new.

        Raises:
          NotFound: no such checkpoint.
          PlannerFailed: the network gave numbers that are not finite, or no particle kept any weight.
        """
        loaded = await self.checkpoint(checkpoint)
        truth = await self._truth(loaded)
        model, params = await asyncio.to_thread(judged, loaded, truth, settings)
        chosen = get_planner(planner)
        static, live = chosen.split(settings)

        def compile_program() -> Callable[..., Any]:
            program = chosen.program(model, static, atoms=atoms, states=states)
            return jax.jit(program).lower(params, plan_key(0, 0), state, live).compile()

        program = await self._program((checkpoint, settings.value_source, static, (atoms, states)), compile_program)

        def run() -> Planned:
            started = time.perf_counter()
            plan = program(params, plan_key(seed, step), state, live)
            arrays = to_arrays(plan)
            _check(plan.status, f"checkpoint {checkpoint!r}, seed {seed}, step {step}", _place(plan.fault, arrays))
            return Planned(arrays, settings, 1e3 * (time.perf_counter() - started))

        planned = await self._on_device(run)
        if truth is None:
            return planned
        temperature = loaded.card.settings["reward_temperature"]
        answers = await asyncio.to_thread(truth.answers, planned.arrays, state, settings.model_dump(), temperature)
        return replace(planned, arrays=planned.arrays | answers)

    async def plan_seeds(
        self, checkpoint: str, planner: str, settings: PlannerSettings, state: State, *, seeds: Sequence[int], step: int
    ) -> PlannedSeeds:
        """Plan from a state once with each seed; compiled once for each number of seeds.

        Raises:
          NotFound: no such checkpoint.
          PlannerFailed: as `plan`, in any of the plans.
        """
        loaded = await self.checkpoint(checkpoint)
        model, params = await asyncio.to_thread(judged, loaded, await self._truth(loaded), settings)
        chosen = get_planner(planner)
        static, live = chosen.split(settings)
        keys = await self._on_device(lambda: jnp.stack([plan_key(seed, step) for seed in seeds]))

        def compile_program() -> Callable[..., Any]:
            many = partial(plan_seeds, program=chosen.program(model, static))
            return jax.jit(many).lower(keys, params, state, live).compile()

        program = await self._program((checkpoint, settings.value_source, static, len(seeds)), compile_program)

        def run() -> PlannedSeeds:
            started = time.perf_counter()
            planned = program(keys, params, state, live)
            arrays = seeds_to_arrays(planned)
            _check(planned.status, f"checkpoint {checkpoint!r}, seeds {seeds[0]} to {seeds[-1]}, step {step}")
            return PlannedSeeds(arrays, 1e3 * (time.perf_counter() - started))

        return await self._on_device(run)

    async def first_moment(self, checkpoint: str, seed: int) -> Moment:
        """The start of the episode with this seed."""
        episodes = await self._episode(checkpoint)
        return await self._on_device(lambda: Moment(jax.device_get(episodes.reset(reset_key(seed)))))

    async def next_moment(self, checkpoint: str, moment: Moment, action: np.ndarray, *, seed: int, step: int) -> Moment:
        """One environment step from a moment at `step`."""
        episodes = await self._episode(checkpoint)
        return await self._on_device(lambda: episodes.advance(moment, action, step_key(seed, step)))

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int) -> list[Moment]:
        """The moments that the greedy prior passes through, from the start to `steps`.

        Raises:
          Invalid: the episode ends before.
        """
        loaded = await self.checkpoint(checkpoint)
        episodes = await self._episode(checkpoint)
        start = await self.first_moment(checkpoint, seed)
        moments = await self._on_device(lambda: episodes.play_prior(loaded, start, steps, seed))
        if len(moments) <= steps:
            last = len(moments) - 1
            allowed = f"at most {last}: with seed {seed} the episode of the greedy prior ends there"
            raise Invalid(f"step: got {steps}, allowed: {allowed}", [{"field": "step", "given": steps, "allowed": allowed}])
        return moments

    async def _program(self, key: ProgramKey, compile_program: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """The compiled program, shared by all who ask for it while it compiles."""
        if key not in self._programs:
            self._programs[key] = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(self._compiler, compile_program))
            while len(self._programs) > self._max_programs:
                self._programs.popitem(last=False)
        program = self._programs[key]
        self._programs.move_to_end(key)
        try:
            return await asyncio.shield(program)
        except Exception:
            self._programs.pop(key, None)
            raise

    async def _truth(self, checkpoint: Checkpoint) -> Truth | None:
        """Exact answers about a checkpoint, None where there are none; worked out once."""
        if not has_truth(checkpoint.model.environment):
            return None
        if checkpoint.name not in self._truths:
            self._truths[checkpoint.name] = asyncio.ensure_future(asyncio.to_thread(Truth, checkpoint.model, checkpoint.params))
        return await asyncio.shield(self._truths[checkpoint.name])

    async def _episode(self, checkpoint: str) -> "Episodes":
        loaded = await self.checkpoint(checkpoint)
        if checkpoint not in self._episodes:
            self._episodes[checkpoint] = Episodes(loaded)
        return self._episodes[checkpoint]

    async def _on_device(self, work: Callable[[], Any]) -> Any:
        """Wait for a turn on the device, and run there."""
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._device, work)
        finally:
            self._queued -= 1


class Episodes:
    """The environment of a checkpoint, stepped outside of plans."""

    def __init__(self, checkpoint: Checkpoint):
        environment = checkpoint.model.environment
        self.reset = jax.jit(environment.reset)
        self._prior_action = jax.jit(prior_action(checkpoint.model))

        def advance(state: State, action: Any, key: jax.Array) -> tuple[Any, Any]:
            transition = environment.step(key, state, action)
            return transition, environment.is_truncated(transition.state)

        self._advance = jax.jit(advance)

    def advance(self, moment: Moment, action: Any, key: jax.Array) -> Moment:
        """The moment after one step."""
        transition, truncated = jax.device_get(self._advance(moment.state, action, key))
        terminated = bool(transition.continuation == 0)
        return Moment(transition.state, moment.episode_return + float(transition.reward), terminated, bool(truncated) and not terminated)

    def play_prior(self, checkpoint: Checkpoint, start: Moment, steps: int, seed: int) -> list[Moment]:
        """Follow the most probable actions of the prior."""
        moments = [start]
        for step in range(steps):
            moment = moments[-1]
            if moment.terminated or moment.truncated:
                break
            action = self._prior_action(checkpoint.params, moment.state)
            moments.append(self.advance(moment, action, step_key(seed, step)))
        return moments


def _check(status: Any, plan: str, place: str = "") -> None:
    """Raise PlannerFailed where a plan, or any of several, went wrong."""
    worst = STATUSES[int(np.max(status))]
    if worst != "ok":
        reason = {
            "non_finite_network": "the network's prior, value or Q is not a finite number",
            "all_weights_zero": "no particle kept any weight",
            "no_valid_action": "the network's prior allows no action at all",
        }[worst]
        raise PlannerFailed(f"{plan}: {reason}{place}")


def _place(fault: Any, arrays: Mapping[str, np.ndarray]) -> str:
    """Where in a plan the network failed, in words; nothing where it did not."""
    fault = int(fault)
    if fault <= NOWHERE:
        return ""
    if fault < 0:
        return ", at the state planned from"
    levels = arrays["parent"].shape
    where = f"simulation {fault}" if len(levels) == 1 else f"level {fault // levels[1]}, slot {fault % levels[1]}"
    x, y = arrays["position"].reshape(-1, 2)[fault]
    return f", at the state reached by {where}, position ({x:.3g}, {y:.3g})"


@cache
def use_compilation_cache(folder: Path) -> None:
    """Keep compiled programs on disk, so that the next start of this machine is quick."""
    folder.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
