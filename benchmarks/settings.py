"""Effects of TRT-SMC's settings on whole episodes: levels of each factor alone and crossed, common seeds, paired differences; docs/settings.md.

    python -m benchmarks.settings [--only cartpole-early …] [--cells 60] [--episodes 32] [--data docs/settings.json] [--report]

A cell is one level of each factor below. The settings for learning come first, as what others are compared with; then each other level alone, every
twist with every resampling, every policy target with both, and cells drawn at random. All checkpoints have the same cells, one cell after the other,
so the command may be stopped at any time; cells that the data file holds are not measured again. `--report` only writes the page and its picture from
the data.
"""

import argparse
import json
import time
from collections.abc import Mapping
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
from benchmarks.zoo import DEPTHS, FOLDER
from planner.checkpoints import Checkpoint, Checkpoints
from planner.request import PlanRequest
from planner.training.evaluation import player

ROOT = Path(__file__).resolve().parent.parent
DATA, PAGE, PICTURE = ROOT / "docs" / "settings.json", ROOT / "docs" / "settings.md", ROOT / "docs" / "images" / "settings.svg"
WORDS = Path(__file__).parent / "settings-words.md"

SEED = 1000
"""Of the episodes. Those of cards are 0."""
UNUSUAL = ("mountaincar-continuous", "space-invaders", "snake6x6", "rubiks-cube-3")
"""Environments that are measured only where they are named: episodes of some take minutes a cell, and some need an extra."""

FACTORS: dict[str, dict[str, dict[str, Any]]] = {
    "resampling": {
        "ESS 0.5": {"ess_threshold": 0.5},
        "ESS 0.2": {"ess_threshold": 0.2},
        "ESS 0.1": {"ess_threshold": 0.1},
        "resampled every level": {"resampling_rule": "period", "resampling_period": 1},
        "never resampled": {"resampling_rule": "never"},
    },
    "target": {
        "target message": {},
        "target value": {"policy_target": "value"},
        "target online": {"policy_target": "online"},
        "target surviving": {"policy_target": "surviving"},
        "target completed": {"policy_target": "completed"},
    },
    "twist": {
        "alpha 0.1": {"trust": "full"},
        "alpha 0": {"alpha": 0.0, "trust": "full"},
        "alpha 0.3": {"alpha": 0.3, "trust": "full"},
        "0.1 at the root only": {"constraint": "fixed_kl", "kl_bound": 0.0, "root_constraint": "adaptive", "trust": "full"},
        "0.1 below the root only": {"root_constraint": "fixed_kl", "kl_bound": 0.0, "trust": "full"},
        "0.1 by agreement": {"trust": "agreement"},
        "0.3 by agreement": {"alpha": 0.3, "trust": "agreement"},
    },
    "temperature": {
        "temperature x 1": {},
        "temperature x 0.25": {"reward_temperature": 0.25},
        "temperature x 4": {"reward_temperature": 4.0},
        "read off at 0.2 nats": {"temperature_rule": "target_kl", "target_kl": 0.2},
    },
    "revival": {"revived": {}, "not revived": {"revive": False}},
    "root": {"stratified root": {}, "root by proposal": {"root_sampling": "proposal"}},
    "steps": {"512 steps": {}, "128 steps": {"particles": 0.25}, "2048 steps": {"particles": 4.0}},
}
"""Settings by the level of each factor, first that for learning. Temperatures are factors on the card's, particles on those of 512 model steps."""

Cell = Mapping[str, str]
Returns = dict[str, dict[tuple[str, ...], np.ndarray]]
"""Checkpoint -> levels of a cell -> returns of the episodes."""


def first_cell() -> dict[str, str]:
    """The first level of each factor: TRT-SMC's settings for learning."""
    return {name: next(iter(levels)) for name, levels in FACTORS.items()}


def cells(drawn: int) -> list[Cell]:
    """All cells in the order in which they are measured, `drawn` of them at random with a fixed seed."""
    first = first_cell()
    alone = [first | {name: level} for name, levels in FACTORS.items() for level in levels]
    twists, targets, resamplings = ("0.1 by agreement", "alpha 0", "alpha 0.1"), FACTORS["target"], FACTORS["resampling"]
    paired = [first | {"twist": one, "resampling": two} for one in twists for two in resamplings]
    crossed = [first | {"twist": one, "target": two, "resampling": three} for one in twists for two in targets for three in resamplings]
    random = np.random.default_rng(0)
    sample = [{name: str(random.choice(list(levels))) for name, levels in FACTORS.items()} for _ in range(drawn)]
    return list({json.dumps(cell): cell for cell in [first, *alone, *paired, *crossed, *sample]}.values())


def settings_of(cell: Cell, environment: str, reward_temperature: float) -> dict[str, Any]:
    """The settings of a cell, for a checkpoint with this environment and temperature."""
    values: dict[str, Any] = {}
    for name, level in cell.items():
        values |= FACTORS[name][level]
    depth = DEPTHS.get(environment, 8)
    temperature = values.pop("reward_temperature", 1.0) * reward_temperature
    particles = int(values.pop("particles", 1.0) * 512 / depth)
    return values | {"reward_temperature": temperature, "particles": particles, "depth": depth, "act": "argmax"}


def returns_of(checkpoint: Checkpoint, cell: Cell, episodes: int) -> np.ndarray:
    """Returns of whole episodes with the settings of a cell, f32 [episodes]."""
    card = checkpoint.card
    prepared = PlanRequest("trt_smc", settings_of(cell, card.environment, card.settings["reward_temperature"])).prepare(checkpoint)
    run, live = prepared.program(checkpoint.model), prepared.live
    play = player(checkpoint.model, lambda params, key, state: run(params, key, state, live).root.chosen_action)
    return play(checkpoint.params, episodes=episodes, seed=SEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cells", type=given.count, default=60, help="drawn at random, after the others")
    parser.add_argument(
        "--only",
        nargs="+",
        type=given.checkpoint,
        metavar="NAME",
        help="by default the early and middle checkpoints of short episodes without extras",
    )
    parser.add_argument("--episodes", type=given.count, default=32)
    parser.add_argument("--report", action="store_true", help="only the page and its picture, from the data")
    options = parser.parse_args()
    data = read_data(options.data)
    if not options.report:
        use_compilation_cache(ServerConfig().data / "compiled")
        measure(options.data, data, options.only or usual_names(), options.cells, options.episodes)
    returns = by_checkpoint(data)
    export_svg(figure(returns), PICTURE)
    PAGE.write_text(page(returns), "utf-8")


def usual_names() -> list[str]:
    """Early and middle checkpoints whose episodes are short, and which need no extra."""
    return [name for name in Checkpoints(FOLDER).names() if name.endswith(("-early", "-middle")) and not name.startswith(UNUSUAL)]


def measure(path: Path, data: dict[str, Any], names: list[str], drawn: int, episodes: int) -> None:
    """Measure the missing cells, and keep each at once."""
    store = Checkpoints(FOLDER)
    known = {(each["checkpoint"], *each["cell"].values(), len(each["returns"])) for each in data["cells"]}
    for cell in cells(drawn):
        for name in names:
            if (name, *cell.values(), episodes) in known:
                continue
            began = time.monotonic()
            returns = returns_of(store.load(name), cell, episodes)
            data["cells"].append({"checkpoint": name, "cell": dict(cell), "returns": [round(float(value), 4) for value in returns]})
            write_data(path, data)
            print(f"{name}: {returns.mean():.2f}, {words(tuple(cell.values()))} ({time.monotonic() - began:.0f} s)", flush=True)
            # Hundreds of compiled programs would exceed the memory of the process.
            jax.clear_caches()


def by_checkpoint(data: dict[str, Any]) -> Returns:
    """The data by checkpoint and cell."""
    found: Returns = {}
    for each in data["cells"]:
        found.setdefault(each["checkpoint"], {})[tuple(each["cell"].values())] = np.array(each["returns"])
    return found


def words(levels: tuple[str, ...]) -> str:
    """A cell by its levels that are not those for learning."""
    return ", ".join(level for level, usual in zip(levels, first_cell().values(), strict=True) if level != usual) or "for learning"


def verdict(returns: np.ndarray, usual: np.ndarray) -> int:
    """1 where the mean paired difference is surely above 0 (95 %, normal), -1 where it is surely below, else 0."""
    difference = returns - usual
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    if error == 0:
        return int(np.sign(difference.mean()))
    return int(np.sign(difference.mean())) if abs(difference.mean()) > 1.96 * error else 0


def complete_cells(returns: Returns) -> list[tuple[str, ...]]:
    """Cells that every checkpoint has, in the order of the measurement."""
    first = next(iter(returns.values()))
    return [cell for cell in first if all(cell in each for each in returns.values())]


def verdicts(returns: Returns, cell: tuple[str, ...]) -> list[int]:
    """The verdict of each checkpoint on a cell against the settings for learning."""
    usual = tuple(first_cell().values())
    return [verdict(each[cell], each[usual]) for each in returns.values()]


def figure(returns: Returns) -> go.Figure:
    """For each cell the number of checkpoints that it is surely better on, to the right, and surely worse on, to the left."""
    shown = [cell for cell in complete_cells(returns) if words(cell) != "for learning"][::-1]
    judged = [verdicts(returns, cell) for cell in shown]
    labels = [words(cell) for cell in shown]
    names = ("surely better than the settings for learning", "surely worse")
    return counts_figure(labels, [each.count(1) for each in judged], [each.count(-1) for each in judged], names, len(returns), width=860, row=24)


def page(returns: Returns) -> str:
    """The Markdown page: the words of settings-words.md, which is written by hand, and the table."""
    names = list(returns)
    episodes = len(next(iter(next(iter(returns.values())).values())))
    head = ["settings", *names, "better", "worse"]
    rows = []
    for cell in complete_cells(returns):
        judged = verdicts(returns, cell)
        means = [f"{returns[name][cell].mean():.4g}{'⁺' if sign > 0 else '⁻' if sign < 0 else ''}" for name, sign in zip(names, judged, strict=True)]
        rows.append([words(cell), *means, str(judged.count(1)), str(judged.count(-1))])
    table = "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
    about = f"Mean return of {episodes} episodes; ⁺ and ⁻: surely more or less than the settings for learning with the same episodes (95 %, paired)."
    return f"{WORDS.read_text('utf-8').rstrip()}\n\n{about}\n\n{table}\n"


if __name__ == "__main__":
    main()
