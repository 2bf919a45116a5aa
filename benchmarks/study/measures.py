"""Measures of plans: many plans from many states, reduced to a few numbers each."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from benchmarks.study.subjects import Answer, Subject
from planner import PlanRequest, get_planner
from planner.algorithms.smc import Plan
from planner.algorithms.smc_root import read_root
from planner.algorithms.smc_settings import Live, Static
from planner.core.model import Evaluation, Model, Params
from planner.core.proposal import Twist
from planner.core.targets import Decision
from planner.core.trace import Trace

Measured = dict[str, Array]
"""Measures by name, one number for each plan."""

TARGETS = ("message", "surviving", "value", "online")

CHUNK = 65_536
"""Model steps taken in parallel: more would not fit into the cache."""
FEW_STEPS = 64
"""Model steps up to which a program is compiled without optimisation, which would take longer than it saves."""
SMALL_TREE = 256
"""Simulations up to which trees are grown in parallel; larger trees are copied too often."""


def measure_decision(decision: Decision, answer: Answer) -> Measured:
    """Measures of one decision against the answer at its root (without the axis R)."""
    gap = jnp.max(answer.optimal_q) - answer.optimal_q
    policy, tried = decision.root_policy, decision.root_visits > 0
    squared = jnp.where(tried, (decision.root_q - answer.soft_q) ** 2, 0.0)
    log_ratio = jnp.log(jnp.where(policy > 0, policy, 1.0)) - jnp.log(jnp.maximum(answer.posterior, jnp.finfo(jnp.float32).tiny))
    return {
        "regret": jnp.sum(policy * gap),
        "executed": gap[decision.chosen_action],
        "q_square": squared.sum() / jnp.maximum(tried.sum(), 1),
        "kl": jnp.sum(jnp.where(policy > 0, policy * log_ratio, 0.0)),
        "tried": tried.sum(),
        "positive": (policy > 0).sum(),
    }


def measure_trace(trace: Trace) -> Measured:
    """Measures of the particles of a plan."""
    slots = trace.alive.shape[1]
    return {
        "ess": trace.ess[-1] / slots,
        "living": jnp.mean(trace.alive[-1]),
        "steps": jnp.mean(trace.alive),
        "lineages": jnp.zeros(slots).at[trace.branch[-1]].set(1.0).sum(),
        "log_evidence": trace.log_evidence[-1],
    }


def measure_plan(plan: Any, answer: Answer, live: Any, static: Any) -> Measured:
    """Measures of the decision and, where there are particles, of the trace."""
    return measure_decision(plan.root, answer) | (measure_trace(plan.trace) if isinstance(plan, Plan) else {})


def measure_targets(plan: Plan, answer: Answer, live: Live, static: Static) -> Measured:
    """Measures of each policy target from the same particles, named `target_measure`."""
    root = plan.root
    evaluation = Evaluation(jnp.log(root.root_prior), root.root_value, jnp.zeros_like(root.root_prior))
    proposal = Twist(jnp.log(root.root_proposal), *[jnp.float32(0)] * 3)
    found = measure_trace(plan.trace)
    for target in TARGETS:
        chosen = replace(static, policy_target=target)
        read = read_root(plan.trace, evaluation, evaluation, proposal, jnp.bool_(False), key=jax.random.key(0), live=live, static=chosen)
        found |= {f"{target}_{name}": value for name, value in measure_decision(read, answer).items()}
    return found


class Runner:
    """Plans of one subject, from each of its roots, once for each seed."""

    def __init__(self, subject: Subject, seeds: int):
        self.subject, self.seeds = subject, seeds

    def __call__(self, planner: str, values: dict[str, Any], source: str, measure: Callable[..., Measured] = measure_plan) -> dict[str, np.ndarray]:
        """Measures by name, each [R, S].

        Args:
          planner: name of the planner.
          values: settings that differ from the planner's settings for learning.
          source: source of the values.
          measure: a function of `(plan, answer, live, static)`.
        """
        prepared = PlanRequest(planner, {**get_planner(planner).learning, **values}).prepare(self.subject.model, defaults=self.subject.settings)
        run = _program(self.subject.model, planner, prepared.static, measure, self.seeds, prepared.settings.model_steps)
        measured = run(self.subject.sources[source], self.subject.roots, self.subject.answer, prepared.live)
        return {name: np.asarray(array, float) for name, array in measured.items()}


@lru_cache(128)
def _program(model: Model, planner: str, static: Any, measure: Callable[..., Measured], seeds: int, steps: int) -> Callable[..., Measured]:
    """The program, compiled once for each model and static settings, because compiling takes longer than most cells. Joined subjects share it."""
    found = get_planner(planner)
    chunk = 1 if found.traits.kind == "tree" and steps > SMALL_TREE else max(1, min(seeds, CHUNK // steps))
    options = {"xla_llvm_disable_expensive_passes": True} | ({"xla_backend_optimization_level": 0} if steps <= FEW_STEPS else {})
    return jax.jit(partial(_measure_all, found.program(model, static), partial(measure, static=static), seeds, chunk), compiler_options=options)


def _measure_all(
    program: Callable[..., Any], measure: Callable[..., Measured], seeds: int, chunk: int, params: Params, roots: Any, answer: Answer, live: Any
) -> dict[str, Float[Array, "R S"]]:
    """Measure all plans, `chunk` of one root in parallel. Root r and seed s have the same key for every planner."""
    count = answer.optimal_q.shape[0]
    keys = jax.random.split(jax.random.key(1), (count, -(-seeds // chunk), chunk))

    def some(inputs: tuple[Array, Any, Answer]) -> Measured:
        keys, root, answer = inputs
        one = lambda key: measure(program(params, key, root, live), answer, live)
        return jax.lax.map(jax.vmap(one), keys)

    measured = jax.lax.map(some, (keys, roots, answer))
    return {name: array.reshape(count, -1)[:, :seeds] for name, array in measured.items()}
