"""Twisted sequential Monte Carlo: the recursion (E4-E7) as one scan, and the plan read off it.

A particle is carried as its *reference*, the last non-terminal state it was in, together with what the network thinks of that state. While the particle is
alive that is simply where it is. Once it has died nothing of its terminal state is needed any more: it does not step, and with `revive` its offspring
start from the reference. So one state per particle is carried and resampled, and the network is asked once per level.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import logsumexp
from jaxtyping import Array, Float, Int

from planner.atoms import choose, log_normalise
from planner.model import Evaluation, Model, Params
from planner.proposal import Twist, kl_divergence, twist
from planner.resampling import effective_sample_size, normalise_logits, resample
from planner.settings import Live, Static
from planner.targets import Root, read_root
from planner.trace import Trace

STATUSES = ("ok", "non_finite_network", "all_weights_zero")
"""What `Plan.status` counts through."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Plan:
    """What a planner hands back."""

    trace: Trace
    root: Root
    status: Int[Array, ""]
    """[] index into STATUSES."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Particles:
    """Carried from level to level, one entry per slot."""

    state: Any
    """[N, ...] last non-terminal state."""
    evaluation: Evaluation
    """[N, ...] of that state."""
    node: Array
    """i32 [N] id of the transition that produced where the particle is; -1 at the root."""
    depth: Array
    """i32 [N] environment steps from the root to where the particle is."""
    reference_node: Array
    reference_depth: Array
    alive: Array
    """bool [N] not at a terminal state."""
    revived: Array
    branch: Array
    """i32 [N] slot at level 0."""
    log_weights: Array
    """f32 [N] since the last resampling."""
    log_evidence: Array
    """f32 [] up to the last resampling."""


class _Randomness(NamedTuple):
    """Everything random in a plan, drawn in one place."""

    action: Float[Array, "T N"]
    resampling: Float[Array, "T N"]
    model: Array
    """[T] keys."""


def plan(
    params: Params, key: Array, root_state: Any, *, live: Live, static: Static, model: Model, atoms: bool = False, states: bool = False
) -> Plan:
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
    root = model.evaluate(params, root_state)
    root_log_prior = log_normalise(root.prior_logits)
    root_terminal = model.environment.is_terminal(root_state)
    root_twist = _root_twist(root_log_prior, root.qvalues, static, live)

    def level(particles: _Particles, inputs: tuple[Array, _Randomness]) -> tuple[_Particles, dict[str, Any]]:
        number, random = inputs
        log_prior = jax.vmap(log_normalise)(particles.evaluation.prior_logits)
        proposals = jax.vmap(lambda p, q: twist(p, q, static.constraint, live))(log_prior, particles.evaluation.qvalues)
        proposals = jax.tree.map(lambda first, rest: jnp.where(number == 0, first, rest), root_twist, proposals)
        action = jax.vmap(choose)(random.action, proposals.log_proposal)

        # E4; a dead particle stays where it is.
        model_keys = jax.random.split(random.model, n)
        step = jax.vmap(model.environment.step)(model_keys, particles.state, action)
        alive = particles.alive
        reward = jnp.where(alive, step.reward, 0.0)
        continuation = jnp.where(alive, step.continuation, 0.0)
        evaluation = jax.vmap(model.evaluate, in_axes=(None, 0))(params, step.state)
        value = jnp.where(alive, particles.evaluation.value, 0.0)
        next_value = jnp.where(continuation > 0, evaluation.value, 0.0)

        # E5
        log_prior_taken = jnp.where(alive, _take(log_prior, action), 0.0)
        log_proposal_taken = jnp.where(alive, _take(proposals.log_proposal, action), 0.0)
        target = reward + live.discount * continuation * next_value - (value if static.advantage else 0.0)
        log_increment = log_prior_taken - log_proposal_taken + target / live.reward_temperature
        log_weights = particles.log_weights + log_increment
        ess = effective_sample_size(log_weights)
        log_evidence = particles.log_evidence + logsumexp(log_weights) - jnp.log(n)

        moved = continuation > 0
        node = jnp.where(alive, number * n + jnp.arange(n), particles.node)
        depth_after = particles.depth + alive
        after = _Particles(
            state=_where(moved, step.state, particles.state),
            evaluation=_where(moved, evaluation, particles.evaluation),
            node=node,
            depth=depth_after,
            reference_node=jnp.where(moved, node, particles.reference_node),
            reference_depth=jnp.where(moved, depth_after, particles.reference_depth),
            alive=moved,
            revived=jnp.zeros(n, bool),
            branch=jnp.where(number == 0, jnp.arange(n), particles.branch),
            log_weights=log_weights,
            log_evidence=particles.log_evidence,
        )
        due = _due(static, live, number, ess) & (number < depth - 1)
        # A terminal root is no state to go back to.
        following, ancestors = _resample(after, random.resampling, due, log_evidence, static, revive=due & ~root_terminal & static.revive)

        record = {
            "parent": particles.node,
            "ancestor": ancestors,
            "branch": after.branch,
            "depth": particles.depth,
            "alive": alive,
            "terminal": alive & ~moved,
            "revived": particles.revived,
            "action": action,
            "log_prior": log_prior_taken,
            "log_proposal": log_proposal_taken,
            "reward": reward,
            "continuation": continuation,
            "value": value,
            "next_value": next_value,
            "log_weight": log_weights,
            "resampled": due,
            "ess": ess,
            "log_evidence": log_evidence,
            "kl": proposals.kl,
            "kl_bound": proposals.kl_bound,
            "temperature": proposals.temperature,
            "position": jax.vmap(model.environment.position)(step.state),
            "finite": _all_finite(log_prior, particles.evaluation),
        }
        if atoms:
            record |= {"prior": jnp.exp(log_prior), "proposal": jnp.exp(proposals.log_proposal), "q_value": particles.evaluation.qvalues}
        if states:
            record |= {"state": step.state}
        return following, record

    start = _start(n, root_state, root, root_terminal)
    final, record = jax.lax.scan(level, start, (jnp.arange(depth), randomness))
    finite = jnp.all(record.pop("finite"))
    here = {"position": model.environment.position(root_state), **({"state": root_state} if states else {})}
    record |= _hold_the_dead(record, here)
    trace = Trace(**record, root_position=here["position"])
    return Plan(
        trace=trace,
        root=read_root(
            trace, root, root_twist, root_terminal, key=jax.random.fold_in(key, 1), live=live, static=static
        ),
        status=_status(trace, finite),
    )


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


def _take(rows: Float[Array, "N A"], action: Int[Array, "N"]) -> Float[Array, "N"]:
    return jnp.take_along_axis(rows, action[:, None], axis=1)[:, 0]


def _where(condition: Array, yes: Any, no: Any) -> Any:
    """Slot-wise choice between two pytrees of [N, ...] arrays."""
    return jax.tree.map(lambda y, n: jnp.where(condition.reshape(-1, *[1] * (y.ndim - 1)), y, n), yes, no)


def _due(static: Static, live: Live, level: Array, ess: Array) -> Array:
    """Whether to resample after this level (E6)."""
    if static.resampling_rule == "never":
        return jnp.bool_(False)
    if static.resampling_rule == "period":
        return (level + 1) % live.resampling_period == 0
    return ess < live.ess_threshold * static.particles


def _resample(
    particles: _Particles, uniforms: Float[Array, "N"], due: Array, log_evidence: Array, static: Static, *, revive: Array
) -> tuple[_Particles, Int[Array, "N"]]:
    """Copy ancestors into slots where resampling is due (E6); with `revive`, each copy starts from the ancestor's reference."""
    slots = jnp.arange(static.particles, dtype=jnp.int32)
    if static.resampling_rule == "never":
        return particles, slots
    logits = normalise_logits(particles.log_weights, static.weight_normaliser)
    ancestors = jnp.where(due, resample(uniforms, logits, static.resampling_scheme), slots)
    copies = jax.tree.map(
        lambda leaf: leaf[ancestors],
        (particles.state, particles.evaluation, particles.reference_node, particles.reference_depth, particles.branch, particles.alive),
    )
    state, evaluation, reference_node, reference_depth, branch, alive = copies
    following = _Particles(
        state=state,
        evaluation=evaluation,
        node=jnp.where(revive, reference_node, particles.node[ancestors]),
        depth=jnp.where(revive, reference_depth, particles.depth[ancestors]),
        reference_node=reference_node,
        reference_depth=reference_depth,
        alive=alive | revive,
        revived=revive & ~alive,
        branch=branch,
        log_weights=jnp.where(due, 0.0, particles.log_weights),
        log_evidence=jnp.where(due, log_evidence, particles.log_evidence),
    )
    return following, ancestors


def _start(n: int, root_state: Any, root: Evaluation, root_terminal: Array) -> _Particles:
    """N particles at the root."""
    repeat = lambda leaf: jnp.broadcast_to(leaf, (n, *jnp.shape(leaf)))
    at_root = jnp.full(n, -1, jnp.int32)
    return _Particles(
        state=jax.tree.map(repeat, root_state),
        evaluation=jax.tree.map(repeat, root),
        node=at_root,
        depth=jnp.zeros(n, jnp.int32),
        reference_node=at_root,
        reference_depth=jnp.zeros(n, jnp.int32),
        alive=jnp.full(n, ~root_terminal),
        revived=jnp.zeros(n, bool),
        branch=jnp.arange(n, dtype=jnp.int32),
        log_weights=jnp.zeros(n),
        log_evidence=jnp.float32(0.0),
    )


def _hold_the_dead(record: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Let what is recorded of s' stand still while a slot is dead: its parent is the transition that ended it."""

    def hold(recorded: Array, at_root: Array) -> Array:
        levels, slots = record["parent"].shape
        flat = recorded.reshape(levels * slots, *recorded.shape[2:])
        before = jnp.where(_column(record["parent"] < 0, recorded), at_root, flat[record["parent"]])
        return jnp.where(_column(record["alive"], recorded), recorded, before)

    return {name: jax.tree.map(hold, record[name], at_root) for name, at_root in root.items()}


def _column(flags: Array, like: Array) -> Array:
    """[T, N] flags shaped to broadcast over the trailing axes of `like`."""
    return flags.reshape(*flags.shape, *[1] * (like.ndim - 2))


def _all_finite(log_prior: Float[Array, "N A"], evaluation: Evaluation) -> Array:
    """Whether the network has given numbers for every state stepped from; the Q of an invalid action may be anything."""
    usable = jnp.isfinite(evaluation.qvalues) | (log_prior == -jnp.inf)
    return jnp.all(usable) & jnp.all(jnp.isfinite(evaluation.value)) & ~jnp.any(jnp.isnan(log_prior))


def _status(trace: Trace, finite: Array) -> Int[Array, ""]:
    """Index into STATUSES."""
    finite &= jnp.all(jnp.isfinite(trace.next_value))
    weights_left = jnp.all(jnp.isfinite(trace.log_evidence))
    return jnp.where(~finite, 1, jnp.where(~weights_left, 2, 0)).astype(jnp.int32)
