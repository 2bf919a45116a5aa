"""Data of a measurement that may be stopped at any time: cells in a JSON file, which is whole at every moment."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

VERSION = 1


def read_data(path: Path) -> dict[str, Any]:
    """The data, without cells where there is no file. Where the file is something else, it stays as it is and the program ends with one line."""
    if not path.exists():
        return {"version": VERSION, "cells": []}
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        refuse(f"{path} is no data of a measurement: {error}; name another file with --data")
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        refuse(f"{path} is no data of a measurement: it has no list of cells; name another file with --data")
    if data.get("version") != VERSION:
        refuse(f"{path} is of version {data.get('version')}, this command reads and writes {VERSION}: name another file with --data")
    return data


def write_data(path: Path, data: dict[str, Any]) -> None:
    """Write the data in one step, so that a program which is stopped meanwhile leaves the cells that were there."""
    text = json.dumps(data) + "\n"
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(text, "utf-8")
    scratch.replace(path)


def refuse(message: str) -> NoReturn:
    """End the program with one line on stderr and exit code 2."""
    print(message, file=sys.stderr)
    raise SystemExit(2)
