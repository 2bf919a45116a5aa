"""The interface of an engine. Sessions, routes and the command line use only this interface."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from planner import Card, Checkpoint, Checkpoints, Moment, PlanRequest, Prepared, Record, SeedsRecord


class Engine(Protocol):
    """Plans, steps episodes and loads checkpoints, all without blocking the event loop."""

    checkpoints: Checkpoints
    planned: Callable[[float], object]
    """Called with the milliseconds on the device of every plan that was made; those of several seeds are one plan."""

    async def start(self) -> None:
        """Begin to work, on the event loop; called once."""
        ...

    @property
    def device(self) -> str:
        """Readable name of the device that plans run on."""
        ...

    @property
    def workers(self) -> int:
        """Number of processes that plan."""
        ...

    @property
    def queued(self) -> int:
        """Number of plans and steps that wait for the device or run on it."""
        ...

    @property
    def busy(self) -> bool:
        """True while someone waits for the device, for a compilation or for a checkpoint."""
        ...

    def card(self, name: str) -> Card:
        """The card of a checkpoint; raises NotFound where it does not exist or cannot be read."""
        ...

    async def checkpoint(self, name: str) -> Checkpoint:
        """A verified checkpoint, read once; raises NotFound."""
        ...

    async def prepare(self, checkpoint: str, request: PlanRequest) -> Prepared:
        """Load a checkpoint and check a request for it; raises NotFound, Invalid."""
        ...

    async def is_compiled(self, prepared: Prepared, *, owner: str = "") -> bool:
        """True if a plan of this owner starts without compiling."""
        ...

    def compile_seconds(self, prepared: Prepared) -> float | None:
        """Seconds that compiling for this planner and environment took last time; None where it has not been done."""
        ...

    async def plan(
        self,
        prepared: Prepared,
        moment: Moment,
        *,
        wait_for_answers: bool = True,
        owner: str = "",
        on_start: Callable[[], None] | None = None,
    ) -> Record:
        """Plan at a moment; compiles first if the program is new. Cancelled before it runs, it leaves the queue.

        Args:
          wait_for_answers: compute exact answers for the record if they are not yet known.
          owner: user of the device, here and in the methods below; the device's time is shared between owners. One of `turns.in_background` comes
            after all others.
          on_start: called when the plan begins to run.

        Raises:
          NotFound: no checkpoint has this name.
          Invalid: the plan would take more memory or time than one plan may.
          TooMany: the memory for plans is full.
          PlannerFailed: the status of the plan is not ok.
        """
        ...

    async def answers_known(self, checkpoint: str, *, owner: str = "") -> None:
        """Return when exact answers about a checkpoint are computed; at once where the environment has none."""
        ...

    def has_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a checkpoint are computed, or its environment has none."""
        ...

    def offers_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a loaded checkpoint can be computed."""
        ...

    async def plan_seeds(self, prepared: Prepared, moment: Moment, seeds: Sequence[int], *, owner: str = "") -> SeedsRecord:
        """Plan at a moment once with each seed; raises as `plan`."""
        ...

    async def first_moment(self, checkpoint: str, seed: int, *, owner: str = "") -> Moment:
        """The start of the episode with this seed."""
        ...

    async def next_moment(self, checkpoint: str, moment: Moment, action: object, *, seed: int, step: int, owner: str = "") -> Moment:
        """The moment after an action taken at environment step `step`."""
        ...

    async def moments_after(self, checkpoint: str, actions: Sequence[Any], *, seed: int, owner: str = "") -> list[Moment]:
        """The moments of an episode played by these actions, from its start; raises Invalid where one is impossible or the episode ends earlier."""
        ...

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int, owner: str = "") -> list[Moment]:
        """The moments of an episode played by the greedy prior, from the start to `steps`; raises Invalid where the episode ends earlier."""
        ...

    def close(self) -> None:
        """Refuse new work and drop what waits; nobody waits for what runs."""
        ...
