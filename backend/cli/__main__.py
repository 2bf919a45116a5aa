"""`twistscope`, which is also `python -m backend.cli`."""

import signal
import sys

# An interrupt ends the process at once and in silence, as it ends any other program; files are replaced as a whole, so that none is left half
# written. Python's own handler would wait while XLA runs, and breaks what is being imported. Servers bring their own handler.
# A process started to ignore interrupts goes on ignoring them.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from backend.cli.application import leave, run


def main() -> None:
    """Run the command line. An error of the user prints one line and gives exit code 2."""
    leave(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
