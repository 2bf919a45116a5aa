"""The lessons of the server: those shipped, and those of folders that were added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backend.lessons.model import Lesson
from backend.lessons.reading import Fault, read_lesson

SHIPPED = Path(__file__).resolve().parents[2] / "dashboard" / "lessons"


class Lessons:
    """Lessons by name. Files are read anew when they have changed, so that a teacher sees what was just written."""

    def __init__(self, folders: Sequence[Path] = ()):
        self.folders = [SHIPPED, *folders]
        self._read: dict[Path, tuple[float, Lesson | None, list[Fault]]] = {}

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
        kept = self._read.get(path)
        if kept is None or kept[0] != changed:
            kept = self._read[path] = (changed, *read_lesson(path))
        return kept[1], kept[2]

    def all(self) -> tuple[list[Lesson], list[Fault]]:
        """The lessons that can be read, in their order, and the faults of all files."""
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
