"""Recorded openings: what is shown at once is the plan that the live engine makes."""

import asyncio
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from backend.address import read_address
from backend.config import ServerConfig
from backend.engine.local import LocalEngine
from backend.openings import MAX_BYTES, REQUEST, Openings, difference
from benchmarks.moments import drama_of
from planner import Checkpoints
from planner.record import container
from planner.record.drawing import SCHEMA
from tests.backend.commands import here
from tests.servers import serving, twistscope

pytestmark = pytest.mark.optimised

CHECKPOINTS = Path(__file__).parents[2] / "assets" / "checkpoints"
NAMES = Checkpoints(CHECKPOINTS).names()


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_checkpoint_has_an_opening_of_its_parameters(name):
    data = Openings(CHECKPOINTS).read(Checkpoints(CHECKPOINTS).card(name))
    assert data is not None and len(data) < MAX_BYTES
    arrays, header = container.read(data, SCHEMA)
    assert header["recorded"] == "true" and (header["planner"], header["seed"], header["step"]) == ("trt_smc", "0", "0")
    assert json.loads(header["scene"])["shapes"] and arrays["level_start"][-1] == 24 * 256


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cartpole-early", "fourrooms", "pendulum"])
def test_the_recorded_opening_is_the_plan_that_the_engine_makes(name):
    async def make():
        engine = LocalEngine(CHECKPOINTS)
        try:
            return await engine.plan(REQUEST.prepare(engine.card(name)), await engine.first_moment(name, REQUEST.seed))
        finally:
            engine.close()

    assert difference(Openings(CHECKPOINTS).read(Checkpoints(CHECKPOINTS).card(name)), asyncio.run(make())) == ""


def test_the_first_moment_is_the_plan_that_the_engine_makes_of_its_link():
    openings, store = Openings(CHECKPOINTS), Checkpoints(CHECKPOINTS)
    address = read_address(openings.first_link, store.card)
    assert address.notes == () and address.checkpoint == ServerConfig().preload
    kept = openings.read_first(store.card(address.checkpoint))
    _, header = container.read(kept, SCHEMA)
    assert header["recorded"] == "true" and header["link"] == openings.first_link and len(kept) < MAX_BYTES
    # A server of another first checkpoint has none.
    assert openings.read_first(store.card("catch")) is None

    async def make():
        engine = LocalEngine(CHECKPOINTS)
        try:
            moments = await engine.moments_after(address.checkpoint, address.actions, seed=address.request.seed)
            return await engine.plan(await engine.prepare(address.checkpoint, address.request), moments[-1])
        finally:
            engine.close()

    record = asyncio.run(make())
    assert difference(kept, record) == ""
    # Much happens: the bound of the trust region is met, the prior is overruled, half of the particles die, and all descend from one root slot.
    drama = drama_of(record)
    assert drama.bound > 0.9 and drama.overruled > 0.5 and drama.deaths > 0.9 and drama.coalescence > 0.2
    assert record.arrays["root_policy"].argmax() != record.arrays["root_prior"].argmax()


def test_a_plan_made_otherwise_is_told_from_the_opening():
    from dataclasses import replace

    async def make():
        engine = LocalEngine(CHECKPOINTS)
        try:
            return await engine.plan(replace(REQUEST, seed=1).prepare(engine.card("catch")), await engine.first_moment("catch", 1))
        finally:
            engine.close()

    assert difference(Openings(CHECKPOINTS).read(Checkpoints(CHECKPOINTS).card("catch")), asyncio.run(make())).startswith("seed was 0, is 1")


def test_an_opening_of_other_parameters_and_a_damaged_one_are_not_shown(tmp_path):
    shutil.copytree(CHECKPOINTS / "catch", tmp_path / "checkpoints" / "catch")
    store, openings = Checkpoints(tmp_path / "checkpoints"), Openings(tmp_path / "checkpoints")
    card = store.card("catch")
    assert openings.read(card) is None
    openings.folder.mkdir()
    good = Openings(CHECKPOINTS).path("catch").read_bytes()
    openings.path("catch").write_bytes(good)
    assert openings.read(card) == good
    assert openings.read(card.model_copy(update={"sha256": hashlib.sha256(b"other").hexdigest()})) is None
    for damaged in (b"", good[:7], good[:100], b"\xff" * 64):
        openings.path("catch").write_bytes(damaged)
        assert openings.read(card) is None


def test_the_opening_is_served_by_name_and_the_first_without_one(http):
    first = http.get("/checkpoints").json()["first"]
    assert http.get("/opening").content == http.get("/opening", params={"checkpoint": first}).content != b""
    # This server begins at the beginning.
    assert http.get("/opening/first").status_code == 404
    assert http.get("/opening").headers["content-type"] == "application/vnd.twistscope.drawing"
    assert http.get("/opening", params={"checkpoint": "nope"}).status_code == 404


def test_a_server_without_openings_says_how_to_make_them(tmp_path):
    shutil.copytree(CHECKPOINTS / "catch", tmp_path / "checkpoints" / "catch")
    import httpx

    with serving("serve-backend", data=tmp_path / "data", TWISTSCOPE_CHECKPOINTS=str(tmp_path / "checkpoints")) as server:
        answer = httpx.get(server.api + "/opening", timeout=60)
        assert answer.status_code == 404 and "twistscope moments" in answer.json()["detail"]


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
def test_the_command_makes_openings_and_tells_those_that_differ(tmp_path):
    shutil.copytree(CHECKPOINTS / "catch", tmp_path / "checkpoints" / "catch")
    folder = ("--checkpoints", str(tmp_path / "checkpoints"))
    missing = here("moments", "--check", *folder)
    assert missing.returncode == 2 and "catch" in missing.stderr and missing.stderr.count("\n") == 1
    twistscope("moments", *folder, check=True)
    assert here("moments", "--check", *folder).returncode == 0
