"""Small processes, settings and jitted planners that the planner's tests share."""

import functools
from typing import Any

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np

from planner import exact
from planner.algorithms.registry import PlanLike, get_planner
from planner.algorithms.settings import PlannerSettings, make_settings
from planner.algorithms.smc import Plan, plan
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.environments import Environment
from planner.environments.tabular import TabularMDP
from planner.record.metadata import Metadata
from tests.conftest import QUICK

jitted_plan = jax.jit(plan, static_argnames=("static", "model", "atoms", "states"))

UNOPTIMISED = {"xla_backend_optimization_level": 0} | QUICK
"""Compiler options of programs that run a few times: compiled in less than half the time. Where optimisation matters, tests use `jitted_plan`."""

quick_plan = jax.jit(plan, static_argnames=("static", "model", "atoms", "states"), compiler_options=UNOPTIMISED)


def quick(examples: int) -> hypothesis.settings:
    """Deterministic draws of hypothesis. Failures are not shrunk: with settings that select programs, each attempt is a compilation."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    return hypothesis.settings(max_examples=examples, deadline=None, derandomize=True, database=None, phases=phases)


def random_mdp(seed: int, *, states: int = 6, actions: int = 3, stochastic: bool = False, terminals: int = 1) -> TabularMDP:
    """A random process; its last `terminals` states are terminal, and its rewards are normal."""
    random = np.random.default_rng(seed)
    terminal = np.arange(states) >= states - terminals
    if stochastic:
        transition = random.dirichlet(np.full(states, 0.5), (states, actions))
    else:
        transition = np.eye(states)[random.integers(0, states, (states, actions))]
    return TabularMDP(
        name=f"random {seed}",
        transition=transition,
        reward=random.normal(size=(states, actions, states)),
        terminal=terminal,
        start=np.eye(states)[0],
        positions=random.normal(size=(states, 2)),
        action_names=tuple("abcdefgh"[:actions]),
    )


def layered_mdp(seed: int, *, layers: int = 3, width: int = 3, actions: int = 3) -> TabularMDP:
    """A deterministic process. Every step goes one layer down; the step out of the last layer ends the episode. The first layer is state 0."""
    random = np.random.default_rng(seed)
    states = 1 + (layers - 1) * width + 1
    successor = np.full((states, actions), states - 1)
    for layer in range(layers - 1):
        rows = [0] if layer == 0 else range(1 + (layer - 1) * width, 1 + layer * width)
        for state in rows:
            successor[state] = 1 + layer * width + random.integers(0, width, actions)
    return TabularMDP.deterministic(f"layers {seed}", successor, random.normal(size=(states, actions)), np.arange(states) == states - 1)


def random_prior(seed: int, mdp: TabularMDP) -> np.ndarray:
    """A random prior [S, A] in which every action has positive probability."""
    return np.random.default_rng(seed).dirichlet(np.full(len(mdp.action_names), 2.0), len(mdp.terminal))


def random_values(seed: int, mdp: TabularMDP) -> exact.Values:
    """Values with all the errors that a network can have: V of terminal states is not 0, and V is not the mean of Q."""
    random = np.random.default_rng(seed)
    states, actions = len(mdp.terminal), len(mdp.action_names)
    return exact.Values(random.normal(size=states), random.normal(size=(states, actions)))


def complete(**values: Any) -> SmcSettings:
    """Complete settings, with values for the two defaults that only a checkpoint gives."""
    return make_settings(values, {"reward_temperature": 0.7, "discount": 0.9}, SmcSettings)


def metadata_of(settings: PlannerSettings, planner: str = "trt_smc") -> Metadata:
    """Metadata of a plan with these settings, as far as diagnostics and drawings use it."""
    traits = get_planner(planner).traits
    return Metadata(planner=planner, settings=settings.model_dump(), seed=0, step=0, kind=traits.kind, traits=traits)


def live(**values: Any) -> Live:
    return Live.of(complete(**values))


def make_plan(
    settings: SmcSettings, mdp: TabularMDP, params: Any, *, seed: int = 0, start: int = 0, record: bool = False, compiled: Any = jitted_plan
) -> Plan:
    """One plan on tables, with atoms and states where `record` is set."""
    return compiled(
        params,
        jax.random.key(seed),
        mdp.state(start),
        live=Live.of(settings),
        static=Static.of(settings),
        model=Model(mdp, exact.look_up),
        atoms=record,
        states=record,
    )


def make_arrays(*arguments: Any, **keywords: Any) -> dict[str, np.ndarray]:
    """The arrays of `make_plan`."""
    return to_arrays(make_plan(*arguments, **keywords))


def batched(settings: SmcSettings, mdp: TabularMDP, read: Any) -> Any:
    """Jitted: [R] keys -> `read(plan)` of each, for statistics over seeds; give it keys and table parameters."""
    one = lambda key, params: read(
        plan(
            params,
            key,
            mdp.state(0),
            live=jax.tree.map(jnp.asarray, Live.of(settings)),
            static=Static.of(settings),
            model=Model(mdp, exact.look_up),
        )
    )
    return jax.jit(jax.vmap(one, in_axes=(0, None)), compiler_options=UNOPTIMISED)


@functools.cache
def program(name: str, mdp: TabularMDP, static: Any, record: bool) -> Any:
    """A planner on tables, jitted."""
    program = get_planner(name).program(Model(mdp, exact.look_up), static, atoms=record, states=record)
    return jax.jit(program, compiler_options=UNOPTIMISED)


def plan_with(name: str, mdp: TabularMDP, params: Any, *, seed: int = 0, start: int = 0, record: bool = False, **values: Any) -> PlanLike:
    """One plan on tables by any planner."""
    static, live = get_planner(name).split(settings_of(name, **values))
    return program(name, mdp, static, record)(params, jax.random.key(seed), mdp.state(start), live)


def settings_of(name: str, **values: Any) -> Any:
    """Complete settings of any planner, with values for the defaults that only a checkpoint gives."""
    return get_planner(name).settings(values, {"reward_temperature": 0.7, "discount": 0.9})


def random_action(environment: Environment, key: jax.Array) -> jax.Array:
    """An action drawn uniformly."""
    if environment.action_bounds is None:
        return jax.random.randint(key, (), 0, len(environment.action_names))
    low, high = jnp.asarray(environment.action_bounds).T
    return jax.random.uniform(key, low.shape, minval=low, maxval=high)
