"""The page of checkpoints: what there is to choose from, and how good it is."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from dashboard.plain import add_plain_page

CONTENT = """\
      <h1>Checkpoints</h1>
      <p class="lead">
        The trained networks that the microscope can open. The pictures are plans from their first states: particles that grow level by level. Returns
        are means over whole episodes, of the greedy prior alone and of planning with it. All checkpoints of an environment share one axis.
      </p>
      <p class="returns-key">
        <span><svg width="12" height="12" aria-hidden="true"><circle class="returns-prior" cx="6" cy="6" r="4.5"/></svg> prior alone</span>
        <span><svg width="12" height="12" aria-hidden="true"><circle class="returns-planned" cx="6" cy="6" r="4.5"/></svg> with planning</span>
        <span><svg width="26" height="12" aria-hidden="true"><path class="returns-change" d="M1 6H25"/></svg> what planning changes</span>
        <span><svg width="26" height="12" aria-hidden="true"><path class="returns-error" d="M2 6H24M2 2V10M24 2V10"/></svg> one standard error</span>
      </p>
      <p id="checkpoints-note" class="hint" role="status">Waiting for the checkpoints …</p>
      <section id="damaged" role="alert" hidden>
        <h2>Cannot be read</h2>
        <ul id="damaged-list"></ul>
      </section>
      <div id="gallery"></div>
      <section id="learning">
        <h2>Learning curves</h2>
        <p id="learning-note" class="hint" role="status">Waiting for the learning curves …</p>
        <div id="curves"></div>
      </section>
"""


def add_checkpoints_page(server: FastAPI, prefix: str, api: str, assets: Path) -> None:
    """Serve the page on `server`; the arguments are those of `add_plain_page`."""
    add_plain_page(
        server,
        "/checkpoints",
        title="checkpoints",
        script="checkpoints/page.js",
        styles=("checkpoints.css",),
        content=CONTENT,
        prefix=prefix,
        api=api,
        assets=assets,
    )
