"""Diagnostics compared with a slow, literal recomputation, and the variance estimate with the variance it estimates.

The statistical test fails when the correction (N / (N - 1))^(R + 1) is omitted, or when R counts one resampling too many.
"""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.trace import to_arrays
from planner.exact import tables
from planner.record.diagnostics import diagnose, evidence_variance, normalised_weights, variance_objections
from tests.planner.examples import (
    batched,
    complete,
    layered_mdp,
    make_arrays,
    metadata_of,
    plan_with,
    quick,
    random_mdp,
    random_prior,
    random_values,
    settings_of,
)

VALID = {"resampling_scheme": "multinomial", "root_sampling": "proposal", "revive": False}


def lineage(ancestor: np.ndarray, level: int, slot: int) -> list[int]:
    """The slots a particle descends from, from level 0 to its own."""
    slots = [slot]
    for before in range(level - 1, -1, -1):
        slots.append(int(ancestor[before, slots[-1]]))
    return slots[::-1]


# One process for all draws: the process is part of the compiled program, the values are not.
PROCESS = random_mdp(0, stochastic=True)


@quick(16)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([2, 12]),
    rule=st.sampled_from(["ess", "period"]),
    revive=st.booleans(),
    threshold=st.sampled_from([0.0, 0.5, 0.95]),
    temperature=st.sampled_from([0.05, 0.7]),
)
def test_genealogical_counts_are_those_of_lineages_followed_one_by_one(seed, n, rule, revive, threshold, temperature) -> None:
    settings = complete(particles=n, depth=6, resampling_rule=rule, revive=revive, reward_temperature=temperature, ess_threshold=threshold)
    arrays = make_arrays(settings, PROCESS, tables(random_prior(seed, PROCESS), random_values(seed, PROCESS)), seed=seed)
    found = diagnose(arrays, metadata_of(settings))
    ancestor = arrays["ancestor"]
    lines = [[lineage(ancestor, level, slot) for slot in range(n)] for level in range(6)]
    for level in range(6):
        assert found["unique_branches"][level] == len(set(arrays["branch"][level]))
        assert found["unique_branches"][level] == len({line[0] for line in lines[level]})
        assert found["unique_root_actions"][level] == len({arrays["action"][0, line[0]] for line in lines[level]})
        assert found["unique_ancestors"][level] == len({line[level] for line in lines[-1]})
        common = [upto for upto in range(level + 1) if len({line[upto] for line in lines[level]}) == 1]
        assert found["coalescence_level"][level] == max(common, default=-1)
        assert list(found["offspring"][level]) == [int(np.sum(ancestor[level] == slot)) for slot in range(n)]
    assert np.all(found["offspring"].sum(1) == n)
    assert np.all(np.diff(found["unique_ancestors"]) >= 0) and np.all(np.diff(found["coalescence_level"]) >= 0)


@quick(12)
@given(seed=st.integers(0, 1000), temperature=st.sampled_from([0.01, 0.7, 50.0]), advantage=st.booleans())
def test_weight_diagnostics_keep_their_bounds_and_parts_add_up_to_the_increments(seed, temperature, advantage) -> None:
    settings = complete(particles=16, depth=5, reward_temperature=temperature, advantage=advantage, resampling_rule="never")
    arrays = make_arrays(settings, PROCESS, tables(random_prior(seed, PROCESS), random_values(seed, PROCESS)), seed=seed)
    found = diagnose(arrays, metadata_of(settings))
    weights = normalised_weights(arrays["log_weight"])
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-5)
    # ESS is the exponential of the Renyi entropy of order 2, 1 / max of order infinity; entropies fall with their order.
    assert np.all(found["perplexity"] * 1.0001 >= arrays["ess"]) and np.all(arrays["ess"] * 1.0001 >= 1 / found["max_weight"])
    increments = np.diff(arrays["log_weight"], axis=0, prepend=np.zeros((1, 16), np.float32))
    alive = arrays["alive"]
    mean = np.array([increments[t, alive[t]].mean() if alive[t].any() else np.nan for t in range(5)])
    np.testing.assert_allclose(found["weight_part_mean"].sum(1), mean, rtol=1e-3, atol=1e-3 / temperature)
    np.testing.assert_allclose(np.cumsum(found["log_evidence_increment"]), arrays["log_evidence"], rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["never", "period", "ess"])
def test_the_variance_estimated_from_one_run_is_that_over_many(rule: str) -> None:
    """E[Z^2 V] = Var[Z] (Lee & Whiteley 2018, Theorem 1; exact for fixed levels).

    Both sides are means over 20000 runs, and their difference must be within 4 of its standard errors, measured over the runs. With resampling at low
    ESS the estimate is only consistent, with a bias of order 1/N: 5 % of the variance is allowed for it.
    """
    mdp = layered_mdp(3, layers=4)
    settings = complete(particles=24, depth=4, resampling_rule=rule, resampling_period=2, ess_threshold=0.6, reward_temperature=0.8, **VALID)
    assert not variance_objections(metadata_of(settings))
    params = tables(random_prior(3, mdp), random_values(3, mdp))
    wanted = ("log_weight", "branch", "resampled", "log_evidence")
    many = batched(settings, mdp, lambda plan: {name: getattr(plan.trace, name) for name in wanted})
    runs = jax.device_get(many(jax.random.split(jax.random.key(5), 20_000), params))
    estimates = np.array(
        [
            evidence_variance(normalised_weights(weight), branch, resampled)[-1]
            for weight, branch, resampled in zip(runs["log_weight"], runs["branch"], runs["resampled"], strict=True)
        ],
        float,
    )
    log_evidence = runs["log_evidence"][:, -1].astype(float)
    evidence = np.exp(log_evidence - log_evidence.max())
    scale = evidence.mean()
    terms = (evidence / scale) ** 2 * estimates - (evidence / scale - 1) ** 2
    allowed = 4 * terms.std(ddof=1) / np.sqrt(len(terms)) + (0.05 * evidence.var() / scale**2 if rule == "ess" else 0)
    assert abs(terms.mean()) < allowed
    assert allowed < 0.25 * evidence.var() / scale**2, "the variance must stand out of the noise"


def test_the_estimate_is_called_meaningless_where_its_assumptions_fail() -> None:
    assert not variance_objections(metadata_of(complete(**VALID)))
    for change in ({"resampling_scheme": "systematic"}, {"root_sampling": "stratified"}, {"revive": True}, {"weight_normaliser": "min_max"}):
        assert len(variance_objections(metadata_of(complete(**{**VALID, **change})))) == 1
    assert len(variance_objections(metadata_of(complete()))) == 3
    assert variance_objections(metadata_of(complete(resampling_rule="never", root_sampling="proposal"))) == []


def test_a_run_of_one_particle_has_nothing_to_estimate_from() -> None:
    mdp = random_mdp(1)
    settings = complete(particles=1, depth=4, **VALID)
    found = diagnose(make_arrays(settings, mdp, tables(random_prior(1, mdp), random_values(1, mdp))), metadata_of(settings))
    assert np.all(np.isnan(found["evidence_variance"])) and list(found["coalescence_level"]) == [0, 1, 2, 3]


def test_every_planner_with_particles_has_diagnostics_and_a_tree_has_none() -> None:
    mdp = random_mdp(2)
    params = tables(random_prior(2, mdp), random_values(2, mdp))
    for name in ("trt_smc", "tsmcts"):
        arrays = to_arrays(plan_with(name, mdp, params, particles=8, depth=4))
        found = diagnose(arrays, metadata_of(settings_of(name, particles=8, depth=4), name))
        assert all(len(array) == 4 for array in found.values() if array.ndim)
    tree = to_arrays(plan_with("gumbel_mcts", mdp, params, num_simulations=8))
    assert diagnose(tree, metadata_of(settings_of("gumbel_mcts"), "gumbel_mcts")) == {}
