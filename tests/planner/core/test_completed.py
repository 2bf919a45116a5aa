"""The improved policy by completed Q-values (E14, E15), against mctx's own and by its exact properties."""

from types import SimpleNamespace

import jax.numpy as jnp
import mctx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.core.completed import complete_qvalues, completed_policy
from tests.planner.examples import quick

ACTIONS = 5
finite = st.floats(-50, 50, width=32)


@quick(60)
@given(
    logits=st.lists(st.floats(-6, 6, width=32), min_size=ACTIONS, max_size=ACTIONS),
    values=st.lists(finite, min_size=ACTIONS, max_size=ACTIONS),
    number=st.lists(st.integers(0, 9), min_size=ACTIONS, max_size=ACTIONS).filter(any),
    root_value=finite,
    scale=st.floats(0, 30, width=32),
)
def test_it_is_what_mctx_makes_of_the_same_numbers(logits, values, number, root_value, scale):
    logits, visits = jnp.array(logits), jnp.array(number, jnp.int32)
    qvalues = jnp.where(visits > 0, jnp.array(values), 0.0)
    tree = SimpleNamespace(
        qvalues=lambda node: qvalues, children_visits=visits[None], raw_values=jnp.array([root_value]), children_prior_logits=logits[None]
    )
    # There the strength grows with the visits; here it is the setting.
    expected = mctx.qtransform_completed_by_mix_value(tree, 0, value_scale=scale / float(visits.max()), maxvisit_init=0.0)
    log_prior = logits - jnp.log(jnp.sum(jnp.exp(logits)))
    completed = complete_qvalues(qvalues, visits.astype(jnp.float32), jnp.exp(log_prior), jnp.float32(root_value))
    span = float(completed.max() - completed.min())
    policy = np.exp(completed_policy(log_prior, completed, jnp.float32(scale)))
    # Differences of the size of rounding are stretched to [0, 1] there and here.
    if span > 1e-3:
        wanted = np.exp(np.asarray(log_prior + expected, float))
        np.testing.assert_allclose(policy, wanted / wanted.sum(), rtol=2e-3, atol=1e-5)


def test_strength_zero_is_the_prior_and_equal_values_are_too():
    log_prior = jnp.log(jnp.array([0.5, 0.3, 0.2]))
    np.testing.assert_allclose(jnp.exp(completed_policy(log_prior, jnp.array([1.0, 5.0, 2.0]), jnp.float32(0))), [0.5, 0.3, 0.2], rtol=1e-6)
    np.testing.assert_allclose(jnp.exp(completed_policy(log_prior, jnp.full(3, 7.0), jnp.float32(9))), [0.5, 0.3, 0.2], rtol=1e-6)


def test_the_answer_does_not_change_with_unit_or_origin_of_q():
    log_prior, completed = jnp.log(jnp.array([0.5, 0.3, 0.2])), jnp.array([1.0, 5.0, 2.0])
    policies = [completed_policy(log_prior, 2.0**power * completed + shift, jnp.float32(3)) for power, shift in ((0, 0), (8, 0), (-6, 1), (3, -64))]
    for policy in policies:
        np.testing.assert_allclose(policy, policies[0], rtol=1e-5)
    # The best action gains c nats on the worst.
    gained = (policies[0] - log_prior)[1] - (policies[0] - log_prior)[0]
    np.testing.assert_allclose(gained, 3, rtol=1e-5)


def test_an_action_that_nobody_tried_has_the_mixed_value_and_one_the_prior_forbids_stays_forbidden():
    prior = jnp.array([0.5, 0.25, 0.25, 0.0])
    completed = complete_qvalues(jnp.array([4.0, 8.0, jnp.nan, jnp.nan]), jnp.array([2.0, 1.0, 0.0, 0.0]), prior, jnp.float32(1))
    mixed = (1 + 3 * (0.5 * 4 + 0.25 * 8) / 0.75) / 4
    np.testing.assert_allclose(completed, [4, 8, mixed, mixed], rtol=1e-6)
    policy = jnp.exp(completed_policy(jnp.log(prior), completed, jnp.float32(2)))
    assert policy[3] == 0 and policy[2] > 0 and np.isclose(policy.sum(), 1)
