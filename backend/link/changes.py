"""Changes of a list that many viewers follow: each is sent what is new since it was last sent something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any


class Changes:
    """The newest state of a list of rows and of facts about it.

    Args:
      type: type of the messages.
      key: identifies a row.
      columns: rows as they are sent.
    """

    def __init__(self, type: str, key: Callable[[Any], Hashable], columns: Callable[[list[Any]], dict[str, Any]]):
        self._type, self._key, self._columns = type, key, columns
        self.version = 0
        self._rows: dict[Hashable, tuple[Any, int]] = {}
        """Rows in order, each with the version at which it became what it is."""
        self._about: dict[str, tuple[Any, int]] = {}
        self._sent: tuple[tuple[int, int], dict[str, Any] | None] = (-1, -1), None
        """The last message: most viewers are sent the same ones."""

    def update(self, rows: list[Any], about: Mapping[str, Any]) -> None:
        """Take over the newest state."""
        self.version += 1
        known, said = self._rows, self._about
        self._rows = {key: self._versioned(known.get(key), row) for row in rows for key in [self._key(row)]}
        self._about = {name: self._versioned(said.get(name), value) for name, value in about.items()}

    def since(self, version: int) -> dict[str, Any] | None:
        """The message about all changes after a version, 0 for everything; None where there are none."""
        span = version, self.version
        if self._sent[0] != span:
            rows = [row for row, of in self._rows.values() if of > version]
            about = {name: value for name, (value, of) in self._about.items() if of > version}
            self._sent = span, {"type": self._type, **about, "columns": self._columns(rows)} if rows or about else None
        return self._sent[1]

    def _versioned(self, before: tuple[Any, int] | None, now: Any) -> tuple[Any, int]:
        return before if before is not None and (before[0] is now or before[0] == now) else (now, self.version)
