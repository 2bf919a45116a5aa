"""The commands that plan, train and evaluate without a server."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli.common import (
    DEPTH,
    MAX_DEPTH,
    MAX_PARTICLES,
    MAX_SEED,
    MAX_STEP,
    PARTICLES,
    Depth,
    Folder,
    Mistake,
    Particles,
    Seed,
    Settings,
    app,
    check_accelerator,
    check_writable,
    key_values,
    open_checkpoints,
    settings_of,
    whole_option,
)
from backend.cli.making import check_file, make_plan, write_file

MAX_EPISODES = 100_000
TRACE = ".safetensors"
OTHER_FORMS = (".html", ".csv", ".parquet", ".py", ".svg", ".png", ".twistscope", ".txt", ".json")
"""Names under which nobody looks for a trace."""

Name = Annotated[str, typer.Option("--checkpoint", help="Name of a checkpoint.")]


@app.command()
def checkpoints(folder: Folder = None, as_json: Annotated[bool, typer.Option("--json", help="The cards as JSON.")] = False) -> None:
    """List the checkpoints."""
    from planner.checkpoints import CheckpointError
    from planner.environments import to_install

    store = open_checkpoints(folder)
    cards, damaged = [], []
    for name in store.names():
        try:
            cards.append(store.card(name))
        except CheckpointError as error:
            damaged.append(str(error))
    if as_json:
        missing = {card.name: detail for card in cards if (detail := to_install(card.environment))}
        typer.echo(json.dumps({"checkpoints": [card.model_dump() for card in cards], "damaged": damaged, "missing": missing}, indent=2))
        return
    for card in cards:
        returns = ", ".join(f"{who} {r.mean:.1f} ± {r.standard_error:.1f}" for who, r in card.returns.items())
        typer.echo(
            f"{card.name}: {card.environment}, {card.training.get('environment_steps', 'an unknown number of')} steps of training; return: {returns}"
        )
        typer.echo(f"    {card.description}")
        if to_install(card.environment):
            typer.echo(f"    {to_install(card.environment)}")
    for line in damaged:
        typer.echo(f"damaged: {line}", err=True)
    if not cards and not damaged:
        # Nothing on stdout: of nothing there is no list.
        typer.echo(f"{store.folder} holds no checkpoints; `twistscope train` and `twistscope import` make some", err=True)


@app.command()
def plan(
    checkpoint: Name,
    out: Annotated[Path, typer.Option(help=f"File to write the trace to, NAME{TRACE}; one that exists is replaced.")],
    planner: Annotated[str, typer.Option(help="Name of a planner.")] = "trt_smc",
    particles: Particles = None,
    depth: Depth = None,
    set: Settings = None,
    seed: Seed = 0,
    step: Annotated[int, whole_option(0, MAX_STEP, "Environment steps played by the greedy prior before the plan.")] = 0,
    atoms: Annotated[bool, typer.Option("--atoms", help="Record the distributions at every state.")] = False,
    states: Annotated[bool, typer.Option("--states", help="Record every state.")] = False,
    intervene: Annotated[
        list[str] | None,
        typer.Option(
            "--intervene", help="kill_LEVEL_SLOT, force_LEVEL_SLOT_ACTION, weigh_LEVEL_SLOT_LOGWEIGHT or redraw_LEVEL_SLOT_SEED; may be repeated."
        ),
    ] = None,
    checkpoints: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON.")] = False,
) -> None:
    """Make one plan and write its trace."""
    from planner import PlanRequest
    from planner.interventions import unpack_interventions

    check_file(out)
    if out.suffix.lower() in OTHER_FORMS:
        raise Mistake(f"--out: a trace is a file {TRACE}, got {out.name!r}; `twistscope export` writes tables, pages, programs and pictures")
    values = settings_of(set, particles, depth)
    interventions = tuple(each for text in intervene or [] for each in unpack_interventions(text))
    store = open_checkpoints(checkpoints)
    record, size = make_plan(store.folder, checkpoint, PlanRequest(planner, values, seed, step, atoms, states, interventions))
    write_file(out, record.to_bytes())
    _summarise_plan(record, size, out, as_json)


def _summarise_plan(record: Any, size: str, out: Path, as_json: bool) -> None:
    """Print the decision, as text or as JSON."""
    arrays, about = record.arrays, record.metadata
    summary = {
        "out": str(out),
        "checkpoint": about.checkpoint,
        "planner": about.planner,
        "seed": about.seed,
        "step": about.step,
        "chosen_action": arrays["chosen_action"].tolist(),
        "root_prior": arrays["root_prior"].tolist(),
        "root_policy": arrays["root_policy"].tolist(),
        "root_q": [None if q != q else q for q in arrays["root_q"].tolist()],
        "root_value": float(arrays["root_value"]),
        "value_target": float(arrays["value_target"]),
        **({"log_evidence": float(arrays["log_evidence"][-1]), "ess": arrays["ess"].tolist()} if about.traits.kind == "particles" else {}),
        "plan_ms": about.plan_ms,
        "device": about.device,
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    typer.echo(f"{out}: {about.planner} on {about.checkpoint}, {size}, {about.plan_ms:.1f} ms on {about.device}")
    rounded = {name: [round(p, 3) for p in summary[name]] for name in ("root_policy", "root_prior")}
    typer.echo(f"chosen action {summary['chosen_action']}; improved policy {rounded['root_policy']}; prior {rounded['root_prior']}")
    ess = f"; ESS at the last level {summary['ess'][-1]:.1f} of {arrays['parent'].shape[1]}" if "ess" in summary else ""
    typer.echo(f"value target {summary['value_target']:.2f} against V(s0) {summary['root_value']:.2f}{ess}")


@app.command()
def train(
    config: Annotated[str, typer.Argument(help="Name of a configuration, or a TOML file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the checkpoints; by default checkpoints.", file_okay=False)] = None,
    seed: Annotated[int | None, whole_option(0, MAX_SEED, "Seed in place of the configuration's.")] = None,
) -> None:
    """Train a checkpoint. An interrupted run continues when the command is called again."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from planner.training.config import read_config
    from planner.training.runner import train as run

    check_accelerator()
    read = read_config(config)
    folder = out if out is not None else Path("checkpoints")
    check_writable(folder, "--out")
    seed = read.seed if seed is None else seed
    command = f"twistscope train {read.name}" + ("" if seed == read.seed else f" --seed {seed}")
    training = run(read, seed, folder, command)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[news]}"))
    console = Console(stderr=True)
    # An interrupt ends the process where it is, and would leave the cursor hidden.
    console.show_cursor = lambda show=True: False  # type: ignore[method-assign]
    # Said before, as an interrupt ends the process without a word.
    console.print(f"training {read.name}: an interrupted run goes on when the same command is called again", highlight=False)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"training {read.name} (compiling)", total=read.iterations, news="")
        mean = None
        for progress in training:
            mean = progress.mean_return if progress.mean_return is not None else mean
            losses = f"losses: policy {progress.losses['policy']:.3f}, value {progress.losses['value']:.4f}, Q {progress.losses['q']:.4f}"
            speed = progress.environment_steps / progress.seconds
            news = f"return of the prior {mean:.1f}; {losses}; {speed:.0f} steps/s" if mean is not None else losses
            bar.update(task, completed=progress.iteration, description=f"training {read.name}", news=news)
            if progress.note:
                bar.console.print(f"iteration {progress.iteration}: {progress.note}, return of the prior {mean:.1f}")
    typer.echo(f"{folder / read.name}: done")


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="A Flax msgpack file, or the folder of an Orbax checkpoint.")],
    description: Annotated[Path, typer.Argument(help="TOML file that describes the parameters and maps their arrays (docs/training.md).")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the checkpoint.", file_okay=False)] = Path("checkpoints"),
    episodes: Annotated[int, whole_option(2, MAX_EPISODES, "Episodes for the return of the prior on the card.")] = 100,
) -> None:
    """Make a checkpoint from parameters trained elsewhere."""
    from planner.checkpoints import Checkpoints, build_model
    from planner.importing import ImportRefused, import_params, read_arrays, read_description
    from planner.networks import NetworkConfig
    from planner.training.evaluation import greedy_prior, player, summarise

    check_accelerator()
    check_writable(out, "--out")
    described = read_description(description)
    store = Checkpoints(out)
    if described.name in store.names():
        raise ImportRefused(f"{out} holds a checkpoint {described.name!r} already: give another name or --out")
    card, params = import_params(described, read_arrays(source), source.name)
    model, _ = build_model(card.environment, NetworkConfig.of_card(card.network))
    typer.echo(f"{card.name}: the prior alone plays {episodes} episodes of {card.environment} …", err=True)
    returns = summarise(player(model, greedy_prior(model))(params, episodes=episodes))
    store.save(card.model_copy(update={"returns": {"prior": returns}}), params)
    typer.echo(f"{out / card.name}: saved; the prior alone returns {returns.mean:.2f} ± {returns.standard_error:.2f}")


@app.command()
def evaluate(
    checkpoint: Name,
    planner: Annotated[list[str] | None, typer.Option(help="Name of a planner, or `none` for the prior alone; may be repeated.")] = None,
    episodes: Annotated[int, whole_option(2, MAX_EPISODES, "Episodes of each planner.")] = 100,
    seed: Annotated[int, whole_option(0, MAX_SEED, "Seed of the first episodes; the same for every planner.")] = 0,
    particles: Annotated[int, typer.Option(**PARTICLES, help=f"Particles, 1 to {MAX_PARTICLES}; every planner has N * T model steps.")] = 64,
    depth: Annotated[int, typer.Option(**DEPTH, help=f"Levels, 1 to {MAX_DEPTH}.")] = 24,
    set: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting that every planner asked for has; may be repeated.")
    ] = None,
    checkpoints: Folder = None,
    save: Annotated[bool, typer.Option("--save", help="Put the returns on the checkpoint's card.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The returns as JSON.")] = False,
) -> None:
    """Evaluate planners on whole episodes, at the same budget and with common seeds: mean and interquartile mean with 95 % intervals."""
    from planner.algorithms.registry import get_planner
    from planner.training.evaluation import greedy_prior, iqm_interval, mean_interval, planning, player, summarise

    store = open_checkpoints(checkpoints)
    if save:
        check_writable(store.folder / checkpoint, "--save")
    loaded = store.load(checkpoint)
    values = key_values(set or [])
    rows, measured = {}, {}
    names = planner or ["none", "trt_smc"]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Mistake(f"--planner {twice[0][:100]} is given twice: give it once")
    if values and names == ["none"]:
        raise Mistake(f"--set {next(iter(values))[:100]}=…: the prior alone has no settings; leave it out, or name a planner with --planner")
    chosen = {name: None if name == "none" else _prepared(name, (particles, depth), values, loaded) for name in names}
    own = (loaded.model, loaded.params)
    evaluators = {name: own if each is None else each.evaluator(*own, None) for name, each in chosen.items()}
    for name, prepared in chosen.items():
        model, params = evaluators[name]
        settings = None if prepared is None else prepared.settings
        act = greedy_prior(model) if prepared is None else planning(prepared, model)
        started = time.monotonic()

        def report(step: int, running: int, name: str = name) -> None:
            typer.echo(f"\r{name}: step {step}, {running} of {episodes} episodes still run ", err=True, nl=False)

        returns = player(model, act)(params, episodes=episodes, seed=seed, progress=report if sys.stderr.isatty() else lambda *_: None)
        mean, iqm = mean_interval(returns), iqm_interval(returns)
        measured["prior" if settings is None else name] = summarised = summarise(returns, settings)
        rows[name] = {
            **summarised.model_dump(),
            "title": "prior alone" if settings is None else get_planner(name).title,
            "model_steps": 0 if settings is None else settings.model_steps,
            "mean_interval": [mean.low, mean.high],
            "iqm": iqm.estimate,
            "iqm_interval": [iqm.low, iqm.high],
            "seconds": time.monotonic() - started,
        }
    if save:
        store.save_card(loaded.card.model_copy(update={"returns": loaded.card.returns | measured}))
    if as_json:
        typer.echo(json.dumps({"checkpoint": checkpoint, "seed": seed, "returns": rows}))
    else:
        _print_returns(checkpoint, episodes, rows)


def _print_returns(checkpoint: str, episodes: int, rows: dict[str, dict[str, Any]]) -> None:
    """Print the returns as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{checkpoint}: returns of {episodes} episodes, 95 % intervals")
    for column in ("planner", "model steps", "mean ± standard error", "mean", "interquartile mean", "seconds"):
        table.add_column(column, justify="left" if column == "planner" else "right")
    for row in rows.values():
        within = {name: "{:.2f} to {:.2f}".format(*row[f"{name}_interval"]) for name in ("mean", "iqm")}
        table.add_row(
            row["title"],
            f"{row['model_steps']}",
            f"{row['mean']:.2f} ± {row['standard_error']:.2f}",
            within["mean"],
            f"{row['iqm']:.2f} ({within['iqm']})",
            f"{row['seconds']:.1f}",
        )
    Console(width=120).print(table)


def _prepared(name: str, budget: tuple[int, int], values: dict[str, Any], loaded: Any) -> Any:
    """Prepare a planner with a budget of particles times depth; raises Mistake for an unknown name."""
    from planner import PLANNERS, PlanRequest, SettingsError

    if name not in PLANNERS:
        raise Mistake(f"unknown planner {name!r}; known are none, {', '.join(PLANNERS)}")
    model = PLANNERS[name].algorithm.settings
    shape = model.of_budget(*budget)
    if both := [key for key in values if key in ("particles", "depth", *shape)]:
        raise Mistake(f"--set {both[0]}=…: the budget of all planners is that of --particles and --depth")
    if foreign := [key for key in values if key not in model.model_fields]:
        raise Mistake(f"--set {foreign[0][:100]}=…: {name} has no such setting; its settings are {', '.join(model.model_fields)}")
    try:
        return PlanRequest(name, {**shape, **values}).prepare(loaded)
    except SettingsError as error:
        raise Mistake(f"{name}: {error}") from None


@app.command()
def moments(
    only: Annotated[list[str] | None, typer.Option("--only", help="Name of a checkpoint; may be repeated. All by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; report the openings that differ from the plan made now.")] = False,
    checkpoints: Folder = None,
) -> None:
    """Record the opening plan of each checkpoint, which the page shows while the live engine compiles, and that of the first moment.

    They are written beside the folder of checkpoints; those of the shipped checkpoints are part of the program.
    """
    import asyncio

    from backend.address import read_address, write_address
    from backend.openings import REQUEST, Openings, difference

    store = open_checkpoints(checkpoints)
    openings = Openings(store.folder)
    if not check:
        check_writable(openings.folder, "--checkpoints")

    async def make() -> list[str]:
        from backend.engine.local import LocalEngine

        engine = LocalEngine(store.folder)
        differing = []
        for name in only or store.names():
            card = store.card(name)
            record = await engine.plan(await engine.prepare(name, REQUEST), await engine.first_moment(name, REQUEST.seed))
            if not check:
                typer.echo(f"{openings.path(name)}: {openings.write(record)} bytes")
                continue
            kept = openings.read(card)
            found = "no opening of these parameters is recorded" if kept is None else difference(kept, record)
            typer.echo(f"{name}: {found or 'as planned now'}")
            differing += [name] if found else []
        differing += await first(engine)
        engine.close()
        return differing

    async def first(engine: Any) -> list[str]:
        """The first moment, where one was chosen of these checkpoints."""
        link = openings.first_link
        address = link and read_address(link, store.card)
        if not address or (only and address.checkpoint not in only):
            return []
        card, prepared = store.card(address.checkpoint), await engine.prepare(address.checkpoint, address.request)
        moment = (await engine.moments_after(address.checkpoint, address.actions, seed=address.request.seed))[-1]
        record = await engine.plan(prepared, moment)
        if not check:
            # The parameters may be others than those that the link was made with.
            query = write_address(card, prepared.request, prepared.settings.model_dump(), moment)
            typer.echo(f"{openings.first_path}: {openings.write_first(record, query)} bytes")
            return []
        kept = openings.read_first(card)
        found = "no first moment of these parameters is recorded" if kept is None else difference(kept, record)
        typer.echo(f"the first moment, of {address.checkpoint}: {found or 'as planned now'}")
        return ["the first moment"] if found else []

    if differing := asyncio.run(make()):
        raise Mistake(f"openings differ from the plans made now: {', '.join(differing)}; run `twistscope moments` without --check")
