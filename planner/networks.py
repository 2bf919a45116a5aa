"""Networks that evaluate states: one torso, with heads for the prior, V and Q."""

import math
from dataclasses import dataclass
from typing import Any, cast

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from planner.core.gaussian import LOG_STD_RANGE, Bounds, GaussianEvaluation, normalise
from planner.core.model import Evaluation, Params


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of a network; written into the checkpoint's card.

    Raises:
      ValueError: no actions, an empty layer, or a value scale that is not positive.
    """

    num_actions: int
    """Number of discrete actions, or of dimensions of a continuous action."""
    hidden: tuple[int, ...] = (64, 64)
    value_scale: float = 1.0
    """Units of reward per unit of a value head; chosen so that the heads learn numbers near 1."""
    action_bounds: Bounds | None = None
    """(low, high) of each dimension of a continuous action; None where actions are discrete."""

    def __post_init__(self) -> None:
        if self.num_actions < 1 or not self.hidden or min(self.hidden) < 1 or not 0 < self.value_scale < math.inf:
            raise ValueError(f"a network needs actions >= 1, layers >= 1 and value_scale > 0, got {self}")
        if self.action_bounds is not None and len(self.action_bounds) != self.num_actions:
            raise ValueError(f"a network of {self.num_actions} action dimensions needs as many bounds, got {self.action_bounds}")

    def as_card(self) -> dict[str, Any]:
        """The configuration as a card stores it."""
        entry = {"num_actions": self.num_actions, "hidden": list(self.hidden), "value_scale": self.value_scale}
        return entry if self.action_bounds is None else entry | {"action_bounds": [list(bound) for bound in self.action_bounds]}

    @classmethod
    def of_card(cls, entry: dict[str, Any]) -> "NetworkConfig":
        """The inverse of `as_card`.

        Raises:
          KeyError, TypeError: a key is missing or unknown.
        """
        bounds = entry.get("action_bounds")
        tuples = {"hidden": tuple(entry["hidden"]), "action_bounds": None if bounds is None else tuple((low, high) for low, high in bounds)}
        return cls(**{**entry, **tuples})


def make_network(config: NetworkConfig) -> nn.Module:
    """The flax module of a network."""
    return PolicyValueNetwork(config) if config.action_bounds is None else GaussianPolicyValueNetwork(config)


def init_network(config: NetworkConfig, key: Array, observation_shape: tuple[int, ...]) -> Params:
    """Newly initialised parameters."""
    return make_network(config).init(key, jnp.zeros(observation_shape))


def apply_network(config: NetworkConfig, params: Params, observation: Float[Array, "..."]) -> Any:
    """Evaluate one observation: an `Evaluation` for discrete actions, a `GaussianEvaluation` for continuous ones."""
    return make_network(config).apply(params, observation)


def evaluate_actions(config: NetworkConfig, params: Params, evaluation: GaussianEvaluation, actions: Float[Array, "K D"]) -> Float[Array, "K"]:
    """Q(s, .) of some continuous actions, in units of reward."""
    network = GaussianPolicyValueNetwork(config)
    return cast(Array, network.apply(params, evaluation.features, evaluation.value, actions, method="qvalues"))


def draw_atoms(config: NetworkConfig, params: Params, key: Array, evaluation: GaussianEvaluation, number: int) -> Evaluation:
    """The evaluation over K samples of the prior, each of prior probability 1/K."""
    actions = evaluation.sample(key, number)
    return Evaluation(jnp.zeros(number), evaluation.value, evaluate_actions(config, params, evaluation, actions), actions)


_WIDE = nn.initializers.orthogonal(2**0.5)
_PLAIN = nn.initializers.orthogonal(1.0)
_SMALL = nn.initializers.orthogonal(0.01)
"""Initial policies are nearly uniform, and initial advantages nearly 0."""


class _Network(nn.Module):
    """Common part of both networks: a multilayer perceptron over the flattened observation, and V."""

    config: NetworkConfig

    def setup(self) -> None:
        self.torso = [nn.Dense(width, kernel_init=_WIDE) for width in self.config.hidden]
        self.value = nn.Dense(1, kernel_init=_PLAIN)

    def features(self, observation: Float[Array, "..."]) -> Float[Array, "H"]:
        """The last hidden layer."""
        hidden = observation.reshape(-1).astype(jnp.float32)
        for layer in self.torso:
            hidden = nn.tanh(layer(hidden))
        return hidden


class PolicyValueNetwork(_Network):
    """Network for discrete actions. Q is V plus an advantage head, because differences between actions are small compared with V."""

    def setup(self) -> None:
        super().setup()
        self.policy = nn.Dense(self.config.num_actions, kernel_init=_SMALL)
        self.advantage = nn.Dense(self.config.num_actions, kernel_init=_SMALL)

    def __call__(self, observation: Float[Array, "..."]) -> Evaluation:
        hidden = self.features(observation)
        value, scale = self.value(hidden)[0], self.config.value_scale
        return Evaluation(prior_logits=self.policy(hidden), value=scale * value, qvalues=scale * (value + self.advantage(hidden)))


class GaussianPolicyValueNetwork(_Network):
    """Network for continuous actions. Q is V plus the advantage of the action, from a layer over the state's features and the action."""

    def setup(self) -> None:
        super().setup()
        self.mean = nn.Dense(self.config.num_actions, kernel_init=_SMALL)
        self.log_std = nn.Dense(self.config.num_actions, kernel_init=_SMALL)
        # flax names saved parameters after this attribute, so it cannot be renamed without losing the shipped checkpoints.
        self.judge = nn.Dense(self.config.hidden[-1], kernel_init=_WIDE)
        self.advantage = nn.Dense(1, kernel_init=_SMALL)

    def __call__(self, observation: Float[Array, "..."]) -> GaussianEvaluation:
        hidden = self.features(observation)
        value = self.config.value_scale * self.value(hidden)[0]
        if self.is_initializing():
            # flax creates parameters only for layers that are called.
            self.qvalues(hidden, value, jnp.zeros((1, self.config.num_actions)))
        log_std = jnp.clip(self.log_std(hidden), *LOG_STD_RANGE)
        return GaussianEvaluation(self.mean(hidden), log_std, value, hidden, self._bounds)

    def qvalues(self, features: Float[Array, "H"], value: Float[Array, ""], actions: Float[Array, "K D"]) -> Float[Array, "K"]:
        """Q of the given actions in the state with these features."""
        repeated = jnp.broadcast_to(features, (actions.shape[0], *features.shape))
        hidden = nn.tanh(self.judge(jnp.concatenate([repeated, normalise(actions, self._bounds)], axis=-1)))
        return value + self.config.value_scale * self.advantage(hidden)[:, 0]

    @property
    def _bounds(self) -> Bounds:
        if self.config.action_bounds is None:
            raise ValueError("a Gaussian policy needs bounds for its actions, got a network for discrete actions")
        return self.config.action_bounds
