"""Particles, and the step that all recursions over them share: propagate, weigh, copy.

A particle is carried as its *reference*: its last non-terminal state, with the network's evaluation of that state. While the particle is alive,
the reference is its current state. A dead particle does not step, and with `revive` its offspring start from the reference, so its terminal state
is not needed. One state per particle is therefore carried and resampled, and the network is evaluated once per level.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planner.core.interventions import Interventions
from planner.core.model import Evaluation, Model, Params
from planner.core.proposal import Twist
from planner.core.trace import Trace

STATUSES = ("ok", "non_finite_network", "all_weights_zero", "no_valid_action")
"""Status codes, indexed by `Plan.status`."""

NOWHERE = -2
"""`Plan.fault` of a plan without a fault."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Particles:
    """Carried from level to level, one entry per slot."""

    state: Any
    """[N, ...] last non-terminal state."""
    evaluation: Any
    """[N, ...] of that state, as `Model.evaluate` gives it."""
    node: Array
    """i32 [N] id of the transition that produced the particle's state; -1 at the root."""
    depth: Array
    """i32 [N] environment steps from the root to the particle's state."""
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


class Weighing(Protocol):
    """The live settings that enter the weights."""

    @property
    def discount(self) -> Array: ...

    @property
    def reward_temperature(self) -> Array: ...


def at_root(n: int, root_state: Any, root: Any, root_terminal: Array) -> Particles:
    """N particles at the root; `root` is its evaluation by the model."""
    repeat = lambda leaf: jnp.broadcast_to(leaf, (n, *jnp.shape(leaf)))
    nowhere = jnp.full(n, -1, jnp.int32)
    return Particles(
        state=jax.tree.map(repeat, root_state),
        evaluation=jax.tree.map(repeat, root),
        node=nowhere,
        depth=jnp.zeros(n, jnp.int32),
        reference_node=nowhere,
        reference_depth=jnp.zeros(n, jnp.int32),
        alive=jnp.full(n, ~root_terminal),
        revived=jnp.zeros(n, bool),
        branch=jnp.arange(n, dtype=jnp.int32),
        log_weights=jnp.zeros(n),
        log_evidence=jnp.float32(0.0),
    )


def evaluate_candidates(
    particles: Particles, params: Params, key: Array, root: Evaluation, at_root: Array, *, model: Model, number: int
) -> Evaluation:
    """Evaluate each particle's candidate actions: an `Evaluation` of [N, ...].

    Args:
      key: of the level.
      root: evaluation of the candidate actions that all particles share at the root.
      at_root: bool [], true where the particles stand at the root.
      number: K, candidate actions drawn at each state where actions are continuous. Every slot draws separately, also copies of one particle.
    """
    if not model.continuous:
        return particles.evaluation
    own = model.over_atoms_of_slots(params, key, particles.evaluation, number)
    return jax.tree.map(lambda first, rest: jnp.where(at_root, first, rest), root, own)


class Proposed(NamedTuple):
    """The candidate actions of every particle, the distribution over them, and the ones drawn."""

    evaluation: Evaluation
    """[N, ...] over candidate actions."""
    log_prior: Float[Array, "N A"]
    twist: Twist
    """[N, ...]"""
    atom: Int[Array, "N"]
    """i32 [N] index of the action drawn."""


class _Stepped(NamedTuple):
    """Outcome of one environment step of every particle. A dead particle keeps its state, with reward 0 and continuation 0."""

    action: Array
    state: Any
    evaluation: Any
    """[N, ...] of s', as `Model.evaluate` gives it."""
    reward: Float[Array, "N"]
    continuation: Float[Array, "N"]
    value: Float[Array, "N"]
    """[N] V(s)."""
    next_value: Float[Array, "N"]
    """[N] V(s')."""


class _Weighed(NamedTuple):
    """Log-probabilities of the actions taken, and the resulting log-weights."""

    log_prior: Float[Array, "N"]
    log_proposal: Float[Array, "N"]
    log_weights: Float[Array, "N"]


def advance(
    params: Params,
    keys: Array,
    particles: Particles,
    proposed: Proposed,
    level: Array,
    *,
    model: Model,
    live: Weighing,
    advantage: bool = True,
    changes: Interventions | None = None,
) -> tuple[Particles, dict[str, Any]]:
    """Step every particle and weigh it (E4, E5).

    Args:
      keys: [N], for the model.
      advantage: subtract V(s) in (E5).
      changes: of this level; forced actions are already in `proposed.atom`.

    Returns:
      The particles before any resampling, and the arrays that the trace records of the level, with `fault` [N], an index into STATUSES.
    """
    stepped = _step(params, keys if changes is None else changes.keys(keys), particles, proposed, model)
    weighed = _weigh(particles, proposed, stepped, live, advantage, changes)
    after = _move(particles, stepped, weighed, level)
    if changes is not None:
        after = replace(after, alive=after.alive & ~changes.killed)
    return after, _record(particles, proposed, stepped, weighed, model)


def _step(params: Params, keys: Array, particles: Particles, proposed: Proposed, model: Model) -> _Stepped:
    """Take the drawn actions and evaluate the states they lead to (E4)."""
    action = jax.vmap(Evaluation.action)(proposed.evaluation, proposed.atom)
    step = jax.vmap(model.environment.step)(keys, particles.state, action)
    alive = particles.alive
    reward = jnp.where(alive, step.reward, 0.0)
    continuation = jnp.where(alive, step.continuation, 0.0)
    following = jax.vmap(model.evaluate, in_axes=(None, 0))(params, step.state)
    value = jnp.where(alive, proposed.evaluation.value, 0.0)
    next_value = jnp.where(continuation > 0, following.value, 0.0)
    return _Stepped(action, step.state, following, reward, continuation, value, next_value)


def _weigh(particles: Particles, proposed: Proposed, stepped: _Stepped, live: Weighing, advantage: bool, changes: Interventions | None) -> _Weighed:
    """Add the increment of (E5): log pi - log q + (r + gamma d V(s') - V(s)) / tau.

    A forced action has no choice to correct for: its log pi - log q is 0.
    """
    log_prior = jnp.where(particles.alive, take(proposed.log_prior, proposed.atom), 0.0)
    log_proposal = jnp.where(particles.alive, take(proposed.twist.log_proposal, proposed.atom), 0.0)
    log_ratio = log_prior - log_proposal
    if changes is not None:
        log_proposal = jnp.where(changes.forced, log_prior, log_proposal)
        log_ratio = jnp.where(changes.forced, 0.0, log_ratio)
    target = stepped.reward + live.discount * stepped.continuation * stepped.next_value - (stepped.value if advantage else 0.0)
    log_increment = log_ratio + target / live.reward_temperature
    log_weights = particles.log_weights + log_increment
    if changes is not None:
        log_weights = jnp.where(changes.weighed, changes.log_weight, log_weights)
    return _Weighed(log_prior, log_proposal, log_weights)


def _move(particles: Particles, stepped: _Stepped, weighed: _Weighed, level: Array) -> Particles:
    """The particles after their step; a particle that ended keeps its last non-terminal state as its reference."""
    n = particles.alive.shape[0]
    moved = stepped.continuation > 0
    node = jnp.where(particles.alive, level * n + jnp.arange(n), particles.node)
    depth = particles.depth + particles.alive
    return Particles(
        state=where(moved, stepped.state, particles.state),
        evaluation=where(moved, stepped.evaluation, particles.evaluation),
        node=node,
        depth=depth,
        reference_node=jnp.where(moved, node, particles.reference_node),
        reference_depth=jnp.where(moved, depth, particles.reference_depth),
        alive=moved,
        revived=jnp.zeros(n, bool),
        branch=particles.branch,
        log_weights=weighed.log_weights,
        log_evidence=particles.log_evidence,
    )


def _record(particles: Particles, proposed: Proposed, stepped: _Stepped, weighed: _Weighed, model: Model) -> dict[str, Any]:
    """The arrays of the trace for one level, by name."""
    return {
        "parent": particles.node,
        "branch": particles.branch,
        "depth": particles.depth,
        "alive": particles.alive,
        "terminal": particles.alive & ~(stepped.continuation > 0),
        "revived": particles.revived,
        "action": stepped.action,
        "log_prior": weighed.log_prior,
        "log_proposal": weighed.log_proposal,
        "reward": stepped.reward,
        "continuation": stepped.continuation,
        "value": stepped.value,
        "next_value": stepped.next_value,
        "log_weight": weighed.log_weights,
        "kl": proposed.twist.kl,
        "kl_bound": proposed.twist.kl_bound,
        "temperature": proposed.twist.temperature,
        "position": jax.vmap(model.environment.position)(stepped.state),
        "state": stepped.state,
        "fault": _faults(proposed.evaluation),
        **({"atom": proposed.atom} if model.continuous else {}),
    }


def copy_ancestors(particles: Particles, ancestors: Int[Array, "N"], due: Array, log_evidence: Array, *, revive: Array) -> Particles:
    """Copy the ancestors, with weight 1 where resampling was due (E6); with `revive`, each copy starts from the ancestor's reference."""
    copies = jax.tree.map(
        lambda leaf: leaf[ancestors],
        (particles.state, particles.evaluation, particles.reference_node, particles.reference_depth, particles.branch, particles.alive),
    )
    state, evaluation, reference_node, reference_depth, branch, alive = copies
    return Particles(
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


def hold_the_dead(record: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Repeat the last recorded s' of a dead slot at every later level; its parent is the transition that ended it."""

    def hold(recorded: Array, at_root: Array) -> Array:
        levels, slots = record["parent"].shape
        flat = recorded.reshape(levels * slots, *recorded.shape[2:])
        before = jnp.where(_column(record["parent"] < 0, recorded), at_root, flat[record["parent"]])
        return jnp.where(_column(record["alive"], recorded), recorded, before)

    return {name: jax.tree.map(hold, record[name], at_root) for name, at_root in root.items()}


def _column(flags: Array, like: Array) -> Array:
    """Reshape [T, N] flags to broadcast over the trailing axes of `like`."""
    return flags.reshape(*flags.shape, *[1] * (like.ndim - 2))


def status_of(trace: Trace, faults: Int[Array, "T N"]) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """Status of a plan (an index into STATUSES), and the place of its first fault.

    The place is the id of the transition into the state with the fault, -1 for the root, NOWHERE without a fault.

    Args:
      faults: [T, N] status of the evaluation stepped from, 0 where it has no fault.
    """
    bad, unfinished = faults.ravel() > 0, ~jnp.isfinite(trace.next_value).ravel()
    first, first_unfinished = jnp.argmax(bad), jnp.argmax(unfinished)
    weights_left = jnp.all(jnp.isfinite(trace.log_evidence))
    status = jnp.where(jnp.any(bad), faults.ravel()[first], jnp.where(jnp.any(unfinished), 1, jnp.where(weights_left, 0, 2)))
    fault = jnp.where(jnp.any(bad), trace.parent.ravel()[first], jnp.where(jnp.any(unfinished), first_unfinished, NOWHERE))
    return status.astype(jnp.int32), fault.astype(jnp.int32)


def take(rows: Float[Array, "N A"], action: Int[Array, "N"]) -> Float[Array, "N"]:
    """The entry of each row at its own action."""
    return jnp.take_along_axis(rows, action[:, None], axis=1)[:, 0]


def where(condition: Array, yes: Any, no: Any) -> Any:
    """Choose between two pytrees of [N, ...] arrays, slot by slot."""
    return jax.tree.map(lambda y, n: jnp.where(condition.reshape(-1, *[1] * (y.ndim - 1)), y, n), yes, no)


def _faults(evaluation: Evaluation) -> Int[Array, "N"]:
    """Status of the evaluation of each slot, an index into STATUSES; the Q of an invalid action is not checked."""
    logits = evaluation.prior_logits
    valid = logits != -jnp.inf
    finite = jnp.all((jnp.isfinite(logits) & jnp.isfinite(evaluation.qvalues)) | ~valid, axis=-1) & jnp.isfinite(evaluation.value)
    return jnp.where(jnp.any(valid, axis=-1), jnp.where(finite, 0, 1), 3).astype(jnp.int8)
