"""Lessons as static pages: the same microscope over recorded plans, for any web host and also from a disk.

Every module of the page stands in `lesson.html` itself, and lessons and plans are scripts that put their data into the page: a browser loads those
from a disk too, where it refuses to fetch files.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from backend.lessons.model import NO_PLACE, Lesson, Step
from backend.lessons.moments import StepMoment, resolve
from backend.routes.lessons import describe_lesson
from planner import PLANNERS, Checkpoints, PlanRequest, run
from planner.checkpoints import Checkpoint
from planner.record.html import ASSETS, import_map
from planner.truth import Truth, has_truth

MAX_BYTES = 25 * 1024**2
STYLES = ("theme.css", "microscope.css", "twistscope.css", "later.css", "lesson.css")
PAGE = "lesson.html"
"""The page of every lesson, by which a folder is known to be a site."""

KEPT = "(globalThis.twistscopeSite ??= { lessons: {}, records: {} })"
"""JavaScript for the object that the files of a site put their data into."""

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>@TITLE@ · twistscope</title>
<link rel="icon" href="icon.svg">
<script src="looks.js"></script>
@STYLES@
"""

_INDEX = (
    _HEAD
    + """</head>
<body class="site">
<header id="top"><span id="brand">twistscope</span></header>
<main class="site-lessons">
<h1>Lessons</h1>
<p>See it, touch it, understand it: how particles plan. These pages show recorded plans and need no server.</p>
<ol>@LESSONS@</ol>
</main>
</body>
</html>
"""
)

_LESSON = (
    _HEAD
    + """<link rel="stylesheet" href="katex/katex.min.css">
<script src="katex/katex.min.js"></script>
<script type="importmap">@IMPORTMAP@</script>
</head>
<body class="site" data-lesson="open">
<header id="top">
<a id="brand" href="index.html">twistscope</a><a class="page-link" href="index.html">lessons</a>
<button class="quiet drawer-open" type="button" data-do="drawer" hidden>knobs</button>
<button class="quiet view-open" type="button" data-do="view" title="View: theme, size" aria-label="View"></button>
</header>
<p id="banner" role="alert" hidden></p>
<aside id="drawer" aria-label="Recorded settings"></aside>
<main id="microscope"></main>
<script type="module">
import { open } from "twistscope/lessons/site.js";
open();
</script>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
"""
)


def is_free(out: Path) -> bool:
    """True for a folder that a site can be written into: one that is not there or empty, or an earlier site. Other files are not overwritten."""
    return not out.exists() or (out / PAGE).is_file() or not any(out.iterdir())


def build_site(out: Path, lessons: Sequence[Lesson], checkpoints: Checkpoints, say: Callable[[str], None] = print) -> int:
    """Write the site into a folder, which is made if need be. Returns its size in bytes.

    Args:
      say: is told of each step whose plans are made.

    Raises:
      NoMoment: the moment of a step, or of a link in its text, cannot be shown.
      SettingsError, PlanFailed: a plan with recorded settings cannot be made.
      OSError: a file cannot be written.
    """
    for name in ("lessons", "records"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    shutil.copytree(ASSETS / "vendor" / "katex", out / "katex", dirs_exist_ok=True)
    shutil.copy(ASSETS / "icon.svg", out / "icon.svg")
    shutil.copy(ASSETS / "js" / "looks.js", out / "looks.js")
    for name in STYLES:
        shutil.copy(ASSETS / "css" / name, out / name)
    recorder = _Recorder(checkpoints, out / "records")
    for lesson in lessons:
        say(lesson.front.title)
        described = describe_lesson(lesson)
        steps = []
        for step, answer in zip(lesson.steps, described["steps"], strict=True):
            say(f"  {step.title}")
            steps.append({**answer, "recorded": recorder.step(step)})
        text = json.dumps({**described, "steps": steps}, ensure_ascii=False)
        _write(out / "lessons" / f"{lesson.name}.js", f"{KEPT}.lessons[{json.dumps(lesson.name)}] = {text};\n")
    styles = "\n".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES)
    listed = "\n".join(map(_entry, lessons))
    _write(out / "index.html", _INDEX.replace("@TITLE@", "Lessons").replace("@STYLES@", styles).replace("@LESSONS@", listed))
    page = _LESSON.replace("@TITLE@", "Lesson").replace("@STYLES@", styles)
    _write(out / PAGE, page.replace("@IMPORTMAP@", import_map("lessons/site.js")))
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())


def _entry(lesson: Lesson) -> str:
    front = lesson.front
    link = f'<a href="{PAGE}?lesson={lesson.name}">{escape(front.title)}</a>'
    # Numbers are those of the live page, which begins with 0; a lesson without a place has none.
    place = f' value="{front.order}"' if front.order < NO_PLACE else ' class="no-place"'
    return f"<li{place}>{link} <span>{front.minutes} min</span><p>{escape(front.teaches)}</p></li>"


class _Recorder:
    """Makes the plans that a site shows, each once, and writes them."""

    def __init__(self, checkpoints: Checkpoints, folder: Path):
        self.checkpoints, self.folder = checkpoints, folder
        self.truths: dict[str, Truth] = {}
        self.actions: dict[str, str | None] = {}
        """Name of the action that a plan takes, by the id of its record; None where actions are continuous."""

    def step(self, step: Step) -> dict[str, Any]:
        """Record the plans of a step. Returns what the page has to know of them."""
        moment = resolve(step.link, self.checkpoints, exactly=False)
        settings = moment.request.prepare(moment.checkpoint).settings.model_dump()
        known = {each["name"]: each for each in PLANNERS[moment.request.planner].describe()["settings"]}
        base = self.plan(moment, moment.request)
        knobs = []
        for name, values in step.recorded.items():
            own = settings[name]
            chosen = [*values, *([] if own in values else [own])]
            if all(isinstance(value, int | float) for value in chosen):
                chosen.sort()
            each = [self.value(moment, name, value, base if value == own else None) for value in chosen]
            knobs.append({"setting": name, "label": known[name]["label"], "values": each})
        links = {link: self.link(resolve(link, self.checkpoints, exactly=False)) for link in step.links}
        return {"base": base, "chooses": self.actions[base], "knobs": knobs, "view": moment.view, "links": links}

    def value(self, moment: StepMoment, name: str, value: Any, record: str | None) -> dict[str, Any]:
        """One value of a knob, with its record."""
        record = record or self.plan(moment, moment.changed({name: value}))
        text = ("on" if value else "off") if isinstance(value, bool) else str(value).replace("_", " ")
        return {"value": value, "text": text, "record": record, "chooses": self.actions[record]}

    def link(self, moment: StepMoment) -> dict[str, Any]:
        """The moment that a link in the text leads to."""
        return {"base": self.plan(moment, moment.request), "view": moment.view}

    def plan(self, moment: StepMoment, request: PlanRequest) -> str:
        """Make a plan and write it. Returns the id of its record."""
        checkpoint = moment.checkpoint
        made = [checkpoint.card.sha256, request.planner, request.settings, request.seed, moment.moment.digest, list(map(dict, request.interventions))]
        name = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
        if name in self.actions:
            return name
        record = run(
            checkpoint,
            request.planner,
            state=moment.moment.state,
            seed=request.seed,
            step=request.step,
            interventions=request.interventions,
            truth=self.truth(checkpoint),
            **request.settings,
        )
        environment = checkpoint.model.environment
        self.actions[name] = None if environment.action_bounds else environment.action_names[int(record.arrays["chosen_action"])]
        header = {"recorded": True, "session": "", "frame": 0, "revision": 0, "skipped": 0, "furthest": request.step, "playing": False}
        packed = base64.b64encode(gzip.compress(record.drawing(complete=True, header=header), 9, mtime=0)).decode()
        _write(self.folder / f"{name}.js", f'{KEPT}.records["{name}"] = "{packed}";\n')
        return name

    def truth(self, checkpoint: Checkpoint) -> Truth | None:
        """Exact answers about a checkpoint, where there are any."""
        if not has_truth(checkpoint.model.environment):
            return None
        # Answers that were computed for one plan of a checkpoint serve the others.
        if (name := checkpoint.card.sha256) not in self.truths:
            self.truths[name] = Truth(checkpoint.model, checkpoint.params)
        return self.truths[name]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
