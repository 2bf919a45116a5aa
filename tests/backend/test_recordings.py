"""Recordings: every acknowledged frame is there, bit for bit, and replays without its checkpoint; files from elsewhere harm nothing."""

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
import zstandard

from backend.recordings.file import Kept, RecordingError, append, count_frames, create, import_file, open_to_read, read_frames
from backend.recordings.library import Library
from planner import Record
from planner.record.container import read
from planner.record.metadata import SCHEMA
from tests.backend.link import Link, read_trace
from tests.servers import serving

ASSETS = Path(__file__).parents[2] / "assets" / "checkpoints"
SIZE = {"particles": 32, "depth": 8}
FILE = {"Content-Type": "application/vnd.twistscope.recording"}


def post(http, path, **body):
    answer = http.post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def record_steps(server, http, session, steps=3, title=None):
    """Record some steps of a session. Returns the recording and the traces as viewers saw them."""
    seen = []
    with Link(server, session["id"]) as link:
        seen.append(link.frame())
        post(http, f"/sessions/{session['id']}/recording", **({"title": title} if title else {}))
        for step in range(1, steps):
            link.send(type="command", command="step")
            seen.append(link.frame(step=step))
        stopped = http.delete(f"/sessions/{session['id']}/recording")
        assert stopped.status_code == 200 and stopped.json()["frames"] == steps and stopped.json()["ended"], stopped.text
    return stopped.json(), seen


@pytest.fixture
def recorded(server, http, new_session):
    return record_steps(server, http, new_session(settings=SIZE))


def trace_at(http, session, step):
    answer = http.get(f"/sessions/{session['id']}/moments/{step}/trace")
    assert answer.status_code == 200, answer.text
    return read_trace(answer.content)


def test_every_frame_is_kept_bit_for_bit_with_what_made_it(http, recorded):
    recording, seen = recorded
    for step, (arrays, header) in enumerate(seen):
        kept, about = read_trace(http.get(f"/recordings/{recording['id']}/frames/{step}/trace").content)
        for name in arrays:
            np.testing.assert_array_equal(kept[name], arrays[name], err_msg=name)
        assert {name: about[name] for name in ("settings", "seed", "step", "actions_so_far")} == {
            name: header[name] for name in ("settings", "seed", "step", "actions_so_far")
        }


def test_a_replay_is_walked_like_a_session_and_changes_nothing(server, http, recorded):
    recording, seen = recorded
    replay = post(http, f"/recordings/{recording['id']}/replay", step=1)
    assert replay["replay"]["frames"] == replay["furthest"] + 1 == 3 and replay["step"] == 1
    with Link(server, replay["id"]) as link:
        arrays, header = link.frame(step=1)
        np.testing.assert_array_equal(arrays["log_weight"], seen[1][0]["log_weight"])
        assert header["replayed"] == "true"
        for command, step in (
            ({"command": "goto", "step": 0}, 0),
            ({"command": "step"}, 1),
            ({"command": "back"}, 0),
            ({"command": "play", "speed": 50}, 2),
        ):
            link.send(type="command", **command)
            arrays, _ = link.frame(step=step)
            np.testing.assert_array_equal(arrays["action"], seen[step][0]["action"])
        link.send(type="settings", settings={"alpha": 0.5})
        assert "plan again from here" in link.text("error")["detail"]
        for command in ({"command": "act", "action": 0}, {"command": "intervene", "interventions": []}, {"command": "reset", "seed": 3}):
            link.send(type="command", **command)
            assert "plan again from here" in link.text("error")["detail"]
        link.send(type="command", command="step")
        assert "last frame" in link.text("error")["detail"]
    assert http.patch(f"/sessions/{replay['id']}/settings", json={"alpha": 0.5}).status_code == 409
    assert http.get(f"/sessions/{replay['id']}/link").status_code == 409
    assert http.post(f"/sessions/{replay['id']}/seeds", json={"seeds": 2}).status_code == 409
    # Exports of a frame come from the recording.
    assert http.get(f"/sessions/{replay['id']}/moments/2/export/html").status_code == 200
    np.testing.assert_array_equal(trace_at(http, replay, 2)[0]["log_weight"], seen[2][0]["log_weight"])
    again = post(http, f"/sessions/{replay['id']}/commands", command="fork")
    assert again["replay"] is None and again["step"] == 2
    np.testing.assert_array_equal(trace_at(http, again, 2)[0]["log_weight"], seen[2][0]["log_weight"])
    http.delete(f"/sessions/{replay['id']}")
    http.delete(f"/sessions/{again['id']}")


def test_a_file_is_carried_to_a_server_without_the_checkpoint_and_replayed_there(http, recorded, tmp_path):
    recording, seen = recorded
    answer = http.get(f"/recordings/{recording['id']}/file")
    assert answer.status_code == 200 and answer.headers["content-disposition"].endswith('.twistscope"')
    (tmp_path / "none").mkdir()
    with serving("serve-backend", "--checkpoints", str(tmp_path / "none"), data=tmp_path / "data") as other:
        taken = httpx.post(f"{other.api}/recordings", content=answer.content, headers=FILE)
        assert taken.status_code == 201, taken.text
        assert taken.json()["title"] == recording["title"] and taken.json()["frames"] == 3
        replay = httpx.post(f"{other.api}/recordings/{taken.json()['id']}/replay", json={}).json()
        with Link(other, replay["id"]) as link:
            arrays, _ = link.frame(step=0)
            np.testing.assert_array_equal(arrays["log_weight"], seen[0][0]["log_weight"])
            link.send(type="command", command="fork")
            assert "checkpoint" in link.text("error")["detail"]


def test_recordings_are_listed_renamed_deleted_and_restored(http, recorded):
    recording, _ = recorded
    path = f"/recordings/{recording['id']}"
    listed = next(each for each in http.get("/recordings").json()["recordings"] if each["id"] == recording["id"])
    assert listed["frames"] == 3 and listed["bytes"] > 1000 and listed["scene"] and listed["checkpoint"] == "cartpole-early" and not listed["live"]
    name = "A pole / ..\\ über alles 🙂"
    assert http.patch(path, json={"title": f"  {name} "}).json()["title"] == name
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404
    assert http.post(f"{path}/restore").json()["title"] == name
    assert http.get(path).status_code == 200
    assert http.post("/recordings/0123456789abcdef/restore").status_code == 404


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "bell\a", "null\0", "\ud800"])
def test_a_title_that_is_not_possible_is_refused_and_the_old_one_stays(http, recorded, title):
    path = f"/recordings/{recorded[0]['id']}"
    answer = http.patch(path, content=json.dumps({"title": title}), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert http.get(path).json()["title"] == recorded[0]["title"]


@pytest.mark.parametrize("id", ["..%2f..%2fetc%2fpasswd", "zork", "0123456789abcdef", "A" * 16, "x" * 300])
def test_an_id_is_never_a_path(http, id):
    for answer in (http.get(f"/recordings/{id}"), http.get(f"/recordings/{id}/file"), http.delete(f"/recordings/{id}")):
        assert answer.status_code == 404


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_whole_recording_is_one_table_over_http(http, recorded, form):
    recording, seen = recorded
    answer = http.get(f"/recordings/{recording['id']}/export/{form}")
    assert answer.status_code == 200 and f"{recording['id']}.{form}" in answer.headers["content-disposition"]
    read = (pyarrow.parquet.read_table if form == "parquet" else pyarrow.csv.read_csv)(io.BytesIO(answer.content))
    assert read.num_rows == sum(arrays["log_weight"].size for arrays, _ in seen)
    np.testing.assert_array_equal(
        read.column("log_weight").to_numpy().astype(np.float32), np.concatenate([arrays["log_weight"].ravel() for arrays, _ in seen])
    )
    assert http.get("/recordings/nope/export/csv").status_code == 404
    assert http.get(f"/recordings/{recording['id']}/export/exe").status_code == 422


def test_a_session_is_recorded_once_at_a_time_and_a_live_recording_is_not_deleted(server, http, new_session):
    session = new_session(settings=SIZE)
    path = f"/sessions/{session['id']}/recording"
    assert http.delete(path).status_code == 409
    first = post(http, path)
    assert http.post(path, json={}).status_code == 409
    assert http.get(f"/recordings/{first['id']}").json()["live"]
    assert http.delete(f"/recordings/{first['id']}").status_code == 409
    assert http.delete(path).json()["id"] == first["id"]
    assert http.delete(f"/recordings/{first['id']}").status_code == 204
    # The list at the link of every viewer says the same.
    with Link(server, session["id"]) as link:
        assert link.text("recording")["recording"]["ended"]


def test_a_session_that_ends_while_it_is_recorded_leaves_a_whole_recording(server, http, new_session):
    session = new_session(settings=SIZE)
    with Link(server, session["id"]) as link:
        link.frame()
        recording = post(http, f"/sessions/{session['id']}/recording")
        http.delete(f"/sessions/{session['id']}")
    for _ in range(100):
        if not http.get(f"/recordings/{recording['id']}").json()["live"]:
            break
        time.sleep(0.1)
    assert http.get(f"/recordings/{recording['id']}").json()["frames"] == 1


# Files from elsewhere


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A recording of one frame as a file, and its record."""
    from planner import Checkpoints, run

    record = run(Checkpoints(ASSETS).load("catch"), particles=8, depth=3)
    path = tmp_path_factory.mktemp("sample") / "sample.twistscope"
    with closing(create(path, {"title": "sample", "created": "2026-01-01", "scene": record.metadata.scene})) as connection:
        append(connection, [Kept.of(record, 0, 0.5, "0123456789")])
        connection.execute("PRAGMA journal_mode = DELETE")
    return path, record


def changed(sample, tmp_path, statement, *values):
    """A copy of the sample that somebody has edited."""
    path = tmp_path / "edited.twistscope"
    shutil.copy(sample[0], path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)
    return path


def bomb(size):
    """Few bytes that say they become many."""
    return zstandard.ZstdCompressor().compress(bytes(size))


EDITS = {
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON frames BEGIN DELETE FROM about; END",),
    "a view": ("CREATE VIEW v AS SELECT * FROM frames",),
    "another table": ("CREATE TABLE more (x)",),
    "another program": ("PRAGMA application_id = 7",),
    "another version": ("PRAGMA user_version = 2",),
    "no frames": ("DELETE FROM frames",),
    "a gap": ("UPDATE frames SET number = 1",),
    "a text for a record": ("UPDATE frames SET record = 'x'",),
    "no zstd": ("UPDATE frames SET record = x'0011223344556677'",),
    "another size": ("UPDATE frames SET size = size + 1",),
    "a bomb": ("UPDATE frames SET record = ?, size = ?", bomb(2**31 - 1), 2**31 - 1),
    "a hidden bomb": ("UPDATE frames SET record = ?", bomb(2**28)),
    "no trace": ("UPDATE frames SET record = ?, size = 64", bomb(64)),
    "another seed": ("UPDATE frames SET seed = 77",),
    "other settings": ("UPDATE frames SET settings = '{}'",),
    "no JSON": ("UPDATE frames SET settings = '{'",),
    "deep JSON": ("UPDATE frames SET interventions = ?", "[" * 100_000),
    "a list for settings": ("UPDATE frames SET settings = '[]'",),
    "a frame at no time": ("UPDATE frames SET seconds = 1e999",),
    "a settings' number that is none": ("UPDATE frames SET settings = '{\"alpha\": NaN}'",),
    **{
        f"{name} of {fact}": ("INSERT OR REPLACE INTO about VALUES (?, ?)", fact, text)
        for fact in ("title", "created", "checkpoint", "scene")
        for name, text in {
            "another type": "[]",
            "not a number": "NaN",
            "an infinite number": "1e999",
            "deep JSON": "[" * 100_000,
            "a lone surrogate": '"\\ud800"',
            "no JSON": "{",
        }.items()
    },
    "a title with a control character": ("UPDATE about SET value = '\"a\\u0000\"' WHERE name = 'title'",),
    "a title without end": ("UPDATE about SET value = ? WHERE name = 'title'", json.dumps("x" * 10_000)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_file_is_refused_and_nothing_is_kept_of_it(http, sample, tmp_path, edit):
    path = changed(sample, tmp_path, *EDITS[edit])
    before = len(http.get("/recordings").json()["recordings"])
    answer = http.post("/recordings", content=path.read_bytes(), headers=FILE)
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert len(detail.splitlines()) == 1 and len(detail) < 500 and any(word in detail for word in ("record", "frame", "title")), detail
    after = http.get("/recordings").json()
    assert len(after["recordings"]) == before and not after["damaged"]


@pytest.mark.parametrize("kept", [0, 10, 100, 4096, -1, -4096])
def test_a_truncated_or_foreign_file_is_refused(http, sample, kept):
    whole = sample[0].read_bytes()
    for data in (whole[:kept], os.urandom(5000), b"PK\x03\x04" + whole[4:]):
        assert http.post("/recordings", content=data, headers=FILE).status_code == 422


def test_facts_about_the_whole_are_taken_by_name_and_no_more(sample, tmp_path):
    path = changed(sample, tmp_path, "INSERT INTO about VALUES ('../../evil', '\"x\"')")
    import_file(path, tmp_path / "ours.twistscope", 10**9)
    with closing(sqlite3.connect(tmp_path / "ours.twistscope")) as connection:
        assert ("../../evil",) not in connection.execute("SELECT name FROM about").fetchall()
        assert connection.execute("SELECT count(*) FROM frames").fetchone() == (1,)


def test_every_damaged_byte_is_a_damaged_file_or_does_no_harm(sample, tmp_path):
    whole = bytearray(sample[0].read_bytes())
    random = np.random.default_rng(0)
    path = tmp_path / "damaged.twistscope"
    for place in random.integers(0, len(whole), 300):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        target = tmp_path / "ours.twistscope"
        with contextlib.suppress(RecordingError):
            import_file(path, target, 10**9)
        for part in tmp_path.glob("ours*"):
            part.unlink()


def test_a_record_with_a_damaged_header_is_a_damaged_file_or_does_no_harm(sample, tmp_path):
    whole = sample[1].to_bytes(sample[1].arrays)
    random = np.random.default_rng(0)
    target = tmp_path / "ours.twistscope"
    for place in random.integers(8, 8 + int.from_bytes(whole[:8], "little"), 200):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.integers(8)
        path = changed(sample, tmp_path, "UPDATE frames SET record = ?", zstandard.ZstdCompressor().compress(bytes(damaged)))
        with contextlib.suppress(RecordingError):
            import_file(path, target, 10**9)
        target.unlink(missing_ok=True)


def test_an_upload_beyond_the_limit_and_one_that_stops_are_refused(sample, tmp_path):
    with serving("serve-backend", data=tmp_path, TWISTSCOPE_MAX_UPLOAD="10000", TWISTSCOPE_MAX_CLIENT_SECONDS="2") as small:
        answer = httpx.post(f"{small.api}/recordings", content=sample[0].read_bytes(), headers=FILE)
        assert answer.status_code == 413 and "10000" in answer.json()["detail"]

        def slowly():
            yield b"SQLite"
            time.sleep(6)
            yield b"format"

        # It may be cut off while it still sends.
        with contextlib.suppress(httpx.TransportError):
            assert httpx.post(f"{small.api}/recordings", content=slowly(), headers=FILE, timeout=30).status_code == 408
        assert list((tmp_path / "recordings").iterdir()) == []
        assert httpx.get(f"{small.api}/health/live").status_code == 200


# Room and rights


def test_at_the_limit_recording_ends_with_a_reason_and_what_was_kept_stays(data, tmp_path):
    with serving("serve-backend", data=tmp_path, TWISTSCOPE_MAX_RECORDINGS=str(100 * 1024)) as small:
        session = httpx.post(
            f"{small.api}/sessions", json={"checkpoint": "cartpole-early", "settings": {"particles": 64, "depth": 16}}, timeout=60
        ).json()
        with Link(small, session["id"]) as link:
            link.frame()
            recording = httpx.post(f"{small.api}/sessions/{session['id']}/recording", json={}).json()
            link.send(type="command", command="play", speed=100)
            while True:
                message = link.receive()
                if isinstance(message, dict) and message["type"] == "recording" and message["recording"]["ended"]:
                    break
                if not isinstance(message, dict):
                    link.send(type="ack", frame=int(message[1]["frame"]))
        said = message["recording"]
        assert "TWISTSCOPE_MAX_RECORDINGS" in said["detail"] and "delete some" in said["detail"]
        assert httpx.get(f"{small.api}/recordings/{recording['id']}").json()["frames"] == said["frames"] > 0
        refused = httpx.post(f"{small.api}/sessions/{session['id']}/recording", json={})
        # Deleted, the recording makes room for the next.
        if refused.status_code == 507:
            assert "delete some" in refused.json()["detail"]
        assert httpx.delete(f"{small.api}/recordings/{recording['id']}").status_code == 204
        assert httpx.post(f"{small.api}/sessions/{session['id']}/recording", json={}).status_code in (201, 409)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_recording_ends_with_a_reason_and_what_was_acknowledged_is_read(small_disk, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "recordings").symlink_to(small_disk)
    with serving("serve-backend", data=data) as server:
        session = httpx.post(
            f"{server.api}/sessions", json={"checkpoint": "cartpole-early", "settings": {"particles": 64, "depth": 16}}, timeout=60
        ).json()
        with Link(server, session["id"]) as link:
            link.frame()
            recording = httpx.post(f"{server.api}/sessions/{session['id']}/recording", json={}).json()
            link.send(type="command", command="play", speed=100)
            acknowledged, ended = 0, None
            while ended is None:
                message = link.receive()
                if not isinstance(message, dict):
                    link.send(type="ack", frame=int(message[1]["frame"]))
                elif message["type"] == "recording":
                    acknowledged = max(acknowledged, message["recording"]["frames"])
                    ended = message["recording"]["detail"] if message["recording"]["ended"] else None
                elif message["type"] == "status" and message["phase"] == "ended":
                    link.send(type="command", command="reset")
                    link.send(type="command", command="play", speed=100)
            # The session goes on.
            link.send(type="command", command="reset")
            link.frame(step=0)
        assert "full" in ended or "space" in ended, ended
        assert acknowledged > 0
        for number in (0, acknowledged - 1):
            assert httpx.get(f"{server.api}/recordings/{recording['id']}/frames/{number}/trace").status_code == 200
        upload = httpx.post(f"{server.api}/recordings", content=bytes(2**21), headers=FILE)
        assert upload.status_code == 507 and upload.json()["detail"]
        assert httpx.get(f"{server.api}/recordings").json()["recordings"][0]["frames"] == acknowledged


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    # A file in the place of the folder: nobody can write below it, not even root.
    (tmp_path / "recordings").write_text("in the way")
    with serving("serve-backend", data=tmp_path) as server:
        session = httpx.post(f"{server.api}/sessions", json={"checkpoint": "cartpole-early", "settings": SIZE}, timeout=60).json()
        answer = httpx.post(f"{server.api}/sessions/{session['id']}/recording", json={})
        assert answer.status_code == 507 and answer.json()["detail"].startswith("nothing can be recorded: ")
        assert httpx.post(f"{server.api}/recordings", content=b"x", headers=FILE).status_code == 507
        assert httpx.get(f"{server.api}/recordings").json()["recordings"] == []
        assert httpx.get(f"{server.api}/sessions/{session['id']}").json()["recording"] is None


def test_two_servers_share_a_folder_and_neither_harms_the_others_recording(tmp_path):
    with serving("serve-backend", data=tmp_path) as one, serving("serve-backend", data=tmp_path) as other:
        session = httpx.post(f"{one.api}/sessions", json={"checkpoint": "cartpole-early", "settings": SIZE}, timeout=60).json()
        with Link(one, session["id"]) as link:
            link.frame()
            recording = httpx.post(f"{one.api}/sessions/{session['id']}/recording", json={}).json()
            path = f"/recordings/{recording['id']}"
            assert httpx.delete(other.api + path).status_code == 409
            link.send(type="command", command="step")
            link.frame(step=1)
            httpx.delete(f"{one.api}/sessions/{session['id']}/recording")
        assert httpx.get(other.api + path).json()["frames"] == 2
        assert httpx.post(f"{other.api}{path}/replay", json={}).status_code == 201
        assert httpx.delete(other.api + path).status_code == 204
        assert httpx.get(one.api + path).status_code == 404


def test_a_server_that_is_stopped_leaves_each_recording_as_one_file(tmp_path):
    with serving("serve-backend", data=tmp_path) as server:
        session = httpx.post(f"{server.api}/sessions", json={"checkpoint": "cartpole-early", "settings": SIZE}, timeout=60).json()
        with Link(server, session["id"]) as link:
            link.frame()
            httpx.post(f"{server.api}/sessions/{session['id']}/recording", json={})
            link.send(type="command", command="step")
            link.frame(step=1)
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(30)
    (path,) = (tmp_path / "recordings").glob("*.twistscope")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with closing(open_to_read(path)) as connection:
        assert count_frames(connection)[0] == 2


# Power


WRITE = """
import sys
from pathlib import Path
from backend.recordings.file import Kept, append, create
from planner import Record
record = Record.from_bytes(Path(sys.argv[2]).read_bytes())
connection = create(Path(sys.argv[1]), {"title": "killed"})
number = 0
while True:
    append(connection, [Kept.of(record, number, number / 10, "0123456789")])
    print(number, flush=True)
    number += 1
"""


@pytest.mark.slow
def test_a_process_killed_while_it_writes_loses_nothing_that_it_acknowledged(sample, tmp_path):
    trace = tmp_path / "trace"
    trace.write_bytes(sample[1].to_bytes())
    random = np.random.default_rng(0)
    for attempt in range(5):
        path = tmp_path / f"{attempt}.twistscope"
        with subprocess.Popen([sys.executable, "-c", WRITE, str(path), str(trace)], stdout=subprocess.PIPE, text=True) as writing:
            # Until it writes, and then for some time.
            first = writing.stdout.readline()
            time.sleep(random.uniform(0, 0.3))
            writing.kill()
            acknowledged = int((writing.stdout.read().split() or [first])[-1])
        with closing(open_to_read(path)) as connection:
            assert count_frames(connection)[0] >= acknowledged + 1
            for frame in read_frames(connection):
                np.testing.assert_array_equal(frame.record(10**9).arrays["log_weight"], sample[1].arrays["log_weight"])


def test_the_title_of_a_deleted_recording_takes_no_room_for_ever(tmp_path, sample):
    library = Library(tmp_path, 10**9, 10**9)
    taken = library.take_in(sample[0])
    library.delete(taken["id"])
    assert library.size() > 0
    library._forget(0)
    assert library.size() == 0 and list(tmp_path.iterdir()) == []


def test_a_record_without_diagnostics_derives_them(sample):
    frame = Kept.of(sample[1], 0, 0.0, "x")
    again = frame.record(10**9)
    assert isinstance(again, Record) and again.arrays.keys() == sample[1].arrays.keys()
    assert again.metadata == sample[1].metadata and set(again.all_arrays) == set(sample[1].all_arrays)
    assert read(sample[1].to_bytes(), SCHEMA)[0].keys() == again.all_arrays.keys()
