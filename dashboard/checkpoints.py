"""The page of checkpoints: what there is to choose from, and how good it is.

It stands beside Dash's page on the same server. Nothing on it is a control, so it does without Dash and React: the modules in `assets/js` fill it
from the backend's public API, and it is there at once.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.delivery import with_version

PATH = "/checkpoints"

PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="twistscope-api" content="@PUBLIC_API_URL@">
    <title>checkpoints · twistscope</title>
    <link rel="icon" href="@PREFIX@assets/icon.svg">
    <script src="@PREFIX@assets/js/looks.js"></script>
    <link rel="stylesheet" href="@PREFIX@assets/css/theme.css">
    <link rel="stylesheet" href="@PREFIX@assets/css/microscope.css">
    <link rel="stylesheet" href="@PREFIX@assets/css/twistscope.css">
    <link rel="stylesheet" href="@PREFIX@assets/css/checkpoints.css">
    <script type="module" src="@PREFIX@assets/js/checkpoints/page.js"></script>
  </head>
  <body>
    <a class="skip" href="#all">Skip to the checkpoints</a>
    <header id="top">
      <a id="brand" href="./" data-page="./">twistscope</a>
      <nav aria-label="Pages">
        <a class="page-link" href="./" data-page="./">microscope</a>
        <a class="page-link" href="checkpoints" data-page="checkpoints" aria-current="page">checkpoints</a>
      </nav>
      <button class="quiet view-open" type="button" data-do="view" title="View: theme, size (v)" aria-label="View"></button>
    </header>
    <main id="all" aria-busy="true" tabindex="-1">
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
      <noscript>This page needs JavaScript.</noscript>
    </main>
  </body>
</html>
"""


def add_checkpoints_page(server: FastAPI, prefix: str, api: str, assets: Path) -> None:
    """Serve the page on `server`.

    Args:
      server: where Dash's own page is.
      prefix: what addresses of the dashboard begin with in the browser, such as "/".
      api: where the browser reaches the backend, ready to stand in an attribute; "" for the address of the page.
      assets: the folder of the files that the page loads.
    """
    page = PAGE.replace("@PUBLIC_API_URL@", api).replace("@PREFIX@", prefix)

    @server.get(PATH, include_in_schema=False)
    async def checkpoints() -> HTMLResponse:
        return HTMLResponse(with_version(page, prefix, assets))

    # Dash would answer with its own page.
    @server.get(PATH + "/", include_in_schema=False)
    async def with_slash(request: Request) -> RedirectResponse:
        query = request.url.query
        return RedirectResponse(f"..{PATH}?{query}" if query else f"..{PATH}")
