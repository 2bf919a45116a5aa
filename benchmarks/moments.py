"""Rank moments by how much happens in their plans. The moment that a page without an address opens with is chosen from this list.

    python -m benchmarks.moments [--checkpoint cartpole-early] [--seeds 8] [--steps 60] [--best 12]

Every moment of the greedy prior's episodes is planned with the default settings. Five shares in [0, 1] are averaged:

- bound: the KL of the proposals to the prior, of what the trust region allows
- overruled: total variation between the improved policy and the prior
- deaths: 4 d (1 - d), with d the share of particles that are in a terminal state at the last level: most where half of them are
- revived: the share of levels at which a particle is revived
- coalescence: how early all particles descend from one root slot; 0 where they do not
"""

import argparse
import asyncio
from dataclasses import dataclass, replace

import numpy as np

from backend.address import write_address
from backend.config import ServerConfig
from backend.engine.local import LocalEngine
from backend.openings import REQUEST
from benchmarks import options as given
from planner import Record
from planner.record.steps import step_of


@dataclass(frozen=True)
class Drama:
    """Shares of what happens in a plan, each in [0, 1]."""

    bound: float
    overruled: float
    deaths: float
    revived: float
    coalescence: float

    @property
    def score(self) -> float:
        """Their mean."""
        return float(np.mean([self.bound, self.overruled, self.deaths, self.revived, self.coalescence]))


def drama_of(record: Record) -> Drama:
    """Measure a plan of particles."""
    arrays = record.arrays
    steps = arrays["alive"] & np.isfinite(arrays["kl_bound"]) & (arrays["kl_bound"] > 0)
    bound = float(np.mean(np.minimum(arrays["kl"][steps] / arrays["kl_bound"][steps], 1))) if steps.any() else 0.0
    dead = float(np.mean(~arrays["alive"][-1] | arrays["terminal"][-1]))
    coalescence = step_of(arrays, record.metadata).coalescence
    return Drama(
        bound=bound,
        overruled=0.5 * float(np.abs(arrays["root_policy"] - arrays["root_prior"]).sum()),
        deaths=4 * dead * (1 - dead),
        revived=float(arrays["revived"].any(1).mean()),
        coalescence=0.0 if coalescence is None else 1 - coalescence,
    )


async def rank(checkpoint: str, seeds: int, steps: int) -> list[tuple[Drama, Record, str]]:
    """Plans of the moments with what happens in them, and the query of a link to each; the most dramatic first. Actions are discrete."""
    engine = LocalEngine(ServerConfig().checkpoints)
    found = []
    try:
        for seed in range(seeds):
            moment = await engine.first_moment(checkpoint, seed)
            for step in range(steps):
                if moment.over:
                    break
                prepared = await engine.prepare(checkpoint, replace(REQUEST, seed=seed, step=step))
                record = await engine.plan(prepared, moment)
                query = write_address(engine.card(checkpoint), prepared.request, prepared.settings.model_dump(), moment)
                found.append((drama_of(record), record, query))
                moment = await engine.next_moment(checkpoint, moment, int(record.arrays["root_prior"].argmax()), seed=seed, step=step)
    finally:
        engine.close()
    return sorted(found, key=lambda each: -each[0].score)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=given.checkpoint, metavar="NAME", default="cartpole-early")
    parser.add_argument("--seeds", type=given.count, default=8, help="episodes, with the seeds 0, 1, …")
    parser.add_argument("--steps", type=given.count, default=60, help="longest episode")
    parser.add_argument("--best", type=given.count, default=12, help="rows of the table")
    options = parser.parse_args()
    ranked = asyncio.run(rank(options.checkpoint, options.seeds, options.steps))
    print("| seed | step | score | bound | overruled | deaths | revived | coalescence | takes |\n|---|---|---|---|---|---|---|---|---|")
    for drama, record, _ in ranked[: options.best]:
        about = record.metadata
        shares = (drama.score, drama.bound, drama.overruled, drama.deaths, drama.revived, drama.coalescence)
        cells = " | ".join(f"{share:.2f}" for share in shares)
        print(f"| {about.seed} | {about.step} | {cells} | {record.arrays['chosen_action']} |")
    print(f"\n{ranked[0][2]}")


if __name__ == "__main__":
    main()
