"""Networks that judge states: one torso, heads for the prior, V and Q."""

from dataclasses import dataclass
from typing import cast

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.model import Evaluation, Params


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of a network; written into the checkpoint's card.

    Raises:
      ValueError: no actions, an empty layer, or a value scale that is not positive.
    """

    num_actions: int
    hidden: tuple[int, ...] = (64, 64)
    value_scale: float = 1.0
    """Units of reward that one unit of a value head stands for, so that the heads learn numbers near 1."""

    def __post_init__(self) -> None:
        if self.num_actions < 1 or not self.hidden or min(self.hidden) < 1 or not self.value_scale > 0:
            raise ValueError(f"a network needs actions >= 1, layers >= 1 and value_scale > 0, got {self}")


def apply_network(config: NetworkConfig, params: Params, observation: Float[Array, "..."]) -> Evaluation:
    """What the network of `config` thinks of one observation."""
    return cast(Evaluation, PolicyValueNetwork(config).apply(params, observation))


class PolicyValueNetwork(nn.Module):
    """Multilayer perceptron over a flat observation. Q is V plus an advantage head: differences between actions are small beside V."""

    config: NetworkConfig

    @nn.compact
    def __call__(self, observation: Float[Array, "..."]) -> Evaluation:
        hidden = observation.reshape(-1).astype(jnp.float32)
        for index, width in enumerate(self.config.hidden):
            hidden = nn.tanh(nn.Dense(width, kernel_init=nn.initializers.orthogonal(2**0.5), name=f"torso_{index}")(hidden))
        small = nn.initializers.orthogonal(0.01)
        logits = nn.Dense(self.config.num_actions, kernel_init=small, name="policy")(hidden)
        value = nn.Dense(1, kernel_init=nn.initializers.orthogonal(1.0), name="value")(hidden)[0]
        advantage = nn.Dense(self.config.num_actions, kernel_init=small, name="advantage")(hidden)
        scale = self.config.value_scale
        return Evaluation(prior_logits=logits, value=scale * value, qvalues=scale * (value + advantage))
