"""Runs that differ by their seed, side by side in one compiled program: what learning curves are made of."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from planner.training.algorithms import make_run
from planner.training.config import TrainingConfig
from planner.training.evaluation import greedy_prior, player


@dataclass(frozen=True)
class SeedsProgress:
    """Where all runs stand after an evaluation."""

    iteration: int
    environment_steps: int
    """Of each run."""
    seconds: float
    """Since the start, compiling and evaluation included."""
    returns: np.ndarray
    """f32 [seeds] mean undiscounted return of the greedy prior."""


def train_seeds(config: TrainingConfig, seeds: Sequence[int], *, episodes: int = 32) -> Iterator[SeedsProgress]:
    """Train once with each seed; news at the start and every `evaluate_every` iterations. Nothing is saved.

    Args:
      episodes: behind each return; the same first states for all seeds and iterations.

    Raises:
      ValueError: unknown environment or planner, or no seeds; SettingsError, planner settings that cannot be used.
    """
    if not seeds:
        raise ValueError("train_seeds needs at least one seed")
    run = make_run(config)
    began = time.monotonic()
    state = jax.vmap(run.start)(jnp.stack([jax.random.key(seed) for seed in seeds]))
    iterate = jax.jit(jax.vmap(run.iterate))
    play = player(run.model, greedy_prior(run.model))
    steps = config.collect.environments * config.collect.steps

    def news(iteration: int) -> SeedsProgress:
        each = [jax.tree.map(lambda x, i=i: x[i], state.params) for i in range(len(seeds))]
        returns = np.array([play(params, episodes=episodes, seed=1).mean() for params in each])
        return SeedsProgress(iteration, iteration * steps, time.monotonic() - began, returns)

    yield news(0)
    for iteration in range(1, config.iterations + 1):
        state, _ = iterate(state)
        if iteration % config.evaluate_every == 0 or iteration == config.iterations:
            yield news(iteration)
