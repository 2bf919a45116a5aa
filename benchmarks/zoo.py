"""Every card measured again, and what planning with 512 model steps adds to each shipped network.

    python -m benchmarks.zoo [--checkpoints assets/checkpoints] [--only cartpole-early …] [--parts cards planning] [--episodes 64]

`cards` plays the episodes of each card again, with the same first states and noise, and says whether each mean is within the 95 % interval that the
card's standard error gives; the exit code is 1 where one is not. `planning` plays the prior and planners at 512 model steps a decision on common
seeds.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from planner.checkpoints import Checkpoint, Checkpoints
from planner.planners import get_planner
from planner.training.evaluation import greedy_prior, mean_interval, planning, player, summarise
from planner.truth import judged

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "checkpoints"
SHAPES = {"trt_smc": (64, 8), "spo": (64, 8), "bootstrap_smc": (64, 8)}
"""Particles and depth of 512 model steps."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="+", help="names of checkpoints")
    parser.add_argument("--parts", nargs="+", default=["cards", "planning"], choices=["cards", "planning"])
    parser.add_argument("--episodes", type=int, default=64, help="of `planning`")
    options = parser.parse_args()
    store = Checkpoints(options.checkpoints)
    loaded = [store.load(name) for name in options.only or store.names()]
    outside = [line for each in loaded for line in check_card(each)] if "cards" in options.parts else []
    if "planning" in options.parts:
        compare(loaded, options.episodes)
    sys.exit(1 if outside else 0)


def check_card(loaded: Checkpoint) -> list[str]:
    """Play a card's episodes again; what is outside its interval."""
    outside = []
    for name, promised in loaded.card.returns.items():
        returns = play(loaded, name, promised.settings, promised.episodes)
        within = abs(returns.mean() - promised.mean) <= max(1.96 * promised.standard_error, 1e-6)
        said = f"{loaded.name}, {name}: {returns.mean():.3f}, the card says {promised.mean:.3f} ± {promised.standard_error:.3f}"
        print(f"{said}: {'within' if within else 'OUTSIDE'} its interval", flush=True)
        outside += [] if within else [said]
    return outside


def play(loaded: Checkpoint, name: str, values: dict[str, Any], episodes: int) -> Any:
    """Returns of whole episodes of the prior or of a planner."""
    if name == "prior":
        return player(loaded.model, greedy_prior(loaded.model))(loaded.params, episodes=episodes)
    planner = get_planner(name)
    settings = planner.settings(values, loaded.card.settings)
    model, params = judged(loaded, None, settings)
    return player(model, planning(planner, model, settings))(params, episodes=episodes)


def compare(loaded: list[Checkpoint], episodes: int) -> None:
    """A Markdown table: the prior, and each planner with what it adds."""
    print(f"\n{episodes} episodes each, common seeds, 512 model steps a decision: mean ± standard error; what planning adds, 95 % interval\n")
    print("| checkpoint | prior alone | " + " | ".join(get_planner(name).title for name in SHAPES) + " | seconds |")
    print("|" + "---|" * (len(SHAPES) + 3))
    for each in loaded:
        began = time.monotonic()
        prior = play(each, "prior", {}, episodes)
        cells = [said(prior)]
        for name, (particles, depth) in SHAPES.items():
            returns = play(each, name, {"particles": particles, "depth": depth, "act": "argmax"}, episodes)
            # Episode i starts alike whoever acts: the difference is paired.
            gain = mean_interval(returns - prior)
            cells.append(f"{said(returns)} ({gain.estimate:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}])")
        print(f"| {each.name} | {' | '.join(cells)} | {time.monotonic() - began:.0f} |", flush=True)


def said(returns: Any) -> str:
    """Mean and standard error."""
    short = summarise(returns)
    return f"{short.mean:.2f} ± {short.standard_error:.2f}"


if __name__ == "__main__":
    main()
