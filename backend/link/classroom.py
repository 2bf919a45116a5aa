"""Messages of a class on the live link: the step and the cursor of a presenter, and answers to the predictions of a lesson."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.address import ASKED, HIDDEN, LAYOUTS, MAX_LENGTH, ORDERED, PARTICLE, SHOWN
from backend.arguments import flag, whole
from backend.lessons.model import LONGEST_NAME, NAME
from backend.problems import wrong_value
from planner.messages import shortened

if TYPE_CHECKING:
    from backend.lessons.library import Lessons
    from backend.lessons.model import Lesson, Prediction, Sketch

MAX_INDEX = 2**31 - 1
SHORT = 50
"""Characters of a word in a view, and members of a list."""

LESSON = "the name of a lesson of this server"

_NUMBERS = ("level", "slot", "action")
_WORDS = {"layout": LAYOUTS, "ask": ASKED}
_LISTS = {"hide": HIDDEN, "order": ORDERED, "show": SHOWN}
_NAMES = ("lesson", "at")
PRESENTED = (*_NAMES, *_NUMBERS, "with", *_WORDS, *_LISTS, "pin", "revealed")
"""Fields of what is presented; those that only say what of the plan is looked at are named as in a link."""


async def read_presented(message: Mapping[str, Any], lessons: Lessons) -> dict[str, Any] | None:
    """Read the step and the cursor of a presenter; None where the presentation ends.

    A step of a lesson may have another name by now than on the presenter's page: its file is read anew when it has changed.

    Raises:
      Invalid: a field is unknown, or its value is not possible: among others a lesson or a part of the page that there is not.
    """
    unknown = [name for name in message if name not in (*PRESENTED, "type", "from", "ended")]
    if unknown:
        raise wrong_value(unknown[0], message[unknown[0]], f"only the fields {', '.join(PRESENTED)}, from and ended")
    if flag(message, "ended"):
        return None
    given = {name: message[name] for name in PRESENTED if message.get(name) is not None}
    if "at" in given and "lesson" not in given:
        raise wrong_value("at", given["at"], "a step together with its lesson")
    for name in given:
        _check(name, given)
    if "lesson" in given and given["lesson"] not in await asyncio.to_thread(lessons.paths):
        raise wrong_value("lesson", given["lesson"], LESSON)
    return given


def _check(name: str, given: Mapping[str, Any]) -> None:
    value = given[name]
    if name in _NUMBERS:
        whole(given, name, 0, MAX_INDEX)
    elif name == "with" and not (isinstance(value, str) and PARTICLE.fullmatch(value)):
        raise wrong_value(name, value, "a level and a slot, as 9-14")
    elif name in _NAMES:
        _name(given, name)
    elif name in _WORDS and not _is_text(value, SHORT):
        raise wrong_value(name, value, f"a text of at most {SHORT} characters")
    elif name in _LISTS and not _is_list(value):
        raise wrong_value(name, value, f"a list of at most {SHORT} texts of at most {LONGEST_NAME} characters")
    elif name in _WORDS and value not in _WORDS[name]:
        raise wrong_value(name, value, ", ".join(_WORDS[name]))
    elif name in _LISTS and (unknown := [each for each in value if each not in _LISTS[name]]):
        raise wrong_value(name, unknown[0], ", ".join(_LISTS[name]))
    elif name == "revealed" and not (_is_list(value) and all(map(_is_name, value))):
        raise wrong_value(name, value, f"a list of at most {SHORT} ids of predictions")
    elif name == "pin" and not _is_text(value, MAX_LENGTH):
        raise wrong_value(name, value, f"a link of at most {MAX_LENGTH} characters")


async def read_answer(message: Mapping[str, Any], lessons: Lessons) -> tuple[str, str, str | np.ndarray]:
    """Lesson, prediction, and a viewer's answer as it is counted. Only answers that the lesson offers count: nobody writes on the screen of a class.

    Raises:
      Invalid: no lesson has this prediction, or it has no such answer.
    """
    name, prediction = _name(message, "lesson"), _name(message, "prediction")
    try:
        # In a thread: it may read a file.
        lesson, _ = await asyncio.to_thread(lessons.get, name)
    except (KeyError, OSError):
        lesson = None
    if lesson is None:
        raise wrong_value("lesson", name, f"{LESSON} that can be read")
    return name, prediction, _answer_to(_find(lesson, prediction), message.get("answer"))


def _find(lesson: Lesson, prediction: str) -> Prediction:
    known = {each.id: each for step in lesson.steps for each in step.predictions}
    if prediction not in known:
        raise wrong_value("prediction", prediction, ", ".join(known) or f"none: the lesson {lesson.name} asks for no prediction")
    return known[prediction]


def _answer_to(prediction: Prediction, answer: Any) -> str | np.ndarray:
    if prediction.choose is not None:
        if answer not in prediction.choose:
            raise wrong_value("answer", answer, "one of " + ", ".join(map(shortened, prediction.choose)))
        return str(answer)
    if prediction.order is not None:
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer) or sorted(answer) != sorted(prediction.order):
            raise wrong_value("answer", answer, "a list of " + ", ".join(map(shortened, prediction.order)) + ", each once")
        return " · ".join(answer)
    assert prediction.sketch is not None
    return _points(prediction.sketch, answer)


def _points(sketch: Sketch, answer: Any) -> np.ndarray:
    low, high, points = sketch.y.low, sketch.y.high, len(sketch.truth)
    if not isinstance(answer, list) or len(answer) != points or not all(_is_within(value, low, high) for value in answer):
        raise wrong_value("answer", answer, f"a list of {points} numbers from {low:g} to {high:g}")
    return np.asarray(answer, np.float64)


def _is_within(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= SHORT and all(_is_text(each, LONGEST_NAME) for each in value)


def _is_name(value: Any) -> bool:
    return _is_text(value, LONGEST_NAME) and NAME.fullmatch(value) is not None


def _name(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not _is_name(value):
        raise wrong_value(name, value, f"small letters, digits and hyphens, at most {LONGEST_NAME}")
    return str(value)
