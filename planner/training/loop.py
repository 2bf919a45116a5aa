"""Common parts of both training algorithms: the state of a run, playing, optimiser steps, losses and lambda-returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from planner.checkpoints import initial_params
from planner.core.model import Model, Params
from planner.episodes import step_and_reset
from planner.networks import NetworkConfig, apply_network, evaluate_actions
from planner.training.config import TrainingConfig


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TrainingState:
    """Everything needed to continue a run."""

    params: Params
    optimiser: Any
    replay: Any
    """Experience kept between iterations; None without a replay buffer."""
    environments: Any
    """[B, ...] states."""
    key: Array
    iteration: Array
    """i32 [] iterations done."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Losses:
    """Terms of (E11) or (E13) before their weights, averaged over an iteration's batches."""

    policy: Array
    value: Array
    q: Array
    entropy: Array


Act = Callable[[Params, Array, Any], tuple[Array, dict[str, Array]]]
"""`(params, key, state) -> (action, further arrays by name)`, with at least `value_target`."""

Loss = Callable[[Params, Array], tuple[Array, Losses]]
"""`(params, input) -> (total, losses)`."""


@dataclass(frozen=True)
class Run:
    """A training run: a function that starts it, and one that takes an iteration.

    Both are pure: under `jax.vmap` over keys, runs with different seeds train in parallel (`planner.training.seeds`).
    """

    model: Model
    network: NetworkConfig
    start: Callable[[Array], TrainingState]
    """Makes the first state from a key."""
    iterate: Callable[[TrainingState], tuple[TrainingState, Losses]]


def first_state(config: TrainingConfig, model: Model, network: NetworkConfig, optimiser: Any, replay: Any, key: Array) -> TrainingState:
    """The state of a run before its first iteration."""
    params_key, reset_key, run_key = jax.random.split(key, 3)
    params = initial_params(config.environment, network, params_key)
    environments = jax.vmap(model.environment.reset)(jax.random.split(reset_key, config.collect.environments))
    return TrainingState(params, optimiser.init(params), replay, environments, run_key, jnp.int32(0))


def make_optimiser(learning_rate: float, updates: int, max_gradient_norm: float, weight_decay: float) -> optax.GradientTransformation:
    """AdamW on clipped gradients; the learning rate falls to 0 along a cosine over all updates of the run."""
    decay = optax.cosine_decay_schedule(learning_rate, updates)
    return optax.chain(optax.clip_by_global_norm(max_gradient_norm), optax.adamw(decay, weight_decay=weight_decay))


def play(model: Model, act: Act, params: Params, environments: Any, key: Array, steps: int) -> tuple[Any, dict[str, Array]]:
    """Play B environments for some steps.

    Args:
      environments: [B, ...] states.

    Returns:
      The states to continue from, and arrays [steps, B, ...] by name: the transitions, and the arrays that `act` returned.
    """
    count = jax.tree.leaves(environments)[0].shape[0]

    def one(key: Array, state: Any) -> tuple[Any, dict[str, Array]]:
        act_key, step_key = jax.random.split(key)
        action, extras = act(params, act_key, state)
        transition, truncated, following = step_and_reset(model.environment, step_key, state, action)
        return following, extras | {
            "observation": model.environment.observation(state),
            "action": action,
            "reward": transition.reward,
            "continuation": transition.continuation,
            "truncated": truncated,
            "next_value": model.evaluate(params, transition.state).value,
        }

    def step(states: Any, key: Array) -> tuple[Any, dict[str, Array]]:
        return jax.vmap(one)(jax.random.split(key, count), states)

    return jax.lax.scan(step, environments, jax.random.split(key, steps))


def flat(experience: Any) -> Any:
    """Reshape [steps, B, ...] to [steps * B, ...]."""
    return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), experience)


def take_steps(optimiser: optax.GradientTransformation, loss: Loss, state: TrainingState, inputs: Array) -> tuple[Params, Any, Losses]:
    """Take one optimiser step for each of `inputs`. Returns parameters, the optimiser's state and the mean losses."""

    def one(carry: tuple[Params, Any], given: Array) -> tuple[tuple[Params, Any], Losses]:
        params, opt_state = carry
        gradient, losses = jax.grad(loss, has_aux=True)(params, given)
        updates, opt_state = optimiser.update(gradient, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), losses

    (params, opt_state), losses = jax.lax.scan(one, (state.params, state.optimiser), inputs)
    return params, opt_state, jax.tree.map(jnp.mean, losses)


class ActionEvaluation(NamedTuple):
    """Evaluation of one state and the action taken there, for the losses."""

    log_likelihood: Float[Array, ""]
    """[] mean log-probability (or density) of the prior under `policy`."""
    value: Float[Array, ""]
    q_taken: Float[Array, ""]
    entropy: Float[Array, ""]
    """[] entropy of the prior; of a squashed Gaussian, the entropy before squashing."""


def evaluate_action(
    params: Params, observation: Array, action: Array, policy: Float[Array, "A"], atoms: Float[Array, "A D"] | None, *, network: NetworkConfig
) -> ActionEvaluation:
    """Evaluate prior, V and Q of one state for the losses.

    Args:
      action: executed action: i32 [], or f32 [D] where actions are continuous.
      policy: probabilities over the discrete actions, or over `atoms`.
      atoms: candidate actions [A, D] where actions are continuous, else None.
    """
    evaluation = apply_network(network, params, observation)
    if atoms is None:
        log_prior = jax.nn.log_softmax(evaluation.prior_logits)
        return ActionEvaluation(jnp.sum(policy * log_prior), evaluation.value, evaluation.qvalues[action], -jnp.sum(jnp.exp(log_prior) * log_prior))
    q_taken = evaluate_actions(network, params, evaluation, action[None])[0]
    entropy = jnp.sum(evaluation.log_std + 0.5 * jnp.log(2 * jnp.pi * jnp.e))
    return ActionEvaluation(jnp.sum(policy * evaluation.log_density(atoms)), evaluation.value, q_taken, entropy)


def squared_error(returns: Array, estimate: Array, network: NetworkConfig) -> Float[Array, ""]:
    """Mean squared error over a batch, in units of the network's value scale."""
    return jnp.mean(((returns - estimate) / network.value_scale) ** 2)


def lambda_returns(seen: dict[str, Array], discount: Array, lambda_return: float) -> Float[Array, "steps B"]:
    """R_t = r_t + gamma d_t [(1 - lambda) v_{t+1} + lambda R_{t+1}], with v = `value_target`.

    lambda is 0 where a time limit ended the episode, and at the last step collected. There v is the network's value of the state reached.

    Args:
      seen: `reward`, `continuation`, `truncated`, `value_target` of the state acted in and `next_value` of the state reached, each [steps, B].
    """
    last = jnp.zeros_like(seen["truncated"]).at[-1].set(True)
    cut = seen["truncated"] | last
    following = jnp.concatenate([seen["value_target"][1:], seen["next_value"][-1:]])
    bootstrap = jnp.where(cut, seen["next_value"], following)
    mixing = jnp.where(cut, 0.0, lambda_return)

    def backwards(later: Array, now: tuple[Array, ...]) -> tuple[Array, Array]:
        reward, continuation, value, share = now
        here = reward + discount * continuation * ((1 - share) * value + share * later)
        return here, here

    inputs = (seen["reward"], seen["continuation"], bootstrap, mixing)
    return jax.lax.scan(backwards, jnp.zeros_like(bootstrap[0]), inputs, reverse=True)[1]
