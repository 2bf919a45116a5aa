"""Recorded openings: the first plan of each shipped checkpoint, shown while the live engine still compiles; and one moment at which much happens,
which a page without an address opens with.

They are files `moments/NAME.safetensors` next to the folder of checkpoints, made by `twistscope moments`. An opening is valid only for the parameters
it was made with: it is ignored where the card has another sha256. The first moment is `moments/first.link`, the query of a link that
`python -m benchmarks.moments` chose, and `moments/first.drawing`.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from planner import Card, PlanRequest, Record
from planner.record import container
from planner.record.drawing import SCHEMA

MAX_BYTES = 150_000
REQUEST = PlanRequest()
"""Request of every opening: the first planner, its defaults, seed 0, step 0."""

ROOT_ARRAYS = ("root_prior", "root_q", "root_value", "value_target", "root_policy")


class Openings:
    """The recorded openings next to a folder of checkpoints."""

    def __init__(self, checkpoints: Path):
        self.folder = checkpoints.parent / "moments"

    def path(self, name: str) -> Path:
        """File of a checkpoint's opening. The name must be the name of a checkpoint."""
        return self.folder / f"{name}.safetensors"

    @property
    def first_path(self) -> Path:
        """File of the first moment's plan."""
        return self.folder / "first.drawing"

    @property
    def first_link(self) -> str | None:
        """Query of the link to the first moment; None where none was chosen."""
        try:
            return (self.folder / "first.link").read_text("utf-8").strip()
        except OSError:
            return None

    def read(self, card: Card) -> bytes | None:
        """The drawing, or None where no opening of these parameters is recorded."""
        return _read(self.path(card.name), card)

    def read_first(self, card: Card) -> bytes | None:
        """The drawing of the first moment, or None where none of this checkpoint and these parameters is recorded."""
        return _read(self.first_path, card)

    def write(self, record: Record) -> int:
        """Write a record as the opening of its checkpoint. Returns its size in bytes.

        Raises:
          ValueError: the opening is larger than MAX_BYTES.
        """
        return self._write(self.path(record.metadata.checkpoint), record, {})

    def write_first(self, record: Record, link: str) -> int:
        """Write a record as the first moment, with the query of the link to it; as `write`."""
        size = self._write(self.first_path, record, {"link": link})
        (self.folder / "first.link").write_text(link + "\n", "utf-8")
        return size

    def _write(self, path: Path, record: Record, more: Mapping[str, str]) -> int:
        session = {"session": "", "frame": 0, "revision": 0, "skipped": 0, "furthest": record.metadata.step, "playing": False}
        data = record.drawing(header={"recorded": True, **session, **more})
        if len(data) > MAX_BYTES:
            raise ValueError(f"the opening of {record.metadata.checkpoint} has {len(data)} bytes, allowed are {MAX_BYTES}")
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return len(data)


def _read(path: Path, card: Card) -> bytes | None:
    try:
        data = path.read_bytes()
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return data if header.get("checkpoint_sha256") == card.sha256 and header.get("schema") == SCHEMA else None


def difference(kept: bytes, record: Record) -> str:
    """The first difference between an opening and the plan made now, in words; empty where they agree.

    The request must be equal. Numbers at the root may differ by rounding: another processor may add in another order, and a particle that then draws
    another action changes all later steps.
    """
    arrays, header = container.read(kept, SCHEMA)
    made = {name: value if isinstance(value, str) else json.dumps(value) for name, value in record.metadata.header().items()}
    for name in ("checkpoint", "checkpoint_sha256", "environment", "planner", "settings", "seed", "step", "actions", "scene"):
        if header.get(name) != made[name]:
            return f"{name} was {header.get(name)}, is {made[name]}"
    return first_unequal({name: arrays[name] for name in ROOT_ARRAYS}, record.arrays)


def first_unequal(kept: Mapping[str, np.ndarray], made: Mapping[str, np.ndarray], share: float = 0.05) -> str:
    """The first array that differs by more than `share` of its largest number, in words; empty where none does."""
    for name, array in kept.items():
        size = max(float(np.nanmax(np.abs(array), initial=0)), 1e-3)
        if array.shape != made[name].shape or not np.allclose(array, made[name], rtol=0, atol=share * size, equal_nan=True):
            return f"{name} was {np.round(array, 4).tolist()}, is {np.round(made[name], 4).tolist()}"
    return ""
