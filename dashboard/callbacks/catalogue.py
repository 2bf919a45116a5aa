"""Fetches what there is to choose from, and builds the choices and knobs."""

from __future__ import annotations

from typing import Any

import httpx
from dash import Dash, Input, Output, html, no_update

from dashboard.layout.knobs import knobs

Catalogue = dict[str, list[dict[str, Any]]]


def register_catalogue(app: Dash, api_url: str, token: str | None) -> None:
    """Callbacks that read the backend. They are coroutines: Dash runs synchronous ones on the event loop, where they would block the stream."""

    @app.callback(
        Output("catalogue", "data"),
        Output("checkpoint", "options"),
        Output("planner", "options"),
        Output("catalogue-retry", "disabled"),
        Output("knobs", "children", allow_duplicate=True),
        Input("catalogue-retry", "n_intervals"),
        prevent_initial_call="initial_duplicate",
    )
    async def load_catalogue(_: int | None) -> tuple[Any, ...]:
        try:
            catalogue = await fetch_catalogue(api_url, token)
        except httpx.HTTPError:
            waiting = html.P("The planning service does not answer yet. Trying again …", className="hint")
            return no_update, no_update, no_update, False, waiting
        checkpoints = [{"label": card["name"], "value": card["name"], "title": card.get("description", "")} for card in catalogue["checkpoints"]]
        planners = [{"label": planner["title"], "value": planner["name"], "title": planner["help"]} for planner in catalogue["planners"]]
        return catalogue, checkpoints, planners, True, no_update

    @app.callback(Output("knobs", "children"), Input("planner", "value"), Input("catalogue", "data"), prevent_initial_call=True)
    async def build_knobs(name: str | None, catalogue: Catalogue | None) -> Any:
        planner = next((p for p in (catalogue or {}).get("planners", []) if p["name"] == name), None)
        return no_update if planner is None else knobs(planner["settings"])


async def fetch_catalogue(api_url: str, token: str | None) -> Catalogue:
    """Checkpoints and planners of the backend.

    Raises:
      httpx.HTTPError: it does not answer, or not with success.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=f"{api_url}/api/v1", headers=headers, timeout=10) as client:
        catalogue: Catalogue = {}
        for part in ("checkpoints", "planners"):
            answer = await client.get(f"/{part}")
            catalogue[part] = answer.raise_for_status().json()[part]
        return catalogue
