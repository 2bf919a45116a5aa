"""The memory that plans take, counted before it is allocated and given back when nothing holds the plan any more."""

import weakref
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from backend.problems import TooMany

RETRY_SECONDS = 5


class Memory:
    """A number of bytes shared by all plans of the process that are being made or held.

    Args:
      limit: bytes in all.
    """

    def __init__(self, limit: int):
        self.limit = limit
        self.taken = 0

    def take(self, size: int, what: str) -> None:
        """Take memory before it is allocated.

        Args:
          what: names the plan, for the message.

        Raises:
          TooMany: less than `size` bytes is free.
        """
        free = self.limit - self.taken
        if size > free:
            room = f"{megabytes(free)} of {megabytes(self.limit)} is free"
            detail = f"{what} takes {megabytes(size)} of memory, {room}: wait, close a session, or plan smaller"
            raise TooMany(detail, headers={"Retry-After": str(RETRY_SECONDS)})
        self.taken += size

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        self.taken -= size

    def give_back_with(self, arrays: Mapping[str, np.ndarray], size: int) -> None:
        """Give back what was taken as soon as nothing refers to the largest of the arrays."""
        largest: Any = max(arrays.values(), key=lambda array: array.nbytes)
        weakref.finalize(largest, self.give_back, size).atexit = False


Key = TypeVar("Key")


def oldest_beyond(sizes: Mapping[Key, int], limit: int) -> list[Key]:
    """The oldest things to forget so that the rest take at most `limit` bytes. The newest is never forgotten.

    Args:
      sizes: bytes of each, the oldest first.
    """
    over, forgotten = sum(sizes.values()) - limit, []
    for key in list(sizes)[:-1]:
        if over <= 0:
            break
        forgotten.append(key)
        over -= sizes[key]
    return forgotten


def megabytes(size: int) -> str:
    """Bytes in words."""
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
