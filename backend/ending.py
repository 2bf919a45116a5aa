"""Ending the process in time, whatever it is doing."""

import os
import sys
import threading

END_SECONDS = 4.0
"""Time in which the process ends once it is told to, even while XLA runs a program that cannot be interrupted."""


def end_within(seconds: float, code: int) -> None:
    """End the process after `seconds` if it has not ended by itself: threads inside XLA and the pools of the event loop would be waited for."""

    def end() -> None:
        sys.stderr.flush()
        os._exit(code)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
