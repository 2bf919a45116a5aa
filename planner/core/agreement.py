"""Agreement of Q with what particles found so far in a plan: the share of the trust region that Q deserves (E16).

For a step from s with action a to s', with reward r and continuation d, compare the advantage that Q promises with the one that was found:

    x = Q(s,a) - sum_b pi(b|s) Q(s,b),      y = r + gamma d V(s') - V(s)

rho is the squared correlation of x and y over all steps of the earlier levels, and 0 where they are not positively correlated. It does not depend on
the unit of Q, nor on a constant added to it. The proposal of a level depends on earlier levels only, so the weights stay exact.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

LEAST_SHARE = 1e-12
"""Variances below this share of the mean square are rounding: then rho is 0."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Agreement:
    """Moments of x and y over the steps that were counted, all f32 []."""

    number: Float[Array, ""]
    mean_x: Float[Array, ""]
    mean_y: Float[Array, ""]
    square_x: Float[Array, ""]
    """Sum of (x - mean_x)^2."""
    square_y: Float[Array, ""]
    product: Float[Array, ""]
    """Sum of (x - mean_x) (y - mean_y)."""


def no_agreement() -> Agreement:
    """Before the first step."""
    zero = jnp.float32(0.0)
    return Agreement(zero, zero, zero, zero, zero, zero)


def count(agreement: Agreement, x: Float[Array, "N"], y: Float[Array, "N"], counted: Bool[Array, "N"]) -> Agreement:
    """Add the steps of one level. Moments of both parts are merged as Chan, Golub and LeVeque (1983) do it: sums of squares would lose their digits.

    Args:
      counted: [N] true where the slot took a step.
    """
    # A state whose Q or V is not finite ends the plan with a status; it is not to spoil the proposals of others on the way.
    counted = counted & jnp.isfinite(x) & jnp.isfinite(y)
    number = jnp.sum(counted.astype(jnp.float32))
    some = jnp.maximum(number, 1.0)
    mean = lambda values: jnp.sum(jnp.where(counted, values, 0.0)) / some
    mean_x, mean_y = mean(x), mean(y)
    off_x, off_y = (jnp.where(counted, values - centre, 0.0) for values, centre in ((x, mean_x), (y, mean_y)))
    total = jnp.maximum(agreement.number + number, 1.0)
    apart_x, apart_y = mean_x - agreement.mean_x, mean_y - agreement.mean_y
    between = agreement.number * number / total
    return Agreement(
        number=agreement.number + number,
        mean_x=agreement.mean_x + apart_x * number / total,
        mean_y=agreement.mean_y + apart_y * number / total,
        square_x=agreement.square_x + jnp.sum(off_x**2) + between * apart_x**2,
        square_y=agreement.square_y + jnp.sum(off_y**2) + between * apart_y**2,
        product=agreement.product + jnp.sum(off_x * off_y) + between * apart_x * apart_y,
    )


def deserved(agreement: Agreement) -> Float[Array, ""]:
    """Rho of (E16), in [0, 1]; 0 before the first step, and where x or y are all the same."""
    varied = (agreement.square_x > LEAST_SHARE * agreement.number * agreement.mean_x**2) & (
        agreement.square_y > LEAST_SHARE * agreement.number * agreement.mean_y**2
    )
    # Square roots apart: the product of two small sums would be 0 in single precision.
    scale = jnp.sqrt(jnp.where(varied, agreement.square_x, 1.0)) * jnp.sqrt(jnp.where(varied, agreement.square_y, 1.0))
    correlation = jnp.where(varied, agreement.product / scale, 0.0)
    return jnp.clip(correlation, 0.0, 1.0) ** 2
