"""Interleaved timing of several calls."""

import time
from collections.abc import Callable

import jax
import numpy as np


def interleaved(calls: dict[str, Callable[[int], object]], repeats: int) -> dict[str, float]:
    """Median milliseconds of each call. The calls take turns, so that a busy moment of the machine affects all equally.

    Args:
      calls: functions by name. Each gets the number of the repeat and returns arrays, which are waited for.
    """
    for call in calls.values():
        jax.block_until_ready(call(0))
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for repeat in range(repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            jax.block_until_ready(call(repeat))
            spent[name].append(time.perf_counter() - started)
    return {name: 1e3 * float(np.median(times)) for name, times in spent.items()}
