"""Recomputation of every derived array of a trace from its primary ones, in float64, as literally as possible.

Written only from the definitions: it calls no code of the planner, keeps one Python object per particle, and walks the tree recursively.
The primary arrays are the ancestors, actions, rewards, continuations, values and the complete distributions at every state (`atoms`).
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Particle:
    node: int
    depth: int
    reference_node: int
    reference_depth: int
    alive: bool
    revived: bool
    branch: int
    log_weight: float


def log_mean_exp(values: Any) -> float:
    values = np.asarray(values, float)
    if values.max() == -np.inf:
        return -np.inf
    return float(values.max() + np.log(np.mean(np.exp(values - values.max()))))


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def kl_divergence(proposal: np.ndarray, prior: np.ndarray) -> float:
    proposal, prior = (p.astype(float) / p.astype(float).sum() for p in (proposal, prior))
    held = proposal > 0
    return float(np.sum(proposal[held] * (np.log(proposal[held]) - np.log(prior[held]))))


def replay(trace: Arrays, settings: Any, root_terminal: bool = False, interventions: Any = ()) -> Arrays:
    """Replay the levels: all arrays derived from the primary ones, and `log_increment`, the u of (E5); `log_change` is its part that was set."""
    changes = {(each["kind"], each["level"], each["slot"]): each for each in interventions}
    levels, slots = trace["action"].shape
    particles = [Particle(-1, 0, -1, 0, not root_terminal, False, i, 0.0) for i in range(slots)]
    evidence = 0.0
    out: dict[str, list[Any]] = defaultdict(list)
    for t in range(levels):
        record: dict[str, list[Any]] = defaultdict(list)
        after = []
        for i, particle in enumerate(particles):
            taken = trace["action"][t, i]
            prior, proposal = (float(trace[name][t, i, taken]) for name in ("prior", "proposal"))
            log_prior, log_proposal = (float(np.log(p)) if particle.alive else 0.0 for p in (prior, proposal))
            if ("force", t, i) in changes and particle.alive:
                assert taken == changes["force", t, i]["action"]
                log_proposal = log_prior
            ended = particle.alive and trace["continuation"][t, i] == 0
            increment = 0.0
            if particle.alive:
                target = trace["reward"][t, i].astype(float) + (
                    0.0 if ended else settings.discount * float(trace["continuation"][t, i]) * float(trace["next_value"][t, i])
                )
                if settings.advantage:
                    target -= float(trace["value"][t, i])
                increment = log_prior - log_proposal + target / settings.reward_temperature
            change, killed = 0.0, ("kill", t, i) in changes
            if killed:
                change = -np.inf
            elif ("weigh", t, i) in changes:
                change = changes["weigh", t, i]["log_weight"] - (particle.log_weight + increment)
            moved = replace(particle, log_weight=particle.log_weight + (increment + change), revived=False)
            if particle.alive:
                moved = replace(moved, node=t * slots + i, depth=particle.depth + 1, alive=not ended)
            if moved.alive:
                moved = replace(moved, reference_node=moved.node, reference_depth=moved.depth)
            moved = replace(moved, alive=moved.alive and not killed)
            after.append(moved)
            for name, value in {
                "parent": particle.node,
                "depth": particle.depth,
                "alive": particle.alive,
                "revived": particle.revived,
                "branch": particle.branch,
                "terminal": ended,
                "log_prior": log_prior,
                "log_proposal": log_proposal,
                "log_weight": moved.log_weight,
                "log_increment": increment + change,
                "log_change": change,
                "kl": kl_divergence(trace["proposal"][t, i], trace["prior"][t, i]),
            }.items():
                record[name].append(value)
        for name, values in record.items():
            out[name].append(values)
        log_weights = np.array([p.log_weight for p in after])
        out["ess"].append(1 / np.sum(softmax(log_weights) ** 2))
        running = evidence + log_mean_exp(log_weights)
        out["log_evidence"].append(running)
        particles = after
        if trace["resampled"][t]:
            evidence = running
            particles = [offspring(after[ancestor], settings.revive) for ancestor in trace["ancestor"][t]]
    return {name: np.array(values) for name, values in out.items()}


def offspring(ancestor: Particle, revive: bool) -> Particle:
    """A copy of an ancestor: with `revive` it starts at the reference, else at the ancestor's state."""
    if not revive:
        return replace(ancestor, log_weight=0.0, revived=False)
    return replace(ancestor, log_weight=0.0, revived=not ancestor.alive, alive=True, node=ancestor.reference_node, depth=ancestor.reference_depth)


def expect_bounds(trace: Arrays, settings: Any) -> np.ndarray:
    """Expected `kl_bound` (E1, E3, E16), inf under a fixed temperature; with trust by agreement from the steps of earlier levels."""
    levels, slots = trace["action"].shape
    x, y, bounds = [], [], np.empty((levels, slots))
    for t in range(levels):
        constraint = settings.root_constraint if t == 0 and settings.root_constraint != "same" else settings.constraint
        share = 1.0 if settings.trust == "full" else squared_correlation(x, y)
        for i in range(slots):
            prior, qvalues = trace["prior"][t, i].astype(float), trace["q_value"][t, i].astype(float)
            best = (prior > 0) & (qvalues == qvalues[prior > 0].max())
            greedy = max(0.0, float(-np.log(best.sum()) - np.log(prior[best]).mean()))
            alpha = settings.alpha * share
            bounds[t, i] = {
                "adaptive": (1 - alpha) * 1e-4 + alpha * greedy,
                "fixed_kl": settings.kl_bound * share,
                "fixed_temperature": np.inf,
            }[constraint]
            if trace["alive"][t, i]:
                x.append(qvalues[trace["action"][t, i]] - float(prior @ qvalues))
                following = settings.discount * float(trace["continuation"][t, i]) * float(trace["next_value"][t, i])
                y.append(float(trace["reward"][t, i]) + following - float(trace["value"][t, i]))
    return bounds


def squared_correlation(x: list[float], y: list[float]) -> float:
    """max(0, corr)^2; 0 where one of them does not vary."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return max(0.0, float(np.corrcoef(x, y)[0, 1])) ** 2


def expect_resampling(trace: Arrays, derived: Arrays, settings: Any) -> np.ndarray:
    """Expected `resampled` of each level, never true at the last. Where ESS is within rounding of the threshold, the recorded value."""
    levels, slots = trace["action"].shape
    threshold = float(np.float32(settings.ess_threshold)) * slots
    due = {
        "never": np.zeros(levels, bool),
        "period": (np.arange(levels) + 1) % settings.resampling_period == 0,
        "ess": np.where(np.isclose(derived["ess"], threshold, rtol=1e-3), trace["resampled"], derived["ess"] < threshold),
    }[settings.resampling_rule]
    return due & (np.arange(levels) < levels - 1)


def resampling_weights(log_weights: np.ndarray, normaliser: str) -> np.ndarray:
    finite = log_weights[np.isfinite(log_weights)]
    spread = {"none": 1.0, "min_max": np.ptp(finite), "standardise": np.std(finite)}[normaliser]
    return softmax(log_weights / spread) if spread > 1e-6 else softmax(np.where(np.isfinite(log_weights), 0.0, -np.inf))


def offspring_bounds(weights: np.ndarray, scheme: str, slack: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest possible number of offspring of a slot, for all draws."""
    expected = len(weights) * weights
    least, most = np.zeros(len(weights)), np.full(len(weights), len(weights))
    if scheme in ("systematic", "residual"):
        least = np.array([floor(e - slack) for e in expected])
    if scheme == "systematic":
        most = np.array([ceil(e + slack) for e in expected])
    if scheme == "stratified":
        least, most = np.array([floor(e - slack) - 1 for e in expected]), np.array([ceil(e + slack) + 1 for e in expected])
    return least, most


def walk_tree(trace: Arrays, increments: np.ndarray, settings: Any, killed: Any = ()) -> tuple[np.ndarray, np.ndarray]:
    """G (E8) and M (E9) of the root slots, by recursion over the children of each transition."""
    levels, slots = trace["action"].shape
    children = defaultdict(list)
    for t in range(levels):
        for i in range(slots):
            children[int(trace["parent"][t, i])].append((t, i))

    def visit(t: int, i: int) -> tuple[float, float]:
        below = [visit(*child) for child in children[t * slots + i]]
        ratio = np.exp(float(trace["log_prior"][t, i]) - float(trace["log_proposal"][t, i]))
        share = settings.retrace_lambda * min(1.0, ratio) if below and (t, i) not in killed else 0.0
        mixed = (1 - share) * float(trace["next_value"][t, i]) + (share * np.mean([g for g, _ in below]) if below else 0.0)
        g = float(trace["reward"][t, i]) + settings.discount * float(trace["continuation"][t, i]) * mixed
        return g, increments[t, i] + (log_mean_exp([m for _, m in below]) if below else 0.0)

    backed_up = np.array([visit(0, b) for b in range(slots)])
    return backed_up[:, 0], backed_up[:, 1]


def slot_policy(trace: Arrays, derived: Arrays, returns: np.ndarray, messages: np.ndarray, settings: Any) -> np.ndarray:
    """Probability of each root slot."""
    levels, slots = trace["action"].shape
    if settings.policy_target == "message":
        return softmax(messages)
    if settings.policy_target == "value":
        return softmax(derived["log_prior"][0] - derived["log_proposal"][0] + derived["log_change"][0] + returns / settings.reward_temperature)
    if settings.policy_target == "surviving":
        weights = softmax(derived["log_weight"][-1])
        return np.array([weights[derived["branch"][-1] == b].sum() for b in range(slots)])
    if settings.policy_target == "completed":
        policy = completed_policy(trace, derived, returns, settings)
        actions = trace["action"][0]
        counted = np.isfinite(derived["log_change"][0])
        parts = np.array([policy[a] / counted[actions == a].sum() if here else 0.0 for a, here in zip(actions, counted, strict=True)])
        return parts / parts.sum()
    totals = np.zeros(slots)
    for t in range(levels):
        for b in range(slots):
            members = derived["log_increment"][t][derived["branch"][t] == b]
            totals[b] += log_mean_exp(members) if len(members) else 0.0
    return softmax(totals)


def completed_policy(trace: Arrays, derived: Arrays, returns: np.ndarray, settings: Any) -> np.ndarray:
    """The improved policy by completed Q-values (E14, E15), action by action. Slots of killed particles do not count."""
    prior = trace["root_prior"].astype(float)
    counted = np.isfinite(derived["log_change"][0])
    own = [returns[counted & (trace["action"][0] == a)] for a in range(len(prior))]
    tried = [a for a in range(len(prior)) if len(own[a])]
    slots = sum(len(each) for each in own)
    mean = sum(prior[a] * own[a].mean() for a in tried) / sum(prior[a] for a in tried)
    mixed = (float(trace["root_value"]) + slots * mean) / (1 + slots)
    completed = np.array([each.mean() if len(each) else mixed for each in own])
    possible = completed[prior > 0]
    span = possible.max() - possible.min()
    scaled = (completed - possible.min()) / span if span > 0 else np.zeros_like(completed)
    weights = np.where(prior > 0, prior * np.exp(settings.completed_scale * np.where(prior > 0, scaled, 0)), 0)
    return weights / weights.sum()


def read_policy(trace: Arrays, derived: Arrays, returns: np.ndarray, slots: np.ndarray, settings: Any) -> np.ndarray:
    """The improved policy at the reward temperature that is set."""
    if settings.policy_target == "completed":
        return completed_policy(trace, derived, returns, settings)
    return np.array([slots[trace["action"][0] == a].sum() for a in range(trace["root_prior"].shape[0])])


def at_target_kl(policy: np.ndarray, prior: np.ndarray, target: float) -> np.ndarray:
    """The tilt of the prior towards `policy` at a divergence of `target` (E17), by halving an interval; as far as possible where that is less."""
    held = (policy > 0) & (prior > 0)
    own = np.where(held, prior, 0) / prior[held].sum()
    gained = np.where(held, np.log(np.where(held, policy, 1) / np.where(held, own, 1)), -np.inf)
    if np.ptp(gained[held]) == 0 or target == 0:
        return own
    tilted = lambda strength: softmax(np.where(held, np.log(np.where(held, own, 1)) + strength * np.where(held, gained, 0), -np.inf))
    low, high = 0.0, 1e7 / np.ptp(gained[held])
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if kl_divergence(tilted(middle), own) < target else (low, middle)
    return tilted(high)


def read_root(trace: Arrays, derived: Arrays, settings: Any) -> Arrays:
    """The root's arrays (E10)."""
    killed = {tuple(place) for place in np.argwhere(derived["log_change"] == -np.inf)}
    returns, messages = walk_tree(trace, derived["log_increment"], settings, killed)
    policy = slot_policy(trace, derived, returns, messages, settings)
    read = read_policy(trace, derived, returns, policy, settings)
    if settings.temperature_rule == "target_kl":
        tilted = at_target_kl(read, trace["root_prior"].astype(float), settings.target_kl)
        policy = policy * np.array([tilted[a] / read[a] if read[a] > 0 else 0.0 for a in trace["action"][0]])
        read, policy = tilted, policy / policy.sum()
    values = settings.value_mixing * returns + (1 - settings.value_mixing) * float(trace["root_value"])
    actions = range(trace["root_prior"].shape[0])
    tried = [trace["action"][0] == a for a in actions]
    return {
        "slot_policy": policy,
        "slot_value": values,
        "root_action": trace["action"][0],
        "root_prior": trace["prior"][0, 0],
        "root_proposal": trace["proposal"][0, 0],
        "root_visits": np.array([t.sum() for t in tried]),
        "root_policy": read,
        "root_q": np.array([values[t].mean() if t.any() else np.nan for t in tried]),
        "value_target": float(np.sum(policy * values)),
    }
