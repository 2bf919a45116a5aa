"""Playing an episode: its random keys, and environment steps outside a plan.

The keys of the planner and of the environment come from two separate streams: a planner that shared the environment's key would foresee its noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from planner.core.model import Model, Params
from planner.environments.base import Environment, Transition

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
    """`(params, state) -> action`: the most probable discrete action of the prior, or the action at the mean of a continuous prior."""
    return lambda params, state: model.evaluate(params, state).greedy


def step_and_reset(environment: Environment, key: Array, state: Any, action: Array) -> tuple[Transition, Array, Any]:
    """Take one step.

    Returns the transition, a flag for truncation by a time limit, and the next state: a new first state where the episode is over.
    """
    model_key, reset = jax.random.split(key)
    transition = environment.step(model_key, state, action)
    truncated = environment.is_truncated(transition.state) & (transition.continuation > 0)
    over = truncated | (transition.continuation == 0)
    fresh = environment.reset(reset)
    following = jax.tree.map(lambda new, old: jnp.where(over, new, old), fresh, transition.state)
    return transition, truncated, following


@dataclass(frozen=True, eq=False, repr=False)
class Moment:
    """A state that can be returned to and planned from, on the host."""

    state: Any
    episode_return: float = 0.0
    """Undiscounted sum of rewards so far."""
    terminated: bool = False
    truncated: bool = False
    previous: Moment | None = None
    """The moment one step before; None at the start of the episode, and for a given state."""
    action: Any = None
    """Action executed at `previous`: an index (discrete), or a list of numbers (continuous)."""
    given: bool = False
    """True for a state that was given, not reached by playing: no seed and actions lead to it."""

    @property
    def over(self) -> bool:
        """True where the episode has ended."""
        return self.terminated or self.truncated

    @property
    def actions(self) -> list[Any] | None:
        """Executed actions from the start of the episode; None for a given state."""
        actions, moment = [], self
        while moment.previous is not None:
            actions.append(moment.action)
            moment = moment.previous
        return None if moment.given else actions[::-1]

    @property
    def digest(self) -> str:
        """Ten hexadecimal digits that identify the state: equal for bit-equal states."""
        hashed = hashlib.blake2b(digest_size=5)
        for leaf in jax.tree.leaves(self.state):
            array = np.asarray(leaf)
            hashed.update(f"{array.dtype}{array.shape}".encode())
            hashed.update(np.ascontiguousarray(array).tobytes())
        return hashed.hexdigest()

    def episode(self, step: int) -> dict[str, Any]:
        """`{return, length, terminated, truncated}` up to this moment at environment step `step`."""
        return {"return": self.episode_return, "length": step, "terminated": self.terminated, "truncated": self.truncated}


class Episodes:
    """Episodes of a model's environment, stepped outside plans; compiled once for each model."""

    def __init__(self, model: Model):
        environment = model.environment
        self._reset = jax.jit(environment.reset)
        self._prior_action = jax.jit(prior_action(model))

        def advance(state: Any, action: Any, key: Array) -> tuple[Any, Any]:
            transition = environment.step(key, state, action)
            return transition, environment.is_truncated(transition.state)

        self._advance = jax.jit(advance)

    def start(self, seed: int) -> Moment:
        """The first moment of the episode with this seed."""
        return Moment(jax.device_get(self._reset(reset_key(seed))))

    def advance(self, moment: Moment, action: Any, *, seed: int, step: int) -> Moment:
        """The moment after `action`, taken at environment step `step`."""
        transition, truncated = jax.device_get(self._advance(moment.state, action, step_key(seed, step)))
        terminated = bool(transition.continuation == 0)
        earned = moment.episode_return + float(transition.reward)
        return Moment(transition.state, earned, terminated, bool(truncated) and not terminated, moment, np.asarray(action).tolist())

    def play(self, start: Moment, actions: Iterable[Any], *, seed: int, first: int = 0) -> list[Moment]:
        """The moments of an episode played by given actions: `start`, at environment step `first`, and one more for each action.

        They are fewer where the episode ends earlier.
        """
        moments = [start]
        for step, action in enumerate(actions, first):
            if moments[-1].over:
                break
            moments.append(self.advance(moments[-1], action, seed=seed, step=step))
        return moments

    def play_prior(self, params: Params, start: Moment, steps: int, *, seed: int, first: int = 0) -> list[Moment]:
        """The moments of an episode played by the greedy prior: `start`, at environment step `first`, and up to `steps` more.

        They are fewer where the episode ends earlier.
        """
        moments = [start]
        for step in range(first, first + steps):
            if moments[-1].over:
                break
            action = self._prior_action(params, moments[-1].state)
            moments.append(self.advance(moments[-1], action, seed=seed, step=step))
        return moments


@lru_cache(64)
def episodes_of(model: Model) -> Episodes:
    """The episodes of a model."""
    return Episodes(model)
