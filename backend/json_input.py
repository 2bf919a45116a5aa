"""JSON from outside: parsed once, with limits on what Python would take and JSON, a browser or this program could not."""

import json
import math
import re
from typing import Any

from backend.problems import Invalid

MAX_DEPTH = 16
"""Largest depth of nested arrays and objects; no request needs more than 4."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def parse_json(data: bytes | str) -> Any:
    """Parse JSON.

    Raises:
      Invalid: the data is not JSON in UTF-8, holds a number that is not finite or a lone surrogate, says a name twice in one object, or is nested
        more than MAX_DEPTH deep.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        raise Invalid("JSON must be UTF-8 text") from None
    if _depth(text) > MAX_DEPTH:
        raise Invalid(f"JSON may be nested at most {MAX_DEPTH} deep")
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_each_once)
        # A lone surrogate, written as an escape, cannot be encoded again.
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid("JSON text may not hold lone surrogates (\\ud800 to \\udfff)") from None
    except json.JSONDecodeError as error:
        raise Invalid(f"not valid JSON: {error.msg} at character {error.pos}") from None
    except ValueError as error:
        # Python's own limit on the digits of a whole number.
        raise Invalid(f"not valid JSON: {error}".partition(";")[0]) from None
    return value


def looks_like_json(text: str) -> bool:
    """True for a text that begins as JSON does, false for a plain word."""
    return text in ("true", "false", "null", "NaN", "Infinity", "-Infinity") or text[:1] in set('0123456789-[{"')


def _depth(text: str) -> int:
    """The depth of nesting, without recursion."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> None:
    raise Invalid(f"{name} is not JSON; a number must be finite")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Invalid(f"{digits[:40]} is too large; a number must be finite")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Python would keep the last of two members with one name, and nobody would know which was meant."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise Invalid(f"not valid JSON: an object says {name[:100]!r} twice; say it once")
        made[name] = value
    return made
