"""Twice sequential Monte Carlo tree search: sequential halving over root actions, and particles below each of them.

The best m root actions by prior and Gumbel noise enter. There are floor(log2 m) rounds. In each round the particles start again at the root and are
divided evenly among the actions still considered. The particles of each action are a separate sequential Monte Carlo that samples from the prior.
An action's Q is the mean over levels of the weighted return of its particles. After each round the half with the larger log pi + Gumbel + Q / tau
is kept.

All rounds are one scan over T levels. At the start of a round every particle is at the root, so its parent in the trace is -1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import logsumexp
from jaxtyping import Array, Bool, Float, Int

from planner.algorithms.halving import Schedule, ancestors_by_group, schedule, share_out
from planner.algorithms.settings import (
    MAX_DEPTH,
    ParticleSettings,
    discount_field,
    gumbel_scale_field,
    max_num_considered_actions_field,
    reward_temperature_field,
    setting,
)
from planner.algorithms.smc import Plan, distributions, read_trace
from planner.core.categorical import choose, log_normalise
from planner.core.genealogy import log_mean_by_group
from planner.core.interventions import Interventions
from planner.core.model import Evaluation, Model, Params
from planner.core.particles import Particles, Proposed, advance, at_root, copy_ancestors, evaluate_candidates
from planner.core.proposal import Twist, kl_divergence
from planner.core.resampling import effective_sample_size
from planner.core.targets import Root, if_continuous


class TsmctsSettings(ParticleSettings):
    """Every setting of TSMCTS."""

    reward_temperature: float | None = reward_temperature_field("tau of (E5), and of the policy")
    discount: float | None = discount_field("gamma of (E5)")
    resampling_period: int = setting(
        1,
        "live",
        "resampling",
        "resampling period",
        "Levels between two resamplings of a round.",
        enters="(E6)",
        ge=1,
        le=MAX_DEPTH,
        knob_maximum=32,
    )
    max_num_considered_actions: int = max_num_considered_actions_field("m")
    gumbel_scale: float = gumbel_scale_field("g")


@dataclass(frozen=True)
class Static:
    """Selects the compiled program; hashable."""

    particles: int
    depth: int
    max_num_considered_actions: int
    action_atoms: int = 8

    @classmethod
    def of(cls, settings: TsmctsSettings) -> Static:
        """The static part of complete settings."""
        return cls(settings.particles, settings.depth, settings.max_num_considered_actions, settings.action_atoms)


def round_starts(settings: TsmctsSettings, actions: int) -> list[int]:
    """Levels at which a round begins."""
    rounds = schedule(settings.particles, settings.depth, min(settings.max_num_considered_actions, actions))
    return np.flatnonzero(np.asarray(rounds.within) == 0).tolist()


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Live:
    """Scalars that may change between plans without a compilation."""

    reward_temperature: Float[Array, ""]
    discount: Float[Array, ""]
    resampling_period: Int[Array, ""]
    gumbel_scale: Float[Array, ""]

    @classmethod
    def of(cls, settings: TsmctsSettings) -> Live:
        """The live part of complete settings, as host scalars of fixed dtype."""
        floats = {name: np.float32(getattr(settings, name)) for name in ("reward_temperature", "discount", "gumbel_scale")}
        return cls(resampling_period=np.int32(settings.resampling_period), **floats)  # type: ignore[arg-type]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Carried:
    """State of the scan over levels."""

    particles: Particles
    returns: Float[Array, "N"]
    """[N] discounted rewards since the root."""
    log_evidence: Float[Array, "N"]
    """[N] log-evidence of the slot's root action since the start of the round."""
    entered: Bool[Array, "A"]
    """[A] true where the action is still considered."""
    total: Float[Array, "A"]
    """[A] sum over particles and levels of weighted returns."""
    count: Float[Array, "A"]
    """[A] number of terms in `total`."""
    visits: Int[Array, "A"]
    """i32 [A] root slots that tried the action, over all rounds."""


class _Root(NamedTuple):
    """The root and its candidate actions, before the first level."""

    evaluation: Evaluation
    """Over the candidate actions."""
    log_prior: Float[Array, "A"]
    terminal: Array
    noisy_prior: Float[Array, "A"]
    """[A] log pi + Gumbel."""
    start: Particles
    """All particles at the root."""
    atom: Int[Array, "N"]
    """i32 [N] first actions of level 0."""
    branch: Int[Array, "A"]
    """i32 [A] first slot of level 0 with the action; later rounds consider a subset of these actions."""


class _Inputs(NamedTuple):
    """Inputs of one level: the schedule and all random numbers."""

    number: Array
    rounds: Schedule
    atom: Float[Array, "N"]
    resampling: Float[Array, "1"]
    model: Array
    changes: Interventions | None


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
    """Plan from one state with TSMCTS; arguments as of `planner.algorithms.smc.plan`.

    Three arrays of the trace have their own meaning: `branch` is the first slot of level 0 with the particle's root action; `log_weight` is relative
    to the mean over the particles of the same action; `log_evidence` covers the current round so far, over the actions considered in it.
    """
    evaluation = model.evaluate(params, root_state)
    over_atoms = model.over_root_atoms(params, key, evaluation, static.action_atoms)
    actions = over_atoms.qvalues.shape[0]
    rounds = schedule(static.particles, static.depth, min(static.max_num_considered_actions, actions))
    most = int(rounds.considered[0])
    gumbel_key, action_key, resampling_key, model_key = jax.random.split(key, 4)
    terminal = model.environment.is_terminal(root_state)
    start = at_root(static.particles, root_state, evaluation, terminal)
    root = _enter(over_atoms, terminal, start, gumbel_key, most, live)
    inputs = _Inputs(
        jnp.arange(static.depth),
        jax.tree.map(jnp.asarray, rounds),
        jax.random.uniform(action_key, (static.depth, static.particles)),
        jax.random.uniform(resampling_key, (static.depth, 1)),
        jax.random.split(model_key, static.depth),
        interventions,
    )

    def level(carried: _Carried, inputs: _Inputs) -> tuple[_Carried, dict[str, Any]]:
        carried, record = _level(params, root, most, live, static, model, carried, inputs)
        left_out = (set() if atoms else {"prior", "proposal", "q_value", "atoms"}) | (set() if states else {"state"})
        return carried, {name: array for name, array in record.items() if name not in left_out}

    none, zeros = jnp.zeros(static.particles), jnp.zeros(actions)
    before = _Carried(root.start, none, none, jnp.ones(actions, bool), zeros, zeros, zeros.astype(jnp.int32))
    carried, record = jax.lax.scan(level, before, inputs)
    trace, status, fault = read_trace(record, root_state, model, states=states)
    decision = _decide(carried, root, live)
    chosen = decision.chosen_action
    decision = replace(
        decision, root_action=trace.action[0], chosen_action=over_atoms.action(chosen), **if_continuous(over_atoms, evaluation, chosen)
    )
    decision = replace(decision, root_atom=root.atom if model.continuous else None)
    return Plan(trace, decision, status, fault)


def _enter(evaluation: Evaluation, terminal: Array, start: Particles, key: Array, most: int, live: Live) -> _Root:
    """Select the actions that enter, the best by prior and noise, and place all particles at the root."""
    log_prior = log_normalise(evaluation.prior_logits)
    noisy_prior = log_prior + live.gumbel_scale * jax.random.gumbel(key, log_prior.shape)
    slots = start.branch
    atom, _ = share_out(noisy_prior, jnp.int32(most), slots, most)
    branch = jnp.zeros(log_prior.shape, jnp.int32).at[atom[::-1]].set(slots[::-1])
    return _Root(evaluation, log_prior, terminal, noisy_prior, start, atom, branch)


def _scores(root: _Root, carried: _Carried, live: Live) -> Float[Array, "A"]:
    """Scores log pi + Gumbel + Q / tau of the actions still considered; Q is 0 for all before the first level."""
    qvalues = carried.total / jnp.maximum(carried.count, 1.0)
    return jnp.where(carried.entered, root.noisy_prior + qvalues / live.reward_temperature, -jnp.inf)


def _level(
    params: Params, root: _Root, most: int, live: Live, static: Static, model: Model, carried: _Carried, inputs: _Inputs
) -> tuple[_Carried, dict[str, Any]]:
    """One level: step all particles, resample within each action's group, and update the estimates of Q."""
    n = static.particles
    slots = jnp.arange(n, dtype=jnp.int32)
    begins = inputs.rounds.within == 0
    first, group = share_out(_scores(root, carried, live), jnp.asarray(inputs.rounds.considered), slots, most)
    restarted = replace(root.start, branch=root.branch[first])
    particles = jax.tree.map(lambda new, old: jnp.where(begins, new, old), restarted, carried.particles)
    evaluation = evaluate_candidates(particles, params, inputs.model, root.evaluation, begins, model=model, number=static.action_atoms)
    log_prior = jax.vmap(log_normalise)(evaluation.prior_logits)
    changes = inputs.changes
    drawn = jax.vmap(choose)(inputs.atom if changes is None else changes.draw(inputs.atom), log_prior)
    if changes is not None:
        drawn = jnp.where(changes.forced, changes.action, drawn)
    # The halving assigns the first actions of a round; none of them can be forced.
    atom = jnp.where(begins, first, drawn)
    proposed = Proposed(evaluation, log_prior, _proposals(log_prior, first, begins), atom)

    keys = jax.random.split(inputs.model, n)
    after, record = advance(params, keys, particles, proposed, inputs.number, model=model, live=live, changes=changes)
    # Particles compete only with those of the same action: the weights of each action have mean 1, unless all its particles are killed.
    log_mean = log_mean_by_group(after.log_weights, group, most)[group]
    after = replace(after, log_weights=after.log_weights - jnp.where(log_mean == -jnp.inf, 0.0, log_mean))
    log_evidence = jnp.where(begins, 0.0, carried.log_evidence) + log_mean
    returns = jnp.where(begins, 0.0, carried.returns) + live.discount**particles.depth * record["reward"]
    estimate = returns + live.discount**after.depth * record["continuation"] * record["next_value"]

    due = ((inputs.rounds.within + 1) % live.resampling_period == 0) & ~inputs.rounds.last
    ancestors = jnp.where(due, ancestors_by_group(inputs.resampling, after.log_weights, group, most), slots)
    root_atom = root.atom[particles.branch]
    add = lambda sums, values: sums.at[root_atom].add(values)
    following = _Carried(
        particles=copy_ancestors(after, ancestors, due, jnp.float32(0.0), revive=jnp.bool_(False)),
        returns=returns[ancestors],
        log_evidence=log_evidence,
        entered=jnp.where(begins, jnp.zeros_like(carried.entered).at[first].set(True), carried.entered),
        total=add(carried.total, jnp.exp(after.log_weights) * estimate),
        count=add(carried.count, jnp.ones(n)),
        visits=add(carried.visits, jnp.full(n, begins, jnp.int32)),
    )
    return following, record | {
        "ancestor": ancestors,
        "log_weight": after.log_weights,
        "resampled": due,
        "ess": effective_sample_size(after.log_weights),
        "log_evidence": logsumexp(log_evidence) - jnp.log(n),
        **distributions(proposed),
    }


def _proposals(log_prior: Float[Array, "N A"], first: Int[Array, "N"], begins: Array) -> Twist:
    """The proposals: the prior, or at the start of a round each action's share of the slots."""
    n, actions = log_prior.shape
    shares = jnp.log(jnp.zeros(actions).at[first].add(1.0) / n)
    log_proposal = jnp.where(begins, shares, log_prior)
    kl = jnp.where(begins, jax.vmap(kl_divergence)(log_proposal, log_prior), 0.0)
    return Twist(log_proposal, kl, jnp.where(begins, jnp.inf, jnp.zeros(n)), jnp.full(n, jnp.inf))


def _decide(carried: _Carried, root: _Root, live: Live) -> Root:
    """The policy softmax(log pi + Q / tau) over the actions tried, and the action left after the halving."""
    tried = carried.visits > 0
    qvalues = carried.total / jnp.maximum(carried.count, 1.0)
    prior = jnp.exp(root.log_prior)
    policy = jax.nn.softmax(jnp.where(tried, root.log_prior + qvalues / live.reward_temperature, -jnp.inf))
    policy = jnp.where(root.terminal, prior, policy)
    in_slots = jnp.zeros_like(prior).at[root.atom].add(1.0)
    slot_policy = jnp.where(root.terminal, 1.0 / root.atom.shape[0], policy[root.atom] / in_slots[root.atom])
    return Root(
        root_action=root.atom,
        root_prior=prior,
        root_proposal=carried.visits / jnp.sum(carried.visits),
        root_policy=policy,
        root_q=jnp.where(tried, qvalues, jnp.nan),
        root_visits=carried.visits,
        slot_policy=slot_policy,
        slot_value=qvalues[root.atom],
        root_value=jnp.where(root.terminal, 0.0, root.evaluation.value),
        value_target=jnp.sum(policy * qvalues),
        chosen_action=jnp.argmax(_scores(root, carried, live)).astype(jnp.int32),
    )
