"""Cost of planning: relative to a lower bound, relative to another planner, and as the number of particles grows.

Ratios within one run, and times per particle:

- a plan with its trace against the same plan without (the decision alone), and against a bare scan of the same number of network evaluations and
  environment steps; also the compile times of the three;
- Gumbel MCTS by mctx against TRT-SMC, at equal model steps;
- time per particle from 256 particles to 65536, relative to that of 256.

    python -m benchmarks.planning [--checkpoint cartpole] [--particles 64 256 1024] [--depth 24] [--repeats 100] [--parts cost mcts growth]
"""

import argparse
import json
import time

import jax
import jax.numpy as jnp

from benchmarks import options as given
from benchmarks.timing import interleaved
from planner import Checkpoints, Model, PlanRequest, get_planner
from planner.checkpoints import Checkpoint
from planner.episodes import plan_key, reset_key

GROWTH = (256, 1024, 4096, 16384, 65536)
EQUAL_STEPS = ((64, 16), (256, 16))
"""Particles and depth, for 1024 and 4096 model steps."""


def bare_scan(model: Model, particles: int, depth: int):
    """Program of only N * T network evaluations and environment steps, with fixed actions."""

    def run(params, key, root_state, live, interventions=None):
        states = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (particles, *jnp.shape(leaf))), root_state)
        actions = jax.random.randint(key, (depth, particles), 0, len(model.environment.action_names))

        def level(states, action):
            keys = jax.random.split(key, particles)
            step = jax.vmap(model.environment.step)(keys, states, action)
            evaluation = jax.vmap(model.evaluate, in_axes=(None, 0))(params, step.state)
            used = (step.reward + evaluation.value).sum() + evaluation.prior_logits.sum() + evaluation.qvalues.sum()
            return step.state, used

        return jax.lax.scan(level, states, actions)[1]

    return run


def program_of(planner: str, loaded: Checkpoint, particles: int, depth: int):
    """The planner's program at a budget of `particles * depth` model steps, and its last arguments: live settings and interventions."""
    budget = get_planner(planner).algorithm.settings.of_budget(particles, depth)
    prepared = PlanRequest(planner, budget).prepare(loaded)
    return prepared.program(loaded.model), (prepared.live, *prepared.changes())


def compiled_call(program, arguments, loaded: Checkpoint):
    """Compile a program. Returns a function of the number of the plan, and the seconds of compilation."""
    state = loaded.model.environment.reset(reset_key(0))
    started = time.perf_counter()
    compiled = jax.jit(program).lower(loaded.params, plan_key(0, 0), state, *arguments).compile()
    seconds = time.perf_counter() - started
    return lambda number: compiled(loaded.params, plan_key(0, number), state, *arguments), seconds


def measure_cost(loaded: Checkpoint, particles: int, depth: int, repeats: int) -> dict[str, float]:
    """Times in ms, compile times in s, and the ratios."""
    with_trace, arguments = program_of("trt_smc", loaded, particles, depth)
    programs = {
        "plan": with_trace,
        "without_trace": lambda *arguments: with_trace(*arguments).root,
        "without_interventions": lambda *arguments: with_trace(*arguments[:4]),
        "bare_scan": bare_scan(loaded.model, particles, depth),
    }
    calls, row = {}, {"particles": particles, "depth": depth}
    for name, program in programs.items():
        calls[name], row[f"{name}_compile_s"] = compiled_call(program, arguments, loaded)
    times = interleaved(calls, repeats)
    row |= {f"{name}_ms": value for name, value in times.items()}
    ratio = lambda name: times["plan"] / times[name]
    return row | {"trace_ratio": ratio("without_trace"), "interventions_ratio": ratio("without_interventions"), "bare_ratio": ratio("bare_scan")}


def measure_mcts(loaded: Checkpoint, particles: int, depth: int, repeats: int) -> dict[str, float]:
    """Times in ms of Gumbel MCTS and TRT-SMC at equal model steps, and their ratio."""
    calls = {name: compiled_call(*program_of(name, loaded, particles, depth), loaded)[0] for name in ("trt_smc", "gumbel_mcts")}
    times = interleaved(calls, repeats)
    row = {"particles": particles, "depth": depth, "model_steps": particles * depth}
    return row | {f"{name}_ms": value for name, value in times.items()} | {"mcts_ratio": times["gumbel_mcts"] / times["trt_smc"]}


def measure_growth(loaded: Checkpoint, depth: int, repeats: int) -> list[dict[str, float]]:
    """Times in ms, and time per particle relative to that of the smallest number of particles.

    The numbers are measured one after the other: interleaved, the largest would leave the smallest a cold cache.
    """
    calls = {n: compiled_call(*program_of("trt_smc", loaded, n, depth), loaded)[0] for n in GROWTH}
    times = {n: interleaved({"plan": call}, repeats)["plan"] for n, call in calls.items()}
    first = times[GROWTH[0]] / GROWTH[0]
    return [{"particles": n, "depth": depth, "plan_ms": value, "per_particle": value / n / first} for n, value in times.items()]


def print_cost(rows: list[dict[str, float]]) -> None:
    print("     N  plan ms  without  bare ms  plan/without  plan/no interventions  plan/bare  compile s (plan, without, bare)")
    for r in rows:
        print(
            f"{r['particles']:6d} {r['plan_ms']:8.2f} {r['without_trace_ms']:8.2f} {r['bare_scan_ms']:8.2f} {r['trace_ratio']:13.2f} "
            f"{r['interventions_ratio']:22.2f} "
            f"{r['bare_ratio']:10.2f}  {r['plan_compile_s']:.1f}, {r['without_trace_compile_s']:.1f}, {r['bare_scan_compile_s']:.1f}"
        )


def print_mcts(rows: list[dict[str, float]]) -> None:
    print("model steps  TRT-SMC ms  Gumbel MCTS ms  MCTS/TRT-SMC")
    for r in rows:
        print(f"{r['model_steps']:11d} {r['trt_smc_ms']:11.2f} {r['gumbel_mcts_ms']:15.2f} {r['mcts_ratio']:13.1f}")


def print_growth(rows: list[dict[str, float]]) -> None:
    print("     N  plan ms  per particle / that of the first")
    for r in rows:
        print(f"{r['particles']:6d} {r['plan_ms']:8.2f} {r['per_particle']:13.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=given.checkpoint, metavar="NAME", default="cartpole")
    parser.add_argument("--particles", type=given.count, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--depth", type=given.count, default=24)
    parser.add_argument("--repeats", type=given.count, default=100)
    parser.add_argument("--parts", nargs="+", default=["cost"], choices=["cost", "mcts", "growth"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    loaded = Checkpoints(given.CHECKPOINTS).load(options.checkpoint)
    # Growing a tree step by step, and plans of 65536 particles, take seconds: fewer repeats suffice.
    slow_repeats = max(5, options.repeats // 10)
    measure = {
        "cost": lambda: [measure_cost(loaded, n, options.depth, options.repeats) for n in options.particles],
        "mcts": lambda: [measure_mcts(loaded, n, depth, slow_repeats) for n, depth in EQUAL_STEPS],
        "growth": lambda: measure_growth(loaded, options.depth, slow_repeats),
    }
    device, rows = jax.devices()[0].device_kind, {part: measure[part]() for part in options.parts}
    if options.json:
        # The rows of `cost` keep their earlier name.
        print(json.dumps({"device": device, "checkpoint": options.checkpoint, **{"rows" if part == "cost" else part: r for part, r in rows.items()}}))
        return
    print(f"planning with {options.checkpoint} on {device}, depth {options.depth}, median of {options.repeats}")
    for part, table in rows.items():
        {"cost": print_cost, "mcts": print_mcts, "growth": print_growth}[part](table)


if __name__ == "__main__":
    main()
