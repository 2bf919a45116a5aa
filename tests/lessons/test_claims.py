"""Sentences of the shipped lessons, each with the plans that it is about; and what a lesson has to have."""

import re
from functools import lru_cache

import pytest

from backend.lessons.checking import check_lesson
from backend.lessons.claims import Checker, Plans
from backend.lessons.library import SHIPPED, Lessons
from backend.lessons.moments import resolve
from planner import Checkpoints

CHECKPOINTS = Checkpoints(SHIPPED.parents[1] / "assets" / "checkpoints")
LESSONS, FAULTS = Lessons().all()
TOUR = "tour"
CLAIMS = [(lesson, step, claim) for lesson in LESSONS for step in lesson.steps for claim in step.claims]
WORDS_A_MINUTE = 130
"""Read with thought, and not in one's first language."""


PLANS = Plans()


@lru_cache(maxsize=1)
def checker_of(link: str) -> Checker:
    """The checker of a step; steps of one moment share plans."""
    return Checker(resolve(link, CHECKPOINTS), PLANS)


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "step", "claim"), CLAIMS, ids=[f"{lesson.name}-{step.id}-{claim.id}" for lesson, step, claim in CLAIMS])
def test_a_sentence_of_a_lesson_holds(lesson, step, claim):
    outcome = checker_of(step.link).check(claim)
    assert outcome.holds, outcome.text


def test_the_shipped_lessons_have_no_fault():
    assert [str(fault) for fault in FAULTS] == []
    names = frozenset(lesson.name for lesson in LESSONS)
    assert names == {path.stem for path in SHIPPED.glob("*.md")} and TOUR in names and len(names) == 8
    for name in names:
        assert [str(fault) for fault in check_lesson(SHIPPED / f"{name}.md", CHECKPOINTS, names, claims=False, say=lambda said: None)] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
def test_a_lesson_is_short_asks_for_predictions_and_leaves_something_to_do(lesson):
    assert 4 <= len(lesson.steps) <= 7
    for step in lesson.steps:
        shown = step.html + " ".join(step.reveals.values()) + " ".join(task.say for task in step.tasks)
        assert len(re.sub("<[^>]*>", " ", shown).split()) <= 2 * WORDS_A_MINUTE, step.title
        assert step.tasks, step.title
    predictions = [prediction for step in lesson.steps for prediction in step.predictions]
    assert len(predictions) >= 2 or lesson.name == TOUR


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
def test_the_answer_of_every_prediction_is_checked_and_every_knob_is_recorded(lesson):
    for step in lesson.steps:
        for prediction in step.predictions:
            said = set(re.findall(r'<span id="([a-z0-9-]+)">', step.reveals[prediction.id]))
            assert said & {claim.id for claim in step.claims}, prediction.id
        for task in step.tasks:
            if task.setting:
                assert any(task.allows(value) for value in step.recorded[task.setting]), task.say


def test_needs_of_lessons_come_before_them():
    orders = {lesson.name: lesson.front.order for lesson in LESSONS}
    assert len(set(orders.values())) == len(orders)
    for lesson in LESSONS:
        assert all(orders[name] < lesson.front.order for name in lesson.front.needs)
