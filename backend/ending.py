"""Ending the process in time, whatever it is doing."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

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


@contextlib.contextmanager
def told_to_end(say: Callable[[], str]) -> Iterator[None]:
    """Inside, an interrupt (and SIGTERM) ends the process at once, with one line on stderr and the exit code 128 + the number of the signal.

    A thread of its own waits for the signal: the main thread may be inside XLA, where Python calls no handler. Only where a signal would end the
    process in silence: a process started to ignore interrupts goes on ignoring them, and a program that has handlers of its own keeps them.

    Args:
      say: closes what has to be closed, and returns the line. It is called in the other thread.
    """
    here = threading.current_thread() is threading.main_thread()
    told = [each for each in (signal.SIGINT, signal.SIGTERM) if here and signal.getsignal(each) is signal.SIG_DFL]
    if signal.SIGINT not in told:
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def wait() -> None:
        number = os.read(reading, 1)
        if number and number[0]:
            _end(say, 128 + number[0])

    waiting = threading.Thread(target=wait, name="told to end", daemon=True)
    waiting.start()
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for each in told:
        signal.signal(each, lambda *_: None)
    try:
        yield
    finally:
        for each in told:
            signal.signal(each, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        # 0 is no signal: the thread ends.
        os.write(writing, b"\0")
        waiting.join()
        os.close(reading)
        os.close(writing)


def _end(say: Callable[[], str], code: int) -> None:
    """Say why, below whatever a progress bar has drawn, and end."""
    try:
        line = say()
        # Of a terminal: the line is cleared, and the cursor shown, which a bar hides.
        clear = "\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{clear}twistscope: {line}\n")
        sys.stderr.flush()
    finally:
        os._exit(code)
