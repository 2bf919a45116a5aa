"""Continuous actions are the discrete problem over candidate actions, which are samples of the prior.

Each of these mutations fails here: candidates kept through resampling instead of drawn again; the step taken with the index of the candidate; a
prior of 1 instead of 1/K; the density without the squashing.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.algorithms.registry import PLANNERS
from planner.algorithms.smc_settings import Live, Static
from planner.checkpoints import build_model, initial_params, network_config
from planner.core.gaussian import GaussianEvaluation, log_density, normalise, squash
from planner.core.model import atom_key
from planner.core.trace import to_arrays
from tests.planner.examples import UNOPTIMISED, complete, jitted_plan, quick, settings_of
from tests.planner.record.test_trace_recomputed import all_settings, assert_follows

ENVIRONMENTS = ["Pendulum-v1", "MountainCarContinuous-v0"]
BOUNDS = ((-2.0, 2.0), (0.0, 1.0))


@functools.cache
def specimen(environment: str):
    """A model with a newly initialised network, its parameters and a state."""
    config = network_config(environment, (16,), 10.0)
    model, _ = build_model(environment, config)
    return model, initial_params(environment, config, jax.random.key(3)), model.environment.reset(jax.random.key(4))


def planned(environment: str, name: str = "trt_smc", seed: int = 0, record: bool = False, **values) -> dict[str, np.ndarray]:
    _, params, state = specimen(environment)
    static, live = PLANNERS[name].split(settings_of(name, **values))
    return to_arrays(_program(environment, name, static, record)(params, jax.random.key(seed), state, live))


@functools.cache
def _program(environment: str, name: str, static, record: bool):
    return jax.jit(PLANNERS[name].program(specimen(environment)[0], static, atoms=record, states=record), compiler_options=UNOPTIMISED)


@given(mean=st.floats(-2, 2), log_std=st.floats(-2, 0.5))
@quick(20)
def test_the_density_is_that_of_the_samples(mean: float, log_std: float) -> None:
    """The density integrates to 1 over [-1, 1] (trapezoidal rule over u). The share of 20000 samples below a point is its integral up to there:

    by the Dvoretzky-Kiefer-Wolfowitz inequality, the largest difference is below 0.0163 except in one of 10^4 cases.
    """
    bounds = ((-2.0, 2.0),)
    evaluation = GaussianEvaluation(jnp.array([mean]), jnp.array([log_std]), jnp.float32(0), jnp.zeros(1), bounds)
    u = np.linspace(-6.5, 6.5, 20_001)
    actions = np.asarray(squash(jnp.asarray(u[:, None], jnp.float32), bounds))
    density = np.exp(np.asarray(log_density(jnp.asarray(actions), evaluation.mean, evaluation.log_std, bounds), float))
    cumulative = np.cumsum(density * (1 - np.tanh(u) ** 2)) * (u[1] - u[0])
    assert abs(cumulative[-1] - 1) < 5e-3
    samples = np.sort(np.asarray(evaluation.sample(jax.random.key(0), 20_000))[:, 0])
    at = np.interp(samples, actions[:, 0], cumulative)
    assert np.max(np.abs(at - (np.arange(20_000) + 0.5) / 20_000)) < 0.0163 + 5e-3


def test_actions_are_squashed_into_their_bounds_dimension_by_dimension() -> None:
    u = jax.random.normal(jax.random.key(0), (1000, 2)) * 4
    actions = np.asarray(squash(u, BOUNDS))
    assert np.all(actions >= [-2, 0]) and np.all(actions <= [2, 1])
    np.testing.assert_allclose(normalise(jnp.asarray(actions), BOUNDS), np.tanh(u), atol=1e-6)


@given(settings=all_settings, seed=st.integers(0, 2**31 - 1))
@quick(2)
def test_a_plan_is_that_of_the_discrete_problem_over_its_atoms(settings, seed: int) -> None:
    model, params, state = specimen("Pendulum-v1")
    settings = settings.model_copy(update={"action_atoms": 5})
    plan = jitted_plan(params, jax.random.key(seed), state, live=Live.of(settings), static=Static.of(settings), model=model, atoms=True, states=True)
    trace = to_arrays(plan)
    numbered = {"action": trace["atom"], "root_action": trace["root_atom"], "chosen_action": trace["chosen_atom"]}
    assert_follows(trace | numbered, settings)
    np.testing.assert_allclose(trace["prior"], 0.2, rtol=1e-6)
    taken = np.take_along_axis(trace["atoms"], trace["atom"][..., None, None], axis=2)[:, :, 0]
    np.testing.assert_array_equal(trace["action"], taken)
    np.testing.assert_array_equal(trace["root_atoms"][trace["chosen_atom"]], trace["chosen_action"])


def test_at_the_root_all_choose_among_the_same_atoms_and_later_even_copies_have_their_own() -> None:
    trace = planned("Pendulum-v1", record=True, particles=16, depth=6, resampling_rule="period", resampling_scheme="multinomial")
    np.testing.assert_array_equal(trace["atoms"][0], np.broadcast_to(trace["root_atoms"], trace["atoms"][0].shape))
    assert np.all(np.diff(trace["root_atoms"][:, 0]) > 0)
    for level in range(1, 6):
        first, second = next(
            (a, b) for a in range(16) for b in range(a + 1, 16) if trace["ancestor"][level - 1, a] == trace["ancestor"][level - 1, b]
        )
        np.testing.assert_array_equal(trace["value"][level, first], trace["value"][level, second])
        assert np.all(trace["atoms"][level, first] != trace["atoms"][level, second])


def test_one_level_with_many_particles_finds_the_posterior_over_the_atoms() -> None:
    """With one level M(0, b) is the increment, so the policy over the candidates is exactly pi exp((r + gamma V(s')) / tau) / Z, up to sampling.

    Systematic sampling of n particles over K candidates gives counts within 1 of n q. As q >= beta / K, each share has a relative error of at most
    K / (beta n).
    """
    settings = complete(particles=8192, depth=1, action_atoms=8, reward_temperature=2.0)
    trace = planned("Pendulum-v1", particles=8192, depth=1, action_atoms=8, reward_temperature=2.0)
    model, params, state = specimen("Pendulum-v1")
    step = jax.vmap(lambda action: model.environment.step(jax.random.key(0), state, action))(jnp.asarray(trace["root_atoms"]))
    value = jax.vmap(lambda after: model.evaluate(params, after).value)(step.state)
    logits = np.asarray(step.reward + settings.discount * step.continuation * value, float) / 2
    posterior = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(trace["root_policy"], posterior, rtol=2 * 8 / (0.25 * 8192))


@pytest.mark.parametrize(
    ("environment", "name"), [*((ENVIRONMENTS[0], name) for name in PLANNERS), *((other, "trt_smc") for other in ENVIRONMENTS[1:])]
)
def test_every_planner_plans_and_repeats_itself(environment: str, name: str) -> None:
    values = PLANNERS[name].algorithm.settings.of_budget(16, 4) | {"action_atoms": 6}
    first, again = planned(environment, name, **values), planned(environment, name, **values)
    for array in first:
        np.testing.assert_array_equal(first[array], again[array], err_msg=array)
    (low, high), actions = specimen(environment)[0].environment.action_bounds[0], first["action"]
    assert actions.dtype == np.float32 and actions.shape[-1] == 1 and np.all((actions >= low) & (actions <= high))
    assert first["root_policy"].shape == (6,) and first["root_policy"].sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(first["root_atoms"][first["chosen_atom"]], first["chosen_action"])
    used = first["visits"] > 0 if "visits" in first else first["alive"]
    assert np.unique(actions[used]).size > 6, "further on there are other atoms than at the root"


def test_the_key_decides_which_atoms_are_drawn() -> None:
    assert np.all(planned("Pendulum-v1", seed=1)["root_atoms"] != planned("Pendulum-v1", seed=2)["root_atoms"])


def test_the_likelihood_is_largest_at_the_atoms_the_policy_prefers() -> None:
    """For an improved policy with all its mass on one action, the gradient of the log-likelihood moves the mean towards that action."""
    actions = jnp.array([[1.5]])
    slope = jax.grad(lambda mean: log_density(actions, mean, jnp.zeros(1), ((-2.0, 2.0),))[0])
    assert slope(jnp.array([0.0]))[0] > 0 and slope(jnp.arctanh(jnp.array([0.75])))[0] == pytest.approx(0, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "atoms"), [(0.0, 2), (0.5, 8)])
def test_the_evidence_over_sampled_atoms_is_unbiased(alpha: float, atoms: int) -> None:
    """One level on Pendulum, where E_pi exp((r + gamma V(s') - V(s)) / tau) is an integral over one action (trapezoidal rule over u).

    The mean over 20000 seeds of exp(log_evidence) lies within 4 of its measured standard errors. Fails without the prior 1/K in the weights.
    """
    model, params, state = specimen("Pendulum-v1")
    settings = complete(particles=4, depth=1, action_atoms=atoms, alpha=alpha, root_sampling="proposal", reward_temperature=3.0)
    live = jax.tree.map(jnp.asarray, Live.of(settings))
    program = PLANNERS["trt_smc"].program(model, Static.of(settings))
    evidence = jax.jit(jax.vmap(lambda key: jnp.exp(program(params, key, state, live).trace.log_evidence[-1])))
    found = np.asarray(evidence(jax.random.split(jax.random.key(0), 20_000)), float)

    root = model.evaluate(params, state)
    noise = jnp.linspace(-6, 6, 4001)
    actions = squash(root.mean + jnp.exp(root.log_std) * noise[:, None], root.bounds)
    step = jax.vmap(lambda action: model.environment.step(jax.random.key(0), state, action))(actions)
    value = jax.vmap(lambda after: model.evaluate(params, after).value)(step.state)
    target = np.asarray(step.reward + settings.discount * step.continuation * value - root.value, float)
    chance = np.exp(-0.5 * np.asarray(noise, float) ** 2)
    expected = np.sum(chance * np.exp(target / 3.0)) / chance.sum()
    assert abs(found.mean() - expected) < 4 * found.std(ddof=1) / np.sqrt(len(found))


def test_atoms_are_drawn_with_a_key_of_their_own() -> None:
    """Folding in a small number would give a key of the split that is used for model steps or noise."""
    key = jax.random.key(7)
    data = lambda keys: {tuple(pair) for pair in np.asarray(jax.random.key_data(keys)).reshape(-1, 2).tolist()}
    assert data(jax.random.fold_in(key, 1)) <= data(jax.random.split(key, 4)), "else the number folded in need not be a large one"
    assert not data(atom_key(key)) & data(jax.random.split(key, 65536))
