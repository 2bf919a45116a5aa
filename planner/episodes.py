"""Playing an episode: which key is used where, and the steps of an environment outside a plan.

The planner's keys and the environment's come from two streams that never meet: a planner that knew the environment's key would foresee its noise.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from planner.environments.base import Environment, Transition
from planner.model import Model, Params

_ENVIRONMENT, _PLANNER = 0, 1


def reset_key(seed: int) -> Array:
    """Key of the first state of the episode with this seed."""
    return jax.random.fold_in(_stream(seed, _ENVIRONMENT), 0)


def step_key(seed: int, step: int) -> Array:
    """Key of the environment step taken at `step`."""
    return jax.random.fold_in(_stream(seed, _ENVIRONMENT), step + 1)


def plan_key(seed: int, step: int) -> Array:
    """Key of the plan made at `step`."""
    return jax.random.fold_in(_stream(seed, _PLANNER), step)


def _stream(seed: int, stream: int) -> Array:
    return jax.random.fold_in(jax.random.key(seed), stream)


def prior_action(model: Model) -> Callable[[Params, Any], Array]:
    """`(params, state) -> action`: the most probable action of the prior; of a continuous one, the one in its middle."""
    return lambda params, state: model.evaluate(params, state).greedy


def step_and_reset(environment: Environment, key: Array, state: Any, action: Array) -> tuple[Transition, Array, Any]:
    """One step, whether a time limit ended the episode, and the state to go on from: a fresh one where the episode is over."""
    model_key, reset = jax.random.split(key)
    transition = environment.step(model_key, state, action)
    truncated = environment.is_truncated(transition.state) & (transition.continuation > 0)
    over = truncated | (transition.continuation == 0)
    fresh = environment.reset(reset)
    following = jax.tree.map(lambda new, old: jnp.where(over, new, old), fresh, transition.state)
    return transition, truncated, following
