"""Standing of TRT-SMC among the planners: whole episodes at equal model steps with everybody's defaults; docs/bars.md.

    python -m benchmarks.bars [--only cartpole-early …] [--planners bootstrap_smc …] [--data docs/bars.json] [--times | --report]

The episodes are others than those that defaults were chosen on (`benchmarks.settings`), and than those of cards. The command may be stopped at
any time: a cell is measured again only where the planner's defaults have changed since. `--times` measures instead how long a plan of each takes,
side by side. `--report` only writes the page and its picture.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
import plotly.graph_objects as go

from backend.config import ServerConfig
from backend.engine.cache import use_compilation_cache
from benchmarks import options as given
from benchmarks.figures import counts_figure, export_svg
from benchmarks.kept_data import read_data, write_data
from benchmarks.settings import verdict
from benchmarks.timing import interleaved
from benchmarks.zoo import FOLDER, SIMULATIONS, budget
from planner.algorithms.registry import PLANNERS, get_planner
from planner.checkpoints import Checkpoint, Checkpoints
from planner.episodes import plan_key, reset_key
from planner.request import Prepared
from planner.training.evaluation import planning, player

ROOT = Path(__file__).resolve().parent.parent
DATA, PAGE, PICTURE = ROOT / "docs" / "bars.json", ROOT / "docs" / "bars.md", ROOT / "docs" / "images" / "bars.svg"
WORDS = Path(__file__).parent / "bars-words.md"

REPEATS = 30
"""Plans of each planner that are timed."""
SEED = 2000
"""Of the episodes. Defaults were chosen on 1000, and those of cards are 0."""
EPISODES = 64
FIRST = "trt_smc"
OTHERS = [name for name in PLANNERS if name != FIRST]
"""The planners that TRT-SMC is compared with."""

Returns = dict[str, dict[str, np.ndarray]]
"""Checkpoint -> planner -> returns of the episodes."""


@dataclass(frozen=True)
class Standing:
    """Checkpoints on which TRT-SMC is surely better than a planner, neither, and surely worse (95 %, paired)."""

    better: int
    level: int
    worse: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", nargs="+", type=given.checkpoint, metavar="NAME", help="checkpoints; by default all early and middle ones")
    parser.add_argument("--planners", nargs="+", default=list(PLANNERS), choices=list(PLANNERS))
    parser.add_argument("--times", action="store_true", help="the time of a plan of each planner instead of its returns; on a quiet machine")
    parser.add_argument("--report", action="store_true", help="only the page and its picture, from the data")
    options = parser.parse_args()
    data = read_data(options.data)
    if not options.report:
        use_compilation_cache(ServerConfig().data / "compiled")
        (measure_times if options.times else measure)(options.data, data, options.only or early_and_middle(), options.planners)
    returns = by_checkpoint(data)
    for name, each in standings(returns).items():
        print(f"TRT-SMC against {get_planner(name).title}: {each.better} surely better, {each.level} level, {each.worse} surely worse")
    if options.data == DATA:
        export_svg(figure(returns), PICTURE)
        PAGE.write_text(page(returns, data.get("times", {})), "utf-8")


def early_and_middle() -> list[str]:
    """The checkpoints that planning has something to add to."""
    return [name for name in Checkpoints(FOLDER).names() if name.endswith(("-early", "-middle"))]


def measure(path: Path, data: dict[str, Any], names: list[str], planners: list[str]) -> None:
    """Measure the cells that are missing or have other settings than the planner's of now, and keep each at once."""
    store = Checkpoints(FOLDER)
    for name in names:
        checkpoint = store.load(name)
        for planner in planners:
            prepared = budget(planner, checkpoint.card)
            settings = prepared.settings.model_dump(mode="json")
            known = [each for each in data["cells"] if (each["checkpoint"], each["planner"]) == (name, planner)]
            if known and known[0]["settings"] == settings:
                continue
            began = time.monotonic()
            returns = returns_of(checkpoint, prepared)
            data["cells"] = [each for each in data["cells"] if each not in known]
            rounded = [round(float(value), 4) for value in returns]
            data["cells"].append({"checkpoint": name, "planner": planner, "settings": settings, "returns": rounded})
            data["cells"].sort(key=lambda each: (each["checkpoint"], list(PLANNERS).index(each["planner"])))
            write_data(path, data)
            print(f"{name}, {prepared.planner.title}: {returns.mean():.2f} ({time.monotonic() - began:.0f} s)", flush=True)
            # Hundreds of compiled programs would exceed the memory of the process.
            jax.clear_caches()


def measure_times(path: Path, data: dict[str, Any], names: list[str], planners: list[str]) -> None:
    """Measure the time of a plan of each planner, relative to TRT-SMC in the same run, and keep it at once."""
    store = Checkpoints(FOLDER)
    for name in names:
        checkpoint = store.load(name)
        calls = {planner: _single_plan(checkpoint, budget(planner, checkpoint.card)) for planner in dict.fromkeys([FIRST, *planners])}
        spent = interleaved(calls, REPEATS)
        ratios = {planner: round(spent[planner] / spent[FIRST], 3) for planner in calls if planner != FIRST}
        data.setdefault("times", {})[name] = data.get("times", {}).get(name, {}) | ratios
        write_data(path, data)
        print(f"{name}: TRT-SMC {spent[FIRST]:.2f} ms, others relative to it {ratios}", flush=True)
        jax.clear_caches()


def _single_plan(checkpoint: Checkpoint, prepared: Prepared) -> Callable[[int], object]:
    """A function of the number of a plan, which makes it."""
    state = checkpoint.model.environment.reset(reset_key(0))
    run = jax.jit(prepared.program(checkpoint.model))
    return lambda number: run(checkpoint.params, plan_key(0, number), state, prepared.live)


def returns_of(checkpoint: Checkpoint, prepared: Prepared) -> np.ndarray:
    """Returns of whole episodes, f32 [EPISODES]."""
    return player(checkpoint.model, planning(prepared, checkpoint.model))(checkpoint.params, episodes=EPISODES, seed=SEED)


def by_checkpoint(data: dict[str, Any]) -> Returns:
    """The data by checkpoint and planner; checkpoints that lack a planner are left out."""
    found: Returns = {}
    for each in data["cells"]:
        found.setdefault(each["checkpoint"], {})[each["planner"]] = np.array(each["returns"])
    return {name: own for name, own in found.items() if own.keys() == PLANNERS.keys()}


def standings(returns: Returns) -> dict[str, Standing]:
    """The standing of TRT-SMC against each other planner."""
    found = {}
    for name in OTHERS:
        judged = [verdict(each[FIRST], each[name]) for each in returns.values()]
        found[name] = Standing(judged.count(1), judged.count(0), judged.count(-1))
    return found


def figure(returns: Returns) -> go.Figure:
    """For each planner the number of checkpoints on which TRT-SMC is surely better, to the right, and surely worse, to the left."""
    found = standings(returns)
    labels = [get_planner(name).title for name in found][::-1]
    rows = list(found.values())[::-1]
    names = ("TRT-SMC is surely better", "surely worse")
    return counts_figure(labels, [each.better for each in rows], [each.worse for each in rows], names, len(returns), width=760, row=34)


def page(returns: Returns, times: Mapping[str, Mapping[str, float]]) -> str:
    """The Markdown page: the words of bars-words.md, which is written by hand, and the tables."""
    counts = [["planner", "TRT-SMC is surely better", "neither", "surely worse"], ["---"] * 4]
    counts += [[get_planner(name).title, str(each.better), str(each.level), str(each.worse)] for name, each in standings(returns).items()]
    head = ["checkpoint", "TRT-SMC", *(get_planner(name).title for name in OTHERS)]
    rows = [head, ["---"] * len(head)]
    for checkpoint, each in returns.items():
        judged = [verdict(each[FIRST], each[name]) for name in OTHERS]
        marks = ["⁻" if sign > 0 else "⁺" if sign < 0 else "" for sign in judged]
        rows.append([checkpoint, _mean(each[FIRST]), *(f"{_mean(each[name])}{mark}" for name, mark in zip(OTHERS, marks, strict=True))])
    about = (
        f"Mean return of {EPISODES} episodes ± its standard error, 512 model steps a decision ({SIMULATIONS} for Gumbel MCTS).\n"
        "⁺ and ⁻: surely more or less than TRT-SMC with the same first states (95 %, paired)."
    )
    parts = [WORDS.read_text("utf-8").rstrip(), _table(counts), "## All checkpoints", about, _table(rows)]
    if times:
        parts += ["## Seconds", "Time of a plan, relative to that of TRT-SMC in the same run.", _table(_time_rows(times))]
    return "\n\n".join(parts) + "\n"


def _time_rows(times: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    rows = [["checkpoint", *(get_planner(name).title for name in OTHERS)], ["---"] * (1 + len(OTHERS))]
    return rows + [[checkpoint, *(f"{own[name]:.2f}" if name in own else "" for name in OTHERS)] for checkpoint, own in times.items()]


def _mean(returns: np.ndarray) -> str:
    # Of equal returns NumPy finds a deviation of 1e-17.
    return f"{returns.mean():.4g} ± {(returns.std(ddof=1) / np.sqrt(len(returns))).round(9):.2g}"


def _table(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
