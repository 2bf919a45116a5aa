"""Intervals over states: seeds are averaged within a state, then states are resampled."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A mean over roots and its 95 % interval."""

    mean: float
    low: float
    high: float
    least: float = 0.0
    """Smallest mean that counts."""

    @property
    def sign(self) -> int:
        """1 or -1 where the interval is above or below 0; 0 where it contains 0 or the mean is too small to count."""
        # An end within rounding of 0 counts as 0: where only one root has a difference, some resamples omit it.
        rounding = 1e-3 * self.least
        return 0 if abs(self.mean) < self.least else int(self.low > rounding) - int(self.high < -rounding)


def interval(per_root: Float[np.ndarray, "R"], unit: Float[np.ndarray, "R"] | None = None) -> Interval:
    """Percentile bootstrap of the mean: R roots are drawn with replacement, RESAMPLES times, by a fixed seed.

    Args:
      unit: values at the same roots; the mean is divided by theirs.
    """
    values = np.asarray(per_root, float)
    units = np.ones_like(values) if unit is None else np.asarray(unit, float)
    drawn = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1) / units[drawn].mean(axis=1), [2.5, 97.5])
    return Interval(float(values.mean() / units.mean()), float(low), float(high))


def per_root(measured: dict[str, Float[np.ndarray, "R S"]]) -> dict[str, Float[np.ndarray, "R"]]:
    """Measures of each root over its seeds: the mean; for Q-hat the root mean square, for the log-evidence the standard deviation."""
    found = {name: array.mean(axis=1) for name, array in measured.items() if name != "log_evidence"}
    for name in [name for name in found if name.endswith("q_square")]:
        found[name.replace("q_square", "q_error")] = np.sqrt(found.pop(name))
    if "log_evidence" in measured:
        found["log_evidence_sd"] = measured["log_evidence"].std(axis=1, ddof=1)
    return found
