"""Commands about lessons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.cli.common import Folder, Mistake, app, check_writable, open_checkpoints

if TYPE_CHECKING:
    from backend.lessons.model import Lesson
    from planner import Checkpoints

lessons = typer.Typer(no_args_is_help=True, help="Check lessons, and see what their claims can be about.")
app.add_typer(lessons, name="lesson")


@lessons.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Markdown files of lessons.", exists=True, dir_okay=False)],
    checkpoints: Folder = None,
    claims: Annotated[bool, typer.Option(help="Check the claims, each with at least a hundred plans.")] = True,
    render: Annotated[Path | None, typer.Option(help="Folder to write lessons without faults into, as static pages.", file_okay=False)] = None,
) -> int:
    """Check lessons: form, links, tasks and claims. Each fault is named with file, line and remedy."""
    from backend.lessons.checking import check_lesson
    from backend.lessons.library import Lessons
    from backend.lessons.reading import read_lesson

    if render:
        _check_free(render, "--render")
    folder = open_checkpoints(checkpoints)
    known = frozenset(Lessons().paths()) | {path.stem for path in files}
    faults = [fault for path in files for fault in check_lesson(path, folder, known, claims=claims, say=typer.echo)]
    for fault in faults:
        typer.echo(str(fault), err=True)
    if faults:
        raise Mistake(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in {', '.join(dict.fromkeys(fault.file for fault in faults))}")
    if render:
        _write_site(render, [lesson for lesson, _ in map(read_lesson, files) if lesson], folder)
    typer.echo(f"{len(files)} {'lesson' if len(files) == 1 else 'lessons'}: everything holds")
    return 0


@lessons.command()
def measures() -> int:
    """List the numbers that a claim can be about."""
    from backend.lessons.measures import MEASURES

    width = max(map(len, MEASURES))
    for name, (_, text) in MEASURES.items():
        typer.echo(f"{name:{width}}  {text}")
    return 0


@app.command()
def site(
    out: Annotated[Path, typer.Argument(help="Folder to write, made if need be.", file_okay=False)],
    lessons: Annotated[
        list[Path] | None, typer.Option(help="A folder of further lessons; may be given more than once.", exists=True, file_okay=False)
    ] = None,
    checkpoints: Folder = None,
) -> int:
    """Write the lessons as static pages with recorded plans, for any web host."""
    from backend.lessons.checking import check_lesson
    from backend.lessons.library import Lessons

    _check_free(out, "OUT")
    library, folder = Lessons(lessons or ()), open_checkpoints(checkpoints)
    found, faults = library.all()
    paths = library.paths()
    if not faults:
        known, say = frozenset(paths), lambda text: None
        faults = [each for one in found for each in check_lesson(paths[one.name], folder, known, claims=False, exactly=False, say=say)]
    if faults:
        raise Mistake(f"{faults[0]}" + (f" (and {len(faults) - 1} more, which `twistscope lesson check` lists)" if len(faults) > 1 else ""))
    _write_site(out, found, folder)
    return 0


def _check_free(out: Path, name: str) -> None:
    from backend.lessons.site import is_free

    check_writable(out, name)
    if not is_free(out):
        raise Mistake(f"{name}: {out} holds other files; name a new folder, an empty one, or that of an earlier site")


def _write_site(out: Path, lessons: Sequence[Lesson], folder: Checkpoints) -> None:
    from backend.lessons.site import MAX_BYTES, build_site

    size = build_site(out, lessons, folder, typer.echo)
    typer.echo(f"{out}: {len(lessons)} {'lesson' if len(lessons) == 1 else 'lessons'}, {size / 1e6:.1f} MB")
    if size > MAX_BYTES:
        raise Mistake(f"the site has more than {MAX_BYTES / 1e6:.0f} MB: record fewer values, or smaller plans")
