"""Import of parameters: an Orbax folder and a Flax msgpack file give the original checkpoint."""

import flax.serialization
import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import pytest

from backend.cli.application import run
from planner import Checkpoints
from planner.importing import ImportRefused, import_params, read_arrays, read_description
from planner.training.config import CONFIGS

SHIPPED = CONFIGS.parents[2] / "assets" / "checkpoints"
THEIRS = {"torso_0": "Dense_0", "torso_1": "Dense_1", "policy": "actor", "value": "critic"}
ZERO = 'zero = ["params/advantage/*"]\n'


def arrays_of(names):
    return "".join(f'"params/{ours}/{part}" = "params/{names[ours]}/{part}"\n' for ours in names for part in ("kernel", "bias"))


DESCRIPTION = f"""
name = "theirs"
title = "Theirs"
description = "From elsewhere."
environment = "CartPole-v1"
licence = "MIT"
reward_temperature = 0.5
discount = 0.99
environment_steps = 1000
{ZERO}
[network]
hidden = [64, 64]
value_scale = 50.0
[arrays]
{arrays_of(THEIRS)}
"""


@pytest.fixture(scope="module")
def tree():
    """A shipped network with other names of arrays, without our advantage head."""
    ours = Checkpoints(SHIPPED).load("cartpole").params["params"]
    return {"params": {theirs: jax.tree.map(np.asarray, ours[name]) for name, theirs in THEIRS.items()}, "step": np.int32(7)}


def written(tree, folder, kind):
    if kind == "msgpack":
        (folder / "theirs.msgpack").write_bytes(flax.serialization.to_bytes(tree))
        return folder / "theirs.msgpack"
    if kind == "orbax":
        with ocp.StandardCheckpointer() as checkpointer:
            checkpointer.save(folder / "theirs", tree)
        return folder / "theirs"
    with ocp.CheckpointManager(folder / "runs") as manager:
        manager.save(3, args=ocp.args.StandardSave(tree))
        manager.wait_until_finished()
    return folder / "runs" / "3"


def described(folder, text=DESCRIPTION):
    (folder / "theirs.toml").write_text(text)
    return folder / "theirs.toml"


@pytest.mark.parametrize("kind", ["msgpack", "orbax", "orbax manager"])
def test_what_was_exported_comes_back(tree, tmp_path, kind):
    arrays = read_arrays(written(tree, tmp_path, kind))
    card, params = import_params(read_description(described(tmp_path)), arrays, "theirs")
    ours = Checkpoints(SHIPPED).load("cartpole").params["params"]
    for name in THEIRS:
        jax.tree.map(np.testing.assert_array_equal, params["params"][name], ours[name])
    assert not params["params"]["advantage"]["kernel"].any()
    Checkpoints(tmp_path / "store").save(card, params)
    assert Checkpoints(tmp_path / "store").load("theirs").card.licence == "MIT"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"params/value/bias" = "params/critic/bias"\n', ""), r"params/value/bias \[1\] is not mapped; the file holds params/.*Dense_0/bias \[64\]"),
        (("params/critic/bias", "params/critik/bias"), r"there is no 'params/critik/bias' for params/value/bias"),
        (('"params/critic/bias"', '"params/actor/bias"'), r"params/actor/bias is float32 \[2\], params/value/bias needs floating point \[1\]"),
        (('"params/value/bias"', '"params/worth/bias"'), r"'params/worth/bias' is not part of the network"),
        (("hidden = [64, 64]", "hidden = [32, 64]"), r"needs floating point \[32\]"),
        (('"CartPole-v1"', '"CartPole-v9"'), r"unknown environment 'CartPole-v9'"),
        ((ZERO, ""), r"params/advantage/bias \[2\] is not mapped"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_saying_what_would(tree, tmp_path, change, says):
    with pytest.raises(ImportRefused, match=says):
        import_params(read_description(described(tmp_path, DESCRIPTION.replace(*change))), read_arrays(written(tree, tmp_path, "msgpack")), "theirs")


def test_numbers_that_are_not_finite_are_refused(tree, tmp_path):
    broken = jax.tree.map(np.array, tree)
    broken["params"]["actor"]["kernel"][3, 1] = np.nan
    with pytest.raises(ImportRefused, match="params/actor/kernel has numbers that are not finite"):
        import_params(read_description(described(tmp_path)), read_arrays(written(broken, tmp_path, "msgpack")), "theirs")


@pytest.mark.parametrize("large", [1e300, -1e39, 6.9e38])
def test_numbers_that_32_bits_cannot_hold_are_refused(tree, tmp_path, large):
    wide = jax.tree.map(np.array, tree)
    wide["params"]["actor"]["kernel"] = wide["params"]["actor"]["kernel"].astype(np.float64)
    wide["params"]["actor"]["kernel"][3, 1] = large
    with pytest.raises(ImportRefused, match="params/actor/kernel has numbers that are not finite in float32"):
        import_params(read_description(described(tmp_path)), read_arrays(written(wide, tmp_path, "msgpack")), "theirs")


@pytest.mark.parametrize("dtype", [jnp.bfloat16, np.float16, np.float64])
@pytest.mark.parametrize("kind", ["msgpack", "orbax"])
def test_other_floating_point_numbers_are_converted(tree, tmp_path, dtype, kind):
    other = {**tree, "params": jax.tree.map(lambda array: array.astype(dtype), tree["params"])}
    _, params = import_params(read_description(described(tmp_path)), read_arrays(written(other, tmp_path, kind)), "theirs")
    for name, theirs in THEIRS.items():
        for part in ("kernel", "bias"):
            taken = params["params"][name][part]
            assert taken.dtype == np.float32
            np.testing.assert_array_equal(taken, other["params"][theirs][part].astype(np.float32))


@pytest.mark.parametrize("dtype", [np.int32, np.bool_, np.complex64])
def test_numbers_of_another_kind_are_refused(tree, tmp_path, dtype):
    other = {**tree, "params": jax.tree.map(lambda array: array.astype(dtype), tree["params"])}
    with pytest.raises(ImportRefused, match="needs floating point"):
        import_params(read_description(described(tmp_path)), read_arrays(written(other, tmp_path, "msgpack")), "theirs")


def test_sources_that_are_something_else_are_refused(tree, tmp_path):
    (tmp_path / "noise.msgpack").write_bytes(b"\xc1 this is not msgpack")
    (tmp_path / "empty").mkdir()
    manager = written(tree, tmp_path, "orbax manager").parent
    for source, says in (
        (tmp_path / "nowhere", "there is no file or folder"),
        (tmp_path / "noise.msgpack", "cannot be read as a Flax msgpack file"),
        (tmp_path / "empty", "it has no _METADATA"),
        (manager, "holds several steps: give the folder of one"),
    ):
        with pytest.raises(ImportRefused, match=says):
            read_arrays(source)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("name = 3", "name: got 3, allowed: a text"),
        ("naame = 'x'", "naame: got 'x', allowed: nothing"),
        ("= 3", "TOML"),
        # Saved, it would be written beside the folder of checkpoints, after the measurement that takes minutes.
        ("name = '../evil'", "name: a checkpoint's name is lower-case letters.*got '../evil'"),
        ("name = 'Mine'", "got 'Mine'"),
    ],
)
def test_a_damaged_description_is_refused_naming_the_line(tmp_path, line, says):
    with pytest.raises(ImportRefused, match=says):
        read_description(described(tmp_path, DESCRIPTION.replace('name = "theirs"', line)))


@pytest.mark.slow
def test_the_command_imports_measures_and_never_replaces(tree, tmp_path, monkeypatch, capsys):
    source, description, out = written(tree, tmp_path, "msgpack"), described(tmp_path), tmp_path / "mine"
    monkeypatch.setenv("TWISTSCOPE_DATA", str(tmp_path / "data"))
    words = ["import", str(source), str(description), "--out", str(out), "--episodes", "64"]

    def call():
        return run(words), capsys.readouterr()

    code, _ = call()
    card = Checkpoints(out).card("theirs")
    assert code == 0
    assert card.returns["prior"].mean == 500.0
    assert card.returns["prior"].episodes == 64
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    code, said = call()
    assert code == 2
    assert "holds a checkpoint 'theirs' already" in said.err
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
