"""The page's controls: top bar, knobs, and the document they stand in.

The pictures are drawn in the browser by the modules in `assets/js`, straight from the backend's stream. This package reaches the backend only
through its public interface and imports nothing of it.
"""

from dashboard.app import create_dashboard
from dashboard.catalogue import Catalogue, CatalogueError, GetCatalogue, fetch_catalogue

__all__ = ["Catalogue", "CatalogueError", "GetCatalogue", "create_dashboard", "fetch_catalogue"]
