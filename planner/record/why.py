"""The parts of a decision: what each root action's weight is made of, where it was earned, and which lineages carried it. Plain NumPy.

The message of a transition (E9) is its own increment (E5) plus the logarithm of its children's mean. With `omega` the share of a message that goes
through each transition below it, this is an identity:

    log mean_c exp M(c)  =  sum_c omega_c M(c)  -  KL(omega || even shares)

So the log-weight of a root action is the omega-weighted sum of the three parts of (E5) over all its transitions, less a loss that is the larger the
fewer lineages carry it. Differences between actions are exact, also part by part.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from planner.record.diagnostics import Arrays, increment_parts
from planner.record.metadata import Metadata


@dataclass(frozen=True)
class Carried:
    """The weight of one root action, in nats. Only differences between actions mean something."""

    action: int
    """Index of the action, or of the candidate action."""
    log_prior: float
    """log pi(a|s0)."""
    sampling: float
    """Part of log pi - log q beside the prior itself: how much the proposal and the number of root slots count."""
    reward: float
    """Part of the rewards, r / tau."""
    value: float
    """Part of the value differences."""
    changed: float
    """Part of the interventions."""
    spread: float
    """Loss because the weight is spread unevenly over lineages, <= 0."""
    levels: list[float]
    """[T] `sampling`, `reward`, `value` and `changed` together, by level."""
    lineages: float
    """Effective number of lineages that carry the weight, >= 1."""
    level: int
    """Level at the end of the lineage that carries most."""
    slot: int
    """Slot at the end of the lineage that carries most."""
    share: float
    """Its share of the action's weight, in (0, 1]."""

    def describe(self) -> dict[str, Any]:
        """Description (docs/api.md, Reasons)."""
        return asdict(self)


def carried(arrays: Arrays, metadata: Metadata) -> list[Carried] | None:
    """The parts of each root action's message, for the actions that have any weight; None for plans whose weights are not those of one filter.

    The sum of `log_prior`, `sampling`, `reward`, `value`, `changed` and `spread` is, up to a constant, the logarithm of the improved policy where
    `policy_target` is `message`. With another target it is what the messages alone would say.

    Args:
      arrays: those of a trace.
      metadata: of the same plan.
    """
    if metadata.traits.kind != "particles" or metadata.traits.rounds or not arrays["alive"][0].any():
        return None
    parts = _parts(arrays, metadata)
    levels, slots = arrays["parent"].shape
    messages, omega_below = _messages(arrays["parent"], parts.sum(2))
    atom = arrays["atom"] if "atom" in arrays else arrays["action"]
    first = np.asarray(atom[0], int)
    prior = arrays["root_prior"].astype(float)
    found = []
    for action in np.unique(first[arrays["alive"][0] & np.isfinite(messages[:slots])]):
        own = (first == action) & np.isfinite(messages[:slots])
        omega = np.zeros(levels * slots)
        weights = np.exp(messages[:slots][own] - messages[:slots][own].max())
        omega[:slots][own] = weights / weights.sum()
        _hand_down(omega, omega_below, arrays["parent"])
        found.append(_describe(int(action), prior, parts, omega, messages[:slots][own], slots, arrays))
    return found


def _parts(arrays: Arrays, metadata: Metadata) -> Float[np.ndarray, "T N 4"]:
    """The parts of every increment, and what interventions made of it; 0 where no step is taken, -inf in the last where a particle was killed."""
    own = np.where(arrays["alive"][..., None], increment_parts(arrays, metadata.settings).astype(float), 0)
    changed = np.zeros(own.shape[:2])
    if metadata.interventions:
        weight = arrays["log_weight"].astype(float)
        before = np.where(arrays["resampled"][:-1, None], 0, weight[:-1])
        usable = np.isfinite(before)
        whole = weight.copy()
        whole[1:] -= np.where(usable, before, 0)
        # A particle that had no weight before has none, and is nobody's child.
        whole[1:][~usable] = 0
        changed = np.where(arrays["alive"], whole - own.sum(2), 0)
    return np.concatenate([own, changed[..., None]], 2)


def _messages(parent: Int[np.ndarray, "T N"], increments: Float[np.ndarray, "T N"]) -> tuple[np.ndarray, np.ndarray]:
    """M(n) of (E9) for every transition, and the share of its parent's message that goes through it."""
    levels, slots = parent.shape
    flat, messages = parent.ravel(), increments.ravel().copy()
    largest, total, number = np.full(flat.size, -np.inf), np.zeros(flat.size), np.zeros(flat.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        for level in range(levels - 1, -1, -1):
            here = slice(level * slots, (level + 1) * slots)
            children = number[here] > 0
            mean = np.where(np.isfinite(largest[here]), largest[here], 0) + np.log(total[here] / np.maximum(number[here], 1))
            messages[here] += np.where(children, mean, 0)
            below = flat[here] >= 0
            to, own = flat[here][below], messages[here][below]
            targets, place = np.unique(to, return_inverse=True)
            before = largest[targets]
            np.maximum.at(largest, to, own)
            # exp M is summed relative to the largest M so far.
            scale = np.where(np.isfinite(largest[targets]), largest[targets], 0)
            total[targets] *= np.where(np.isfinite(before), np.exp(before - scale), 1)
            np.add.at(total, to, np.exp(own - scale[place]))
            np.add.at(number, to, 1)
        share = np.exp(messages - np.where(np.isfinite(largest[flat]), largest[flat], 0)) / total[flat]
    return messages, np.where((flat >= 0) & (total[flat] > 0), share, 0)


def _hand_down(omega: np.ndarray, share: np.ndarray, parent: np.ndarray) -> None:
    """Hand the shares of level 0 down to all transitions below, in place."""
    levels, slots = parent.shape
    for level in range(1, levels):
        here = slice(level * slots, (level + 1) * slots)
        above = parent[level]
        omega[here] = np.where(above >= 0, omega[above] * share[here], 0)


def _describe(
    action: int, prior: np.ndarray, parts: np.ndarray, omega: np.ndarray, messages: np.ndarray, slots: int, arrays: Mapping[str, np.ndarray]
) -> Carried:
    held = omega.reshape(parts.shape[:2])
    by_level = np.einsum("tn,tnk->tk", held, np.where(held[..., None] > 0, parts, 0))
    sampling, reward, value, changed = by_level.sum(0)
    log_prior = float(np.log(max(prior[action], np.finfo(float).tiny)))
    count = messages.size
    top = messages.max()
    whole = top + np.log(np.exp(messages - top).sum()) - np.log(slots)
    # The number of slots is the proposal's doing: what it gave more of counts less in log pi - log q.
    sampling += np.log(count / slots) - log_prior
    spread = whole - log_prior - sampling - reward - value - changed
    by_level[0, 0] += np.log(count / slots) - log_prior
    ends = _ends(held, arrays["parent"], arrays["alive"])
    heaviest = int(ends.argmax())
    return Carried(
        action=action,
        log_prior=log_prior,
        sampling=float(sampling),
        reward=float(reward),
        value=float(value),
        changed=float(changed),
        spread=float(min(spread, 0.0)),
        levels=[round(float(each), 6) for each in by_level.sum(1)],
        lineages=float(ends.sum() ** 2 / np.sum(ends**2)),
        level=heaviest // slots,
        slot=heaviest % slots,
        share=float(ends[heaviest] / ends.sum()),
    )


def _ends(held: np.ndarray, parent: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Share of the weight at the last step of each lineage; 0 elsewhere."""
    goes_on = np.zeros(held.size, bool)
    below = alive & (parent >= 0)
    goes_on[parent[below]] = True
    return np.where(goes_on | ~alive.ravel(), 0, held.ravel())
