"""The life of a plan: a request is prepared and run, and becomes a record.

    PlanRequest --prepare()--> Prepared --program(), run()--> Record

`prepare` is the only place where settings are checked, completed, split into static and live ones, and matched to a program. Sessions, routes, the
command line, notebooks, benchmarks and runs of many seeds all use this module. Compiling and running are separate calls, so the caller chooses the
thread of each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from planner.algorithms.registry import PlanFunction, PlanLike, Planner, get_planner
from planner.algorithms.settings import MAX_TRANSITIONS, ParticleSettings, PlannerSettings, SettingsError, plain
from planner.checkpoints import Card, Checkpoint
from planner.core.interventions import Interventions, no_interventions
from planner.core.model import Model, Params
from planner.core.particles import STATUSES
from planner.core.trace import to_arrays
from planner.environments import Environment, make_environment
from planner.episodes import Moment, plan_key
from planner.interventions import check_interventions
from planner.interventions import to_arrays as to_change_arrays
from planner.own_model import check_environment, check_model
from planner.record.faults import CAUSES, UNFINISHED, PlanFailed, not_finite, place_of
from planner.record.metadata import Metadata
from planner.record.record import Record
from planner.seeds import Seeds, SeedsRecord, plan_seeds, seeds_to_arrays
from planner.truth import Truth, check_value_source

MAX_SEED = 2**32 - 1
MAX_SEEDS = 256
MAX_STEP = 2**31 - 1
"""Largest number of an environment step that a key can be made of (u32), with room for the step after it."""

MEMORY_PER_BYTE = 10
"""Memory of a program of a CPU per byte of its file: 24 programs of 0.7 to 2.4 MB took 1 to 30 MB each, 16 MB on average."""

Program = Callable[..., Any]
"""A program of one plan or of many seeds, pure and not yet compiled."""


@dataclass(frozen=True)
class Compiled:
    """A compiled program of one plan or of many seeds."""

    call: Callable[..., Any]
    size: int
    """Bytes of its result."""
    code: int = 0
    """Bytes that the program itself takes in memory, about."""


class PlanTooLarge(ValueError):
    """The result of a program takes more memory than is allowed; found before it is compiled."""

    def __init__(self, size: int, limit: int):
        super().__init__(f"the plan takes {size} bytes, allowed are {limit}")
        self.size = size


QUICK = {
    "xla_backend_optimization_level": 0,
    "xla_llvm_disable_expensive_passes": True,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""Options of XLA with which it compiles for a CPU in a fifth of the time. The programs take five times as long, which pays below a thousand plans."""


class UnsupportedPrecision(ValueError):
    """JAX is set to 64-bit numbers."""


@dataclass(frozen=True)
class PlanRequest:
    """A plan as a person requests it: planner, settings, seed and step. `prepare` checks it."""

    planner: str = "trt_smc"
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that differ from the defaults, by name."""
    seed: int = 0
    """Seed of the episode and of the plan, 0 to MAX_SEED."""
    step: int = 0
    """Environment step of the state to plan from; part of the plan's key."""
    atoms: bool = False
    """Also record the distributions at every state."""
    states: bool = False
    """Also record every state."""
    interventions: tuple[Mapping[str, Any], ...] = ()
    """Changes inside the plan, each `{kind, level, slot, ...}` (docs/api.md, Interventions)."""

    def prepare(self, subject: Card | Checkpoint | Model, *, defaults: Mapping[str, float] | None = None) -> Prepared:
        """Check and complete the request for a checkpoint, its card, or a bare model.

        Args:
          defaults: `reward_temperature` and `discount` of a bare model; a card has its own.

        Raises:
          UnknownPlannerError: no planner has this name.
          ModelError: the environment of a bare model lacks a part.
          SettingsError: invalid settings, seed or step out of range, exact values for an environment without them, or interventions that this plan
            cannot have.
          UnsupportedPrecision: JAX is set to 64 bits.
        """
        if jax.config.read("jax_enable_x64"):
            raise UnsupportedPrecision("twistscope computes in 32 bits, as its networks were trained: unset JAX_ENABLE_X64")
        planner = get_planner(self.planner)
        about = _about(subject, defaults or {})
        seed, step = _whole("seed", self.seed, MAX_SEED), _whole("step", self.step, MAX_STEP)
        self = replace(self, settings={name: plain(value) for name, value in self.settings.items()}, seed=seed, step=step)
        settings = planner.settings(self.settings, about.defaults)
        check_value_source(about.environment, settings)
        static, live = planner.split(settings)
        return Prepared(self, about, planner, settings, static, live, self._check_interventions(planner, settings, about.environment))

    def _check_interventions(self, planner: Planner, settings: PlannerSettings, environment: Environment) -> tuple[Any, ...]:
        if not self.interventions:
            return ()
        if not isinstance(settings, ParticleSettings):
            raise SettingsError([{"field": "interventions", "given": len(self.interventions), "allowed": f"none: {planner.title} has no particles"}])
        actions = len(environment.action_names) if environment.action_bounds is None else settings.action_atoms
        assigned = planner.algorithm.assigned_levels(settings, actions)
        return tuple(check_interventions(self.interventions, settings.depth, settings.particles, actions, assigned))


def _whole(name: str, value: Any, most: int) -> int:
    """A whole number from 0 to `most`, also one of NumPy; raises SettingsError."""
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
        raise SettingsError([{"field": name, "given": value, "allowed": f"a whole number >= 0 and <= {most}"}])
    return number


@dataclass(frozen=True)
class _About:
    """Identity and defaults of the subject of a plan, for its record."""

    checkpoint: str
    sha256: str
    environment: Environment
    defaults: Mapping[str, float]


def _about(subject: Card | Checkpoint | Model, defaults: Mapping[str, float]) -> _About:
    if isinstance(subject, Model):
        check_environment(subject.environment)
        return _About("", "", subject.environment, defaults)
    card = subject.card if isinstance(subject, Checkpoint) else subject
    return _About(card.name, card.sha256, make_environment(card.environment), card.settings)


@dataclass(frozen=True)
class Prepared:
    """A checked request, ready to be compiled and run."""

    request: PlanRequest
    about: _About
    planner: Planner
    settings: PlannerSettings
    """Complete, defaults included."""
    static: Hashable
    live: Any
    interventions: tuple[Any, ...] = ()
    """Checked changes inside the plan."""

    def evaluator(self, model: Model, params: Params, truth: Truth | None) -> tuple[Model, Params]:
        """The model and params to plan with: the given ones, or exact tables where `value_source` is `exact`.

        Args:
          truth: exact answers about `model` and `params`; computed here if needed and None.
        """
        if self.settings.value_source == "network":
            return model, params
        truth = truth or Truth(model, params)
        return truth.model, truth.tables(self.reward_temperature, self.settings.discount, self.settings.value_noise)

    @property
    def reward_temperature(self) -> float:
        """tau: the setting, or the checkpoint's default for planners without this setting."""
        return getattr(self.settings, "reward_temperature", self.about.defaults.get("reward_temperature", 1.0))

    def key(self, model: Model, seeds: int | None = None) -> Hashable:
        """Key of the compiled program: equal for requests that can share it.

        Checkpoints of one environment and network shape have equal models.

        Args:
          model: as `evaluator` returns it.
          seeds: number of plans of `many`; None for one plan.
        """
        return model, self.planner.algorithm, self.static, (self.request.atoms, self.request.states) if seeds is None else seeds

    def program(self, model: Model) -> PlanFunction:
        """`(params, key, root_state, live) -> plan`, pure and not yet compiled."""
        return self.planner.program(model, self.static, atoms=self.request.atoms, states=self.request.states)

    def compile(self, model: Model, params: Params, state: Any, max_bytes: int | None = None) -> Compiled:
        """Compile the program of one plan; only the shapes of the arguments are used.

        Raises:
          ModelError: a bare model that nothing can be planned with.
          PlanTooLarge: the plan takes more than `max_bytes`.
        """
        self._check_bare(model, params, state)
        return _compile(self.program(model), (params, plan_key(0, 0), state, self.live, *self.changes()), max_bytes)

    def _check_bare(self, model: Model, params: Params, state: Any) -> None:
        """Check a model that no checkpoint vouches for; raises ModelError."""
        if not self.about.checkpoint:
            check_model(model, params, state, self.settings.action_atoms)

    def run(self, program: Compiled, params: Params, moment: Moment) -> Record:
        """Plan at a moment and fetch the result as a record.

        The status is in the record's metadata; `check` raises where it is not ok.
        """
        started = time.perf_counter()
        key = plan_key(self.request.seed, self.request.step)
        plan: PlanLike = jax.device_get(program.call(params, key, moment.state, self.live, *self.changes()))
        arrays = to_arrays(plan)
        return self._record(plan, arrays, moment, 1e3 * (time.perf_counter() - started))

    def _record(self, plan: PlanLike, arrays: Mapping[str, np.ndarray], moment: Moment, milliseconds: float) -> Record:
        status = STATUSES[int(plan.status)]
        fault = "" if status == "ok" else f"{CAUSES[status]}{place_of(int(plan.fault), arrays)}"
        # Weights of such rewards are none: they are the cause.
        if status in ("ok", "all_weights_zero") and (said := not_finite(arrays, status == "ok")):
            status, fault = UNFINISHED, said
        return Record(arrays, self._metadata(moment, milliseconds, status, fault))

    def answer(self, record: Record, moment: Moment, truth: Truth) -> Record:
        """Add the exact answers at the root to a record."""
        evidence = self.planner.traits.evidence
        answers = truth.answers(record.arrays, moment.state, record.metadata.settings, self.reward_temperature, evidence=evidence)
        return Record({**record.arrays, **answers}, record.metadata)

    def changes(self) -> tuple[Interventions, ...]:
        """The last argument of a program of one plan: interventions, also where there are none. A search tree takes none."""
        if not isinstance(self.settings, ParticleSettings):
            return ()
        size = self.settings.depth, self.settings.particles
        return (to_change_arrays(self.interventions, *size) if self.interventions else _unchanged(*size),)

    def many(self, model: Model) -> Program:
        """`(keys, params, root_state, live) -> Seeds`: one plan for each key, pure and not yet compiled."""
        return partial(plan_seeds, program=self.program(model))

    def compile_many(self, model: Model, params: Params, state: Any, seeds: int, max_bytes: int | None = None) -> Compiled:
        """Compile the program of `many`; as `compile`."""
        self._check_bare(model, params, state)
        return _compile(self.many(model), (_keys([0] * seeds, 0), params, state, self.live), max_bytes)

    def run_many(self, program: Compiled, params: Params, moment: Moment, seeds: Sequence[int]) -> SeedsRecord:
        """Plan at a moment once with each seed. Interventions belong to the random numbers of one plan and are not made.

        Raises:
          PlanFailed: the status of a plan is not ok.
        """
        started = time.perf_counter()
        planned: Seeds = program.call(_keys(seeds, self.request.step), params, moment.state, self.live)
        arrays = {**seeds_to_arrays(planned), "seed": np.array(seeds, np.int64)}
        milliseconds = 1e3 * (time.perf_counter() - started)
        worst = STATUSES[int(np.max(planned.status))]
        if worst == "ok" and not_finite(arrays, True):
            worst = UNFINISHED
        if worst != "ok":
            raise PlanFailed(f"{self.subject}, seeds {seeds[0]} to {seeds[-1]}, step {self.request.step}: {CAUSES[worst]}")
        return SeedsRecord(arrays, self._metadata(moment, milliseconds, "ok", ""))

    def compile_each(self, model: Model, params: Params, state: Any, plans: int) -> Compiled:
        """Compile the program of `run_each`, for this many plans, in a fifth of the time that optimised programs take."""
        program = jax.vmap(self.program(model), in_axes=(None, 0, None, None, *(0 for _ in self.changes())))
        keys = jax.random.split(plan_key(0, 0), plans)
        return _compile(
            program, (params, keys, state, self.live, *_stacked([self.changes()] * plans)), None, QUICK if jax.default_backend() == "cpu" else None
        )

    def seeds(self, count: int, skip: int = 0) -> list[int]:
        """`count` consecutive seeds, starting `skip` after the request's own; 0 follows MAX_SEED.

        Raises:
          SettingsError: `count` is out of range: more than MAX_SEEDS, or too many model steps together.
        """
        steps = self.settings.model_steps
        most = min(MAX_SEEDS, MAX_TRANSITIONS // steps)
        if not 1 <= count <= most:
            allowed = f"at least 1 and at most {most}: no more than {MAX_SEEDS}, and seeds * {steps} model steps <= {MAX_TRANSITIONS}"
            raise SettingsError([{"field": "seeds", "given": count, "allowed": allowed}])
        return [(self.request.seed + offset) % (MAX_SEED + 1) for offset in range(skip, skip + count)]

    @property
    def subject(self) -> str:
        """The checkpoint, or the environment of a bare model, for messages."""
        return f"checkpoint {self.about.checkpoint!r}" if self.about.checkpoint else f"a model of {self.about.environment.name}"

    def check(self, record: Record) -> Record:
        """Return the record if its status is ok.

        Raises:
          PlanFailed: the status is not ok.
        """
        if record.metadata.status != "ok":
            raise PlanFailed(f"{self.subject}, seed {self.request.seed}, step {self.request.step}: {record.metadata.fault}")
        return record

    def _metadata(self, moment: Moment, milliseconds: float, status: str, fault: str) -> Metadata:
        environment = self.about.environment
        return Metadata(
            checkpoint=self.about.checkpoint,
            checkpoint_sha256=self.about.sha256,
            environment=environment.name,
            planner=self.planner.name,
            settings=self.settings.model_dump(),
            seed=self.request.seed,
            step=self.request.step,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            device=device_name(),
            jax=jax.__version__,
            plan_ms=round(milliseconds, 3),
            kind=self.planner.traits.kind,
            twistscope=VERSION,
            traits=self.planner.traits,
            asked=dict(self.request.settings),
            interventions=[{"kind": each.kind, **each.model_dump(exclude={"kind"})} for each in self.interventions],
            actions_so_far=moment.actions,
            status=status,
            fault=fault,
            actions=list(environment.action_names),
            action_bounds=environment.action_bounds,
            scene=environment.scene(moment.state),
            episode=moment.episode(self.request.step),
        )


def run_each(plans: Sequence[Prepared], program: Compiled, params: Params, moment: Moment) -> list[Record]:
    """Plan at one moment once for each of `plans`, in parallel, and fetch whole records; equal to those of `run` up to rounding.

    Args:
      plans: those that `program` was compiled for; they differ only in seed and interventions.
    """
    started = time.perf_counter()
    keys = _keys([each.request.seed for each in plans], plans[0].request.step)
    made = jax.device_get(program.call(params, keys, moment.state, plans[0].live, *_stacked([each.changes() for each in plans])))
    milliseconds = 1e3 * (time.perf_counter() - started) / len(plans)
    single = [jax.tree.map(lambda leaf, index=index: leaf[index], made) for index in range(len(plans))]
    return [each._record(plan, to_arrays(plan), moment, milliseconds) for each, plan in zip(plans, single, strict=True)]


def _stacked(changes: Sequence[tuple[Interventions, ...]]) -> tuple[Interventions, ...]:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *changes)


@lru_cache(maxsize=16)
def _unchanged(levels: int, slots: int) -> Interventions:
    """No interventions, on the device: most plans have none."""
    return jax.device_put(no_interventions(levels, slots))


def device_name() -> str:
    """Readable name of the device that plans run on."""
    device = jax.devices()[0]
    return device.device_kind if device.platform != "cpu" else "CPU"


def _version() -> str:
    try:
        return version("twistscope")
    except PackageNotFoundError:
        return ""


VERSION = _version()
"""Version of this package; empty where it is not installed."""


def _compile(program: Program, arguments: tuple[Any, ...], max_bytes: int | None, options: Mapping[str, Any] | None = None) -> Compiled:
    """Compile a program for arguments of these shapes, unless its result is too large."""
    traced = jax.jit(program).trace(*arguments)
    size = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(traced.out_info))
    if max_bytes is not None and size > max_bytes:
        raise PlanTooLarge(size, max_bytes)
    compiled = traced.lower().compile(dict(options) if options else None)
    return Compiled(compiled, size, _code_size(compiled))


def _code_size(compiled: Any) -> int:
    """Bytes of a compiled program. XLA says none for programs of a CPU; those take about ten times the memory that they take on disk."""
    said = compiled.memory_analysis()
    if said.generated_code_size_in_bytes:
        return said.generated_code_size_in_bytes + said.temp_size_in_bytes
    executable = compiled.runtime_executable()
    return MEMORY_PER_BYTE * len(executable.client.serialize_executable(executable)) + said.temp_size_in_bytes


def _keys(seeds: Sequence[int], step: int) -> jax.Array:
    return jnp.stack([plan_key(seed, step) for seed in seeds])
