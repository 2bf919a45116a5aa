"""The module graph of a page's scripts, so that the browser can ask for all of them at once and not one import after another."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

IMPORT = re.compile(r'^(?:import|export)\b[^;]*?["\'](\.[^"\']+)["\'];', re.MULTILINE)


def module_graph(folder: Path, entry: str) -> list[str]:
    """Paths below `folder` of a module and of all that it imports, in the order they are found."""
    found = [entry]
    for module in found:
        text = (folder / module).read_text("utf-8")
        targets = [posixpath.normpath(posixpath.join(posixpath.dirname(module), target)) for target in IMPORT.findall(text)]
        found += [target for target in dict.fromkeys(targets) if target not in found]
    return found


def preload_links(folder: Path, entry: str, base: str) -> str:
    """HTML that asks for the whole graph; `base` is what addresses of the modules begin with."""
    return "\n    ".join(f'<link rel="modulepreload" href="{base}{module}">' for module in module_graph(folder, entry))
