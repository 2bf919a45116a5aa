"""A class around a session: the step of the lesson that is presented, and the answers to its predictions.

Everybody with a link to the session belongs to it. Nothing says who answered what: each viewer has one answer to each prediction, and only their
distribution leaves this module. All of it ends with the session.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from backend.link.viewer import Viewer
from backend.problems import Conflict, TooMany
from backend.rates import Rate

Answer = str | np.ndarray
"""An answer as it is counted: a text, or the points of a sketch."""

ANSWERS_PER_MINUTE = 60
"""Largest number of answers that one viewer may give in a minute, after a first burst of as many."""
MAX_PREDICTIONS = 24
"""Predictions whose answers are kept; those of the one answered longest ago are forgotten first."""
MAX_VOTERS = 500
"""Viewers whose answers to one prediction are kept."""
MAX_COUNTS = 64
"""Different answers that are told; the rarest are left out."""
TELL_SECONDS = 0.3
"""Answers that come within so long are told together."""
PRESENT_SECONDS = 0.05
"""As TELL_SECONDS, for the step and the cursor of the presenter."""


class Later:
    """Calls back soon after it is asked to, and at most once in so many seconds."""

    def __init__(self, seconds: float, callback: Callable[[], None]):
        self._seconds, self._callback = seconds, callback
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def ask(self) -> None:
        """Call back at once, or when the time has passed."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        if (wait := self._last + self._seconds - loop.time()) <= 0:
            self._call()
        else:
            self._timer = loop.call_later(wait, self._call)

    def cancel(self) -> None:
        """Call back no more of what was asked for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _call(self) -> None:
        self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._callback()


class Tally:
    """The answers to one prediction, one of each voter."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def put(self, voter: str, answer: Answer) -> None:
        """Keep an answer in place of the voter's earlier one; raises Conflict where there are too many voters."""
        if voter not in self._answers and len(self._answers) >= MAX_VOTERS:
            raise Conflict(f"{MAX_VOTERS} answers to this prediction are kept, and no more")
        self._answers[voter] = answer

    def distribution(self) -> dict[str, Any]:
        """`{counts, total}` of texts, `{mean, quartiles, total}` of sketches; those with another number of points than most are left out."""
        texts = [answer for answer in self._answers.values() if isinstance(answer, str)]
        curves = [answer for answer in self._answers.values() if isinstance(answer, np.ndarray)]
        if not curves:
            return {"counts": dict(Counter(texts).most_common(MAX_COUNTS)), "total": len(texts)}
        length = Counter(len(curve) for curve in curves).most_common(1)[0][0]
        points = np.stack([curve for curve in curves if len(curve) == length])
        quartiles = np.percentile(points, (25, 50, 75), axis=0).T
        return {"mean": _rounded(points.mean(axis=0)), "quartiles": [_rounded(row) for row in quartiles], "total": len(points)}


class Classroom:
    """The viewers of a session that is presented, and everything that they share."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self.presented: dict[str, Any] | None = None
        """The last message of the presenter, as it is relayed; None where nobody presents."""
        self._presenter: Viewer | None = None
        self._tallies: OrderedDict[tuple[str, str], Tally] = OrderedDict()
        self._rate = Rate(ANSWERS_PER_MINUTE)
        self._changed: set[tuple[str, str]] = set()
        self._relaying = Later(PRESENT_SECONDS, self._relay)
        self._telling = Later(TELL_SECONDS, self._tell)
        self._counting = Later(TELL_SECONDS, self._tell_presenter)

    def join(self, viewer: Viewer) -> None:
        """Add a viewer, and tell it what is presented and how others have answered."""
        self.viewers.add(viewer)
        if self.presented is not None:
            viewer.tell(self.presented)
        for key in self._tallies:
            self._tell_one(viewer, self._message(key))
        self._count()

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        if viewer is self._presenter:
            self._presenter = None
        self._count()

    def present(self, presented: dict[str, Any] | None, presenter: Viewer) -> None:
        """Relay what a presenter shows to everybody else, also to those who join later; None ends it, and forgets the answers."""
        if presented is None:
            self._tallies.clear()
            self._changed.clear()
            self._telling.cancel()
        self.presented = None if presented is None else {"type": "presented", **presented}
        self._presenter = presenter
        self._relaying.ask()
        self._count()

    def answer(self, lesson: str, prediction: str, answer: Answer, voter: Viewer) -> None:
        """Count a viewer's answer, which has been checked, in place of its earlier one.

        Raises:
          TooMany: the viewer answers too often.
          Conflict: too many have answered.
        """
        if waits := self._rate.take(voter.voter):
            raise TooMany(f"a viewer may answer {ANSWERS_PER_MINUTE} times a minute; answer again in {waits:.0f} s")
        key = lesson, prediction
        self._tallies.setdefault(key, Tally()).put(voter.voter, answer)
        self._tallies.move_to_end(key)
        if len(self._tallies) > MAX_PREDICTIONS:
            self._changed.discard(self._tallies.popitem(last=False)[0])
        self._changed.add(key)
        self._telling.ask()

    def _relay(self) -> None:
        message = self.presented or {"type": "presented", "ended": True}
        for viewer in self.viewers:
            if viewer is not self._presenter:
                viewer.tell(message)

    def _tell(self) -> None:
        """Tell everybody about the predictions with new answers."""
        for key in self._changed:
            message = self._message(key)
            for viewer in self.viewers:
                self._tell_one(viewer, message)
        self._changed.clear()

    def _tell_one(self, viewer: Viewer, message: dict[str, Any]) -> None:
        # The answers to one prediction do not replace those to another that still wait for the viewer.
        viewer.tell(message, f"answers {message['lesson']} {message['prediction']}")

    def _message(self, key: tuple[str, str]) -> dict[str, Any]:
        return {"type": "answers", "lesson": key[0], "prediction": key[1], **self._tallies[key].distribution(), "viewers": self._followers}

    @property
    def _followers(self) -> int:
        return len(self.viewers) - (self._presenter in self.viewers)

    def _count(self) -> None:
        if self._presenter is not None:
            self._counting.ask()

    def _tell_presenter(self) -> None:
        if self._presenter is not None and self.presented is not None:
            self._presenter.tell({"type": "class", "viewers": self._followers})


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
