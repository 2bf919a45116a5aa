"""Runs with different seeds, trained in parallel by one compiled program, for learning curves."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from planner.training.algorithms import make_run
from planner.training.config import TrainingConfig
from planner.training.evaluation import greedy_prior, parallel_player


@dataclass(frozen=True)
class SeedsProgress:
    """Progress and returns of all runs after an evaluation."""

    iteration: int
    environment_steps: int
    """Environment steps of each run so far."""
    seconds: float
    """Seconds since the start, compiling and evaluation included."""
    processor_seconds: float
    """Processor seconds that one run has spent on training so far, on average: without compiling and evaluation; other programs sway them less."""
    returns: np.ndarray
    """f32 [seeds] mean undiscounted return of the greedy prior."""


def train_seeds(config: TrainingConfig, seeds: Sequence[int], *, episodes: int = 32) -> Iterator[SeedsProgress]:
    """Train once with each seed. Yields progress at the start and every `evaluate_every` iterations; saves nothing.

    Args:
      episodes: number of episodes for each return, with the same first states for all seeds and iterations.

    Raises:
      ValueError: unknown environment or planner, or no seeds; SettingsError for invalid planner settings.
    """
    if not seeds:
        raise ValueError("train_seeds needs at least one seed")
    run = make_run(config)
    began = time.monotonic()
    state = jax.vmap(run.start)(jnp.stack([jax.random.key(seed) for seed in seeds]))
    iterate = jax.jit(jax.vmap(run.iterate)).lower(state).compile()
    play = parallel_player(run.model, greedy_prior(run.model), episodes=episodes, seed=1)
    steps = config.collect.environments * config.collect.steps

    def news(iteration: int, spent: float) -> SeedsProgress:
        returns = np.asarray(play(state.params)).mean(axis=1)
        return SeedsProgress(iteration, iteration * steps, time.monotonic() - began, spent / len(seeds), returns)

    spent = 0.0
    yield news(0, spent)
    for iteration in range(1, config.iterations + 1):
        since = time.process_time()
        state, _ = jax.block_until_ready(iterate(state))
        spent += time.process_time() - since
        if iteration % config.evaluate_every == 0 or iteration == config.iterations:
            yield news(iteration, spent)
