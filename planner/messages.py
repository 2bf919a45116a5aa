"""Values as messages repeat them."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

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


def fault_of(error: Mapping[str, Any], where: str) -> str:
    """One error of pydantic in our words: the place, what was given, and what would be right.

    Args:
      error: one of `ValidationError.errors()`.
      where: the place, as the user knows it; may be empty.
    """
    own = error["type"] in ("value_error", "assertion_error")
    said = allowed_by(error) if own else f"got {given_to(error)}, allowed: {allowed_by(error)}"
    return f"{where}: {said}" if where else said


def allowed_by(error: Mapping[str, Any]) -> str:
    """The values that would be right, in our words, for one error of pydantic.

    Args:
      error: one of `ValidationError.errors()`.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind in _ALLOWED:
        return _ALLOWED[kind].format(**context)
    # Messages of our own validators, and of kinds that no input of ours has met yet.
    return str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")


def given_to(error: Mapping[str, Any]) -> str:
    """The value that was given, for one error of pydantic: "nothing" where it is missing."""
    return "nothing" if error["type"] == "missing" else shortened(error["input"])


_ALLOWED = {
    "missing": "a value, which is needed",
    "extra_forbidden": "nothing: there is no such field",
    "string_type": "a text",
    "bool_type": "true, false",
    "bool_parsing": "true, false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "nothing",
    "greater_than": "a number > {gt}",
    "greater_than_equal": "a number >= {ge}",
    "less_than": "a number < {lt}",
    "less_than_equal": "a number <= {le}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "path_type": "a path",
}
"""Kind of error of pydantic -> what would be right."""
