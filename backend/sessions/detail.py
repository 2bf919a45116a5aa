"""The plan that a session shows, with what a plan keeps only on request: prior, proposal and Q of every candidate action, and every state.

It is the same plan, made again with the same key by a program that records more. That program is compiled when it is first requested, never before:
most plans are looked at without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.arguments import prepare
from backend.link.frame import Frame
from backend.problems import Conflict
from planner import Record
from planner.film_strip import NoStatesError, film_strip
from planner.record.drawing import Particle

if TYPE_CHECKING:
    from backend.sessions.session import Session

SAME = ("parent", "action", "ancestor", "alive", "revived", "visits")
"""Arrays that make the genealogy. Another program may round otherwise, and a particle that then draws another action changes all later steps."""
ADDED = ("prior", "proposal", "q_value", "atoms")
"""Arrays that are taken over, with all states."""


async def make_detail(session: Session, number: int, *, compiles: bool) -> dict[str, Any]:
    """Make what is kept only on request of the plan that is shown, and send it to those who look at it.

    Args:
      number: of the frame.
      compiles: true if a program may be compiled for it.

    Returns:
      `{frame, ready, seconds}`: `ready` is false where it would have to be compiled first, which takes about `seconds`.

    Raises:
      Conflict: the session shows another plan by now, the episode has ended, or the plan cannot be made again bit for bit.
      Invalid, TooMany, PlannerFailed: as a plan.
    """
    frame = _shown(session, number)
    if frame.moment is None or frame.moment.over:
        raise Conflict("the episode has ended here, so there is no plan")
    async with frame.detail.making:
        if frame.detail.record is None:
            prepared = prepare(replace(frame.request, atoms=True, states=True), session.card)
            if not compiles and not await session.engine.is_compiled(prepared, owner=session.id):
                return {"frame": number, "ready": False, "seconds": session.engine.compile_seconds(prepared)}
            made = await session.engine.plan(prepared, frame.moment, wait_for_answers=False, owner=session.id)
            frame.add(_joined(frame.record, made))
            _shown(session, number)
            for viewer in session.viewers:
                if viewer.wants.drawing:
                    viewer.view(viewer.wants, frame)
    return {"frame": number, "ready": True, "seconds": None}


async def read_strip(session: Session, number: int, particle: Particle) -> dict[str, Any]:
    """The film strip of a particle of the plan that is shown.

    Raises:
      Conflict: the session shows another plan by now, or its states were not made.
    """
    frame = _shown(session, number)
    if frame.detail.record is None or frame.moment is None:
        raise Conflict("the states of this plan were not made yet: POST …/detail makes them")
    try:
        # Scenes of some environments take milliseconds each.
        strip = await asyncio.to_thread(film_strip, frame.detail.record, frame.moment.state, session.environment, particle)
    except NoStatesError as error:
        raise Conflict(str(error)) from None
    return {"frame": number, **strip}


def _shown(session: Session, number: int) -> Frame:
    """The frame that is shown, if it is this one; raises Conflict."""
    if session.frame is None or session.frame.number != number:
        raise Conflict("the session shows another plan by now")
    return session.frame


def _joined(shown: Record, made: Record) -> Record:
    """The record that is shown, with the arrays that only `made` has; raises Conflict where they are not of one plan."""
    unequal = [name for name in SAME if name in shown.arrays and not np.array_equal(shown.arrays[name], made.arrays[name])]
    if unequal:
        reason = "the program that keeps them rounds otherwise, and a particle takes another way"
        raise Conflict(f"this plan cannot be made again with its states: {reason}")
    return Record({**_more(made.arrays), **shown.arrays}, shown.metadata)


def _more(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in arrays.items() if name in ADDED or name.startswith("state/")}
