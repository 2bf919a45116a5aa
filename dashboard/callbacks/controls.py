"""Sends every changed slider and switch to the page's scripts, in the browser."""

from __future__ import annotations

from dash import ALL, ClientsideFunction, Dash, Input


def register_controls(app: Dash) -> None:
    """Clientside callbacks without outputs: the functions are in assets/bridge.js, and the scripts write back with `set_props`.

    Lists and the seed are the browser's own elements, which the scripts hear without Dash.
    """
    relay = ClientsideFunction("twistscope", "relay")
    app.clientside_callback(relay, Input({"type": "knob", "name": ALL}, "value"), prevent_initial_call=True)
    # The knobs were built anew, without values: the scripts set them to the session's.
    app.clientside_callback(ClientsideFunction("twistscope", "built"), Input("knobs", "children"), prevent_initial_call=True)
