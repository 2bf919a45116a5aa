"""Threads that work in turns: who goes next, and what leaves the queue."""

import asyncio
import threading

import pytest

from backend.engine.turns import Shared, Turns, in_background


class Gate:
    """Work that ends when it is let go."""

    def __init__(self):
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        assert self.open.wait(30)
        return "done"


class Clock:
    """Time that passes only when work says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


async def begun(gate):
    assert await asyncio.to_thread(gate.begun.wait, 30)


def in_a_loop(test):
    """Run an async test with turns of one thread."""

    async def run():
        clock = Clock()
        turns = Turns("test", clock=clock)
        try:
            await asyncio.wait_for(test(turns, clock) if test.__code__.co_argcount == 2 else test(turns), 60)
        finally:
            turns.close()

    return lambda: asyncio.run(run())


@in_a_loop
async def _results(turns):
    assert await turns.run(lambda: 1) == 1
    with pytest.raises(KeyError, match="lost"):
        await turns.run(lambda: {}["lost"])
    assert len(turns) == 0


def test_results_and_errors_come_back():
    _results()


@in_a_loop
async def _dropped(turns):
    gate, ran = Gate(), []
    first = asyncio.ensure_future(turns.run(gate, "a"))
    await begun(gate)
    waiting = [asyncio.ensure_future(turns.run(lambda n=n: ran.append(n), f"owner {n}")) for n in range(5)]
    await asyncio.sleep(0)
    assert len(turns) == 6
    for task in waiting[:4]:
        task.cancel()
    await asyncio.sleep(0)
    assert len(turns) == 2
    gate.open.set()
    assert await first == "done"
    await waiting[4]
    assert ran == [4]


def test_work_that_nobody_waits_for_leaves_the_queue_and_never_runs():
    _dropped()


@in_a_loop
async def _time(turns, clock):
    order, gate = [], Gate()
    blocked = asyncio.ensure_future(turns.run(gate, "gate"))
    await begun(gate)
    costs = {"long": 0.05, "short": 0.005}

    def work(owner):
        order.append(owner)
        clock.now += costs[owner]

    tasks = [asyncio.ensure_future(turns.run(lambda owner=owner: work(owner), owner)) for owner in ("long",) * 10 + ("short",) * 40]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(blocked, *tasks)
    # After as many seconds of each, not after as many turns of each: at any time the short one has had at least 3 turns for one of the long.
    for turn in range(10, 40):
        assert order[:turn].count("short") >= 3 * (order[:turn].count("long") - 2), order


def test_owners_have_equal_time_not_equal_turns():
    _time()


@in_a_loop
async def _absence(turns, clock):
    order, gate = [], Gate()

    def work(owner, seconds=0.01):
        order.append(owner)
        clock.now += seconds

    for _ in range(5):
        await turns.run(lambda: work("busy", 1.0), "busy")
    order.clear()
    blocked = asyncio.ensure_future(turns.run(gate, "gate"))
    await begun(gate)
    newcomer = [asyncio.ensure_future(turns.run(lambda: work("new"), "new")) for _ in range(6)]
    busy = [asyncio.ensure_future(turns.run(lambda: work("busy"), "busy")) for _ in range(6)]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(blocked, *newcomer, *busy)
    assert [order[:turn].count("busy") for turn in (2, 4, 6)] == [1, 2, 3], order


def test_time_used_while_nobody_waited_is_forgotten():
    _absence()


@in_a_loop
async def _background(turns, clock):
    order, gate = [], Gate()

    def work(owner, seconds):
        order.append(owner)
        clock.now += seconds

    await turns.run(lambda: work("busy", 100.0), "busy")
    behind = in_background("busy")
    await turns.run(lambda: work(behind, 500.0), behind)
    order.clear()
    blocked = asyncio.ensure_future(turns.run(gate, "gate"))
    await begun(gate)
    owners = (behind, behind, "busy", "busy", "new", "new")
    tasks = [asyncio.ensure_future(turns.run(lambda owner=owner: work(owner, 1.0), owner)) for owner in owners]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(blocked, *tasks)
    # First everybody else, in turns: time used in the background is nobody's debt.
    assert sorted(order[:2]) == sorted(order[2:4]) == ["busy", "new"] and order[4:] == [behind, behind], order


def test_work_in_the_background_comes_after_all_other():
    _background()


def test_one_owner_never_holds_two_threads():
    async def run():
        turns = Turns("test", 2)
        gates = [Gate(), Gate()]
        tasks = [asyncio.ensure_future(turns.run(gate, "greedy")) for gate in gates]
        await begun(gates[0])
        assert await asyncio.wait_for(turns.run(lambda: "served", "other"), 30) == "served"
        assert not gates[1].begun.is_set()
        for gate in gates:
            gate.open.set()
        await asyncio.gather(*tasks)
        turns.close()

    asyncio.run(run())


@in_a_loop
async def _shared(turns):
    gate, count = Gate(), []
    blocked = asyncio.ensure_future(turns.run(gate, "gate"))
    await begun(gate)
    shared = Shared(turns, lambda: count.append(1) or "value", "first")
    waiters = [asyncio.ensure_future(shared.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    for waiter in waiters[:2]:
        waiter.cancel()
    await asyncio.sleep(0)
    assert not shared.dropped
    gate.open.set()
    assert await waiters[2] == "value" and shared.ready and await shared.wait() == "value"
    await blocked
    assert count == [1]


def test_shared_work_goes_on_while_one_still_waits():
    _shared()


@in_a_loop
async def _abandoned(turns):
    gate, count = Gate(), []
    blocked = asyncio.ensure_future(turns.run(gate, "gate"))
    await begun(gate)
    shared = Shared(turns, lambda: count.append(1), "first")
    waiter = asyncio.ensure_future(shared.wait())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.sleep(0)
    assert shared.dropped
    gate.open.set()
    await blocked
    await turns.run(lambda: None, "later")
    assert count == []


def test_shared_work_that_nobody_waits_for_is_dropped():
    _abandoned()


def test_a_thread_rests_as_long_as_it_is_told_and_the_result_does_not_wait():
    async def run():
        asked, clock = [], Clock()
        turns = Turns("test", clock=clock, rest=lambda owner, started: asked.append((owner, started)) or (0.2 if len(asked) == 1 else 0.0))
        loop = asyncio.get_running_loop()
        began = loop.time()

        def work():
            clock.now += 3.0

        await turns.run(work, "a")
        await turns.run(work, "b")
        assert loop.time() - began >= 0.19
        assert asked == [("a", 0.0), ("b", 3.0)]
        assert turns.others_since("b", 3.0) == 1 and turns.others_since("b", 4.0) == 0 and turns.others_since("c", 0.0) == 2
        turns.close()

    asyncio.run(run())
