"""Particles, and the step that recursions over them share: propagate, weigh, copy.

A particle is carried as its *reference*, the last non-terminal state it was in, together with what the network thinks of that state. While the
particle is alive that is simply where it is. Once it has died nothing of its terminal state is needed any more: it does not step, and with
`revive` its offspring start from the reference. So one state per particle is carried and resampled, and the network is asked once per level.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planner.model import Evaluation, Model, Params
from planner.proposal import Twist
from planner.trace import Trace

STATUSES = ("ok", "non_finite_network", "all_weights_zero", "no_valid_action")
"""What `Plan.status` counts through."""

NOWHERE = -2
"""`Plan.fault` where nothing is wrong."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Particles:
    """Carried from level to level, one entry per slot."""

    state: Any
    """[N, ...] last non-terminal state."""
    evaluation: Any
    """[N, ...] of that state, as `Model.evaluate` gives it."""
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


class Weighing(Protocol):
    """The live settings that weights are made of."""

    @property
    def discount(self) -> Array: ...

    @property
    def reward_temperature(self) -> Array: ...


def at_root(n: int, root_state: Any, root: Any, root_terminal: Array) -> Particles:
    """N particles at the root, of which the model gave the evaluation `root`."""
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


def over_atoms_of(particles: Particles, params: Params, key: Array, root: Evaluation, at_root: Array, *, model: Model, number: int) -> Evaluation:
    """What is thought of where the particles are, over atoms [N, ...].

    Args:
      key: of the level.
      root: over the atoms all particles choose among at the root.
      at_root: bool [], whether they are there.
      number: K, how many atoms are drawn where actions are continuous; every slot draws its own, copies of one particle too.
    """
    if not model.continuous:
        return particles.evaluation
    own = model.over_atoms_of_slots(params, key, particles.evaluation, number)
    return jax.tree.map(lambda first, rest: jnp.where(at_root, first, rest), root, own)


def advance(
    params: Params,
    keys: Array,
    particles: Particles,
    evaluation: Evaluation,
    proposals: Twist,
    atom: Int[Array, "N"],
    log_prior: Float[Array, "N A"],
    level: Array,
    *,
    model: Model,
    live: Weighing,
    advantage: bool = True,
) -> tuple[Particles, dict[str, Any]]:
    """Step every particle and weigh it (E4, E5); a dead one stays where it is.

    Args:
      keys: [N], for the model.
      evaluation: [N, ...] of where the particles are, over atoms.
      proposals: [N, ...] what the atoms were drawn from.
      atom: which were drawn.
      advantage: whether V(s) is subtracted.

    Returns:
      The particles before any resampling, and what the trace records of the level; and `fault` [N] besides, what is wrong with the evaluation.
    """
    n = atom.shape[0]
    action = jax.vmap(Evaluation.action)(evaluation, atom)
    step = jax.vmap(model.environment.step)(keys, particles.state, action)
    alive = particles.alive
    reward = jnp.where(alive, step.reward, 0.0)
    continuation = jnp.where(alive, step.continuation, 0.0)
    following = jax.vmap(model.evaluate, in_axes=(None, 0))(params, step.state)
    value = jnp.where(alive, evaluation.value, 0.0)
    next_value = jnp.where(continuation > 0, following.value, 0.0)

    log_prior_taken = jnp.where(alive, take(log_prior, atom), 0.0)
    log_proposal_taken = jnp.where(alive, take(proposals.log_proposal, atom), 0.0)
    target = reward + live.discount * continuation * next_value - (value if advantage else 0.0)
    log_increment = log_prior_taken - log_proposal_taken + target / live.reward_temperature
    log_weights = particles.log_weights + log_increment

    moved = continuation > 0
    node = jnp.where(alive, level * n + jnp.arange(n), particles.node)
    depth = particles.depth + alive
    after = Particles(
        state=where(moved, step.state, particles.state),
        evaluation=where(moved, following, particles.evaluation),
        node=node,
        depth=depth,
        reference_node=jnp.where(moved, node, particles.reference_node),
        reference_depth=jnp.where(moved, depth, particles.reference_depth),
        alive=moved,
        revived=jnp.zeros(n, bool),
        branch=particles.branch,
        log_weights=log_weights,
        log_evidence=particles.log_evidence,
    )
    return after, {
        "parent": particles.node,
        "branch": particles.branch,
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
        "kl": proposals.kl,
        "kl_bound": proposals.kl_bound,
        "temperature": proposals.temperature,
        "position": jax.vmap(model.environment.position)(step.state),
        "state": step.state,
        "fault": _faults(evaluation),
        **({"atom": atom} if model.continuous else {}),
    }


def copy_ancestors(particles: Particles, ancestors: Int[Array, "N"], due: Array, log_evidence: Array, *, revive: Array) -> Particles:
    """Copies of the ancestors, with weight 1 where resampling was due (E6); with `revive`, each starts from the ancestor's reference."""
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


def status_of(trace: Trace, faults: Int[Array, "T N"]) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """What went wrong, as an index into STATUSES, and where first: the id of the transition into the state that was judged so, -1 for the root.

    Args:
      faults: of the evaluation stepped from, 0 where there is none.
    """
    bad, unfinished = faults.ravel() > 0, ~jnp.isfinite(trace.next_value).ravel()
    first, first_unfinished = jnp.argmax(bad), jnp.argmax(unfinished)
    weights_left = jnp.all(jnp.isfinite(trace.log_evidence))
    status = jnp.where(jnp.any(bad), faults.ravel()[first], jnp.where(jnp.any(unfinished), 1, jnp.where(weights_left, 0, 2)))
    fault = jnp.where(jnp.any(bad), trace.parent.ravel()[first], jnp.where(jnp.any(unfinished), first_unfinished, NOWHERE))
    return status.astype(jnp.int32), fault.astype(jnp.int32)


def take(rows: Float[Array, "N A"], action: Int[Array, "N"]) -> Float[Array, "N"]:
    return jnp.take_along_axis(rows, action[:, None], axis=1)[:, 0]


def where(condition: Array, yes: Any, no: Any) -> Any:
    """Slot-wise choice between two pytrees of [N, ...] arrays."""
    return jax.tree.map(lambda y, n: jnp.where(condition.reshape(-1, *[1] * (y.ndim - 1)), y, n), yes, no)


def _faults(evaluation: Evaluation) -> Int[Array, "N"]:
    """What is wrong with the evaluation of each slot, as an index into STATUSES; the Q of an invalid action may be anything."""
    logits = evaluation.prior_logits
    valid = logits != -jnp.inf
    finite = jnp.all((jnp.isfinite(logits) & jnp.isfinite(evaluation.qvalues)) | ~valid, axis=-1) & jnp.isfinite(evaluation.value)
    return jnp.where(jnp.any(valid, axis=-1), jnp.where(finite, 0, 1), 3).astype(jnp.int8)
