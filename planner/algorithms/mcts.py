"""Gumbel MCTS: the search of the library mctx, stepping the true model.

`mctx.gumbel_muzero_policy` does the planning. This module gives it the environment's step as its recurrent function, and converts its result to
arrays over *simulations*. Simulation k is one model step and has the id k. `parent` has the same meaning as for particles: the id of the step that
produced the state stepped from, -1 for the root.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import mctx
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from planner.algorithms.settings import PlannerSettings, discount_field, gumbel_scale_field, max_num_considered_actions_field, setting
from planner.core.model import Evaluation, Model, Params
from planner.core.particles import NOWHERE
from planner.core.targets import Decision, if_continuous


class MctsSettings(PlannerSettings):
    """Every setting of Gumbel MCTS."""

    num_simulations: int = setting(
        512, "shape", "budget", "simulations", "Model steps of the search, one after another.", enters="the budget", ge=1, le=16384, scale="log"
    )
    max_depth: int = setting(
        64,
        "live",
        "budget",
        "depth limit",
        "Largest number of steps from the root in a simulation.",
        enters="of mctx",
        ge=1,
        le=16384,
        knob_maximum=128,
    )
    discount: float | None = discount_field("of mctx")
    max_num_considered_actions: int = max_num_considered_actions_field("of mctx")
    gumbel_scale: float = gumbel_scale_field("of mctx")

    @classmethod
    def of_budget(cls, particles: int, depth: int) -> dict[str, int]:
        return {"num_simulations": particles * depth}

    @property
    def model_steps(self) -> int:
        return self.num_simulations

    @property
    def size(self) -> str:
        return f"{self.num_simulations} simulations"

    @property
    def budget(self) -> tuple[str, ...]:
        return ("num_simulations",)


@dataclass(frozen=True)
class Static:
    """Selects the compiled program; hashable."""

    num_simulations: int
    max_num_considered_actions: int
    action_atoms: int = 8

    @classmethod
    def of(cls, settings: MctsSettings) -> Static:
        """The static part of complete settings."""
        return cls(settings.num_simulations, settings.max_num_considered_actions, settings.action_atoms)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Live:
    """Scalars that may change between plans without a compilation."""

    discount: Float[Array, ""]
    gumbel_scale: Float[Array, ""]
    max_depth: Int[Array, ""]

    @classmethod
    def of(cls, settings: MctsSettings) -> Live:
        """The live part of complete settings, as host scalars of fixed dtype."""
        return cls(np.float32(settings.discount), np.float32(settings.gumbel_scale), np.int32(settings.max_depth))  # type: ignore[arg-type]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Tree:
    """The search tree, over M simulations."""

    parent: Int[Array, "M"]
    """i32 [M] id of the simulation that produced the state stepped from, always smaller than its own; -1 for the root."""
    action: Array
    """i32 [M], or f32 [M, D] where actions are continuous."""
    depth: Int[Array, "M"]
    """i32 [M] environment steps from the root before this step."""
    visits: Int[Array, "M"]
    """i32 [M] number of simulations that passed through this node. 0 where it repeated an earlier step at the depth limit and made no node."""
    q_value: Float[Array, "M"]
    """f32 [M] mean return from this step on."""
    prior: Float[Array, "M"]
    """f32 [M] prior probability of the action."""
    reward: Float[Array, "M"]
    alive: Bool[Array, "M"]
    """[M] true where the step is from a non-terminal state."""
    terminal: Bool[Array, "M"]
    """[M] true where this step ended the episode."""
    position: Float[Array, "M 2"]
    """f32 [M, 2] position of s', in the coordinates of the environment's picture."""
    root_position: Float[Array, "2"]
    """f32 [2] position of the root state."""
    atom: Int[Array, "M"] | None = None
    """i32 [M] index of the action among the candidate actions of the state stepped from, where actions are continuous."""
    state: Any = None
    """[M, ...] per leaf: s', on request."""


class Embedding(NamedTuple):
    """Data that mctx keeps for each node: the state, and its candidate actions where they are continuous."""

    state: Any
    atoms: Float[Array, "K D"] | None


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TreePlan:
    """Result of Gumbel MCTS."""

    trace: Tree
    root: Decision
    status: Int[Array, ""]
    """i32 [] index into STATUSES."""
    fault: Int[Array, ""]
    """i32 [] id of the simulation that reached the state with the fault; -1 for the root, NOWHERE without a fault."""


def plan(
    params: Params, key: Array, root_state: Any, *, live: Live, static: Static, model: Model, atoms: bool = False, states: bool = False
) -> TreePlan:
    """Plan from one state with Gumbel MCTS; arguments as of `planner.algorithms.smc.plan`.

    Where steps are random, each edge of the tree keeps the outcome drawn when it was first taken.

    Args:
      atoms: ignored; the tree has no distributions to record.
      states: also record every state s'.
    """
    root_evaluation = model.evaluate(params, root_state)
    root = model.over_root_atoms(params, key, root_evaluation, static.action_atoms)
    batch_of_one = lambda tree: jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], tree)
    output = mctx.gumbel_muzero_policy(
        params,
        key,
        mctx.RootFnOutput(**batch_of_one({"prior_logits": root.prior_logits, "value": root.value, "embedding": Embedding(root_state, root.atoms)})),
        recurrent_function(model, live.discount, static.action_atoms),
        static.num_simulations,
        invalid_actions=(root.prior_logits == -jnp.inf)[None],
        max_depth=live.max_depth,
        max_num_considered_actions=static.max_num_considered_actions,
        gumbel_scale=live.gumbel_scale,
    )
    search = jax.tree.map(lambda leaf: leaf[0], output.search_tree)
    terminal = model.environment.is_terminal(root_state)
    decision = _decide(output, search, root, terminal)
    chosen = decision.chosen_action
    decision = replace(decision, chosen_action=root.action(chosen), **if_continuous(root, root_evaluation, chosen))
    return TreePlan(_read_tree(search, model, states), decision, *_status(search, root))


def recurrent_function(model: Model, discount: Array, action_atoms: int = 8) -> mctx.RecurrentFn:
    """The true model as a recurrent function of mctx. The embedding is the environment's state, with its candidate actions where they are continuous.

    Terminal states are absorbing: reward, discount and value are 0.
    """

    def step(params: Params, key: Array, atoms: Int[Array, "B"], nodes: Embedding) -> tuple[mctx.RecurrentFnOutput, Embedding]:
        keys = jax.random.split(key, atoms.shape[0])
        actions = atoms if nodes.atoms is None else jax.vmap(lambda row, atom: row[atom])(nodes.atoms, atoms)
        after = jax.vmap(model.environment.step)(keys, nodes.state, actions)
        following = jax.vmap(partial(model.evaluate, params))(after.state)
        evaluation = model.over_atoms_of_slots(params, key, following, action_atoms)
        goes_on = after.continuation > 0
        output = mctx.RecurrentFnOutput(
            reward=after.reward,
            discount=discount * after.continuation,
            prior_logits=jnp.where(goes_on[:, None], evaluation.prior_logits, 0.0),
            value=jnp.where(goes_on, evaluation.value, 0.0),
        )
        return output, Embedding(after.state, evaluation.atoms)

    return step


def _decide(output: mctx.PolicyOutput, search: mctx.Tree, root: Evaluation, terminal: Array) -> Decision:
    """The decision of mctx; at a terminal root the prior, and value 0."""
    visits = search.children_visits[0]
    qvalues = search.children_rewards[0] + search.children_discounts[0] * search.children_values[0]
    prior = jax.nn.softmax(root.prior_logits)
    return Decision(
        root_prior=prior,
        root_proposal=visits / jnp.sum(visits),
        root_policy=jnp.where(terminal, prior, output.action_weights[0]),
        root_q=jnp.where(visits > 0, qvalues, jnp.nan),
        root_visits=visits,
        root_value=jnp.where(terminal, 0.0, root.value),
        value_target=jnp.where(terminal, 0.0, search.node_values[0]),
        chosen_action=output.action[0].astype(jnp.int32),
    )


def _read_tree(search: mctx.Tree, model: Model, states: bool) -> Tree:
    """The tree over simulations. Simulation k made node k + 1 of mctx; node 0 is the root."""
    from_node, atom = jnp.maximum(search.parents[1:], 0), jnp.maximum(search.action_from_parent[1:], 0)
    used = search.node_visits[1:] > 0
    states_of_nodes, atoms = search.embeddings
    ended = jax.vmap(model.environment.is_terminal)(states_of_nodes)
    prior = jax.nn.softmax(search.children_prior_logits, axis=-1)
    reward, discount, value = (array[from_node, atom] for array in (search.children_rewards, search.children_discounts, search.children_values))
    position = jax.vmap(model.environment.position)(states_of_nodes)
    alive = used & ~ended[from_node]
    where_used = lambda values: jnp.where(used, values, 0)
    return Tree(
        parent=from_node - 1,
        action=atom if atoms is None else atoms[from_node, atom],
        atom=None if atoms is None else atom,
        depth=_depths(from_node),
        visits=search.node_visits[1:],
        q_value=where_used(reward + discount * value),
        prior=where_used(prior[from_node, atom]),
        reward=where_used(reward),
        alive=alive,
        terminal=alive & ended[1:],
        position=jnp.where(used[:, None], position[1:], position[0]),
        root_position=position[0],
        state=jax.tree.map(lambda leaf: leaf[1:], states_of_nodes) if states else None,
    )


def _depths(from_node: Int[Array, "M"]) -> Int[Array, "M"]:
    """Number of steps from the root to the node stepped from, by pointer doubling."""
    ancestor = jnp.concatenate([jnp.zeros(1, jnp.int32), from_node])
    distance = (jnp.arange(ancestor.shape[0]) > 0).astype(jnp.int32)

    def double(_: int, carried: tuple[Array, Array]) -> tuple[Array, Array]:
        distance, ancestor = carried
        return distance + distance[ancestor], ancestor[ancestor]

    doublings = int(np.ceil(np.log2(ancestor.shape[0])))
    distance, _ = jax.lax.fori_loop(0, doublings, double, (distance, ancestor))
    return distance[from_node]


def _status(search: mctx.Tree, root: Evaluation) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """Index into STATUSES, and the simulation with the first fault. Q is not checked: mctx uses only priors and values of the network."""
    # At the root mctx replaces the logits of invalid actions by finite numbers.
    logits = search.children_prior_logits.at[0].set(root.prior_logits)
    made = search.node_visits > 0
    no_action = made & jnp.all(logits == -jnp.inf, axis=-1)
    finite = jnp.all(jnp.isfinite(logits) | (logits == -jnp.inf), axis=-1) & jnp.isfinite(search.raw_values)
    faults = jnp.where(no_action, 3, jnp.where(made & ~finite, 1, 0))
    first = jnp.argmax(faults > 0)
    return faults[first].astype(jnp.int32), jnp.where(faults[first] > 0, first - 1, NOWHERE).astype(jnp.int32)
