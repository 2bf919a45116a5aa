"""Times of plans on the device, and the time expected of the next."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

FAR = 64
"""A size is not extrapolated to another that is so many times larger or smaller: fixed costs, or caches, would mislead."""
STALE_SECONDS = 60.0
"""After so long an estimate is no reason to refuse a plan: the machine may have been busy with other things."""
KEPT_KINDS = 256


@dataclass
class Estimate:
    """Expected time of a plan."""

    seconds: float
    stale: bool
    """True if it was measured too long ago to refuse a plan for it."""


class Timings:
    """Times by kind of program and number of model steps.

    Args:
      clock: the time now, seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._measured: dict[Hashable, dict[int, tuple[float, float]]] = {}

    def learn(self, kind: Hashable, steps: int, seconds: float) -> None:
        """Remember a measured time, in place of an earlier one of the same size."""
        while kind not in self._measured and len(self._measured) >= KEPT_KINDS:
            del self._measured[next(iter(self._measured))]
        self._measured.setdefault(kind, {})[steps] = (seconds, self._clock())

    def expect(self, kind: Hashable, steps: int) -> Estimate | None:
        """The time expected of a plan, in proportion to the nearest measured size; None where nothing near is known."""
        known = self._measured.get(kind, {})
        distance = lambda size: max(size, steps) / min(size, steps)
        nearest = min(known, key=distance, default=None)
        if nearest is None or distance(nearest) > FAR:
            return None
        seconds, at = known[nearest]
        return Estimate(seconds * steps / nearest, self._clock() - at > STALE_SECONDS)
