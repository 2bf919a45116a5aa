"""What is read off at the root: the improved policy, the value target and the estimates behind them (E10)."""

from dataclasses import dataclass, field
from typing import Any

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
    chosen_action: Array
    """The action to execute: i32 [], or f32 [D] where actions are continuous."""
    root_atoms: Float[Array, "A D"] | None = field(default=None, kw_only=True)
    """f32 [A, D] the actions chosen among, where they are continuous, in order of their first dimension."""
    root_gaussian: Float[Array, "2 D"] | None = field(default=None, kw_only=True)
    """f32 [2, D] mean and standard deviation of the prior before it is squashed, where actions are continuous."""
    chosen_atom: Int[Array, ""] | None = field(default=None, kw_only=True)
    """i32 [] which of the atoms is executed, where actions are continuous."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Root(Decision):
    """The decision of planners with particles; Q-hat is the mean of `slot_value` over an action's slots, `value_target` that of (E10). N slots."""

    root_action: Array
    """First action of each root slot: i32 [N], or f32 [N, D] where actions are continuous."""
    slot_policy: Float[Array, "N"]
    """[N] p_b of (E10)."""
    slot_value: Float[Array, "N"]
    """[N] v_b of (E10)."""
    root_atom: Int[Array, "N"] | None = field(default=None, kw_only=True)
    """i32 [N] which of the root's atoms that is, where actions are continuous."""


def read_root(
    trace: Trace, root: Evaluation, evaluation: Any, proposal: Twist, root_terminal: Array, *, key: Array, live: Live, static: Static
) -> Root:
    """Improved policy, value target and Q-hat from the trace (E8-E10).

    Args:
      root: what is thought of the root, over the atoms all particles chose among.
      evaluation: the same as the model gave it.
      proposal: what the first atoms were drawn from.
    """
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

    atom = first_atoms(trace)
    sum_by_action = lambda values: jnp.zeros(root.qvalues.shape[0]).at[atom].add(values)
    visits = sum_by_action(jnp.ones_like(slot_value))
    prior = jax.nn.softmax(root.prior_logits)
    policy = jnp.where(root_terminal, prior, sum_by_action(slot_policy))
    chosen = jnp.where(live.sample_action, jax.random.categorical(key, jnp.log(policy)), jnp.argmax(policy)).astype(jnp.int32)
    return Root(
        root_action=trace.action[0],
        root_prior=prior,
        root_proposal=jnp.exp(proposal.log_proposal),
        root_policy=policy,
        root_q=jnp.where(visits > 0, sum_by_action(slot_value) / jnp.maximum(visits, 1.0), jnp.nan),
        root_visits=visits.astype(jnp.int32),
        slot_policy=slot_policy,
        slot_value=slot_value,
        root_value=root_value,
        value_target=jnp.sum(slot_policy * slot_value),
        chosen_action=root.action(chosen),
        root_atom=trace.atom[0] if trace.atom is not None else None,
        **if_continuous(root, evaluation, chosen),
    )


def first_atoms(trace: Trace) -> Int[Array, "N"]:
    """Which of the root's atoms each root slot took."""
    return trace.action[0] if trace.atom is None else trace.atom[0]


def if_continuous(root: Evaluation, evaluation: Any, chosen: Int[Array, ""]) -> dict[str, Array]:
    """What a decision says besides where actions are continuous; nothing where they are numbered."""
    if root.atoms is None:
        return {}
    return {"root_atoms": root.atoms, "root_gaussian": jnp.stack([evaluation.mean, jnp.exp(evaluation.log_std)]), "chosen_atom": chosen}


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
