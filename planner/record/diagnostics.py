"""Diagnostics of a trace, level by level: unevenness of the weights, ancestry, and the variance of the evidence estimated from one run.

All diagnostics are functions of other arrays of the trace. They are computed when a trace is written or drawn, never while planning. Plain NumPy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from planner.record.metadata import Metadata

Arrays = Mapping[str, np.ndarray]

WEIGHT_PARTS = ("log pi − log q", "reward", "value difference")
"""Names of the three terms of (E5)."""

DIAGNOSTICS = (
    "perplexity", "max_weight", "offspring", "unique_branches", "unique_root_actions", "unique_ancestors", "coalescence_level",
    "log_evidence_increment", "weight_part_mean", "weight_part_deviation", "evidence_variance", "evidence_variance_valid",
)  # fmt: skip
"""Names of the arrays of diagnostics."""


def diagnose(arrays: Arrays, metadata: Metadata) -> dict[str, np.ndarray]:
    """All diagnostics of a trace of particles, by name (docs/trace.md, Diagnostics); none for a search tree."""
    if metadata.traits.kind == "tree":
        return {}
    settings = metadata.settings
    weights = normalised_weights(arrays["log_weight"])
    atom = arrays.get("root_atom", arrays["root_action"])
    ancestor, branch = arrays["ancestor"], arrays["branch"]
    parts = weight_parts(arrays, settings)
    return {
        "perplexity": perplexity(weights),
        "max_weight": weights.max(1).astype(np.float32),
        "offspring": offspring(ancestor),
        "unique_branches": count_unique(branch, branch.shape[1]),
        "unique_root_actions": count_unique(atom[branch], arrays["root_policy"].shape[0]),
        "unique_ancestors": unique_ancestors(ancestor),
        "coalescence_level": coalescence_levels(ancestor),
        "log_evidence_increment": np.diff(arrays["log_evidence"], prepend=np.float32(0)),
        "weight_part_mean": parts.mean,
        "weight_part_deviation": parts.deviation,
        "evidence_variance": evidence_variance(weights, branch, arrays["resampled"]),
        "evidence_variance_valid": np.array(not variance_objections(metadata)),
    }


def normalised_weights(log_weight: Float[np.ndarray, "T N"]) -> Float[np.ndarray, "T N"]:
    """Weights (f32) normalised to sum to 1 at each level. Where no particle has any weight they are equal, as in the planner."""
    top = log_weight.max(1, keepdims=True)
    usable = np.isfinite(top)
    weights = np.exp(np.where(usable, log_weight - np.where(usable, top, 0), 0))
    return weights / weights.sum(1, keepdims=True, dtype=np.float64).astype(np.float32)


def perplexity(weights: Float[np.ndarray, "T N"]) -> Float[np.ndarray, "T"]:
    """Exponential of the entropy of the weights, f32 in [1, N].

    An effective number of particles that depends less on the largest weight than ESS does.
    """
    entropy = -np.sum(weights * np.log(np.where(weights > 0, weights, 1)), axis=1, dtype=np.float64)
    return np.clip(np.exp(entropy), 1, weights.shape[1]).astype(np.float32)


def offspring(ancestor: Int[np.ndarray, "T N"]) -> Int[np.ndarray, "T N"]:
    """Number (i32) of slots of the next level drawn from each slot; every row sums to N."""
    levels, slots = ancestor.shape
    flat = ancestor + slots * np.arange(levels, dtype=np.int64)[:, None]
    return np.bincount(flat.ravel(), minlength=levels * slots).reshape(levels, slots).astype(np.int32)


def count_unique(labels: Int[np.ndarray, "T N"], kinds: int) -> Int[np.ndarray, "T"]:
    """Number (i32) of different labels at each level; labels are in [0, kinds)."""
    seen = np.zeros((labels.shape[0], kinds), bool)
    seen[np.arange(labels.shape[0])[:, None], labels] = True
    return seen.sum(1, dtype=np.int32)


def unique_ancestors(ancestor: Int[np.ndarray, "T N"]) -> Int[np.ndarray, "T"]:
    """Number (i32) of slots of each level that the particles of the last level descend from; it never decreases with the level."""
    levels, slots = ancestor.shape
    counts, survives = np.full(levels, slots, np.int32), np.ones(slots, bool)
    for level in range(levels - 2, -1, -1):
        drawn_from = np.zeros(slots, bool)
        drawn_from[ancestor[level, survives]] = True
        survives = drawn_from
        counts[level] = survives.sum()
    return counts


def coalescence_levels(ancestor: Int[np.ndarray, "T N"]) -> Int[np.ndarray, "T"]:
    """Level (i32) of the latest common ancestor of the particles of each level; -1 where they share only the root.

    The latest common ancestor never moves to an earlier level, so one pointer follows it: O(N T) where lineages coalesce within a few levels.
    """
    levels, slots = ancestor.shape
    if slots == 1:
        return np.arange(levels, dtype=np.int32)
    found = np.empty(levels, np.int32)
    common, candidate = -1, np.arange(slots)
    for level in range(levels):
        # `candidate` is the slot of level `common + 1` that each particle descends from.
        candidate = candidate[ancestor[level - 1]] if level else candidate
        while np.all(candidate == candidate[0]):
            common += 1
            candidate = _descend(ancestor, common + 1, level)
        found[level] = common
    return found


def _descend(ancestor: Int[np.ndarray, "T N"], first: int, last: int) -> Int[np.ndarray, "N"]:
    """The slot of level `first` that each particle of level `last` descends from."""
    slot = np.arange(ancestor.shape[1])
    for level in range(last - 1, first - 1, -1):
        slot = ancestor[level, slot]
    return slot


@dataclass(frozen=True)
class WeightParts:
    """The three terms of the log-weight increments (E5), nats, over the particles of a level that step; last axis in the order of WEIGHT_PARTS."""

    mean: Float[np.ndarray, "T 3"]
    """f32 mean; NaN where no particle steps."""
    deviation: Float[np.ndarray, "T 3"]
    """f32 standard deviation; NaN where no particle steps. The part with the largest one makes the weights uneven."""


def weight_parts(arrays: Arrays, settings: Mapping[str, Any]) -> WeightParts:
    """Mean and spread of the three parts of (E5) at each level."""
    parts = increment_parts(arrays, settings)
    counted = arrays["alive"][..., None]
    number = counted.sum(1)
    mean = np.where(counted, parts, 0).sum(1, dtype=np.float64) / np.maximum(number, 1)
    variance = np.where(counted, (parts - mean[:, None]) ** 2, 0).sum(1) / np.maximum(number, 1)
    none = number == 0
    return WeightParts(np.where(none, np.nan, mean).astype(np.float32), np.where(none, np.nan, np.sqrt(variance)).astype(np.float32))


def increment_parts(arrays: Arrays, settings: Mapping[str, Any]) -> Float[np.ndarray, "T N 3"]:
    """The three parts of each log-weight increment (E5), nats: log pi - log q, r / tau, (gamma d V(s') - V(s)) / tau."""
    temperature, discount = settings["reward_temperature"], settings["discount"]
    base = arrays["value"] if settings.get("advantage", True) else 0
    return np.stack(
        [
            arrays["log_prior"] - arrays["log_proposal"],
            arrays["reward"] / temperature,
            (discount * arrays["continuation"] * arrays["next_value"] - base) / temperature,
        ],
        axis=-1,
    )


def evidence_variance(weights: Float[np.ndarray, "T N"], branch: Int[np.ndarray, "T N"], resampled: Bool[np.ndarray, "T"]) -> Float[np.ndarray, "T"]:
    """Relative variance (f32) of exp(log_evidence) at each level, estimated from a single run (E12).

        V = 1 - (N / (N - 1))^(R + 1) * (1 - sum_b W_b^2)

    W_b is the total weight of the descendants of root slot b, and R the number of resamplings so far. While many root slots survive, V is large only
    if the weights are uneven. When few survive, V is near its maximum, 1: a coalesced run carries no information on the variance. Valid only where
    `variance_objections` is empty. NaN for a single particle.
    """
    levels, slots = weights.shape
    if slots == 1:
        return np.full(levels, np.nan, np.float32)
    flat = branch + slots * np.arange(levels)[:, None]
    by_branch = np.bincount(flat.ravel(), weights.ravel().astype(np.float64), levels * slots).reshape(levels, slots)
    resamplings = np.concatenate([[0], np.cumsum(resampled)[:-1]])
    correction = (slots / (slots - 1)) ** (resamplings + 1.0)
    return (1 - correction * (1 - np.sum(by_branch**2, axis=1))).astype(np.float32)


def variance_objections(metadata: Metadata) -> list[str]:
    """Reasons why `evidence_variance` is not valid for this plan; empty where it is valid.

    The estimate is unbiased for independent root slots and multinomial resampling at fixed levels, and consistent for resampling at low ESS.
    """
    if not metadata.traits.evidence:
        return ["the planner restarts its particles"]
    settings = metadata.settings
    objections = {
        "resampling is not multinomial": settings["resampling_rule"] != "never" and settings["resampling_scheme"] != "multinomial",
        "root actions are stratified": settings["root_sampling"] != "proposal",
        "dead particles are revived": settings["revive"] and settings["resampling_rule"] != "never",
        "weights are normalised before resampling": settings["weight_normaliser"] != "none" and settings["resampling_rule"] != "never",
        "the proposal depends on other particles": settings.get("trust") == "agreement" and settings["constraint"] != "fixed_temperature",
        "the plan has interventions": bool(metadata.interventions),
    }
    return [reason for reason, holds in objections.items() if holds]
