"""The particle table of a record: one row for each (level, slot), or for each simulation of a search tree, and a described column for each array.

Arrays with one number per transition are a column; those with one number per dimension, such as positions, are a column for each dimension. Row
numbers are the ids that `parent` refers to. Distributions over candidate actions (`atoms`, `prior`, `proposal`, `q_value` of particles) have no
columns. Parquet files keep the unit and the description of every column, and the metadata of the record.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from planner.record.metadata import Metadata

SCHEMA = "twistscope.table/1"

REWARD = "reward"
NATS = "nats"
STEPS = "environment steps"
TRUTH = "true or false"
OWN = "units of the environment"


class Meaning(NamedTuple):
    """Unit and description of an array."""

    unit: str
    description: str


PARTICLES = {
    "parent": Meaning("row", "row of the transition that produced the state stepped from; -1 for the root"),
    "ancestor": Meaning("slot", "slot drawn at the end of this level for this slot of the next level; the slot itself where not resampled"),
    "branch": Meaning("slot", "slot of level 0 that the particle descends from"),
    "depth": Meaning(STEPS, "steps from the root before this step; less than the level after a revival or a terminal state"),
    "alive": Meaning(TRUTH, "the step is from a non-terminal state"),
    "terminal": Meaning(TRUTH, "this step ended the episode"),
    "revived": Meaning(TRUTH, "the particle starts from its ancestor's last non-terminal state"),
    "action": Meaning("action", "action drawn from the proposal; not meaningful where not alive"),
    "atom": Meaning("candidate action", "index of the action among the candidate actions of the slot"),
    "log_prior": Meaning(NATS, "log prior probability of the action; 0 where not alive"),
    "log_proposal": Meaning(NATS, "log proposal probability of the action; 0 where not alive"),
    "reward": Meaning(REWARD, "reward of the step (E4)"),
    "continuation": Meaning("1", "d of (E4): 0 where the step ended the episode"),
    "value": Meaning(REWARD, "value V(s) of the state stepped from; 0 where not alive"),
    "next_value": Meaning(REWARD, "value V(s') of the state stepped to; 0 where terminal"),
    "log_weight": Meaning(NATS, "unnormalised log-weight after (E5), before resampling"),
    "kl": Meaning(NATS, "KL(proposal || prior) of the proposal drawn from"),
    "kl_bound": Meaning(NATS, "trust region eps of (E1); infinite with a fixed temperature"),
    "temperature": Meaning(REWARD, "temperature eta of (E2); infinite where the proposal is the prior, 0 where it is greedy"),
    "position": Meaning(OWN, "position of the state stepped to, in the coordinates of the environment's picture"),
    "offspring": Meaning("slots", "slots of the next level that were drawn from this one; 1 where not resampled"),
}
"""Arrays over (level, slot), in the order of their columns."""

TREE = {
    "parent": Meaning("simulation", "simulation whose step produced the state stepped from; -1 for the root"),
    "action": Meaning("action", "action of the step"),
    "atom": Meaning("candidate action", "index of the action among the candidate actions of the state stepped from"),
    "depth": Meaning(STEPS, "steps from the root before this step"),
    "visits": Meaning("simulations", "simulations that passed through this node; 0 where there is no node, and the other columns mean nothing"),
    "q_value": Meaning(REWARD, "mean return from this step on"),
    "prior": Meaning("probability", "prior probability of the action"),
    "reward": Meaning(REWARD, "reward of the step"),
    "alive": Meaning(TRUTH, "the step is from a non-terminal state"),
    "terminal": Meaning(TRUTH, "this step ended the episode"),
    "position": Meaning(OWN, "position of the state stepped to, in the coordinates of the environment's picture"),
}
"""Arrays over the simulations of a search tree, in the order of their columns."""

INDEX = {
    "level": Meaning("level", "level of the plan; steps of level 0 are taken from the root"),
    "slot": Meaning("slot", "slot of the particle at this level"),
    "simulation": Meaning("simulation", "number of the simulation"),
}
FRAME = {
    "frame": Meaning("frame", "number of the frame of the recording"),
    "step": Meaning(STEPS, "environment step of the state planned from"),
    "seed": Meaning("seed", "seed of the episode and of the plan"),
}
"""Columns that number the frames of a recording."""


class Column(NamedTuple):
    """A column of the table."""

    values: np.ndarray
    """[rows]"""
    unit: str
    description: str


def table(arrays: Mapping[str, np.ndarray], metadata: Metadata) -> dict[str, Column]:
    """The columns by name; first those that number the rows (`index_names`). Arrays that the record does not have are left out.

    Raises:
      ValueError: an array does not have one row for each transition.
    """
    tree = metadata.traits.kind == "tree"
    shape = arrays["parent"].shape
    numbers = np.indices(shape, np.int32).reshape(len(shape), -1)
    columns = {name: Column(values, *INDEX[name]) for name, values in zip(index_names(metadata), numbers, strict=True)}
    states = {name: Meaning(OWN, f"leaf {name.removeprefix('state/')} of the state stepped to") for name in arrays if name.startswith("state/")}
    for name, meaning in {**(TREE if tree else PARTICLES), **states}.items():
        if name in arrays:
            columns |= _columns_of(name, arrays[name], meaning, shape, metadata)
    return columns


def index_names(metadata: Metadata) -> tuple[str, ...]:
    """Names of the columns that number the rows."""
    return ("simulation",) if metadata.traits.kind == "tree" else ("level", "slot")


def to_parquet(arrays: Mapping[str, np.ndarray], metadata: Metadata) -> bytes:
    """The table as Parquet. Each field has the metadata `unit` and `description`; the schema has that of the record (docs/trace.md)."""
    return b"".join(_parquet([_arrow(table(arrays, metadata), metadata)]))


def to_csv(arrays: Mapping[str, np.ndarray], metadata: Metadata) -> bytes:
    """The table as CSV in UTF-8, with a line of names. Numbers have the digits that give the same number back; true and false are so written."""
    return b"".join(_csv([_arrow(table(arrays, metadata), metadata)]))


def recording_to_parquet(frames: Iterable[Frame]) -> Iterator[bytes]:
    """The tables of all frames of a recording, one below the other, as Parquet in pieces. The schema has the metadata of the first frame.

    Raises:
      ValueError: there is no frame, or a frame has other columns than the first: it is of another kind of planner.
    """
    return _parquet(_tables(frames))


def recording_to_csv(frames: Iterable[Frame]) -> Iterator[bytes]:
    """As `recording_to_parquet`, as CSV."""
    return _csv(_tables(frames))


Frame = tuple[Mapping[str, np.ndarray], Metadata]
"""Arrays and metadata of one frame of a recording."""


def _tables(frames: Iterable[Frame]) -> Iterator[Any]:
    first = None
    for number, (arrays, metadata) in enumerate(frames):
        columns = table(arrays, metadata)
        rows = len(next(iter(columns.values())).values)
        own = {"frame": number, "step": metadata.step, "seed": metadata.seed}
        made = _arrow({name: Column(np.full(rows, value, np.int64), *FRAME[name]) for name, value in own.items()} | columns, metadata)
        if first is not None and made.schema != first:
            raise ValueError(f"frame {number} has other columns than the first; export its frames one by one")
        first = made.schema if first is None else first
        yield made


def _arrow(columns: Mapping[str, Column], metadata: Metadata) -> Any:
    import pyarrow

    said = lambda each: {"unit": each.unit, "description": each.description}
    kind = lambda each: pyarrow.from_numpy_dtype(each.values.dtype)
    fields = [pyarrow.field(name, kind(each), nullable=False, metadata=said(each)) for name, each in columns.items()]
    about = metadata.header() | {"schema": SCHEMA}
    text = {name: value if isinstance(value, str) else json.dumps(value, allow_nan=False) for name, value in about.items()}
    return pyarrow.Table.from_arrays([pyarrow.array(each.values) for each in columns.values()], schema=pyarrow.schema(fields, text))


class _Pieces(io.RawIOBase):
    """A file that is taken away piece by piece while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _parquet(tables: Iterable[Any]) -> Iterator[bytes]:
    from pyarrow import parquet

    sink, writer = _Pieces(), None
    for each in tables:
        # A dictionary could take different NaNs for the same value.
        writer = writer or parquet.ParquetWriter(sink, each.schema, compression="zstd", use_dictionary=False)
        writer.write_table(each.cast(writer.schema))
        yield sink.take()
    if writer is None:
        raise ValueError("the recording has no frames")
    writer.close()
    yield sink.take()


def _csv(tables: Iterable[Any]) -> Iterator[bytes]:
    from pyarrow import csv

    sink, writer = _Pieces(), None
    for each in tables:
        # Metadata differs from frame to frame, and CSV has none.
        plain = each.replace_schema_metadata(None)
        writer = writer or csv.CSVWriter(sink, plain.schema)
        writer.write_table(plain)
        yield sink.take()
    if writer is None:
        raise ValueError("the recording has no frames")
    writer.close()
    yield sink.take()


def _columns_of(name: str, array: np.ndarray, meaning: Meaning, shape: tuple[int, ...], metadata: Metadata) -> dict[str, Column]:
    """One column, or one for each dimension; none for a part of a state with more axes."""
    if array.shape[: len(shape)] != shape or (array.ndim > len(shape) + 1 and not name.startswith("state/")):
        raise ValueError(f"{name} has the shape {list(array.shape)}, which is not one row for each of {list(shape)}")
    if array.ndim == len(shape):
        return {name: Column(array.ravel(), meaning.unit, meaning.description + (_names(metadata) if name == "action" else ""))}
    if array.ndim > len(shape) + 1:
        return {}
    unit = OWN if name == "action" else meaning.unit
    return {
        f"{name}_{axis}": Column(array[..., index].ravel(), unit, f"{meaning.description}; {said}")
        for index, (axis, said) in enumerate(_axes(name, array.shape[-1], metadata))
    }


def _names(metadata: Metadata) -> str:
    """Names of the discrete actions."""
    return f"; {', '.join(f'{index}: {name}' for index, name in enumerate(metadata.actions))}" if metadata.actions else ""


def _axes(name: str, size: int, metadata: Metadata) -> list[tuple[Any, str]]:
    """Suffix and description of each dimension."""
    if name == "position":
        return [(axis, f"{axis} coordinate") for axis in ("x", "y")]
    named = metadata.actions if name == "action" and len(metadata.actions) == size else []
    return [(index, f"dimension {index}" + (f", {named[index]}" if named else "")) for index in range(size)]
