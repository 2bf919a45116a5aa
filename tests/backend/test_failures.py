"""What fails is said, once; what comes after it, and what belongs to others, goes on."""

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from starlette.websockets import WebSocketState

from backend import problems
from backend.engine.local import LocalEngine
from backend.link import stream
from backend.metrics import Metrics
from backend.problems import PlannerFailed
from backend.recordings.library import Library
from backend.sessions.all import Sessions
from backend.sessions.paths import Path as EpisodePath
from backend.sessions.paths import Paths
from planner import Checkpoints, Moment, PlanRequest, Record, run
from tests.backend.test_timeline import until

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
SMALL = {"particles": 8, "depth": 3}


class Breaking(LocalEngine):
    """The engine itself, whose plans fail for as long as they are told to, and wait for a gate where one is set."""

    def __init__(self, checkpoints: Path):
        super().__init__(checkpoints)
        self.breaks, self.planning, self.gate = False, asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.taken: list[tuple[int, int]] = []

    async def plan(self, prepared, moment, **keywords):
        breaks = self.breaks
        self.planning.set()
        if breaks:
            keywords["on_start"]()
        await self.gate.wait()
        if breaks:
            raise PlannerFailed("the network gave no number")
        return await super().plan(prepared, moment, **keywords)

    async def next_moment(self, checkpoint, moment, action, *, seed, **keywords):
        self.taken.append((seed, id(moment)))
        return await super().next_moment(checkpoint, moment, action, seed=seed, **keywords)


async def opened(engine: LocalEngine) -> tuple[Sessions, object]:
    sessions = Sessions(engine, Metrics(), 4, Library(Path("nowhere"), 0, 0))
    session = await sessions.create("catch-early", PlanRequest(settings=SMALL, seed=3))
    await until(lambda: session.frame is not None and session.phase == "idle")
    return sessions, session


def test_after_a_failed_plan_no_action_of_another_moment_is_taken():
    async def stepped():
        engine = Breaking(CHECKPOINTS)
        sessions, session = await opened(engine)
        engine.breaks = True
        await session.command("reset", {"seed": 7})
        await until(lambda: session.detail == "the network gave no number")
        await session.command("step", {})
        # It plans again, and fails again; the plan of seed 3 is not what chooses an action of seed 7.
        await until(lambda: session.phase == "idle" and not session._plan_due)
        taken, step = list(engine.taken), session.step
        engine.breaks = False
        await session.command("step", {})
        await until(lambda: session.step == 1)
        await sessions.close()
        engine.close()
        return taken, step, engine.taken

    taken, step, later = asyncio.run(stepped())
    assert (taken, step) == ([], 0) and [seed for seed, _ in later] == [7]


def test_what_is_asked_for_while_a_plan_fails_is_planned_afterwards():
    async def changed():
        engine = Breaking(CHECKPOINTS)
        sessions, session = await opened(engine)
        engine.breaks = True
        engine.gate.clear()
        engine.planning.clear()
        session.change_settings({"alpha": 0.3})
        await asyncio.wait_for(engine.planning.wait(), 60)
        engine.breaks = False
        session.change_settings({"alpha": 0.6})
        engine.gate.set()
        await until(lambda: session.frame.record.metadata.settings["alpha"] == 0.6)
        await sessions.close()
        engine.close()

    asyncio.run(asyncio.wait_for(changed(), 120))


def test_exact_answers_that_could_not_be_computed_are_computed_when_they_are_asked_for_again(monkeypatch):
    begun = []

    def without_memory(*arguments):
        begun.append(1)
        raise MemoryError("no room for the table")

    async def asked():
        engine = LocalEngine(CHECKPOINTS)
        with monkeypatch.context() as patch:
            patch.setattr("backend.engine.answers.Truth", without_memory)
            for _ in range(2):
                with pytest.raises(PlannerFailed, match="exact answers about frozenlake-early cannot be computed: MemoryError"):
                    await engine.answers_known("frozenlake-early")
            assert not engine.has_answers("frozenlake-early")
        await engine.answers_known("frozenlake-early")
        known = engine.has_answers("frozenlake-early")
        engine.close()
        return known

    assert asyncio.run(asked()) and len(begun) == 2


def test_a_frame_that_cannot_be_kept_ends_its_recording_alone(tmp_path, monkeypatch):
    record = run(Checkpoints(CHECKPOINTS).load("catch-early"), particles=8, depth=3)

    async def recorded():
        library = Library(tmp_path, 2**30, 2**30)
        one, other = (library.start("one", {"checkpoint": "catch-early"}, lambda: None) for _ in range(2))
        damaged = Record({**record.arrays, "log_weight": np.zeros(3, object)}, record.metadata)
        library.writer.keep(one, damaged, "")
        library.writer.keep(other, record, "")
        for recording in (one, other):
            library.writer.end(recording)
            await asyncio.wait_for(recording.finished.wait(), 60)
        library.writer.close()
        return one, other

    one, other = asyncio.run(recorded())
    assert one.ended and one.failure.startswith("recording has ended after 0 frames") and one.kept == 0
    assert other.ended and not other.failure and other.kept == 1


def test_an_error_of_the_program_is_a_problem_document_without_its_inside():
    app = FastAPI()
    problems.install(app)

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError("secret")

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/broken")

    answered = asyncio.run(answer())
    assert answered.status_code == 500 and answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["title"] == "Internal Server Error" and "secret" not in answered.text


def test_a_path_that_goes_on_where_another_ends_takes_its_place_whichever_comes_first():
    def path(*actions: int) -> EpisodePath:
        moments = [Moment(0)]
        for action in actions:
            moments.append(Moment(action, previous=moments[-1], action=action))
        return EpisodePath(moments, {})

    for order in ([(0, 1), (0, 1, 1)], [(0, 1, 1), (0, 1)]):
        paths = Paths()
        for actions in order:
            paths.keep(path(*actions))
        assert [(each["from"], each["to"]) for each in paths.describe(path(1).moments)] == [(0, 3)]


class Socket:
    """The open link of a viewer that says nothing."""

    client_state = application_state = WebSocketState.CONNECTED
    state = SimpleNamespace(role="control")
    query_params: ClassVar[dict[str, str]] = {}

    async def accept(self):
        pass

    async def receive(self):
        await asyncio.sleep(3600)


class Faulty:
    """A session whose frames cannot be encoded."""

    id = "s"

    def join(self, viewer):
        viewer.next = self.fail

    async def fail(self):
        raise RuntimeError("the device is gone")

    def leave(self, viewer):
        pass


@pytest.mark.parametrize("state", [WebSocketState.CONNECTED, WebSocketState.DISCONNECTED])
def test_an_error_of_the_device_does_not_pass_for_a_link_that_was_closed(state):
    """Both are a RuntimeError."""
    socket, metrics = Socket(), Metrics()
    socket.client_state = state
    following = stream.stream(socket, "s", SimpleNamespace(get=lambda _: Faulty()), metrics, None)
    with contextlib.nullcontext() if state is WebSocketState.DISCONNECTED else pytest.raises(RuntimeError, match="the device is gone"):
        asyncio.run(following)


def test_a_call_that_ends_its_worker_does_not_end_all_of_them():
    remote = pytest.importorskip("backend.engine.remote.engine")
    engine, lost = object.__new__(remote.RayEngine), []
    engine._queued, engine._lose = 0, lost.append

    async def place(owner):
        return f"worker {len(lost)}"

    async def send(place, checkpoint):
        pass

    async def call(place):
        if len(lost) < deadly:
            raise remote.LOST[0]
        return place

    engine._place, engine._send = place, send
    deadly = remote.ATTEMPTS - 1
    assert asyncio.run(engine._at_a_worker("", "catch", call)) == f"worker {deadly}"
    lost.clear()
    deadly = 100
    with pytest.raises(PlannerFailed, match=f"{remote.ATTEMPTS} workers were lost"):
        asyncio.run(engine._at_a_worker("", "catch", call))
    assert len(lost) == remote.ATTEMPTS and engine._queued == 0
