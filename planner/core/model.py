"""The model of a planner: an environment to step, and a function that evaluates states.

A planner chooses among *candidate actions*, called atoms in the names of arrays. Discrete actions are all candidates. Of continuous actions,
K samples of the prior are candidates. They are drawn separately for every particle at every level, so that copies of one particle do not try the
same few actions.
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
    """Evaluation of a state: its value, and prior and Q of each candidate action."""

    prior_logits: Float[Array, "*batch A"]
    """[A] unnormalised log-probabilities of the prior; -inf marks an invalid action."""
    value: Float[Array, "*batch"]
    """[] V(s), in units of reward."""
    qvalues: Float[Array, "*batch A"]
    """[A] Q(s, .), in units of reward."""
    atoms: Float[Array, "*batch A D"] | None = None
    """[A, D] the candidate actions, in the environment's units; None where actions are discrete."""

    @property
    def greedy(self) -> Array:
        """The most probable action of the prior."""
        return jnp.argmax(self.prior_logits)

    def action(self, atom: Array) -> Array:
        """The action with candidate index `atom`: the index itself (discrete), or f32 [D] (continuous)."""
        return atom if self.atoms is None else self.atoms[atom]


@dataclass(frozen=True)
class Model:
    """An environment and the functions that evaluate its states; hashable, so that it can select a compiled program."""

    environment: Environment
    evaluate: Callable[[Params, Any], Any]
    """`evaluate(params, state)` of one state: an `Evaluation` over the environment's actions. Where actions are continuous, a registered pytree with
    `value` f32 [], `mean` and `log_std` f32 [D] of the prior before squashing, `greedy` f32 [D] in the environment's units, and whatever else
    `draw_atoms` needs; `planner.core.gaussian.GaussianEvaluation` is one."""
    draw_atoms: Callable[[Params, Array, Any, int], Evaluation] | None = None
    """`draw_atoms(params, key, evaluation, number)`: an `Evaluation` over `number` independent samples of the state's prior, K, with `atoms` f32
    [K, D] in the environment's units. None where actions are discrete."""

    @property
    def continuous(self) -> bool:
        """True where actions are continuous."""
        return self.draw_atoms is not None

    def _over_atoms(self, params: Params, key: Array, evaluation: Any, number: int) -> Evaluation:
        """The evaluation of one state over its candidate actions; unchanged where actions are discrete.

        Args:
          key: for the samples; not used where actions are discrete.
          number: K, number of samples.
        """
        return evaluation if self.draw_atoms is None else self.draw_atoms(params, key, evaluation, number)

    def over_root_atoms(self, params: Params, key: Array, evaluation: Any, number: int) -> Evaluation:
        """Evaluate the candidate actions of the root, which all particles share.

        Continuous candidates are sorted by their first dimension.

        Args:
          key: of the plan; it may also be split for other uses.
        """
        drawn = self._over_atoms(params, atom_key(key), evaluation, number)
        if drawn.atoms is None:
            return drawn
        # Independent samples may be reordered freely. Sorted, they read as an axis.
        order = jnp.argsort(drawn.atoms[:, 0])
        return Evaluation(drawn.prior_logits[order], drawn.value, drawn.qvalues[order], drawn.atoms[order])

    def over_atoms_of_slots(self, params: Params, key: Array, evaluations: Any, number: int) -> Evaluation:
        """The evaluations of N slots, each over its own candidate actions.

        Args:
          key: of the level; it may also be split for other uses.
        """
        if self.draw_atoms is None:
            return evaluations
        slots = evaluations.value.shape[0]
        return jax.vmap(partial(self._over_atoms, params, number=number))(jax.random.split(atom_key(key), slots), evaluations)


def atom_key(key: Array) -> Array:
    """The key that candidate actions are drawn with, independent of all keys split from `key`.

    `fold_in(key, i)` equals the i-th key of `split(key, n)`, so the number folded in is larger than the size of any split.
    """
    return jax.random.fold_in(key, 2**32 - 1)
