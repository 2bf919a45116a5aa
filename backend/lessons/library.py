"""The lessons of the server: those shipped, and those of folders that were added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.lessons.model import Lesson
    from backend.lessons.reading import Fault

SHIPPED = Path(__file__).resolve().parents[2] / "dashboard" / "lessons"


class Lessons:
    """Lessons by name. Files are read anew when they have changed, so that a teacher sees what was just written."""

    def __init__(self, folders: Sequence[Path] = ()):
        self.folders = [SHIPPED, *folders]
        self._read: dict[Path, tuple[float, Lesson | None, list[Fault]]] = {}
        self._reading = Lock()
        """The parser of Markdown fills tables of its own at first use, and a second thread finds them half full."""

    def paths(self) -> dict[str, Path]:
        """File by name of the lesson. A lesson of a later folder takes the place of one with the same name."""
        return {path.stem: path for folder in self.folders for path in sorted(folder.glob("*.md"))}

    def get(self, name: str) -> tuple[Lesson | None, list[Fault]]:
        """A lesson and its faults.

        Raises:
          KeyError: there is none with this name.
          OSError: its file cannot be read.
        """
        path = self.paths()[name]
        changed = path.stat().st_mtime
        with self._reading:
            kept = self._read.get(path)
            if kept is None or kept[0] != changed:
                kept = self._read[path] = (changed, *_read(path))
        return kept[1], kept[2]

    def all(self) -> tuple[list[Lesson], list[Fault]]:
        """The lessons that can be read, in their order, and the faults of all files."""
        from backend.lessons.reading import Fault

        lessons, faults = [], []
        for name in self.paths():
            try:
                lesson, found = self.get(name)
            except OSError as error:
                faults.append(Fault(f"{name}.md", 1, f"it cannot be read: {error.strerror}", "look at its permissions"))
                continue
            faults += found
            if lesson:
                lessons.append(lesson)
        return sorted(lessons, key=lambda lesson: (lesson.front.order, lesson.name)), faults


def _read(path: Path) -> tuple[Lesson | None, list[Fault]]:
    """A lesson and its faults. Anybody may have written the file: what no fault foresees must not take the list of lessons away."""
    # Imported here: the parser would cost a server a tenth of a second at its start.
    from backend.lessons.reading import Fault, read_lesson

    try:
        return read_lesson(path)
    except (ValueError, RecursionError) as error:
        what = f"it cannot be read ({type(error).__name__}: {str(error)[:200]})"
        return None, [Fault(path.name, 1, what, "put values that look like dates or numbers in quotes")]
