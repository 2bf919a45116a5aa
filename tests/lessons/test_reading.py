"""Faults of lessons: each is found with its file, its line and what would be right, and none harms the page."""

import json
import subprocess

import pytest

from backend.address import write_address
from backend.lessons.checking import check_lesson
from backend.lessons.library import SHIPPED
from backend.lessons.model import Task
from backend.lessons.moments import resolve
from backend.lessons.reading import read_lesson
from planner import Checkpoints
from tests.servers import ROOT, twistscope

CHECKPOINTS = Checkpoints(SHIPPED.parents[1] / "assets" / "checkpoints")
LINK = "checkpoint=catch-early&planner=trt_smc&particles=16&depth=3"
LESSON = f"""---
title: A lesson
minutes: 5
teaches: Something.
---

## [First](?{LINK})

Look. [The ESS is at least 1.]{{#least}}

```claim
id: least
measure: ess
share: 1
of: {{at_least: 1}}
```

```do
- setting: alpha
  at_least: 0.5
  say: Set alpha to 0.5.
```
"""


def faults_of(folder, text, name="a-lesson.md", known=frozenset(), *, claims=False):
    path = folder / name
    path.write_text(text, "utf-8")
    return check_lesson(path, CHECKPOINTS, known, claims=claims, say=lambda said: None)


def test_a_lesson_without_a_fault_has_none(tmp_path):
    assert faults_of(tmp_path, LESSON) == []


GUESS = "```predict\nid: guess\nask: Which?\nchoose: [a, b]\nanswer: a\nreveal: Look.\n```"


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "remedy"),
    [
        ("checkpoint=catch-early", "checkpoint=nowhere", 7, "unknown checkpoint 'nowhere'", "name a checkpoint that exists"),
        (f"?{LINK}", "?particles=16", 7, "names no checkpoint", "begin it with ?checkpoint="),
        ("particles=16", "particles=no", 7, "particles: got", "copy the address anew"),
        ("particles=16", "seed=-1", 7, "seed: got '-1'", "a whole number"),
        ("depth=3", "step=4", 7, "names a step without the actions", "copy the full address"),
        ("depth=3", "layout=heap", 7, "there is no layout 'heap'", "slots, tree, river"),
        ("depth=3", "show=heap", 7, "show: there is no picture 'heap'", "heat, beside"),
        ("depth=3", "hide=sweep,sky", 7, "hide: there is no panel 'sky'", "world, genealogy, strips"),
        ("depth=3", "order=knobs", 7, "order: there is no panel 'knobs'", "world, genealogy, strips"),
        (
            "Look.",
            "Look at [it](?checkpoint=catch-early&hide=sky).",
            7,
            "the link ?checkpoint=catch-early&hide=sky in the text: hide: there is no",
            "world,",
        ),
        (f"[First](?{LINK})", "First", 7, "the heading of a step is a link", "write ## [Title](?checkpoint="),
        ("- setting: alpha", "- wish: alpha", 19, "wish", "docs/teaching.md lists the fields"),
        ("- setting: alpha", "- setting: colour", 7, "there is no setting 'colour'", "settings are"),
        ("at_least: 0.5", "at_least: 5", 7, "alpha cannot be 5", "a number from 0 to 1"),
        ("- setting: alpha\n  at_least: 0.5", "- planner: zork", 7, "there is no planner 'zork'", "planners are"),
        ("- setting: alpha\n  at_least: 0.5", "- chosen: jump", 7, "there is no action 'jump'", "left, stay, right"),
        ("- setting: alpha\n  at_least: 0.5", "- level: any\n  at_least: 3", 7, "the plan has no level 3", "0 to 2"),
        ("- setting: alpha\n  at_least: 0.5", "- pin: true\n  level: any", 19, "exactly one of", "docs/teaching.md lists the fields"),
        ("- setting: alpha", "- setting: [alpha", 20, "cannot be read as YAML", "mend it"),
        ("of: {at_least: 1}", "of: {at_least: 1", 16, "cannot be read as YAML", "mend it"),
        ("of: {at_least: 1}", "of: {}", 12, "claim nothing", "docs/teaching.md lists the fields"),
        ("```claim\nid: least", "```claim\nid: other", 7, "the claim 'least' has no check", "add a block ```claim with id: least"),
        ("[The ESS is at least 1.]{#least}", "", 12, "the check 'least' belongs to no sentence", "[sentence]{#least}"),
        ("Look.", "Particles are fast.", 9, "something without a check: “Particles are fast.”", "make it a claim"),
        ("Look.", "Look.\n\n> The weights are even.", 11, "something without a check", "[sentence]{.definition}"),
        ("```do", "```python", 18, "a block 'python'", "blocks are do, predict"),
        (
            "```do",
            "```predict\nid: guess\nask: Which?\nchoose: [a, b]\nanswer: a\ncovers: [strips, sky]\nreveal: Look.\n```\n\n```do",
            7,
            "the prediction 'guess' covers 'sky', which is no panel",
            "world, genealogy, strips",
        ),
        ("title: A lesson\n", "", 2, "title", "docs/teaching.md lists the fields"),
        ("minutes: 5", "minutes: [5", 4, "cannot be read as YAML", "mend it"),
        # The last one would count, and nobody would know which was meant.
        ("minutes: 5", "minutes: 5\nminutes: 6", 4, "cannot be read as YAML: it says 'minutes' twice", "mend it"),
        ("of: {at_least: 1}", "of: {at_least: 1, at_most: 2, at_least: 3}", 15, "it says 'at_least' twice", "mend it"),
        ("```do", f"{GUESS}\n\n{GUESS}\n\n```do", 1, "two predictions have the id 'guess'", "another id"),
        ("```do", "```record\nalpha: [0.1]\n```\n\n```record\nalpha: [0.5]\n```\n\n```do", 23, "the setting 'alpha' is recorded twice", "one list"),
        ("minutes: 5", "minutes: 5\nneeds: [nothing]", 1, "there is no lesson 'nothing'", "lessons are"),
    ],
)
def test_a_fault_is_found_with_its_line_and_its_remedy(tmp_path, old, new, line, what, remedy):
    assert LESSON.count(old) == 1
    found = faults_of(tmp_path, LESSON.replace(old, new))
    hit = [fault for fault in found if what in fault.what]
    assert hit, [str(fault) for fault in found]
    assert (hit[0].file, hit[0].line) == ("a-lesson.md", line)
    assert remedy in hit[0].remedy and str(hit[0]).startswith(f"a-lesson.md:{line}: ")


def test_all_faults_of_a_file_are_found_at_once(tmp_path):
    text = LESSON.replace("Look.", "Particles are fast.").replace("at_least: 0.5", "at_least: 5").replace("particles=16", "particles=16&layout=heap")
    assert len(faults_of(tmp_path, text)) == 3


def test_a_state_that_does_not_reproduce_is_a_fault(tmp_path):
    from backend.address import write_address
    from planner import PlanRequest
    from planner.episodes import episodes_of

    checkpoint = CHECKPOINTS.load("catch-early")
    episodes = episodes_of(checkpoint.model)
    moment = episodes.play(episodes.start(2), [0, 0], seed=2)[-1]
    request = PlanRequest("trt_smc", {"particles": 16, "depth": 3}, 2, 2)
    query = write_address(checkpoint.card, request, request.prepare(checkpoint).settings.model_dump(), moment)
    assert faults_of(tmp_path, LESSON.replace(LINK, query)) == []
    for wrong in (query.replace("seed=2", "seed=3"), query[:-10] + "0123456789"):
        (fault,) = faults_of(tmp_path, LESSON.replace(LINK, wrong))
        assert fault.line == 7 and "the same actions lead to another state" in fault.what and "copy the address anew" in fault.remedy
    (fault,) = faults_of(tmp_path, LESSON.replace(LINK, query[:-20]))
    assert "cut off" in fault.what


def test_hostile_markdown_stays_text(tmp_path):
    path = tmp_path / "hostile.md"
    hostile = '<script>alert(1)</script> <img src=x onerror="alert(1)"> [click](javascript:alert(1)) $<b onclick=alert(1)>$'
    path.write_text(LESSON.replace("Look.", f"Look: {hostile}").replace("say: Set", "say: <script>Set"), "utf-8")
    lesson, faults = read_lesson(path)
    assert lesson is not None and faults == []
    html = lesson.steps[0].html
    assert "<script" not in html and "<img" not in html and "<b " not in html and 'href="javascript' not in html
    assert "&lt;script&gt;" in html and "&lt;b onclick" in html


def test_a_sketch_has_to_be_the_curve_of_its_claim(tmp_path):
    curve = "over: alpha\ncurve: [{at: 0, mean: 2, within: 1}, {at: 1, mean: 5, within: 1}]"
    axes = "x: {label: a, low: 0, high: 1}, y: {label: b, low: 0, high: 9}"
    sketch = f"```predict\nid: drawn\nask: Draw.\nsketch: {{{axes}, truth: TRUTH, claim: least}}\nreveal: Look.\n```\n"
    text = LESSON.replace("share: 1\nof: {at_least: 1}", curve) + "\n" + sketch
    assert faults_of(tmp_path, text.replace("TRUTH", "[[0, 2.5], [1, 5]]")) == []
    for wrong in ("[[0, 2.5], [1, 7]]", "[[0, 2.5], [0.5, 5]]", "[[0, 2], [0.5, 3], [1, 5]]"):
        (fault,) = faults_of(tmp_path, text.replace("TRUTH", wrong))
        assert "is not the curve of the claim 'least'" in fault.what
    (fault,) = faults_of(tmp_path, LESSON + "\n" + sketch.replace("TRUTH", "[[0, 2], [1, 5]]"))
    assert "is not the curve" in fault.what


@pytest.mark.parametrize("name", ["A Lesson.md", "eine_lektion.md", "x" * 61 + ".md"])
def test_a_name_that_cannot_be_that_of_a_lesson_is_a_fault(tmp_path, name):
    (fault,) = faults_of(tmp_path, LESSON, name)
    assert fault.file == name and "cannot be that of a lesson" in fault.what and "small letters" in fault.remedy


def test_a_missing_file_is_one_line_and_code_2(tmp_path):
    ended = twistscope("lesson", "check", str(tmp_path / "nothing.md"))
    assert ended.returncode == 2 and ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1 and "nothing.md" in ended.stderr


def test_the_command_names_faults_and_ends_with_code_2(tmp_path):
    path = tmp_path / "a-lesson.md"
    path.write_text(LESSON.replace("Look.", "Particles are fast."), "utf-8")
    ended = twistscope("lesson", "check", "--no-claims", str(path))
    assert ended.returncode == 2 and "a-lesson.md:9: " in ended.stderr and ended.stderr.strip().endswith("1 fault in a-lesson.md")


def test_measures_are_listed_with_their_meaning():
    listed = twistscope("lesson", "measures", check=True).stdout.splitlines()
    assert len(listed) > 30 and all(len(line.split(maxsplit=1)) == 2 for line in listed)
    assert any(line.startswith("root_ancestors ") for line in listed)


def test_a_task_that_waits_for_the_action_of_the_opened_plan_asks_for_nothing(tmp_path):
    chosen = lambda name: LESSON.replace("- setting: alpha\n  at_least: 0.5", f"- chosen: {name}")
    found = {name: faults_of(tmp_path, chosen(name), claims=True) for name in ("left", "stay", "right")}
    taken = [name for name, faults in found.items() if faults]
    assert len(taken) == 1 and "done before anybody" in found[taken[0]][0].what


@pytest.mark.parametrize(
    ("view", "task", "done"), [("", "at_least: 2", True), ("", "at_most: 1", False), ("&level=0", "is: 0", True), ("&level=0", "is: 2", False)]
)
def test_a_task_that_asks_for_the_level_of_the_cursor_asks_for_nothing(tmp_path, view, task, done):
    text = LESSON.replace(LINK, LINK + view).replace("- setting: alpha\n  at_least: 0.5", f"- level: any\n  {task}")
    assert ["there already" in fault.what for fault in faults_of(tmp_path, text)] == [True] * done


def test_an_address_that_is_copied_from_the_page_is_checked_like_one_that_is_written(tmp_path):
    resolved = resolve(LINK, CHECKPOINTS)
    settings = resolved.request.prepare(resolved.checkpoint).settings.model_dump()
    query = write_address(CHECKPOINTS.card("catch-early"), resolved.request, settings, resolved.moment)
    assert faults_of(tmp_path, LESSON.replace(LINK, f"{query}&hide=sweep&order=weights,world&layout=tree&with=1-2")) == []
    found = faults_of(tmp_path, LESSON.replace(LINK, f"{query}&hide=sweep,sky"))
    assert ["sky" in fault.what for fault in found] == [True]


TASKS = [
    *(({"is": 0.1}, value) for value in (0.1, 0.102, 0.105)),
    *(({"is": 64}, value) for value in (64, 66, 67)),
    *(({"is": "ess"}, value) for value in ("ess", "never")),
    *(({"is": True}, value) for value in (True, False, 1.02)),
    *(({"at_least": 0.5}, value) for value in (0.49, 0.5, None)),
    ({"is": 0}, 0.001),
    ({"is": -2}, -2.05),
    ({"at_most": 3}, 3),
]


def test_what_a_task_asks_for_is_the_same_here_and_in_the_page():
    script = """
        import { asksFor } from "./assets/js/lessons/conditions.js";
        console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([task, value]) => asksFor(task, value))));
    """
    asked = subprocess.run(["node", "--input-type=module", "-e", script, json.dumps(TASKS)], cwd=ROOT, capture_output=True, text=True, check=True)
    mine = [Task.model_validate({"say": "Do.", "setting": "alpha", **task}).allows(value) for task, value in TASKS]
    assert mine == json.loads(asked.stdout)


def test_a_task_that_asks_for_the_layout_a_page_opens_with_asks_for_nothing(tmp_path):
    asking = lambda name: LESSON.replace("- setting: alpha\n  at_least: 0.5", f"- layout: {name}")
    assert [len(faults_of(tmp_path, asking(name))) for name in ("slots", "tree", "river")] == [1, 0, 0]


@pytest.mark.parametrize("space", ["", " "])
def test_a_step_has_the_id_that_its_heading_gives(tmp_path, space):
    path = tmp_path / "a-lesson.md"
    path.write_text(LESSON.replace(f"(?{LINK})", f"(?{LINK}){space}{{#own-id}}"), "utf-8")
    lesson, faults = read_lesson(path)
    assert not faults and [(step.id, step.title) for step in lesson.steps] == [("own-id", "First")]
