"""Time that compiling the default plan takes, by part.

    python -m benchmarks.compiling [--checkpoints cartpole-early …] [--particles 256] [--depth 24]

Each part is compiled as a program of its own, so that their sum is about, and not exactly, the whole. Times are processor seconds of XLA, which other
programs sway little; tracing in Python is a column of its own.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks import options as given
from planner import Checkpoints, PlanRequest
from planner.algorithms import smc
from planner.algorithms.smc_root import read_root
from planner.checkpoints import Checkpoint
from planner.core.agreement import no_agreement
from planner.core.particles import advance, at_root
from planner.episodes import plan_key, reset_key

DEFAULTS = ("cartpole", "acrobot", "catch", "deepsea", "fourrooms", "frozenlake", "pendulum", "breakout", "space-invaders")
"""One checkpoint of each environment of gymnax."""


@dataclass(frozen=True)
class Compilation:
    """Costs of one program."""

    trace_seconds: float
    """Processor seconds of Python."""
    compile_seconds: float
    """Processor seconds of XLA."""
    kernels: int
    """Number of fused kernels."""


class Stopwatch:
    """Compiles programs and keeps the costs of each by name."""

    def __init__(self) -> None:
        self.costs: dict[str, Compilation] = {}

    def run(self, name: str, program: Callable, *arguments: Any) -> Any:
        """Compile a program, note its cost, and return its result."""
        started = time.process_time()
        lowered = jax.jit(program).lower(*arguments)
        traced = time.process_time()
        compiled = lowered.compile()
        self.costs[name] = Compilation(traced - started, time.process_time() - traced, (compiled.as_text() or "").count(" fusion("))
        return compiled(*arguments)


def measure(loaded: Checkpoint, particles: int, depth: int) -> dict[str, Compilation]:
    """Costs of the whole plan, and of its parts in their order."""
    watch = Stopwatch()
    model, params = loaded.model, loaded.params
    prepared = PlanRequest("trt_smc", {"particles": particles, "depth": depth}).prepare(loaded)
    static, live, (changes, *_) = prepared.static, prepared.live, prepared.changes()
    key, state = plan_key(0, 0), model.environment.reset(reset_key(0))
    first = lambda tree: jax.tree.map(lambda leaf: leaf[0], tree)

    watch.run("whole", prepared.program(model), params, key, state, live, changes)
    root = watch.run("root", partial(smc.evaluate_root, static=static, model=model), params, key, state, live)
    random = watch.run("random numbers", lambda key: smc.draw(key, particles, depth, static), key)
    start = watch.run("start", lambda root: at_root(particles, state, root.evaluation, root.terminal), root)
    own, here, level = first(changes), first(random), jnp.int32(1)
    proposed = watch.run(
        "twist and actions", lambda *given: smc.propose(*given[:-1], static, model, given[-1]), params, root, start, level, here, live, own
    )
    keys = jax.random.split(here.model, particles)
    stepping = lambda params, keys, start, proposed, live, own: advance(
        params, keys, start, proposed, level, model=model, live=live, advantage=static.advantage, changes=own
    )
    after, record = watch.run("steps and weights", stepping, params, keys, start, proposed, live, own)
    resampling = lambda start, after, uniforms, live: smc.resample_if_due(start, after, level, uniforms, root.terminal, live, static)
    _, resampled = watch.run("resampling", resampling, start, after, here.resampling, live)
    watch.run("agreement of Q", smc.found_agreement, no_agreement(), proposed, record, live)
    levels = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (depth, *jnp.shape(leaf))), record | resampled)
    del levels["state"]
    trace, _, _ = watch.run("trace", lambda levels: smc.read_trace(dict(levels), state, model, states=False), levels)
    reading = lambda trace, root, live, changes: read_root(
        trace, root.candidates, root.evaluation, root.twist, root.terminal, key=key, live=live, static=static, interventions=changes
    )
    watch.run("decision at the root", reading, trace, root, live, changes)
    return watch.costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", nargs="+", type=given.checkpoint, metavar="NAME", default=list(DEFAULTS))
    parser.add_argument("--particles", type=given.count, default=256)
    parser.add_argument("--depth", type=given.count, default=24)
    options = parser.parse_args()
    store, head = Checkpoints(given.CHECKPOINTS), True
    for name in options.checkpoints:
        costs = measure(store.load(name), options.particles, options.depth)
        if head:
            print(f"| | Python | {' | '.join(costs)} |\n|{'---|' * (len(costs) + 2)}", flush=True)
            head = False
        shown = " | ".join(f"{cost.compile_seconds:.2f} ({cost.kernels})" for cost in costs.values())
        print(f"| {name} | {costs['whole'].trace_seconds:.2f} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
