"""What a planner plans with: an environment to step, and something that judges states."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
from jaxtyping import Array, Float

from planner.environments.base import Environment

Params = Any
"""A pytree of network parameters."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Evaluation:
    """What is thought of a state."""

    prior_logits: Float[Array, "*batch A"]
    """[A] unnormalised log-probabilities of the prior; -inf marks an invalid action."""
    value: Float[Array, "*batch"]
    """[] V(s), in units of reward."""
    qvalues: Float[Array, "*batch A"]
    """[A] Q(s, .), in units of reward."""


@dataclass(frozen=True)
class Model:
    """Hashable, so that it can select a compiled program."""

    environment: Environment
    evaluate: Callable[[Params, Any], Evaluation]
    """`evaluate(params, state)` of one state."""
