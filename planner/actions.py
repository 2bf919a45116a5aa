"""Actions of an episode as they come from outside: checked against an environment, and packed into a short text for links."""

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.algorithms.settings import SettingsError
from planner.environments.base import Environment

MAX_ACTIONS = 100_000
"""Actions of the longest episode that can be replayed."""


def check_actions(environment: Environment, actions: Sequence[Any], field: str = "actions") -> list[Any]:
    """Check actions: whole numbers where actions are discrete, lists of one number for each dimension where they are continuous.

    Returns:
      The actions as they are executed: continuous ones rounded to 32 bits.

    Raises:
      SettingsError: an action that the environment does not have, or more than MAX_ACTIONS.
    """
    if len(actions) > MAX_ACTIONS:
        raise SettingsError([{"field": field, "given": len(actions), "allowed": f"at most {MAX_ACTIONS} actions"}])
    return [check_action(environment, action, field) for action in actions]


def check_action(environment: Environment, action: Any, field: str = "action") -> Any:
    """Check one action; as `check_actions`. Arrays of NumPy are taken as the numbers that they hold."""
    bounds, names = environment.action_bounds, environment.action_names
    if isinstance(action, np.ndarray | np.generic):
        action = action.tolist()
    if bounds is None:
        if isinstance(action, bool) or not isinstance(action, int) or not 0 <= action < len(names):
            listed = ", ".join(f"{index} ({name})" for index, name in enumerate(names[:8]))
            raise SettingsError([{"field": field, "given": action, "allowed": f"a whole number from 0 to {len(names) - 1}: {listed}"}])
        return action
    numbers = list(action) if isinstance(action, list | tuple) else [action]
    rounded = [_in_32_bits(number) for number in numbers]
    if len(rounded) != len(bounds) or not all(_in_32_bits(low) <= n <= _in_32_bits(high) for n, (low, high) in zip(rounded, bounds, strict=True)):
        ranges = ", ".join(f"{name} from {low:g} to {high:g}" for name, (low, high) in zip(names, bounds, strict=True))
        raise SettingsError([{"field": field, "given": action, "allowed": f"a list of numbers: {ranges}"}])
    return rounded


def _in_32_bits(number: Any) -> float:
    """A number as it is executed: the limit 0.4 is a little more in 32 bits. NaN for all that is none, or too large."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < 2**127:
        return math.nan
    return _FLOAT.unpack(_FLOAT.pack(number))[0]


_FLOAT = struct.Struct("<f")


def as_executed(environment: Environment, action: Any) -> np.ndarray:
    """A checked action as an array of the type that plans choose: i32 [] or f32 [D]."""
    return np.asarray(action, np.int32 if environment.action_bounds is None else np.float32)


def pack_actions(environment: Environment, actions: Sequence[Any]) -> str:
    """Pack checked actions into a text of letters, digits, `-` and `_`."""
    data = np.asarray(actions, _packed_type(environment)).tobytes()
    return base64.urlsafe_b64encode(zlib.compress(data, 9, wbits=-15)).rstrip(b"=").decode()


def unpack_actions(environment: Environment, text: str, count: int) -> list[Any]:
    """The inverse of `pack_actions`.

    Args:
      count: number of actions that the text must hold.

    Raises:
      SettingsError: the text is damaged, does not hold `count` actions, or holds one that the environment does not have.
    """
    damaged = SettingsError([{"field": "actions", "given": text, "allowed": f"the {count} actions that lead to step {count}, as a link packs them"}])
    if not 0 <= count <= MAX_ACTIONS:
        raise SettingsError([{"field": "step", "given": count, "allowed": f"at most {MAX_ACTIONS}"}])
    kind, dimensions = _packed_type(environment), len(environment.action_bounds or [()])
    size = count * dimensions * kind.itemsize
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj(wbits=-15)
        data = unpacking.decompress(packed, size + 1)
    except (ValueError, zlib.error):
        raise damaged from None
    if len(data) != size or not unpacking.eof or unpacking.unused_data:
        raise damaged
    values = np.frombuffer(data, kind)
    if environment.action_bounds is None:
        return check_actions(environment, values.tolist())
    if not all(map(math.isfinite, values.tolist())):
        raise damaged
    return check_actions(environment, values.reshape(count, dimensions).tolist())


def _packed_type(environment: Environment) -> np.dtype[Any]:
    if environment.action_bounds is not None:
        return np.dtype("<f4")
    return np.dtype("<u1" if len(environment.action_names) <= 256 else "<u2")
