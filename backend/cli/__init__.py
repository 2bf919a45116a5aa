"""The command line: `twistscope …`. Heavy imports are inside the commands, so that `--help` and errors of usage answer at once.

Exit codes: 0 success, 2 an error of the user (one line on stderr), 1 a failure of the program.
"""

import sys

from backend.cli import planning, serve
from backend.cli.common import Mistake, app

__all__ = ["app", "main", "planning", "serve"]


def main() -> None:
    """Run the command line. An error of the user prints one line and gives exit code 2."""
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        message = _mistake(error)
        if message is None:
            raise
        sys.stderr.write(f"twistscope: {message}\n")
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _mistake(error: Exception) -> str | None:
    """The message for an error of the user; None for a failure of the program."""
    if hasattr(error, "format_message"):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Mistake):
        return str(error)
    # If one of these was raised, its module is already imported.
    known = (
        "CheckpointError",
        "SettingsError",
        "ConfigError",
        "ImportRefused",
        "PortError",
        "TraceError",
        "UnavailableError",
        "UnknownPlannerError",
        "PlanFailed",
        "Problem",
    )
    if any(base.__name__ in known for base in type(error).__mro__):
        return str(error)
    return None
