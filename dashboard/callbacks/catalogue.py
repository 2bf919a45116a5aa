"""Fills the choices and builds the knobs from the catalogue. The catalogue stays here: the browser sends no more than a planner's name."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html, no_update

from dashboard.catalogue import CatalogueError, GetCatalogue
from dashboard.layout.knobs import knobs


def register_catalogue(app: Dash, catalogue: GetCatalogue) -> None:
    """Callbacks that ask for the catalogue. They are coroutines: Dash runs synchronous ones on the event loop, where they would block the stream."""

    @app.callback(
        Output("checkpoint", "children"),
        Output("planner", "children"),
        Output("catalogue-retry", "disabled"),
        Output("knobs", "children", allow_duplicate=True),
        Input("catalogue-retry", "n_intervals"),
        prevent_initial_call="initial_duplicate",
    )
    async def fill_choices(_: int | None) -> tuple[Any, ...]:
        try:
            found = await catalogue()
        except CatalogueError:
            waiting = html.P("The planning service does not answer yet. Trying again …", className="hint")
            return no_update, no_update, False, waiting
        missing = {each["name"]: each["detail"] for each in found["missing"]}
        checkpoints = [_option(card, missing.get(card["name"])) for card in found["checkpoints"]]
        planners = [html.Option(planner["title"], value=planner["name"], title=planner["help"]) for planner in found["planners"]]
        return checkpoints, planners, True, no_update

    @app.callback(Output("knobs", "children"), Input("planner-shown", "data"), prevent_initial_call=True)
    async def build_knobs(name: str | None) -> Any:
        try:
            found = await catalogue()
        except CatalogueError:
            return no_update
        planner = next((p for p in found["planners"] if p["name"] == name), None)
        return no_update if planner is None else knobs(planner["settings"], found["groups"])


def _option(card: dict[str, Any], missing: str | None) -> html.Option:
    """A checkpoint to choose; of one whose extra is missing only the recorded plan can be seen."""
    name = card["name"]
    return html.Option(name if missing is None else f"{name}, recorded", value=name, title=missing or card.get("description", ""))
