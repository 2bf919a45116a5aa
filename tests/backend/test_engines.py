"""What every engine does, the one of this process and the one of Ray's workers: both pass the same tests."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import ServerConfig
from backend.engine.local import LocalEngine
from backend.engine.memory import oldest_beyond
from backend.problems import Invalid, NotFound
from planner import Checkpoints, PlanRequest
from planner.episodes import episodes_of
from tests.backend.commands import here
from tests.forked import QUICK_ENVIRONMENT
from tests.servers import ROOT, free_port, share_programs, twistscope

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
SMALL = {"particles": 16, "depth": 4}
REQUEST = PlanRequest(settings=SMALL, seed=3)
NAMES = ("cartpole-early", "frozenlake-early", "pendulum-early")


@contextlib.contextmanager
def cluster():
    """The address of a cluster with two cores. A process of its own starts it: this one has JAX's threads, and Ray forks.

    Workers compile as this process does, so that their plans are bit-equal.
    """
    start = "from backend.engine.remote.engine import start_ray; print(start_ray(None, cpus=2), flush=True); input()"
    running = subprocess.Popen(
        [sys.executable, "-c", start], cwd=ROOT, env=os.environ | QUICK_ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield running.stdout.readline().strip()
    finally:
        running.communicate("\n", timeout=60)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Three checkpoints, of which each kind of environment has one, in a folder that tests may change."""
    folder = tmp_path_factory.mktemp("engines")
    for name in NAMES:
        shutil.copytree(CHECKPOINTS / name, folder / "checkpoints" / name)
    share_programs(folder / "data")
    return ServerConfig(checkpoints=folder / "checkpoints", data=folder / "data", ray_max_workers=2)


@pytest.fixture(scope="module")
def loop():
    """One event loop for all tests of an engine: its futures belong to it."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def local(config):
    engine = LocalEngine(config.checkpoints)
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.slow)])
def engine(request, config, loop):
    if request.param == "local":
        engine = LocalEngine(config.checkpoints)
        yield engine
        engine.close()
        return
    from backend.engine.remote.engine import RayEngine, start_ray

    with cluster() as address:
        start_ray(address)
        engine = RayEngine(config)
        loop.run_until_complete(engine.start())
        yield engine
        engine.close()
        # What was cancelled ends.
        loop.run_until_complete(asyncio.sleep(0))


def bits(record):
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in record.arrays.items()}


def kept(record):
    """What a record says, without times."""
    return record.metadata.model_dump(exclude={"created", "plan_ms", "device"})


async def moment_at(engine, name, steps, seed=3):
    return (await engine.moments_until(name, steps, seed=seed))[-1]


@pytest.mark.parametrize(("name", "planner"), [("cartpole-early", "trt_smc"), ("frozenlake-early", "tsmcts"), ("pendulum-early", "gumbel_mcts")])
def test_a_plan_is_that_of_this_process_bit_for_bit(engine, local, loop, name, planner):
    request = PlanRequest(planner, {"num_simulations": 8} if planner == "gumbel_mcts" else SMALL, seed=3, step=2)
    if planner == "trt_smc":
        request = replace(request, atoms=True, interventions=({"kind": "kill", "level": 1, "slot": 2},))

    async def plans():
        made = []
        for each in (engine, local):
            moment = await moment_at(each, name, 2)
            made.append(await each.plan(await each.prepare(name, request), moment))
        return made

    ours, theirs = loop.run_until_complete(plans())
    assert bits(ours) == bits(theirs)
    assert kept(ours) == kept(theirs)
    assert len(ours.metadata.actions_so_far) == 2


def test_moments_are_those_of_this_process(engine, local, loop):
    async def episodes():
        found = []
        for each in (engine, local):
            start = await each.first_moment("pendulum-early", 5)
            after = await each.next_moment("pendulum-early", start, np.float32([0.25]), seed=5, step=0)
            played = await each.moments_after("pendulum-early", [[0.25], [-0.5]], seed=5)
            prior = await each.moments_until("cartpole-early", 4, seed=1)
            assert after.previous is start and played[-1].actions == [[0.25], [-0.5]] and prior[2].previous is prior[1]
            found.append([(moment.digest, moment.episode_return, moment.actions) for moment in (start, after, *played, *prior)])
        return found

    ours, theirs = loop.run_until_complete(episodes())
    assert ours == theirs


def test_many_seeds_are_those_of_this_process(engine, local, loop):
    async def seeds():
        made = []
        for each in (engine, local):
            moment = await moment_at(each, "cartpole-early", 1)
            made.append(await each.plan_seeds(await each.prepare("cartpole-early", replace(REQUEST, step=1)), moment, [1, 2, 3]))
        return made

    ours, theirs = loop.run_until_complete(seeds())
    assert bits(ours) == bits(theirs) and kept(ours) == kept(theirs)


def test_it_says_what_is_compiled_and_how_long_that_took(engine, loop):
    async def ask():
        prepared = await engine.prepare("cartpole-early", PlanRequest(settings={"particles": 8, "depth": 3}, seed=1))
        before = await engine.is_compiled(prepared, owner="someone")
        moment, began = await engine.first_moment("cartpole-early", 1, owner="someone"), []
        await engine.plan(prepared, moment, owner="someone", on_start=lambda: began.append(True))
        after = await engine.is_compiled(prepared, owner="someone")
        return before, began, after, engine.compile_seconds(prepared)

    before, began, after, seconds = loop.run_until_complete(ask())
    assert (before, began, after) == (False, [True], True)
    assert seconds > 0


def test_exact_answers_come_with_the_plan_or_are_waited_for(engine, loop):
    async def ask():
        name = "frozenlake-early"
        prepared = await engine.prepare(name, REQUEST)
        assert engine.offers_answers(name)
        record = await engine.plan(prepared, await engine.first_moment(name, 3), owner="someone")
        await engine.answers_known(name, owner="someone")
        later = await engine.plan(prepared, await engine.first_moment(name, 3), wait_for_answers=False, owner="another")
        return record, later, engine.has_answers(name)

    record, later, known = loop.run_until_complete(ask())
    assert known and "exact/policy" in record.arrays
    assert bits(record) == bits(later)


@pytest.mark.parametrize(
    ("request_", "kind", "says"),
    [
        (PlanRequest(settings={"particles": 0}), Invalid, "particles"),
        (PlanRequest("nope"), NotFound, "nope"),
    ],
)
def test_a_request_that_cannot_be_is_refused_in_words(engine, loop, request_, kind, says):
    with pytest.raises(kind, match=says):
        loop.run_until_complete(engine.prepare("cartpole-early", request_))


def test_errors_of_a_plan_arrive_as_they_were_raised(engine, loop):
    async def unknown():
        await engine.first_moment("nope", 0)

    async def impossible():
        await engine.moments_after("cartpole-early", [7], seed=0)

    with pytest.raises(NotFound, match="unknown checkpoint"):
        loop.run_until_complete(unknown())
    with pytest.raises(Invalid, match="actions") as caught:
        loop.run_until_complete(impossible())
    assert caught.value.errors and caught.value.errors[0]["field"].startswith("actions")


def test_a_damaged_checkpoint_is_said_and_a_repaired_one_is_used(engine, loop, config):
    file = config.checkpoints / "damaged" / "params.safetensors"
    shutil.copytree(CHECKPOINTS / "acrobot-early", file.parent, dirs_exist_ok=True)
    card = json.loads((file.parent / "card.json").read_text())
    (file.parent / "card.json").write_text(json.dumps(card | {"name": "damaged"}))
    whole = file.read_bytes()
    file.write_bytes(whole[:-8])
    with pytest.raises(NotFound, match="truncated or altered"):
        loop.run_until_complete(engine.first_moment("damaged", 0))
    file.write_bytes(whole)
    assert loop.run_until_complete(engine.first_moment("damaged", 0)).state is not None
    shutil.rmtree(file.parent)


def test_a_plan_given_up_leaves_the_queue(engine, loop):
    async def give_up():
        prepared = await engine.prepare("cartpole-early", PlanRequest(settings={"particles": 2048, "depth": 48}, seed=1))
        moment = await engine.first_moment("cartpole-early", 1)
        await engine.plan(prepared, moment, owner="one")
        waiting = [asyncio.ensure_future(engine.plan(prepared, moment, owner=f"owner {number % 2}")) for number in range(40)]
        await asyncio.sleep(0.01)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        # What runs cannot be interrupted; what waits is gone, so that this one is next.
        await engine.plan(prepared, moment, owner="one")
        return [task.cancelled() for task in waiting], engine.queued, engine.busy

    cancelled, queued, busy = loop.run_until_complete(give_up())
    assert cancelled.count(True) > 20
    assert queued <= 2 or busy


def worker_processes():
    here = psutil.Process().children(recursive=True)
    return [process for process in here if "ray::Worker" in " ".join(process.cmdline()[:1])]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["ray"], indirect=True)
def test_a_lost_workers_users_go_on_at_another_and_a_new_one_takes_load(engine, loop):
    async def play(owner, stop):
        """Play one episode again and again; returns the digests of the moments of each time, in order."""
        prepared, played = await engine.prepare("pendulum-early", replace(REQUEST, seed=9)), []
        while not stop():
            moment = await engine.first_moment("pendulum-early", 9, owner=owner)
            seen = [moment.digest]
            while not moment.over and not stop():
                step = len(seen) - 1
                record = await engine.plan(replace(prepared, request=replace(prepared.request, step=step)), moment, owner=owner)
                moment = await engine.next_moment("pendulum-early", moment, record.arrays["chosen_action"], seed=9, step=step, owner=owner)
                seen.append(moment.digest)
            played.append(seen)
        return played

    async def until(condition, seconds=900):
        """Wait for as long as a crowded machine may need: a new worker imports and compiles before it has users."""
        for _ in range(10 * seconds):
            if condition():
                return
            await asyncio.sleep(0.1)
        raise AssertionError("waited in vain")

    async def lose():
        await until(lambda: engine.workers == 2)
        again = []
        playing = [asyncio.ensure_future(play(f"session {number}", lambda: len(again) > 0)) for number in range(8)]
        try:
            await asyncio.sleep(1)
            lost = worker_processes()[0]
            os.kill(lost.pid, 9)
            await until(lambda: engine.workers == 1)
            await until(lambda: engine.workers == 2)
            newest = engine.places.workers[-1]
            await until(lambda: engine.places.load(newest) >= 3)
            load = [engine.places.load(place) for place in engine.places.workers]
        finally:
            # Nobody plays on where the engine ends: Ray would take the process along.
            again.append(True)
            played = await asyncio.gather(*playing)
        return played, load

    played, load = loop.run_until_complete(lose())
    episodes = [seen for each in played for seen in each]
    longest = max(episodes, key=len)
    assert all(seen == longest[: len(seen)] for seen in episodes)
    assert all(sum(map(len, each)) > 5 for each in played)
    assert min(load) >= 3, load
    with contextlib.suppress(psutil.Error):
        assert len(worker_processes()) == 2


def test_bad_places_for_workers_are_one_line(tmp_path):
    nowhere = f"localhost:{free_port()}"
    refused = [
        (("--engine", "cloud"), "--engine"),
        (("--ray-address", "localhost:1"), "--ray-address needs --engine ray"),
        (("--engine", "ray", "--ray-address", nowhere), f"no cluster of Ray answers at {nowhere}"),
        *((("--engine", "ray", "--ray-address", wrong), "an address is host:port") for wrong in ("nonsense", "ray://localhost:1", ":6379", "a:b")),
    ]
    for words, says in refused:
        ended = twistscope("serve-backend", "--data", str(tmp_path), "--port", str(free_port()), *words)
        said = [line for line in ended.stderr.splitlines() if not line.startswith("starting Ray on ")]
        assert ended.returncode == 2 and len(said) == 1 and says in said[0], ended.stderr


def test_without_ray_its_engine_is_refused_with_the_way_to_it(monkeypatch, tmp_path):
    monkeypatch.setattr("backend.cli.serve.find_spec", lambda name: None)
    ended = here("serve-backend", "--data", tmp_path, "--port", "1", "--engine", "ray")
    assert ended.returncode == 2 and "pip install 'twistscope[ray]'" in ended.stderr and len(ended.stderr.splitlines()) == 1


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 300))
def test_the_oldest_are_forgotten_until_the_rest_fits(sizes, limit):
    forgotten = oldest_beyond(dict(enumerate(sizes)), limit)
    assert forgotten == list(range(len(forgotten))) and len(forgotten) <= max(len(sizes) - 1, 0)
    rest = sizes[len(forgotten) :]
    assert sum(rest) <= limit or len(rest) <= 1
    # No more than had to be.
    assert not forgotten or sum(sizes[len(forgotten) - 1 :]) > limit


def test_programs_and_tables_are_bounded_by_bytes(config, loop):
    shutil.copytree(CHECKPOINTS / "fourrooms-early", config.checkpoints / "fourrooms-early")
    engine = LocalEngine(config.checkpoints, max_program_memory=1, max_table_memory=1)

    async def plan(name, particles, **options):
        prepared = await engine.prepare(name, replace(REQUEST, settings={"particles": particles, "depth": 4}))
        return prepared, await engine.plan(prepared, await engine.first_moment(name, 3), **options)

    async def use():
        first, record = await plan("frozenlake-early", 16)
        assert await engine.is_compiled(first) and "exact/policy" in record.arrays
        second, _ = await plan("fourrooms-early", 16)
        assert await engine.is_compiled(second) and not await engine.is_compiled(first)
        assert engine.has_answers("fourrooms-early") and not engine.has_answers("frozenlake-early")
        # What was forgotten is made again, and is the same.
        _, without = await plan("frozenlake-early", 16, wait_for_answers=False)
        assert "exact/policy" not in without.arrays
        await engine.answers_known("frozenlake-early")
        _, again = await plan("frozenlake-early", 16, wait_for_answers=False)
        assert bits(again) == bits(record)

    try:
        loop.run_until_complete(use())
    finally:
        engine.close()
        shutil.rmtree(config.checkpoints / "fourrooms-early")


def test_a_program_says_how_much_memory_it_takes():
    checkpoint = Checkpoints(CHECKPOINTS).load("cartpole-early")
    prepared = REQUEST.prepare(checkpoint)
    start = episodes_of(checkpoint.model).start(0)
    program = prepared.compile(checkpoint.model, checkpoint.params, start.state)
    assert 1e6 < program.code < 1e8
