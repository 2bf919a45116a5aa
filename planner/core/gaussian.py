"""Continuous actions: the prior is a Gaussian squashed into the bounds of the environment by tanh.

With u = mean + std * noise per dimension, the action is low + (high - low) (tanh(u) + 1) / 2.
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Bounds = tuple[tuple[float, float], ...]

LOG_STD_RANGE = (-3.0, 1.0)
"""Range of log_std. Outside it the prior is concentrated on one action, or on the two bounds."""

EDGE = 1.0 - 1e-6
"""Largest absolute value of a normalised action in a density; at the bounds (1) the density is not finite."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class GaussianEvaluation:
    """Evaluation of a state with continuous actions by a network: the prior as a distribution, before any action is sampled."""

    mean: Float[Array, "*batch D"]
    """[D] mean of u."""
    log_std: Float[Array, "*batch D"]
    """[D] log standard deviation of u."""
    value: Float[Array, "*batch"]
    """[] V(s), in units of reward."""
    features: Float[Array, "*batch H"]
    """[H] features of the state, from which the network evaluates actions."""
    bounds: Bounds = field(metadata={"static": True})

    @property
    def greedy(self) -> Float[Array, "D"]:
        """The action at the mean of u."""
        return squash(self.mean, self.bounds)

    def sample(self, key: Array, number: int) -> Float[Array, "K D"]:
        """Draw actions from the prior, in the environment's units."""
        noise = jax.random.normal(key, (number, *self.mean.shape))
        return squash(self.mean + jnp.exp(self.log_std) * noise, self.bounds)

    def log_density(self, actions: Float[Array, "K D"]) -> Float[Array, "K"]:
        """Log density of the prior at the given actions, with respect to actions normalised to [-1, 1]."""
        return log_density(actions, self.mean, self.log_std, self.bounds)


def log_density(actions: Float[Array, "K D"], mean: Float[Array, "D"], log_std: Float[Array, "D"], bounds: Bounds) -> Float[Array, "K"]:
    """Log density of a squashed Gaussian, with respect to actions normalised to [-1, 1]."""
    inside = jnp.clip(normalise(actions, bounds), -EDGE, EDGE)
    standard = (jnp.arctanh(inside) - mean) / jnp.exp(log_std)
    gaussian = -0.5 * standard**2 - log_std - 0.5 * jnp.log(2 * jnp.pi)
    return jnp.sum(gaussian - jnp.log1p(-(inside**2)), axis=-1)


def squash(u: Float[Array, "*batch D"], bounds: Bounds) -> Float[Array, "*batch D"]:
    """Map the real line into the bounds."""
    low, high = _ends(bounds)
    return low + (high - low) * 0.5 * (jnp.tanh(u) + 1)


def normalise(actions: Float[Array, "*batch D"], bounds: Bounds) -> Float[Array, "*batch D"]:
    """Map the bounds to [-1, 1]."""
    low, high = _ends(bounds)
    return 2 * (actions - low) / (high - low) - 1


def _ends(bounds: Bounds) -> tuple[Float[Array, "D"], Float[Array, "D"]]:
    """Lower and upper bound of each dimension."""
    low, high = jnp.asarray(bounds, jnp.float32).T
    return low, high
