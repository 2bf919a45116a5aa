"""Exact answers by dynamic programming, for environments small enough to write down as tables.

All of it is float64 NumPy and shares nothing with the planner, so that the planner can be held to it. With prior pi, temperature tau and
continuation d (0 on entering a terminal state), the values are

    soft      Q(s,a) = tau log E_s' exp((r + gamma d V(s')) / tau),   V(s) = tau log E_{a~pi} exp(Q(s,a) / tau)
    optimal   Q(s,a) = E_s' [r + gamma d V(s')],                      V(s) = max_a Q(s,a)
    of pi     Q(s,a) = E_s' [r + gamma d V(s')],                      V(s) = E_{a~pi} Q(s,a)

The soft Q takes the expectation over s' inside the logarithm: that is the posterior over whole trajectories, chance included, and the limit of the
planner's weights. Values of terminal states are 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from planner.environments.tabular import TabularMDP, TabularState
from planner.model import Evaluation

Table = Float[np.ndarray, "S A"]
PerState = Float[np.ndarray, "S"]

MAX_SWEEPS = 100_000
CONVERGED = 1e-13
"""Largest change of a value in one sweep, relative to the largest value, at which sweeping stops."""


@dataclass(frozen=True)
class Values:
    """A fixed point, float64."""

    value: PerState
    qvalues: Table


def enumerate_model(environment: Any) -> TabularMDP:
    """An environment written down as tables.

    Args:
      environment: one with `state_count`, `index`, `state_of`, `slip` and `certain_step`, as those of planner/environments/grids.py.

    Raises:
      ValueError: the environment cannot be enumerated.
    """
    if not hasattr(environment, "state_of"):
        raise ValueError(f"{environment.name} has no exact answers: its states cannot be enumerated")
    count, actions = environment.state_count, len(environment.action_names)
    states = jax.vmap(environment.state_of)(jnp.arange(count))
    by_action = jax.vmap(environment.certain_step, in_axes=(None, 0))
    steps = jax.jit(jax.vmap(by_action, in_axes=(0, None)))(states, jnp.arange(actions))
    successor = np.asarray(jax.vmap(jax.vmap(environment.index))(steps.state))
    terminal = np.asarray(jax.vmap(environment.is_terminal)(states))
    reward = np.asarray(steps.reward, float)

    transition, total = np.zeros((count, actions, count)), np.zeros((count, actions, count))
    rows = np.arange(count)
    for meant, chances in enumerate(environment.slip()):
        for done, chance in enumerate(chances):
            # For one thing done every state has one successor, so no index occurs twice.
            transition[rows, meant, successor[:, done]] += chance
            total[rows, meant, successor[:, done]] += chance * reward[:, done]
    starts = jax.vmap(lambda key: environment.index(environment.reset(key)))(jax.random.split(jax.random.key(0), 256))
    return TabularMDP(
        name=environment.name,
        transition=transition,
        reward=np.divide(total, transition, out=np.zeros_like(total), where=transition > 0),
        terminal=terminal,
        start=np.bincount(np.asarray(starts), minlength=count) / 256,
        positions=np.asarray(jax.vmap(environment.position)(states), float),
        action_names=environment.action_names,
    )


def soft_values(mdp: TabularMDP, prior: Table, temperature: float, discount: float) -> Values:
    """V_soft and Q_soft: values of the prior tilted by the exponential of the return."""

    def backup(value: PerState) -> Values:
        qvalues = temperature * _log_mean_exp(mdp.transition, _targets(mdp, value, discount) / temperature)
        return Values(temperature * _log_mean_exp(prior, qvalues / temperature), qvalues)

    return _fixed_point(mdp, backup)


def optimal_values(mdp: TabularMDP, discount: float) -> Values:
    """V* and Q*."""

    def backup(value: PerState) -> Values:
        qvalues = np.sum(mdp.transition * _targets(mdp, value, discount), axis=-1)
        return Values(qvalues.max(axis=-1), qvalues)

    return _fixed_point(mdp, backup)


def policy_values(mdp: TabularMDP, policy: Table, discount: float) -> Values:
    """V^pi and Q^pi."""

    def backup(value: PerState) -> Values:
        qvalues = np.sum(mdp.transition * _targets(mdp, value, discount), axis=-1)
        return Values(np.sum(policy * qvalues, axis=-1), qvalues)

    return _fixed_point(mdp, backup)


def posterior_policy(prior: Table, qvalues: Table, temperature: float) -> Table:
    """q(a|s) ∝ prior(a|s) exp(Q(s,a) / temperature)."""
    logits = qvalues / temperature
    weights = prior * np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def log_evidence(
    mdp: TabularMDP, prior: Table, value: PerState, temperature: float, discount: float, levels: int, advantage: bool = True
) -> PerState:
    """Log E_pi exp(sum over `levels` steps of (r + gamma d V(s') - V(s)) / tau) from every state; what (E7) estimates.

    Args:
      value: any V, not only a fixed point; taken as 0 in terminal states.
      advantage: False leaves out `- V(s)`.
    """
    value = np.where(mdp.terminal, 0.0, value)
    increments = (_targets(mdp, value, discount) - (value[:, None, None] if advantage else 0.0)) / temperature
    log_rest = np.zeros(len(value))
    for _ in range(levels):
        by_action = _log_mean_exp(mdp.transition, increments + log_rest[None, None, :])
        log_rest = np.where(mdp.terminal, 0.0, _log_mean_exp(prior, by_action))
    return log_rest


def tables(prior: Table, values: Values) -> Evaluation:
    """What a network would say of every state, as the parameters of `look_up`: [S, A], [S], [S, A], f32."""
    with np.errstate(divide="ignore"):
        logits = np.log(prior)
    return Evaluation(*(jnp.asarray(table, jnp.float32) for table in (logits, values.value, values.qvalues)))


def look_up(params: Evaluation, state: TabularState) -> Evaluation:
    """`Model.evaluate` from tables."""
    return jax.tree.map(lambda table: table[state.index], params)


def _targets(mdp: TabularMDP, value: PerState, discount: float) -> Float[np.ndarray, "S A S"]:
    """What a step is worth, r + gamma d V(s')."""
    return mdp.reward + discount * np.where(mdp.terminal, 0.0, value)


def _log_mean_exp(weights: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Log sum_k weights_k exp(exponents_k) over the last axis; entries of weight 0 do not count, and 0 where none has weight."""
    counted = weights > 0
    largest = np.max(np.where(counted, exponents, -np.inf), axis=-1, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    total = np.sum(weights * np.exp(np.where(counted, exponents - largest, 0.0)), axis=-1)
    return largest[..., 0] + np.log(np.where(total > 0, total, 1.0))


def _fixed_point(mdp: TabularMDP, backup: Callable[[PerState], Values]) -> Values:
    """Sweep until nothing changes.

    Raises:
      ValueError: values that still change after MAX_SWEEPS: an undiscounted process that need not end.
    """
    value = np.zeros(len(mdp.terminal))
    for _ in range(MAX_SWEEPS):
        swept = backup(value)
        after = np.where(mdp.terminal, 0.0, swept.value)
        change = np.max(np.abs(after - value))
        value = after
        if change <= CONVERGED * max(1.0, np.max(np.abs(value))):
            return Values(value, np.where(mdp.terminal[:, None], 0.0, swept.qvalues))
    raise ValueError(f"values of {mdp.name} still change by {change} after {MAX_SWEEPS} sweeps; the process must end or be discounted")
