"""Twisted sequential Monte Carlo: the recursion (E4-E7) as one scan, and the plan read off it.

What a particle is, and how it steps and is weighed, is in particles.py.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import logsumexp
from jaxtyping import Array, Float, Int

from planner.atoms import choose, log_normalise
from planner.model import Model, Params
from planner.particles import STATUSES, Particles, advance, at_root, copy_ancestors, hold_the_dead, over_atoms_of, status_of
from planner.proposal import Twist, kl_divergence, twist
from planner.resampling import effective_sample_size, normalise_logits, resample
from planner.settings import Live, Static
from planner.targets import Root, read_root
from planner.trace import Trace

__all__ = ["STATUSES", "Plan", "plan"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Plan:
    """What a planner with particles hands back."""

    trace: Trace
    root: Root
    status: Int[Array, ""]
    """i32 [] index into STATUSES."""
    fault: Int[Array, ""]
    """i32 [] id of the transition into the state that the network could not judge; -1 the root, NOWHERE where all is well."""


class _Randomness(NamedTuple):
    """Everything random in a plan, drawn in one place."""

    action: Float[Array, "T N"]
    resampling: Float[Array, "T N"]
    model: Array
    """[T] keys."""


def plan(params: Params, key: Array, root_state: Any, *, live: Live, static: Static, model: Model, atoms: bool = False, states: bool = False) -> Plan:
    """Plan from one state with TRT-SMC or any of its relatives (settings decide which).

    Pure; jit it with `static`, `model`, `atoms` and `states` fixed. Same key, settings and device: the same bits.

    Args:
      params: of `model.evaluate`.
      key: a typed key, the planner's own and never the environment's.
      root_state: an unbatched environment state.
      atoms: also record the distributions at every state ([T, N, A]).
      states: also record every state s'.

    Returns:
      The trace, and what was read off at the root. A root that is terminal leaves nothing to plan: the prior, and value 0.
    """
    n, depth = static.particles, static.depth
    randomness = _draw(key, n, depth, static)
    root_evaluation = model.evaluate(params, root_state)
    root = model.over_root_atoms(params, key, root_evaluation, static.action_atoms)
    root_log_prior = log_normalise(root.prior_logits)
    root_terminal = model.environment.is_terminal(root_state)
    root_twist = _root_twist(root_log_prior, root.qvalues, static, live)

    def level(particles: Particles, inputs: tuple[Array, _Randomness]) -> tuple[Particles, dict[str, Any]]:
        number, random = inputs
        evaluation = over_atoms_of(particles, params, random.model, root, number == 0, model=model, number=static.action_atoms)
        log_prior = jax.vmap(log_normalise)(evaluation.prior_logits)
        proposals = jax.vmap(lambda p, q: twist(p, q, static.constraint, live))(log_prior, evaluation.qvalues)
        proposals = jax.tree.map(lambda first, rest: jnp.where(number == 0, first, rest), root_twist, proposals)
        atom = jax.vmap(choose)(random.action, proposals.log_proposal)

        model_keys = jax.random.split(random.model, n)
        after, record = advance(
            params, model_keys, particles, evaluation, proposals, atom, log_prior, number, model=model, live=live, advantage=static.advantage
        )
        ess = effective_sample_size(after.log_weights)
        log_evidence = particles.log_evidence + logsumexp(after.log_weights) - jnp.log(n)
        due = _due(static, live, number, ess) & (number < depth - 1)
        # A terminal root is no state to go back to.
        revive = due & ~root_terminal & static.revive
        following, ancestors = _resample(after, random.resampling, due, log_evidence, static, revive=revive)

        record |= {"ancestor": ancestors, "resampled": due, "ess": ess, "log_evidence": log_evidence}
        if atoms:
            record |= {"prior": jnp.exp(log_prior), "proposal": jnp.exp(proposals.log_proposal), "q_value": evaluation.qvalues}
            record |= {} if evaluation.atoms is None else {"atoms": evaluation.atoms}
        if not states:
            del record["state"]
        return following, record

    start = at_root(n, root_state, root_evaluation, root_terminal)
    _, record = jax.lax.scan(level, start, (jnp.arange(depth), randomness))
    faults = record.pop("fault")
    here = {"position": model.environment.position(root_state), **({"state": root_state} if states else {})}
    record |= hold_the_dead(record, here)
    trace = Trace(**record, root_position=here["position"])
    status, fault = status_of(trace, faults)
    decision = read_root(trace, root, root_evaluation, root_twist, root_terminal, key=jax.random.fold_in(key, 1), live=live, static=static)
    return Plan(trace, decision, status, fault)


def _draw(key: Array, n: int, depth: int, static: Static) -> _Randomness:
    """All uniforms and keys of a plan; the root's actions are spread evenly where `root_sampling` is stratified."""
    action_key, resampling_key, model_key = jax.random.split(jax.random.fold_in(key, 0), 3)
    action = jax.random.uniform(action_key, (depth, n))
    if static.root_sampling == "stratified":
        action = action.at[0].set((jnp.arange(n) + action[0, 0]) / n)
    return _Randomness(action, jax.random.uniform(resampling_key, (depth, n)), jax.random.split(model_key, depth))


def _root_twist(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"], static: Static, live: Live) -> Twist:
    """The proposal at the root: with stratified root sampling mixed with the prior, so that every action of some prior mass is tried."""
    proposal = twist(log_prior, qvalues, static.root_constraint, live)
    if static.root_sampling == "proposal":
        return proposal
    share = live.root_prior_share
    # log1p(-1) = -inf leaves the prior alone at share 1, and log(0) = -inf the proposal at share 0.
    mixed = jnp.logaddexp(jnp.log1p(-share) + proposal.log_proposal, jnp.log(share) + log_prior)
    return Twist(mixed, kl_divergence(mixed, log_prior), proposal.kl_bound, proposal.temperature)


def _due(static: Static, live: Live, level: Array, ess: Array) -> Array:
    """Whether to resample after this level (E6)."""
    if static.resampling_rule == "never":
        return jnp.bool_(False)
    if static.resampling_rule == "period":
        return (level + 1) % live.resampling_period == 0
    return ess < live.ess_threshold * static.particles


def _resample(
    particles: Particles, uniforms: Float[Array, "N"], due: Array, log_evidence: Array, static: Static, *, revive: Array
) -> tuple[Particles, Int[Array, "N"]]:
    """Draw ancestors where resampling is due (E6); with `revive`, each copy starts from the ancestor's reference."""
    slots = jnp.arange(static.particles, dtype=jnp.int32)
    if static.resampling_rule == "never":
        return particles, slots
    logits = normalise_logits(particles.log_weights, static.weight_normaliser)
    ancestors = jnp.where(due, resample(uniforms, logits, static.resampling_scheme), slots)
    return copy_ancestors(particles, ancestors, due, log_evidence, revive=revive), ancestors
