"""A lock on a recording while it is made: it ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none; there two servers on one folder are not kept apart.
    fcntl = None  # type: ignore[assignment]


class Lock:
    """Held from its creation on.

    Raises:
      BlockingIOError: somebody else holds it.
      OSError: its file cannot be made.
    """

    def __init__(self, path: Path):
        self._path = path
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if fcntl is None:
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Give the lock back, once."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """True if somebody holds the lock."""
    if not path.exists():
        return False
    try:
        Lock(path).release()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
