"""Mistakes on the command line, and machines that do not play along: one line, exit code 2, and nothing lost."""

import os
import stat
import time

import msgpack
import numpy as np
import pytest

from tests.backend.commands import here
from tests.servers import ROOT, twistscope

pytestmark = pytest.mark.usefixtures("own_cache")

CONFIG = (ROOT / "planner" / "training" / "configs" / "cartpole.toml").read_text()
PLAN = ["plan", "--checkpoint", "cartpole-early", "--particles", "16", "--depth", "4"]
FULL = "/dev/full"
DEEP = "[" * 900 + "]" * 900


def apart(*arguments, **environment):
    """Run a command in a process of its own, with another environment."""
    return twistscope(*map(str, arguments), env=os.environ | environment, anew=any(name.startswith("JAX_") for name in environment))


def assert_mistake(ended, says=""):
    assert ended.returncode == 2, (ended.returncode, ended.stdout, ended.stderr)
    lines = [line for line in ended.stderr.splitlines() if line]
    assert "Traceback" not in ended.stderr and len(lines) == 1, ended.stderr
    assert len(lines[0]) < 1000
    assert says in lines[0], lines[0]


@pytest.fixture
def unwritable(tmp_path):
    """A place where nothing can be made, for the superuser as well."""
    file = tmp_path / "file"
    file.write_text("")
    return [file / "below", "/proc/nothing/here", "/sys/nothing"]


@pytest.mark.parametrize(
    "value",
    [
        f"alpha={DEEP}",
        "alpha=" + "9" * 5000,
        "alpha=NaN",
        "alpha=Infinity",
        "alpha=1e999",
        'alpha="\\ud800"',
        "alpha",
        "=1",
        "=",
        "alpha=" + "x" * 5000,
    ],
)
def test_a_setting_that_is_no_value_is_one_line(tmp_path, value):
    assert_mistake(here(*PLAN, "--set", value, "--out", tmp_path / "a.safetensors"), "")
    assert not (tmp_path / "a.safetensors").exists()


def test_what_cannot_be_written_is_found_before_the_work(unwritable, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(CONFIG)
    for place in unwritable:
        began = time.monotonic()
        assert_mistake(here("train", config, "--out", place), "--out")
        assert_mistake(here("import", config, config, "--out", place), "--out")
        assert_mistake(here(*PLAN, "--out", f"{place}/a.safetensors"), "--out")
        assert time.monotonic() - began < 120
    assert_mistake(here(*PLAN, "--out", tmp_path), "--out")


@pytest.mark.parametrize("home", ["/proc/nothing", "/dev/null", ""])
def test_a_home_that_cannot_be_written_costs_a_warning_and_nothing_else(tmp_path, home):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TWISTSCOPE_DATA")}
    ended = twistscope("checkpoints", env=environment | {"HOME": home or str(tmp_path / "none")}, anew=True)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr and "cartpole-early" in ended.stdout


def test_a_data_folder_that_cannot_be_written_costs_a_warning_and_nothing_else(unwritable, tmp_path):
    for place in unwritable:
        ended = apart("checkpoints", TWISTSCOPE_DATA=str(place))
        assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr
        assert "compiled programs are not kept" in ended.stderr and "cartpole-early" in ended.stdout


@pytest.mark.parametrize("platform", ["zork", "cuda", "cpu,zork"])
def test_a_platform_that_is_not_there_is_one_line(tmp_path, platform):
    ended = apart(*PLAN, "--out", tmp_path / "a.safetensors", JAX_PLATFORMS=platform)
    lines = [line for line in ended.stderr.splitlines() if line.startswith("twistscope")]
    assert ended.returncode == 2 and len(lines) == 1 and "Traceback" not in ended.stderr, ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        PLAN,
        ["evaluate", "--checkpoint", "cartpole-early", "--episodes", "2"],
        ["train", "cartpole"],
        ["checkpoints"],
        ["moments", "--check"],
        ["serve"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_64_bits_are_refused_in_one_line(tmp_path, arguments):
    out = ["--out", tmp_path / "a.safetensors"] if arguments[0] in ("plan", "train") else []
    assert_mistake(apart(*arguments, *out, JAX_ENABLE_X64="1"), "JAX_ENABLE_X64")


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "--checkpoint", "cartpole-early", "--episodes", 10**12],
        ["evaluate", "--checkpoint", "cartpole-early", "--episodes", 2, "--seed", 2**32],
        ["evaluate", "--checkpoint", "cartpole-early", "--episodes", 2, "--seed", -1],
        ["evaluate", "--checkpoint", "cartpole-early", "--episodes", 2, "--particles", 10**9],
        ["train", "cartpole", "--seed", 2**32],
        ["import", "a", "b", "--episodes", 10**12],
        [*PLAN, "--out", "a.safetensors", "--seed", 2**32],
        [*PLAN, "--out", "a.safetensors", "--step", 10**9],
        [*PLAN, "--out", "a.safetensors", "--particles", 10**30],
        ["serve", "--port", 0],
        ["serve", "--port", 70000],
    ],
)
def test_numbers_beyond_what_can_be_held_are_refused_with_the_range(arguments):
    assert_mistake(here(*arguments))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + DEEP,
        "a" * 100_000,
        "\x00",
        CONFIG.replace("iterations", "iterations_"),
        CONFIG.replace("[network]", "[network]\nvalue_scale = inf") if "[network]" in CONFIG else CONFIG + "\n[network]\nvalue_scale = inf\n",
        "iterations = 1000000000000\n" + CONFIG,
    ],
)
def test_a_configuration_that_is_none_is_one_line(tmp_path, text):
    config = tmp_path / "c.toml"
    config.write_text(text)
    assert_mistake(here("train", config, "--out", tmp_path / "out"), "c.toml")


@pytest.mark.parametrize("kind", ["folder", "pipe", "binary", "missing"])
def test_a_configuration_that_is_no_file_is_one_line(tmp_path, kind):
    config = tmp_path / "c.toml"
    if kind == "folder":
        config.mkdir()
    if kind == "pipe":
        os.mkfifo(config)
    if kind == "binary":
        config.write_bytes(b"\xff\xfe")
    assert_mistake(here("train", config, "--out", tmp_path / "out"))
    assert_mistake(here("import", config, config, "--out", tmp_path / "out"))


DESCRIPTION = """
name = "mine"
title = "t"
description = "d"
environment = "CartPole-v1"
licence = "MIT"
reward_temperature = 1.0
discount = 0.99
environment_steps = 1
[network]
hidden = [4]
[arrays]
"params/torso_0/kernel" = "a/kernel"
"""


@pytest.mark.parametrize(
    "tree",
    [
        {1: np.zeros(2), "a": np.zeros(2)},
        {"a": {1: {"b": 2}, "x": [1, {2: 3}]}},
        [1, 2, 3],
        "text",
        None,
        {"a": {"kernel": 1e300}},
    ],
)
def test_a_file_of_something_else_is_one_line(tmp_path, tree):
    source, description = tmp_path / "p.msgpack", tmp_path / "d.toml"
    pack = lambda value: value.tolist() if isinstance(value, np.ndarray) else value
    source.write_bytes(msgpack.packb(tree, default=pack, strict_types=False))
    description.write_text(DESCRIPTION)
    assert_mistake(here("import", source, description, "--out", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "line", ["reward_temperature = inf", "reward_temperature = 1e-300", "discount = nan", "network.value_scale = inf", "environment = 'zork'"]
)
def test_a_description_out_of_range_is_one_line(tmp_path, line):
    key = line.split(" =")[0]
    text = DESCRIPTION.replace("[network]\n", f"[network]\n{line.split('.')[1]}\n") if "." in key else None
    if text is None:
        text = "\n".join(line if each.startswith(key + " ") else each for each in DESCRIPTION.splitlines())
    (tmp_path / "d.toml").write_text(text)
    (tmp_path / "p.msgpack").write_bytes(msgpack.packb({"a": 1}))
    assert_mistake(here("import", tmp_path / "p.msgpack", tmp_path / "d.toml", "--out", tmp_path / "out"))


def test_a_full_disk_is_one_line_and_keeps_what_was_there(tmp_path):
    """A checkpoint whose card cannot be replaced stays as it was."""
    if not stat.S_ISCHR(os.stat(FULL).st_mode):
        pytest.skip("this system has no /dev/full")
    ended = apart(*PLAN, "--json", "--out", FULL)
    assert_mistake(ended, f"{FULL} cannot be written: No space left")


EVALUATE = ["evaluate", "--checkpoint", "cartpole-early", "--episodes", "2"]
EXPORT = ["export", "--checkpoint", "cartpole-early"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([*PLAN, "--out", "{folder}/x.html"], "a trace is a file .safetensors, got 'x.html'; `twistscope export` writes"),
        ([*PLAN, "--out", ""], "--out: the file needs a name"),
        ([*EXPORT, "--out", ""], "--out: an empty name does not say what to write"),
        (["record", "--checkpoint", "cartpole-early", "--out", ""], "a recording is a file .twistscope"),
        ([*EXPORT, "--particles", "nan", "--out", "{folder}/x.csv"], "--particles': got 'nan', allowed: a whole number from 1 to 65536"),
        ([*EXPORT, "--depth", "257", "--out", "{folder}/x.csv"], "depth: got 257, allowed: a whole number >= 1 and <= 256"),
        ([*EVALUATE, "--depth", "1.5"], "--depth': got '1.5', allowed: a whole number from 1 to 256"),
        ([*PLAN, "--set", "particles=32", "--out", "{folder}/x.safetensors"], "--particles and --set particles=… say the same setting"),
        ([*PLAN, "--set", "alpha=0.1", "--set", "alpha=0.2", "--out", "{folder}/x.safetensors"], "--set alpha=… is given twice"),
        ([*EXPORT, "--depth", "4", "--set", "depth=4", "--out", "{folder}/x.csv"], "--depth and --set depth=… say the same"),
        ([*EVALUATE, "--planner", "none", "--set", "alpha=0.3"], "--set alpha=…: the prior alone has no settings"),
        ([*EVALUATE, "--planner", "trt_smc", "--planner", "gumbel_mcts", "--set", "alpha=0.3"], "--set alpha=…: gumbel_mcts has no such setting"),
        ([*EVALUATE, "--planner", "trt_smc", "--set", "alpha=3"], "trt_smc: alpha: got 3, allowed: a number >= 0 and <= 1"),
        ([*EVALUATE, "--set", "particles=3"], "--set particles=…: the budget of all planners is that of --particles and --depth"),
        (["export", "{folder}", "--out", "{folder}/x.csv"], "is a folder; name a file in it"),
        (["replay", "{folder}"], "is a folder; name a file in it"),
        (["train", "{folder}"], "is a folder: give a TOML file or one of"),
    ],
)
def test_a_contradiction_a_folder_or_a_name_of_another_form_is_refused_with_what_would_be_right(tmp_path, words, says):
    assert_mistake(here(*(word.format(folder=tmp_path) for word in words)), says)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_checkpoints_says_so(tmp_path):
    ended = here("checkpoints", "--checkpoints", tmp_path)
    assert ended.returncode == 0 and ended.stdout == "" and f"{tmp_path} holds no checkpoints" in ended.stderr


@pytest.mark.parametrize("command", ["plan", "export", "record", "evaluate", "checkpoints"])
def test_every_option_has_a_help_text(command):
    from typer.main import get_command

    from backend.cli.common import app

    options = get_command(app).commands[command].params
    assert options and all(each.help for each in options if each.name != "help"), [each.name for each in options if not each.help]
