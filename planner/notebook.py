"""Planning from a notebook: `run` makes a record, which can be shown and saved; `load` reads it back."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

import jax

from planner.actions import as_executed, check_actions
from planner.checkpoints import Checkpoint
from planner.core.model import Model, Params
from planner.episodes import Moment, episodes_of
from planner.record.record import Record
from planner.request import Compiled, PlanRequest, Prepared
from planner.truth import Truth

OPTIONAL = ("atoms", "states")
"""Arrays that `run` records on request: the distributions, and the states, at every (level, slot)."""

PROGRAMS_KEPT = 64
_programs: dict[Hashable, Compiled] = {}


def run(
    subject: Checkpoint | Model,
    planner: str = "trt_smc",
    *,
    params: Params = None,
    state: Any = None,
    seed: int = 0,
    step: int | None = None,
    actions: Sequence[Any] | None = None,
    interventions: Sequence[Mapping[str, Any]] = (),
    record: Collection[str] = (),
    truth: Truth | None = None,
    check: bool = True,
    **settings: Any,
) -> Record:
    """Make one plan. A program is compiled at the first call that needs it, and kept.

    On one device, the same checkpoint, planner, settings, seed and step give results bit-equal to those of the command line and the service.

    Args:
      subject: a checkpoint, or a bare model with its `params`.
      planner: name of the planner.
      params: parameters of a bare model; a checkpoint has its own.
      state: the state to plan from. By default, the state that `actions` lead to, or that the greedy prior reaches at `step`, in the episode with
        this seed.
      seed, step: choose the planner's random numbers; `step` is 0 by default, or the number of actions.
      actions: actions from the start of the episode: indices, or lists of numbers where actions are continuous.
      interventions: changes inside the plan, such as `{"kind": "kill", "level": 3, "slot": 5}` (docs/api.md, Interventions).
      record: optional arrays to record, from OPTIONAL.
      truth: exact answers about the subject, added to the record. Where `value_source` is `exact` they are computed if not given.
      check: raise an error where the status of the plan is not ok.
      settings: as listed in docs/api.md. A bare model needs `reward_temperature` and `discount`, if the planner has these settings.

    Raises:
      UnknownPlannerError, SettingsError: the request is invalid.
      PlanFailed: the status of the plan is not ok; only with `check`.
      ValueError: an unknown name in `record`, an episode that ends before `step`, actions with a state or another number of steps, or a bare model
        without `params`.
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
    if actions is not None and (state is not None or step not in (None, len(actions))):
        raise ValueError(f"actions: got {len(actions)}, allowed: as many as `step` says, and no `state` beside them")
    step = (0 if actions is None else len(actions)) if step is None else step
    prepared = PlanRequest(planner, settings, seed, step, "atoms" in record, "states" in record, tuple(interventions)).prepare(subject)
    moment = _moment(model, params, seed, step, actions) if state is None else Moment(jax.device_get(state), given=True)
    if truth is None and prepared.settings.value_source == "exact":
        truth = Truth(model, params)
    evaluator, evaluator_params = prepared.evaluator(model, params, truth)
    made = prepared.run(_program(prepared, evaluator, evaluator_params, moment.state), evaluator_params, moment)
    if check:
        prepared.check(made)
    return made if truth is None else prepared.answer(made, moment, truth)


def _moment(model: Model, params: Params, seed: int, step: int, actions: Sequence[Any] | None) -> Moment:
    """The moment at `step`, reached by the actions or by the greedy prior."""
    episodes, environment = episodes_of(model), model.environment
    start = episodes.start(seed)
    if actions is None:
        moments = episodes.play_prior(params, start, step, seed=seed)
    else:
        moments = episodes.play(start, (as_executed(environment, action) for action in check_actions(environment, actions)), seed=seed)
    if len(moments) <= step:
        raise ValueError(f"step: got {step}, allowed: at most {len(moments) - 1}: with seed {seed} the episode ends there")
    return moments[-1]


def _program(prepared: Prepared, model: Model, params: Params, state: Any) -> Compiled:
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
