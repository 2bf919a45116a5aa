"""The same plan with many keys: the share of a decision that is luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from planner.algorithms.registry import PlanFunction
from planner.core.model import Params
from planner.core.targets import Decision
from planner.record.container import write
from planner.record.metadata import Metadata

SCHEMA = "twistscope.seeds/1"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Seeds:
    """Decisions of S plans."""

    root: Decision
    """[S, ...] per array."""
    log_evidence: Float[Array, "S"]
    """[S] (E7) at the last level; NaN for planners that estimate none."""
    status: Int[Array, "S"]
    """i32 [S] index into STATUSES."""


def plan_seeds(keys: Array, params: Params, root_state: Any, live: Any, *, program: PlanFunction) -> Seeds:
    """Plan from one state once for each key, side by side.

    Pure; jit it with `program` fixed. Row i is the plan that `program` makes with `keys[i]`, up to rounding where the network is evaluated in
    larger batches.

    Args:
      keys: typed, [S].
      program: as `Planner.program` gives it, without optional records.
    """

    def one(key: Array) -> Seeds:
        plan = program(params, key, root_state, live)
        decision = Decision(**{field.name: getattr(plan.root, field.name) for field in fields(Decision)})
        log_evidence = getattr(plan.trace, "log_evidence", None)
        return Seeds(decision, jnp.float32(jnp.nan) if log_evidence is None else log_evidence[-1], plan.status)

    return jax.vmap(one)(keys)


def seeds_to_arrays(seeds: Seeds) -> Mapping[str, np.ndarray]:
    """Named arrays on the host; what does not differ between seeds is there once."""
    seeds = jax.device_get(seeds)
    arrays = {field.name: getattr(seeds.root, field.name) for field in fields(Decision)} | {"log_evidence": seeds.log_evidence}
    same = ("root_prior", "root_value", "root_gaussian")
    return {name: np.asarray(array[0] if name in same else array) for name, array in arrays.items() if array is not None}


@dataclass(frozen=True, eq=False)
class SeedsRecord:
    """The decisions of plans that differ by their seed, with all that made them."""

    arrays: Mapping[str, np.ndarray]
    """As `seeds_to_arrays`, and `seed` i64 [S]."""
    metadata: Metadata
    """Of the first plan."""

    def to_bytes(self) -> bytes:
        """The container of docs/api.md, Seeds."""
        return write(self.arrays, {**self.metadata.header(), "schema": SCHEMA})
