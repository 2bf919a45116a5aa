"""The commands that record and replay: the file of an episode is that of a session, and is shown by a server of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing

import httpx
import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

import planner
from backend.recordings.file import Kept, RecordingError, append, create, open_to_read, read_frames, wal_of
from tests.backend.commands import here
from tests.backend.link import read_trace
from tests.backend.test_ending import heeding_interrupts
from tests.backend.test_recordings import FILE, SIZE, record_steps
from tests.servers import ROOT, serving, share_programs

pytestmark = pytest.mark.usefixtures("own_cache")


def test_an_episode_is_recorded_by_a_command_and_is_the_one_of_a_session(server, http, new_session, tmp_path):
    out = tmp_path / "episode.twistscope"
    done = here(
        "record", "--checkpoint", "cartpole-early", "--particles", 32, "--depth", 8, "--seed", 1, "--steps", 3, "--title", "by command", "--out", out
    )
    assert done.returncode == 0 and "3 frames of TRT-SMC on cartpole-early" in done.stdout, done.stderr
    taken = http.post("/recordings", content=out.read_bytes(), headers=FILE).json()
    assert taken["title"] == "by command" and taken["frames"] == 3
    _, seen = record_steps(server, http, new_session(settings=SIZE))
    for step, (arrays, _) in enumerate(seen):
        kept, _ = read_trace(http.get(f"/recordings/{taken['id']}/frames/{step}/trace").content)
        np.testing.assert_array_equal(kept["action"], arrays["action"])
        np.testing.assert_array_equal(kept["ancestor"], arrays["ancestor"])


def test_a_file_is_replayed_by_a_command(tmp_path):
    out = tmp_path / "sample.twistscope"
    done = here("record", "--checkpoint", "cartpole-early", "--particles", 32, "--depth", 8, "--steps", 2, "--title", "sample", "--out", out)
    assert done.returncode == 0, done.stderr
    with serving("replay", str(out), "--no-open", data=tmp_path) as server:
        (only,) = httpx.get(f"{server.api}/recordings").json()["recordings"]
        assert only["title"] == "sample"
        assert httpx.post(f"{server.api}/recordings/{only['id']}/replay", json={}).status_code == 201
        assert httpx.get(f"{server.url}/?recording={only['id']}").status_code == 200


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["replay", "nowhere.twistscope"], "there is no file nowhere.twistscope"),
        (["replay", "README.md"], "not a recording"),
        (["record", "--checkpoint", "zork", "--out", "{folder}/a.twistscope"], "zork"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/a.mp4"], "a recording is a file .twistscope, got 'a.mp4'"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/none/a.twistscope"], "there is no folder"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/there.twistscope"], "exists already"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/a.twistscope", "--title", "bell\a"], "title"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/a.twistscope", "--title", ""], "title: got '', allowed: 1 to"),
        (["record", "--checkpoint", "catch", "--out", "{folder}/a.twistscope", "--set", "alpha=7"], "alpha: got 7"),
    ],
)
def test_a_mistake_of_these_commands_is_one_line_and_leaves_nothing(tmp_path, words, says):
    (tmp_path / "there.twistscope").touch()
    done = here(*(word.format(folder=tmp_path) for word in words))
    assert done.returncode == 2 and says in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.twistscope"]


@pytest.fixture(scope="module")
def episode(tmp_path_factory):
    """A recording of three frames, made by the command."""
    out = tmp_path_factory.mktemp("episode") / "episode.twistscope"
    done = here("record", "--checkpoint", "cartpole-early", "--particles", 32, "--depth", 8, "--steps", 3, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def frames_of(path):
    with closing(open_to_read(path)) as connection:
        return [kept.record(10**9) for kept in read_frames(connection)]


def test_a_whole_recording_is_exported_as_one_table(episode, tmp_path):
    out = tmp_path / "all.parquet"
    assert here("export", episode, "--out", out).returncode == 0
    read, records = pyarrow.parquet.read_table(out), frames_of(episode)
    assert read.num_rows == 3 * 8 * 32 and read.column("frame").to_pylist()[:: 8 * 32] == [0, 1, 2]
    for name in ("log_weight", "action", "ancestor"):
        whole = np.concatenate([record.arrays[name].ravel() for record in records])
        np.testing.assert_array_equal(read.column(name).to_numpy(), whole)
    assert all(read.schema.field(name).metadata[b"unit"] and read.schema.field(name).metadata[b"description"] for name in read.schema.names)
    table = tmp_path / "all.csv"
    assert here("export", episode, "--out", table).returncode == 0
    np.testing.assert_array_equal(pyarrow.csv.read_csv(table).column("slot").to_numpy(), read.column("slot").to_numpy())


def test_one_frame_of_a_recording_is_exported_in_every_form(episode, tmp_path):
    records = frames_of(episode)
    for suffix in (".safetensors", ".html", ".py", ".parquet"):
        assert here("export", episode, "--frame", 2, "--out", tmp_path / f"frame{suffix}").returncode == 0, suffix
    np.testing.assert_array_equal(planner.load(tmp_path / "frame.safetensors").arrays["log_weight"], records[2].arrays["log_weight"])
    assert pyarrow.parquet.read_table(tmp_path / "frame.parquet").num_rows == 8 * 32


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{episode}", "--out", "{folder}/a.html"], "--frame says which frame"),
        (["{episode}", "--frame", "9", "--out", "{folder}/a.html"], "no frame 9"),
        (["{folder}/none.twistscope", "--out", "{folder}/a.csv"], "there is no such file"),
        (["{folder}/text.twistscope", "--out", "{folder}/a.csv"], "not a recording"),
        (["--checkpoint", "catch", "--frame", "1", "--out", "{folder}/a.csv"], "--frame is of a recording"),
        (["{episode}", "--seed", "3", "--out", "{folder}/a.csv"], "leave out --seed"),
    ],
)
def test_a_mistake_of_exporting_a_recording_is_one_line_and_leaves_nothing(episode, tmp_path, words, says):
    (tmp_path / "text.twistscope").write_text("no recording at all, but long enough to be one")
    done = here("export", *(word.format(folder=tmp_path, episode=episode) for word in words))
    assert done.returncode == 2 and says in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["text.twistscope"]


def told_while_recording(folder, number):
    """A recording whose command is sent a signal after some frames. Returns the file, the exit code, and what the command said."""
    out = folder / "cut.twistscope"
    share_programs(folder)
    words = ["record", "--checkpoint", "cartpole-early", "--particles", "8", "--depth", "4", "--steps", "100000", "--out", str(out)]
    environment = os.environ | {"TWISTSCOPE_DATA": str(folder)}
    with heeding_interrupts():
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    try:
        # Three frames, of which none is folded in yet.
        while process.poll() is None and not (out.exists() and wal_of(out).exists() and wal_of(out).stat().st_size > 60_000):
            time.sleep(0.002)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    return out, process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_recording_is_one_file_with_all_its_frames(tmp_path, number):
    out, code, said = told_while_recording(tmp_path, number)
    assert code == 128 + number, said
    assert not wal_of(out).exists()
    moved = tmp_path / "elsewhere" / "moved.twistscope"
    moved.parent.mkdir()
    shutil.copy(out, moved)
    frames = frames_of(moved)
    assert len(frames) >= 2 and [frame.metadata.step for frame in frames] == list(range(len(frames)))
    assert said.strip().splitlines() == [f"twistscope: interrupted: {len(frames)} frames kept in {out}"]


def test_what_a_killed_process_left_beside_a_recording_is_folded_into_it_by_whoever_reads_it(tmp_path):
    out, code, _ = told_while_recording(tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL and wal_of(out).stat().st_size
    alone = tmp_path / "alone.twistscope"
    shutil.copy(out, alone)
    with pytest.raises(RecordingError, match="its frames are not in it: they are in the file of this name with -wal"):
        frames_of(alone)
    frames = frames_of(out)
    assert len(frames) >= 2 and not wal_of(out).exists()
    shutil.copy(out, alone)
    assert len(frames_of(alone)) == len(frames)


def test_a_recording_that_is_being_made_is_read_and_left_to_its_writer(tmp_path, episode):
    out = tmp_path / "live.twistscope"
    (first, second, *_), about = frames_of(episode), {"title": "live"}
    with closing(create(out, about)) as writing:
        append(writing, [Kept.of(first, 0, 0.0, "")])
        assert len(frames_of(out)) == 1 and wal_of(out).exists()
        append(writing, [Kept.of(second, 1, 1.0, "")])
        assert len(frames_of(out)) == 2
