"""The folder of all recordings: listing, renaming, deleting with undo, uploading, and the room that they may take."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.problems import Conflict, Invalid, NotFound, NotKept, wrong_value
from backend.recordings.file import (
    Kept,
    RecordingError,
    copy,
    count_frames,
    create,
    fold,
    import_file,
    open_to_read,
    read_about,
    read_frame,
    transaction,
    write_about,
)
from backend.recordings.locking import Lock, is_held
from backend.recordings.writer import Recording, Writer
from planner.messages import shortened
from planner.request import VERSION

SUFFIX = ".twistscope"
DELETED = ".deleted"
UNDO_SECONDS = 3600
"""A recording that was deleted can be restored for so long, unless its room is needed."""
MAX_TITLE = 120
_ID = re.compile(r"[a-z0-9]{16}")


@dataclass
class Library:
    """The recordings of a data folder. Several servers may share one.

    Args:
      max_bytes: bytes that all recordings may take together.
      max_frame: bytes that the record of one frame may take.
    """

    folder: Path
    max_bytes: int
    max_frame: int

    def __post_init__(self) -> None:
        self.writer = Writer(self._check_room)

    # Reading

    def every(self) -> dict[str, Any]:
        """`{recordings, damaged, bytes, max_bytes}`, the newest first (docs/api.md)."""
        recordings, damaged = [], []
        for path in self._paths(SUFFIX):
            try:
                recordings.append(self.describe(path.stem))
            except Conflict as problem:
                damaged.append({"id": path.stem, "detail": problem.detail})
            except NotFound:
                # Deleted meanwhile, perhaps by another server.
                continue
        recordings.sort(key=lambda each: str(each["created"]), reverse=True)
        return {"recordings": recordings, "damaged": damaged, "bytes": self.size(), "max_bytes": self.max_bytes}

    def describe(self, id: str) -> dict[str, Any]:
        """One recording; raises NotFound, Conflict where it is damaged."""
        path = self.path(id)
        with self._reading(path) as connection:
            about, (frames, seconds) = read_about(connection), count_frames(connection)
        facts = {name: about.get(name, "") for name in ("title", "created", "checkpoint", "environment", "planner")}
        being_made = is_held(self._lock_path(id))
        return {
            "id": id,
            **facts,
            "frames": frames,
            "seconds": round(seconds, 3),
            "bytes": _size(path),
            "scene": about.get("scene"),
            "live": being_made,
        }

    def path(self, id: str) -> Path:
        """The file of a recording; raises NotFound."""
        path = self.folder / f"{id}{SUFFIX}"
        if not _ID.fullmatch(id) or not path.is_file():
            raise NotFound(f"no recording {shortened(id)}; it was deleted, or is on another server")
        return path

    def frame(self, id: str, number: int) -> Kept:
        """One frame; raises NotFound, Conflict where it is damaged."""
        with self._reading(self.path(id)) as connection:
            if not 0 <= number < count_frames(connection)[0]:
                raise NotFound(f"no frame {number} in recording {id}")
            return read_frame(connection, number)

    def size(self) -> int:
        """Bytes that all recordings take, deleted ones included."""
        return sum(_size(path) for path in (*self._paths(SUFFIX), *self._paths(DELETED)))

    def copy(self, id: str, target: Path) -> None:
        """Write one complete file of a recording; raises NotFound, Conflict, NotKept."""
        try:
            copy(self.path(id), target)
        except RecordingError as error:
            raise Conflict(str(error)) from None
        except (OSError, sqlite3.Error) as error:
            raise NotKept(f"the file cannot be made: {_reason(error)}") from None

    @contextmanager
    def _reading(self, path: Path) -> Iterator[sqlite3.Connection]:
        """The file, open; raises Conflict where it is damaged."""
        try:
            with closing(open_to_read(path)) as connection:
                yield connection
        except RecordingError as error:
            raise Conflict(str(error)) from None

    # Making

    def start(self, title: str, about: Mapping[str, Any], changed: Callable[[], None]) -> Recording:
        """Begin a recording.

        Raises:
          Invalid: the title is not possible.
          NotKept: the folder cannot be written, or recordings take all the room they may.
        """
        title = check_title(title)
        id = _new_id()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._check_room(0)
            lock = Lock(self._lock_path(id))
            try:
                facts = {"title": title, "created": datetime.now(UTC).isoformat(timespec="seconds"), "twistscope": VERSION, **about}
                connection = create(self.folder / f"{id}{SUFFIX}", facts)
            except BaseException:
                lock.release()
                _remove(self.folder / f"{id}{SUFFIX}")
                raise
        except (OSError, sqlite3.Error) as error:
            raise NotKept(f"nothing can be recorded: {_reason(error)}") from None
        return Recording(id, title, connection, lock, changed)

    def rename(self, id: str, title: str) -> dict[str, Any]:
        """Give a recording another title; raises NotFound, Invalid, Conflict, NotKept."""
        title, path = check_title(title), self.path(id)
        # Checked first: a file of another kind is not written to.
        with self._reading(path):
            pass
        try:
            with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as connection, transaction(connection):
                write_about(connection, {"title": title})
        except (OSError, sqlite3.Error) as error:
            raise NotKept(f"the recording cannot be renamed: {_reason(error)}") from None
        return self.describe(id)

    def delete(self, id: str) -> None:
        """Delete a recording, so that it can still be restored; raises NotFound, Conflict, NotKept."""
        path = self.path(id)
        if is_held(self._lock_path(id)):
            raise Conflict("this recording is being made; stop recording first")
        try:
            fold(path, 5.0)
            path.rename(path.with_suffix(DELETED))
            path.with_suffix(DELETED).touch()
        except OSError as error:
            raise NotKept(f"the recording cannot be deleted: {_reason(error)}") from None
        self._forget(UNDO_SECONDS)

    def restore(self, id: str) -> dict[str, Any]:
        """Take a deletion back; raises NotFound, NotKept."""
        deleted = self.folder / f"{id}{DELETED}"
        if not _ID.fullmatch(id) or not deleted.is_file():
            raise NotFound(f"no recording {shortened(id)} was deleted within the last hour")
        try:
            deleted.rename(deleted.with_suffix(SUFFIX))
        except OSError as error:
            raise NotKept(f"the recording cannot be restored: {_reason(error)}") from None
        return self.describe(id)

    def take_in(self, source: Path) -> dict[str, Any]:
        """Keep a file from elsewhere as a recording.

        Raises:
          Invalid: it is no recording, is damaged, or has a title that is not possible.
          NotKept: there is no room for it.
        """
        id = _new_id()
        target = self.folder / f"{id}{SUFFIX}"
        made = target.with_suffix(".uploaded")
        try:
            self._check_room(_size(source))
            import_file(source, made, self.max_frame)
            with self._reading(made) as connection:
                check_title(read_about(connection).get("title", ""))
            made.rename(target)
        except RecordingError as error:
            raise Invalid(str(error)) from None
        except (OSError, sqlite3.Error) as error:
            raise NotKept(f"the recording cannot be kept: {_reason(error)}") from None
        finally:
            _remove(made)
        return self.describe(id)

    def close(self) -> None:
        """Keep what waits to be kept."""
        self.writer.close()

    # Room

    def _check_room(self, more: int) -> None:
        """Raise OSError where recordings would take more room than they may. Deleted ones make room first."""
        if self.size() + more <= self.max_bytes:
            return
        self._forget(0)
        if self.size() + more > self.max_bytes:
            raise OSError(
                f"recordings take {self.size() >> 20} MB of the {self.max_bytes >> 20} MB they may (TWISTSCOPE_MAX_RECORDINGS); delete some"
            )

    def _forget(self, older_than: float) -> None:
        """Remove recordings that were deleted some time ago, for good."""
        for path in self._paths(DELETED):
            try:
                if time.time() - path.stat().st_mtime >= older_than:
                    _remove(path)
            except OSError:
                continue

    def _paths(self, suffix: str) -> list[Path]:
        try:
            return [path for path in self.folder.glob(f"*{suffix}") if _ID.fullmatch(path.stem) and path.is_file()]
        except OSError:
            return []

    def _lock_path(self, id: str) -> Path:
        return self.folder / f"{id}.lock"


def check_title(title: str) -> str:
    """A title without spaces around it; raises Invalid. It is shown, and never becomes the name of a file."""
    cleaned = title.strip()
    if not 0 < len(cleaned) <= MAX_TITLE or any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in cleaned):
        allowed = f"1 to {MAX_TITLE} characters, none of them a control character"
        raise wrong_value("title", title, allowed)
    return cleaned


def _new_id() -> str:
    return secrets.token_hex(8)


def _size(path: Path) -> int:
    """Bytes of a file and of what is not yet merged into it."""
    total = 0
    for part in (path, path.with_name(path.name + "-wal")):
        try:
            total += part.stat().st_size
        except OSError:
            continue
    return total


def _remove(path: Path) -> None:
    for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"), path.with_name(path.name + "-journal")):
        part.unlink(missing_ok=True)


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
