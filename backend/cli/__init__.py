"""The command line: `twistscope …`. Heavy imports are inside the commands, so that `--help` and errors of usage answer at once.

Exit codes: 0 success, 2 an error of the user (one line on stderr), 1 a failure of the program.
"""

import os
import signal
import socket
import sys
import threading

from backend.cli import planning, serve
from backend.cli.common import Mistake, app
from backend.ending import END_SECONDS, end_within

__all__ = ["app", "main", "planning", "run", "serve"]


def main() -> None:
    """Run the command line. An error of the user prints one line and gives exit code 2."""
    _end_in_time_when_interrupted()
    _leave(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command. Returns its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        message = _mistake(error)
        if message is None:
            raise
        sys.stderr.write(f"twistscope: {message}\n")
        return 2
    return code if isinstance(code, int) else 0


INTERRUPT = "interrupt"
"""Name of the thread that waits for an interrupt."""


def _leave(code: int) -> None:
    """End the process. Threads that are still inside XLA are not waited for, and must not find the interpreter gone."""
    if {thread.name for thread in threading.enumerate()} <= {"MainThread", INTERRUPT}:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def _end_in_time_when_interrupted() -> None:
    """End the process some seconds after an interrupt, even if it is inside XLA then: Python's own handler waits for the program to return."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        with told:
            while heard.recv(1) != bytes([signal.SIGINT]):
                pass
        end_within(END_SECONDS, 130)

    threading.Thread(target=wait, name=INTERRUPT, daemon=True).start()


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
