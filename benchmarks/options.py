"""Values that the commands take, checked before anything is measured.

Each function is the `type` of an argument; its error names what is allowed.
"""

import re
from argparse import ArgumentTypeError
from pathlib import Path

from planner import Checkpoints

CHECKPOINTS = Path(__file__).resolve().parent.parent / "assets" / "checkpoints"


def checkpoint(text: str) -> str:
    """Name of a shipped checkpoint."""
    names = Checkpoints(CHECKPOINTS).names()
    if text not in names:
        raise ArgumentTypeError(f"there is no checkpoint {text!r}; there are {', '.join(names)}")
    return text


def count(text: str) -> int:
    """Whole number from 1."""
    if not re.fullmatch(r"0*[1-9]\d{0,8}", text):
        raise ArgumentTypeError(f"got {text!r}, expected a whole number from 1 to 999999999")
    return int(text)


def seconds(text: str) -> float:
    """Positive number of seconds, an hour at most."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 3600:
        raise ArgumentTypeError(f"got {text!r}, expected a number of seconds above 0, 3600 at most")
    return value


def sizes(text: str) -> list[tuple[int, int]]:
    """Sizes of plans written as "256x24,4096x32": particles and depth of each."""
    parts = [re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", part) for part in text.split(",")]
    if not all(parts):
        raise ArgumentTypeError(f"got {text!r}, expected particles and depth of each plan, such as 256x24,4096x32")
    return [(int(part[1]), int(part[2])) for part in parts if part]


def window(text: str) -> str:
    """Size of a window in pixels, and whether its type is large: "1440x900", "1280x720-large"."""
    if not re.fullmatch(r"[1-9]\d{2,3}x[1-9]\d{2,3}(-large)?", text):
        raise ArgumentTypeError(f"got {text!r}, expected width and height in pixels, such as 1440x900 or 1280x720-large")
    return text


def part(text: str) -> dict[str, float]:
    """Part of a picture, as x, y, width and height between 0 and 1: "0.2,0.3,0.4,0.1"."""
    try:
        x, y, wide, high = map(float, text.split(","))
    except ValueError:
        x = y = wide = high = -1.0
    if not (x >= 0 and y >= 0 and wide > 0 and high > 0 and x + wide <= 1 and y + high <= 1):
        raise ArgumentTypeError(f"got {text!r}, expected x, y, width and height of a part of the picture between 0 and 1, such as 0.2,0.3,0.4,0.1")
    return {"x": x, "y": y, "wide": wide, "high": high}
