"""An engine whose plans are made by workers: actors of Ray, one for each GPU, or for a share of the cores.

Every call carries the moment that it is about, so a worker holds nothing that cannot be had again. When one is lost, its calls are made again at
others, at most twice: a plan that ends its worker must not end all of them. When one joins, it takes over owners of the busiest worker, each after
its program is compiled there.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import ObjectLostError, RayActorError, RayTaskError

from backend.config import ServerConfig
from backend.engine.local import LocalEngine, limits_of
from backend.engine.remote.places import Places
from backend.engine.remote.worker import Worker, alone
from backend.problems import NotReady, PlannerFailed
from planner import Card, Checkpoint, Moment, PlanRequest, Prepared, Record, SeedsRecord

log = logging.getLogger("twistscope")

LOOK_SECONDS = 1.0
"""Seconds between two looks at the resources of the cluster and at the load."""
REACH_SECONDS = 5.0
"""Time in which the head of a cluster must take a connection."""
WAIT_SECONDS = 120.0
"""A call without any worker waits for one for so long."""
CALLS_AT_ONCE = 10_000
"""Calls that a worker takes at once; they wait there, in turns."""
ATTEMPTS = 3
"""Workers that a call is made at, one after another, where they are lost."""
KEPT_PLANS = 256
FILES = ("card.json", "params.safetensors")
LOST = (RayActorError, ObjectLostError)


@dataclass(eq=False)
class Place:
    """A worker, as the server knows it."""

    actor: Any
    device: str = ""
    held: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Sizes and times of the files of each checkpoint sent to it."""
    sending: dict[str, asyncio.Lock] = field(default_factory=dict)


def start_ray(address: str | None, cpus: int | None = None) -> str:
    """Connect to the cluster at an address, or start Ray on this machine; before JAX starts, because Ray forks.

    Returns:
      The address of the cluster.

    Args:
      cpus: cores of this machine to start with; None for all.

    Raises:
      ValueError: the address is not host:port.
      ConnectionError: nothing listens at the address.
    """
    if address is not None:
        _check_reachable(address)
    # Ray would report usage, and write a token for its own clients into the home folder.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    local: dict[str, Any] = {} if address else {"include_dashboard": False, "num_cpus": cpus}
    ray.init(address=address or "local", namespace="twistscope", log_to_driver=False, logging_level=logging.ERROR, **local)
    return ray.get_runtime_context().gcs_address


def _check_reachable(address: str) -> None:
    """Connect once: Ray itself would go on trying for minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError("an address is host:port of the head of the cluster, such as 192.168.1.10:6379")
    try:
        socket.create_connection((host, int(port)), REACH_SECONDS).close()
    except OSError as error:
        raise ConnectionError(error.strerror or str(error) or "it does not answer") from None


class RayEngine:
    """Plans on workers; reads checkpoints and checks requests in this process.

    Args:
      config: folders and limits; `ray_worker_cpus` and `ray_max_workers` set the workers.
    """

    def __init__(self, config: ServerConfig):
        self._config = config
        self._local = LocalEngine(config.checkpoints, **limits_of(config))
        self.checkpoints = self._local.checkpoints
        self.planned: Callable[[float], object] = lambda milliseconds: None
        self._actor = ray.remote(Worker)
        self.places: Places[Place] = Places()
        self._coming = 0
        """Workers that were asked for and have not answered yet."""
        self._joined = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: OrderedDict[str, tuple[Prepared, Moment]] = OrderedDict()
        """The last plan of each owner, to compile its program at another worker."""
        self._answered: set[str] = set()
        self._compile_seconds: dict[tuple[str, str], float] = {}
        self._queued = 0

    async def start(self) -> None:
        """Ask for workers, and go on asking while the cluster grows."""
        self._keep(self._look())

    def close(self) -> None:
        """Drop what waits, and end the workers."""
        for task in self._tasks:
            task.cancel()
        for place in self.places.workers:
            ray.kill(place.actor)
        self._local.close()
        ray.shutdown()

    @property
    def device(self) -> str:
        """The workers and their devices."""
        workers = self.places.workers
        if not workers:
            return "no worker yet"
        return f"{len(workers)} worker{'s' * (len(workers) != 1)}, {', '.join(sorted({place.device for place in workers}))}"

    @property
    def queued(self) -> int:
        """Number of calls that wait for a worker or run there."""
        return self._queued

    @property
    def busy(self) -> bool:
        """True while a call waits or runs, or a checkpoint is read."""
        return self._queued > 0 or self._local.busy

    @property
    def workers(self) -> int:
        """Number of workers that answer."""
        return len(self.places.workers)

    # Checkpoints and requests, in this process

    def card(self, name: str) -> Card:
        """The card of a checkpoint; raises NotFound."""
        return self._local.card(name)

    async def checkpoint(self, name: str) -> Checkpoint:
        """A verified checkpoint, read once; raises NotFound."""
        return await self._local.checkpoint(name)

    async def prepare(self, checkpoint: str, request: PlanRequest) -> Prepared:
        """Load a checkpoint and check a request for it; raises NotFound, Invalid."""
        return await self._local.prepare(checkpoint, request)

    def offers_answers(self, checkpoint: str) -> bool:
        """True if exact answers about a loaded checkpoint can be computed."""
        return self._local.offers_answers(checkpoint)

    def has_answers(self, checkpoint: str) -> bool:
        """True if a worker has exact answers about a checkpoint, or its environment has none."""
        return checkpoint in self._answered or self._local.has_answers(checkpoint)

    def compile_seconds(self, prepared: Prepared) -> float | None:
        """Seconds that compiling for this planner and environment took last time; None where it is not known."""
        return self._compile_seconds.get(_kind(prepared))

    # Plans and episodes, at the workers

    async def is_compiled(self, prepared: Prepared, *, owner: str = "") -> bool:
        """True if a plan with these settings starts without compiling at the worker of this owner."""
        checkpoint = prepared.about.checkpoint
        compiled, seconds = await self._call(owner, checkpoint, "is_compiled", prepared.request)
        if seconds is not None:
            self._compile_seconds[_kind(prepared)] = seconds
        return compiled

    async def plan(
        self,
        prepared: Prepared,
        moment: Moment,
        *,
        wait_for_answers: bool = True,
        owner: str = "",
        on_start: Callable[[], None] | None = None,
    ) -> Record:
        """Plan at a moment; raises as the local engine, and NotReady without workers."""
        checkpoint = prepared.about.checkpoint
        self._remember(owner, prepared, moment)
        # A worker that took an owner over may not have the answers that the page has seen.
        wait_for_answers = wait_for_answers or checkpoint in self._answered

        plan_at = lambda place: self._plan_at(place, prepared, moment, wait_for_answers, owner, on_start)
        record = await self._at_a_worker(owner, checkpoint, plan_at)
        self.planned(record.metadata.plan_ms)
        return record

    async def _plan_at(
        self, place: Place, prepared: Prepared, moment: Moment, wait_for_answers: bool, owner: str, on_start: Callable[[], None] | None = None
    ) -> Record:
        """Plan at one worker."""
        checkpoint = prepared.about.checkpoint
        call = place.actor.plan.options(num_returns="streaming")
        steps = call.remote(checkpoint, prepared.request, alone(moment), wait_for_answers=wait_for_answers, owner=owner)
        try:
            async for reference in steps:
                record, answered = await reference
                if answered:
                    self._answered.add(checkpoint)
                if record is not None:
                    return Record(record.arrays, record.metadata.model_copy(update={"actions_so_far": moment.actions}))
                if on_start is not None:
                    on_start()
        except asyncio.CancelledError:
            _cancel(steps)
            raise
        raise RuntimeError("a worker ended a plan without a record")

    async def answers_known(self, checkpoint: str, *, owner: str = "") -> None:
        """Return when exact answers about a checkpoint are computed; at once where the environment has none."""
        await self._call(owner, checkpoint, "answers_known")
        self._answered.add(checkpoint)

    async def plan_seeds(self, prepared: Prepared, moment: Moment, seeds: Sequence[int], *, owner: str = "") -> SeedsRecord:
        """Plan at a moment once with each seed; raises as `plan`."""
        made = await self._call(owner, prepared.about.checkpoint, "plan_seeds", prepared.request, alone(moment), list(seeds), owner)
        self.planned(made.metadata.plan_ms)
        return SeedsRecord(made.arrays, made.metadata.model_copy(update={"actions_so_far": moment.actions}))

    async def first_moment(self, checkpoint: str, seed: int, *, owner: str = "") -> Moment:
        """The start of the episode with this seed."""
        return await self._call(owner, checkpoint, "first_moment", seed, owner)

    async def next_moment(self, checkpoint: str, moment: Moment, action: Any, *, seed: int, step: int, owner: str = "") -> Moment:
        """The moment after an action taken at environment step `step`."""
        following = await self._call(owner, checkpoint, "next_moment", alone(moment), action, seed, step, owner)
        return replace(following, previous=moment)

    async def moments_after(self, checkpoint: str, actions: Sequence[Any], *, seed: int, owner: str = "") -> list[Moment]:
        """The moments of an episode played by these actions, from its start; raises as the local engine."""
        return _linked(await self._call(owner, checkpoint, "moments_after", list(actions), seed, owner))

    async def moments_until(self, checkpoint: str, steps: int, *, seed: int, owner: str = "") -> list[Moment]:
        """The moments of an episode played by the greedy prior; raises as the local engine."""
        return _linked(await self._call(owner, checkpoint, "moments_until", steps, seed, owner))

    async def _call(self, owner: str, checkpoint: str, method: str, *arguments: Any) -> Any:
        async def call(place: Place) -> Any:
            return await _result(getattr(place.actor, method).remote(checkpoint, *arguments))

        return await self._at_a_worker(owner, checkpoint, call)

    async def _at_a_worker(self, owner: str, checkpoint: str, call: Callable[[Place], Awaitable[Any]]) -> Any:
        """Make a call about a checkpoint at the worker that serves an owner; again at others where that worker is lost.

        Raises:
          PlannerFailed: ATTEMPTS workers were lost.
        """
        self._queued += 1
        try:
            for _ in range(ATTEMPTS):
                place = await self._place(owner)
                try:
                    await self._send(place, checkpoint)
                    return await call(place)
                except LOST:
                    self._lose(place)
                except RayTaskError as error:
                    # Raised by the engine of the worker, as it would be by the local one.
                    raise (error.cause if isinstance(error.cause, Exception) else error) from None
            raise PlannerFailed(f"{ATTEMPTS} workers were lost while they worked on this; it is not tried again")
        finally:
            self._queued -= 1

    async def _place(self, owner: str) -> Place:
        """The worker that serves an owner; waits for one where there is none.

        Raises:
          NotReady: none came.
        """
        if (place := self.places.find(owner)) is None:
            try:
                async with asyncio.timeout(WAIT_SECONDS), self._joined:
                    await self._joined.wait_for(lambda: self.places.workers)
            except TimeoutError:
                raise NotReady(f"no worker of Ray came in {WAIT_SECONDS:g} s; see `ray status`") from None
            place = self.places.find(owner)
            assert place is not None
        return place

    async def _send(self, place: Place, checkpoint: str) -> None:
        """Let a worker hold the files of a checkpoint as they are here."""
        if checkpoint not in place.held:
            # Not before every call: it reads and checks the card.
            self._local.card(checkpoint)
        async with place.sending.setdefault(checkpoint, asyncio.Lock()):
            paths = [self.checkpoints.folder / checkpoint / name for name in FILES]
            found = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.is_file())
            if place.held.get(checkpoint) != found:
                files = await asyncio.to_thread(lambda: {path.name: path.read_bytes() for path in paths if path.is_file()})
                await _result(place.actor.hold.remote(checkpoint, files))
                place.held[checkpoint] = found

    # Workers

    def _remember(self, owner: str, prepared: Prepared, moment: Moment) -> None:
        self._last[owner] = prepared, moment
        self._last.move_to_end(owner)
        while len(self._last) > KEPT_PLANS:
            self._last.popitem(last=False)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self) -> None:
        """Ask for workers as the cluster grows, and even out the load, over and over."""
        while True:
            try:
                resources = await asyncio.to_thread(ray.cluster_resources)
                for _ in range(self._wanted(resources) - len(self.places.workers) - self._coming):
                    self._coming += 1
                    self._keep(self._employ(gpu="GPU" in resources))
                if (move := self.places.uneven()) is not None:
                    await self._take_over(*move)
            except Exception:
                log.exception("looking after the workers of Ray")
            await asyncio.sleep(LOOK_SECONDS)

    def _wanted(self, resources: dict[str, float]) -> int:
        """Number of workers for these resources."""
        share = 1 if "GPU" in resources else self._config.ray_worker_cpus
        return min(int(resources.get("GPU", resources.get("CPU", 0)) // share), self._config.ray_max_workers)

    async def _employ(self, *, gpu: bool) -> None:
        """Start one worker, let it join, and stay with it until it is lost."""
        needs = {"num_gpus": 1, "num_cpus": 0} if gpu else {"num_cpus": self._config.ray_worker_cpus}
        options = {**needs, "max_concurrency": CALLS_AT_ONCE, "max_restarts": 0}
        place = Place(self._actor.options(**options).remote(Path(self._config.data) / "compiled", limits_of(self._config)))
        try:
            place.device = await _result(place.actor.device.remote())
        except Exception as error:
            log.error("a worker of Ray did not start: %s", error)
            await asyncio.sleep(10 * LOOK_SECONDS)
            return
        finally:
            self._coming -= 1
        self.places.add(place)
        async with self._joined:
            self._joined.notify_all()
        with contextlib.suppress(*LOST):
            await place.actor.stay.remote()
        self._lose(place)

    def _lose(self, place: Place) -> None:
        if place in self.places.workers:
            moved = self.places.remove(place)
            log.warning("a worker of Ray is lost; its %d users go on at %d others", len(moved), self.workers)
            # One that only could not be reached would go on holding its cores.
            ray.kill(place.actor)

    async def _take_over(self, owner: str, place: Place) -> None:
        """Serve an owner by another worker, once its program is compiled there."""
        if (last := self._last.get(owner)) is not None:
            prepared, moment = last
            with contextlib.suppress(*LOST, RayTaskError):
                await self._send(place, prepared.about.checkpoint)
                await self._plan_at(place, prepared, moment, False, "")
        if place in self.places.workers:
            self.places.move(owner, place)


async def _result(reference: Any) -> Any:
    """The result of a call; a call that nobody waits for any more is cancelled."""
    try:
        return await reference
    except asyncio.CancelledError:
        _cancel(reference)
        raise


def _cancel(call: Any) -> None:
    """Cancel a call at its worker; at the end of the server all workers end anyway."""
    if ray.is_initialized():
        ray.cancel(call)


def _linked(moments: list[Moment]) -> list[Moment]:
    """Moments that travelled alone, each with the one before it."""
    linked = moments[:1]
    for moment in moments[1:]:
        linked.append(replace(moment, previous=linked[-1]))
    return linked


def _kind(prepared: Prepared) -> tuple[str, str]:
    return prepared.about.environment.name, prepared.planner.name
