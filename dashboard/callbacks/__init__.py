"""Callbacks of Dash: its answers to changes. Everything that moves with a frame happens in the browser instead."""

from __future__ import annotations

from dash import Dash

from dashboard.callbacks.catalogue import register_catalogue
from dashboard.callbacks.controls import register_controls

__all__ = ["register_callbacks"]


def register_callbacks(app: Dash, api_url: str, token: str | None) -> None:
    """All callbacks of the page; `api_url` is where this process reaches the backend, `token` what it shows there."""
    register_catalogue(app, api_url, token)
    register_controls(app)
