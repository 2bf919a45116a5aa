"""The decision as levels go by: the improved policy and Q-hat (E10) of the plan cut off after each level. Plain NumPy.

A plan cut off after level l is the plan of depth l + 1 with the same random numbers: its transitions are those of levels 0..l. Both backups (E8, E9)
are made anew for each cut, several at a time, since later levels change what earlier ones are worth: a leaf of one cut has children in the next.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import optimize

from planner.record.diagnostics import Arrays, increment_parts
from planner.record.metadata import Metadata

CUTS, FEW_CUTS, MANY_STEPS = 32, 12, 50_000
"""Largest number of levels that a plan is cut off after, the last one included; of a plan with so many steps fewer, as each cut takes its time."""
TOGETHER = 250_000
"""Particles of cuts that are backed up at the same time."""
SPREAD = (0.1, 0.9)
"""Quantiles of v_b that `q_spread` gives."""


def trail(arrays: Arrays, metadata: Metadata, cuts: int | None = None) -> dict[str, np.ndarray]:
    """Levels that the plan was cut off after, and the decision of each cut.

    Args:
      arrays: those of a trace.
      cuts: largest number of levels, evenly spaced where the plan is deeper; by its size where none is given.

    Returns:
      `level` i32 [L] in rising order, the last one that of the plan; `policy` f32 [L, A]; `q` f32 [L, A], NaN for actions not tried. Empty for
      planners without particles, for those that begin again at the root, and where nothing was planned.
    """
    if metadata.traits.kind != "particles" or metadata.traits.rounds or not arrays["alive"][0].any():
        return {}
    levels, slots = arrays["parent"].shape
    most = cuts or (CUTS if levels * slots <= MANY_STEPS else FEW_CUTS)
    at = np.unique(np.linspace(0, levels - 1, min(most, levels)).round().astype(int))
    first = np.asarray(arrays["atom"][0] if "atom" in arrays else arrays["action"][0], int)
    policy_of = _policies(arrays, metadata, first)
    policy, q = [], []
    for block in np.array_split(at, -(-at.size * slots // TOGETHER)):
        returns, improved = policy_of(block)
        value = metadata.settings["value_mixing"] * returns + (1 - metadata.settings["value_mixing"]) * float(arrays["root_value"])
        policy.append(improved)
        with np.errstate(invalid="ignore", divide="ignore"):
            q.append(_by_action(value, first, arrays) / _by_action(np.ones_like(value), first, arrays))
    return {"level": at.astype(np.int32), "policy": np.concatenate(policy).astype(np.float32), "q": np.concatenate(q).astype(np.float32)}


def q_spread(arrays: Arrays, metadata: Metadata) -> Float[np.ndarray, "A 2"] | None:
    """The 10 % and 90 % quantiles of v_b (E10) over the root slots of each action; NaN where it was not tried. None for planners without slots."""
    if metadata.traits.kind != "particles" or metadata.traits.rounds or "slot_value" not in arrays:
        return None
    first = np.asarray(arrays["atom"][0] if "atom" in arrays else arrays["action"][0], int)
    found = np.full((arrays["root_policy"].shape[0], 2), np.nan, np.float32)
    for action in np.unique(first):
        found[action] = np.quantile(arrays["slot_value"][first == action], SPREAD)
    return found


def _by_action(values: Float[np.ndarray, "L N"], first: Int[np.ndarray, "N"], arrays: Arrays) -> Float[np.ndarray, "L A"]:
    actions = arrays["root_policy"].shape[0]
    return np.stack([np.bincount(first, row, actions) for row in values])


def _policies(arrays: Arrays, metadata: Metadata, first: Int[np.ndarray, "N"]) -> Callable[[Int[np.ndarray, "L"]], tuple[np.ndarray, np.ndarray]]:
    """Returns (E8) of the root slots [L, N] and the improved policy [L, A], as a function of the levels that the plan is cut off after."""
    settings, target = metadata.settings, metadata.settings["policy_target"]
    ratio, increment, kept = _increments(arrays, metadata)

    def of(cuts: Int[np.ndarray, "L"]) -> tuple[np.ndarray, np.ndarray]:
        returns, policy = fixed(cuts)
        if settings.get("temperature_rule") == "target_kl":
            prior = arrays["root_prior"].astype(float)
            policy = np.array([_at_target_kl(each, prior, settings["target_kl"]) for each in policy])
        return returns, policy

    def fixed(cuts: Int[np.ndarray, "L"]) -> tuple[np.ndarray, np.ndarray]:
        returns, messages = _back_up(arrays, increment, kept, settings["discount"], cuts)
        if target == "completed":
            return returns, _by_completed(returns, ratio[0] > -np.inf, first, arrays, settings["completed_scale"])
        if target == "message":
            logits = messages
        elif target == "value":
            logits = ratio[0][None] + returns / settings["reward_temperature"]
        else:
            logits = np.stack([_of_branches(arrays, increment, target, cut) for cut in cuts])
        share = np.exp(logits - logits.max(1, keepdims=True))
        return returns, _by_action(share / share.sum(1, keepdims=True), first, arrays)

    return of


def _at_target_kl(policy: Float[np.ndarray, "A"], prior: Float[np.ndarray, "A"], target: float) -> Float[np.ndarray, "A"]:
    """The prior tilted along log(policy / prior) until their divergence is `target` (E17)."""
    held = (policy > 0) & (prior > 0)
    if not held.any():
        return policy
    own = prior[held] / prior[held].sum()
    gained = np.log(policy[held] / own)
    gained -= gained.max()

    def tilted(strength: float) -> Float[np.ndarray, "A"]:
        weight = own * np.exp(strength * gained)
        return weight / weight.sum()

    def excess(strength: float) -> float:
        now = tilted(strength)
        return float(np.sum(np.where(now > 0, now * np.log(np.where(now > 0, now, 1) / own), 0))) - target

    found = np.zeros_like(prior)
    span = -gained.min()
    if span == 0 or target <= 0:
        found[held] = own
    elif -np.log(own[gained == 0].sum()) <= target:
        best = gained == 0
        # The uniform distribution over several best actions, where the target allows that.
        even = best / best.sum()
        uniform = np.sum(even[best] * np.log(even[best] / own[best])) <= target
        found[held] = even if uniform else np.where(best, own, 0) / own[best].sum()
    else:
        high = 1.0 / span
        while excess(high) < 0:
            high *= 2
        found[held] = tilted(optimize.brentq(excess, 0, high, xtol=1e-12))
    return found


def _by_completed(
    returns: Float[np.ndarray, "L N"], counted: Bool[np.ndarray, "N"], first: Int[np.ndarray, "N"], arrays: Arrays, scale: float
) -> Float[np.ndarray, "L A"]:
    """The improved policy by completed Q-values (E14, E15)."""
    prior = arrays["root_prior"].astype(float)
    number = np.bincount(first, counted, prior.size)
    tried, support = number > 0, prior > 0
    q = _by_action(np.where(counted, returns, 0), first, arrays) / np.maximum(number, 1)
    mass = prior[tried].sum()
    mean = q[:, tried] @ prior[tried] / mass if mass > 0 else np.zeros(len(q))
    slots = number.sum() if mass > 0 else 0
    mixed = (float(arrays["root_value"]) + slots * mean) / (1 + slots)
    completed = np.where(tried, q, mixed[:, None])
    low = completed[:, support].min(1, keepdims=True)
    span = completed[:, support].max(1, keepdims=True) - low
    weight = np.where(support, prior * np.exp(scale * np.where(support, (completed - low) / np.where(span > 0, span, 1), 0)), 0)
    return weight / weight.sum(1, keepdims=True)


def _increments(arrays: Arrays, metadata: Metadata) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log pi - log q, the increment (E5) and Retrace's weight of each step, [T, N] each, as interventions leave them."""
    parts = np.where(arrays["alive"][..., None], increment_parts(arrays, metadata.settings).astype(float), 0)
    ratio, rest = parts[..., 0], parts[..., 1] + parts[..., 2]
    weight, killed, changes = arrays["log_weight"].astype(float), np.zeros(ratio.shape, bool), np.zeros(ratio.shape)
    places = {kind: [(each["level"], each["slot"]) for each in metadata.interventions if each["kind"] == kind] for kind in ("force", "weigh", "kill")}
    for place in places["force"]:
        ratio[place] = 0
    for level, slot in places["weigh"]:
        before = 0.0 if level == 0 or arrays["resampled"][level - 1] else weight[level - 1, slot]
        own = before + ratio[level, slot] + rest[level, slot]
        changes[level, slot] = weight[level, slot] - own if np.isfinite(own) else 0
    for place in places["kill"]:
        changes[place], killed[place] = -np.inf, True
    kept = np.where(killed, 0, metadata.settings["retrace_lambda"] * np.minimum(1, np.exp(ratio)))
    return ratio + changes, ratio + rest + changes, kept


def _of_branches(arrays: Arrays, increment: np.ndarray, target: str, cut: int) -> Float[np.ndarray, "N"]:
    """Logits of the targets that go by the branch of each particle, not by its ancestors."""
    slots = increment.shape[1]
    with np.errstate(divide="ignore"):
        if target == "surviving":
            weights = np.exp(arrays["log_weight"][cut].astype(float) - arrays["log_weight"][cut].max())
            return np.log(np.bincount(arrays["branch"][cut], weights, slots))
        logits = np.zeros(slots)
        for level in range(cut + 1):
            branch, own = arrays["branch"][level], increment[level]
            top = own.max() if np.isfinite(own.max()) else 0.0
            number = np.bincount(branch, minlength=slots)
            mean = top + np.log(np.bincount(branch, np.exp(own - top), slots) / np.maximum(number, 1))
            logits += np.where(number > 0, mean, 0)
        return logits


def _back_up(
    arrays: Arrays, increment: Float[np.ndarray, "T N"], kept: Float[np.ndarray, "T N"], discount: float, cuts: Int[np.ndarray, "L"]
) -> tuple[Float[np.ndarray, "L N"], Float[np.ndarray, "L N"]]:
    """G(0, b) and M(0, b) for each cut, in one pass over the levels, last to first."""
    slots = increment.shape[1]
    shape = (cuts.size, (int(cuts[-1]) + 1) * slots)
    # Of the children of each transition: their number, the sum of their returns, and the logarithm of the sum of exp M.
    number, returns, mass = np.zeros(shape), np.zeros(shape), np.full(shape, -np.inf)
    g = m = np.zeros((cuts.size, slots))
    for level in range(int(cuts[-1]), -1, -1):
        # Cuts before this level know nothing of it.
        own = slice(int(np.searchsorted(cuts, level)), None)
        here = slice(level * slots, (level + 1) * slots)
        count = number[own, here]
        weight = np.where(count > 0, kept[level], 0)
        below = (1 - weight) * arrays["next_value"][level] + weight * returns[own, here] / np.maximum(count, 1)
        g = arrays["reward"][level] + discount * arrays["continuation"][level] * below
        m = increment[level] + np.where(count > 0, mass[own, here] - np.log(np.maximum(count, 1)), 0)
        _add_to_parents(arrays["parent"][level], g, m, number[own], returns[own], mass[own])
    return g, m


def _add_to_parents(parent: Int[np.ndarray, "N"], g: Float[np.ndarray, "L N"], m: Float[np.ndarray, "L N"], *into: np.ndarray) -> None:
    """Add one level's returns and messages to the accumulators of their parents, in place; children of the root (-1) are dropped."""
    below = np.flatnonzero(parent >= 0)
    if not below.size:
        return
    number, returns, mass = into
    low = int(parent[below].min())
    size = int(parent.max()) - low + 1
    cells = (np.arange(g.shape[0])[:, None] * size + parent[below] - low).ravel()
    total = lambda values: np.bincount(cells, values[:, below].ravel(), g.shape[0] * size).reshape(-1, size)
    there = slice(low, low + size)
    # Relative to the largest of the level: what underflows has no weight against it.
    top = m[:, below].max(1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    number[:, there] += total(np.ones_like(g))
    returns[:, there] += total(g)
    with np.errstate(divide="ignore"):
        mass[:, there] = np.logaddexp(mass[:, there], np.log(total(np.exp(m - top))) + top)
