"""The decision from a trace of the SMC family: improved policy, value target and Q-hat (E8-E10)."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from planner.algorithms.smc_settings import Live, Static
from planner.core.completed import complete_qvalues, completed_policy
from planner.core.genealogy import Backup, back_up, log_mean_by_group
from planner.core.interventions import Interventions
from planner.core.model import Evaluation
from planner.core.proposal import Twist
from planner.core.target_kl import at_target_kl
from planner.core.targets import Root, first_atoms, if_continuous
from planner.core.trace import Trace


def read_root(
    trace: Trace,
    root: Evaluation,
    evaluation: Any,
    proposal: Twist,
    root_terminal: Array,
    *,
    key: Array,
    live: Live,
    static: Static,
    interventions: Interventions | None = None,
) -> Root:
    """Improved policy, value target and Q-hat from the trace (E8-E10).

    Args:
      root: evaluation of the root over the candidate actions that all particles chose among.
      evaluation: evaluation of the root as the model gave it.
      proposal: the distribution that the root actions were drawn from.
      key: draws the executed action where `act` is `sample`.
      interventions: of the plan. A log-weight that was set is a change of its increment (E5), and a killed particle has no children.
    """
    continuation = live.discount * trace.continuation
    log_ratio = trace.log_prior - trace.log_proposal
    if interventions is not None:
        log_ratio = jnp.where(interventions.forced, 0.0, log_ratio)
    target = trace.reward + continuation * trace.next_value - (trace.value if static.advantage else 0.0)
    trace_weight = live.retrace_lambda * jnp.minimum(1.0, jnp.exp(log_ratio))
    log_increment = log_ratio + target / live.reward_temperature
    if interventions is not None:
        change = _set_change(trace, log_increment, interventions)
        log_ratio, log_increment = log_ratio + change, log_increment + change
        trace_weight = jnp.where(interventions.killed, 0.0, trace_weight)
    backup = back_up(
        trace.parent,
        reward=trace.reward,
        discounted_continuation=continuation,
        next_value=trace.next_value,
        trace_weight=trace_weight,
        log_increment=log_increment,
    )
    # A terminal root has value 0, and its improved policy is the prior.
    root_value = jnp.where(root_terminal, 0.0, root.value)
    slot_value = live.value_mixing * backup.returns + (1 - live.value_mixing) * root_value

    atom = first_atoms(trace)
    sum_by_action = lambda values: jnp.zeros(root.qvalues.shape[0]).at[atom].add(values)
    visits = sum_by_action(jnp.ones_like(slot_value))
    prior = jax.nn.softmax(root.prior_logits)
    if static.policy_target == "completed":
        # A killed slot tells nothing.
        counted = jnp.ones_like(slot_value, bool) if interventions is None else ~interventions.killed[0]
        policy, slot_policy = _by_completed(backup.returns, counted, atom, root, root_value, live)
    else:
        slot_policy = jax.nn.softmax(_slot_logits(trace, log_increment, log_ratio, backup, live, static))
        policy = sum_by_action(slot_policy)
    if static.temperature_rule == "target_kl":
        tilted = at_target_kl(policy, prior, live.target_kl)
        moved = slot_policy * jnp.where(policy > 0, tilted / jnp.where(policy > 0, policy, 1.0), 0.0)[atom]
        # Completed Q-values may leave no tried action any probability: then the slots keep theirs.
        held = jnp.sum(moved)
        policy, slot_policy = tilted, jnp.where(held > 0, moved / jnp.where(held > 0, held, 1.0), slot_policy)
    policy = jnp.where(root_terminal, prior, policy)
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


def _set_change(trace: Trace, log_increment: Array, interventions: Interventions) -> Float[Array, "T N"]:
    """Change of each log-weight by an intervention: the log-weight that was set, less the one that the particle would have had."""
    before = jnp.where(trace.resampled[:-1, None], 0.0, trace.log_weight[:-1])
    own = jnp.concatenate([jnp.zeros_like(log_increment[:1]), before]) + log_increment
    # A killed particle whose log-weight is set stays killed.
    return jnp.where(interventions.weighed & jnp.isfinite(own), interventions.log_weight - own, 0.0)


def _by_completed(
    returns: Float[Array, "N"], counted: Bool[Array, "N"], atom: Int[Array, "N"], root: Evaluation, root_value: Float[Array, ""], live: Live
) -> tuple[Float[Array, "A"], Float[Array, "N"]]:
    """The improved policy by completed Q-values (E14, E15), and its part of each slot: that of tried actions, split evenly and normalised."""
    total = lambda values: jnp.zeros(root.qvalues.shape[0]).at[atom].add(jnp.where(counted, values, 0.0))
    number = total(jnp.ones_like(returns))
    log_prior = jax.nn.log_softmax(root.prior_logits)
    completed = complete_qvalues(total(returns) / jnp.maximum(number, 1.0), number, jnp.exp(log_prior), root_value)
    policy = jnp.exp(completed_policy(log_prior, completed, live.completed_scale))
    parts = jnp.where(counted, (policy / jnp.maximum(number, 1.0))[atom], 0.0)
    # The prior of each tried action may be too small for single precision: then each slot counts the same.
    held = jnp.sum(parts)
    return policy, jnp.where(held > 0, parts / jnp.where(held > 0, held, 1.0), 1.0 / returns.shape[0])


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
    raise ValueError(f"policy target must be message, value, online, surviving or completed, got {static.policy_target!r}")
