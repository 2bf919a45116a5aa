"""Comparison of learning by planners and PPO from the same number of environment steps: data, figures and tables of docs/learning.md.

    python -m benchmarks.learning [--environments catch cartpole] [--algorithms trt_smc ppo] [--data docs/learning.json] [--report]

Every planner spends the same number of model steps on a decision. Every algorithm has the same number of environment steps, network and first
states, and the same small grid of temperatures and learning rates, out of which the best is taken on seeds that are not reported. The command may
be stopped at any time: what is in the data file is not measured again.
"""

import argparse
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from backend.config import ServerConfig
from backend.engine.cache import use_compilation_cache
from benchmarks.figures import export_svg
from benchmarks.kept_data import read_data, write_data
from benchmarks.settings import verdict
from planner.algorithms.registry import Planner, get_planner
from planner.training.config import PpoSection, TrainingConfig, read_config
from planner.training.evaluation import iqm_interval
from planner.training.seeds import train_seeds

ROOT = Path(__file__).resolve().parent.parent
DATA, PAGE = ROOT / "docs" / "learning.json", ROOT / "docs" / "learning.md"
CURVES = ROOT / "assets" / "learning.json"
"""The part of the data that the page of checkpoints draws."""
WORDS = ROOT / "benchmarks" / "learning-words.md"
PICTURES = {"environment_steps": ROOT / "docs" / "images" / "learning.svg", "seconds": ROOT / "docs" / "images" / "learning-seconds.svg"}
AXES = {"environment_steps": "environment steps", "seconds": "processor seconds of a run"}
UNIT = "return of the greedy policy, mean of 32 episodes"

# Okabe and Ito's colour-blind-safe colours; each algorithm also has its own dash pattern.
ALGORITHMS = {
    "trt_smc": ("#0072B2", "solid"),
    "trt_smc_target_kl": ("#000000", "2px,2px"),
    "bootstrap_smc": ("#009E73", "dot"),
    "spo": ("#E69F00", "dash"),
    "twisted_smc": ("#D55E00", "6px,2px,2px,2px"),
    "tsmcts": ("#56B4E9", "10px,3px"),
    "gumbel_mcts": ("#CC79A7", "dashdot"),
    "ppo": ("#555555", "longdash"),
}

FACTORS = (0.25, 1.0, 4.0)
"""Of the shipped temperature, or of what takes its place in an algorithm without one."""
LEARNING_RATES = (1e-3, 3e-3)
"""Initial learning rates; each falls to 0 over the run."""
TUNING_SEEDS = range(100, 103)
SEEDS = range(20)
"""Seeds that are reported; no setting was chosen on them."""


@dataclass(frozen=True)
class Domain:
    """An environment with its number of environment steps and its budget of planning."""

    iterations: int
    evaluate_every: int
    particles: int = 16
    depth: int = 4


DOMAINS = {
    "cartpole": Domain(60, 3),
    "catch": Domain(40, 2),
    "deepsea": Domain(40, 2),
    "fourrooms": Domain(40, 2),
    "frozenlake": Domain(40, 2),
    "acrobot": Domain(40, 2),
    "pendulum": Domain(60, 3),
    "breakout": Domain(80, 8),
    "snake6x6": Domain(60, 3),
    "rubiks-cube-3": Domain(40, 2),
}


@dataclass(frozen=True)
class Tuning:
    """One place in the grid that every algorithm is tuned over."""

    factor: float
    learning_rate: float


GRID = tuple(itertools.starmap(Tuning, itertools.product(FACTORS, LEARNING_RATES)))

Cell = dict[str, Any]
"""Of the data file: `environment`, `algorithm`, `factor`, `learning_rate`, `seeds`, and the curves."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", nargs="+", default=list(DOMAINS), choices=list(DOMAINS))
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS), choices=list(ALGORITHMS))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--report", action="store_true", help="only tables and figures, from the data")
    options = parser.parse_args()
    data = read_data(options.data)
    if not options.report:
        use_compilation_cache(ServerConfig().data / "compiled")
        measure(options.data, data, options.environments, options.algorithms)
    if options.data == DATA:
        for across, picture in PICTURES.items():
            export_svg(figure(data, across), picture)
        CURVES.write_text(json.dumps(curves(data), indent=1) + "\n", "utf-8")
        PAGE.write_text(page(data), "utf-8")


def measure(path: Path, data: dict[str, Any], names: Sequence[str], algorithms: Sequence[str]) -> None:
    """Tune each algorithm on each environment, then train it with the seeds that are reported. Each cell is kept at once."""

    def trained(name: str, algorithm: str, tuning: Tuning, seeds: range) -> Cell:
        wanted = (name, algorithm, tuning.factor, tuning.learning_rate, list(seeds))
        kept = ("environment", "algorithm", "factor", "learning_rate", "seeds")
        known = next((cell for cell in data["cells"] if tuple(cell[key] for key in kept) == wanted), None)
        if known is None:
            known = dict(zip(kept, wanted, strict=True)) | train(configure(name, algorithm, tuning), seeds)
            data["cells"].append(known)
            data["device"] = jax.devices()[0].device_kind
            write_data(path, data)
            over = areas(known)
            print(f"{name} {algorithm} {tuning}, {len(seeds)} seeds: {over.mean():.4g} ± {over.std(ddof=1) / len(over) ** 0.5:.2g}", flush=True)
            jax.clear_caches()
        return known

    for name, algorithm in itertools.product(names, algorithms):
        tried = [trained(name, algorithm, tuning, TUNING_SEEDS) for tuning in GRID]
        trained(name, algorithm, best(tried), SEEDS)


def best(tried: Sequence[Cell]) -> Tuning:
    """The place in the grid with the highest mean over the run."""
    chosen = max(tried, key=lambda cell: areas(cell).mean())
    return Tuning(chosen["factor"], chosen["learning_rate"])


def areas(cell: Cell) -> np.ndarray:
    """f64 [seeds] mean return over the run: the area under the curve by its length."""
    return np.mean(cell["returns"], axis=0)


def planner_of(algorithm: str) -> Planner | None:
    """The planner that acts; None for PPO."""
    return None if algorithm == "ppo" else get_planner(algorithm.removesuffix("_target_kl"))


def tuned_setting(algorithm: str) -> str:
    """Name of the setting that `Tuning.factor` multiplies."""
    return {"ppo": "entropy_weight", "gumbel_mcts": "gumbel_scale", "trt_smc_target_kl": "target_kl"}.get(algorithm, "reward_temperature")


def configure(name: str, algorithm: str, tuning: Tuning) -> TrainingConfig:
    """The shipped configuration of an environment, with the budget of the comparison, another algorithm and its tuning."""
    shipped, domain = read_config(name), DOMAINS[name]
    planner = planner_of(algorithm) or get_planner("trt_smc")
    # All other settings are the defaults of the algorithm.
    common = {"reward_temperature", "discount", "act", "action_atoms"} & planner.algorithm.settings.model_fields.keys()
    settings = {key: value for key, value in shipped.planner.items() if key in common}
    settings |= planner.algorithm.settings.of_budget(domain.particles, domain.depth)
    ppo = {"learning_rate": tuning.learning_rate}
    if algorithm == "trt_smc_target_kl":
        settings["temperature_rule"] = "target_kl"
    tuned = tuned_setting(algorithm)
    if algorithm == "ppo":
        ppo[tuned] = PpoSection().entropy_weight * tuning.factor
    else:
        settings[tuned] = settings.get(tuned, planner.algorithm.settings.model_fields[tuned].default) * tuning.factor
    settings |= {own: settings[source] for own, source in planner.from_card.items()}
    values = shipped.model_dump() | {
        "algorithm": "ppo" if algorithm == "ppo" else "expert_iteration",
        "planner": {**settings, "name": planner.name},
        "evaluation_planner": {},
        "learn": shipped.learn.model_dump() | {"learning_rate": tuning.learning_rate},
        "ppo": ppo,
        "iterations": domain.iterations,
        "evaluate_every": domain.evaluate_every,
        "stages": (),
    }
    return TrainingConfig.model_validate(values)


def train(config: TrainingConfig, seeds: range) -> Cell:
    """Train all seeds of one algorithm and show the progress. Returns the curves: lists over evaluations, and of returns also over seeds."""
    steps, seconds, returns, began = [], [], [], time.monotonic()
    for news in train_seeds(config, seeds):
        steps.append(news.environment_steps)
        seconds.append(round(news.processor_seconds, 3))
        returns.append([round(float(value), 4) for value in news.returns])
        print(f"\r{config.environment}: {news.environment_steps} steps, {time.monotonic() - began:.0f} s ", end="", flush=True)
    print()
    return {"environment_steps": steps, "seconds": seconds, "returns": returns, "model_steps": 0 if config.algorithm == "ppo" else config.model_steps}


def reported(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Cell]]]:
    """The cells that are reported, by algorithm, for each environment on which all algorithms were tuned."""
    for name in DOMAINS:
        cells = {cell["algorithm"]: cell for cell in data["cells"] if cell["environment"] == name and cell["seeds"] == list(SEEDS)}
        if cells.keys() == ALGORITHMS.keys():
            yield name, {algorithm: cells[algorithm] for algorithm in ALGORITHMS}


def title(algorithm: str) -> str:
    """Name of an algorithm for readers."""
    planner = planner_of(algorithm)
    return "PPO" if planner is None else f"{planner.title}, target KL" if algorithm.endswith("_target_kl") else planner.title


def curves(data: dict[str, Any]) -> dict[str, Any]:
    """Interquartile means over seeds with their intervals, for each environment and algorithm."""
    environments = {}
    for name, cells in reported(data):
        lines = {}
        for algorithm, cell in cells.items():
            intervals = [iqm_interval(np.array(each)) for each in cell["returns"]]
            lines[algorithm] = {
                "title": title(algorithm),
                "seeds": len(cell["seeds"]),
                "environment_steps": cell["environment_steps"],
                "seconds": cell["seconds"],
                "iqm": [round(each.estimate, 4) for each in intervals],
                "low": [round(each.low, 4) for each in intervals],
                "high": [round(each.high, 4) for each in intervals],
            }
        environments[read_config(name).environment] = {"unit": UNIT, "config": name, "curves": lines}
    about = {
        "command": "python -m benchmarks.learning",
        "device": data["device"],
        "interval": "95 % bootstrap interval of the interquartile mean over seeds",
    }
    return {"environments": environments, "about": about}


def figure(data: dict[str, Any], across: str) -> go.Figure:
    """One chart for each environment: lines with bands over environment steps, or over processor seconds."""
    environments = curves(data)["environments"]
    columns = min(3, len(environments))
    rows = -(-len(environments) // columns)
    made = make_subplots(rows, columns, subplot_titles=list(environments), horizontal_spacing=0.06, vertical_spacing=0.3 / rows)
    named = set()
    for place, cell in enumerate(environments.values()):
        at = {"row": place // columns + 1, "col": place % columns + 1}
        for name, one in cell["curves"].items():
            colour, dash = ALGORITHMS[name]
            # A logarithmic axis has no place for 0 seconds.
            skipped = int(across == "seconds")
            x, iqm, low, high = (one[key][skipped:] for key in (across, "iqm", "low", "high"))
            band = [*high, *reversed(low)]
            about = {"legendgroup": name, "name": one["title"]}
            filled = {"fill": "toself", "fillcolor": colour, "opacity": 0.12, "line": {"width": 0}, "hoverinfo": "skip"}
            made.add_trace(go.Scatter(x=[*x, *reversed(x)], y=band, showlegend=False, **filled, **about), **at)
            line = {"color": colour, "dash": dash, "width": 2}
            made.add_trace(go.Scatter(x=x, y=iqm, mode="lines", line=line, showlegend=name not in named, **about), **at)
            named.add(name)
    scale = {"type": "log", "dtick": 1} if across == "seconds" else {"rangemode": "tozero"}
    made.update_xaxes(title_text=AXES[across], title_standoff=4, **scale)
    made.update_layout(template="plotly_white", width=1080, height=60 + 300 * rows, font_size=11, margin={"l": 45, "r": 10, "t": 30, "b": 10})
    made.update_layout(legend={"orientation": "h", "y": -0.2 / rows, "x": 0.5, "xanchor": "center"})
    return made


@dataclass(frozen=True)
class Place:
    """Standing of an algorithm on one environment."""

    rank: int
    """1 for the highest mean over the run."""
    first: bool
    """True where it is first or level with the first: the paired difference is not surely below 0 (95 %)."""


def places(cells: dict[str, Cell]) -> dict[str, Place]:
    """The place of each algorithm on one environment, by the mean over the run."""
    over = {algorithm: areas(cell) for algorithm, cell in cells.items()}
    order = sorted(over, key=lambda algorithm: -over[algorithm].mean())
    return {algorithm: Place(order.index(algorithm) + 1, verdict(over[algorithm], over[order[0]]) >= 0) for algorithm in over}


def page(data: dict[str, Any]) -> str:
    """The Markdown page: the text of learning-words.md, which is written by hand, and tables."""
    parts = [WORDS.read_text("utf-8").rstrip() + "\n", f"## Ranks\n\n{ranks(data)}\n"]
    for name, cells in reported(data):
        parts.append(f"## {read_config(name).environment}\n\n{table(cells)}\n")
    return "\n".join(parts)


def ranks(data: dict[str, Any]) -> str:
    """Table of ranks by the mean over the run, on each environment; bold where an algorithm is first or level with the first."""
    standing = {name: places(cells) for name, cells in reported(data)}
    rows = [["algorithm", *(read_config(name).title for name in standing), "first or level", "mean rank"]]
    rows.append(["---"] * len(rows[0]))
    for algorithm in ALGORITHMS:
        own = [each[algorithm] for each in standing.values()]
        words = [f"**{place.rank}**" if place.first else str(place.rank) for place in own]
        rows.append([title(algorithm), *words, f"{sum(place.first for place in own)} of {len(own)}", f"{np.mean([place.rank for place in own]):.1f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def table(cells: dict[str, Cell]) -> str:
    """Table of the mean over the run, the return at the end, the cost and the tuning."""
    head = "| algorithm | mean over the run | at the end | seconds | temperature × | learning rate |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(row(algorithm, cell) for algorithm, cell in cells.items())])


def row(algorithm: str, cell: Cell) -> str:
    """Row of one algorithm."""
    shown = []
    for values in (areas(cell), np.array(cell["returns"][-1])):
        interval = iqm_interval(values)
        shown.append(f"{interval.estimate:.3g} [{interval.low:.3g}, {interval.high:.3g}]")
    return f"| {title(algorithm)} | {' | '.join(shown)} | {cell['seconds'][-1]:.1f} | {cell['factor']:g} | {cell['learning_rate']:g} |"


if __name__ == "__main__":
    main()
