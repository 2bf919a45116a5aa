"""The presenter's remote: a second window with the notes, the next step and the answers of the class."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from dashboard.plain import add_plain_page

CONTENT = """\
      <p id="remote-note" role="status">Looking for the page that presents …</p>
      <div id="remote-step" hidden>
        <p id="remote-lesson"></p>
        <p id="remote-class"></p>
        <h1 id="remote-title" aria-live="polite"></h1>
        <div id="remote-notes" role="region" aria-label="Notes" tabindex="0"></div>
        <div id="remote-answers"></div>
        <section id="remote-tasks">
          <h2>Tasks of this step</h2>
          <ul id="remote-tasks-list"></ul>
        </section>
        <details id="remote-steps">
          <summary>all steps</summary>
          <ol id="remote-steps-list"></ol>
        </details>
      </div>
"""
FOOT = """\
    <footer id="remote-foot" hidden>
      <p id="remote-coming"></p>
      <button id="remote-back" type="button" data-do="step-back" title="The step before (page up)">‹ back</button>
      <button id="remote-next" type="button" data-do="step-next" title="The next step (page down)">next ›</button>
    </footer>
"""


def add_remote_page(server: FastAPI, prefix: str, api: str, assets: Path) -> None:
    """Serve the page on `server`; the arguments are those of `add_plain_page`."""
    add_plain_page(
        server,
        "/remote",
        title="remote",
        script="lessons/remote.js",
        styles=("remote.css",),
        content=CONTENT,
        foot=FOOT,
        # It is a window of its own, which a click must not take away.
        links=False,
        prefix=prefix,
        api=api,
        assets=assets,
    )
