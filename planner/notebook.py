"""Planning from a notebook: `run` makes a record, which shows and saves itself; `load` reads one back."""

from collections.abc import Collection, Hashable
from typing import Any

import jax

from planner.checkpoints import Checkpoint
from planner.core.model import Model, Params
from planner.episodes import Moment, episodes_of
from planner.record.record import Record
from planner.request import PlanRequest, Prepared, Program
from planner.truth import Truth

OPTIONAL = ("atoms", "states")
"""Arrays that `run` records on request: the distributions, and the states, at every (level, slot)."""

PROGRAMS_KEPT = 64
_programs: dict[Hashable, Program] = {}


def run(
    subject: Checkpoint | Model,
    planner: str = "trt_smc",
    *,
    params: Params = None,
    state: Any = None,
    seed: int = 0,
    step: int = 0,
    record: Collection[str] = (),
    truth: Truth | None = None,
    check: bool = True,
    **settings: Any,
) -> Record:
    """Make one plan. The program is compiled at the first call with settings that select another.

    The same checkpoint, planner, settings, seed and step give the same bits as the command line and the service do on this device.

    Args:
      subject: a checkpoint, or a bare model with its `params`.
      planner: by name.
      params: of a bare model; a checkpoint has its own.
      state: to plan from. By default the episode with this seed is played by the greedy prior up to `step`.
      seed, step: choose the planner's random numbers.
      record: optional arrays to record, of OPTIONAL.
      truth: exact answers about the subject. They join the record; where `value_source` is `exact` they are made if not given.
      check: raise where the status of the plan is not ok.
      settings: as docs/api.md lists them. A bare model needs `reward_temperature` and `discount`, where the planner has them.

    Raises:
      UnknownPlannerError, SettingsError: the request cannot be used.
      PlanFailed: the network gave numbers that are not finite, or no particle kept any weight; only with `check`.
      ValueError: `record` names something else, the episode ends before `step`, or a bare model comes without `params`.
    """
    unknown = [name for name in record if name not in OPTIONAL]
    if unknown:
        raise ValueError(f"record: got {unknown[0]!r}, allowed: {', '.join(OPTIONAL)}")
    if isinstance(subject, Checkpoint):
        model, params = subject.model, subject.params
    elif params is None:
        raise ValueError("a bare model needs params=…, the parameters of its `evaluate`")
    else:
        model = subject
    prepared = PlanRequest(planner, settings, seed, step, "atoms" in record, "states" in record).prepare(subject)
    moment = _moment(model, params, seed, step) if state is None else Moment(jax.device_get(state), given=True)
    if truth is None and prepared.settings.value_source == "exact":
        truth = Truth(model, params)
    evaluator, evaluator_params = prepared.evaluator(model, params, truth)
    made = prepared.run(_program(prepared, evaluator, evaluator_params, moment.state), evaluator_params, moment)
    if check:
        prepared.check(made)
    return made if truth is None else prepared.answer(made, moment, truth)


def _moment(model: Model, params: Params, seed: int, step: int) -> Moment:
    """The state that the greedy prior reaches."""
    episodes = episodes_of(model)
    moments = episodes.play_prior(params, episodes.start(seed), step, seed=seed)
    if len(moments) <= step:
        raise ValueError(f"step: got {step}, allowed: at most {len(moments) - 1}: with seed {seed} the episode of the greedy prior ends there")
    return moments[-1]


def _program(prepared: Prepared, model: Model, params: Params, state: Any) -> Program:
    """The compiled program, kept for the next call."""
    key = (prepared.key(model), _shapes(params), _shapes(state))
    if key not in _programs:
        while len(_programs) >= PROGRAMS_KEPT:
            del _programs[next(iter(_programs))]
        _programs[key] = prepared.compile(model, params, state)
    return _programs[key]


def _shapes(tree: Any) -> Hashable:
    leaves, structure = jax.tree.flatten(tree)
    return structure, tuple((jax.numpy.shape(leaf), str(jax.numpy.result_type(leaf))) for leaf in leaves)
