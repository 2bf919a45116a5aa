"""Numbers of one plan that claims of lessons are about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner import Record
from planner.record import steps
from planner.record.diagnostics import normalised_weights
from planner.record.why import Carried, carried

Measure = Callable[[Record, int, int], float]
"""Of a record, a level and a root action; each passes over what it does not need."""

MEASURES: dict[str, tuple[Measure, str]] = {}
"""The measure and its meaning, by name."""


def _measure(text: str) -> Callable[[Measure], Measure]:
    def keep(measure: Measure) -> Measure:
        MEASURES[measure.__name__] = (measure, text)
        return measure

    return keep


@_measure("effective sample size at the level (E6), 1 to N")
def ess(record: Record, level: int, action: int) -> float:
    return float(record.arrays["ess"][level])


@_measure("least effective sample size over all levels, 1 to N")
def least_ess(record: Record, level: int, action: int) -> float:
    return float(record.arrays["ess"].min())


@_measure("largest normalised weight at the level")
def max_weight(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["max_weight"][level])


@_measure("largest minus smallest log-weight over all levels and slots, nats")
def log_weight_span(record: Record, level: int, action: int) -> float:
    return float(np.ptp(record.arrays["log_weight"]))


@_measure("unique root ancestors: slots of level 0 that the particles of the level descend from")
def root_ancestors(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["unique_branches"][level])


@_measure("slots of the level that the particles of the last level descend from")
def surviving_ancestors(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["unique_ancestors"][level])


@_measure("root actions that the particles of the level descend from")
def root_actions(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["unique_root_actions"][level])


@_measure("levels of the trunk: steps that all particles of the level share; 0 where they share only the root")
def trunk(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["coalescence_level"][level] + 1)


@_measure("number of levels after which there was resampling")
def resamplings(record: Record, level: int, action: int) -> float:
    return float(record.arrays["resampled"].sum())


@_measure("largest number of offspring of one slot at the level")
def most_offspring(record: Record, level: int, action: int) -> float:
    return float(record.diagnostics["offspring"][level].max())


@_measure("slots of the level that have no offspring")
def childless(record: Record, level: int, action: int) -> float:
    return float((record.diagnostics["offspring"][level] == 0).sum())


@_measure("largest difference between offspring of a slot and N times its weight at the level")
def offspring_error(record: Record, level: int, action: int) -> float:
    return float(np.abs(_excess(record, level)).max())


@_measure("squared difference between offspring of a slot and N times its weight, mean over the slots of the level")
def offspring_scatter(record: Record, level: int, action: int) -> float:
    return float((_excess(record, level) ** 2).mean())


@_measure("offspring of the heaviest slot of the level minus N times its weight")
def heaviest_excess(record: Record, level: int, action: int) -> float:
    return float(_excess(record, level)[record.arrays["log_weight"][level].argmax()])


@_measure("model steps taken: steps from states that have not ended")
def steps_taken(record: Record, level: int, action: int) -> float:
    return float(record.arrays["alive"].sum())


@_measure("share of the plan's model steps that no particle took, because it had ended")
def idle_share(record: Record, level: int, action: int) -> float:
    return float(1 - record.arrays["alive"].mean())


@_measure("share of the particles that step at the level: the others have ended")
def alive_share(record: Record, level: int, action: int) -> float:
    return float(record.arrays["alive"][level].mean())


@_measure("particles that start the level from a revived state, over all levels")
def revived(record: Record, level: int, action: int) -> float:
    return float(record.arrays["revived"].sum())


@_measure("mean KL(q || pi) over the living particles of the level, nats")
def kl(record: Record, level: int, action: int) -> float:
    return _mean_alive(record, "kl", level)


@_measure("largest KL(q || pi) as a share of its bound, over all particles that step")
def kl_of_bound(record: Record, level: int, action: int) -> float:
    alive = record.arrays["alive"]
    return float((record.arrays["kl"][alive] / record.arrays["kl_bound"][alive]).max())


@_measure("mean KL(q || pi) as a share of its bound, over the living particles of the level")
def bound_use(record: Record, level: int, action: int) -> float:
    alive = record.arrays["alive"][level]
    return float((record.arrays["kl"][level][alive] / record.arrays["kl_bound"][level][alive]).mean()) if alive.any() else float("nan")


@_measure("KL(improved policy || prior) at the root, nats")
def overruled(record: Record, level: int, action: int) -> float:
    return _kl(record.arrays["root_policy"], record.arrays["root_prior"])


@_measure("improved probability of the action at the root")
def probability(record: Record, level: int, action: int) -> float:
    return float(record.arrays["root_policy"][action])


@_measure("prior probability of the action at the root")
def prior(record: Record, level: int, action: int) -> float:
    return float(record.arrays["root_prior"][action])


@_measure("proposal's probability of the action at the root")
def proposal(record: Record, level: int, action: int) -> float:
    return float(record.arrays["root_proposal"][action])


@_measure("1 where the plan chooses the action, else 0")
def chooses(record: Record, level: int, action: int) -> float:
    return float(_chosen(record) == action)


@_measure("index of the chosen action; for comparisons of decisions")
def decision(record: Record, level: int, action: int) -> float:
    return float(_chosen(record))


@_measure("effective number of lineages that carry the weight of the chosen action, at least 1")
def carriers(record: Record, level: int, action: int) -> float:
    return decisive(record).lineages


@_measure("share of the chosen action's weight that its heaviest lineage carries")
def carrier_share(record: Record, level: int, action: int) -> float:
    return decisive(record).share


@_measure("weight of the particles of the level that began with the action")
def action_weight(record: Record, level: int, action: int) -> float:
    weights = normalised_weights(record.arrays["log_weight"][level : level + 1 or None])[0]
    first = record.arrays.get("root_atom", record.arrays["root_action"])[record.arrays["branch"][level]]
    return float(weights[first == action].sum(dtype=np.float64))


@_measure("largest improved probability at the root")
def certainty(record: Record, level: int, action: int) -> float:
    return float(record.arrays["root_policy"].max())


@_measure("value target minus V(s0), in units of reward (E10)")
def value_gain(record: Record, level: int, action: int) -> float:
    return float(record.arrays["value_target"] - record.arrays["root_value"])


@_measure("absolute difference of the value target from the exact soft value, in units of reward")
def value_error(record: Record, level: int, action: int) -> float:
    return float(abs(record.arrays["value_target"] - record.arrays["exact/value"]))


@_measure("optimal value of the best action minus that of the chosen one, in units of reward")
def regret(record: Record, level: int, action: int) -> float:
    optimal = record.arrays["exact/optimal_q"]
    return float(np.nanmax(optimal) - optimal[_chosen(record)])


@_measure("optimal value of the best action minus that of the action, in units of reward")
def action_regret(record: Record, level: int, action: int) -> float:
    optimal = record.arrays["exact/optimal_q"]
    return float(np.nanmax(optimal) - optimal[action])


@_measure("optimal value of the best action minus that of an action drawn from the improved policy, on average, in units of reward")
def expected_regret(record: Record, level: int, action: int) -> float:
    return steps.expected_regret(record.arrays["root_policy"], record.arrays["exact/optimal_q"])


@_measure("KL(improved policy || exact posterior) at the root, nats")
def posterior_error(record: Record, level: int, action: int) -> float:
    return float(record.arrays["exact/policy_kl"])


@_measure("log-evidence after the last level (E7), nats")
def log_evidence(record: Record, level: int, action: int) -> float:
    return float(record.arrays["log_evidence"][-1])


@_measure("absolute error of the log-evidence after the last level, nats")
def log_evidence_error(record: Record, level: int, action: int) -> float:
    return float(abs(record.arrays["log_evidence"][-1] - record.arrays["exact/log_evidence"][-1]))


@_measure("root actions that were tried")
def tried(record: Record, level: int, action: int) -> float:
    return float((record.arrays["root_visits"] > 0).sum())


@_measure("visits of the action at the root: slots or simulations")
def visits(record: Record, level: int, action: int) -> float:
    return float(record.arrays["root_visits"][action])


def decisive(record: Record) -> Carried:
    """The parts of the chosen action, with the lineage that carries most of its weight.

    Raises:
      KeyError: the plan has no lineages, or none that carries the action.
    """
    found = [each for each in carried(record.arrays, record.metadata) or [] if each.action == _chosen(record)]
    if not found:
        raise KeyError("lineages")
    return found[0]


def _excess(record: Record, level: int) -> np.ndarray:
    """Offspring of each slot of a level minus N times its normalised weight."""
    weights = normalised_weights(record.arrays["log_weight"][level : level + 1 or None])[0]
    return record.diagnostics["offspring"][level] - len(weights) * weights


def _chosen(record: Record) -> int:
    """Index of the chosen action among the root's candidate actions."""
    return int(record.arrays.get("chosen_atom", record.arrays["chosen_action"]))


def _mean_alive(record: Record, name: str, level: int) -> float:
    alive = record.arrays["alive"][level]
    return float(record.arrays[name][level][alive].mean()) if alive.any() else float("nan")


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    there = p > 0
    return float(np.sum(p[there] * np.log(p[there] / q[there]), dtype=np.float64))
