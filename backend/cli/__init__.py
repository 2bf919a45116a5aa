"""The command line: `twistscope …`. Heavy imports happen inside the commands, so that `--help` and mistakes answer at once.

Exit codes: 0 done, 2 the user's mistake (one line on stderr), 1 our failure.
"""

import sys

from backend.cli import planning, serve
from backend.cli.common import Mistake, app

__all__ = ["app", "main", "planning", "serve"]


def main() -> None:
    """Run the command line; every mistake is one line and exit code 2."""
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
    """The line to show where an error is the user's; None where it is ours."""
    if hasattr(error, "format_message"):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Mistake):
        return str(error)
    # These have been imported if they were raised.
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
