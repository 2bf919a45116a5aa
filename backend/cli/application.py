"""The command line's application, and how it ends.

Exit codes: 0 success, 2 an error of the user (one line on stderr), 1 a failure of the program.
"""

import os
import sys
import threading

from backend.cli import exporting, lessons, planning, recording, serve
from backend.cli.common import Mistake, app

__all__ = ["app", "exporting", "leave", "lessons", "planning", "recording", "run", "serve"]


def run(arguments: list[str]) -> int:
    """Run one command. Returns its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
    except Exception as error:
        message = _mistake(error)
        if message is None:
            raise
        sys.stderr.write(f"twistscope: {message}\n")
        return 2
    return code if isinstance(code, int) else 0


def leave(code: int) -> None:
    """End the process. Threads that are still inside XLA are not waited for, and must not find the interpreter gone."""
    if {thread.name for thread in threading.enumerate()} <= {"MainThread"}:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def _mistake(error: Exception) -> str | None:
    """The message for an error of the user; None for a failure of the program."""
    if hasattr(error, "format_message"):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Mistake):
        return str(error)
    if isinstance(error, OSError):
        # A file that cannot be read or written, or a full disk.
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    # If one of these was raised, its module is already imported.
    known = (
        "CheckpointError",
        "SettingsError",
        "ConfigError",
        "ImportRefused",
        "PortError",
        "TraceError",
        "UnavailableError",
        "UnsupportedPrecision",
        "UnknownPlannerError",
        "PlanFailed",
        "Problem",
    )
    if any(base.__name__ in known for base in type(error).__mro__):
        return str(error)
    return None
