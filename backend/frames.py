"""Frames: one plan, ready to be sent to viewers, each of whom may want something else of it."""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from backend.drawing import Overview, draw
from backend.tree_drawing import TreeOverview, draw_tree
from planner import to_bytes
from planner.diagnostics import diagnose

KEPT = 8
"""Encodings kept of one frame. A pointer that moves over a picture asks for another particle each time, so without a bound they would pile up."""


@dataclass(frozen=True)
class View:
    """What a viewer wants of every plan."""

    arrays: tuple[str, ...] | None = None
    """Arrays of the trace by name; all by default."""
    narrow: bool = False
    """Whether it wants a drawing in place of the trace."""
    particle: tuple[int, int | None] | None = None
    """Level and slot whose numbers a drawing holds; a slot of None for the heaviest particle of the level, None for that of the last level."""


@dataclass(frozen=True)
class Frame:
    """One plan of a session with its metadata. Encoded once for all viewers who want the same."""

    number: int
    step: int
    revision: int
    arrays: dict[str, np.ndarray]
    metadata: dict[str, Any]
    _encoded: dict[View, bytes] = field(default_factory=dict, repr=False)
    _encoding: Lock = field(default_factory=Lock, repr=False)

    async def encode(self, view: View, skipped: int) -> bytes:
        """The frame as one message.

        Args:
          view: what is wanted of it.
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
            metadata = {**self.metadata, "skipped": skipped}
            if view.narrow:
                plan = self._overview
                arrays, about = draw_tree(plan, view.particle) if isinstance(plan, TreeOverview) else draw(plan, view.particle)
                message = to_bytes(arrays, metadata | about)
            else:
                message = to_bytes(self._record, metadata, view.arrays)
            if not skipped:
                if len(self._encoded) >= KEPT:
                    del self._encoded[next(iter(self._encoded))]
                self._encoded[view] = message
            return message

    @cached_property
    def _overview(self) -> Overview | TreeOverview:
        # Only particles have weights.
        return Overview(self.arrays, self.metadata["settings"]) if "log_weight" in self.arrays else TreeOverview(self.arrays)

    @cached_property
    def _record(self) -> dict[str, np.ndarray]:
        """The whole trace, diagnostics among it."""
        return self.arrays | diagnose(self.arrays, self.metadata["settings"])
