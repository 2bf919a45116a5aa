"""Lessons: their list, and one with all that its steps show."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from backend.problems import MAX_DETAIL, Conflict, NotFound, short
from backend.routes.documented import problems
from backend.routes.services import Given

if TYPE_CHECKING:
    from backend.lessons.library import Lessons
    from backend.lessons.model import Lesson, Prediction, Step
    from backend.lessons.reading import Fault

router = APIRouter(tags=["lessons"])


@router.get("/lessons")
async def every(given: Given) -> dict[str, Any]:
    """All lessons in their order, and the faults in files of lessons. A lesson with a fault that leaves it readable is in both lists."""
    # In a thread: it reads files.
    lessons, faults = await asyncio.to_thread(given.lessons.all)
    return {"lessons": [lesson.summary() for lesson in lessons], "damaged": [_fault(fault) for fault in faults]}


@router.get("/lessons/{name}", responses=problems(404, 409))
async def one(name: str, given: Given) -> dict[str, Any]:
    """One lesson with its steps: moment, text, tasks and predictions. Texts are HTML that is safe to insert."""
    return await asyncio.to_thread(_read, given.lessons, name)


def _read(lessons: Lessons, name: str) -> dict[str, Any]:
    """A lesson as the page takes it; raises NotFound or Conflict."""
    try:
        lesson, faults = lessons.get(name)
    except KeyError:
        raise NotFound(f"there is no lesson {short(name)!r}; lessons are {', '.join(sorted(lessons.paths())) or 'none'}") from None
    except OSError as error:
        raise Conflict(f"the lesson {name!r} cannot be read: {error.strerror}; look at the permissions of its file") from None
    if lesson is None:
        raise Conflict(f"the lesson {name!r} cannot be shown: {' · '.join(map(str, faults))}")
    return describe_lesson(lesson) | {"damaged": [_fault(fault) for fault in faults]}


def describe_lesson(lesson: Lesson) -> dict[str, Any]:
    """A lesson as pages take it: its summary, and each step with moment, text, tasks and predictions."""
    return lesson.summary() | {"steps": [_step(step) for step in lesson.steps]}


def _step(step: Step) -> dict[str, Any]:
    # Claims are for the check of a lesson, not for its readers.
    shown = step.model_dump(include={"id", "title", "link", "html", "notes", "recorded"})
    tasks = [task.model_dump(by_alias=True, exclude_none=True) for task in step.tasks]
    return shown | {"tasks": tasks, "predictions": [_prediction(step, prediction) for prediction in step.predictions]}


def _prediction(step: Step, prediction: Prediction) -> dict[str, Any]:
    shown = prediction.model_dump(exclude_none=True, exclude={"sketch": {"claim"}})
    if not prediction.covers:
        del shown["covers"]
    return shown | {"reveal": step.reveals[prediction.id]}


def _fault(fault: Fault) -> dict[str, Any]:
    # Names of files may hold bytes that are no text.
    return {"file": short(fault.file), "line": fault.line, "what": short(fault.what, MAX_DETAIL), "remedy": short(fault.remedy, MAX_DETAIL)}
