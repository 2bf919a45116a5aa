"""The page: layout, knobs and the figures that are looked at at rest.

The live pictures are drawn in the browser by the modules in `assets/js`, straight from the backend's stream. This package talks to the
backend only through its public API and imports nothing of it.
"""

from dashboard.app import create_dashboard

__all__ = ["create_dashboard"]
