"""The commands that record and replay: the file of an episode is that of a session, and is shown by a server of its own."""

import httpx
import numpy as np
import pytest

from tests.backend.commands import here
from tests.backend.link import read_trace
from tests.backend.test_recordings import FILE, SIZE, record_steps
from tests.servers import serving

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
        (["record", "--checkpoint", "catch", "--out", "{folder}/a.twistscope", "--set", "alpha=7"], "alpha: got 7"),
    ],
)
def test_a_mistake_of_these_commands_is_one_line_and_leaves_nothing(tmp_path, words, says):
    (tmp_path / "there.twistscope").touch()
    done = here(*(word.format(folder=tmp_path) for word in words))
    assert done.returncode == 2 and says in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.twistscope"]
