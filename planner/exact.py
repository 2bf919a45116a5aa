"""Exact answers by dynamic programming, for environments with few enough states to be written as tables.

The module is float64 NumPy and shares no code with the planner, so that the planner can be tested against it. With prior pi, temperature tau and
continuation d (0 on entering a terminal state), the values are

    soft      Q(s,a) = tau log E_s' exp((r + gamma d V(s')) / tau),   V(s) = tau log E_{a~pi} exp(Q(s,a) / tau)
    optimal   Q(s,a) = E_s' [r + gamma d V(s')],                      V(s) = max_a Q(s,a)
    of pi     Q(s,a) = E_s' [r + gamma d V(s')],                      V(s) = E_{a~pi} Q(s,a)

The soft Q takes the expectation over s' inside the logarithm. It describes the posterior over whole trajectories, the environment's noise included,
and is the limit of the planner's weights. Values of terminal states are 0.

A sweep covers only the few states that each step can reach. Long episodes need thousands of sweeps, so every few sweeps a Newton step on
V = backup(V) is tried. Backups are monotone and convex in V; for these, Newton's method is policy iteration (Puterman and Brumelle, Mathematics of
Operations Research 4, 1979) and needs few steps. A Newton step is accepted if its V is below its own backup. It is then below the fixed point, and
all later sweeps and Newton steps increase V.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from planner.core.model import Evaluation
from planner.environments.tabular import TabularMDP, TabularState

Table = Float[np.ndarray, "S A"]
PerState = Float[np.ndarray, "S"]
PerStep = Float[np.ndarray, "S A B"]

MAX_SWEEPS = 10_000
SWEEPS_PER_NEWTON_STEP = 8
CONVERGED = 1e-13
"""Largest change of a value in one sweep, relative to the largest value or the temperature, at which sweeping stops."""


@dataclass(frozen=True)
class Values:
    """V and Q of every state, float64, in units of reward; of fixed points here, but any will do for `tables`."""

    value: PerState
    """[S]; 0 in terminal states."""
    qvalues: Table
    """[S, A]; 0 in terminal states."""


ENUMERABLE = ("state_count", "index", "state_of", "slip", "certain_step")
"""Members with which an environment can be written as tables."""


def not_enumerable(environment: Any) -> list[str]:
    """Names of the members of ENUMERABLE that an environment lacks; none for one that is given as tables."""
    return [] if isinstance(environment, TabularMDP) else [name for name in ENUMERABLE if not hasattr(environment, name)]


def enumerate_model(environment: Any) -> TabularMDP:
    """Write an environment as tables.

    Args:
      environment: tables already, or with the members of ENUMERABLE, as in planner/environments/grids.py.

    Raises:
      ValueError: the environment cannot be enumerated; the message names the members that it lacks.
    """
    if isinstance(environment, TabularMDP):
        return environment
    if missing := not_enumerable(environment):
        raise ValueError(f"{environment.name} has no exact answers: its states cannot be enumerated, it lacks {', '.join(missing)}")
    count, actions = environment.state_count, len(environment.action_names)

    @jax.jit
    def describe() -> tuple[Array, ...]:
        states = jax.vmap(environment.state_of)(jnp.arange(count))
        by_action = jax.vmap(environment.certain_step, in_axes=(None, 0))
        steps = jax.vmap(by_action, in_axes=(0, None))(states, jnp.arange(actions))
        successor = jax.vmap(jax.vmap(environment.index))(steps.state)
        starts = jax.vmap(lambda key: environment.index(environment.reset(key)))(jax.random.split(jax.random.key(0), 256))
        return successor, steps.reward, jax.vmap(environment.is_terminal)(states), starts, jax.vmap(environment.position)(states)

    successor, reward, terminal, starts, positions = (np.asarray(table) for table in describe())
    transition, total = np.zeros((count, actions, count)), np.zeros((count, actions, count))
    rows = np.arange(count)
    for chosen, chances in enumerate(environment.slip()):
        for done, chance in enumerate(chances):
            # Given the action done, every state has one successor, so no index occurs twice.
            transition[rows, chosen, successor[:, done]] += chance
            total[rows, chosen, successor[:, done]] += chance * reward[:, done]
    return TabularMDP(
        name=environment.name,
        transition=transition,
        reward=np.divide(total, transition, out=np.zeros_like(total), where=transition > 0),
        terminal=terminal,
        start=np.bincount(starts, minlength=count) / 256,
        positions=positions.astype(float),
        action_names=environment.action_names,
    )


def soft_values(mdp: TabularMDP, prior: Table, temperature: float, discount: float) -> Values:
    """V_soft and Q_soft: values under the prior, exponentially tilted by the return. Where steps are random, of inference over whole paths.

    Args:
      mdp: S states, A actions.
      prior: [S, A] probabilities; rows of non-terminal states sum to 1.
      temperature: tau > 0, in units of reward.
      discount: gamma, 0 to 1.

    Returns:
      V_soft [S] and Q_soft [S, A], float64, in units of reward.

    Raises:
      ValueError: the values do not converge: an undiscounted process that may never end.
    """
    chance = mdp.successors.probability

    def backup(targets: PerStep) -> Values:
        qvalues = temperature * _log_mean_exp(chance, targets / temperature)
        return Values(temperature * _log_mean_exp(prior, qvalues / temperature), qvalues)

    def slope(targets: PerStep, qvalues: Table) -> PerStep:
        return _tilt(prior, qvalues / temperature)[..., None] * _tilt(chance, targets / temperature)

    return _fixed_point(mdp, discount, backup, slope, temperature)


def optimal_values(mdp: TabularMDP, discount: float) -> Values:
    """V* [S] and Q* [S, A], float64, in units of reward; arguments and errors as of `policy_values`."""
    chance = mdp.successors.probability

    def backup(targets: PerStep) -> Values:
        qvalues = np.sum(chance * targets, axis=-1)
        return Values(qvalues.max(axis=-1), qvalues)

    def slope(targets: PerStep, qvalues: Table) -> PerStep:
        return np.eye(qvalues.shape[1])[qvalues.argmax(axis=-1)][..., None] * chance

    return _fixed_point(mdp, discount, backup, slope)


def policy_values(mdp: TabularMDP, policy: Table, discount: float) -> Values:
    """V^pi and Q^pi.

    Args:
      mdp: S states, A actions.
      policy: [S, A] probabilities; rows of non-terminal states sum to 1.
      discount: gamma, 0 to 1.

    Returns:
      V^pi [S] and Q^pi [S, A], float64, in units of reward.

    Raises:
      ValueError: the values do not converge: an undiscounted process that may never end.
    """
    chance = mdp.successors.probability

    def backup(targets: PerStep) -> Values:
        qvalues = np.sum(chance * targets, axis=-1)
        return Values(np.sum(policy * qvalues, axis=-1), qvalues)

    return _fixed_point(mdp, discount, backup, lambda targets, qvalues: policy[..., None] * chance)


def posterior_policy(prior: Table, qvalues: Table, temperature: float) -> Table:
    """q(a|s) ∝ prior(a|s) exp(Q(s,a) / temperature), (E2) with the temperature given.

    Args:
      prior: [S, A] probabilities; where one is 0, q is 0.
      qvalues: [S, A] in units of reward; with Q_soft, q is the posterior.
      temperature: tau > 0, in units of reward.

    Returns:
      [S, A] float64; each row sums to 1, or to 0 where the prior allows nothing.
    """
    return _tilt(prior, qvalues / temperature)


def log_evidence(
    mdp: TabularMDP, prior: Table, value: PerState, temperature: float, discount: float, levels: int, advantage: bool = True
) -> PerState:
    """Log E_pi exp(sum over `levels` steps of (r + gamma d V(s') - V(s)) / tau) from every state; (E7) estimates it.

    Args:
      value: any V, not only a fixed point; replaced by 0 in terminal states.
      advantage: False omits `- V(s)`.
    """
    return log_evidence_by_level(mdp, prior, value, temperature, discount, levels, advantage)[-1]


def log_evidence_by_level(
    mdp: TabularMDP, prior: Table, value: PerState, temperature: float, discount: float, levels: int, advantage: bool = True
) -> Float[np.ndarray, "T S"]:
    """`log_evidence` for 1, 2, … `levels` steps; (E7) estimates it level by level."""
    value = np.where(mdp.terminal, 0.0, value)
    increments = (_targets(mdp, value, discount) - (value[:, None, None] if advantage else 0.0)) / temperature
    log_rest, rows = np.zeros(len(value)), []
    for _ in range(levels):
        by_action = _log_mean_exp(mdp.successors.probability, increments + log_rest[mdp.successors.state])
        log_rest = np.where(mdp.terminal, 0.0, _log_mean_exp(prior, by_action))
        rows.append(log_rest)
    return np.stack(rows)


def tables(prior: Table, values: Values) -> Evaluation:
    """Parameters of `look_up`: prior logits [S, A], V [S] and Q [S, A] of every state, f32, on the device.

    Args:
      prior: [S, A] probabilities; 0 becomes a logit of -inf, an invalid action.
      values: V [S] and Q [S, A] in units of reward.

    Raises:
      ValueError: the shapes do not fit together.
    """
    shapes = tuple(np.shape(table) for table in (prior, values.value, values.qvalues))
    if len(shapes[0]) != 2 or shapes[1] != shapes[0][:1] or shapes[2] != shapes[0]:
        raise ValueError(f"prior and Q must have shape [S, A] and V [S], got {', '.join(str(list(each)) for each in shapes)}")
    with np.errstate(divide="ignore"):
        logits = np.log(prior)
    return Evaluation(*(jnp.asarray(table, jnp.float32) for table in (logits, values.value, values.qvalues)))


def look_up(params: Evaluation, state: TabularState) -> Evaluation:
    """`Model.evaluate` from tables."""
    return jax.tree.map(lambda table: table[state.index], params)


def _targets(mdp: TabularMDP, value: PerState, discount: float) -> PerStep:
    """Values r + gamma d V(s') of every step; V is 0 in terminal states."""
    return mdp.successors.reward + discount * value[mdp.successors.state]


def _log_mean_exp(weights: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Log sum_k weights_k exp(exponents_k) over the last axis. Entries of weight 0 are ignored; the result is 0 where all weights are 0."""
    shifted, largest = _shifted(weights, exponents)
    total = np.sum(weights * np.exp(shifted), axis=-1)
    return largest[..., 0] + np.log(np.where(total > 0, total, 1.0))


def _tilt(weights: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Weights times exp(exponents), normalised over the last axis; 0 where all weights are 0."""
    tilted = weights * np.exp(_shifted(weights, exponents)[0])
    total = tilted.sum(axis=-1, keepdims=True)
    return tilted / np.where(total > 0, total, 1.0)


def _shifted(weights: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exponents minus the largest one of positive weight (so at most 0), and that largest; 0 for entries of weight 0."""
    counted = weights > 0
    largest = np.max(exponents, axis=-1, keepdims=True, where=counted, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    return np.where(counted, exponents - largest, 0.0), largest


def _fixed_point(
    mdp: TabularMDP,
    discount: float,
    backup: Callable[[PerStep], Values],
    slope: Callable[[PerStep, Table], PerStep],
    temperature: float = 0.0,
) -> Values:
    """Iterate sweeps and Newton steps until the values converge.

    Args:
      mdp: the process to solve.
      discount: gamma.
      backup: maps the targets r + gamma d V(s') of every step to values.
      slope: derivative of V(s) with respect to the target of each of its steps, given the targets and Q.
      temperature: of a soft backup; its rounding errors are relative to a number of this size.

    Raises:
      ValueError: the values still change after MAX_SWEEPS: an undiscounted process that may never end.
    """

    def sweep(value: PerState) -> tuple[PerState, PerStep, Table]:
        targets = _targets(mdp, value, discount)
        swept = backup(targets)
        return np.where(mdp.terminal, 0.0, swept.value), targets, swept.qvalues

    value, moved = np.zeros(len(mdp.terminal)), np.zeros(len(mdp.terminal), bool)
    for number in range(1, MAX_SWEEPS + 1):
        after, targets, qvalues = sweep(value)
        change = after - value
        rounding = CONVERGED * max(1.0, temperature, np.max(np.abs(after)))
        settled = np.abs(change) <= rounding
        moved |= ~settled
        if settled.all():
            return Values(after, np.where(mdp.terminal[:, None], 0.0, qvalues))
        if number % SWEEPS_PER_NEWTON_STEP == 0:
            leap = value + _newton_step(mdp, discount * slope(targets, qvalues), change, moved)
            if np.all(sweep(leap)[0] >= leap - rounding):
                after = leap
        value = after
    still = f"{np.max(np.abs(change))} after {MAX_SWEEPS} sweeps"
    raise ValueError(f"values of {mdp.name} still change by {still}; the process must end or be discounted")


def _newton_step(mdp: TabularMDP, slope: PerStep, change: PerState, moved: Bool[np.ndarray, "S"]) -> PerState:
    """Solve x = change + (dV'/dV) x over the `moved` states; 0 if there is no solution.

    States whose values never changed are excluded: those among them that cannot end would make the system singular.
    """
    count = len(change)
    states = np.broadcast_to(np.arange(count)[:, None, None], slope.shape)
    jacobian = csc_array((slope.ravel(), (states.ravel(), mdp.successors.state.ravel())), shape=(count, count))
    system, step = (eye_array(count, format="csc") - jacobian)[moved][:, moved], np.zeros(count)
    try:
        # Not LAPACK: on busy cores its threads wait for one another, which takes a hundred times as long.
        solution = splu(system).solve(change[moved])
    except RuntimeError:  # singular
        return step
    if np.max(np.abs(system @ solution - change[moved])) <= 1e-6 * np.max(np.abs(change)):
        step[moved] = solution
    return step
