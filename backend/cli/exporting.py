"""The command that writes a moment as a file, in the form that the file's name says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.common import MAX_SEED, MAX_STEP, Depth, Folder, Mistake, Particles, Settings, app, open_checkpoints, settings_of, whole_option
from backend.cli.making import check_file, check_there, make_plan, write_file
from backend.pictures import PICTURES, NoBrowser, PictureError, draw, find_browser

if TYPE_CHECKING:
    from planner import Record

RECORDS = (".safetensors", ".parquet", ".csv", ".html", ".py")
DRAWN = (".svg", ".png")
TABLES = (".parquet", ".csv")
RECORDING = ".twistscope"
MAX_FRAME = 512 * 1024**2
"""Bytes that one frame of a recording may take."""


@app.command()
def export(
    out: Annotated[Path, typer.Option(help=f"File to write, which is replaced if it exists; its name ends in {', '.join(RECORDS + DRAWN)}.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="A trace (.safetensors) or a recording (.twistscope), in place of --checkpoint and --link.", show_default=False),
    ] = None,
    frame: Annotated[int | None, whole_option(0, 10**9, "Frame of a recording; without it a table is of all frames.")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="Name of a checkpoint to plan with.")] = None,
    link: Annotated[str | None, typer.Option(help="A link to a moment, or its query.")] = None,
    picture: Annotated[str | None, typer.Option(help=f"Picture of an .svg or .png: {', '.join(PICTURES)}; by default genealogy.")] = None,
    planner: Annotated[str | None, typer.Option(help="Name of a planner, by default trt_smc.")] = None,
    particles: Particles = None,
    depth: Depth = None,
    set: Settings = None,
    seed: Annotated[int | None, whole_option(0, MAX_SEED, "Seed of the episode and of the plan, by default 0.")] = None,
    step: Annotated[int | None, whole_option(0, MAX_STEP, "Environment steps played by the greedy prior before the plan.")] = None,
    intervene: Annotated[list[str] | None, typer.Option("--intervene", help="As of `twistscope plan`; may be repeated.")] = None,
    checkpoints: Folder = None,
) -> None:
    """Write one moment as a file: its trace, the table of its particles, the microscope, a program, or a picture. A recording becomes one table."""
    choices = {"planner": planner, "particles": particles, "depth": depth, "set": set, "seed": seed, "step": step, "intervene": intervene}
    given = {name: value for name, value in choices.items() if value not in (None, [])}
    _check_source(file, checkpoint, link, [*given, *(["checkpoints"] if checkpoints else [])])
    browser = _check_form(out, picture)
    recorded = file is not None and file.suffix == RECORDING
    if frame is not None and not recorded:
        raise Mistake(f"--frame is of a recording, a FILE {RECORDING}")
    check_file(out)
    if file is not None and recorded and frame is None and out.suffix in TABLES:
        data = _whole_recording(file, out.suffix)
        write_file(out, data)
        typer.echo(f"{out}: all frames of {file}, {len(data)} bytes")
        return
    if file is not None and recorded:
        record = _frame(file, frame, out)
    elif file is not None:
        record = _read(file)
    elif link is not None:
        record = _plan_of_link(link, checkpoints)
    else:
        record = _plan(str(checkpoint), given, checkpoints)
    data = _written(record, out.suffix, browser, picture or "genealogy", file)
    write_file(out, data)
    typer.echo(f"{out}: {record.title}, {len(data)} bytes")


def _check_source(file: Path | None, checkpoint: str | None, link: str | None, given: list[str]) -> None:
    """Check that one moment is asked for, and that no option belongs to another way of asking; raises Mistake."""
    sources = {"a FILE": file, "--checkpoint": checkpoint, "--link": link}
    named = [name for name, value in sources.items() if value is not None]
    if len(named) != 1:
        raise Mistake(f"export takes one of {', '.join(sources)}, got {' and '.join(named) or 'none'}")
    fixed = [name for name in given if file is not None or (link is not None and name != "checkpoints")]
    if fixed:
        raise Mistake(f"{named[0]} says which plan it is: leave out {', '.join(f'--{name}' for name in fixed)}")


def _check_form(out: Path, picture: str | None) -> str | None:
    """Check the form of the file; raises Mistake. Returns the path of a browser where it is a picture."""
    if out.suffix not in RECORDS + DRAWN:
        raise Mistake(f"--out: {out.name or 'an empty name'} does not say what to write: its name must end in {', '.join(RECORDS + DRAWN)}")
    if out.suffix in RECORDS:
        if picture is not None:
            raise Mistake(f"--picture is of {' and '.join(DRAWN)} files, and {out.name} is none")
        return None
    if picture is not None and picture not in PICTURES:
        raise Mistake(f"--picture: got {picture[:100]!r}, allowed: {', '.join(PICTURES)}")
    try:
        return find_browser()
    except NoBrowser as error:
        raise Mistake(str(error)) from None


def _whole_recording(file: Path, suffix: str) -> bytes:
    """The table of all frames; raises Mistake."""
    from contextlib import closing

    from backend.recordings.file import RecordingError, open_to_read, read_frames
    from planner.record.table import recording_to_csv, recording_to_parquet

    check_there(file)
    try:
        with closing(open_to_read(file)) as connection:
            records = (kept.record(MAX_FRAME) for kept in read_frames(connection))
            write = recording_to_parquet if suffix == ".parquet" else recording_to_csv
            return b"".join(write((record.arrays, record.metadata) for record in records))
    except (RecordingError, ValueError) as error:
        raise Mistake(f"{file}: {error}") from None


def _frame(file: Path, frame: int | None, out: Path) -> Record:
    """One frame of a recording; raises Mistake."""
    from contextlib import closing

    from backend.recordings.file import RecordingError, open_to_read, read_frame

    check_there(file)
    if frame is None:
        raise Mistake(f"--frame says which frame of the recording becomes {out.name}; only {' and '.join(TABLES)} hold all of them")
    try:
        with closing(open_to_read(file)) as connection:
            return read_frame(connection, frame).record(MAX_FRAME)
    except RecordingError as error:
        raise Mistake(f"{file}: {error}") from None


def _read(file: Path) -> Record:
    """The record of a file; raises Mistake."""
    from planner import TraceError, load

    check_there(file)
    try:
        return load(file)
    except TraceError as error:
        raise Mistake(f"{file}: {error}") from None


def _plan(checkpoint: str, given: dict[str, Any], folder: Path | None) -> Record:
    """The plan that the options describe."""
    from planner import PlanRequest
    from planner.interventions import unpack_interventions

    values = settings_of(given.get("set"), given.get("particles"), given.get("depth"))
    interventions = tuple(each for text in given.get("intervene", []) for each in unpack_interventions(text))
    store = open_checkpoints(folder)
    request = PlanRequest(given.get("planner", "trt_smc"), values, given.get("seed", 0), given.get("step", 0), interventions=interventions)
    return make_plan(store.folder, checkpoint, request)[0]


def _plan_of_link(link: str, folder: Path | None) -> Record:
    """The plan of a link. Notes about what is not as it was when the link was made go to stderr."""
    from backend.address import read_address

    store = open_checkpoints(folder)
    address = read_address((link.partition("?")[2] or link).partition("#")[0], store.card)

    def say(digest: str) -> None:
        for note in address.compare(digest):
            typer.echo(note, err=True)

    return make_plan(store.folder, address.checkpoint, address.request, address.actions, say)[0]


def _written(record: Record, suffix: str, browser: str | None, picture: str, file: Path | None) -> bytes:
    """The bytes of the file; raises Mistake where the record cannot be written so."""
    from planner.record.record import FORMS

    try:
        return draw(browser, record.to_html(), suffix.removeprefix("."), picture) if browser else FORMS[suffix](record)
    except PictureError as error:
        raise Mistake(f"--{error}" if str(error).startswith("picture: ") else str(error)) from None
    except (ValueError, KeyError, IndexError, TypeError) as error:
        if suffix == ".py" and isinstance(error, ValueError):
            raise Mistake(f"--out: {error}") from None
        if file is None:
            raise
        # Its header can be read, so that it was taken for a trace; its arrays are not those of one.
        raise Mistake(f"{file}: the trace is damaged: {type(error).__name__} {str(error)[:200]}".replace("\n", " ")) from None
