"""The commands that record an episode, and replay a recording on the page."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

import typer

from backend.cli.common import (
    MAX_STEP,
    Depth,
    Folder,
    Mistake,
    Particles,
    Seed,
    Settings,
    app,
    check_writable,
    open_checkpoints,
    settings_of,
    whole_option,
)
from backend.cli.making import check_there
from backend.cli.planning import Name
from backend.cli.serve import Host, Open, Port, Token, serve_with
from backend.ending import told_to_end

SUFFIX = ".twistscope"


@app.command()
def record(
    checkpoint: Name,
    out: Annotated[Path, typer.Option(help="File to write, NAME.twistscope; it must not exist.")],
    steps: Annotated[int, whole_option(1, MAX_STEP, "Environment steps; fewer where the episode ends.")] = 50,
    planner: Annotated[str, typer.Option(help="Name of a planner.")] = "trt_smc",
    particles: Particles = None,
    depth: Depth = None,
    set: Settings = None,
    seed: Seed = 0,
    title: Annotated[str | None, typer.Option(help="By default the checkpoint and the planner.")] = None,
    checkpoints: Folder = None,
) -> None:
    """Play an episode by a planner, and keep every plan in one file. Interrupted, it leaves what was kept until then."""
    import asyncio

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from backend.recordings.library import check_title
    from planner import PlanRequest

    if out.suffix != SUFFIX:
        raise Mistake(f"--out: a recording is a file {SUFFIX}, got {out.name!r}")
    if not out.parent.is_dir():
        raise Mistake(f"--out: there is no folder {out.parent}")
    if out.exists():
        raise Mistake(f"--out: {out} exists already")
    check_writable(out.parent, "--out")
    values = settings_of(set, particles, depth)
    if title is not None:
        title = check_title(title)
    store = open_checkpoints(checkpoints)
    prepared = PlanRequest(planner, values, seed).prepare(store.card(checkpoint))
    kept = _Keeping(out)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with told_to_end(kept.leave), Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("compiling", total=steps)
        report = lambda: progress.update(task, completed=kept.frames, description="recording")
        asyncio.run(_record(store, prepared, kept, steps, title, report))
    typer.echo(f"{out}: {kept.frames} frames of {prepared.planner.title} on {checkpoint}, {out.stat().st_size / 1e6:.1f} MB")


class _Keeping:
    """The file that frames are appended to; closed by whoever comes first, the command or an interrupt."""

    def __init__(self, out: Path):
        self.out = out
        self.frames = 0
        self._connection: Any = None
        self._lock = Lock()

    def append(self, about: dict[str, Any], frame: Any) -> None:
        """Keep a frame; the file is made with the first: only then is it sure that there is something to record."""
        from backend.recordings.file import append, create

        with self._lock:
            if self._connection is None:
                self._connection = create(self.out, about)
            append(self._connection, [frame])
            self.frames += 1

    def close(self) -> None:
        """Make one file of it, which can be moved."""
        with self._lock:
            self._finish()

    def leave(self) -> str:
        """Close the file for ever: the process is told to end. Returns what to say."""
        # Never released: no frame comes after the line.
        self._lock.acquire()
        self._finish()
        return f"interrupted: {self.frames} frames kept in {self.out}" if self.frames else "interrupted before the first frame: nothing was kept"

    def _finish(self) -> None:
        if self._connection is not None:
            from backend.recordings.file import finish

            connection, self._connection = self._connection, None
            finish(connection)


async def _record(store: Any, prepared: Any, kept: _Keeping, steps: int, title: str | None, report: Callable[[], None]) -> None:
    """Plan and act, step by step."""
    import time
    from dataclasses import replace
    from datetime import UTC, datetime

    from backend.engine.local import LocalEngine
    from backend.recordings.file import Kept
    from planner.request import VERSION

    card = store.card(prepared.about.checkpoint)
    about = {
        "title": f"{card.name}, {prepared.planner.title}" if title is None else title,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "twistscope": VERSION,
        "checkpoint": card.name,
        "checkpoint_sha256": card.sha256,
        "environment": card.environment,
        "planner": prepared.planner.name,
    }
    engine, seed = LocalEngine(store.folder), prepared.request.seed
    try:
        moment, started = await engine.first_moment(card.name, seed), time.monotonic()
        while kept.frames < steps:
            step = kept.frames
            record = await engine.plan(replace(prepared, request=replace(prepared.request, step=step)), moment)
            kept.append({**about, "scene": record.metadata.scene}, Kept.of(record, step, time.monotonic() - started, moment.digest))
            report()
            if moment.over:
                break
            moment = await engine.next_moment(card.name, moment, record.arrays["chosen_action"], seed=seed, step=step)
    finally:
        kept.close()
        engine.close()


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recording, NAME.twistscope.", exists=False)],
    host: Host = "127.0.0.1",
    port: Port = 8050,
    checkpoints: Folder = None,
    open: Open = True,
    token: Token = None,
) -> None:
    """Show a recording on the page, like `serve`. The file is only read; nothing is kept of what is done with it."""
    from backend.config import ServerConfig
    from backend.recordings.library import Library

    if not file.exists():
        raise Mistake(f"there is no file {file}")
    check_there(file)
    with tempfile.TemporaryDirectory(prefix="twistscope-") as folder:
        limits = ServerConfig.model_fields
        library = Library(Path(folder) / "recordings", limits["max_recordings"].default, limits["max_plan_memory"].default)
        library.folder.mkdir()
        taken = library.take_in(file)
        given = {"checkpoints": checkpoints, "data": Path(folder), "token": token, "warm": False}
        serve_with(host, port, open, given, page=f"?recording={taken['id']}")
