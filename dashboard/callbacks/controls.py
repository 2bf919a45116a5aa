"""Sends every changed knob and choice to the page's scripts, in the browser."""

from __future__ import annotations

from dash import ALL, ClientsideFunction, Dash, Input


def register_controls(app: Dash) -> None:
    """Clientside callbacks without outputs: the functions are in assets/bridge.js, and the scripts write back with `set_props`."""
    relay = ClientsideFunction("twistscope", "relay")
    app.clientside_callback(relay, Input({"type": "knob", "name": ALL}, "value"), prevent_initial_call=True)
    for control, prop in (("checkpoint", "value"), ("planner", "value"), ("speed", "value"), ("seed", "value")):
        app.clientside_callback(relay, Input(control, prop), prevent_initial_call=True)
    # The knobs were built anew, with the schema's defaults: the scripts set them to the session's values.
    app.clientside_callback(ClientsideFunction("twistscope", "built"), Input("knobs", "children"), prevent_initial_call=True)
    # A dropdown forgets a value that is none of its options, so the scripts choose once there are some.
    app.clientside_callback(
        ClientsideFunction("twistscope", "choices"), Input("checkpoint", "options"), Input("planner", "options"), prevent_initial_call=True
    )
