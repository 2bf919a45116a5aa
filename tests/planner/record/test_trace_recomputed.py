"""Every derived array of a trace follows from its primary ones, for all settings.

Each of these one-line mutations of the planner fails here: E5 without the discount or without `- log q`; log-weights kept at a resampling; a
dead particle that steps; the reference left behind by a moving particle; E8 without min(1, pi/q); E9 with a sum for the mean; branches not permuted.
"""

from typing import Any

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from planner import exact
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.environments import make_environment
from planner.networks import NetworkConfig, PolicyValueNetwork
from tests.planner import recompute
from tests.planner.examples import complete, jitted_plan, make_arrays, quick, quick_plan, random_mdp, random_prior, random_values

EXACT = {"parent", "depth", "alive", "terminal", "revived", "branch", "root_action", "root_visits"}

share = st.floats(0, 1, width=32)
live_settings = st.fixed_dictionaries(
    {
        "alpha": share,
        "kl_bound": st.floats(0, 3, width=32),
        "twist_temperature": st.floats(0.125, 8, width=32),
        "reward_temperature": st.floats(0.25, 8, width=32),
        "discount": share,
        "ess_threshold": share,
        "resampling_period": st.integers(1, 5),
        "root_prior_share": share,
        "retrace_lambda": share,
        "value_mixing": share,
        "completed_scale": st.floats(0, 8, width=32),
        "target_kl": st.floats(0, 2, width=32),
        "act": st.sampled_from(["argmax", "sample"]),
    }
)
static_settings = st.fixed_dictionaries(
    {
        "constraint": st.sampled_from(["adaptive", "fixed_kl", "fixed_temperature"]),
        "root_constraint": st.sampled_from(["same", "adaptive", "fixed_kl", "fixed_temperature"]),
        "trust": st.sampled_from(["full", "agreement"]),
        "advantage": st.booleans(),
        "revive": st.booleans(),
        "weight_normaliser": st.sampled_from(["none", "min_max", "standardise"]),
        "resampling_rule": st.sampled_from(["ess", "period", "never"]),
        "resampling_scheme": st.sampled_from(["systematic", "stratified", "residual", "multinomial"]),
        "policy_target": st.sampled_from(["message", "value", "online", "surviving", "completed"]),
        "temperature_rule": st.sampled_from(["fixed", "target_kl"]),
        "root_sampling": st.sampled_from(["stratified", "proposal"]),
    }
)
all_settings = st.builds(lambda some, rest: complete(particles=12, depth=6, **some, **rest), static_settings, live_settings)


def assert_follows(trace: dict[str, np.ndarray], settings: SmcSettings, interventions: Any = ()) -> None:
    """Compare with the recomputation, array by array."""
    derived = recompute.replay(trace, settings, interventions=interventions)
    largest = np.abs(derived["log_weight"][np.isfinite(derived["log_weight"])]).max(initial=0.0)
    np.testing.assert_array_equal(trace["resampled"], recompute.expect_resampling(trace, derived, settings))
    for name, expected in (derived | recompute.read_root(trace, derived, settings)).items():
        if name in EXACT:
            np.testing.assert_array_equal(trace[name], expected, err_msg=name)
        elif name not in ("log_increment", "log_change"):
            # f32 sums of T terms compared with f64; the error of a mean weight is relative to the largest log-weight.
            np.testing.assert_allclose(trace[name], expected, rtol=3e-4, atol=2e-5 * max(1.0, largest), err_msg=name)
    assert_ancestors_fit(trace, derived, settings)
    assert_proposals_fit(trace, settings)
    if not interventions:
        assert_dead_stand_still(trace)


def assert_ancestors_fit(trace: dict[str, np.ndarray], derived: dict[str, np.ndarray], settings: SmcSettings) -> None:
    slots = trace["ancestor"].shape[1]
    for level, ancestors in enumerate(trace["ancestor"]):
        if not trace["resampled"][level]:
            np.testing.assert_array_equal(ancestors, np.arange(slots))
            continue
        weights = recompute.resampling_weights(derived["log_weight"][level], settings.weight_normaliser)
        least, most = recompute.offspring_bounds(weights, settings.resampling_scheme)
        counts = np.bincount(ancestors, minlength=slots)
        assert np.all(counts >= least) and np.all(counts <= most) and np.all(np.diff(ancestors) >= 0)


def assert_proposals_fit(trace: dict[str, np.ndarray], settings: SmcSettings) -> None:
    """Check that KL is within its bound, and equal to it where the temperature is finite, and that the proposal is the prior tilted at it."""
    kl, bound, temperature = (trace[name].astype(float) for name in ("kl", "kl_bound", "temperature"))
    np.testing.assert_allclose(bound, recompute.expect_bounds(trace, settings), rtol=5e-3, atol=2e-5)
    assert np.all(kl <= bound * (1 + 1e-3) + 1e-6)
    mixed = (np.arange(len(kl)) == 0) & (settings.root_sampling == "stratified")
    tilted = (temperature > 0) & np.isfinite(temperature)
    met = tilted & np.isfinite(bound) & ~mixed[:, None]
    np.testing.assert_allclose(kl[met], bound[met], rtol=2e-3, atol=1e-6)
    for level, slot in np.argwhere(tilted):
        prior = trace["prior"][level, slot].astype(float)
        tilt = trace["q_value"][level, slot].astype(float) / temperature[level, slot]
        proposal = prior * np.exp(tilt - tilt.max())
        proposal /= proposal.sum()
        if mixed[level]:
            proposal = (1 - settings.root_prior_share) * proposal + settings.root_prior_share * prior
        np.testing.assert_allclose(trace["proposal"][level, slot], proposal, rtol=1e-3, atol=1e-5)


def assert_dead_stand_still(trace: dict[str, np.ndarray]) -> None:
    """Check that a dead slot has no reward and keeps the terminal state that ended it."""
    slots = trace["alive"].shape[1]
    dead = ~trace["alive"]
    for name in ("reward", "continuation", "value", "next_value", "log_prior", "log_proposal"):
        assert np.all(trace[name][dead] == 0), name
    assert np.all(trace["next_value"][trace["terminal"]] == 0)
    ended_by = trace["parent"][dead]
    assert np.all(trace["terminal"].reshape(-1)[ended_by])
    for name in [name for name in trace if name == "position" or name.startswith("state/")]:
        flat = trace[name].reshape(-1, *trace[name].shape[2:])
        np.testing.assert_array_equal(trace[name][dead], flat[ended_by], err_msg=name)
    assert np.all(trace["parent"] < np.arange(len(dead))[:, None] * slots)


def states_before(trace: dict[str, np.ndarray], name: str, root: np.ndarray) -> np.ndarray:
    """[T, N, ...] of the state stepped from."""
    flat = trace[name].reshape(-1, *trace[name].shape[2:])
    at_root = (trace["parent"] < 0).reshape(*trace["parent"].shape, *[1] * (flat.ndim - 1))
    return np.where(at_root, root, flat[trace["parent"]])


def check_on_tables(settings: SmcSettings, seed: int, compiled: Any = jitted_plan) -> None:
    mdp = random_mdp(seed % 5, stochastic=True, terminals=2)
    prior, values = random_prior(seed, mdp), random_values(seed, mdp)
    trace = make_arrays(settings, mdp, exact.tables(prior, values), seed=seed, record=True, compiled=compiled)
    assert_follows(trace, settings)

    before, after, action, alive = states_before(trace, "state/index", np.int32(0)), trace["state/index"], trace["action"], trace["alive"]
    assert np.all(mdp.transition[before, action, after][alive] > 0)
    np.testing.assert_allclose(trace["reward"][alive], mdp.reward[before, action, after][alive], rtol=1e-6)
    np.testing.assert_array_equal(trace["terminal"], mdp.terminal[after] & alive)
    np.testing.assert_allclose(trace["value"][alive], values.value[before][alive], rtol=1e-6)
    np.testing.assert_allclose(trace["next_value"][alive], np.where(mdp.terminal, 0, values.value)[after][alive], rtol=1e-6)
    np.testing.assert_allclose(trace["prior"][alive], prior[before][alive], rtol=1e-5)
    np.testing.assert_allclose(trace["q_value"][alive], values.qvalues[before][alive], rtol=1e-6)
    np.testing.assert_allclose(trace["position"], mdp.positions[after], rtol=1e-6)
    np.testing.assert_allclose(trace["root_value"], values.value[0], rtol=1e-6)


# Most draws need their own program, and compiling it takes most of the time.
@given(settings=all_settings, seed=st.integers(0, 2**31 - 1))
@quick(4)
def test_derived_arrays_follow_from_the_primary_ones_on_tables(settings: SmcSettings, seed: int) -> None:
    check_on_tables(settings, seed)


@pytest.mark.slow
@given(seed=st.integers(0, 2**31 - 1), settings=all_settings)
@quick(7)
def test_derived_arrays_follow_from_the_primary_ones_on_tables_for_many_settings(settings: SmcSettings, seed: int) -> None:
    check_on_tables(settings, seed, quick_plan)


network = PolicyValueNetwork(NetworkConfig(num_actions=2, hidden=(16,), value_scale=10.0))


def evaluate(params, state):
    return network.apply(params, make_environment("CartPole-v1").observation(state))


@given(settings=all_settings, seed=st.integers(0, 2**31 - 1))
@quick(3)
def test_derived_arrays_follow_from_the_primary_ones_on_cartpole(settings: SmcSettings, seed: int) -> None:
    environment = make_environment("CartPole-v1")
    # A pole about to fall, so that only some particles end within the plan.
    root = environment.reset(jax.random.key(seed)).replace(theta=jnp.float32(0.15), theta_dot=jnp.float32(1.2))
    params = network.init(jax.random.key(seed), environment.observation(root))
    plan = jitted_plan(
        params,
        jax.random.key(seed),
        root,
        live=Live.of(settings),
        static=Static.of(settings),
        model=Model(environment, evaluate),
        atoms=True,
        states=True,
    )
    trace = to_arrays(plan)
    assert trace["terminal"].any() and not trace["terminal"].all()
    assert_follows(trace, settings)

    names = [name for name in trace if name.startswith("state/")]
    before = {name: states_before(trace, name, np.asarray(getattr(root, name[6:]))) for name in names}
    stepped_from = root.replace(**{name[6:]: jnp.asarray(leaf) for name, leaf in before.items()})
    step = jax.vmap(jax.vmap(environment.step))(jax.random.split(jax.random.key(0), trace["action"].shape), stepped_from, trace["action"])
    alive = trace["alive"]
    for name in names:
        np.testing.assert_allclose(trace[name][alive], np.asarray(getattr(step.state, name[6:]))[alive], rtol=1e-4, atol=1e-5, err_msg=name)
    evaluated = jax.vmap(jax.vmap(evaluate, in_axes=(None, 0)), in_axes=(None, 0))(params, step.state)
    np.testing.assert_allclose(trace["next_value"][alive], (evaluated.value * step.continuation)[alive], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("revive", [True, False])
def test_a_revived_slot_goes_back_to_the_state_before_the_end_and_keeps_its_branch(revive: bool) -> None:
    mdp = random_mdp(3, stochastic=True, terminals=3)
    settings = complete(particles=16, depth=8, revive=revive, resampling_rule="period", alpha=0.2)
    trace = make_arrays(settings, mdp, exact.tables(random_prior(3, mdp), random_values(3, mdp)), record=True)
    assert_follows(trace, settings)
    assert trace["terminal"].any() and trace["revived"].any() == revive
    for level, slot in np.argwhere(trace["revived"]):
        ancestor = trace["ancestor"][level - 1, slot]
        assert trace["terminal"][level - 1, ancestor]
        assert trace["parent"][level, slot] == trace["parent"][level - 1, ancestor]
        assert trace["branch"][level, slot] == trace["branch"][level - 1, ancestor]
        assert trace["depth"][level, slot] == trace["depth"][level - 1, ancestor] < level
