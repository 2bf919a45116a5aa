"""Common parts of the commands: the application, option types, and errors of the user."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="A live microscope for SMC planners.")

Folder = Annotated[Path | None, typer.Option("--checkpoints", help="Folder of checkpoints.", file_okay=False)]


class Mistake(Exception):
    """An error that only the user can correct; the message is one line."""


def key_values(pairs: list[str]) -> dict[str, Any]:
    """Parse `key=value` pairs. A value that is valid JSON is decoded; any other is text."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise Mistake(f"--set takes key=value, got {pair!r}")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = text
    return values


def open_checkpoints(folder: Path | None) -> Any:
    """Open the checkpoints of a folder, by default the shipped ones. Compiled programs are cached on disk between calls."""
    from backend.config import ServerConfig
    from backend.engine.cache import use_compilation_cache
    from planner.checkpoints import Checkpoints

    config = ServerConfig()
    use_compilation_cache(config.data / "compiled")
    folder = folder or config.checkpoints
    if not folder.is_dir():
        raise Mistake(f"there is no folder of checkpoints {folder}")
    return Checkpoints(folder)
