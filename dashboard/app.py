"""Creates the Dash application on a given FastAPI one."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from dash import Dash
from fastapi import FastAPI

from dashboard.callbacks import register_callbacks
from dashboard.catalogue import GetCatalogue
from dashboard.checkpoints import add_checkpoints_page
from dashboard.delivery import Delivery, with_version
from dashboard.layout import page
from dashboard.lessons_page import add_lessons_page
from dashboard.method_page import add_method_page
from dashboard.modules import preload_links
from dashboard.policy import PagePolicy, page_policy
from dashboard.remote import add_remote_page

ASSETS = Path(__file__).resolve().parent.parent / "assets"

# The microscope and everything around it that is not a control stand in the document itself, so that there is a picture before Dash and React have
# loaded. Dash's scripts are 3 MB, and would take both the connections and the main thread from the first picture: they wait in a template, from
# which controls/dash.js starts them. Dash would include every script of the assets as a classic one; those under js/ are ES modules, loaded from
# main.js on. Only looks.js has to come before the first paint. Controls come before pictures, in the order in which the page is read.
INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <meta name="color-scheme" content="light dark">
    <meta name="twistscope-api" content="@PUBLIC_API_URL@">
    <title>{%title%}</title>
    <link rel="icon" href="@PREFIX@assets/icon.svg">
    <script src="@PREFIX@assets/js/looks.js"></script>
    {%css%}
    @PRELOADS@
  </head>
  <body>
    <a class="skip" href="#pictures">Skip to the pictures</a>
    <header class="place place-top" aria-hidden="true">twistscope</header>
    <div class="place place-drawer" aria-hidden="true">Knobs</div>
    <div id="banner" role="status" aria-live="polite">Loading …</div>
    <div id="notice" role="alert"></div>
    {%app_entry%}
    <main id="microscope"></main>
    <div id="facts" class="facts">
      <span id="fact-connection"></span><span id="fact-device"></span><span id="fact-plan-ms"></span><span
        id="fact-queue" title="Plans that wait for the device"></span><span
        id="fact-warming" title="Environments whose programs are compiled ahead, while nothing else is planned"></span>
    </div>
    <script type="module" src="@PREFIX@assets/js/main.js"></script>
    <footer>{%config%}</footer>
    <template id="dash-scripts">
      {%scripts%}
      {%renderer%}
    </template>
  </body>
</html>
"""


class _Application(Dash):
    def interpolate_index(self, *args: Any, **parts: Any) -> str:
        """The document, with the addresses of the files as they are now."""
        return with_version(super().interpolate_index(*args, **parts), self.config.requests_pathname_prefix, ASSETS)


def create_dashboard(server: FastAPI, catalogue: GetCatalogue, public_api_url: str | None = None) -> Dash:
    """The pages on `server`, whose own routes must have been registered before: Dash takes every path that is left.

    Args:
      server: the application to add the pages to.
      catalogue: the checkpoints and planners to choose from; asked whenever controls are built. Raises CatalogueError while there are none.
      public_api_url: where the browser reaches the backend; None for the address the page itself came from.
    """
    app = _Application(
        "twistscope",
        server=server,
        title="twistscope",
        update_title="",
        assets_folder=str(ASSETS),
        assets_path_ignore=["^js$", "^vendor$", "^checkpoints$", "^moments$"],
        # The styles of the other pages, and those that come late.
        assets_ignore=r"^(plain|checkpoints|lesson_cards|remote|lesson|race|later|method)\.css$",
        suppress_callback_exceptions=True,
        add_log_handler=False,
    )
    # Otherwise every browser opens a second WebSocket, for callbacks of a kind this page does not have.
    app.backend.websocket_capability = False
    prefix, api = app.config.requests_pathname_prefix, escape((public_api_url or "").rstrip("/"), quote=True)
    preloads = preload_links(ASSETS / "js", "main.js", f"{prefix}assets/js/")
    app.index_string = INDEX.replace("@PUBLIC_API_URL@", api).replace("@PREFIX@", prefix).replace("@PRELOADS@", preloads)
    app.layout = page()
    for add in (add_checkpoints_page, add_lessons_page, add_method_page, add_remote_page):
        add(server, prefix, api, ASSETS)
    Delivery(ASSETS, app).serve(server)
    register_callbacks(app, catalogue)
    server.add_middleware(PagePolicy, policy=page_policy(app.csp_hashes(), (public_api_url or "").rstrip("/")))
    return app
