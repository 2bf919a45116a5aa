"""The microscope with one record as a single HTML document: no server, no network, no build step.

The page's ES modules are inlined. An import map gives each module a `data:` URL under a bare name, and relative imports are rewritten to these names.
The document therefore runs the same modules as the live page.
"""

import base64
import json
import re
from functools import cache
from html import escape
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ENTRY = "standalone.js"
STYLES = ("theme.css", "microscope.css")
_IMPORT = re.compile(r"""((?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s*|(?:^|\n)\s*import\s*)(["'])(\.{1,2}/[^"']+)\2""")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>@TITLE@ · twistscope</title>
<style>@STYLE@</style>
<script type="importmap">@IMPORTMAP@</script>
</head>
<body class="standalone">
<main id="microscope"></main>
<script type="application/octet-stream" id="record">@RECORD@</script>
<script type="application/octet-stream" id="pinned">@PINNED@</script>
<script type="module">
import { show } from "twistscope/standalone.js";
const bytesOf = (id) => Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0)).buffer;
window.microscope = show(document.getElementById("microscope"), bytesOf("record"), { pinned: bytesOf("pinned") });
</script>
</body>
</html>
"""


def microscope_page(drawing: bytes, title: str, pinned: bytes = b"") -> str:
    """The HTML document.

    Args:
      drawing: bytes of a complete drawing.
      title: title of the document, as plain text.
      pinned: bytes of the drawing of another plan that is pinned as A; empty for none.
    """
    parts = {
        "@TITLE@": escape(title),
        "@STYLE@": _style(),
        "@IMPORTMAP@": import_map(ENTRY),
        "@RECORD@": base64.b64encode(drawing).decode(),
        "@PINNED@": base64.b64encode(pinned).decode(),
    }
    return re.sub("|".join(parts), lambda found: parts[found.group()], _PAGE)


def embedded(page: str, title: str, height: int) -> str:
    """The document inside an iframe, for a cell of a notebook."""
    about = f'title="{escape(title, quote=True)}" style="width:100%;height:{height}px;border:0" sandbox="allow-scripts allow-downloads"'
    return f'<iframe srcdoc="{escape(page, quote=True)}" {about}></iframe>'


@cache
def _style() -> str:
    return "\n".join(path.read_text("utf-8") for name in STYLES if (path := ASSETS / "css" / name).is_file())


@cache
def import_map(entry: str) -> str:
    """All modules that an entry below `assets/js` imports, directly or indirectly, by bare name, as the JSON of an import map."""
    root = ASSETS / "js"
    modules: dict[str, str] = {}
    waiting = [root / entry]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(root).as_posix()
        if name in modules:
            continue
        source = path.read_text("utf-8")
        found = {relative: (path.parent / relative).resolve() for _, _, relative in _IMPORT.findall(source)}
        waiting += found.values()
        bare = lambda match, found=found: f'{match[1]}"twistscope/{found[match[3]].relative_to(root).as_posix()}"'
        modules[name] = _IMPORT.sub(bare, source)
    url = lambda source: "data:text/javascript;base64," + base64.b64encode(source.encode()).decode()
    return json.dumps({"imports": {f"twistscope/{name}": url(source) for name, source in modules.items()}})
