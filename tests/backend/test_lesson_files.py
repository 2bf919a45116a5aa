"""Files of lessons that hold no lesson: what is said about them."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from mdurl._encode import encode_cache

from backend.lessons.library import Lessons
from backend.lessons.reading import read_lesson

FRONT = "---\ntitle: A lesson\nminutes: 5\nteaches: Nothing yet.\n---\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (FRONT, [(1, "there is no step")]),
        (FRONT + "\nLook at the river.\n\n### Too small\n", [(7, "there is text before the first step"), (1, "there is no step")]),
        (FRONT + "\n# A title\n\nLook.\n", [(7, "a heading of the first level"), (1, "there is no step")]),
        ("Look.\n", [(1, "there is no front matter"), (1, "there is text before the first step"), (1, "there is no step")]),
        ("", [(1, "there is no front matter"), (1, "there is no step")]),
    ],
)
def test_a_file_without_a_step_is_a_fault_that_says_how_a_step_begins(tmp_path, text, faults):
    path = tmp_path / "empty.md"
    path.write_text(text)
    lesson, found = read_lesson(path)
    assert lesson is None
    assert [(fault.line, fault.what) for fault in found] == faults
    assert "begin a step with a heading that is a link" in found[-1].remedy
    assert found == [fault for fault in Lessons([tmp_path]).all()[1] if fault.file == path.name]


def test_many_at_once_read_a_lesson_for_the_first_time(tmp_path):
    """The parser's tables are filled at its first use, without a lock of its own."""
    text = "---\ntitle: A\nminutes: 5\nteaches: B.\n---\n\n## [One](?checkpoint=catch)\n\nLook.\n"
    for number in range(8):
        (tmp_path / f"number-{number}.md").write_text(text)
    usual = sys.getswitchinterval()
    try:
        sys.setswitchinterval(1e-6)
        for _ in range(50):
            encode_cache.clear()
            lessons = Lessons([tmp_path])
            with ThreadPoolExecutor(8) as threads:
                for lesson, faults in threads.map(lessons.get, [f"number-{number}" for number in range(8)]):
                    assert lesson is not None and not faults
    finally:
        sys.setswitchinterval(usual)
