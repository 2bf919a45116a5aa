"""The command line, run as a user runs it."""

import json
import shutil
import socket

import httpx
import numpy as np
import pytest

from planner import Checkpoints
from tests.backend.commands import here
from tests.backend.link import read_trace
from tests.servers import ROOT, free_port, serving, twistscope

pytestmark = pytest.mark.usefixtures("own_cache")

SHIPPED = ROOT / "assets" / "checkpoints"
SMALL = ("--particles", "32", "--depth", "8")


def test_the_same_plan_twice_is_byte_equal(tmp_path):
    command = ("plan", "--checkpoint", "cartpole", *SMALL, "--seed", "0", "--out")
    first = twistscope(*command, str(tmp_path / "a.safetensors"), check=True, anew=True)
    twistscope(*command, str(tmp_path / "b.safetensors"), check=True)
    assert "chosen action" in first.stdout
    one, _ = read_trace((tmp_path / "a.safetensors").read_bytes())
    two, _ = read_trace((tmp_path / "b.safetensors").read_bytes())
    assert one.keys() == two.keys()
    for name in one:
        assert one[name].tobytes() == two[name].tobytes(), name


def test_plan_says_what_it_found_as_json(tmp_path):
    out = tmp_path / "a.safetensors"
    done = twistscope("plan", "--checkpoint", "cartpole-early", *SMALL, "--step", "3", "--set", "alpha=0.5", "--out", str(out), "--json", check=True)
    summary = json.loads(done.stdout)
    arrays, metadata = read_trace(out.read_bytes())
    assert summary["step"] == 3
    assert json.loads(metadata["settings"])["alpha"] == 0.5
    np.testing.assert_allclose(summary["root_policy"], arrays["root_policy"])


def test_checkpoints_lists_the_shipped_ones():
    listed = json.loads(twistscope("checkpoints", "--json", check=True).stdout)
    assert {"cartpole", "cartpole-early"} <= {card["name"] for card in listed["checkpoints"]}
    assert listed["damaged"] == []


@pytest.mark.slow
def test_evaluate_compares_the_prior_with_a_planner():
    done = twistscope(
        "evaluate", "--checkpoint", "cartpole-early", "--episodes", "8", "--planner", "none", "--planner", "trt_smc", *SMALL, "--json", check=True
    )
    returns = json.loads(done.stdout)["returns"]
    assert returns.keys() == {"none", "trt_smc"}
    assert all(row["episodes"] == 8 and row["standard_error"] >= 0 for row in returns.values())
    assert all(row[f"{name}_interval"][0] <= row[name] <= row[f"{name}_interval"][1] for row in returns.values() for name in ("mean", "iqm"))
    assert returns["none"]["model_steps"] == 0 and returns["trt_smc"]["model_steps"] > 0


def test_evaluate_puts_returns_on_the_card_and_keeps_what_else_is_there(tmp_path):
    shutil.copytree(SHIPPED / "catch-early", tmp_path / "catch-early")
    before = Checkpoints(tmp_path).card("catch-early")
    words = ("--planner", "none", "--planner", "spo", *SMALL, "--save", "--checkpoints", str(tmp_path))
    twistscope("evaluate", "--checkpoint", "catch-early", "--episodes", "8", *words, check=True)
    after = Checkpoints(tmp_path).load("catch-early").card
    assert after.returns.keys() == {*before.returns, "spo"}
    assert after.returns["prior"].episodes == after.returns["spo"].episodes == 8
    assert after.model_copy(update={"returns": before.returns}) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "--checkpoint", "nope"), "unknown checkpoint 'nope'; known are"),
        (("plan", "--checkpoint", "cartpole", "--planner", "zork"), "unknown planner 'zork'"),
        (("plan", "--checkpoint", "cartpole", "--set", "alpha=7"), "alpha: got 7, allowed: a number >= 0 and <= 1"),
        (("plan", "--checkpoint", "cartpole", "--set", "alpha=lots"), "alpha: got 'lots'"),
        (("plan", "--checkpoint", "cartpole", "--set", "zork=7"), "zork"),
        (("plan", "--checkpoint", "cartpole", "--set", "value_source=exact"), "CartPole-v1 has no exact answers"),
        (("plan", "--checkpoint", "pendulum", "--set", "action_atoms=0"), "action_atoms: got 0, allowed: a whole number >= 2 and <= 64"),
        (("evaluate", "--checkpoint", "cartpole", "--set", "value_source=exact", "--planner", "trt_smc"), "CartPole-v1 has no exact answers"),
        (("plan", "--checkpoint", "cartpole", "--set", "alpha"), "key=value"),
        (("plan", "--checkpoint", "cartpole", "--particles", "99999999"), "65536"),
        (("plan", "--checkpoint", "cartpole", "--particles", "65536", "--depth", "256"), "4194304"),
        (("plan", "--checkpoint", "cartpole", "--seed", "-3"), "--seed"),
        (("plan", "--checkpoint", "cartpole", "--particles", "few"), "--particles"),
        (("plan",), "--checkpoint"),
        (("zork",), "zork"),
        (("train", "zork"), "cartpole"),
        (
            ("plan", "--checkpoint", "cartpole", "--out", "x.safetensors", "--seed", "-1"),
            "--seed': got '-1', allowed: a whole number from 0 to 4294967295",
        ),
        (("evaluate", "--checkpoint", "cartpole", "--episodes", "1"), "--episodes': got '1', allowed: a whole number from 2 to "),
        (("serve", "--port", "99999"), "--port': got '99999', allowed: a whole number from 1 to 65535"),
        (("evaluate", "--checkpoint", "cartpole", "--planner", "none", "--planner", "none"), "--planner none is given twice"),
        (("evaluate", "--checkpoint", "cartpole", "--planner", "zork"), "known are none, trt_smc"),
        (("serve-backend", "--host", "0.0.0.0"), "--no-token"),
        (("serve-backend", "--checkpoints", "no/such/folder"), "no/such/folder"),
        (("serve-dashboard", "--backend-url", "localhost:8051"), "http://"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments, says, tmp_path):
    out = ("--out", str(tmp_path / "x")) if arguments[0] == "plan" and len(arguments) > 1 else ()
    done = here(*arguments, *out)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("twistscope: ")
    assert says in done.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("CartPole-v1", "CartPole-v9"), "unknown environment 'CartPole-v9'; known are Acrobot-v1"),
        (('name = "trt_smc"', 'name = "trt"'), "cartpole.toml: unknown planner 'trt'"),
        (("iterations = 200", "iterations = 0"), "cartpole.toml: iterations"),
    ],
)
def test_a_mistake_in_a_configuration_is_one_line_and_makes_nothing(change, says, tmp_path):
    text = (ROOT / "planner" / "training" / "configs" / "cartpole.toml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "cartpole.toml").write_text(text.replace(*change))
    done = here("train", str(tmp_path / "cartpole.toml"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.startswith("twistscope: ") and done.stderr.count("\n") == 1 and says in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_port_in_use_is_one_line_and_exit_code_2():
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = twistscope("serve", "--no-open", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"twistscope: port {port} on 127.0.0.1 is already in use; choose another with --port\n"


@pytest.fixture
def copies(tmp_path):
    folder = tmp_path / "checkpoints"
    shutil.copytree(SHIPPED, folder)
    return folder


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def alter(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("file", "damage", "says"),
    [
        ("params.safetensors", truncate, "truncated or altered"),
        ("params.safetensors", alter, "truncated or altered"),
        ("params.safetensors", lambda path: path.unlink(), "missing"),
        ("card.json", truncate, "card.json is damaged"),
        ("card.json", lambda path: path.write_text("{}"), "card.json is damaged"),
    ],
)
def test_a_damaged_checkpoint_is_refused_in_one_line(copies, tmp_path, file, damage, says):
    damage(copies / "cartpole" / file)
    done = here("plan", "--checkpoint", "cartpole", "--checkpoints", str(copies), "--out", str(tmp_path / "x"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_a_server_with_one_damaged_checkpoint_serves_the_others(copies, tmp_path):
    truncate(copies / "cartpole" / "params.safetensors")
    with serving("serve-backend", "--checkpoints", str(copies), data=tmp_path) as server:
        body = {"settings": {"particles": 8, "depth": 2}}
        refused = httpx.post(server.api + "/sessions", json={"checkpoint": "cartpole"} | body, timeout=60)
        assert refused.status_code == 404
        assert "truncated or altered" in refused.json()["detail"]
        assert httpx.post(server.api + "/sessions", json={"checkpoint": "cartpole-early"} | body, timeout=60).status_code == 201
        # A checkpoint repaired while the server runs can be used.
        shutil.copy(SHIPPED / "cartpole" / "params.safetensors", copies / "cartpole" / "params.safetensors")
        assert httpx.post(server.api + "/sessions", json={"checkpoint": "cartpole"} | body, timeout=60).status_code == 201
