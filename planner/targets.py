"""What is read off at the root: the improved policy, the value target and the estimates behind them (E10)."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planner.genealogy import Backup, back_up, log_mean_by_group
from planner.model import Evaluation
from planner.proposal import Twist
from planner.settings import Live, Static
from planner.trace import Trace


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Decision:
    """The decision at the root and its reasons, whichever planner made it. A actions."""

    root_prior: Float[Array, "A"]
    root_proposal: Float[Array, "A"]
    """[A] what the first actions were drawn from."""
    root_policy: Float[Array, "A"]
    """[A] improved policy; 0 for actions never tried."""
    root_q: Float[Array, "A"]
    """[A] Q-hat; NaN where never tried."""
    root_visits: Int[Array, "A"]
    """i32 [A] how often it was tried."""
    root_value: Float[Array, ""]
    """[] V(s0)."""
    value_target: Float[Array, ""]
    """[] what is thought of the root after planning."""
    chosen_action: Int[Array, ""]
    """i32 [] the action to execute."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Root(Decision):
    """The decision of planners with particles; Q-hat is the mean of `slot_value` over an action's slots, `value_target` that of (E10). N slots."""

    root_action: Int[Array, "N"]
    """i32 [N] first action of each root slot."""
    slot_policy: Float[Array, "N"]
    """[N] p_b of (E10)."""
    slot_value: Float[Array, "N"]
    """[N] v_b of (E10)."""


def read_root(trace: Trace, root: Evaluation, proposal: Twist, root_terminal: Array, *, key: Array, live: Live, static: Static) -> Root:
    """Improved policy, value target and Q-hat from the trace (planner's reference, section 4)."""
    continuation = live.discount * trace.continuation
    log_ratio = trace.log_prior - trace.log_proposal
    target = trace.reward + continuation * trace.next_value - (trace.value if static.advantage else 0.0)
    log_increment = log_ratio + target / live.reward_temperature
    backup = back_up(
        trace.parent,
        reward=trace.reward,
        discounted_continuation=continuation,
        next_value=trace.next_value,
        trace_weight=live.retrace_lambda * jnp.minimum(1.0, jnp.exp(log_ratio)),
        log_increment=log_increment,
    )
    slot_logits = _slot_logits(trace, log_increment, log_ratio, backup, live, static)
    slot_policy = jax.nn.softmax(slot_logits)
    # A terminal root leaves nothing to plan: value 0, and the prior.
    root_value = jnp.where(root_terminal, 0.0, root.value)
    slot_value = live.value_mixing * backup.returns + (1 - live.value_mixing) * root_value

    action = trace.action[0]
    sum_by_action = lambda values: jnp.zeros(root.qvalues.shape[0]).at[action].add(values)
    visits = sum_by_action(jnp.ones_like(slot_value))
    prior = jax.nn.softmax(root.prior_logits)
    policy = jnp.where(root_terminal, prior, sum_by_action(slot_policy))
    sampled = jax.random.categorical(key, jnp.log(policy))
    return Root(
        root_action=action,
        root_prior=prior,
        root_proposal=jnp.exp(proposal.log_proposal),
        root_policy=policy,
        root_q=jnp.where(visits > 0, sum_by_action(slot_value) / jnp.maximum(visits, 1.0), jnp.nan),
        root_visits=visits.astype(jnp.int32),
        slot_policy=slot_policy,
        slot_value=slot_value,
        root_value=root_value,
        value_target=jnp.sum(slot_policy * slot_value),
        chosen_action=jnp.where(live.sample_action, sampled, jnp.argmax(policy)).astype(jnp.int32),
    )


def _slot_logits(trace: Trace, log_increment: Array, log_ratio: Array, backup: Backup, live: Live, static: Static) -> Float[Array, "N"]:
    """Unnormalised log-probabilities of the root slots, by `policy_target`."""
    if static.policy_target == "message":
        return backup.messages
    if static.policy_target == "value":
        return log_ratio[0] + backup.returns / live.reward_temperature
    if static.policy_target == "surviving":
        weights = jax.nn.softmax(trace.log_weight[-1])
        return jnp.log(jnp.zeros_like(weights).at[trace.branch[-1]].add(weights))
    if static.policy_target == "online":
        return jnp.sum(jax.vmap(lambda values, branch: log_mean_by_group(values, branch, values.shape[0]))(log_increment, trace.branch), axis=0)
    raise ValueError(f"policy target must be message, value, online or surviving, got {static.policy_target!r}")
