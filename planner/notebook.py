"""Planning from a notebook: `run` makes a record, which can be shown and saved; `load` reads it back."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from cachetools import LRUCache

from planner.actions import as_executed, check_actions
from planner.checkpoints import Checkpoint
from planner.core.model import Model, Params
from planner.episodes import Moment, episodes_of
from planner.messages import shortened
from planner.own_model import check_model, check_state, state_like
from planner.record.record import Record
from planner.request import Compiled, PlanRequest, Prepared
from planner.truth import Truth

OPTIONAL = ("atoms", "states")
"""Arrays that `run` records on request: the distributions, and the states, at every (level, slot)."""

PROGRAMS_KEPT = 64
_programs: dict[Hashable, Compiled] = {}
_checked: LRUCache[Hashable, bool] = LRUCache(PROGRAMS_KEPT)


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
    record: str | Collection[str] = (),
    truth: Truth | None = None,
    check: bool = True,
    **settings: Any,
) -> Record:
    """Make one plan. A program is compiled at the first call that needs it, and kept.

    On one device, the same checkpoint, planner, settings, seed and step give results bit-equal to those of the command line and the service.

    Args:
      subject: a checkpoint, or a bare model with its `params`.
      planner: name of the planner.
      params: parameters of a bare model, a pytree of arrays; a checkpoint has its own.
      state: the state to plan from. By default, the state that `actions` lead to, or that the greedy prior reaches at `step`, in the episode with
        this seed.
      seed: chooses the random numbers of the episode and of the plan; 0 to 2**32 - 1.
      step: environment step of the plan, 0 to 2**31 - 1; also chooses its random numbers. 0 by default, or the number of actions.
      actions: actions from the start of the episode: indices, or lists of numbers where actions are continuous.
      interventions: changes inside the plan, such as `{"kind": "kill", "level": 3, "slot": 5}` (docs/api.md, Interventions).
      record: optional arrays to record: `atoms`, `states`, or both, in a list or a tuple; one name may stand alone.
      truth: exact answers about the subject, added to the record. Where `value_source` is `exact` they are computed if not given.
      check: raise an error where the status of the plan is not ok.
      settings: as listed in docs/api.md. A bare model needs `reward_temperature` and `discount`, if the planner has these settings.

    Returns:
      The record; its `arrays` are NumPy arrays with the names, dtypes, shapes and units of docs/trace.md, [T, N] over level and slot, and [A] over
      the actions at the root.

    Raises:
      UnknownPlannerError, SettingsError: the request is invalid.
      ModelError: a bare model, or the state, that nothing can be planned with; found before anything is compiled.
      PlanFailed: the status of the plan is not ok; only with `check`.
      ValueError: another argument that cannot be used: an unknown name in `record`, an episode that ends before `step`, actions with a state or
        another number of steps, a bare model without `params`, or a checkpoint with some.
    """
    record = _check_arguments(subject, params, interventions, record, truth, check)
    model, params = (subject.model, subject.params) if isinstance(subject, Checkpoint) else (subject, params)
    if actions is not None and (state is not None or step not in (None, len(actions))):
        raise ValueError(f"actions: got {len(actions)}, allowed: as many as `step` says, and no `state` beside them")
    step = (0 if actions is None else len(actions)) if step is None else step
    prepared = PlanRequest(planner, settings, seed, step, "atoms" in record, "states" in record, tuple(interventions)).prepare(subject)
    seed, step = prepared.request.seed, prepared.request.step
    if state is not None:
        check_state(model.environment, state)
    if subject is model:
        _check_once(model, params, state_like(model.environment) if state is None else state, prepared.settings.action_atoms)
    moment = _moment(model, params, seed, step, actions) if state is None else Moment(jax.device_get(state), given=True)
    if truth is None and prepared.settings.value_source == "exact":
        truth = Truth(model, params)
    evaluator, evaluator_params = prepared.evaluator(model, params, truth)
    made = prepared.run(_program(prepared, evaluator, evaluator_params, moment.state), evaluator_params, moment)
    if check:
        prepared.check(made)
    return made if truth is None else prepared.answer(made, moment, truth)


def _check_arguments(subject: Any, params: Params, interventions: Any, record: Any, truth: Any, check: Any) -> tuple[str, ...]:
    """Check the arguments that no request holds. Returns the names of `record`."""
    if not isinstance(subject, Checkpoint | Model):
        raise _refusal("subject", subject, "a checkpoint, as planner.Checkpoints(folder).load(name) gives it, or a planner.Model with params=…")
    if isinstance(subject, Model) and params is None:
        raise ValueError("a bare model needs params=…, the parameters of its `evaluate`")
    if isinstance(subject, Checkpoint) and params is not None:
        raise _refusal("params", params, "none beside a checkpoint, which has its own; planner.run(checkpoint.model, params=…) takes others")
    names = (record,) if isinstance(record, str) else record
    allowed = f"{', '.join(OPTIONAL)}, in a list or a tuple, which may be empty"
    if not isinstance(names, Collection) or isinstance(names, Mapping):
        raise _refusal("record", record, allowed)
    if unknown := [name for name in names if name not in OPTIONAL]:
        raise _refusal("record", unknown[0], allowed)
    if isinstance(interventions, str | Mapping) or not isinstance(interventions, Collection):
        raise _refusal("interventions", interventions, 'a list of changes, each such as {"kind": "kill", "level": 3, "slot": 5}')
    if truth is not None and not isinstance(truth, Truth):
        raise _refusal("truth", truth, "None, or planner.Truth(model, params)")
    if not isinstance(check, bool | np.bool_):
        raise _refusal("check", check, "True, False")
    return tuple(names)


def _check_once(model: Model, params: Params, state: Any, atoms: int) -> None:
    """Check a bare model, for each of these shapes once: tracing a large network takes longer than a small plan."""
    key = model, _shapes(params), _shapes(state), atoms
    if key not in _checked:
        check_model(model, params, state, atoms)
        _checked[key] = True


def _refusal(name: str, given: Any, allowed: str) -> ValueError:
    return ValueError(f"{name}: got {shortened(given)}, allowed: {allowed}")


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
