"""PPO (E13): its loss compared with the definition, and learning."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner.checkpoints import build_model, initial_params, network_config
from planner.networks import apply_network
from planner.training.algorithms import make_run
from planner.training.config import PpoSection, TrainingConfig, read_config
from planner.training.ppo import Rollout, collect, ppo_loss
from planner.training.seeds import train_seeds

ENVIRONMENTS = ("CartPole-v1", "Pendulum-v1")


def made(environment, seed=0):
    network = network_config(environment, (16,), 5.0)
    return build_model(environment, network)[0], network, initial_params(environment, network, jax.random.key(seed))


def rollout(environment, params_seed=0, *, steps=12, count=3):
    model, network, params = made(environment, params_seed)
    states = jax.vmap(model.environment.reset)(jax.random.split(jax.random.key(1), count))
    ppo = PpoSection(lambda_return=0.8)
    return collect(model, network, params, states, jax.random.key(2), steps=steps, discount=jnp.float32(0.9), ppo=ppo)[1], network, params


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_loss_equals_its_definition_written_out(environment):
    batch, network, _ = rollout(environment)
    params = made(environment, 7)[2]
    ppo = PpoSection(clip=0.1, value_weight=0.7, q_weight=0.3, entropy_weight=0.05)
    total, losses = ppo_loss(params, batch, network, ppo)
    each = []
    standardised = (batch.advantage - batch.advantage.mean()) / batch.advantage.std()
    for i in range(batch.returns.size):
        evaluated = apply_network(network, params, batch.observation[i])
        if environment == "Pendulum-v1":
            log_density = evaluated.log_density(batch.action[i][None])[0]
        else:
            log_density = jax.nn.log_softmax(evaluated.prior_logits)[batch.action[i]]
        ratio = float(jnp.exp(log_density - batch.log_density[i]))
        advantage = float(standardised[i])
        each.append(min(ratio * advantage, np.clip(ratio, 0.9, 1.1) * advantage))
    np.testing.assert_allclose(losses.policy, -np.mean(each), rtol=1e-4, atol=1e-5)
    assert min(each) != max(each)
    values = jnp.stack([apply_network(network, params, observation).value for observation in batch.observation])
    np.testing.assert_allclose(losses.value, np.mean(((batch.returns - values) / 5.0) ** 2), rtol=1e-4)
    np.testing.assert_allclose(total, losses.policy + 0.7 * losses.value + 0.3 * losses.q - 0.05 * losses.entropy, rtol=1e-5)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_network_that_acted_has_ratio_one(environment):
    """Clipping is relative to the network that acted: there the gradient is that of the unclipped objective."""
    batch, network, params = rollout(environment)
    _, losses = ppo_loss(params, batch, network, PpoSection())
    np.testing.assert_allclose(losses.policy, 0.0, atol=1e-5)


def test_advantages_are_returns_less_values():
    batch, network, params = rollout("CartPole-v1")
    values = jax.vmap(lambda observation: apply_network(network, params, observation).value)(batch.observation)
    np.testing.assert_allclose(batch.advantage, batch.returns - values, rtol=1e-5, atol=1e-5)


def test_actions_are_drawn_from_the_prior():
    """Frequencies of 6 x 800 actions are within 4 standard errors of the mean prior."""
    batch, network, params = rollout("Catch-bsuite", steps=800, count=6)
    assert isinstance(batch, Rollout)
    prior = jax.vmap(lambda observation: jax.nn.softmax(apply_network(network, params, observation).prior_logits))(batch.observation)
    seen = np.bincount(np.asarray(batch.action), minlength=3) / batch.action.size
    expected = np.asarray(prior.mean(axis=0))
    assert np.all(np.abs(seen - expected) < 4 * np.sqrt(expected * (1 - expected) / batch.action.size))


def catch(**changes):
    config = read_config("catch").model_dump(mode="json") | {"algorithm": "ppo", "stages": [], "iterations": 40, "evaluate_every": 20}
    return TrainingConfig.model_validate(config | changes)


@pytest.mark.slow
def test_ppo_learns_catch_with_every_seed():
    *_, last = train_seeds(catch(), [0, 1, 2])
    assert last.environment_steps == 40 * 32 * 32
    assert np.all(last.returns > 0.8)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["ppo", "expert_iteration"])
def test_runs_side_by_side_are_the_runs_one_by_one(algorithm):
    """One iteration is equal up to the rounding of batched arithmetic, which later iterations amplify."""
    planner = {"name": "trt_smc", "reward_temperature": 0.2, "discount": 0.99, "particles": 8, "depth": 2, "act": "sample"}
    sizes = {"collect": {"environments": 4, "steps": 8}, "ppo": {"minibatches": 2}, "learn": {"batches": 2, "batch_size": 16}}
    run = make_run(catch(algorithm=algorithm, planner=planner, **sizes))
    keys = [jax.random.key(3), jax.random.key(5)]
    together, _ = jax.jit(jax.vmap(run.iterate))(jax.vmap(run.start)(jnp.stack(keys)))
    iterate = jax.jit(run.iterate)
    for column, key in enumerate(keys):
        alone, _ = iterate(run.start(key))
        jax.tree.map(lambda one, many, i=column: np.testing.assert_allclose(many[i], one, rtol=1e-4, atol=1e-5), alone.params, together.params)
    kernels = jax.tree.leaves(together.params)[-1]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.01


def test_minibatches_that_do_not_divide_an_iteration_are_refused():
    with pytest.raises(ValueError, match=r"ppo.minibatches must divide the 1024 steps"):
        catch(ppo={"minibatches": 7})
