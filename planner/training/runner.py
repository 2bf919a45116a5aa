"""A whole training run: progress, stages, resumption, and the checkpoints it leaves."""

import json
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np
from safetensors.numpy import load_file, save_file

from planner.checkpoints import Card, Checkpoints, Returns, flatten, unflatten
from planner.model import Params
from planner.planners import get_planner
from planner.training.config import ConfigError, Stage, TrainingConfig
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
    judge = _Judge(config, run)
    unfinished = _Unfinished(folder / f".{config.name}.run", config, seed)
    state, spent, saved_stages = unfinished.read(run)
    steps = config.collect.environments * config.collect.steps
    began = time.monotonic() - spent
    kept = time.monotonic()
    done = int(state.iteration)
    try:
        while done < config.iterations:
            state, losses = run.iterate(state)
            done += 1
            evaluate = done % config.evaluate_every == 0 or done == config.iterations
            mean = judge.prior(state.params) if evaluate else None
            note = ""
            for stage in config.stages:
                if mean is not None and stage.name not in saved_stages and judge.reached(stage, mean, state.params):
                    card = _card(config, run, state, seed, command, stage, time.monotonic() - began)
                    Checkpoints(folder).save(card.model_copy(update={"returns": judge.returns(state.params)}), state.params)
                    saved_stages.append(stage.name)
                    note = f"saved {stage.name}"
            if time.monotonic() - kept > SAVE_SECONDS:
                unfinished.write(state, time.monotonic() - began, saved_stages)
                kept = time.monotonic()
            yield _progress(config, done, steps, time.monotonic() - began, losses, mean, note)
        card = _card(config, run, state, seed, command, config, time.monotonic() - began)
        Checkpoints(folder).save(card.model_copy(update={"returns": judge.returns(state.params)}), state.params)
        unfinished.remove()
        yield _progress(config, done, steps, time.monotonic() - began, losses, mean, f"saved {config.name}")
    finally:
        if done < config.iterations:
            unfinished.write(state, time.monotonic() - began, saved_stages)


def _progress(config: TrainingConfig, done: int, steps: int, seconds: float, losses: Losses, mean: float | None, note: str) -> Progress:
    values = {name: float(getattr(losses, name)) for name in losses.__dataclass_fields__}
    return Progress(done, config.iterations, done * steps, seconds, values, mean, note)


class _Judge:
    """How good parameters of a run play; each way of playing is compiled once."""

    def __init__(self, config: TrainingConfig, run: Run):
        self.episodes = config.evaluation_episodes
        self.planner = get_planner(config.planner["name"])
        acting = {key: value for key, value in config.planner.items() if key != "name"}
        self.settings = self.planner.settings({**acting, **config.evaluation_planner}, {})
        self.play_prior = player(run.model, greedy_prior(run.model))
        self.play_planning = player(run.model, planning(self.planner, run.model, self.settings))

    def prior(self, params: Params) -> float:
        """Mean return of the greedy prior, quickly."""
        return float(self.play_prior(params, episodes=32, seed=1).mean())

    def reached(self, stage: Stage, mean: float, params: Params) -> bool:
        """Whether parameters whose greedy prior returns `mean` are what `stage` waits for."""
        if not stage.returns[0] <= mean <= stage.returns[1]:
            return False
        return stage.planning is None or float(self.play_planning(params, episodes=16, seed=1).mean()) >= stage.planning

    def returns(self, params: Params) -> dict[str, Returns]:
        """What goes on the card."""
        return {
            "prior": summarise(self.play_prior(params, episodes=self.episodes)),
            self.planner.name: summarise(self.play_planning(params, episodes=self.episodes), self.settings),
        }


def _card(config: TrainingConfig, run: Run, state: TrainingState, seed: int, command: str, named: Stage | TrainingConfig, seconds: float) -> Card:
    """The card of what a run has reached, without its returns."""
    iteration = int(state.iteration)
    return Card(
        name=named.name,
        title=named.title,
        description=named.description,
        environment=config.environment,
        network=run.network.as_card(),
        settings={name: config.planner[name] for name in ("reward_temperature", "discount") if name in config.planner},
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
        returns={},
        sha256="",
    )


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
        save_file({name: np.asarray(array, order="C") for name, array in flatten(_plain(state)).items()}, self.folder / file)
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
    return replace(state, key=jax.random.key_data(state.key))


def _with_typed_key(state: TrainingState) -> TrainingState:
    return replace(state, key=jax.random.wrap_key_data(state.key))
