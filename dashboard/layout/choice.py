"""A list to choose from: the browser's own `<select>`.

Dash's dropdown keeps the focus in the group it stands in: its button is no part of the order of the page, and from such an element Chromium goes
back to the first one of the group. The browser's own list can be reached, opened and left by every key that people know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html


def choice(label: str, options: Iterable[tuple[str, Any]] = (), **properties: Any) -> html.Select:
    """A list with a name and `(text, value)` options. The scripts set its value and hear its changes (assets/js/controls/choice.js)."""
    listed = [html.Option(text, value=value) for text, value in options]
    # Without a value: the session's is the truth.
    return html.Select(listed, className="choice", disable_n_clicks=True, **{"aria-label": label}, **properties)
