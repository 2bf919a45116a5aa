"""Plans that commands make, and the files that they write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.cli.common import Mistake, check_writable

if TYPE_CHECKING:
    from planner import PlanRequest, Record


def check_file(out: Path, option: str = "--out") -> None:
    """Check, before any work, that a file can be written.

    Raises:
      Mistake: it cannot.
    """
    if not out.name:
        raise Mistake(f"{option}: the file needs a name")
    if out.is_dir():
        raise Mistake(f"{option}: {out} is a folder; name a file")
    if not out.parent.is_dir():
        raise Mistake(f"{option}: there is no folder {out.parent}")
    if not out.exists():
        check_writable(out.parent, option)


def check_there(file: Path) -> None:
    """Check that a file can be read; raises Mistake."""
    if file.is_dir():
        raise Mistake(f"{file}: there is no such file, it is a folder; name a file in it")
    # Only a regular file: reading a pipe would wait for ever.
    if not file.is_file():
        raise Mistake(f"{file}: there is no such file")


def write_file(out: Path, data: bytes, option: str = "--out") -> None:
    """Write a file; raises Mistake where it cannot be written."""
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Mistake(f"{option}: {out} cannot be written: {error.strerror}") from None


def make_plan(
    folder: Path, checkpoint: str, request: PlanRequest, actions: list[Any] | None = None, say: Callable[[str], None] = lambda digest: None
) -> tuple[Record, str]:
    """Make one plan, as the server makes it. Returns its record, and its size in words.

    Args:
      folder: folder of the checkpoints.
      actions: those that lead to the step, by default the greedy prior's.
      say: is given the digest of the state planned from.
    """
    import asyncio

    from backend.engine.local import LocalEngine

    async def make() -> tuple[Record, str]:
        engine = LocalEngine(folder)
        try:
            prepared = request.prepare(engine.card(checkpoint))
            if actions is None:
                *_, moment = await engine.moments_until(checkpoint, request.step, seed=request.seed)
            else:
                *_, moment = await engine.moments_after(checkpoint, actions, seed=request.seed)
            say(moment.digest)
            return await engine.plan(prepared, moment), prepared.settings.size
        finally:
            engine.close()

    return asyncio.run(make())
