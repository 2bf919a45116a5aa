"""`twistscope export`: a moment as a file of any form, and mistakes in one line with nothing written."""

import dataclasses
import io
import os
import shutil
import stat
import struct
import xml.etree.ElementTree as ET
import zlib
from contextlib import closing

import httpx
import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
import zstandard

import planner
from backend import pictures
from backend.recordings.file import Kept, append, create
from planner import Checkpoints, Record, exact
from planner.core.model import Model
from planner.record.container import read, write
from planner.record.drawing import SCHEMA
from tests.backend.commands import here
from tests.backend.link import read_trace
from tests.backend.test_mistakes import FULL, assert_mistake
from tests.planner.examples import random_mdp, random_prior, random_values
from tests.servers import ROOT, serving

pytestmark = pytest.mark.usefixtures("own_cache")

PLAN = ["--checkpoint", "cartpole-early", "--particles", "16", "--depth", "4"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    """The trace of a plan of a checkpoint, in a file."""
    path = tmp_path_factory.mktemp("trace") / "plan.safetensors"
    checkpoint = Checkpoints(ROOT / "assets" / "checkpoints").load("cartpole-early")
    return planner.run(checkpoint, particles=16, depth=4, seed=3, actions=[1, 0]).save(path)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The trace of a search tree of a bare model, which no program can make again."""
    mdp = random_mdp(5, terminals=2)
    tables = exact.tables(random_prior(5, mdp), random_values(5, mdp))
    made = planner.run(Model(mdp, exact.look_up), "gumbel_mcts", params=tables, state=mdp.state(0), num_simulations=8, discount=0.9)
    return made.save(tmp_path_factory.mktemp("bare") / "tree.safetensors")


def written(out, *arguments):
    """Run the command and read the file that it writes."""
    ended = here("export", *arguments, "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert str(out) in ended.stdout
    return out.read_bytes()


def test_a_file_is_written_in_every_form(trace, tmp_path):
    record = planner.load(trace)
    arrays, about = read_trace(written(tmp_path / "a.safetensors", trace))
    assert about == read_trace(trace.read_bytes())[1] and all(arrays[name].tobytes() == record.arrays[name].tobytes() for name in record.arrays)
    assert written(tmp_path / "a.html", trace).startswith(b"<!DOCTYPE html>")
    assert written(tmp_path / "a.py", trace) == record.to_script().encode()
    table = pyarrow.parquet.read_table(io.BytesIO(written(tmp_path / "a.parquet", trace)))
    text = pyarrow.csv.read_csv(io.BytesIO(written(tmp_path / "a.csv", trace)))
    assert table.column_names == text.column_names == list(record.table())
    assert table["log_weight"].to_numpy().tobytes() == record.arrays["log_weight"].tobytes()


def test_the_options_of_a_plan_make_the_same_plan(tmp_path):
    options = [*PLAN, "--planner", "spo", "--seed", 5, "--step", 2, "--set", "alpha=0.3", "--intervene", "kill_1_2"]
    assert here("plan", *options, "--out", tmp_path / "plan.safetensors").returncode == 0
    ours, about = read_trace(written(tmp_path / "export.safetensors", *options))
    theirs, _ = read_trace((tmp_path / "plan.safetensors").read_bytes())
    assert about["planner"] == "spo" and about["seed"] == "5" and about["step"] == "2" and '"kill"' in about["interventions"]
    assert ours.keys() == theirs.keys() and all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)


@pytest.mark.parametrize("around", ["{}", "?{}", "https://example.org/?{}&level=2&hide=knobs#top"])
def test_a_link_makes_the_plan_that_it_is_of(server, http, new_session, tmp_path, around):
    session = new_session()
    http.post(f"/sessions/{session['id']}/commands", json={"command": "act", "action": 1})
    query = http.get(f"/sessions/{session['id']}/link").json()["query"]
    ours, about = read_trace(written(tmp_path / "a.safetensors", "--link", around.format(query)))
    theirs, _ = read_trace(httpx.get(f"{server.api}/sessions/{session['id']}/moments/1/trace", timeout=120).content)
    assert about["actions_so_far"] == "[1]"
    # Plans of another process are equal bit for bit where both are compiled alike; the server's are not optimised.
    np.testing.assert_allclose(ours["root_policy"], theirs["root_policy"], atol=1e-4)


def test_a_link_to_other_parameters_is_written_and_said(http, new_session, tmp_path):
    query = http.get(f"/sessions/{new_session()['id']}/link").json()["query"]
    sha = query.partition("sha=")[2][:12]
    ended = here("export", "--link", query.replace(sha, "0" * 12), "--out", tmp_path / "a.csv")
    assert ended.returncode == 0 and "is not the one that the link was made with" in ended.stderr


@pytest.mark.browser
@pytest.mark.parametrize("picture", pictures.PICTURES)
def test_pictures_are_drawn_by_a_browser(trace, bare, tmp_path, picture):
    root = ET.fromstring(written(tmp_path / "a.svg", trace, "--picture", picture))
    assert root.tag == f"{SVG}svg" and len(list(root.iter())) > 10
    assert "cartpole-early, step 2, seed 3" in root.findtext(f"{SVG}title")
    width, height = (round(float(root.get(side))) for side in ("width", "height"))
    size, colours = read_png(written(tmp_path / "a.png", bare, "--picture", picture))
    assert size[0] == 2 * width and colours > 8
    assert height > 40


@pytest.mark.browser
def test_the_genealogy_is_drawn_where_no_picture_is_named(trace, tmp_path):
    assert b"<title>Genealogy: trt_smc" in written(tmp_path / "a.svg", trace)


def read_png(data):
    """Size, and the number of distinct bytes of the pixels before they are filtered back: one picture without anything has few."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, pixels, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        size = struct.unpack(">II", body[:8]) if kind == b"IHDR" else size
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    return size, len(set(zlib.decompress(pixels)))


# --- mistakes ------------------------------------------------------------------------------------------------------------------------


def refused(tmp_path, *arguments, says, name="a.csv"):
    """A mistake in one line, and nothing written."""
    before = sorted(tmp_path.rglob("*"))
    assert_mistake(here("export", *arguments, "--out", tmp_path / name), says)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "name", "says"),
    [
        (PLAN, "a.docx", "must end in .safetensors, .parquet"),
        (PLAN, "svg", "must end in"),
        (PLAN, "a.SVG", "must end in"),
        ([*PLAN, "--picture", "zork"], "a.svg", "got 'zork', allowed: world, genealogy, strips, weights, decision"),
        ([*PLAN, "--picture", ""], "a.svg", "got ''"),
        ([*PLAN, "--picture", "world"], "a.csv", "--picture is of .svg and .png files"),
        (PLAN, "nowhere/a.csv", "there is no folder"),
        ([], "a.csv", "got none"),
        (["--checkpoint", "nope"], "a.csv", "unknown checkpoint 'nope'"),
        ([*PLAN, "--planner", "zork"], "a.csv", "unknown planner 'zork'"),
        ([*PLAN, "--planner", ""], "a.csv", "unknown planner ''"),
        ([*PLAN, "--set", "alpha=7"], "a.csv", "alpha: got 7"),
        ([*PLAN, "--set", "alpha"], "a.csv", "--set takes key=value"),
        ([*PLAN, "--intervene", "zork_1_2"], "a.csv", ""),
        ([*PLAN, "--step", "90000"], "a.csv", ""),
        (["--checkpoint", "cartpole-early", "--particles", "0"], "a.csv", "particles: got 0"),
        ([*PLAN, "--link", "v=1"], "a.csv", "got --checkpoint and --link"),
        (["--link", "v=1", "--seed", "0"], "a.csv", "leave out --seed"),
        (["--link", "v=1", "--planner", "spo", "--set", "alpha=1"], "a.csv", "leave out --planner, --set"),
        (["--link", ""], "a.csv", "v: got ''"),
        (["--link", "v=1&checkpoint=cartpole-early"], "a.csv", "cut off"),
        (["--link", "http://[?v=99&digest=0123456789"], "a.csv", "v: got '99'"),
        (["--link", "v=1&checkpoint=nope&digest=0123456789"], "a.csv", "unknown checkpoint 'nope'"),
        (["--link", "x" * 9000], "a.csv", "9000 characters"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(tmp_path, arguments, name, says):
    refused(tmp_path, *arguments, name=name, says=says)


def test_a_file_and_options_of_a_plan_contradict_each_other(trace, tmp_path):
    refused(tmp_path, trace, *PLAN, says="got a FILE and --checkpoint")
    refused(tmp_path, trace, "--link", "v=1", says="got a FILE and --link")
    refused(tmp_path, trace, "--seed", 0, "--depth", 4, says="leave out --depth, --seed")
    refused(tmp_path, trace, "--checkpoints", ROOT / "assets" / "checkpoints", says="leave out --checkpoints")


def test_a_file_that_is_no_trace_is_one_line(trace, tmp_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    data = trace.read_bytes()
    cut, other, empty = (folder / name for name in ("cut.safetensors", "other.safetensors", "empty.safetensors"))
    cut.write_bytes(data[: len(data) // 2])
    other.write_bytes(write({"a": np.zeros(3)}, {"schema": "twistscope.drawing/1"}))
    empty.write_bytes(b"")
    os.mkfifo(folder / "pipe")
    for file, says in ((cut, "not a readable trace"), (other, "twistscope.drawing/1"), (empty, "not a readable trace")):
        refused(tmp_path, file, says=says)
        refused(tmp_path, file, says=file.name)
    for file in (folder / "missing.safetensors", folder / "pipe", folder):
        refused(tmp_path, file, says="there is no such file")


@pytest.mark.parametrize("missing", ["parent", "chosen_action", "root_q"])
@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.html"])
def test_a_recording_whose_frame_lacks_an_array_is_one_line(trace, tmp_path, name, missing):
    record = planner.load(trace)
    damaged = Record({key: array for key, array in record.arrays.items() if key != missing}, record.metadata)
    kept = dataclasses.replace(Kept.of(record, 0, 0.0, ""), data=zstandard.ZstdCompressor().compress(damaged.to_bytes(damaged.arrays)))
    kept = dataclasses.replace(kept, size=zstandard.frame_content_size(kept.data))
    with closing(create(tmp_path / "a.twistscope", {"title": "damaged"})) as connection:
        append(connection, [kept])
        connection.execute("PRAGMA journal_mode = DELETE")
    frame = [] if name != "a.html" else ["--frame", 0]
    refused(tmp_path, tmp_path / "a.twistscope", *frame, name=name, says=f"the trace is damaged: it has no array {missing}")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.html", "a.py", "a.safetensors"])
@pytest.mark.parametrize("missing", ["parent", "reward", "chosen_action", "root_action", "position"])
def test_a_trace_that_lacks_arrays_is_written_or_refused_in_one_line(trace, tmp_path, tmp_path_factory, name, missing):
    record = planner.load(trace)
    damaged = tmp_path_factory.mktemp("lacking") / "plan.safetensors"
    for change in ({}, {missing: np.zeros((2, 3), np.float32)}):
        arrays = {key: array for key, array in record.arrays.items() if key != missing} | change
        Record(arrays, record.metadata)
        damaged.write_bytes(write(arrays, record.metadata.header()))
        ended = here("export", damaged, "--out", tmp_path / name)
        if ended.returncode:
            assert_mistake(ended, "plan.safetensors: the trace is damaged")
            assert not (tmp_path / name).exists()
        (tmp_path / name).unlink(missing_ok=True)


def test_a_plan_that_no_program_can_make_is_not_written_as_one(bare, tmp_path):
    refused(tmp_path, bare, name="a.py", says="a script can make only plans of a checkpoint")
    assert written(tmp_path / "tree.csv", bare).startswith(b'"simulation"')


def test_a_place_that_cannot_be_written_is_found_before_the_work(trace, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "a.csv", "/proc/nothing/a.csv", "/sys/a.csv"):
        assert_mistake(here("export", trace, "--out", place), "--out")
    (tmp_path / "a.csv").mkdir()
    assert_mistake(here("export", trace, "--out", tmp_path / "a.csv"), "--out")


def test_a_full_disk_is_one_line(trace, tmp_path):
    if not stat.S_ISCHR(os.stat(FULL).st_mode):
        pytest.skip("this system has no /dev/full")
    (tmp_path / "full.csv").symlink_to(FULL)
    assert_mistake(here("export", trace, "--out", tmp_path / "full.csv"), "cannot be written: No space left")


@pytest.mark.slow
def test_pictures_are_answered_over_http(http, new_session):
    path = f"/sessions/{new_session()['id']}/moments/0/export"
    answer = http.get(f"{path}/svg")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml", answer.text
    assert "-step-0-genealogy.svg" in answer.headers["content-disposition"]
    assert ET.fromstring(answer.content).tag == f"{SVG}svg"
    answer = http.get(f"{path}/png?picture=decision")
    assert answer.status_code == 200 and answer.content.startswith(b"\x89PNG"), answer.text
    for wrong in ("csv?picture=world", "svg?picture=zork", "svg?picture="):
        refused = http.get(f"{path}/{wrong}")
        assert refused.status_code == 422 and refused.json()["errors"][0]["field"].endswith("picture"), refused.text


TRACE = {"content-type": "application/vnd.twistscope.trace"}


def test_a_kept_trace_is_drawn_over_http(http, trace, bare):
    for path in (trace, bare):
        answer = http.post("/drawings", content=path.read_bytes(), headers=TRACE)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/vnd.twistscope.drawing"
        (arrays, about), (wanted, _) = (read(data, SCHEMA) for data in (answer.content, planner.load(path).drawing(complete=True)))
        assert arrays.keys() == wanted.keys() and all(np.array_equal(arrays[name], wanted[name], equal_nan=True) for name in wanted)
        assert about["session"] == ""


def test_a_file_that_cannot_be_drawn_is_refused_over_http(http, trace):
    whole, record = trace.read_bytes(), planner.load(trace)
    kinds = {
        "cut off": whole[: len(whole) // 2],
        "nothing": b"",
        "text": b"<html>no trace</html>",
        "an array lacks": record.to_bytes([name for name in record.arrays if name != "parent"]),
        "an array of another shape": Record({**record.arrays, "parent": record.arrays["parent"][:, :3]}, record.metadata).to_bytes(record.arrays),
    }
    for kind, data in kinds.items():
        answer = http.post("/drawings", content=data, headers=TRACE)
        assert answer.status_code == 422, kind
        assert answer.json()["detail"].startswith(("this is no trace of a plan: ", "the trace is damaged: it cannot be drawn")), kind


def test_a_server_without_a_browser_says_so(tmp_path):
    with serving("serve-backend", data=tmp_path / "data", PATH=str(tmp_path)) as server:
        body = {"checkpoint": "cartpole-early", "settings": {"particles": 16, "depth": 4}}
        session = httpx.post(f"{server.api}/sessions", json=body, timeout=60).json()
        answer = httpx.get(f"{server.api}/sessions/{session['id']}/moments/0/export/svg", timeout=60)
        assert answer.status_code == 501 and "needs Chromium" in answer.json()["detail"]


def test_without_a_browser_a_picture_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    refused(tmp_path, *PLAN, name="a.svg", says="needs Chromium")
    refused(tmp_path, *PLAN, name="a.png", says="share dialog")


@pytest.mark.parametrize(
    ("does", "says"),
    [("exit 1", "made no picture"), ("echo '<pre id=\"export\">'", "made no picture"), ("sleep 60 & sleep 60", "made no picture in 1 s")],
)
def test_a_browser_that_does_not_play_along_is_one_line(trace, tmp_path, tmp_path_factory, monkeypatch, does, says):
    folder = tmp_path_factory.mktemp("bin")
    browser = folder / "chromium"
    browser.write_text(f"#!/bin/sh\n{does}\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(pictures, "SECONDS", 1)
    refused(tmp_path, trace, name="a.svg", says=says)


def test_a_browser_that_does_not_start_is_one_line(trace, tmp_path, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("bin")
    (folder / "chromium").write_bytes(b"\x7fELF no program")
    (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    refused(tmp_path, trace, name="a.svg", says="does not start")


def test_a_browser_that_ends_without_a_picture_is_started_again_with_more_time(trace, tmp_path, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("bin")
    real, budgets = shutil.which("chromium") or shutil.which("chromium-headless-shell"), folder / "budgets"
    (folder / "chromium").write_text(
        f'#!/bin/sh\nfor each; do case "$each" in --virtual-time-budget=*) echo "$each" >> {budgets};; esac; done\n'
        f'[ $(wc -l < {budgets}) = 1 ] || exec {real} "$@"\n'
    )
    (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert ET.fromstring(written(tmp_path / "a.svg", trace)).tag == f"{SVG}svg"
    # A busy machine may need another one.
    first, *more = (int(line.partition("=")[2]) for line in budgets.read_text().splitlines())
    assert more and [first, *more] == sorted({first, *more})
