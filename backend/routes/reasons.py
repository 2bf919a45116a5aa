"""Reasons of the decision that a session shows."""

import asyncio
from typing import Any

from fastapi import APIRouter

from backend.problems import Conflict
from backend.routes.documented import problems
from backend.routes.services import Given
from planner.record.steps import step_of
from planner.record.why import carried

router = APIRouter(tags=["sessions"])


@router.get("/sessions/{session_id}/why", responses=problems(404, 409))
async def why(session_id: str, given: Given) -> dict[str, Any]:
    """The parts of each root action's weight in the plan that is shown, and the lineages that carry it."""
    frame = given.sessions.get(session_id).frame
    if frame is None:
        raise Conflict("there is no plan yet")
    record = frame.record
    step = step_of(record.arrays, record.metadata)
    # Of a large plan it takes a second.
    parts = await asyncio.to_thread(carried, record.arrays, record.metadata)
    about = {"frame": frame.number, "step": frame.step, "loss": step.loss, "rejected": step.rejected}
    return {**about, "actions": None if parts is None else [each.describe() for each in parts]}
