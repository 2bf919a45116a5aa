"""The improved policy at a target divergence (E17): against its definition, and by its exact properties."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.target_kl import at_target_kl
from tests.planner.examples import quick
from tests.planner.recompute import kl_divergence

ACTIONS = 5
logits = st.lists(st.floats(-4, 4, width=32), min_size=ACTIONS, max_size=ACTIONS)


def softmax(values):
    weights = np.exp(np.asarray(values, float) - np.max(values))
    return weights / weights.sum()


def read(policy, prior, target):
    return np.asarray(at_target_kl(jnp.asarray(policy, jnp.float32), jnp.asarray(prior, jnp.float32), jnp.float32(target)), float)


@quick(60)
@given(prior=logits, gain=logits.filter(lambda values: np.ptp(values) > 0.1), share=st.floats(0.01, 0.9))
def test_it_is_the_tilt_whose_divergence_is_the_target(prior, gain, share):
    prior = softmax(prior)
    policy = softmax(np.log(prior) + gain)
    best = np.isclose(gain, np.max(gain), atol=1e-3)
    target = share * -np.log(prior[best].sum())
    found = read(policy, prior, target)
    if target < 1e-4:
        return
    assert kl_divergence(found, prior) == pytest.approx(target, rel=5e-3, abs=1e-5)
    # All of it lies on the line from the prior through the policy.
    held = found > 1e-6
    moved, direction = (np.log(each[held] / prior[held]) for each in (found, policy))
    strength = np.ptp(moved) / np.ptp(direction) if np.ptp(direction) > 0 else 0.0
    np.testing.assert_allclose(moved - moved.max(), strength * (direction - direction.max()), rtol=2e-2, atol=2e-2)


def test_the_policy_itself_is_what_its_own_divergence_gives_and_zero_is_the_prior():
    prior, policy = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    np.testing.assert_allclose(read(policy, prior, kl_divergence(policy, prior)), policy, rtol=1e-3)
    np.testing.assert_allclose(read(policy, prior, 0.0), prior, rtol=1e-6)
    np.testing.assert_allclose(read(prior, prior, 1.0), prior, rtol=1e-5)


def test_beyond_reach_the_best_action_has_all_and_actions_that_were_not_tried_keep_nothing():
    prior = np.array([0.5, 0.3, 0.2, 0.0])
    np.testing.assert_allclose(read([0.1, 0.7, 0.2, 0.0], prior, 50.0), [0, 1, 0, 0], atol=1e-6)
    found = read([0.0, 0.3, 0.7, 0.0], prior, 0.01)
    assert found[0] == found[3] == 0
    assert kl_divergence(found[1:3], prior[1:3]) == pytest.approx(0.01, rel=1e-2)


@pytest.mark.parametrize("strength", [0.25, 3.0])
def test_the_temperature_that_was_set_does_not_matter(strength):
    prior, gain = np.array([0.5, 0.3, 0.2]), np.array([0.3, -0.2, 0.9])
    one, other = (read(softmax(np.log(prior) + by * gain), prior, 0.1) for by in (1.0, strength))
    np.testing.assert_allclose(one, other, rtol=2e-3)
