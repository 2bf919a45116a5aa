"""The messages that one link may send."""

import asyncio

RATE = 500.0
"""Messages a second. A slider that is dragged and the acknowledgements of its frames are 120."""
BURST = 200.0


class Allowance:
    """A token bucket. Beyond it messages are not lost but read later: the network then holds the sender back."""

    def __init__(self) -> None:
        self._left = BURST
        self._at = asyncio.get_running_loop().time()

    async def take(self) -> None:
        """Return when one more message may be handled; other tasks run first."""
        now = asyncio.get_running_loop().time()
        self._left = min(BURST, self._left + (now - self._at) * RATE) - 1
        self._at = now
        await asyncio.sleep(max(-self._left / RATE, 0))
