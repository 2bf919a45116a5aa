"""What a planner plans with: an environment to step, and something that judges states.

A planner chooses among *atoms*: all actions where they are numbered; where they are continuous, K samples of the prior, drawn anew wherever a
particle stands, so that copies of one particle do not try the same few actions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.environments.base import Environment

Params = Any
"""A pytree of network parameters."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Evaluation:
    """What is thought of a state, atom by atom."""

    prior_logits: Float[Array, "*batch A"]
    """[A] unnormalised log-probabilities of the prior; -inf marks an invalid action."""
    value: Float[Array, "*batch"]
    """[] V(s), in units of reward."""
    qvalues: Float[Array, "*batch A"]
    """[A] Q(s, .), in units of reward."""
    atoms: Float[Array, "*batch A D"] | None = None
    """[A, D] the actions themselves, in the environment's units; None where they are numbered."""

    @property
    def greedy(self) -> Array:
        """The most probable action of the prior."""
        return jnp.argmax(self.prior_logits)

    def action(self, atom: Array) -> Array:
        """The action of one atom: its number, or f32 [D]."""
        return atom if self.atoms is None else self.atoms[atom]


@dataclass(frozen=True)
class Model:
    """Hashable, so that it can select a compiled program."""

    environment: Environment
    evaluate: Callable[[Params, Any], Any]
    """`evaluate(params, state)` of one state: an `Evaluation`, or where actions are continuous something else with `value` and `greedy`."""
    draw_atoms: Callable[[Params, Array, Any, int], Evaluation] | None = None
    """`draw_atoms(params, key, evaluation, number)`: what is thought of a state over samples of its prior. None where actions are numbered."""

    @property
    def continuous(self) -> bool:
        """Whether actions are continuous."""
        return self.draw_atoms is not None

    def _over_atoms(self, params: Params, key: Array, evaluation: Any, number: int) -> Evaluation:
        """The evaluation of one state over its atoms; as it is where actions are numbered.

        Args:
          key: for the samples; not used where actions are numbered.
          number: K, how many samples are drawn.
        """
        return evaluation if self.draw_atoms is None else self.draw_atoms(params, key, evaluation, number)

    def over_root_atoms(self, params: Params, key: Array, evaluation: Any, number: int) -> Evaluation:
        """The same at the root, where all particles choose among the same atoms; those of continuous actions are sorted by the first dimension.

        Args:
          key: of the plan; it may also be split for other things.
        """
        drawn = self._over_atoms(params, atom_key(key), evaluation, number)
        if drawn.atoms is None:
            return drawn
        # Samples of one distribution may be put into any order; this one reads as an axis.
        order = jnp.argsort(drawn.atoms[:, 0])
        return Evaluation(drawn.prior_logits[order], drawn.value, drawn.qvalues[order], drawn.atoms[order])

    def over_atoms_of_slots(self, params: Params, key: Array, evaluations: Any, number: int) -> Evaluation:
        """The evaluations of N slots, each over atoms of its own.

        Args:
          key: of the level; it may also be split for other things.
        """
        if self.draw_atoms is None:
            return evaluations
        slots = evaluations.value.shape[0]
        return jax.vmap(partial(self._over_atoms, params, number=number))(jax.random.split(atom_key(key), slots), evaluations)


def atom_key(key: Array) -> Array:
    """The key that atoms are drawn with beside everything else that `key` is split for.

    `fold_in(key, i)` is the i-th key of `split(key, n)`, so the number folded in is one that no split reaches.
    """
    return jax.random.fold_in(key, 2**32 - 1)
