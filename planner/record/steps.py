"""Numbers of one environment step: a whole plan reduced to what a time line shows of it. Plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from planner.record.metadata import Metadata

REJECTED_BY = 1e-4
"""An action is rejected where its optimal Q is lower than the best by more than this share of the larger of 1 and the size of the best: the answers
are kept in single precision."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an episode, with the numbers of the plan made there. Numbers that the plan does not have are None."""

    step: int
    """Environment step, >= 0."""
    earned: float = 0.0
    """Undiscounted sum of the rewards before this step."""
    terminated: bool = False
    truncated: bool = False
    """The episode has ended here, by itself or by a time limit: nothing is decided any more, and only V is left."""
    value: float | None = None
    """V(s0), in units of return; 0 where the episode has terminated."""
    value_target: float | None = None
    """(E10), in units of return."""
    disagreement: float | None = None
    """KL(improved policy || prior) at the root, nats, >= 0."""
    differs: bool | None = None
    """True if the prior gives another action than the chosen one a larger probability."""
    ess: float | None = None
    """Smallest effective sample size of all levels, as a share of the particles, in (0, 1]; None for a search tree."""
    coalescence: float | None = None
    """First level whose particles all descend from one root slot, as a share of the depth, in (0, 1]; 1 where there is none. None for a search tree,
    a single particle, and planners that restart their particles."""
    action: int | list[float] | None = None
    """The action that the plan chooses: an index, or numbers where actions are continuous."""
    loss: float | None = None
    """Best optimal Q less that of the chosen action, in units of return, >= 0; None without exact answers."""
    rejected: bool | None = None
    """True if the exact answer has a better action: `loss` is more than rounding (REJECTED_BY)."""
    discount: float | None = None
    """gamma of the plan."""
    plan_ms: float | None = None
    """Milliseconds of the plan on the device."""


def step_of(arrays: Mapping[str, np.ndarray], metadata: Metadata) -> Step:
    """The numbers of a plan.

    Args:
      arrays: those of a trace; exact answers are used where it has them.
      metadata: of the same plan; `episode` gives the return so far, by default 0.
    """
    episode = metadata.episode or {}
    terminated, truncated = bool(episode.get("terminated", False)), bool(episode.get("truncated", False))
    about: dict[str, Any] = {
        "step": metadata.step,
        "earned": float(episode.get("return", 0.0)),
        "terminated": terminated,
        "truncated": truncated,
        "value": 0.0 if terminated else float(arrays["root_value"]),
        "discount": float(metadata.settings["discount"]),
        "plan_ms": metadata.plan_ms,
    }
    if terminated or truncated:
        return Step(**about)
    chosen = int(arrays["chosen_atom"] if "chosen_atom" in arrays else arrays["chosen_action"])
    prior = arrays["root_prior"]
    loss = _loss(arrays, chosen)
    particles = metadata.traits.kind == "particles"
    return Step(
        **about,
        value_target=float(arrays["value_target"]),
        disagreement=kl_to_prior(arrays["root_policy"], prior),
        differs=bool(prior[chosen] < prior.max()),
        ess=float(arrays["ess"].min() / arrays["branch"].shape[1]) if particles else None,
        coalescence=coalescence_share(arrays["branch"]) if particles and not metadata.traits.rounds else None,
        action=np.asarray(arrays["chosen_action"]).tolist(),
        loss=None if loss is None else loss[0],
        rejected=None if loss is None else loss[0] > loss[1],
    )


def kl_to_prior(policy: Float[np.ndarray, "A"], prior: Float[np.ndarray, "A"]) -> float:
    """KL(policy || prior), nats, >= 0. A prior that is 0 where the policy is not counts as the smallest number there is."""
    held = policy > 0
    policy, prior = policy[held].astype(float), prior[held].astype(float)
    # Both sum to 1 only up to single precision.
    return max(float(np.sum(policy * np.log(policy / np.maximum(prior, np.finfo(float).tiny)))), 0.0)


def coalescence_share(branch: Int[np.ndarray, "T N"]) -> float | None:
    """First level whose particles all descend from one root slot, as a share of the depth T, in (0, 1]; 1 where there is none.

    It is the first level at which `unique_branches` (docs/trace.md) is 1. None for a single particle, which has no choice.
    """
    levels, slots = branch.shape
    if slots == 1:
        return None
    alone = np.all(branch == branch[:, :1], axis=1)
    return float(np.argmax(alone)) / levels if alone.any() else 1.0


def expected_regret(policy: Float[np.ndarray, "A"], optimal: Float[np.ndarray, "A"]) -> float:
    """Loss of a policy against the best action: the sum of its probabilities times (max Q* - Q*), in units of return (docs/method.md, Races).

    Args:
      policy: [A] probabilities of the root actions.
      optimal: [A] optimal Q, NaN where an action is not possible.
    """
    return float(np.nansum(policy.astype(float) * (np.nanmax(optimal) - optimal.astype(float))))


def _loss(arrays: Mapping[str, np.ndarray], chosen: int) -> tuple[float, float] | None:
    """Optimal Q that the chosen action loses, and how much of it may be rounding; None without exact answers."""
    if "exact/optimal_q" not in arrays:
        return None
    qvalues = arrays["exact/optimal_q"].astype(float)
    best = float(qvalues.max())
    return best - float(qvalues[chosen]), REJECTED_BY * max(1.0, abs(best))
