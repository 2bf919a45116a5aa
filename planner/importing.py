"""Import of parameters trained elsewhere: an Orbax folder or a Flax msgpack file, and a description that maps its arrays to ours.

Reading executes nothing. Only architectures of `planner.networks` can be imported: one torso of tanh layers shared by prior, V and Q.
"""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from planner.algorithms.settings import MAX_TEMPERATURE, MIN_TEMPERATURE
from planner.checkpoints import Card, build_model, flatten, flatten_names, network_config, unflatten
from planner.core.model import Params
from planner.messages import fault_of
from planner.training.config import CheckpointName, NetworkSection


class ImportRefused(ValueError):
    """Parameters or a description cannot be used; the message is one line."""


class Description(BaseModel):
    """Description of a file of parameters: the checkpoint's card, the network, and the mapping of its arrays."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: CheckpointName
    title: str
    description: str
    environment: str
    licence: str
    reward_temperature: float = Field(ge=MIN_TEMPERATURE, le=MAX_TEMPERATURE)
    """Default for planners."""
    discount: float = Field(ge=0, le=1)
    environment_steps: NonNegativeInt
    """Environment steps of the training; 0 if unknown."""
    network: NetworkSection
    arrays: dict[str, str]
    """Name of our array -> its name in the file, as `describe` prints it."""
    zero: tuple[str, ...] = ()
    """Our arrays that the file does not have and that are set to 0. With `params/advantage/*` set to 0, Q equals V."""


def read_description(path: Path) -> Description:
    """A description from TOML.

    Raises:
      ImportRefused: the file does not exist or is not TOML, a key is unknown, or a value is out of range.
    """
    if not path.is_file():
        raise ImportRefused(f"{path} is not a file")
    try:
        return Description.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportRefused(f"{path} cannot be read as TOML: {error}") from None
    except RecursionError:
        raise ImportRefused(f"{path} is nested too deep") from None
    except ValidationError as error:
        # A misspelled key is also a missing one: it is named first.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise ImportRefused(f"{path.name}: {fault_of(first, '.'.join(map(str, first['loc'])))}") from None


def read_arrays(source: Path) -> dict[str, np.ndarray]:
    """All arrays of a parameter tree, by their path joined with `/`.

    Args:
      source: a file written by `flax.serialization.to_bytes`, or a folder written by an Orbax checkpointer.

    Raises:
      ImportRefused: the source is neither of them, or damaged.
    """
    if not source.exists():
        raise ImportRefused(f"there is no file or folder {source}")
    if not source.is_dir() and not source.is_file():
        raise ImportRefused(f"{source} is neither a file nor a folder")
    try:
        tree = _read_orbax(source) if source.is_dir() else _read_msgpack(source)
        arrays = flatten(tree)
    except ImportRefused:
        raise
    except Exception as error:  # Both libraries pass on any exception of their parsers.
        kind = "an Orbax checkpoint" if source.is_dir() else "a Flax msgpack file"
        raise ImportRefused(f"{source} cannot be read as {kind}: {str(error).splitlines()[0] if str(error) else type(error).__name__}") from None
    return {name: array for name, array in arrays.items() if array.dtype != object}


def _read_msgpack(file: Path) -> Any:
    from flax.serialization import msgpack_restore

    return msgpack_restore(file.read_bytes())


def _read_orbax(folder: Path) -> Any:
    # Imported here because the import takes seconds.
    import orbax.checkpoint as ocp

    folder = folder.resolve()
    steps = [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]
    if steps and not (folder / "_METADATA").exists():
        # A checkpoint manager keeps one folder for each step.
        raise ImportRefused(f"{folder} holds several steps: give the folder of one, such as {max(steps, key=lambda path: int(path.name))}")
    if (folder / "default" / "_METADATA").exists():
        folder = folder / "default"
    if not (folder / "_METADATA").exists():
        raise ImportRefused(f"{folder} is not an Orbax checkpoint: it has no _METADATA")
    with ocp.PyTreeCheckpointer() as checkpointer:
        held = checkpointer.metadata(folder).item_metadata.tree
        as_numpy = jax.tree.map(lambda _: ocp.RestoreArgs(restore_type=np.ndarray), held)
        return checkpointer.restore(folder, restore_args=as_numpy)


def describe(arrays: Mapping[str, np.ndarray]) -> str:
    """Names and shapes, for a message."""
    return ", ".join(f"{name} {_shape(array)}" for name, array in arrays.items()) or "no arrays"


def import_params(description: Description, arrays: Mapping[str, np.ndarray], source: str) -> tuple[Card, Params]:
    """Make a card without returns, and the parameters, from arrays and their description.

    Args:
      source: name of the file, for the card.

    Raises:
      ImportRefused: an array is not mapped, missing, of another shape, or not finite; or the environment or network is invalid.
    """
    try:
        network = network_config(description.environment, description.network.hidden, description.network.value_scale)
        _, shapes = build_model(description.environment, network)
    except ValueError as error:
        raise ImportRefused(str(error)) from None
    needed = dict(zip(flatten_names(shapes), jax.tree.leaves(shapes), strict=True))
    unknown = sorted(description.arrays.keys() - needed.keys())
    if unknown:
        raise ImportRefused(f"arrays: {unknown[0]!r} is not part of the network, which has {describe(needed)}")
    found = {}
    for name, leaf in needed.items():
        if name in description.arrays:
            found[name] = _take(name, leaf, description.arrays[name], arrays)
        elif any(fnmatchcase(name, pattern) for pattern in description.zero):
            found[name] = np.zeros(leaf.shape, leaf.dtype)
        else:
            raise ImportRefused(f"arrays: {name} {_shape(leaf)} is not mapped; the file holds {describe(arrays)}")
    card = Card(
        name=description.name,
        title=description.title,
        description=description.description,
        environment=description.environment,
        network=network.as_card(),
        settings={"reward_temperature": description.reward_temperature, "discount": description.discount},
        training={"command": f"imported from {source}", "environment_steps": description.environment_steps},
        returns={},
        sha256="",
        licence=description.licence,
    )
    return card, unflatten(found, shapes)


def _take(name: str, leaf: Any, theirs: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The array for `name`, with its shape, dtype and values checked."""
    if theirs not in arrays:
        raise ImportRefused(f"arrays: there is no {theirs!r} for {name}; the file holds {describe(arrays)}")
    array = arrays[theirs]
    # jnp's test also knows bfloat16 and the 8-bit types.
    if array.shape != leaf.shape or not jnp.issubdtype(array.dtype, jnp.floating):
        raise ImportRefused(f"arrays: {theirs} is {array.dtype} {_shape(array)}, {name} needs floating point {_shape(leaf)}")
    with np.errstate(over="ignore"):
        taken = array.astype(leaf.dtype)
    # After the conversion: a number that 64 bits hold may be infinite in 32.
    if not np.isfinite(taken).all():
        raise ImportRefused(f"arrays: {theirs} has numbers that are not finite in {leaf.dtype}")
    return taken


def _shape(array: Any) -> str:
    return f"[{', '.join(map(str, array.shape))}]"
