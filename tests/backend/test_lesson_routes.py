"""Lessons over HTTP: those shipped and those of added folders, what is damaged, and folders that are not there."""

import json
import os
from pathlib import Path

import httpx
import pytest

from tests.servers import serving, twistscope

LESSON = """---
title: An own lesson
order: 3
minutes: 5
teaches: What a class needs.
needs: [path-degeneracy]
references: ["docs/method.md, (E6)"]
---

## [First](?checkpoint=catch&particles=16&depth=4)

Look at $N$ <b>particles</b>.

```do
- setting: alpha
  is: 0.9
  say: Set alpha to 0.9.
- pin: true
  say: Pin the plan.
```

```predict
id: which
ask: Which one?
choose: [left, right]
answer: right
reveal: Look at **right**.
```

```predict
id: curve
ask: Draw it.
sketch:
  x: {label: alpha, low: 0, high: 1}
  y: {label: ESS, low: 0, high: 16}
  truth: [[0, 16], [1, 1]]
  claim: flat
reveal: Look.
```

```claim
id: flat
measure: ess
level: last
over: alpha
curve:
- {at: 0, mean: 16, within: 1}
- {at: 1, mean: 1, within: 1}
```

```notes
Wait for **answers**.
```

```record
alpha: [0.1, 0.9]
revive: [true, false]
```
"""
UNCHECKED = LESSON.replace("Look at $N$", "The ESS always falls. Look at $N$").replace("An own lesson", "Said without a check")
HEADLESS = "## [A step](?checkpoint=catch)\n\nLook.\n"
NO_DATE = LESSON.replace("title: An own lesson", "title: 2024-13-45")
NO_NUMBER = LESSON.replace("alpha: [0.1, 0.9]", "alpha: [0.1, .nan]")
NO_TEXT = LESSON.replace("is: 0.9", 'is: "\\ud800"')


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for name, text in {
        "own": LESSON,
        "unchecked": UNCHECKED,
        "headless": HEADLESS,
        "no-date": NO_DATE,
        "no-number": NO_NUMBER,
        "no-text": NO_TEXT,
    }.items():
        (first / f"{name}.md").write_text(text)
    (first / "bytes.md").write_bytes(b"---\ntitle: \xff\n---\n")
    (second / "own.md").write_text(LESSON.replace("An own lesson", "The later one"))
    (second / "folder.md").mkdir()
    Path(os.fsdecode(os.fsencode(second) + b"/\xff.md")).write_text(LESSON)
    return first, second


@pytest.fixture(scope="module")
def service(folders, tmp_path_factory):
    words = [word for folder in folders for word in ("--lessons", str(folder))]
    with serving("serve-backend", *words, data=tmp_path_factory.mktemp("data")) as running:
        yield running


def test_lessons_are_listed_in_their_order_and_a_later_folder_replaces(service):
    listed = httpx.get(service.api + "/lessons").json()
    assert list(listed) == ["lessons", "damaged"]
    lessons = {lesson["name"]: lesson for lesson in listed["lessons"]}
    assert "path-degeneracy" in lessons
    assert [lesson["order"] for lesson in listed["lessons"]] == sorted(lesson["order"] for lesson in listed["lessons"])
    assert lessons["own"] == {
        "name": "own",
        "title": "The later one",
        "order": 3,
        "minutes": 5,
        "teaches": "What a class needs.",
        "needs": ["path-degeneracy"],
        "references": ["docs/method.md, (E6)"],
        "steps": [{"id": "first", "title": "First"}],
    }


def test_every_damaged_file_is_named_with_line_and_remedy_and_harms_no_other(service):
    listed = httpx.get(service.api + "/lessons").json()
    damaged = {each["file"]: each for each in listed["damaged"]}
    assert damaged.keys() == {"unchecked.md", "headless.md", "no-date.md", "no-number.md", "no-text.md", "bytes.md", "folder.md", "\\udcff.md"}
    assert all(
        each.keys() == {"file", "line", "what", "remedy"} and each["line"] >= 1 and each["what"] and each["remedy"] for each in damaged.values()
    )
    assert damaged["bytes.md"]["line"] == 2 and "UTF-8" in damaged["bytes.md"]["what"]
    readable = {lesson["name"] for lesson in listed["lessons"]}
    assert "unchecked" in readable and not readable & {"headless", "no-date", "no-number", "bytes", "folder"}
    assert "a number, true, false or a short text is needed, got nan" in damaged["no-number.md"]["what"]


def test_a_lesson_comes_with_all_that_its_steps_show_and_without_its_claims(service):
    lesson = httpx.get(service.api + "/lessons/own").json()
    assert lesson["title"] == "The later one" and lesson["damaged"] == []
    (step,) = lesson["steps"]
    assert step.keys() == {"id", "title", "link", "html", "notes", "tasks", "predictions", "recorded"}
    assert step["link"] == "checkpoint=catch&particles=16&depth=4"
    assert step["tasks"] == [{"say": "Set alpha to 0.9.", "setting": "alpha", "is": 0.9}, {"say": "Pin the plan.", "pin": True}]
    choice, sketch = step["predictions"]
    expected = {"id": "which", "ask": "Which one?", "choose": ["left", "right"], "answer": "right"}
    assert choice == expected | {"reveal": "<p>Look at <strong>right</strong>.</p>\n"}
    assert sketch["sketch"]["truth"] == [[0, 16], [1, 1]] and sketch["sketch"].keys() == {"x", "y", "truth"} and "choose" not in sketch
    assert step["recorded"] == {"alpha": [0.1, 0.9], "revive": [True, False]}
    assert '<span class="formula">N</span>' in step["html"] and "<b>" not in step["html"] and '<div data-predict="which"></div>' in step["html"]
    assert step["notes"] == "<p>Wait for <strong>answers</strong>.</p>\n"
    assert "flat" not in json.dumps(lesson)


def test_a_lesson_with_a_fault_that_leaves_it_readable_is_shown_with_the_fault(service):
    lesson = httpx.get(service.api + "/lessons/unchecked").json()
    assert lesson["steps"] and "without a check" in lesson["damaged"][0]["what"]


@pytest.mark.parametrize(("name", "line"), [("headless", 1), ("no-number", 10), ("bytes", 2)])
def test_a_damaged_lesson_is_a_problem_with_file_line_and_remedy(service, name, line):
    answer = httpx.get(f"{service.api}/lessons/{name}")
    assert answer.status_code == 409 and answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    # Once: a page shows what else a problem says after it.
    assert problem["detail"].count(f"{name}.md:{line}: ") == 1 and "; " in problem["detail"] and "errors" not in problem


@pytest.mark.parametrize("name", ["nope", "..%2Fown", "own.md", "%FF", "x" * 3000])
def test_a_lesson_that_is_not_there_is_answered_with_those_that_are(service, name):
    answer = httpx.get(f"{service.api}/lessons/{name}")
    assert answer.status_code == 404
    assert name == "..%2Fown" or "path-degeneracy" in answer.json()["detail"]


def test_a_file_that_was_edited_or_added_is_read_anew(service, folders):
    written = folders[1] / "written.md"
    assert httpx.get(service.api + "/lessons/written").status_code == 404
    written.write_text(LESSON.replace("An own lesson", "Before"))
    assert httpx.get(service.api + "/lessons/written").json()["title"] == "Before"
    written.write_text(LESSON.replace("An own lesson", "After"))
    os.utime(written, (1, 1))
    assert httpx.get(service.api + "/lessons/written").json()["title"] == "After"
    written.unlink()
    assert httpx.get(service.api + "/lessons/written").status_code == 404


@pytest.mark.parametrize("command", ["serve", "serve-backend"])
@pytest.mark.parametrize("place", ["nowhere", "file"])
def test_a_folder_of_lessons_that_is_not_there_is_one_line(tmp_path, command, place):
    (tmp_path / "file").write_text("")
    ended = twistscope(command, "--lessons", str(tmp_path), "--lessons", str(tmp_path / place))
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1
    assert f"there is no folder of lessons {tmp_path / place}" in ended.stderr


@pytest.mark.parametrize(("value", "says"), [("lessons", "JSON list"), ('["nowhere"]', "no folder of lessons nowhere"), ('[""]', "may be empty")])
def test_a_variable_that_names_no_folders_is_one_line(value, says):
    ended = twistscope("serve", env=os.environ | {"TWISTSCOPE_LESSONS": value})
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1 and says in ended.stderr
