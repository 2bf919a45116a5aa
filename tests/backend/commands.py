"""Commands run in the process of the tests: starting another takes seconds. What is about the process itself is tested in one of its own."""

import contextlib
import io
from dataclasses import dataclass

from backend.cli.application import run


@dataclass
class Ended:
    """A command that has ended, in this process."""

    returncode: int
    stdout: str
    stderr: str


def here(*arguments) -> Ended:
    """Run a command in this process. Modules that do so use the fixture `own_cache`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(each) for each in arguments])
    return Ended(code, out.getvalue(), err.getvalue())
