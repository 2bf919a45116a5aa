"""Twisted sequential Monte Carlo: the recursion (E4-E7) as one scan, and the resulting plan.

`planner.core.particles` defines a particle, its step and its weight.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import logsumexp
from jaxtyping import Array, Float, Int

from planner.algorithms.smc_root import read_root
from planner.algorithms.smc_settings import Live, Static
from planner.core.agreement import Agreement, count, deserved, no_agreement
from planner.core.categorical import choose, log_normalise
from planner.core.interventions import Interventions
from planner.core.model import Evaluation, Model, Params
from planner.core.particles import (
    STATUSES,
    Particles,
    Proposed,
    advance,
    at_root,
    copy_ancestors,
    evaluate_candidates,
    hold_the_dead,
    status_of,
    take,
)
from planner.core.proposal import Twist, kl_divergence, twist
from planner.core.resampling import effective_sample_size, normalise_logits, resample
from planner.core.targets import Root
from planner.core.trace import Trace

__all__ = ["STATUSES", "Plan", "plan"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Plan:
    """Result of a planner with particles."""

    trace: Trace
    root: Root
    status: Int[Array, ""]
    """i32 [] index into STATUSES."""
    fault: Int[Array, ""]
    """i32 [] id of the transition into the state with the fault; -1 for the root, NOWHERE without a fault."""


class RootEvaluation(NamedTuple):
    """Evaluation and proposal of the root, used at every level."""

    evaluation: Any
    """As `Model.evaluate` gives it."""
    candidates: Evaluation
    """Over the candidate actions that all particles choose among at the root."""
    twist: Twist
    terminal: Array


class _Carried(NamedTuple):
    """Carried from level to level."""

    particles: Particles
    agreement: Agreement | None
    """Of Q with the levels so far; None where Q is trusted unseen."""


class Randomness(NamedTuple):
    """Everything random in a plan, drawn in one place."""

    action: Float[Array, "T N"]
    resampling: Float[Array, "T N"]
    model: Array
    """[T] keys."""


def plan(
    params: Params,
    key: Array,
    root_state: Any,
    *,
    live: Live,
    static: Static,
    model: Model,
    atoms: bool = False,
    states: bool = False,
    interventions: Interventions | None = None,
) -> Plan:
    """Plan from one state with TRT-SMC or another planner of its family, selected by the settings.

    Pure; jit it with `static`, `model`, `atoms` and `states` fixed. The same key, settings and device give bit-equal results.

    Args:
      params: of `model.evaluate`.
      key: a typed key of the planner, never the environment's.
      root_state: an unbatched environment state.
      atoms: also record the distributions at every state ([T, N, A]).
      states: also record every state s'.
      interventions: [T, N] changes inside the plan.

    Returns:
      The trace, and the decision at the root. For a terminal root the decision is the prior, with value 0.
    """
    n, depth = static.particles, static.depth
    # None where Q is trusted unseen.
    agreement = no_agreement() if static.trust == "agreement" else None
    root = evaluate_root(params, key, root_state, _trusting(live, agreement), static, model)

    def level(carried: _Carried, inputs: tuple[Array, Randomness, Interventions | None]) -> tuple[_Carried, dict[str, Any]]:
        (particles, agreement), (number, random, changes) = carried, inputs
        proposed = propose(params, root, particles, number, random, _trusting(live, agreement), static, model, changes)
        keys = jax.random.split(random.model, n)
        after, record = advance(params, keys, particles, proposed, number, model=model, live=live, advantage=static.advantage, changes=changes)
        following, resampling = resample_if_due(particles, after, number, random.resampling, root.terminal, live, static)
        record |= resampling
        if agreement is not None:
            agreement = found_agreement(agreement, proposed, record, live)
        if atoms:
            record |= distributions(proposed)
        if not states:
            del record["state"]
        return _Carried(following, agreement), record

    start = _Carried(at_root(n, root_state, root.evaluation, root.terminal), agreement)
    _, record = jax.lax.scan(level, start, (jnp.arange(depth), draw(key, n, depth, static), interventions))
    trace, status, fault = read_trace(record, root_state, model, states=states)
    decision = read_root(
        trace,
        root.candidates,
        root.evaluation,
        root.twist,
        root.terminal,
        key=jax.random.fold_in(key, 1),
        live=live,
        static=static,
        interventions=interventions,
    )
    return Plan(trace, decision, status, fault)


def evaluate_root(params: Params, key: Array, state: Any, live: Live, static: Static, model: Model) -> RootEvaluation:
    """Evaluate the root, its candidate actions, and the proposal of the first level."""
    evaluation = model.evaluate(params, state)
    candidates = model.over_root_atoms(params, key, evaluation, static.action_atoms)
    log_prior = log_normalise(candidates.prior_logits)
    terminal = model.environment.is_terminal(state)
    return RootEvaluation(evaluation, candidates, _root_twist(log_prior, candidates.qvalues, static, live), terminal)


def _trusting(live: Live, agreement: Agreement | None) -> Live:
    """The live settings with the trust region that Q deserves (E16)."""
    if agreement is None:
        return live
    share = deserved(agreement)
    return replace(live, alpha=share * live.alpha, kl_bound=share * live.kl_bound)


def found_agreement(agreement: Agreement, proposed: Proposed, record: dict[str, Any], live: Live) -> Agreement:
    """The agreement after a level: the advantages that Q promised for its steps, and those that were found (E16)."""
    qvalues = jnp.where(proposed.log_prior > -jnp.inf, proposed.evaluation.qvalues, 0.0)
    promised = take(qvalues, proposed.atom) - jnp.sum(jnp.exp(proposed.log_prior) * qvalues, axis=-1)
    found = record["reward"] + live.discount * record["continuation"] * record["next_value"] - record["value"]
    return count(agreement, promised, found, record["alive"])


def propose(
    params: Params,
    root: RootEvaluation,
    particles: Particles,
    level: Array,
    random: Randomness,
    live: Live,
    static: Static,
    model: Model,
    changes: Interventions | None,
) -> Proposed:
    """Twist the prior at every particle (E1-E3) and draw an action where none is forced; level 0 uses the proposal of the root."""
    at_first = level == 0
    evaluation = evaluate_candidates(particles, params, random.model, root.candidates, at_first, model=model, number=static.action_atoms)
    log_prior = jax.vmap(log_normalise)(evaluation.prior_logits)
    proposals = jax.vmap(lambda p, q: twist(p, q, static.constraint, live))(log_prior, evaluation.qvalues)
    proposals = jax.tree.map(lambda first, rest: jnp.where(at_first, first, rest), root.twist, proposals)
    uniforms = random.action if changes is None else changes.draw(random.action)
    atom = jax.vmap(choose)(uniforms, proposals.log_proposal)
    if changes is not None:
        atom = jnp.where(changes.forced, changes.action, atom)
    return Proposed(evaluation, log_prior, proposals, atom)


def resample_if_due(
    before: Particles, after: Particles, level: Array, uniforms: Float[Array, "N"], root_terminal: Array, live: Live, static: Static
) -> tuple[Particles, dict[str, Array]]:
    """Resample where the rule requires it (E6, E7), never after the last level. Also returns the arrays that the trace records."""
    ess = effective_sample_size(after.log_weights)
    log_evidence = before.log_evidence + logsumexp(after.log_weights) - jnp.log(static.particles)
    due = _due(static, live, level, ess) & (level < static.depth - 1)
    # Particles cannot restart from a terminal root.
    revive = due & ~root_terminal & static.revive
    following, ancestors = _resample(after, uniforms, due, log_evidence, static, revive=revive)
    return following, {"ancestor": ancestors, "resampled": due, "ess": ess, "log_evidence": log_evidence}


def distributions(proposed: Proposed) -> dict[str, Array]:
    """The optional arrays `prior`, `proposal`, `q_value` and, where actions are continuous, `atoms`."""
    evaluation = proposed.evaluation
    record = {"prior": jnp.exp(proposed.log_prior), "proposal": jnp.exp(proposed.twist.log_proposal), "q_value": evaluation.qvalues}
    return record if evaluation.atoms is None else record | {"atoms": evaluation.atoms}


def read_trace(record: dict[str, Any], root_state: Any, model: Model, *, states: bool) -> tuple[Trace, Array, Array]:
    """The trace of a scan over levels, its status and its fault.

    Args:
      record: [T, ...] per array, as `advance` names them, with the arrays of the resampling.
    """
    faults = record.pop("fault")
    here = {"position": model.environment.position(root_state), **({"state": root_state} if states else {})}
    record |= hold_the_dead(record, here)
    trace = Trace(**record, root_position=here["position"])
    return trace, *status_of(trace, faults)


def draw(key: Array, n: int, depth: int, static: Static) -> Randomness:
    """All uniforms and keys of a plan; the root's actions are spread evenly where `root_sampling` is stratified."""
    action_key, resampling_key, model_key = jax.random.split(jax.random.fold_in(key, 0), 3)
    action = jax.random.uniform(action_key, (depth, n))
    if static.root_sampling == "stratified":
        action = action.at[0].set((jnp.arange(n) + action[0, 0]) / n)
    return Randomness(action, jax.random.uniform(resampling_key, (depth, n)), jax.random.split(model_key, depth))


def _root_twist(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"], static: Static, live: Live) -> Twist:
    """The proposal at the root. Stratified root sampling mixes it with the prior, so that every action of some prior mass is tried."""
    proposal = twist(log_prior, qvalues, static.root_constraint, live)
    if static.root_sampling == "proposal":
        return proposal
    share = live.root_prior_share
    # A share of 1 gives log1p(-1) = -inf: the prior alone. A share of 0 gives log(0) = -inf: the proposal alone.
    mixed = jnp.logaddexp(jnp.log1p(-share) + proposal.log_proposal, jnp.log(share) + log_prior)
    return Twist(mixed, kl_divergence(mixed, log_prior), proposal.kl_bound, proposal.temperature)


def _due(static: Static, live: Live, level: Array, ess: Array) -> Array:
    """Bool [], true where resampling is due after this level (E6)."""
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
