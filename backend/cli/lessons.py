"""Commands about lessons."""

from pathlib import Path
from typing import Annotated

import typer

from backend.cli.common import Folder, Mistake, app, open_checkpoints

lessons = typer.Typer(no_args_is_help=True, help="Check lessons, and see what their claims can be about.")
app.add_typer(lessons, name="lesson")


@lessons.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Markdown files of lessons.", exists=True, dir_okay=False)],
    checkpoints: Folder = None,
    claims: Annotated[bool, typer.Option(help="Check the claims, each with at least a hundred plans.")] = True,
) -> int:
    """Check lessons: form, links, tasks and claims. Each fault is named with file, line and remedy."""
    from backend.lessons.checking import check_lesson
    from backend.lessons.library import Lessons

    folder = open_checkpoints(checkpoints)
    known = frozenset(Lessons().paths()) | {path.stem for path in files}
    faults = [fault for path in files for fault in check_lesson(path, folder, known, claims=claims, say=typer.echo)]
    for fault in faults:
        typer.echo(str(fault), err=True)
    if faults:
        raise Mistake(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in {', '.join(dict.fromkeys(fault.file for fault in faults))}")
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
