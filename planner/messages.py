"""Values as messages repeat them."""

import difflib
from collections.abc import Sequence

MOST_NAMES = 8
"""A longer list of names is cut: nobody reads forty."""


def shortened(value: object) -> str:
    """A value that somebody gave, as a message repeats it: its `repr`, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"


def named(names: Sequence[str], given: object) -> str:
    """Names out of which one was to be given, as a message lists them: of many only some, those most like what was given first."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names) or "none"
    near = difflib.get_close_matches(str(given)[:100], names, MOST_NAMES)
    first = [*near, *(name for name in names if name not in near)][:MOST_NAMES]
    return f"{', '.join(first)} and {len(names) - len(first)} others"
