"""The same plan with many keys: the variation of a decision over random seeds."""

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
    """[S] (E7) at the last level; NaN for planners without an estimate."""
    status: Int[Array, "S"]
    """i32 [S] index into STATUSES."""


def plan_seeds(keys: Array, params: Params, root_state: Any, live: Any, *, program: PlanFunction) -> Seeds:
    """Plan from one state once for each key, in parallel.

    Pure; jit it with `program` fixed. Row i is the plan that `program` makes with `keys[i]`, up to rounding differences from larger batches of the
    network.

    Args:
      keys: typed keys, [S].
      program: as `Planner.program` returns it, without optional arrays.
    """

    def one(key: Array) -> Seeds:
        plan = program(params, key, root_state, live)
        decision = Decision(**{field.name: getattr(plan.root, field.name) for field in fields(Decision)})
        log_evidence = getattr(plan.trace, "log_evidence", None)
        return Seeds(decision, jnp.float32(jnp.nan) if log_evidence is None else log_evidence[-1], plan.status)

    return jax.vmap(one)(keys)


def seeds_to_arrays(seeds: Seeds) -> Mapping[str, np.ndarray]:
    """Named arrays on the host; arrays that are equal for all seeds are stored once."""
    seeds = jax.device_get(seeds)
    arrays = {field.name: getattr(seeds.root, field.name) for field in fields(Decision)} | {"log_evidence": seeds.log_evidence}
    same = ("root_prior", "root_value", "root_gaussian")
    return {name: np.asarray(array[0] if name in same else array) for name, array in arrays.items() if array is not None}


@dataclass(frozen=True, eq=False)
class SeedsRecord:
    """The decisions of plans that differ only in their seed, with the metadata of the first."""

    arrays: Mapping[str, np.ndarray]
    """The arrays of `seeds_to_arrays`, and `seed` i64 [S]."""
    metadata: Metadata
    """Metadata of the first plan."""

    def to_bytes(self) -> bytes:
        """Safetensors bytes (docs/api.md, Seeds)."""
        return write(self.arrays, {**self.metadata.header(), "schema": SCHEMA})
