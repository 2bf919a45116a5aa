"""Planning from a notebook: one call, with what a server would keep for later kept here."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import jax

from planner.checkpoints import Checkpoint
from planner.episodes import plan_key, reset_key
from planner.model import Model
from planner.planners import PlanFunction, PlanLike, get_planner
from planner.truth import Truth, check_value_source, judged


def run(
    checkpoint: Checkpoint,
    planner: str = "trt_smc",
    *,
    state: Any = None,
    seed: int = 0,
    step: int = 0,
    atoms: bool = False,
    states: bool = False,
    truth: Truth | None = None,
    **settings: Any,
) -> PlanLike:
    """One plan; the program is compiled at the first call with settings that select another.

    The same checkpoint, planner, settings, seed and step give the same bits as the command line and the service do on this device.

    Args:
      planner: by name.
      state: to plan from; by default the start of the episode with that seed.
      seed, step: choose the planner's random numbers.
      atoms, states: also record the distributions and the states.
      truth: exact answers of the checkpoint, used where `value_source` is `exact`; worked out anew when not given.
      settings: as docs/api.md lists them.

    Returns:
      `.trace`, `.root` and `.status`; `to_arrays` names all its arrays.

    Raises:
      ValueError: unknown planner; SettingsError, settings that cannot be used.
    """
    chosen = get_planner(planner)
    complete = chosen.settings(settings, checkpoint.card.settings)
    check_value_source(checkpoint.model.environment, complete)
    if complete.value_source == "exact" and truth is None:
        truth = Truth(checkpoint.model, checkpoint.params)
    model, params = judged(checkpoint, truth, complete)
    static, live = chosen.split(complete)
    if state is None:
        state = model.environment.reset(reset_key(seed))
    return _compiled(chosen.name, model, static, atoms, states)(params, plan_key(seed, step), state, live)


@lru_cache(64)
def _compiled(planner: str, model: Model, static: Hashable, atoms: bool, states: bool) -> PlanFunction:
    """A jitted program; all that select one are hashable."""
    return jax.jit(get_planner(planner).program(model, static, atoms=atoms, states=states))
