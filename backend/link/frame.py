"""Frames: one record of a session, encoded for viewers. Viewers may request different parts of it."""

import asyncio
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from backend.problems import TooLarge
from planner import Moment, PlanRequest, Record
from planner.environments.projections import Projection
from planner.projecting import project
from planner.record.drawing import Particle

KEPT = 8
"""Encodings kept of one frame. A pointer moving over a picture requests many particles, so their number needs a bound."""
KEPT_BYTES = 4 * 1024 * 1024
"""Larger encodings are made for each viewer."""
MAX_MESSAGE = 32 * 1024 * 1024
"""Largest message of the link, bytes. The link sends a message whole; larger traces are answers over HTTP, which are sent in pieces."""


@dataclass(frozen=True)
class View:
    """The part of every plan that a viewer requests."""

    arrays: tuple[str, ...] | None = None
    """Arrays of the trace by name; all by default."""
    drawing: bool = False
    """True for a drawing in place of the trace."""
    particle: Particle = None
    """Particle whose exact numbers a drawing includes."""
    other: Particle = None
    """A second particle, compared with the first."""
    trail: bool = False
    """True for a drawing that includes the decision as levels go by."""
    projection: str | None = None
    """Name of a projection of the states that a drawing has its positions from, where the states were made; None for the picture's."""


@dataclass(eq=False)
class Detail:
    """A plan with the distributions over its candidate actions and with its states."""

    record: Record | None = None
    """The record of the frame with these arrays; None until they are made."""
    making: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Requests that come while it is made wait for it."""
    projected: dict[str, Record] = field(default_factory=dict, repr=False)
    """The record in each projection that was requested, by its name."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One record of a session, with its position in the session. It is encoded once for all viewers with the same view."""

    number: int
    step: int
    revision: int
    request: PlanRequest
    record: Record
    about: dict[str, Any]
    """Further entries of the header: session, furthest, playing."""
    moment: Moment | None = None
    """The moment planned from; None in a replay."""
    projections: tuple[Projection, ...] = ()
    """The projections that its environment offers."""
    detail: Detail = field(default_factory=Detail)
    """The same plan with what it keeps only on request, once that was requested. Drawings then have it too, of the particles they are about."""
    _encoded: dict[View, bytes] = field(default_factory=dict, repr=False)
    _encoding: Lock = field(default_factory=Lock, repr=False)

    def add(self, record: Record) -> None:
        """Take over the record with what is kept only on request; drawings are encoded anew."""
        with self._encoding:
            self.detail.record = record
            self._encoded.clear()

    def _drawn(self, view: View) -> tuple[Record, dict[str, Any]]:
        """The record that a drawing is of, and further entries of its header."""
        record = self.detail.record or self.record
        projection = next((each for each in self.projections if each.name == view.projection), None)
        if projection is None or self.detail.record is None or self.moment is None:
            return record, {}
        if projection.name not in self.detail.projected:
            self.detail.projected[projection.name] = project(self.detail.record, self.moment.state, projection)
        return self.detail.projected[projection.name], {"projection": projection.describe()}

    async def encode(self, view: View, skipped: int) -> bytes:
        """The frame as one message.

        Args:
          skipped: number of plans that this viewer was not sent since its last frame. A frame after a gap is encoded for its viewer alone.
        """
        if not skipped and view in self._encoded:
            return self._encoded[view]
        if not view.drawing:
            self._check_size(view)
        # In a thread: encoding copies megabytes or passes over hundreds of thousands of transitions.
        return await asyncio.to_thread(self._encode, view, skipped)

    def _check_size(self, view: View) -> None:
        arrays = self.record.arrays
        size = sum(array.nbytes for name, array in arrays.items() if view.arrays is None or name in view.arrays)
        if size > MAX_MESSAGE:
            at_most = f"the live link sends at most {MAX_MESSAGE >> 20} MB"
            raise TooLarge(f"this trace has {size >> 20} MB, {at_most}: request a drawing, fewer arrays, or the trace over HTTP")

    def _encode(self, view: View, skipped: int) -> bytes:
        # Viewers with the same view wait for the first of them.
        with self._encoding:
            if not skipped and view in self._encoded:
                return self._encoded[view]
            header = {**self.about, "frame": self.number, "revision": self.revision, "skipped": skipped}
            if view.drawing:
                record, about = self._drawn(view)
                message = record.drawing(view.particle, other=view.other, with_trail=view.trail, header=header | about)
            else:
                message = self.record.to_bytes(view.arrays, header)
            if not skipped and len(message) <= KEPT_BYTES:
                if len(self._encoded) >= KEPT:
                    del self._encoded[next(iter(self._encoded))]
                self._encoded[view] = message
            return message
