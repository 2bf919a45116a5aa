"""Proximal policy optimisation (E13), Schulman et al. 2017: the baseline that learns without planning, with the same networks.

One iteration is one compiled program, as in expert iteration. The prior acts in B environments. Advantages are lambda-returns minus values. All data
of an iteration is used for a few epochs and then discarded. Q is learned together with V, so that any planner can plan with the result.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.checkpoints import build_model, network_config
from planner.core.model import Model, Params
from planner.networks import NetworkConfig
from planner.training.config import PpoSection, TrainingConfig
from planner.training.loop import (
    ActionEvaluation,
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
class Rollout:
    """Data to learn from, with any leading axes."""

    observation: Array
    action: Array
    """Action drawn from the prior: i32 [], or f32 [D] where actions are continuous."""
    log_density: Float[Array, "*batch"]
    """Log-probability (or density) of the action under the prior it was drawn from."""
    returns: Float[Array, "*batch"]
    """Lambda-returns R."""
    advantage: Float[Array, "*batch"]
    """R - V(s): the generalised advantage estimate of Schulman et al. 2016."""


def make_run(config: TrainingConfig) -> Run:
    """Make a run, without compiling it.

    Raises:
      ValueError: unknown environment or planner.
      SettingsError: invalid planner settings.
    """
    network = network_config(config.environment, config.network.hidden, config.network.value_scale)
    model, _ = build_model(config.environment, network)
    live = config.acting().prepare(model).live
    ppo, collected = config.ppo, config.collect.environments * config.collect.steps
    updates = config.iterations * ppo.epochs * ppo.minibatches
    optimiser = make_optimiser(ppo.learning_rate, updates, ppo.max_gradient_norm, ppo.weight_decay)

    def start(key: Array) -> TrainingState:
        return first_state(config, model, network, optimiser, None, key)

    @jax.jit
    def iterate(state: TrainingState) -> tuple[TrainingState, Losses]:
        key, collect_key, order_key = jax.random.split(state.key, 3)
        environments, fresh = collect(
            model, network, state.params, state.environments, collect_key, steps=config.collect.steps, discount=live.discount, ppo=ppo
        )

        def loss(params: Params, rows: Array) -> tuple[Array, Losses]:
            return ppo_loss(params, jax.tree.map(lambda x: x[rows], fresh), network, ppo)

        orders = jax.vmap(lambda key: jax.random.permutation(key, collected))(jax.random.split(order_key, ppo.epochs))
        batches = orders.reshape(ppo.epochs * ppo.minibatches, -1)
        params, opt_state, losses = take_steps(optimiser, loss, state, batches)
        return TrainingState(params, opt_state, None, environments, key, state.iteration + 1), losses

    return Run(model, network, start, iterate)


def collect(
    model: Model, network: NetworkConfig, params: Params, environments: Any, key: Array, *, steps: int, discount: Array, ppo: PpoSection
) -> tuple[Any, Rollout]:
    """Play B environments for some steps with actions drawn from the prior."""

    def decide(params: Params, key: Array, state: Any) -> tuple[Array, dict[str, Array]]:
        evaluation = model.evaluate(params, state)
        action = evaluation.sample(key, 1)[0] if model.continuous else jax.random.categorical(key, evaluation.prior_logits)
        evaluated = evaluate_taken(params, model.environment.observation(state), action, network=network)
        return action, {"log_density": evaluated.log_likelihood, "value_target": evaluation.value}

    environments, seen = play(model, decide, params, environments, key, steps)
    returns = lambda_returns(seen, discount, ppo.lambda_return)
    return environments, flat(Rollout(seen["observation"], seen["action"], seen["log_density"], returns, returns - seen["value_target"]))


def evaluate_taken(params: Params, observation: Array, action: Array, *, network: NetworkConfig) -> ActionEvaluation:
    """Evaluate the action taken: `evaluate_action` with probability 1 on it."""
    if network.action_bounds is None:
        return evaluate_action(params, observation, action, jax.nn.one_hot(action, network.num_actions), None, network=network)
    return evaluate_action(params, observation, action, jnp.ones(1), action[None], network=network)


def ppo_loss(params: Params, batch: Rollout, network: NetworkConfig, ppo: PpoSection) -> tuple[Array, Losses]:
    """Loss (E13) of a batch, with advantages standardised within it. Values are compared in units of the network's value scale."""
    evaluated = jax.vmap(partial(evaluate_taken, params, network=network))(batch.observation, batch.action)
    ratio = jnp.exp(evaluated.log_likelihood - batch.log_density)
    advantage = (batch.advantage - batch.advantage.mean()) / (batch.advantage.std() + 1e-8)
    clipped = jnp.clip(ratio, 1 - ppo.clip, 1 + ppo.clip)
    losses = Losses(
        policy=-jnp.mean(jnp.minimum(ratio * advantage, clipped * advantage)),
        value=squared_error(batch.returns, evaluated.value, network),
        q=squared_error(batch.returns, evaluated.q_taken, network),
        entropy=jnp.mean(evaluated.entropy),
    )
    total = losses.policy + ppo.value_weight * losses.value + ppo.q_weight * losses.q - ppo.entropy_weight * losses.entropy
    return total, losses
