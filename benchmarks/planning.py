"""What planning costs beside what it cannot do without.

Ratios of one run: a plan with its trace against the same plan without (the decision alone), and against a bare scan of the same number of network
evaluations and environment steps. Compile times of the three beside them.

    python -m benchmarks.planning [--particles 64 256 1024] [--depth 24] [--repeats 100]
"""

import argparse
import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp

from benchmarks.timing import interleaved
from planner import Checkpoints, Live, Model, Static, get_planner, plan_function
from planner.episodes import plan_key, reset_key

CHECKPOINTS = Path(__file__).resolve().parent.parent / "assets" / "checkpoints"


def bare_scan(model: Model, particles: int, depth: int):
    """N * T network evaluations and environment steps with actions given beforehand, and nothing else."""

    def run(params, key, root_state, live):
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


def measure(checkpoint: str, particles: int, depth: int, repeats: int) -> dict[str, float]:
    """Times in ms, compile times in s, and the two ratios."""
    loaded = Checkpoints(CHECKPOINTS).load(checkpoint)
    settings = get_planner("trt_smc").settings({}, loaded.card.settings)
    static = Static.of(settings.model_copy(update={"particles": particles, "depth": depth}))
    live = Live.of(settings)
    state = loaded.model.environment.reset(reset_key(0))
    with_trace = plan_function(loaded.model, static)
    programs = {
        "plan": with_trace,
        "without_trace": lambda *arguments: with_trace(*arguments).root,
        "bare_scan": bare_scan(loaded.model, particles, depth),
    }
    compiled, row = {}, {"particles": particles, "depth": depth}
    for name, program in programs.items():
        started = time.perf_counter()
        compiled[name] = jax.jit(program).lower(loaded.params, plan_key(0, 0), state, live).compile()
        row[f"{name}_compile_s"] = time.perf_counter() - started
    calls = {name: lambda i, p=program: p(loaded.params, plan_key(0, i), state, live) for name, program in compiled.items()}
    times = interleaved(calls, repeats)
    row |= {f"{name}_ms": value for name, value in times.items()}
    return row | {"trace_ratio": times["plan"] / times["without_trace"], "bare_ratio": times["plan"] / times["bare_scan"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default="cartpole")
    parser.add_argument("--particles", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--depth", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    device = jax.devices()[0].device_kind
    rows = [measure(options.checkpoint, n, options.depth, options.repeats) for n in options.particles]
    if options.json:
        print(json.dumps({"device": device, "rows": rows}))
        return
    print(f"planning on {device}, depth {options.depth}, median of {options.repeats}")
    print("     N  plan ms  without  bare ms  plan/without  plan/bare  compile s (plan, without, bare)")
    for r in rows:
        print(
            f"{r['particles']:6d} {r['plan_ms']:8.2f} {r['without_trace_ms']:8.2f} {r['bare_scan_ms']:8.2f} {r['trace_ratio']:13.2f} "
            f"{r['bare_ratio']:10.2f}  {r['plan_compile_s']:.1f}, {r['without_trace_compile_s']:.1f}, {r['bare_scan_compile_s']:.1f}"
        )


if __name__ == "__main__":
    main()
