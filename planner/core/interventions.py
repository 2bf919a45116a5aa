"""Changes inside a plan, as arrays over (level, slot) that a program takes as an argument: no change, and no number of them, causes a compilation.

A change answers "what if": all other random numbers of the plan stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Interventions:
    """The changes of a plan; inside a scan over levels, those of one level."""

    action: Int[Array, "T N"]
    """i32 [T, N] index of the candidate action that the slot takes; -1 where it draws one."""
    log_weight: Float[Array, "T N"]
    """f32 [T, N] log-weight after the step, -inf to kill the particle; NaN where it keeps its own."""
    uniform: Float[Array, "T N"]
    """f32 [T, N] in [0, 1), draws the action in place of the plan's own uniform; NaN where that one stays."""
    salt: UInt[Array, "T N"]
    """u32 [T, N] folded into the key of the slot's environment step; 0 where the key stays."""

    @property
    def forced(self) -> Bool[Array, "T N"]:
        """True where the action is forced."""
        return self.action >= 0

    @property
    def weighed(self) -> Bool[Array, "T N"]:
        """True where the log-weight is set."""
        return ~jnp.isnan(self.log_weight)

    @property
    def killed(self) -> Bool[Array, "T N"]:
        """True where the particle is killed after its step."""
        return self.log_weight == -jnp.inf

    def draw(self, uniforms: Float[Array, "T N"]) -> Float[Array, "T N"]:
        """The uniforms that draw the actions."""
        return jnp.where(jnp.isnan(self.uniform), uniforms, self.uniform)

    def keys(self, keys: Array) -> Array:
        """The keys [N] of the environment steps of one level."""
        return jnp.where(self.salt == 0, keys, jax.vmap(jax.random.fold_in)(keys, self.salt))


def no_interventions(levels: int, slots: int) -> Interventions:
    """The arrays, on the host, of a plan that nothing is changed in."""
    shape = levels, slots
    unchanged = np.full(shape, np.nan, np.float32)
    return Interventions(np.full(shape, -1, np.int32), unchanged, unchanged.copy(), np.zeros(shape, np.uint32))  # type: ignore[arg-type]
