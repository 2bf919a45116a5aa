"""The page of lessons: what each teaches, how long it takes, what comes before it, and how far this browser has come."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from dashboard.plain import add_plain_page

CONTENT = """\
      <h1>Lessons</h1>
      <p class="lead">
        Each lesson leads through moments of real plans, in the microscope itself: read what there is to see, say what you expect, turn a knob, and
        look. You may leave the path at any time and come back to the very step.
      </p>
      <p id="lessons-note" class="hint" role="status">Waiting for the lessons …</p>
      <section id="damaged" role="alert" hidden>
        <h2>Lessons with faults</h2>
        <div id="damaged-list"></div>
      </section>
      <ol id="lessons"></ol>
      <p id="kept" hidden>
        <span id="kept-note" class="hint">How far you have come is kept in this browser alone.</span>
        <button class="quiet" type="button" data-do="forget" id="forget-open">forget my progress</button>
      </p>
"""


def add_lessons_page(server: FastAPI, prefix: str, api: str, assets: Path) -> None:
    """Serve the page on `server`; the arguments are those of `add_plain_page`."""
    add_plain_page(
        server,
        "/lessons",
        title="lessons",
        script="lessons/page.js",
        styles=("lesson_cards.css",),
        content=CONTENT,
        prefix=prefix,
        api=api,
        assets=assets,
    )
