"""Comparison of learning by planners and PPO from the same number of environment steps: data, figure and tables of docs/learning.md.

    python -m benchmarks.learning [--seeds 5] [--environments catch cartpole] [--algorithms trt_smc ppo] [--report]

Every planner spends the same number of model steps on a decision. Every algorithm has the same number of environment steps, network, first states
and learning rate. Cells that are already in assets/learning.json are not measured again.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.figures import export_svg
from planner.algorithms.registry import get_planner
from planner.training.config import TrainingConfig, read_config
from planner.training.evaluation import iqm_interval
from planner.training.seeds import train_seeds

ROOT = Path(__file__).resolve().parent.parent
DATA, PAGE, PICTURE = ROOT / "assets" / "learning.json", ROOT / "docs" / "learning.md", ROOT / "docs" / "images" / "learning.svg"

# Okabe and Ito's colour-blind-safe colours; each algorithm also has its own dash pattern.
ALGORITHMS = {
    "trt_smc": ("#0072B2", "solid"),
    "spo": ("#E69F00", "dash"),
    "bootstrap_smc": ("#009E73", "dot"),
    "gumbel_mcts": ("#CC79A7", "dashdot"),
    "ppo": ("#555555", "longdash"),
}


LEARNING_RATE = 1e-3
"""Initial learning rate; it falls to 0 over the run."""


@dataclass(frozen=True)
class Domain:
    """An environment with its number of environment steps and its budget of planning."""

    iterations: int
    evaluate_every: int
    particles: int = 16
    depth: int = 4


DOMAINS = {
    "catch": Domain(40, 2),
    "deepsea": Domain(40, 2),
    "fourrooms": Domain(40, 2),
    "frozenlake": Domain(40, 2),
    "cartpole": Domain(60, 3),
    "breakout": Domain(80, 8),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--environments", nargs="+", default=list(DOMAINS), choices=list(DOMAINS))
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS), choices=list(ALGORITHMS))
    parser.add_argument("--report", action="store_true", help="only tables and the figure, from the data")
    options = parser.parse_args()
    if not options.report:
        measure(options.environments, options.algorithms, options.seeds)
    data = json.loads(DATA.read_text("utf-8"))
    export_svg(figure(data), PICTURE)
    PAGE.write_text(page(data), encoding="utf-8")


def measure(environments: list[str], algorithms: list[str], seeds: int) -> None:
    """Measure the missing cells."""
    for name in environments:
        for algorithm in algorithms:
            data = json.loads(DATA.read_text("utf-8")) if DATA.is_file() else {"environments": {}}
            config = configure(name, algorithm)
            data["about"] = {
                "command": "python -m benchmarks.learning",
                "device": jax.devices()[0].device_kind,
                "interval": "95 % bootstrap interval of the interquartile mean over seeds",
            }
            unit = "return of the greedy policy, mean of 32 episodes"
            cell = data["environments"].setdefault(config.environment, {"unit": unit, "config": name, "curves": {}})
            if algorithm in cell["curves"]:
                continue
            cell["curves"][algorithm] = curve(config, algorithm, seeds)
            cell["curves"] = {known: cell["curves"][known] for known in ALGORITHMS if known in cell["curves"]}
            DATA.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def configure(name: str, algorithm: str) -> TrainingConfig:
    """The shipped configuration of an environment, with the budget of the comparison and another algorithm."""
    shipped, domain = read_config(name), DOMAINS[name]
    acting = "trt_smc" if algorithm == "ppo" else algorithm
    planner = get_planner(acting)
    # All other settings are the defaults of the algorithm.
    common = {"reward_temperature", "discount", "act", "action_atoms"} & planner.algorithm.settings.model_fields.keys()
    kept = {key: value for key, value in shipped.planner.items() if key in common}
    values = shipped.model_dump() | {
        "algorithm": "ppo" if algorithm == "ppo" else "expert_iteration",
        "planner": {**kept, **planner.algorithm.settings.of_budget(domain.particles, domain.depth), "name": acting},
        "evaluation_planner": {},
        "learn": shipped.learn.model_dump() | {"learning_rate": LEARNING_RATE},
        "ppo": {"learning_rate": LEARNING_RATE},
        "iterations": domain.iterations,
        "evaluate_every": domain.evaluate_every,
        "stages": (),
    }
    return TrainingConfig.model_validate(values)


def curve(config: TrainingConfig, algorithm: str, seeds: int) -> dict[str, Any]:
    """Train all seeds of one algorithm and print their progress."""
    steps, returns, seconds = [], [], 0.0
    for news in train_seeds(config, range(seeds)):
        steps.append(news.environment_steps)
        returns.append(news.returns.astype(float))
        seconds = news.seconds
        print(f"{config.environment} {algorithm}: {news.environment_steps} steps, {seconds:.0f} s, returns {np.round(news.returns, 2)}", flush=True)
    intervals = [iqm_interval(each) for each in returns]
    return {
        "title": "PPO" if algorithm == "ppo" else get_planner(algorithm).title,
        "seeds": seeds,
        "seconds": round(seconds, 1),
        "model_steps_per_decision": 0 if algorithm == "ppo" else config.model_steps,
        "environment_steps": steps,
        "iqm": [round(each.estimate, 4) for each in intervals],
        "low": [round(each.low, 4) for each in intervals],
        "high": [round(each.high, 4) for each in intervals],
        "returns": [[round(value, 4) for value in each] for each in returns],
    }


def figure(data: dict[str, Any]) -> go.Figure:
    """One chart for each environment: lines with bands."""
    environments = data["environments"]
    rows = -(-len(environments) // 3)
    made = make_subplots(rows, 3, subplot_titles=list(environments), horizontal_spacing=0.06, vertical_spacing=0.16)
    for place, cell in enumerate(environments.values()):
        at = {"row": place // 3 + 1, "col": place % 3 + 1}
        for name, one in cell["curves"].items():
            colour, dash = ALGORITHMS[name]
            x, band = one["environment_steps"], [*one["high"], *reversed(one["low"])]
            about = {"legendgroup": name, "name": one["title"]}
            filled = {"fill": "toself", "fillcolor": colour, "opacity": 0.15, "line": {"width": 0}, "hoverinfo": "skip"}
            made.add_trace(go.Scatter(x=[*x, *reversed(x)], y=band, showlegend=False, **filled, **about), **at)
            line = {"color": colour, "dash": dash, "width": 2}
            made.add_trace(go.Scatter(x=x, y=one["iqm"], mode="lines", line=line, showlegend=place == 0, **about), **at)
    made.update_xaxes(title_text="environment steps", title_standoff=4, rangemode="tozero")
    made.update_layout(template="plotly_white", width=1080, height=60 + 300 * rows, font_size=11, margin={"l": 45, "r": 10, "t": 30, "b": 10})
    made.update_layout(legend={"orientation": "h", "y": -0.16 / rows, "x": 0.5, "xanchor": "center"})
    return made


def page(data: dict[str, Any]) -> str:
    """The Markdown page: tables, and the text of learning-words.md, which is written by hand."""
    parts = [(ROOT / "benchmarks" / "learning-words.md").read_text("utf-8").rstrip() + "\n"]
    for environment, cell in data["environments"].items():
        parts.append(f"## {environment}\n\n{table(cell)}\n")
    return "\n".join(parts)


def table(cell: dict[str, Any]) -> str:
    """Table of returns half-way, at the end and over the whole run."""
    head = "| algorithm | model steps a decision | half-way | at the end | mean over the run | seeds |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(row(one) for one in cell["curves"].values())])


def row(one: dict[str, Any]) -> str:
    """Row of one algorithm."""
    middle = len(one["iqm"]) // 2
    at_step = lambda at: f"{one['iqm'][at]:.2f} [{one['low'][at]:.2f}, {one['high'][at]:.2f}]"
    area = iqm_interval(np.mean(one["returns"], axis=0))
    over = f"{area.estimate:.2f} [{area.low:.2f}, {area.high:.2f}]"
    return f"| {one['title']} | {one['model_steps_per_decision']} | {at_step(middle)} | {at_step(-1)} | {over} | {one['seeds']} |"


if __name__ == "__main__":
    main()
