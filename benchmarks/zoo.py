"""Measurement of the shipped checkpoints.

    python -m benchmarks.zoo [--checkpoints assets/checkpoints] [--only cartpole-early …] [--part cards] [--planners trt_smc …] [--save]

`cards` plays the episodes of each card again, with the same first states and noise. It reports if each mean is within the 95 % interval given by the
card's standard error; the exit code is 1 where one is not. `planning` plays the prior alone and planners at 512 model steps per decision, with common
seeds, and reports the improvement by planning. With `--save` it writes the returns to the cards (then run `python docs/zoo.py`).
"""

import argparse
import sys
import time
from pathlib import Path

import jax
import numpy as np

from backend.config import ServerConfig
from backend.engine.cache import use_compilation_cache
from benchmarks import options as given
from planner.algorithms.registry import PLANNERS, get_planner
from planner.checkpoints import Card, Checkpoint, Checkpoints
from planner.messages import named
from planner.request import PlanRequest, Prepared
from planner.training.evaluation import greedy_prior, mean_interval, planning, player, summarise

FOLDER = given.CHECKPOINTS
DEPTHS = {
    "CartPole-v1": 16,
    "Acrobot-v1": 16,
    "Pendulum-v1": 16,
    "MountainCarContinuous-v0": 32,
    "Breakout-MinAtar": 16,
    "SpaceInvaders-MinAtar": 16,
    "Snake6x6-jumanji": 16,
    "FrozenLake-misc": 2,
}
"""Depth of plans, 8 elsewhere: the number of steps until an action shows its effect. On slippery ice, smaller depths are better."""
SIMULATIONS = 64
"""Simulations of Gumbel MCTS. Its time grows with the square of its budget: 512 are too slow for whole episodes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="+", help="names of checkpoints")
    parser.add_argument("--part", default="cards", choices=["cards", "planning"])
    parser.add_argument("--planners", nargs="+", default=list(PLANNERS), choices=list(PLANNERS))
    parser.add_argument("--episodes", type=given.count, default=64, help="of `planning`")
    parser.add_argument("--save", action="store_true", help="put the returns of `planning` on the cards")
    options = parser.parse_args()
    use_compilation_cache(ServerConfig().data / "compiled")
    store = Checkpoints(options.checkpoints)
    names = options.only or store.names()
    if unknown := sorted(set(names) - set(store.names())):
        parser.error(f"argument --only: {options.checkpoints} has no checkpoint {', '.join(unknown)}; it has {named(store.names(), unknown[0])}")
    if options.part == "cards":
        sys.exit(1 if sum([check_card(store.load(name)) for name in names]) else 0)
    for name in names:
        returns = compare(store.load(name), options.planners, options.episodes)
        if options.save:
            card = store.card(name)
            store.save_card(card.model_copy(update={"returns": card.returns | returns}))


def check_card(loaded: Checkpoint) -> int:
    """Play a card's episodes again. Returns the number of means outside their interval."""
    outside = 0
    for name, promised in loaded.card.returns.items():
        prepared = None if name == "prior" else PlanRequest(name, promised.settings).prepare(loaded)
        returns = play(loaded, prepared, promised.episodes)
        within = abs(returns.mean() - promised.mean) <= max(1.96 * promised.standard_error, 1e-6)
        summary = f"{loaded.name}, {name}: {returns.mean():.3f}, the card says {promised.mean:.3f} ± {promised.standard_error:.3f}"
        print(f"{summary}: {'within' if within else 'OUTSIDE'} its interval", flush=True)
        outside += not within
    # Hundreds of compiled programs would exceed the memory of the process.
    jax.clear_caches()
    return outside


def play(loaded: Checkpoint, prepared: Prepared | None, episodes: int) -> np.ndarray:
    """Returns of whole episodes of the prior or of a planner."""
    act = greedy_prior(loaded.model) if prepared is None else planning(prepared, loaded.model)
    return player(loaded.model, act)(loaded.params, episodes=episodes)


def budget(name: str, card: Card) -> Prepared:
    """A planner's settings at 512 model steps."""
    planner, depth = get_planner(name), DEPTHS.get(card.environment, 8)
    shape = {"num_simulations": SIMULATIONS} if name == "gumbel_mcts" else planner.algorithm.settings.of_budget(512 // depth, depth)
    certain = {"act": "argmax"} if "act" in planner.algorithm.settings.model_fields else {"gumbel_scale": 0.0}
    return PlanRequest(name, shape | certain).prepare(card)


def compare(loaded: Checkpoint, names: list[str], episodes: int) -> dict:
    """Measure and print the returns of the prior and of planners."""
    prior = play(loaded, None, episodes)
    measured = {"prior": summarise(prior)}
    print(f"{loaded.name}: prior alone {prior.mean():.2f} ± {measured['prior'].standard_error:.2f}", flush=True)
    for name in names:
        began = time.monotonic()
        prepared = budget(name, loaded.card)
        returns = play(loaded, prepared, episodes)
        measured[name] = summarise(returns, prepared.settings)
        # Episode i has the same first state for every policy: the difference is paired.
        gain = mean_interval(returns - prior)
        summary = (
            f"{returns.mean():.2f} ± {measured[name].standard_error:.2f}, planning adds {gain.estimate:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}]"
        )
        print(f"    {prepared.settings.size}, {prepared.planner.title}: {summary}; {time.monotonic() - began:.0f} s", flush=True)
    jax.clear_caches()
    return measured


if __name__ == "__main__":
    main()
