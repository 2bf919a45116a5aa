"""The file of a recording: SQLite, with one compressed record per frame and all that made it beside it (docs/api.md, Recordings).

A file from elsewhere is never opened as it is: `import_file` copies its rows, one by one and checked, into a new file. Nothing in it is executed, and
no name in it becomes a path.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from planner import Record
from planner.messages import shortened
from planner.record.container import TraceError, parse

APPLICATION_ID = 0x74777363
VERSION = 1
LEVEL = 3
"""Of zstd: higher levels take several times as long for a few percent."""
MAX_FRAMES = 1_000_000
MAX_TEXT = 1024 * 1024
"""Characters of the longest text beside a record."""
SCHEMA = {
    "about": "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "frames": (
        "CREATE TABLE frames (number INTEGER PRIMARY KEY, seconds REAL NOT NULL, step INTEGER NOT NULL, seed INTEGER NOT NULL, action TEXT NOT NULL, "
        "settings TEXT NOT NULL, interventions TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, record BLOB NOT NULL)"
    ),
}
FACTS: dict[str, Any] = {
    **dict.fromkeys(("title", "created", "twistscope", "checkpoint", "checkpoint_sha256", "environment", "planner"), str),
    "scene": (dict, type(None)),
}
"""Names and types of the facts about a recording."""
COLUMNS = ("number", "seconds", "step", "seed", "action", "settings", "interventions", "digest", "size", "record")


class RecordingError(ValueError):
    """A file is not a recording, is damaged, or is too large; the message is one line."""


@dataclass(frozen=True)
class Kept:
    """One frame of a recording."""

    number: int
    """From 0 on."""
    seconds: float
    """Since the start of the recording."""
    step: int
    seed: int
    action: Any
    """The chosen action."""
    settings: Mapping[str, Any]
    interventions: list[Any]
    digest: str
    """Of the state planned from."""
    size: int
    """Bytes of the record before compression."""
    data: bytes
    """The record, compressed."""

    @classmethod
    def of(cls, record: Record, number: int, seconds: float, digest: str) -> Kept:
        """Compress a record. Diagnostics follow from its arrays and are left out."""
        data, about = record.to_bytes(record.arrays), record.metadata
        action = record.arrays["chosen_action"].tolist()
        compressed = zstandard.ZstdCompressor(level=LEVEL).compress(data)
        return cls(number, seconds, about.step, about.seed, action, about.settings, about.interventions, digest, len(data), compressed)

    def record(self, max_bytes: int) -> Record:
        """The record.

        Raises:
          RecordingError: it is damaged, or has more than `max_bytes`.
        """
        where = f"frame {self.number}"
        try:
            # A content size that is not said, or not the one beside it, is no record of ours; said, no more than that is ever allocated.
            size = zstandard.frame_content_size(self.data)
            if size != self.size or not 0 < size <= max_bytes:
                raise RecordingError(f"{where}: it would take {size} bytes, allowed are {max_bytes} and what the file says, {self.size}")
            record = Record.from_bytes(zstandard.ZstdDecompressor().decompress(self.data))
            record.check()
        except zstandard.ZstdError as error:
            raise RecordingError(f"{where} is damaged: {error}") from None
        except TraceError as error:
            raise RecordingError(f"{where} is damaged: {error}") from None
        return record

    def row(self) -> tuple[Any, ...]:
        texts = (json.dumps(value, allow_nan=False) for value in (self.action, dict(self.settings), self.interventions))
        return self.number, self.seconds, self.step, self.seed, *texts, self.digest, self.size, self.data

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> Kept:
        """The inverse of `row`; raises RecordingError where a column has another type or is not JSON."""
        types: tuple[Any, ...] = (int, (int, float), int, int, str, str, str, str, int, bytes)
        for name, value, kind in zip(COLUMNS, row, types, strict=True):
            if not isinstance(value, kind) or (isinstance(value, str) and len(value) > MAX_TEXT):
                raise RecordingError(f"a frame is damaged: its {name} is not of its type")
        if not math.isfinite(row[1]):
            raise RecordingError(f"frame {row[0]} is damaged: it was made at no time")
        try:
            action, settings, interventions = (parse(text) for text in row[4:7])
        except TraceError:
            raise RecordingError(f"frame {row[0]} is damaged: what made it is no JSON") from None
        if not isinstance(settings, dict) or not isinstance(interventions, list):
            raise RecordingError(f"frame {row[0]} is damaged: what made it is not as recordings have it")
        return cls(row[0], float(row[1]), row[2], row[3], action, settings, interventions, *row[7:])


def create(path: Path, about: Mapping[str, Any]) -> sqlite3.Connection:
    """A new file, open for appending.

    Raises:
      OSError, sqlite3.Error: the file cannot be made.
    """
    # Raises FileExistsError; sqlite would open whatever lies there.
    path.touch(exist_ok=False)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    # A frame is acknowledged when it is committed, and then survives the loss of the process and of power.
    for pragma in (f"application_id = {APPLICATION_ID}", f"user_version = {VERSION}", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    with transaction(connection):
        for statement in SCHEMA.values():
            connection.execute(statement)
        write_about(connection, about)
    return connection


class transaction:
    """Commit everything inside, or nothing."""

    def __init__(self, connection: sqlite3.Connection):
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is None:
            self.connection.execute("COMMIT")
        elif self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


def write_about(connection: sqlite3.Connection, about: Mapping[str, Any]) -> None:
    """Keep facts about the whole recording, by name."""
    rows = [(name, json.dumps(value, allow_nan=False)) for name, value in about.items()]
    connection.executemany("INSERT INTO about VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", rows)


def append(connection: sqlite3.Connection, frames: list[Kept]) -> None:
    """Append frames in one transaction."""
    marks = ", ".join("?" * len(COLUMNS))
    with transaction(connection):
        connection.executemany(f"INSERT INTO frames VALUES ({marks})", [frame.row() for frame in frames])


def open_to_read(path: Path) -> sqlite3.Connection:
    """An existing file, opened to be read. What a process that was killed left beside it is folded into it first, where it may be written.

    Raises:
      RecordingError: it is no recording, or is damaged.
    """
    connection = _open_checked(path)
    if wal_of(path).exists() and os.access(path, os.W_OK):
        connection.close()
        fold(path)
        connection = _open_checked(path)
    return connection


def _open_checked(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
        try:
            _check(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise RecordingError(f"not a recording: {error}") from None
    return connection


def wal_of(path: Path) -> Path:
    """The file in which SQLite keeps what is committed and not yet folded into the recording at `path`."""
    return path.with_name(path.name + "-wal")


def finish(connection: sqlite3.Connection) -> None:
    """Close a recording that was made: it becomes one file, which can be moved, and read where nothing may be written."""
    with closing(connection), contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA journal_mode = DELETE")


def fold(path: Path, seconds: float = 0.0) -> None:
    """Fold what was committed beside a recording into it. A recording that somebody still has open stays as it is.

    Args:
      path: of a recording that was checked.
      seconds: time to wait for those who have it open.
    """
    with contextlib.suppress(sqlite3.Error):
        finish(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=seconds, isolation_level=None))


def _check(connection: sqlite3.Connection) -> None:
    """Refuse other files, other versions, and files with more in them than a recording has: a view or a trigger would be a program."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    (application,), (version,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
    if application != APPLICATION_ID:
        raise RecordingError("not a recording: another program made this file")
    if version != VERSION:
        raise RecordingError(f"a recording of version {version}; this program reads version {VERSION}")
    found = {name: sql for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master") if sql is not None}
    if not found:
        beside = "in the file of this name with -wal at its end, beside the place where it was made"
        raise RecordingError(f"its frames are not in it: they are {beside}; keep both together")
    if found != SCHEMA:
        raise RecordingError("not a recording: its tables are not those of a recording")


def read_about(connection: sqlite3.Connection) -> dict[str, Any]:
    """Facts about the recording, by the names of FACTS; raises RecordingError."""
    try:
        rows = connection.execute("SELECT name, value FROM about LIMIT 100").fetchall()
        about = {name: parse(value) for name, value in rows if name in FACTS and isinstance(value, str) and len(value) <= MAX_TEXT}
    except (sqlite3.Error, TraceError) as error:
        raise RecordingError(f"the recording is damaged: {error}") from None
    for name, value in about.items():
        if not isinstance(value, FACTS[name]):
            raise RecordingError(f"the recording is damaged: its {name} is {shortened(value)}")
    return about


def count_frames(connection: sqlite3.Connection) -> tuple[int, float]:
    """Number of frames, and seconds from the first to the last; raises RecordingError."""
    try:
        count, last, first = connection.execute("SELECT count(*), max(number), min(number) FROM frames").fetchone()
        if count and (first != 0 or last != count - 1):
            raise RecordingError("the recording is damaged: frames are missing")
        ends = connection.execute("SELECT seconds FROM frames WHERE number IN (0, ?) ORDER BY number", (max(count - 1, 0),)).fetchall()
        seconds = float(ends[-1][0] - ends[0][0]) if ends else 0.0
        if not math.isfinite(seconds):
            raise RecordingError("the recording is damaged: it ends at no time")
        return count, seconds
    except (sqlite3.Error, TypeError) as error:
        raise RecordingError(f"the recording is damaged: {error}") from None


def read_frame(connection: sqlite3.Connection, number: int) -> Kept:
    """One frame; raises RecordingError."""
    try:
        row = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM frames WHERE number = ?", (number,)).fetchone()
    except sqlite3.Error as error:
        raise RecordingError(f"frame {number} is damaged: {error}") from None
    if row is None:
        raise RecordingError(f"the recording has no frame {number}")
    return Kept.of_row(row)


def read_frames(connection: sqlite3.Connection) -> Iterator[Kept]:
    """All frames in order; raises RecordingError."""
    for number in range(count_frames(connection)[0]):
        yield read_frame(connection, number)


def copy(source: Path, target: Path) -> None:
    """One complete file of a recording that may still be written to.

    Raises:
      RecordingError: it is damaged.
      OSError, sqlite3.Error: the copy cannot be written.
    """
    with closing(open_to_read(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")


def import_file(source: Path, target: Path, max_frame: int) -> None:
    """Make a recording of a file from elsewhere: its frames are read, checked one by one, and written anew.

    Raises:
      RecordingError: the file is no recording, is damaged, or has a frame of more than `max_frame` bytes.
      OSError, sqlite3.Error: the recording cannot be written.
    """
    with closing(open_to_read(source)) as reading:
        pages, page = (reading.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        if source.stat().st_size != pages * page:
            raise RecordingError("the recording is damaged: the file was cut off")
        about, (count, _) = read_about(reading), count_frames(reading)
        if not 0 < count <= MAX_FRAMES:
            raise RecordingError(f"the recording has {count} frames, allowed are 1 to {MAX_FRAMES}")
        with closing(create(target, about)) as writing:
            for frame in read_frames(reading):
                _check_frame(frame, frame.record(max_frame))
                append(writing, [frame])


def _check_frame(frame: Kept, record: Record) -> None:
    """Refuse a frame whose record is of another plan than the facts beside it say: somebody has written it by hand."""
    about = record.metadata
    beside = (frame.step, frame.seed, dict(frame.settings), frame.interventions, frame.action)
    if beside != (about.step, about.seed, about.settings, about.interventions, record.arrays["chosen_action"].tolist()):
        raise RecordingError(f"frame {frame.number} is damaged: its record is of another plan than the facts beside it")
    # Whatever a picture or a table needs is there, or fails here.
    try:
        record.table()
        record.drawing()
    except Exception as error:
        raise RecordingError(f"frame {frame.number} is damaged: it cannot be drawn ({type(error).__name__})") from None
