"""What the service needs of an engine. Sessions, routes and the command line know nothing else of it."""

from collections.abc import Sequence
from typing import Protocol

from planner import Card, Checkpoint, Checkpoints, Moment, Prepared, Record, SeedsRecord


class Engine(Protocol):
    """Plans, steps episodes and loads checkpoints, all without blocking the event loop."""

    checkpoints: Checkpoints

    @property
    def device(self) -> str:
        """The device plans run on, for people."""
        ...

    @property
    def queued(self) -> int:
        """Plans and steps that wait for the device or run on it."""
        ...

    @property
    def busy(self) -> bool:
        """Somebody waits for the device, for a compilation or for a checkpoint."""
        ...

    def card(self, name: str) -> Card:
        """The card of a checkpoint; raises NotFound where there is none that can be read."""
        ...

    async def checkpoint(self, name: str) -> Checkpoint:
        """A verified checkpoint, read once; raises NotFound."""
        ...

    async def is_compiled(self, prepared: Prepared) -> bool:
        """A plan of this kind would start without compiling."""
        ...

    async def plan(self, prepared: Prepared, moment: Moment, *, wait_for_answers: bool = True) -> Record:
        """Plan at a moment; compiles first where the program is new.

        Args:
          wait_for_answers: exact answers join the record also where they have still to be worked out.

        Raises:
          NotFound: no such checkpoint. PlannerFailed: the status of the plan is not ok.
        """
        ...

    async def answers_known(self, checkpoint: str) -> None:
        """Return once exact answers about a checkpoint are worked out; at once where there are none to have."""
        ...

    def has_answers(self, checkpoint: str) -> bool:
        """Exact answers about a checkpoint are worked out, or there are none to have."""
        ...

    def offers_answers(self, checkpoint: str) -> bool:
        """Exact answers about a loaded checkpoint can be worked out."""
        ...

    async def plan_seeds(self, prepared: Prepared, moment: Moment, seeds: Sequence[int]) -> SeedsRecord:
        """Plan at a moment once with each seed; raises as `plan`."""
        ...

    async def first_moment(self, checkpoint: str, seed: int) -> Moment:
        """The start of the episode with this seed."""
        ...

    async def next_moment(self, checkpoint: str, moment: Moment, action: object, *, seed: int, step: int) -> Moment:
        """The moment after an action taken at environment step `step`."""
        ...

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int) -> list[Moment]:
        """The moments that the greedy prior passes through, from the start to `steps`; raises Invalid where the episode ends before."""
        ...

    def close(self) -> None:
        """Stop taking work; what runs is finished."""
        ...
