"""A whole training run: progress, stages, resumption, and the checkpoints it leaves."""

import json
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np
from safetensors.numpy import load_file, save_file

from planner.checkpoints import Card, Checkpoints, flatten, unflatten
from planner.planners import get_planner
from planner.training.config import ConfigError, TrainingConfig
from planner.training.evaluation import greedy_prior, planning, player, summarise
from planner.training.expert_iteration import Losses, Run, TrainingState, make_run

SAVE_SECONDS = 15.0
"""How much work a killed run may lose."""


@dataclass(frozen=True)
class Progress:
    """One line of news from a run."""

    iteration: int
    iterations: int
    environment_steps: int
    seconds: float
    losses: dict[str, float]
    mean_return: float | None
    """Of the greedy prior, where it was just evaluated."""
    note: str = ""


def train(config: TrainingConfig, seed: int, folder: Path, command: str) -> Iterator[Progress]:
    """Run to the end, resuming what a killed run left in `folder`, and save the checkpoint and its stages there.

    Closing the iterator early (Ctrl-C) saves the state, so the next call goes on from it; on the same device the result is that of an unbroken run.

    Raises:
      ConfigError: `folder` holds an unfinished run with other settings.
      ValueError: unknown environment or planner; SettingsError for its settings.
    """
    run = make_run(config, seed)
    unfinished = _Unfinished(folder / f".{config.name}.run", config, seed)
    state, spent, saved_stages = unfinished.read(run)
    play = player(run.model, greedy_prior(run.model))
    steps = config.collect.environments * config.collect.steps
    began = time.monotonic() - spent
    kept = time.monotonic()
    done = int(state.iteration)
    try:
        while done < config.iterations:
            state, losses = run.iterate(state)
            done += 1
            evaluate = done % config.evaluate_every == 0 or done == config.iterations
            mean = float(play(state.params, episodes=32, seed=1).mean()) if evaluate else None
            note = ""
            for stage in config.stages:
                if mean is not None and stage.name not in saved_stages and stage.returns[0] <= mean <= stage.returns[1]:
                    _save(config, run, state, seed, folder, command, stage.name, stage.title, stage.description, time.monotonic() - began)
                    saved_stages.append(stage.name)
                    note = f"saved {stage.name}"
            if time.monotonic() - kept > SAVE_SECONDS:
                unfinished.write(state, time.monotonic() - began, saved_stages)
                kept = time.monotonic()
            yield _progress(config, done, steps, time.monotonic() - began, losses, mean, note)
        _save(config, run, state, seed, folder, command, config.name, config.title, config.description, time.monotonic() - began)
        unfinished.remove()
        yield _progress(config, done, steps, time.monotonic() - began, losses, mean, f"saved {config.name}")
    finally:
        if done < config.iterations:
            unfinished.write(state, time.monotonic() - began, saved_stages)


def _progress(
    config: TrainingConfig, done: int, steps: int, seconds: float, losses: Losses, mean: float | None, note: str
) -> Progress:
    values = {name: float(getattr(losses, name)) for name in losses.__dataclass_fields__}
    return Progress(done, config.iterations, done * steps, seconds, values, mean, note)


def _save(
    config: TrainingConfig, run: Run, state: TrainingState, seed: int, folder: Path, command: str, name: str, title: str,
    description: str, seconds: float,
) -> None:
    """Evaluate and write one checkpoint."""
    planner = get_planner(config.planner["name"])
    acting = {key: value for key, value in config.planner.items() if key not in ("name", "act")}
    settings = planner.settings(acting, {})
    returns = {
        "prior": summarise(player(run.model, greedy_prior(run.model))(state.params, episodes=config.evaluation_episodes)),
        planner.name: summarise(
            player(run.model, planning(run.model, settings))(state.params, episodes=config.evaluation_episodes), settings
        ),
    }
    iteration = int(state.iteration)
    card = Card(
        name=name,
        title=title,
        description=description,
        environment=config.environment,
        network={"num_actions": run.network.num_actions, "hidden": list(run.network.hidden), "value_scale": run.network.value_scale},
        settings={"reward_temperature": settings.reward_temperature, "discount": settings.discount},
        training={
            "command": command,
            "config": json.loads(config.model_dump_json()),
            "seed": seed,
            "iteration": iteration,
            "environment_steps": iteration * config.collect.environments * config.collect.steps,
            "wall_seconds": round(seconds, 1),
            "device": f"{jax.devices()[0].device_kind} ({platform.machine()})",
            "jax": jax.__version__,
        },
        returns=returns,
        sha256="",
    )
    Checkpoints(folder).save(card, state.params)


class _Unfinished:
    """The state of a run that has not ended, in a folder of its own."""

    def __init__(self, folder: Path, config: TrainingConfig, seed: int):
        self.folder = folder
        self.identity = {"config": json.loads(config.model_dump_json()), "seed": seed}

    def read(self, run: Run) -> tuple[TrainingState, float, list[str]]:
        """State, seconds spent and stages saved; those of a fresh run where nothing was left."""
        if not (self.folder / "run.json").is_file():
            return run.start(), 0.0, []
        left = json.loads((self.folder / "run.json").read_text())
        if left["identity"] != self.identity:
            raise ConfigError(
                f"{self.folder.parent} holds an unfinished run of {self.folder.name[1:-4]!r} with other settings: "
                f"give another --out, or remove {self.folder.name} to start anew"
            )
        like = jax.eval_shape(lambda: _plain(run.start()))
        state = unflatten(load_file(self.folder / left["state"]), like)
        return _with_typed_key(state), left["seconds"], left["stages"]

    def write(self, state: TrainingState, seconds: float, stages: list[str]) -> None:
        """Keep the state; the old one stays valid until the new one is complete."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = f"state-{int(state.iteration)}.safetensors"
        save_file({name: np.ascontiguousarray(array) for name, array in flatten(_plain(state)).items()}, self.folder / file)
        news = {"identity": self.identity, "state": file, "seconds": seconds, "stages": stages}
        scratch = self.folder / "run.json.new"
        scratch.write_text(json.dumps(news))
        scratch.replace(self.folder / "run.json")
        for old in self.folder.glob("state-*.safetensors"):
            if old.name != file:
                old.unlink()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _plain(state: TrainingState) -> TrainingState:
    """The state with its typed key as plain numbers, which files can hold."""
    return TrainingState(**{**_fields(state), "key": jax.random.key_data(state.key)})


def _with_typed_key(state: TrainingState) -> TrainingState:
    return TrainingState(**{**_fields(state), "key": jax.random.wrap_key_data(state.key)})


def _fields(state: TrainingState) -> dict[str, object]:
    return {name: getattr(state, name) for name in state.__dataclass_fields__}


