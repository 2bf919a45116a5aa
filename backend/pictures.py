"""Pictures of a record, drawn by a headless Chromium: the page's own code draws them, and writes them into its document."""

import base64
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from html import unescape
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chromium-headless-shell")
SECONDS = 120
"""Longest time that a picture may take."""
SCRIPT_MILLISECONDS = (30_000, 600_000, 3_600_000)
"""Time that scripts see pass before the document is read: at first, and again where there is no picture, as on a very busy machine."""
WINDOW = "1440,900"
"""Pixels of the window, which the size of the pictures follows."""
PICTURES = ("world", "genealogy", "strips", "weights", "decision")
FOUND = re.compile(r'<pre id="export" data-form="(svg|png|failed)">(.*?)</pre>', re.DOTALL)


class PictureError(Exception):
    """A picture cannot be drawn; the message is one line."""


class NoBrowser(PictureError):
    """There is no browser to draw it."""


def find_browser() -> str:
    """The path of a Chromium; raises NoBrowser."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise NoBrowser(f"a picture needs Chromium, and none of {', '.join(BROWSERS)} is on the PATH: install one, or use the page's share dialog")


def draw(browser: str, page: str, form: str, picture: str) -> bytes:
    """A picture of a record.

    Args:
      browser: path of a Chromium.
      page: `Record.to_html()`.
      form: svg or png.
      picture: one of PICTURES.

    Raises:
      PictureError: the browser does not start or takes too long, or the record has no such picture.
    """
    with tempfile.TemporaryDirectory(prefix="twistscope-") as folder:
        file = Path(folder) / "record.html"
        file.write_text(page, encoding="utf-8")
        found: list[re.Match[str]] = []
        for milliseconds in SCRIPT_MILLISECONDS:
            document = _dump(browser, f"{file.as_uri()}#export={form}:{picture}", Path(folder) / f"profile-{milliseconds}", milliseconds)
            # The last one: it stands at the end of the document.
            if found := list(FOUND.finditer(document)):
                break
    if not found:
        raise PictureError(f"{browser} made no picture; the page's share dialog makes the same")
    kind, text = found[-1][1], unescape(found[-1][2])
    if kind == "failed":
        raise PictureError(f"picture: {text}")
    return text.encode() if kind == "svg" else base64.b64decode(text.partition(",")[2])


def _dump(browser: str, address: str, profile: Path, milliseconds: int) -> str:
    """The document of a page, as text, after its scripts have run."""
    command = [
        browser,
        "--headless",
        # The superuser has no sandbox. The page is the program's own, and loads nothing.
        *(["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        "--disable-gpu",
        "--no-first-run",
        "--disable-extensions",
        "--disable-background-networking",
        "--force-device-scale-factor=1",
        f"--window-size={WINDOW}",
        f"--user-data-dir={profile}",
        f"--virtual-time-budget={milliseconds}",
        "--dump-dom",
        address,
    ]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise PictureError(f"{browser} does not start: {error.strerror}; the page's share dialog makes the same pictures") from None
    with process:
        try:
            document, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise PictureError(f"{browser} made no picture in {SECONDS} s; the page's share dialog makes the same") from None
        finally:
            # With all processes that it began.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return document.decode(errors="replace")
