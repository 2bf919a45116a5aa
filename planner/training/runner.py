"""A complete training run: progress, stages, resumption and checkpoints."""

import json
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from pydantic import ValidationError
from safetensors.numpy import load_file, save_file

from planner.checkpoints import Card, Checkpoints, Returns, flatten, unflatten
from planner.core.model import Params
from planner.training.algorithms import make_run
from planner.training.config import ConfigError, Stage, TrainingConfig
from planner.training.evaluation import greedy_prior, planning, player, summarise
from planner.training.loop import Losses, Run, TrainingState

SAVE_SECONDS = 15.0
"""Seconds between two saves: the most work that a killed run loses."""


@dataclass(frozen=True)
class Progress:
    """Progress of a run after one iteration."""

    iteration: int
    iterations: int
    environment_steps: int
    seconds: float
    losses: dict[str, float]
    mean_return: float | None
    """Mean return of the greedy prior; None where it was not evaluated at this iteration."""
    note: str = ""


def train(config: TrainingConfig, seed: int, folder: Path, command: str) -> Iterator[Progress]:
    """Train to the end and save the checkpoint and its stages in `folder`, continuing an unfinished run there. Errors are raised before it begins.

    Closing the iterator early (Ctrl-C) saves the state, and the next call continues from it. On the same device, the result equals that of an
    uninterrupted run.

    Raises:
      ConfigError: `folder` holds an unfinished run, or a checkpoint that this run would replace, with other settings.
      ValueError: unknown environment or planner; SettingsError for invalid planner settings.
    """
    _refuse_to_replace(config, seed, folder)
    unfinished = _Unfinished(folder / f".{config.name}.run", config, seed)
    unfinished.refuse_other_settings()
    return _run(config, seed, folder, command, make_run(config), unfinished)


def _run(config: TrainingConfig, seed: int, folder: Path, command: str, run: Run, unfinished: "_Unfinished") -> Iterator[Progress]:
    evaluator = _Evaluator(config, run)
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
            mean = evaluator.prior(state.params) if evaluate else None
            note = ""
            stage = next((stage for stage in config.stages if stage.name not in saved_stages), None)
            if stage is not None and mean is not None and evaluator.reached(stage, mean, state.params):
                card = _card(config, run, state, seed, command, stage, time.monotonic() - began)
                Checkpoints(folder).save(card.model_copy(update={"returns": evaluator.returns(state.params)}), state.params)
                saved_stages.append(stage.name)
                note = f"saved {stage.name}"
            if time.monotonic() - kept > SAVE_SECONDS:
                unfinished.write(state, time.monotonic() - began, saved_stages)
                kept = time.monotonic()
            yield _progress(config, done, steps, time.monotonic() - began, losses, mean, note)
        card = _card(config, run, state, seed, command, config, time.monotonic() - began)
        Checkpoints(folder).save(card.model_copy(update={"returns": evaluator.returns(state.params)}), state.params)
        unfinished.remove()
        yield _progress(config, done, steps, time.monotonic() - began, losses, mean, f"saved {config.name}")
    finally:
        if done < config.iterations:
            unfinished.write(state, time.monotonic() - began, saved_stages)


def _identity(config: TrainingConfig, seed: int) -> dict[str, Any]:
    """Everything that determines the result of a run."""
    return {"config": json.loads(config.model_dump_json()), "seed": seed}


def _refuse_to_replace(config: TrainingConfig, seed: int, folder: Path) -> None:
    """Raise ConfigError where the run would replace checkpoints of another run with the same name."""
    store = Checkpoints(folder)
    for name in {config.name, *(stage.name for stage in config.stages)} & set(store.names()):
        made = store.card(name).training
        try:
            # Settings that did not exist when the card was written had their defaults.
            known = _identity(TrainingConfig.model_validate(made["config"]), made["seed"])
        except (KeyError, ValidationError):
            known = {"config": made.get("config"), "seed": made.get("seed")}
        differs = _first_difference(known, _identity(config, seed))
        if differs:
            raise ConfigError(f"{folder} holds a checkpoint {name!r} that was trained with other settings ({differs}): give another --out")


def _first_difference(old: Any, new: Any, where: str = "") -> str:
    """The first setting in which two runs differ, in words; empty where they do not differ."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return "" if old == new else f"{where.removeprefix('config.')} was {json.dumps(old)}, is {json.dumps(new)}"
    found = (_first_difference(old.get(key), new.get(key), f"{where}.{key}" if where else key) for key in {**old, **new})
    return next((difference for difference in found if difference), "")


def _progress(config: TrainingConfig, done: int, steps: int, seconds: float, losses: Losses, mean: float | None, note: str) -> Progress:
    values = {name: float(getattr(losses, name)) for name in losses.__dataclass_fields__}
    return Progress(done, config.iterations, done * steps, seconds, values, mean, note)


class _Evaluator:
    """Evaluation of a run's parameters, with the greedy prior and with the planner; each is compiled once."""

    def __init__(self, config: TrainingConfig, run: Run):
        self.episodes = config.evaluation_episodes
        self.prepared = config.evaluating().prepare(run.model)
        self.play_prior = player(run.model, greedy_prior(run.model))
        self.play_planning = player(run.model, planning(self.prepared, run.model))

    def prior(self, params: Params) -> float:
        """Mean return of the greedy prior, over few episodes."""
        return float(self.play_prior(params, episodes=32, seed=1).mean())

    def reached(self, stage: Stage, mean: float, params: Params) -> bool:
        """True if parameters whose greedy prior has the mean return `mean` meet the conditions of `stage`."""
        if not stage.returns[0] <= mean <= stage.returns[1]:
            return False
        return stage.planning is None or float(self.play_planning(params, episodes=16, seed=1).mean()) >= stage.planning

    def returns(self, params: Params) -> dict[str, Returns]:
        """The returns on the card, by policy."""
        return {
            "prior": summarise(self.play_prior(params, episodes=self.episodes)),
            self.prepared.planner.name: summarise(self.play_planning(params, episodes=self.episodes), self.prepared.settings),
        }


def _card(config: TrainingConfig, run: Run, state: TrainingState, seed: int, command: str, named: Stage | TrainingConfig, seconds: float) -> Card:
    """The card of the current parameters of a run, without returns."""
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
            **_identity(config, seed),
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
    """The saved state of an unfinished run, in its own folder."""

    def __init__(self, folder: Path, config: TrainingConfig, seed: int):
        self.folder = folder
        self.seed = seed
        self.identity = _identity(config, seed)

    def refuse_other_settings(self) -> None:
        """Raise ConfigError where the saved state belongs to a run with other settings."""
        if not (self.folder / "run.json").is_file():
            return
        differs = _first_difference(json.loads((self.folder / "run.json").read_text())["identity"], self.identity)
        if differs:
            raise ConfigError(
                f"{self.folder.parent} holds an unfinished run of {self.folder.name[1:-4]!r} with other settings ({differs}): "
                f"give another --out, or remove {self.folder.name} to start again"
            )

    def read(self, run: Run) -> tuple[TrainingState, float, list[str]]:
        """State, seconds spent and stages saved; those of a new run where nothing is saved."""
        if not (self.folder / "run.json").is_file():
            return run.start(jax.random.key(self.seed)), 0.0, []
        left = json.loads((self.folder / "run.json").read_text())
        like = jax.eval_shape(lambda: _plain(run.start(jax.random.key(self.seed))))
        state = unflatten(load_file(self.folder / left["state"]), like)
        return _with_typed_key(state), left["seconds"], left["stages"]

    def write(self, state: TrainingState, seconds: float, stages: list[str]) -> None:
        """Save the state; the old one stays valid until the new one is complete."""
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
    """The state with its typed key as plain numbers, which can be saved."""
    return replace(state, key=jax.random.key_data(state.key))


def _with_typed_key(state: TrainingState) -> TrainingState:
    return replace(state, key=jax.random.wrap_key_data(state.key))
