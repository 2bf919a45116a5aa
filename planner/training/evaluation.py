"""Evaluation of a checkpoint, alone or with a planner, on whole episodes with common seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from scipy import stats

from planner.algorithms.settings import PlannerSettings
from planner.checkpoints import Returns
from planner.core.model import Model, Params
from planner.episodes import prior_action
from planner.request import Prepared

MAX_STEPS = 10_000
"""Step at which an episode is stopped that neither terminates nor is truncated."""

RESAMPLES = 2000
"""Resamples of a bootstrap interval."""

Actor = Callable[[Params, Array, object], Array]
"""`(params, key, state) -> action`."""


def greedy_prior(model: Model) -> Actor:
    """The most probable action of the prior."""
    act = prior_action(model)
    return lambda params, key, state: act(params, state)


def planning(prepared: Prepared, model: Model) -> Actor:
    """The action that a planner chooses."""
    run, live = prepared.program(model), prepared.live
    return lambda params, key, state: run(params, key, state, live).root.chosen_action


Play = Callable[..., np.ndarray]
"""`(params, *, episodes, seed, progress) -> returns`, as `player` returns it."""


def player(model: Model, act: Actor) -> Play:
    """Make a function that plays whole episodes in parallel; it is compiled once for each number of episodes.

    The function takes
      episodes: number of episodes.
      seed: episode i starts from the same state and draws the same noise for every policy.
      progress: called with the environment step and the number of unfinished episodes.
    and returns the undiscounted returns, f32 [episodes].
    """
    environment = model.environment
    advance = jax.jit(_advance(model, act))
    reset = jax.jit(jax.vmap(environment.reset))

    def play(params: Params, *, episodes: int, seed: int = 0, progress: Callable[[int, int], None] = lambda step, running: None) -> np.ndarray:
        reset_keys, step_keys, act_keys = _episode_keys(episodes, seed)
        states, running, returns = reset(reset_keys), jnp.ones(episodes, bool), jnp.zeros(episodes)
        for number in range(MAX_STEPS):
            states, running, returns = advance(params, (act_keys, step_keys), jnp.int32(number), states, running, returns)
            # Counting the unfinished episodes waits for the device, so it is not done at every step.
            if number % 25 == 24:
                left = int(running.sum())
                progress(number + 1, left)
                if not left:
                    break
        return np.asarray(returns)

    return play


def parallel_player(model: Model, act: Actor, *, episodes: int, seed: int) -> Callable[[Params], Array]:
    """Make a function that plays the episodes of `player` with many networks at once, in one compiled program.

    The function takes parameters with a leading axis, and returns f32 [networks, episodes].
    """
    advance = _advance(model, act)

    def play(params: Params) -> Array:
        reset_keys, step_keys, act_keys = _episode_keys(episodes, seed)
        start = jnp.int32(0), jax.vmap(model.environment.reset)(reset_keys), jnp.ones(episodes, bool), jnp.zeros(episodes)
        going_on = lambda playing: (playing[0] < MAX_STEPS) & playing[2].any()
        step = lambda playing: (playing[0] + 1, *advance(params, (act_keys, step_keys), *playing))
        return jax.lax.while_loop(going_on, step, start)[3]

    return jax.jit(jax.vmap(play))


def _episode_keys(episodes: int, seed: int) -> tuple[Array, Array, Array]:
    """Keys of each episode: of its first state, of its steps and of its actions."""
    reset_key, step_key, act_key = jax.random.split(jax.random.key(seed), 3)
    return jax.random.split(reset_key, episodes), jax.random.split(step_key, episodes), jax.random.split(act_key, episodes)


def _advance(model: Model, act: Actor) -> Callable[..., tuple[Any, Array, Array]]:
    """Make the function that steps all episodes which are not over, and adds up their rewards."""
    environment = model.environment

    def advance(params: Params, keys: tuple[Array, Array], number: Array, states: Any, running: Array, returns: Array) -> tuple[Any, Array, Array]:
        act_keys, step_keys = (jax.vmap(lambda key: jax.random.fold_in(key, number))(k) for k in keys)
        actions = jax.vmap(act, in_axes=(None, 0, 0))(params, act_keys, states)
        steps = jax.vmap(environment.step)(step_keys, states, actions)
        over = (steps.continuation == 0) | jax.vmap(environment.is_truncated)(steps.state)
        return steps.state, running & ~over, returns + jnp.where(running, steps.reward, 0.0)

    return advance


def summarise(returns: np.ndarray, settings: PlannerSettings | None = None) -> Returns:
    """Mean and standard error of the mean."""
    error = float(returns.std(ddof=1) / np.sqrt(len(returns))) if len(returns) > 1 else 0.0
    described = {} if settings is None else settings.model_dump()
    return Returns(mean=float(returns.mean()), standard_error=error, episodes=len(returns), settings=described)


@dataclass(frozen=True)
class Interval:
    """A statistic of the returns of episodes, with its 95 % percentile bootstrap interval."""

    estimate: float
    low: float
    high: float


def mean_interval(returns: np.ndarray) -> Interval:
    """Mean over episodes."""
    return _bootstrap(returns, np.mean)


def iqm_interval(returns: np.ndarray) -> Interval:
    """Interquartile mean: the mean of the middle half of the episodes, robust to a few outliers (Agarwal et al. 2021, section 4.3)."""
    return _bootstrap(returns, interquartile_mean)


def interquartile_mean(returns: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean without the lowest and the highest quarter, as in rliable."""
    return stats.trim_mean(returns, 0.25, axis=axis)


def _bootstrap(returns: np.ndarray, statistic: Callable[..., np.ndarray]) -> Interval:
    """Bootstrap interval of a statistic: resample whole episodes, with fixed random numbers."""
    returns = np.asarray(returns, float)
    estimate = float(statistic(returns, axis=-1))
    if np.all(returns == returns[0]):
        return Interval(estimate, estimate, estimate)
    drawn = stats.bootstrap((returns,), statistic, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0))
    return Interval(estimate, float(drawn.confidence_interval.low), float(drawn.confidence_interval.high))
