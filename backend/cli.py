"""The command line: `twistscope …`. Heavy imports happen inside the commands, so that `--help` and mistakes answer at once.

Exit codes: 0 done, 2 the user's mistake (one line on stderr), 1 our failure.
"""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from backend.config import ServerConfig

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="A live microscope for SMC planners.")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]
Folder = Annotated[Path | None, typer.Option("--checkpoints", help="Folder of checkpoints.", file_okay=False)]
Data = Annotated[Path | None, typer.Option("--data", help="Folder for the compilation cache and recordings.", file_okay=False)]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")]
Token = Annotated[str | None, typer.Option("--token", help="Token every request must carry (or TWISTSCOPE_TOKEN).")]
NoToken = Annotated[bool, typer.Option("--no-token", help="Listen on other than loopback addresses without a token.")]
Origins = Annotated[list[str] | None, typer.Option("--allow-origin", help="Origin of a dashboard served elsewhere; may be repeated.")]
Name = Annotated[str, typer.Option("--checkpoint", help="Name of a checkpoint.")]


class Mistake(Exception):
    """Something only the user can mend; the message is one line."""


def main() -> None:
    """Run the command line; every mistake is one line and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        message = _mistake(error)
        if message is None:
            raise
        sys.stderr.write(f"twistscope: {message}\n")
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _mistake(error: Exception) -> str | None:
    """The line to show where an error is the user's; None where it is ours."""
    if hasattr(error, "format_message"):
        return error.format_message().replace("\n", " ")
    if isinstance(error, Mistake):
        return str(error)
    # These have been imported if they were raised.
    known = ("CheckpointError", "SettingsError", "ConfigError", "PortError", "TraceError", "Problem")
    if any(base.__name__ in known for base in type(error).__mro__):
        return str(error)
    return None


@app.command()
def serve(
    host: Host = "127.0.0.1", port: Port = 8050, checkpoints: Folder = None, data: Data = None, open: Open = True, token: Token = None,
    no_token: NoToken = False,
) -> None:
    """Backend and dashboard in one process on one port."""
    from backend.serving import listen

    config = _config(host, checkpoints, data, token, no_token, None)
    bound = listen(host, port)
    from backend.app import create_app
    from dashboard.app import create_dashboard

    api = create_app(config)
    create_dashboard(api, _address("127.0.0.1" if host in ("0.0.0.0", "::") else host, port), None, config.token)
    _run(api, bound, host, port, config.token, "twistscope", open)


@app.command("serve-backend")
def serve_backend(
    host: Host = "127.0.0.1", port: Port = 8051, checkpoints: Folder = None, data: Data = None, token: Token = None,
    no_token: NoToken = False, allow_origin: Origins = None,
) -> None:
    """The backend alone."""
    from backend.serving import listen

    config = _config(host, checkpoints, data, token, no_token, allow_origin)
    bound = listen(host, port)
    from backend.app import create_app

    _run(create_app(config), bound, host, port, config.token, "the backend of twistscope", False)


@app.command("serve-dashboard")
def serve_dashboard(
    backend_url: Annotated[str, typer.Option(help="Where this process reaches the backend.")],
    public_backend_url: Annotated[str | None, typer.Option(help="Where browsers reach it, if elsewhere.")] = None,
    host: Host = "127.0.0.1", port: Port = 8050, open: Open = True, token: Token = None,
) -> None:
    """The dashboard alone, for a backend that runs elsewhere."""
    from backend.serving import listen

    for url in (backend_url, public_backend_url):
        if url is not None and not url.startswith(("http://", "https://")):
            raise Mistake(f"a backend's address begins with http:// or https://, got {url!r}")
    bound = listen(host, port)
    from fastapi import FastAPI

    from dashboard.app import create_dashboard

    page = FastAPI(openapi_url=None)
    create_dashboard(page, backend_url.rstrip("/"), (public_backend_url or backend_url).rstrip("/"), token)
    _run(page, bound, host, port, None, "the dashboard of twistscope", open)


@app.command()
def checkpoints(folder: Folder = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List what can be loaded."""
    from planner.checkpoints import CheckpointError

    store = _checkpoints(folder)
    cards, damaged = [], []
    for name in store.names():
        try:
            cards.append(store.card(name))
        except CheckpointError as error:
            damaged.append(str(error))
    if as_json:
        typer.echo(json.dumps({"checkpoints": [card.model_dump() for card in cards], "damaged": damaged}, indent=2))
        return
    for card in cards:
        returns = ", ".join(f"{who} {r.mean:.1f} ± {r.standard_error:.1f}" for who, r in card.returns.items())
        typer.echo(f"{card.name}: {card.environment}, {card.training['environment_steps']} steps of training; return: {returns}")
        typer.echo(f"    {card.description}")
    for line in damaged:
        typer.echo(f"damaged: {line}", err=True)


@app.command()
def plan(
    checkpoint: Name,
    out: Annotated[Path, typer.Option(help="File to write the trace to.", dir_okay=False)],
    planner: Annotated[str, typer.Option(help="Name of a planner.")] = "trt_smc",
    particles: Annotated[int | None, typer.Option()] = None,
    depth: Annotated[int | None, typer.Option()] = None,
    set: Annotated[list[str] | None, typer.Option("--set", help="key=value; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1)] = 0,
    step: Annotated[int, typer.Option(min=0, help="Environment steps to play first, greedily by the prior.")] = 0,
    atoms: Annotated[bool, typer.Option("--atoms", help="Record the distributions at every state.")] = False,
    states: Annotated[bool, typer.Option("--states", help="Record every state.")] = False,
    checkpoints: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON.")] = False,
) -> None:
    """One plan, written as a trace."""
    import asyncio

    from planner.trace import to_bytes

    if not out.parent.is_dir():
        raise Mistake(f"--out: there is no folder {out.parent}")
    values = _values(set or [])
    values |= {name: value for name, value in (("particles", particles), ("depth", depth)) if value is not None}
    store = _checkpoints(checkpoints)

    async def make() -> tuple[dict[str, Any], str, Any]:
        from backend.engine import Engine
        from backend.sessions import complete_settings, trace_metadata

        engine = Engine(store.folder)
        card = store.card(checkpoint)
        settings = complete_settings(planner, values, card)
        *_, moment = await engine.moments_until(card.name, step, seed=seed)
        planned = await engine.plan(card.name, planner, settings, moment.state, seed=seed, step=step, atoms=atoms, states=states)
        metadata = trace_metadata(card, planner, settings, seed=seed, step=step, device=engine.device, plan_ms=planned.milliseconds)
        engine.close()
        return metadata, settings.size, planned

    metadata, size, planned = asyncio.run(make())
    out.write_bytes(to_bytes(planned.arrays, metadata))
    _summarise_plan(metadata, size, planned, out, as_json)


def _summarise_plan(metadata: dict[str, Any], size: str, planned: Any, out: Path, as_json: bool) -> None:
    """What was planned, for people or programs."""
    arrays = planned.arrays
    summary = {
        "out": str(out),
        "checkpoint": metadata["checkpoint"],
        "planner": metadata["planner"],
        "seed": metadata["seed"],
        "step": metadata["step"],
        "chosen_action": planned.chosen_action,
        "root_prior": arrays["root_prior"].tolist(),
        "root_policy": arrays["root_policy"].tolist(),
        "root_q": [None if q != q else q for q in arrays["root_q"].tolist()],
        "root_value": float(arrays["root_value"]),
        "value_target": float(arrays["value_target"]),
        **({"log_evidence": float(arrays["log_evidence"][-1]), "ess": arrays["ess"].tolist()} if "ess" in arrays else {}),
        "plan_ms": metadata["plan_ms"],
        "device": metadata["device"],
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    typer.echo(f"{out}: {metadata['planner']} on {metadata['checkpoint']}, {size}, {metadata['plan_ms']:.1f} ms on {metadata['device']}")
    typer.echo(f"chosen action {planned.chosen_action}; improved policy {[round(p, 3) for p in summary['root_policy']]}; prior {[round(p, 3) for p in summary['root_prior']]}")
    ess = f"; ESS at the last level {summary['ess'][-1]:.1f} of {arrays['parent'].shape[1]}" if "ess" in summary else ""
    typer.echo(f"value target {summary['value_target']:.2f} against V(s0) {summary['root_value']:.2f}{ess}")


@app.command()
def train(
    config: Annotated[str, typer.Argument(help="Name of a configuration, or a TOML file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the checkpoints.", file_okay=False)] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the configuration's.")] = None,
) -> None:
    """Train a checkpoint; interrupted, it goes on where it was when called again."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from planner.training.config import read_config
    from planner.training.runner import train as run

    read = read_config(config)
    folder = out if out is not None else Path("checkpoints")
    seed = read.seed if seed is None else seed
    command = f"twistscope train {read.name}" + ("" if seed == read.seed else f" --seed {seed}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[news]}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"training {read.name} (compiling)", total=read.iterations, news="")
        mean = None
        for progress in run(read, seed, folder, command):
            mean = progress.mean_return if progress.mean_return is not None else mean
            losses = f"losses: policy {progress.losses['policy']:.3f}, value {progress.losses['value']:.4f}, Q {progress.losses['q']:.4f}"
            speed = progress.environment_steps / progress.seconds
            news = f"return of the prior {mean:.1f}; {losses}; {speed:.0f} steps/s" if mean is not None else losses
            bar.update(task, completed=progress.iteration, description=f"training {read.name}", news=news)
            if progress.note:
                bar.console.print(f"iteration {progress.iteration}: {progress.note}, return of the prior {mean:.1f}")
    typer.echo(f"{folder / read.name}: done")


@app.command()
def evaluate(
    checkpoint: Name,
    planner: Annotated[list[str] | None, typer.Option(help="Name of a planner, or none for the prior alone; may be repeated.")] = None,
    episodes: Annotated[int, typer.Option(min=2)] = 100,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    particles: Annotated[int, typer.Option()] = 64,
    depth: Annotated[int, typer.Option()] = 24,
    set: Annotated[list[str] | None, typer.Option("--set", help="key=value for every planner; may be repeated.")] = None,
    checkpoints: Folder = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Mean return with standard error, for each planner at the same budget and with common seeds."""
    from planner.planners import get_planner
    from planner.training.evaluation import greedy_prior, planning, player, summarise

    loaded = _checkpoints(checkpoints).load(checkpoint)
    values = _values(set or [])
    rows = {}
    chosen = {name: None if name == "none" else _planner_settings(name, (particles, depth), values, loaded.card.settings) for name in planner or ["none", "trt_smc"]}
    for name, settings in chosen.items():
        act = greedy_prior(loaded.model) if settings is None else planning(get_planner(name), loaded.model, settings)
        started = time.monotonic()

        def told(step: int, running: int, name: str = name) -> None:
            typer.echo(f"\r{name}: step {step}, {running} of {episodes} episodes still run ", err=True, nl=False)

        returns = player(loaded.model, act)(loaded.params, episodes=episodes, seed=seed, progress=told if sys.stderr.isatty() else lambda *_: None)
        summary = summarise(returns, settings)
        rows[name] = {**summary.model_dump(), "title": "prior" if settings is None else get_planner(name).title, "seconds": time.monotonic() - started}
        if not as_json:
            typer.echo(f"{'prior alone' if settings is None else name}: {summary.mean:.1f} ± {summary.standard_error:.1f} over {episodes} episodes")
    if as_json:
        typer.echo(json.dumps({"checkpoint": checkpoint, "seed": seed, "returns": rows}))


def _planner_settings(name: str, budget: tuple[int, int], values: dict[str, Any], card: dict[str, float]) -> Any:
    """Settings of a planner with a budget of particles times depth; an unknown name is a mistake."""
    from planner.planners import PLANNERS

    if name not in PLANNERS:
        raise Mistake(f"unknown planner {name!r}; known are none, {', '.join(PLANNERS)}")
    planner = PLANNERS[name]
    return planner.settings({**planner.algorithm.settings.of_budget(*budget), **values}, card)


def _values(pairs: list[str]) -> dict[str, Any]:
    """`key=value` pairs; a value is JSON where it is, else text."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise Mistake(f"--set takes key=value, got {pair!r}")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = text
    return values


def _checkpoints(folder: Path | None) -> Any:
    """The checkpoints of a folder, by default the shipped ones; compiled programs are kept between calls."""
    from backend.config import ServerConfig
    from backend.engine import use_compilation_cache
    from planner.checkpoints import Checkpoints

    config = ServerConfig()
    use_compilation_cache(config.data / "compiled")
    folder = folder or config.checkpoints
    if not folder.is_dir():
        raise Mistake(f"there is no folder of checkpoints {folder}")
    return Checkpoints(folder)


def _config(
    host: str, checkpoints: Path | None, data: Path | None, token: str | None, no_token: bool, origins: list[str] | None
) -> "ServerConfig":
    """The server's settings; what is given here outranks the environment."""
    from backend.config import ServerConfig
    from backend.security import is_loopback

    given = {"checkpoints": checkpoints, "data": data, "token": token, "allowed_origins": tuple(origins) if origins else None}
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    config = ServerConfig(**chosen)
    if not config.checkpoints.is_dir():
        raise Mistake(f"there is no folder of checkpoints {config.checkpoints}")
    if not is_loopback(host) and config.token is None and not no_token:
        raise Mistake(f"listening on {host} lets others in: give --token TOKEN (or TWISTSCOPE_TOKEN), or say --no-token")
    return config


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _run(api: Any, bound: Any, host: str, port: int, token: str | None, what: str, open: bool) -> None:
    """Serve, and say where once it answers."""
    from backend.serving import open_page, run

    address = _address(host, port) + (f"/?token={token}" if token else "")

    def ready() -> None:
        typer.echo(f"{what} is at {address}")
        if open:
            open_page(address)

    run(api, bound, ready)


if __name__ == "__main__":
    main()
