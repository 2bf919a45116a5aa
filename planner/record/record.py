"""A record: one complete plan. It can be shown, saved, compared and linked to without the network or the environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.record import container, table
from planner.record.arrays import check
from planner.record.diagnostics import diagnose
from planner.record.drawing import Overview, Particle, draw
from planner.record.metadata import SCHEMA, Metadata
from planner.record.table import Column
from planner.record.tree_drawing import TreeOverview, draw_tree

if TYPE_CHECKING:
    import pandas as pd

SCRIPT = """{title!r}

from pathlib import Path

import planner

checkpoints = planner.Checkpoints(Path(planner.__file__).parents[1] / "assets" / "checkpoints")
checkpoint = checkpoints.load({about.checkpoint!r})
assert checkpoint.card.sha256 == {about.checkpoint_sha256!r}, "the checkpoint has other parameters"
settings = {settings!r}
actions = {about.actions_so_far!r}
interventions = {about.interventions!r}
record = planner.run(checkpoint, {about.planner!r}, seed={about.seed}, actions=actions, interventions=interventions, **settings)
assert record.arrays["chosen_action"].tolist() == {action!r}
"""
"""The program of `Record.to_script`."""


@dataclass(frozen=True, eq=False)
class Record:
    """The arrays and metadata of a plan. Everything else is derived from them on demand."""

    arrays: Mapping[str, np.ndarray]
    """Arrays by the names of docs/trace.md, with exact answers where available."""
    metadata: Metadata

    @cached_property
    def diagnostics(self) -> dict[str, np.ndarray]:
        """The diagnostics of docs/trace.md; none for a search tree."""
        return diagnose(self.arrays, self.metadata)

    @property
    def all_arrays(self) -> dict[str, np.ndarray]:
        """The arrays and the diagnostics."""
        return {**self.arrays, **self.diagnostics}

    @property
    def ok(self) -> bool:
        """True where the plan has no fault."""
        return self.metadata.status == "ok"

    @cached_property
    def overview(self) -> Overview | TreeOverview:
        """The parts common to all drawings of this record."""
        if self.metadata.traits.kind == "tree":
            return TreeOverview(self.arrays)
        return Overview(self.arrays, self.metadata)

    def drawing(
        self,
        particle: Particle = None,
        *,
        other: Particle = None,
        complete: bool = False,
        with_trail: bool = False,
        header: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The part that a page shows (docs/api.md, Drawings).

        Args:
          particle: level and slot of the particle whose exact numbers are included; the heaviest of the last level by default.
          other: a second particle, compared with the first; none by default.
          complete: include the numbers of every drawn transition and the trail, for pages without a server.
          with_trail: include the decision as levels go by; a search tree has none.
          header: further entries, such as the number of a frame.
        """
        plan = self.overview
        if isinstance(plan, TreeOverview):
            arrays, about = draw_tree(plan, particle, other=other, complete=complete)
        else:
            arrays, about = draw(plan, particle, other=other, complete=complete, with_trail=with_trail or complete)
        # A drawing is sent many times a second, so it omits the history that a record keeps.
        own = {name: value for name, value in self.metadata.header().items() if name not in ("actions_so_far", "asked")}
        return container.write(arrays, {**own, **(header or {}), **about})

    def to_bytes(self, names: Iterable[str] | None = None, header: Mapping[str, Any] | None = None) -> bytes:
        """The trace as safetensors bytes (docs/trace.md).

        Args:
          names: arrays to write; names that the record does not have are ignored. By default all arrays, diagnostics included.
          header: further entries.
        """
        arrays = self.all_arrays
        chosen = arrays if names is None else {name: arrays[name] for name in names if name in arrays}
        return container.write(chosen, {**self.metadata.header(), **(header or {})})

    @classmethod
    def from_bytes(cls, data: bytes) -> Record:
        """The inverse of `to_bytes`.

        Raises:
          TraceError: the bytes are not a trace, are damaged, or have another major schema.
        """
        arrays, header = container.read(data, SCHEMA)
        return cls(arrays, Metadata.of_header(header))

    def check(self) -> None:
        """Check a record of a file: one that was written with some of its arrays only, or by hand, can be read, but not drawn.

        Raises:
          TraceError: an array is missing that every plan has, or its shape does not fit those of the others.
        """
        check(self.arrays, self.metadata.traits.kind)

    def save(self, path: Path | str, *, pinned: Record | None = None) -> Path:
        """Write the record to a file: `.safetensors` for all arrays and metadata, `.html` for the interactive microscope in a single file, `.py` for
        a program that makes the plan again, `.parquet` or `.csv` for the table of particles.

        Args:
          path: file to write; one that exists is replaced.
          pinned: of `.html`, another record that is pinned as A, as for `to_html`.

        Raises:
          ValueError: the path has another suffix, or no program can make the plan; `pinned` cannot be compared with this record, or the file shows
            none.
        """
        path = Path(path)
        if path.suffix not in FORMS:
            raise ValueError(f"a record is saved as {', '.join(FORMS)}, got {path.name!r}")
        if pinned is not None and path.suffix != ".html":
            raise ValueError(f"only the microscope (.html) shows a pinned plan, got {path.name!r}")
        path.write_bytes(FORMS[path.suffix](self) if pinned is None else self.to_html(pinned).encode())
        return path

    def table(self) -> dict[str, Column]:
        """The table with one row for each (level, slot), or each simulation of a tree, as described columns by name."""
        return table.table(self.all_arrays, self.metadata)

    def to_parquet(self) -> bytes:
        """The table as Parquet, with units and descriptions of its columns and the metadata of the record."""
        return table.to_parquet(self.all_arrays, self.metadata)

    def to_csv(self) -> bytes:
        """The table as CSV."""
        return table.to_csv(self.all_arrays, self.metadata)

    def to_script(self) -> str:
        """A Python program that makes this plan again, from a checkpoint of the same parameters, and asserts the same action.

        Raises:
          ValueError: the plan is of a bare model or of a state that was given, which no program can name.
        """
        about = self.metadata
        if not about.checkpoint or about.actions_so_far is None:
            raise ValueError("a script can make only plans of a checkpoint, in an episode played from its start")
        # Every text stands there quoted: a file from elsewhere may say anything.
        title = f"Makes this plan again: {self.title}, planned by twistscope {about.twistscope} with JAX {about.jax} on {about.device}."
        return SCRIPT.format(title=title, about=about, settings=about.settings, action=np.asarray(self.arrays["chosen_action"]).tolist())

    def to_html(self, pinned: Record | None = None) -> str:
        """The interactive microscope with this record, as one HTML document without a server or network.

        Args:
          pinned: another record of the same environment, which is pinned as A: this one is B, and every panel compares the two.

        Raises:
          ValueError: `pinned` is of another environment.
        """
        from planner.record.html import microscope_page

        if pinned is None:
            return microscope_page(self.drawing(complete=True), self.title)
        mine, other = self.metadata.environment, pinned.metadata.environment
        if mine != other:
            raise ValueError(
                f"only plans of one environment can be compared: the pinned one is of {other or 'a bare model'}, this one of {mine or 'a bare model'}"
            )
        return microscope_page(self.drawing(complete=True), f"{self.title}, beside {pinned.title}", pinned.drawing(complete=True))

    @property
    def title(self) -> str:
        """Planner, checkpoint or environment, step and seed, in words."""
        about = self.metadata
        return f"{about.planner} on {about.checkpoint or about.environment}, step {about.step}, seed {about.seed}"

    def show(self, height: int = 780, *, pinned: Record | None = None) -> Any:
        """Display the interactive microscope in a notebook.

        Args:
          height: height of the frame, CSS pixels.
          pinned: another record that is pinned as A, as for `to_html`.

        Raises:
          ImportError: IPython is not installed; `save("plan.html")` works without it.
          ValueError: `pinned` cannot be compared with this record.
        """
        from IPython.display import display

        return display(_Shown(self._frame(height, pinned), repr(self)))

    def _repr_html_(self) -> str:
        return self._frame(780)

    def _frame(self, height: int, pinned: Record | None = None) -> str:
        from planner.record.html import embedded

        return embedded(self.to_html(pinned), self.title, height)

    def __repr__(self) -> str:
        shape = " × ".join(str(size) for size in self.arrays["parent"].shape[::-1])
        return f"Record({self.title}: {shape}, chosen action {np.asarray(self.arrays['chosen_action']).tolist()}, status {self.metadata.status})"

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a data frame, indexed by (level, slot), or by the simulation of a tree.

        Raises:
          ImportError: pandas is not installed.
        """
        import pandas as pd

        columns = {name: column.values for name, column in self.table().items()}
        index = [columns.pop(name) for name in table.index_names(self.metadata)]
        return pd.DataFrame(columns, index=pd.MultiIndex.from_arrays(index, names=table.index_names(self.metadata)))


@dataclass(frozen=True, repr=False)
class _Shown:
    """A frame as notebooks show it, and its record where there is only text. `IPython.display.HTML` warns of every text that begins as an iframe."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


FORMS: dict[str, Callable[[Record], bytes]] = {
    ".safetensors": Record.to_bytes,
    ".html": lambda record: record.to_html().encode(),
    ".py": lambda record: record.to_script().encode(),
    ".parquet": Record.to_parquet,
    ".csv": Record.to_csv,
}
"""Writers of `Record.save`, by suffix."""


def load(path: Path | str) -> Record:
    """Read a record from a `.safetensors` file.

    Raises:
      TraceError: the file is not a trace, is damaged, or has another major schema.
      OSError: the file cannot be read.
    """
    return Record.from_bytes(Path(path).read_bytes())
