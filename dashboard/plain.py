"""Pages beside the microscope: plain HTML that modules in `assets/js` fill from the backend's public API.

Nothing on them is a control of Dash, so they do without Dash and React, and are there at once.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.delivery import with_version

PAGES = {"./": "microscope", "lessons": "lessons", "checkpoints": "checkpoints"}
"""Address of each page -> its name."""

PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="twistscope-api" content="@PUBLIC_API_URL@">
    <title>@TITLE@ · twistscope</title>
    <link rel="icon" href="@PREFIX@assets/icon.svg">
    <script src="@PREFIX@assets/js/looks.js"></script>
@STYLES@
    <script type="module" src="@PREFIX@assets/js/@SCRIPT@"></script>
  </head>
  <body>
    <a class="skip" href="#all">Skip to the @TITLE@</a>
    <header id="top">
@NAV@
      <button class="quiet view-open" type="button" data-do="view" title="View: theme, size (v)" aria-label="View"></button>
    </header>
    <main id="all" aria-busy="true" tabindex="-1">
@CONTENT@
      <noscript>This page needs JavaScript.</noscript>
    </main>
@FOOT@  </body>
</html>
"""

NO_LINKS = '      <span id="brand">twistscope</span>'


def add_plain_page(
    server: FastAPI,
    path: str,
    *,
    title: str,
    script: str,
    styles: tuple[str, ...],
    content: str,
    foot: str = "",
    links: bool = True,
    prefix: str,
    api: str,
    assets: Path,
) -> None:
    """Serve a page on `server`.

    Args:
      server: where Dash's own page is.
      path: where the page is, such as "/checkpoints".
      title: its name, in the middle of a sentence.
      script: the module that fills it, in `assets/js`.
      styles: style sheets in `assets/css`, beside those that all pages have.
      content: HTML of its main part.
      foot: HTML below it.
      links: links to the other pages.
      prefix: what addresses of the dashboard begin with in the browser, such as "/".
      api: where the browser reaches the backend, ready to stand in an attribute; "" for the address of the page.
      assets: the folder of the files that the page loads.
    """
    sheets = ("theme.css", "microscope.css", "twistscope.css", "later.css", "plain.css", *styles)
    parts = {
        "STYLES": "\n".join(f'    <link rel="stylesheet" href="@PREFIX@assets/css/{sheet}">' for sheet in sheets),
        "NAV": _links(path) if links else NO_LINKS,
        "CONTENT": content.rstrip(),
        "FOOT": foot,
        "TITLE": escape(title),
        "SCRIPT": script,
        "PUBLIC_API_URL": api,
        "PREFIX": prefix,
    }
    page = PAGE
    for name, text in parts.items():
        page = page.replace(f"@{name}@", text)

    @server.get(path, include_in_schema=False)
    async def shown() -> HTMLResponse:
        return HTMLResponse(with_version(page, prefix, assets))

    # Dash would answer with its own page.
    @server.get(path + "/", include_in_schema=False)
    async def with_slash(request: Request) -> RedirectResponse:
        query = request.url.query
        return RedirectResponse(f"..{path}?{query}" if query else f"..{path}")


def _links(path: str) -> str:
    """Links to the pages, this one marked. The scripts add what the address of this page says."""
    here = {name: ' aria-current="page"' if path == f"/{page}" else "" for page, name in PAGES.items()}
    links = (f'        <a class="page-link" href="{page}" data-page="{page}"{here[name]}>{name}</a>' for page, name in PAGES.items())
    brand = '      <a id="brand" href="./" data-page="./">twistscope</a>'
    return "\n".join((brand, '      <nav aria-label="Pages">', *links, "      </nav>"))
