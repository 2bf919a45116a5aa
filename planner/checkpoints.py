"""Checkpoints: trained parameters, the environment they belong to, and a card that describes their training.

On disk a checkpoint is a folder `NAME/` with `params.safetensors` and `card.json`; the card holds the sha256 of the parameters. Nothing is
executed on loading.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from safetensors import SafetensorError
from safetensors.numpy import load, save

from planner.algorithms.settings import MAX_TEMPERATURE, MIN_TEMPERATURE
from planner.core.model import Model, Params
from planner.environments import make_environment
from planner.messages import fault_of, named, shortened
from planner.networks import NetworkConfig, apply_network, draw_atoms, init_network

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message is one line."""


def check_name(name: str) -> str:
    """Return a name that a checkpoint may have.

    Raises:
      CheckpointError: it is none.
    """
    if not NAME.fullmatch(name):
        raise CheckpointError(
            f"a checkpoint's name is lower-case letters, digits, - and _, at most 64, and begins with a letter or digit; got {shortened(name)}"
        )
    return name


MAX_CARD = 1024 * 1024
"""Largest card, bytes."""


class Returns(BaseModel):
    """Mean undiscounted return over whole episodes."""

    model_config = ConfigDict(allow_inf_nan=False)

    mean: float
    standard_error: float
    episodes: int
    settings: dict[str, Any] = {}


class Card(BaseModel):
    """Description of a checkpoint: environment, network, training and returns."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: str
    title: str
    description: str
    environment: str
    network: dict[str, Any]
    settings: dict[str, float]
    """Defaults for planners: `reward_temperature` and `discount`."""
    training: dict[str, Any]
    """`command`, `config`, `seed`, `iteration`, `environment_steps`, `wall_seconds`, `device`."""
    returns: dict[str, Returns]
    """Returns of each policy: `prior` (greedy), and planners by name."""
    sha256: str
    licence: str = "Apache-2.0"

    @field_validator("network", "training")
    @classmethod
    def _valid_json(cls, value: dict[str, Any]) -> dict[str, Any]:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        return value

    @field_validator("settings")
    @classmethod
    def _in_range(cls, value: dict[str, float]) -> dict[str, float]:
        ranges = {"reward_temperature": (MIN_TEMPERATURE, MAX_TEMPERATURE), "discount": (0.0, 1.0)}
        for name, (low, high) in ranges.items():
            if name in value and not low <= value[name] <= high:
                raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value[name]:g}")
        return value


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory."""

    card: Card
    params: Params
    model: Model

    @property
    def name(self) -> str:
        return self.card.name


class Checkpoints:
    """The checkpoints of one folder. The folder may still be made: until then it has none, and reading one says so."""

    def __init__(self, folder: Path | str):
        self.folder = Path(folder)

    def names(self) -> list[str]:
        """Names of all subfolders with a card, sorted; also where the card is a link to nowhere, so that it is reported."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name) and os.path.lexists(path / "card.json"))

    def cards(self) -> Iterator[Card]:
        """The readable cards. A damaged card is skipped here; `card` reports it."""
        for name in self.names():
            try:
                yield self.card(name)
            except CheckpointError:
                continue

    def card(self, name: str) -> Card:
        """The card of one checkpoint.

        Raises:
          CheckpointError: no checkpoint has this name, or its card cannot be read.
        """
        if not self.folder.is_dir():
            raise CheckpointError(f"there is no folder of checkpoints {self.folder}")
        if not isinstance(name, str) or not NAME.fullmatch(name) or name not in self.names():
            raise CheckpointError(f"unknown checkpoint {shortened(name)}; known are {named(self.names(), name)}")
        path = self.folder / name / "card.json"
        # Only a regular file: opening a pipe would wait for ever.
        if not path.is_file():
            raise CheckpointError(f"checkpoint {name!r}: its card.json is not a file; restore the file")
        try:
            if path.stat().st_size > MAX_CARD:
                raise CheckpointError(f"checkpoint {name!r}: its card.json has more than {MAX_CARD} bytes; restore the file")
            card = Card.model_validate_json(path.read_bytes())
        except CheckpointError:
            raise
        except OSError as error:
            raise CheckpointError(f"checkpoint {name!r}: its card.json cannot be read ({error.strerror})") from None
        except (ValidationError, ValueError) as error:
            first = _first_fault(error) if isinstance(error, ValidationError) else str(error)
            raise CheckpointError(f"checkpoint {name!r}: its card.json is damaged ({first}); restore the file") from None
        if card.name != name:
            raise CheckpointError(f"checkpoint {name!r}: its card.json names {card.name!r}; give folder and card the same name")
        return card

    def load(self, name: str) -> Checkpoint:
        """Read and verify a checkpoint.

        Raises:
          CheckpointError: as `card`; or the parameters are missing, altered, or do not fit the network.
        """
        card = self.card(name)
        path = self.folder / name / "params.safetensors"
        if not path.is_file():
            raise CheckpointError(f"checkpoint {name!r}: params.safetensors is missing; restore the file")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CheckpointError(f"checkpoint {name!r}: params.safetensors cannot be read ({error.strerror})") from None
        digest = hashlib.sha256(data).hexdigest()
        if digest != card.sha256:
            raise CheckpointError(
                f"checkpoint {name!r}: params.safetensors is truncated or altered (sha256 {digest[:12]}…, card {card.sha256[:12]}…); restore it"
            )
        try:
            model, shapes = build_model(card.environment, NetworkConfig.of_card(card.network))
            params = unflatten(load(data), shapes)
        except (SafetensorError, TypeError, KeyError, ValueError) as error:
            raise CheckpointError(f"checkpoint {name!r}: {error}") from None
        return Checkpoint(card, params, model)

    def save(self, card: Card, params: Params) -> Card:
        """Write parameters and card, and fill in the card's sha256. The card is written last, so an incomplete checkpoint is not listed."""
        check_name(card.name)
        data = save(flatten(params))
        card = card.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
        folder = self.folder / card.name
        folder.mkdir(parents=True, exist_ok=True)
        _replace_file(folder / "params.safetensors", data)
        self.save_card(card)
        return card

    def save_card(self, card: Card) -> None:
        """Replace the card of an existing checkpoint, for example after its returns were measured again."""
        _replace_file(self.folder / card.name / "card.json", (json.dumps(card.model_dump(), indent=2) + "\n").encode())


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    return fault_of(first, ".".join(map(str, first["loc"])))


def _replace_file(path: Path, content: bytes) -> None:
    """Write a file atomically: an interrupted write leaves the old file."""
    scratch = path.with_name(path.name + ".new")
    scratch.write_bytes(content)
    scratch.replace(path)


@lru_cache(128)
def build_model(environment_name: str, config: NetworkConfig) -> tuple[Model, Any]:
    """The model of an environment and a network, and the shapes of the network's parameters.

    Checkpoints of one environment and network shape share one model, and therefore compiled programs.

    Raises:
      ValueError: unknown environment, or a network for other actions than the environment's.
    """
    environment = make_environment(environment_name)
    needed = network_config(environment_name, config.hidden, config.value_scale)
    if config != needed:
        had, has = (_describe_actions(each) for each in (config, needed))
        raise ValueError(f"the network is made for {had}, {environment_name} has {has}")

    def evaluate(params: Params, state: Any) -> Any:
        return apply_network(config, params, environment.observation(state))

    shapes = jax.eval_shape(lambda key: init_network(config, key, environment.observation_shape), jax.random.key(0))
    return Model(environment, evaluate, None if config.action_bounds is None else partial(draw_atoms, config)), shapes


def network_config(environment_name: str, hidden: tuple[int, ...], value_scale: float) -> NetworkConfig:
    """Configuration of a network for an environment, with hidden layers of the given widths.

    Raises:
      ValueError: unknown environment, or invalid layers.
    """
    environment = make_environment(environment_name)
    return NetworkConfig(len(environment.action_names), hidden, value_scale, environment.action_bounds)


def _describe_actions(config: NetworkConfig) -> str:
    if config.action_bounds is None:
        return f"{config.num_actions} actions"
    return f"continuous actions within {config.action_bounds}"


def initial_params(environment_name: str, config: NetworkConfig, key: jax.Array) -> Params:
    """Newly initialised parameters."""
    return init_network(config, key, make_environment(environment_name).observation_shape)


def flatten(tree: Any) -> dict[str, np.ndarray]:
    """A pytree as named arrays: `params/torso_0/kernel`, …"""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {
        "/".join(str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key)))) for key in path): np.asarray(leaf) for path, leaf in leaves
    }


def unflatten(arrays: dict[str, np.ndarray], like: Any) -> Any:
    """The inverse of `flatten`, checked against a tree of shapes.

    Raises:
      ValueError: a name, shape or dtype differs; the message gives the first.
    """
    expected = dict(zip(flatten_names(like), jax.tree.leaves(like), strict=True))
    if arrays.keys() != expected.keys():
        odd = sorted(arrays.keys() ^ expected.keys())[0]
        raise ValueError(f"array {odd!r} is {'missing' if odd in expected else 'not part of the network'}")
    for name, leaf in expected.items():
        if arrays[name].shape != leaf.shape or arrays[name].dtype != leaf.dtype:
            raise ValueError(f"array {name!r} is {arrays[name].dtype}{list(arrays[name].shape)}, the network needs {leaf.dtype}{list(leaf.shape)}")
    return jax.tree.unflatten(jax.tree.structure(like), [jnp.asarray(arrays[name]) for name in expected])


def flatten_names(tree: Any) -> list[str]:
    """The names that `flatten` gives, in the order of the tree's leaves."""
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(tree)]
    return ["/".join(str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key)))) for key in path) for path in paths]
