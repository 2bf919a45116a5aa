"""The failure finder: the steps of an episode that deserve a look, each with the reason in a sentence.

The definitions are in docs/method.md, Marks of an episode. Plain Python: pure functions of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.environments.words import fixed
from planner.record.steps import Step

LEAST_DISAGREEMENT = 0.1
"""Nats. A plan that is closer to its prior disagrees with it no more than rounding and noise make it."""
CRASH = 0.1
"""An ESS below this share of the particles is a crash."""
EARLY = 0.25
"""Coalescence before this share of the depth is early."""
FAR = 0.25
"""V is far from what followed where it misses by more than this share of the largest return that followed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step that deserves a look."""

    step: int
    kind: str
    """One of KINDS."""
    value: float
    """The number that is marked, in its unit."""
    sentence: str
    """The reason, for people."""


KINDS = ("disagreement", "ess", "coalescence", "value", "rejected")


def find_failures(steps: Sequence[Step], actions: Sequence[str] = (), noun: str = "Step") -> list[Mark]:
    """The marks of an episode, by step. Of each kind but `rejected` at most one, the earliest among equals.

    Args:
      steps: of one episode, in order and without gaps; steps without a plan have no numbers.
      actions: names of discrete actions, for the sentences.
      noun: word for a step in the sentences; a recording counts frames.
    """
    collapse = lambda share: f"the weights collapse: at one level the ESS is {_percent(share)} of the particles"
    coalesce = lambda share: f"after {_percent(share)} of the depth all particles descend from one first step"
    found = [
        *_disagreement(steps, actions, noun),
        *_smallest(steps, noun, "ess", CRASH, collapse),
        *_smallest(steps, noun, "coalescence", EARLY, coalesce),
        *_far_value(steps, noun),
        *(mark for step in steps if (mark := rejection(step, actions, noun)) is not None),
    ]
    return sorted(found, key=lambda mark: (mark.step, KINDS.index(mark.kind)))


def returns_after(steps: Sequence[Step]) -> list[float | None]:
    """The discounted return that followed each step, with the discount of its own plan; None for steps without a plan.

    G_t = sum_{k = t}^{L - 1} gamma^(k - t) r_k + gamma^(L - t) V(s_L), with L the last step that has a V. That V is 0 where the episode has
    terminated; else it stands for what was not played.
    """
    last = next((place for place in reversed(range(len(steps))) if steps[place].value is not None), None)
    after: list[float | None] = [None] * len(steps)
    if last is None:
        return after
    for discount in {step.discount for step in steps} - {None}:
        assert discount is not None
        total = steps[last].value or 0.0
        for place in reversed(range(last + 1)):
            if place < last:
                total = steps[place + 1].earned - steps[place].earned + discount * total
            if steps[place].discount == discount:
                after[place] = total
    return after


def _disagreement(steps: Sequence[Step], actions: Sequence[str], noun: str) -> list[Mark]:
    planned = [(step.disagreement, step) for step in steps if step.disagreement is not None]
    value, step = max(planned, key=lambda each: each[0], default=(0.0, None))
    if step is None or value < LEAST_DISAGREEMENT:
        return []
    action = _name(step, actions)
    prior = f"it takes {action}, the prior would not" if step.differs else f"both take {action}"
    return [Mark(step.step, "disagreement", value, f"{noun} {step.step}: plan and prior disagree most here, by {fixed(value, 2)} nats; {prior}.")]


def _smallest(steps: Sequence[Step], noun: str, kind: str, below: float, words: Callable[[float], str]) -> list[Mark]:
    """A mark at the smallest share of a kind, where it is below a bound."""
    shares = [(share, step) for step in steps if (share := getattr(step, kind)) is not None]
    share, step = min(shares, key=lambda each: each[0], default=(1.0, None))
    return [] if step is None or share >= below else [Mark(step.step, kind, share, f"{noun} {step.step}: {words(share)}.")]


def _far_value(steps: Sequence[Step], noun: str) -> list[Mark]:
    known = [
        (step, step.value, after) for step, after in zip(steps, returns_after(steps), strict=True) if step.value is not None and after is not None
    ]
    if not known:
        return []
    step, value, after = max(known, key=lambda each: abs(each[1] - each[2]))
    missed = value - after
    # Of returns that are all 0 nothing but rounding may be missed.
    if abs(missed) <= max(FAR * max(abs(each[2]) for each in known), 1e-6):
        return []
    rest = "" if steps[-1].terminated else ", with V for what was not played"
    sentence = f"{noun} {step.step}: V(s₀) says {fixed(value, 2)}; the return that followed is {fixed(after, 2)}{rest}."
    return [Mark(step.step, "value", missed, sentence)]


def rejection(step: Step, actions: Sequence[str] = (), noun: str = "Step") -> Mark | None:
    """The mark of a step whose action the exact answer rejects; None for others. It does not depend on the other steps."""
    if not step.rejected or step.loss is None:
        return None
    # Two digits, also of a small one.
    loss = fixed(step.loss, max(1 - math.floor(math.log10(step.loss)), 2)) if step.loss > 0 else "nothing"
    sentence = f"{noun} {step.step}: by the exact answer {_name(step, actions)} is not the best action; it loses {loss} of return."
    return Mark(step.step, "rejected", step.loss, sentence)


def _name(step: Step, actions: Sequence[str]) -> str:
    """The action of a plan in words."""
    if isinstance(step.action, int) and step.action < len(actions):
        return actions[step.action]
    if isinstance(step.action, list):
        return ", ".join(fixed(number, 2) for number in step.action)
    return f"action {step.action}"


def _percent(share: float) -> str:
    return f"{fixed(100 * share, 1 if share < 0.0995 else 0)} %"
