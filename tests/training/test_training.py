"""Training: short complete runs."""

import itertools
import json
import re
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import CheckpointError, Checkpoints
from planner.importing import read_description
from planner.training.config import CONFIGS, ConfigError, TrainingConfig, names, read_config
from planner.training.evaluation import greedy_prior, player
from planner.training.loop import lambda_returns
from planner.training.runner import train

SHIPPED = CONFIGS.parents[2] / "assets" / "checkpoints"

SHORT = """
name = "short"
title = "Short"
description = "A run for tests."
environment = "CartPole-v1"
iterations = 6
evaluate_every = 3
evaluation_episodes = 4
[network]
hidden = [16]
value_scale = 50.0
[planner]
name = "trt_smc"
reward_temperature = 0.5
discount = 0.99
particles = 8
depth = 4
act = "sample"
[collect]
environments = 4
steps = 8
[learn]
batches = 2
batch_size = 16
replay_iterations = 2
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(SHORT)
    return read_config(str(path))


STAGES = (
    'stages = [{{name = "{}", title = "", description = "", returns = [0, 9]}}, {{name = "{}", title = "", description = "", returns = [9, 99]}}]'
)


def test_every_configuration_that_comes_along_can_be_read():
    assert "cartpole" in names()
    for name in names():
        assert read_config(name).name == name


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("iterations = 6", "iterations = 0"), "iterations"),
        (("iterations = 6", "itterations = 6"), "itterations"),
        (("batch_size = 16", "batch_size = 'many'"), "learn.batch_size"),
        (("[network]", "[network"), "not TOML"),
        (('name = "trt_smc"', 'name = "trt"'), "unknown planner 'trt'; known are trt_smc"),
        (('name = "trt_smc"', ""), "planner.name is missing, one of trt_smc"),
        (("particles = 8", "particels = 8"), "particels"),
        (("discount = 0.99", "discount = 1.5"), r"planner\.discount: got 1.5, allowed: a number >= 0 and <= 1"),
        # Otherwise they are noticed when the run is saved, hours later.
        (('name = "short"', 'name = "../evil"'), r"name: a checkpoint's name is .*; got '\.\./evil'"),
        (('name = "short"', 'name = "Short"'), "got 'Short'"),
        (
            ("iterations = 6", f"iterations = 6\n{STAGES.format('short', 'late')}"),
            r"stages\.0\.name: got 'short', allowed: a name that neither",
        ),
        (("iterations = 6", f"iterations = 6\n{STAGES.format('early', 'early')}"), r"stages\.1\.name: got 'early'"),
        (("iterations = 6", f"iterations = 6\n{STAGES.format('early', 'late stage')}"), r"stages\.1\.name: a checkpoint's name is .*'late stage'"),
    ],
)
def test_a_configuration_with_a_mistake_is_refused_naming_it(tmp_path, change, says):
    path = tmp_path / "bad.toml"
    path.write_text(SHORT.replace(*change))
    with pytest.raises(ConfigError, match=says):
        read_config(str(path))


def test_lambda_returns_equal_their_definition_written_out():
    rng = np.random.default_rng(0)
    steps, batch, discount, share = 7, 3, 0.9, 0.8
    seen = {
        "reward": rng.normal(size=(steps, batch)),
        "continuation": (rng.uniform(size=(steps, batch)) > 0.2).astype(float),
        "truncated": rng.uniform(size=(steps, batch)) > 0.8,
        "value_target": rng.normal(size=(steps, batch)),
        "next_value": rng.normal(size=(steps, batch)),
    }
    found = lambda_returns({name: jnp.asarray(value, jnp.float32 if value.dtype != bool else bool) for name, value in seen.items()}, discount, share)
    for column in range(batch):
        later = None
        for t in reversed(range(steps)):
            cut = seen["truncated"][t, column] or t == steps - 1
            below = seen["next_value"][t, column] if cut else (1 - share) * seen["value_target"][t + 1, column] + share * later
            later = seen["reward"][t, column] + discount * seen["continuation"][t, column] * below
            np.testing.assert_allclose(found[t, column], later, rtol=1e-5)


def finish(config, folder):
    return list(train(config, 0, folder, "twistscope train short"))


@pytest.mark.slow
def test_a_run_interrupted_and_resumed_ends_in_the_same_parameters(config, tmp_path):
    finish(config, tmp_path / "unbroken")
    broken = train(config, 0, tmp_path / "broken", "twistscope train short")
    assert len(list(itertools.islice(broken, 2))) == 2
    broken.close()
    rest = finish(config, tmp_path / "broken")
    assert rest[0].iteration == 3
    one, two = (Checkpoints(tmp_path / where).load("short").params for where in ("unbroken", "broken"))
    jax.tree.map(np.testing.assert_array_equal, one, two)
    assert not (tmp_path / "broken" / ".short.run").exists()


@pytest.mark.slow
def test_a_run_resumed_with_other_settings_is_refused_and_nothing_is_overwritten(config, tmp_path):
    broken = train(config, 0, tmp_path, "")
    next(broken)
    broken.close()
    before = {path: path.read_bytes() for path in (tmp_path / ".short.run").iterdir()}
    with pytest.raises(ConfigError, match="other settings"):
        next(train(config.model_copy(update={"iterations": 7}), 0, tmp_path, ""))
    assert before == {path: path.read_bytes() for path in (tmp_path / ".short.run").iterdir()}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"environment": "Catch-bsuite"}, r'environment was "CartPole-v1", is "Catch-bsuite"'),
        ({"iterations": 201}, r"iterations was 200, is 201"),
        ({"planner": {"name": "spo", "discount": 0.9, "reward_temperature": 1.0}}, r"planner.name was"),
    ],
)
def test_a_run_never_replaces_the_checkpoints_of_another(tmp_path, changes, says):
    shutil.copytree(SHIPPED / "cartpole", tmp_path / "cartpole")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    made = Checkpoints(tmp_path).card("cartpole").training
    other = TrainingConfig.model_validate(made["config"] | changes)
    with pytest.raises(ConfigError, match=f"holds a checkpoint 'cartpole' that was trained with other settings.*{says}"):
        next(train(other, made["seed"], tmp_path, ""))
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_stages_are_kept_in_their_order(config, tmp_path):
    """Both stages meet their conditions at the first evaluation; the second is kept only at the next."""
    stage = {"title": "", "description": "", "returns": (0.0, 500.0)}
    both = TrainingConfig.model_validate(config.model_dump() | {"stages": [{"name": "first", **stage}, {"name": "second", **stage}]})
    assert [news.note for news in train(both, 0, tmp_path, "") if news.note] == ["saved first", "saved second", "saved short"]


@pytest.mark.slow
def test_the_card_says_how_the_checkpoint_was_made(config, tmp_path):
    last = finish(config, tmp_path)[-1]
    card = Checkpoints(tmp_path).card("short")
    assert last.note == "saved short"
    assert card.training["environment_steps"] == 6 * 4 * 8
    assert card.training["config"] == json.loads(config.model_dump_json())
    assert card.settings == {"reward_temperature": 0.5, "discount": 0.99}
    assert card.returns["prior"].episodes == 4


def test_a_card_for_another_network_is_refused(tmp_path):

    shutil.copytree(SHIPPED / "cartpole", tmp_path / "cartpole")
    path = tmp_path / "cartpole" / "card.json"
    card = json.loads(path.read_text())
    card["network"]["hidden"] = [32, 32]
    path.write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match="the network needs"):
        Checkpoints(tmp_path).load("cartpole")


@pytest.mark.slow
def test_shipped_checkpoints_play_as_their_cards_say():
    store = Checkpoints(SHIPPED)
    for name in store.names():
        loaded = store.load(name)
        promised = loaded.card.returns["prior"]
        returns = player(loaded.model, greedy_prior(loaded.model))(loaded.params, episodes=promised.episodes)
        # The same episodes as on the card. Another machine may round differently: four standard errors of the difference of two such means. Where all
        # episodes are equal, as in Space Invaders, a rounding difference may change the episode.
        noise = promised.standard_error if promised.standard_error > 1e-6 else abs(promised.mean) / 10
        assert abs(returns.mean() - promised.mean) <= 4 * 2**0.5 * max(noise, 1.0), name


@pytest.mark.slow
def test_the_example_of_the_documentation_runs(capsys):
    text = (CONFIGS.parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL).group(1)
    exec(compile(code, "docs/training.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [0, 1024, 2048, 3072]


def test_the_description_in_the_documentation_is_one(tmp_path):
    text = (CONFIGS.parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    (tmp_path / "theirs.toml").write_text(re.search(r"```toml\n(.*?)```", text, flags=re.DOTALL).group(1))
    assert read_description(tmp_path / "theirs.toml").zero == ("params/advantage/*",)
