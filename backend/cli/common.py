"""Common parts of the commands: the application, option types, and errors of the user."""

import difflib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="A live microscope for SMC planners.")

MAX_SEED = 2**32 - 1
"""As `planner.request.MAX_SEED`, which is slow to import."""
MAX_STEP = 100_000
"""As `backend.arguments.MAX_STEP`, likewise."""

Folder = Annotated[Path | None, typer.Option("--checkpoints", help="Folder of checkpoints.", file_okay=False)]


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of an option: a whole number. The refusal of something else names the range; the settings refuse numbers outside of it."""

    def parse(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise typer.BadParameter(f"got {str(text)[:100]!r}, allowed: a whole number from {low} to {high}") from None

    return parse


def whole_option(low: int, high: int, help: str = "") -> Any:
    """An option that is a whole number within a range, which its help and its refusal name."""
    any_number = whole_number(low, high)

    def parse(text: str) -> int:
        value = any_number(text)
        if not low <= value <= high:
            raise typer.BadParameter(f"got {str(text)[:100]!r}, allowed: a whole number from {low} to {high}")
        return value

    return typer.Option(parser=parse, metavar="N", help=f"{help} {low} to {high}.".strip())


MAX_PARTICLES, MAX_DEPTH = 65_536, 256
"""As the settings of the planners, which are slow to import."""

PARTICLES = {"parser": whole_number(1, MAX_PARTICLES), "metavar": "N"}
DEPTH = {"parser": whole_number(1, MAX_DEPTH), "metavar": "T"}
Particles = Annotated[int | None, typer.Option(**PARTICLES, help=f"Particles, 1 to {MAX_PARTICLES}; by default the planner's own number.")]
Depth = Annotated[int | None, typer.Option(**DEPTH, help=f"Levels, 1 to {MAX_DEPTH}; by default the planner's own number.")]
SETTING = "A setting of the planner (docs/settings.md); may be repeated."
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=SETTING)]
Seed = Annotated[int, whole_option(0, MAX_SEED, "Seed of the episode and of the plan.")]


class Mistake(Exception):
    """An error that only the user can correct; the message is one line."""


def settings_of(pairs: list[str] | None, particles: int | None = None, depth: int | None = None) -> dict[str, Any]:
    """The settings that `--set`, `--particles` and `--depth` say together; raises Mistake where one is said twice."""
    values = key_values(pairs or [])
    for name, value in (("particles", particles), ("depth", depth)):
        if value is not None and name in values:
            raise Mistake(f"--{name} and --set {name}=… say the same setting: give one of them")
        if value is not None:
            values[name] = value
    return values


def key_values(pairs: list[str]) -> dict[str, Any]:
    """Parse `key=value` pairs. A value that is valid JSON is decoded; any other is text. Raises Mistake where a key comes twice."""
    from backend.json_input import looks_like_json, parse_json

    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise Mistake(f"--set takes key=value, got {pair[:100]!r}")
        if key in values:
            raise Mistake(f"--set {key[:100]}=… is given twice: give one of them")
        values[key] = parse_json(text) if looks_like_json(text) else text
    return values


def server_config(kind: type[Any], given: Mapping[str, Any]) -> Any:
    """Settings of the server, from the command line and the environment. A variable that is none of them is named on stderr.

    Raises:
      Mistake: a setting is invalid; the message names its option and its variable.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from planner.messages import fault_of

    chosen = {name: value for name, value in given.items() if value is not None}
    _name_unknown_variables([f"{PREFIX}{name.upper()}" for name in kind.model_fields])
    try:
        return kind(**chosen)
    except SettingsError as error:
        name = str(error).partition('field "')[2].partition('"')[0]
        raise Mistake(f'TWISTSCOPE_{name.upper()} must be a JSON list of texts, such as ["{EXAMPLES[name]}"]') from None
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        where = OPTIONS.get(name, f"--{name}") if name in chosen else f"TWISTSCOPE_{name.upper()}"
        raise Mistake(fault_of(first, where)) from None


PREFIX = "TWISTSCOPE_"
OF_TESTS = (f"{PREFIX}TEST_CACHE", f"{PREFIX}API_EXAMPLES")


def _name_unknown_variables(known: list[str]) -> None:
    """Name the variables that look like settings and are none: misspelt, they would be ignored in silence."""
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in (*known, *OF_TESTS):
            near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known], 1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else "the settings are listed in docs/operations.md"
            typer.echo(f"twistscope: {name[:100]} is no setting and is ignored; {hint}", err=True)


OPTIONS = {"allowed_origins": "--allow-origin", "allowed_hosts": "--allow-host", "view_token": "--view-token"}
"""Setting -> its option, where they are named differently."""
EXAMPLES = {"lessons": "my-lessons", "allowed_hosts": "plans.example.org", "allowed_origins": "http://localhost:8050"}
"""Setting that is a list of texts -> one of them."""


def check_writable(folder: Path, option: str) -> None:
    """Check, before any work, that files can be made in a folder, which need not exist yet.

    Raises:
      Mistake: they cannot.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise Mistake(f"{option}: {there} is not a folder")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise Mistake(f"{option}: nothing can be written in {there}: {error.strerror}") from None


def check_accelerator() -> None:
    """Start JAX.

    Raises:
      Mistake: the environment asks for a platform that does not exist, or for 64-bit numbers.
    """
    import jax

    if jax.config.read("jax_enable_x64"):
        raise Mistake("twistscope computes in 32 bits, as its networks were trained: unset JAX_ENABLE_X64")
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        reason = str(error) or "no platform of JAX_PLATFORMS is available"
        raise Mistake(f"JAX cannot start: {reason.splitlines()[0]}") from None


def open_checkpoints(folder: Path | None) -> Any:
    """Open the checkpoints of a folder, by default the shipped ones. Compiled programs are cached on disk between calls."""
    from backend.config import ServerConfig
    from backend.engine.cache import use_compilation_cache
    from planner.checkpoints import Checkpoints

    config = server_config(ServerConfig, {"checkpoints": folder})
    check_accelerator()
    use_compilation_cache(config.data / "compiled")
    if not config.checkpoints.is_dir():
        raise Mistake(f"there is no folder of checkpoints {config.checkpoints}")
    return Checkpoints(config.checkpoints)
