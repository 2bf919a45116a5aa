"""Values as messages repeat them."""


def shortened(value: object) -> str:
    """A value that somebody gave, as a message repeats it: its `repr`, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"
