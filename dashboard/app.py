"""Creates the Dash application on a given FastAPI one."""

from __future__ import annotations

from html import escape
from pathlib import Path

from dash import Dash
from fastapi import FastAPI

from dashboard.callbacks import register_callbacks
from dashboard.checkpoints import add_checkpoints_page
from dashboard.layout import page

ASSETS = Path(__file__).resolve().parent.parent / "assets"

# Dash would include every script of the assets as a classic one; those under js/ are ES modules, loaded from main.js on. They wait for
# Dash by themselves, so their place in the page does not matter.
INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <meta name="color-scheme" content="light dark">
    <meta name="twistscope-api" content="@PUBLIC_API_URL@">
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
    <script type="module" src="@PREFIX@assets/js/main.js"></script>
  </head>
  <body>
    {%app_entry%}
    <footer>
      {%config%}
      {%scripts%}
      {%renderer%}
    </footer>
  </body>
</html>
"""


def create_dashboard(server: FastAPI, api_url: str, public_api_url: str | None = None, token: str | None = None) -> Dash:
    """The pages on `server`, whose own routes must have been registered before: Dash takes every path that is left.

    Args:
      server: the application to add the pages to.
      api_url: where this process reaches the backend, such as http://127.0.0.1:8050.
      public_api_url: where the browser reaches it; None for the address the page itself came from.
      token: what this process shows the backend, where that asks for one. The browser has its own, from the link it was opened with.
    """
    app = Dash(
        "twistscope",
        server=server,
        title="twistscope",
        update_title="",
        assets_folder=str(ASSETS),
        assets_path_ignore=["^js$", "^checkpoints$"],
        # The style of the other page.
        assets_ignore=r"^checkpoints\.css$",
        suppress_callback_exceptions=True,
        add_log_handler=False,
    )
    # Otherwise every browser opens a second WebSocket, for callbacks of a kind this page does not have.
    app.backend.websocket_capability = False
    prefix, api = app.config.requests_pathname_prefix, escape((public_api_url or "").rstrip("/"), quote=True)
    app.index_string = INDEX.replace("@PUBLIC_API_URL@", api).replace("@PREFIX@", prefix)
    app.layout = page()
    add_checkpoints_page(server, prefix, api)
    register_callbacks(app, api_url.rstrip("/"), token)
    return app
