"""Expert iteration (E11): act with the planner, and learn its improved policy and the observed returns.

One iteration is one compiled program: collect experience in B parallel environments, form lambda-returns along the real trajectories, store them in
a ring buffer of recent iterations, and take optimiser steps on batches drawn from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.checkpoints import build_model, network_config
from planner.core.model import Model, Params
from planner.networks import NetworkConfig
from planner.training.config import LearnSection, TrainingConfig
from planner.training.loop import (
    Losses,
    Run,
    TrainingState,
    evaluate_action,
    first_state,
    flat,
    lambda_returns,
    make_optimiser,
    play,
    squared_error,
    take_steps,
)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Experience:
    """Data to learn from, with any leading axes."""

    observation: Array
    action: Array
    """The action executed: i32 [], or f32 [D] where actions are continuous."""
    policy: Float[Array, "*batch A"]
    """The improved policy."""
    returns: Float[Array, "*batch"]
    """Lambda-returns R."""
    atoms: Float[Array, "*batch A D"] | None = None
    """The candidate actions that `policy` is over, where actions are continuous."""


def make_run(config: TrainingConfig) -> Run:
    """Make a run, without compiling it.

    Raises:
      ValueError: unknown environment or planner.
      SettingsError: invalid planner settings.
    """
    network = network_config(config.environment, config.network.hidden, config.network.value_scale)
    model, _ = build_model(config.environment, network)
    prepared = config.acting().prepare(model)
    act, live, settings = prepared.program(model), prepared.live, prepared.settings
    learn = config.learn
    optimiser = make_optimiser(learn.learning_rate, config.iterations * learn.batches, learn.max_gradient_norm, learn.weight_decay)

    def start(key: Array) -> TrainingState:
        rows = (learn.replay_iterations, config.collect.environments * config.collect.steps)
        return first_state(config, model, network, optimiser, _empty(rows, model, settings.action_atoms), key)

    @jax.jit
    def iterate(state: TrainingState) -> tuple[TrainingState, Losses]:
        key, collect_key, batch_key = jax.random.split(state.key, 3)
        environments, fresh = collect(
            model, act, state.params, live, state.environments, collect_key, steps=config.collect.steps, lambda_return=learn.lambda_return
        )
        slot = state.iteration % learn.replay_iterations
        replay = jax.tree.map(lambda ring, new: ring.at[slot].set(new), state.replay, fresh)
        filled = jnp.minimum(state.iteration + 1, learn.replay_iterations)

        def loss(params: Params, key: Array) -> tuple[Array, Losses]:
            row_key, column_key = jax.random.split(key)
            rows = jax.random.randint(row_key, (learn.batch_size,), 0, filled)
            columns = jax.random.randint(column_key, (learn.batch_size,), 0, replay.returns.shape[1])
            return expert_loss(params, jax.tree.map(lambda ring: ring[rows, columns], replay), network, learn)

        params, opt_state, losses = take_steps(optimiser, loss, state, jax.random.split(batch_key, learn.batches))
        return TrainingState(params, opt_state, replay, environments, key, state.iteration + 1), losses

    return Run(model, network, start, iterate)


def _empty(rows: tuple[int, ...], model: Model, action_atoms: int) -> Experience:
    """Empty buffer of experience."""
    actions = len(model.environment.action_names)
    space = lambda *shape: jnp.zeros((*rows, *shape))
    observation, returns = space(*model.environment.observation_shape), space()
    if model.continuous:
        return Experience(observation, space(actions), space(action_atoms), returns, space(action_atoms, actions))
    return Experience(observation, jnp.zeros(rows, jnp.int32), space(actions), returns)


def collect(
    model: Model, act: Callable, params: Params, live: Any, environments: Any, key: Array, *, steps: int, lambda_return: float
) -> tuple[Any, Experience]:
    """Play B environments for some steps with the planner, and form lambda-returns bootstrapped with its value targets."""

    def decide(params: Params, key: Array, state: Any) -> tuple[Array, dict[str, Array]]:
        root = act(params, key, state, live).root
        return root.chosen_action, {"policy": root.root_policy, "atoms": root.root_atoms, "value_target": root.value_target}

    environments, seen = play(model, decide, params, environments, key, steps)
    returns = lambda_returns(seen, live.discount, lambda_return)
    return environments, flat(Experience(seen["observation"], seen["action"], seen["policy"], returns, seen["atoms"]))


def expert_loss(params: Params, batch: Experience, network: NetworkConfig, learn: LearnSection) -> tuple[Array, Losses]:
    """Loss (E11) of a batch. Values are compared in units of the network's value scale."""
    one = partial(evaluate_action, params, network=network)
    evaluated = jax.vmap(one)(batch.observation, batch.action, batch.policy, batch.atoms)
    losses = Losses(
        policy=-jnp.mean(evaluated.log_likelihood),
        value=squared_error(batch.returns, evaluated.value, network),
        q=squared_error(batch.returns, evaluated.q_taken, network),
        entropy=jnp.mean(evaluated.entropy),
    )
    total = (
        learn.policy_weight * losses.policy + learn.value_weight * losses.value + learn.q_weight * losses.q - learn.entropy_weight * losses.entropy
    )
    return total, losses
