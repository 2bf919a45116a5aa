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

from backend.lessons.model import Lesson, Step
from backend.lessons.moments import StepMoment, resolve
from backend.routes.lessons import describe_lesson
from planner import PLANNERS, Checkpoints, run
from planner.record.html import ASSETS, import_map
from planner.truth import Truth, has_truth

MAX_BYTES = 25 * 1024**2
STYLES = ("theme.css", "microscope.css", "twistscope.css", "lesson.css")
VALUES = 8
"""Values of a setting that are recorded at most."""

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
<body data-lesson="open">
<header id="top"><a id="brand" href="index.html">twistscope</a><a class="page-link" href="index.html">lessons</a></header>
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


def build_site(out: Path, lessons: Sequence[Lesson], checkpoints: Checkpoints, say: Callable[[str], None] = print) -> int:
    """Write the site into a folder, which is made if need be. Returns its size in bytes.

    Args:
      say: is told of each step whose plans are made.

    Raises:
      NoMoment: the moment of a step cannot be shown.
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
    for lesson in lessons:
        say(lesson.front.title)
        steps = []
        for step, answer in zip(lesson.steps, describe_lesson(lesson)["steps"], strict=True):
            say(f"  {step.title}")
            steps.append({**answer, "recorded": _record(step, checkpoints, out / "records")})
        told = json.dumps({**describe_lesson(lesson), "steps": steps}, ensure_ascii=False)
        _write(
            out / "lessons" / f"{lesson.name}.js",
            f"((globalThis.twistscopeSite ??= {{ lessons: {{}}, records: {{}} }}).lessons[{json.dumps(lesson.name)}] = {told});\n",
        )
    styles = "\n".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES)
    listed = "\n".join(map(_entry, lessons))
    _write(out / "index.html", _INDEX.replace("@TITLE@", "Lessons").replace("@STYLES@", styles).replace("@LESSONS@", listed))
    page = _LESSON.replace("@TITLE@", "Lesson").replace("@STYLES@", styles)
    _write(out / "lesson.html", page.replace("@IMPORTMAP@", import_map("lessons/site.js")))
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())


def _entry(lesson: Lesson) -> str:
    front = lesson.front
    link = f'<a href="lesson.html?lesson={lesson.name}">{escape(front.title)}</a>'
    return f"<li>{link} <span>{front.minutes} min</span><p>{escape(front.teaches)}</p></li>"


def _record(step: Step, checkpoints: Checkpoints, folder: Path) -> dict[str, Any]:
    """Make the plans of a step and write them. Returns what the page has to know of them."""
    moment = resolve(step.link, checkpoints)
    settings = moment.request.prepare(moment.checkpoint).settings.model_dump()
    known = {each["name"]: each for each in PLANNERS[moment.request.planner].describe()["settings"]}
    base = _plan(moment, {}, folder)
    knobs = []
    for name, values in step.recorded.items():
        own = settings[name]
        chosen = [*values, *([] if own in values else [own])]
        if all(isinstance(value, int | float) for value in chosen):
            chosen.sort()
        each = [
            {"value": value, "text": str(value).replace("_", " "), "record": base if value == own else _plan(moment, {name: value}, folder)}
            for value in chosen[:VALUES]
        ]
        knobs.append({"setting": name, "label": known[name]["label"], "values": each})
    view = {name: int(value) if name in ("level", "slot", "action") else value for name, value in moment.view.items()}
    return {"base": base, "knobs": knobs, "view": view}


def _plan(moment: StepMoment, changed: dict[str, Any], folder: Path) -> str:
    """Make a plan and write it. Returns its id."""
    request, checkpoint = moment.request, moment.checkpoint
    settings = {**request.settings, **changed}
    made = json.dumps(
        [checkpoint.card.sha256, request.planner, settings, request.seed, moment.moment.digest, list(map(dict, request.interventions))],
        sort_keys=True,
    )
    name = hashlib.sha256(made.encode()).hexdigest()[:16]
    path = folder / f"{name}.js"
    if path.exists():
        return name
    truth = Truth(checkpoint.model, checkpoint.params) if has_truth(checkpoint.model.environment) else None
    record = run(
        checkpoint,
        request.planner,
        state=moment.moment.state,
        seed=request.seed,
        step=request.step,
        interventions=request.interventions,
        truth=truth,
        **settings,
    )
    header = {"recorded": True, "session": "", "frame": 0, "revision": 0, "skipped": 0, "furthest": request.step, "playing": False}
    packed = base64.b64encode(gzip.compress(record.drawing(complete=True, header=header), 9, mtime=0)).decode()
    _write(path, f'(globalThis.twistscopeSite ??= {{ lessons: {{}}, records: {{}} }}).records["{name}"] = "{packed}";\n')
    return name


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
