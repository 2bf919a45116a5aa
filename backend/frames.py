"""Frames: one plan, ready to be sent to viewers, each of whom may want other arrays."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import to_bytes


@dataclass(frozen=True)
class Frame:
    """One plan of a session with its metadata. Encoded once for each set of arrays that viewers ask for."""

    number: int
    step: int
    revision: int
    arrays: dict[str, np.ndarray]
    metadata: dict[str, Any]
    _encoded: dict[tuple[str, ...] | None, bytes] = field(default_factory=dict, repr=False)

    def encode(self, names: tuple[str, ...] | None, skipped: int) -> bytes:
        """The frame as one trace.

        Args:
          names: arrays to send; all by default.
          skipped: newer plans this viewer was not sent since its last frame; a frame after a gap is encoded for its viewer alone.
        """
        if skipped:
            return to_bytes(self.arrays, {**self.metadata, "skipped": skipped}, names)
        if names not in self._encoded:
            self._encoded[names] = to_bytes(self.arrays, {**self.metadata, "skipped": 0}, names)
        return self._encoded[names]
