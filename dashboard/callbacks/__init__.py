"""Dash's callbacks. Everything that moves with a frame happens in the browser instead."""

from __future__ import annotations

from dash import Dash

from dashboard.callbacks.catalogue import register_catalogue
from dashboard.callbacks.controls import register_controls
from dashboard.catalogue import GetCatalogue

__all__ = ["register_callbacks"]


def register_callbacks(app: Dash, catalogue: GetCatalogue) -> None:
    """All callbacks of the page."""
    register_catalogue(app, catalogue)
    register_controls(app)
