"""Limits on how often one client may ask for something costly."""

import time
from collections import OrderedDict
from collections.abc import Callable

CLIENTS = 4096
"""Clients remembered of each kind; the one that asked longest ago is forgotten first."""


class Rate:
    """A bucket for each client: it holds a minute's worth, and fills up evenly.

    Args:
      per_minute: size of a bucket.
      clock: seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic):
        self.per_minute, self._clock = per_minute, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, owner: str) -> float:
        """Take one. Returns 0, or where there is none the seconds until there is one again."""
        now = self._clock()
        left, since = self._buckets.pop(owner, (float(self.per_minute), now))
        left = min(left + (now - since) * self.per_minute / 60, float(self.per_minute))
        waits = 0.0 if left >= 1 else (1 - left) * 60 / self.per_minute
        self._buckets[owner] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return waits
