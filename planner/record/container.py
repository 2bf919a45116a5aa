"""The container format of the project: named arrays and a text header as safetensors bytes (docs/trace.md, Bytes).

Traces, drawings and seeds use it on the wire, on disk and in the browser. Text values of the header are written unchanged; all other values are
encoded as JSON, once. Reading executes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save


class TraceError(ValueError):
    """The bytes are not a trace that this version can read."""


def write(arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> bytes:
    """Encode arrays and a header as safetensors bytes.

    Args:
      arrays: the arrays, by name.
      header: entries by name, including `schema`. Text stays text; other values become JSON.
    """
    text = {key: value if isinstance(value, str) else json.dumps(value, allow_nan=False) for key, value in header.items()}
    return save({name: np.asarray(array, order="C") for name, array in arrays.items()}, text)


def parse(text: str) -> Any:
    """JSON of a file from elsewhere, which can be written again.

    Raises:
      TraceError: the text is not JSON, is nested too deeply, or holds a number that is not finite or a lone surrogate.
    """
    try:
        value = json.loads(text)
        # Python reads some of what it, or a browser, could not write or read again.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise TraceError(str(error)) from None
    return value


def read(data: bytes, schema: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Arrays and header of a container.

    Raises:
      TraceError: the bytes are not safetensors, are truncated, or have another major schema.
    """
    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")]).get("__metadata__") or {}
    except (SafetensorError, ValueError) as error:
        raise TraceError(f"not a readable trace: {error}") from None
    except KeyError as error:
        # NumPy has none for it.
        raise TraceError(f"not a readable trace: its arrays have a type that this version does not read, {error}") from None
    found = header.get("schema", "none")
    if found != schema:
        raise TraceError(f"the trace has schema {found}, this version reads {schema}")
    return arrays, header
