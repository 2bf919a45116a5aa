"""Frames: one record of a session, ready to be sent to viewers, each of whom may want something else of it."""

import asyncio
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from planner import PlanRequest, Record
from planner.record.drawing import Particle

KEPT = 8
"""Encodings kept of one frame. A pointer that moves over a picture asks for another particle each time, so without a bound they would pile up."""


@dataclass(frozen=True)
class View:
    """The part of every plan that a viewer wants."""

    arrays: tuple[str, ...] | None = None
    """Arrays of the trace by name; all by default."""
    drawing: bool = False
    """A drawing in place of the trace."""
    particle: Particle = None
    """Of a drawing."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One record of a session, with its place there. Encoded once for all viewers who want the same."""

    number: int
    step: int
    revision: int
    request: PlanRequest
    record: Record
    about: dict[str, Any]
    """Further entries of the header: session, furthest, playing."""
    _encoded: dict[View, bytes] = field(default_factory=dict, repr=False)
    _encoding: Lock = field(default_factory=Lock, repr=False)

    async def encode(self, view: View, skipped: int) -> bytes:
        """The frame as one message.

        Args:
          skipped: newer plans this viewer was not sent since its last frame; a frame after a gap is encoded for its viewer alone.
        """
        if not skipped and view in self._encoded:
            return self._encoded[view]
        # Megabytes are copied here, or hundreds of thousands of transitions looked through: not on the event loop.
        return await asyncio.to_thread(self._encode, view, skipped)

    def _encode(self, view: View, skipped: int) -> bytes:
        # Viewers who want the same wait for the first of them.
        with self._encoding:
            if not skipped and view in self._encoded:
                return self._encoded[view]
            header = {**self.about, "frame": self.number, "revision": self.revision, "skipped": skipped}
            message = self.record.drawing(view.particle, header=header) if view.drawing else self.record.to_bytes(view.arrays, header)
            if not skipped:
                if len(self._encoded) >= KEPT:
                    del self._encoded[next(iter(self._encoded))]
                self._encoded[view] = message
            return message
