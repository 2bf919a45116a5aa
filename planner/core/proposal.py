"""The twist: the proposal of largest expected Q within a trust region around the prior (E1-E3).

Over a finite set of candidate actions this proposal is the prior tilted by exp(Q / eta). The temperature eta at which the bound is met is the root
of a decreasing function of one variable. It is found by Newton's method inside a bracket. Q is first shifted by its maximum and divided by its span,
so the answer does not change under Q -> aQ + b. The Kullback-Leibler divergence is summed from non-negative terms: near the prior it is a small
difference of larger numbers, and the plain form would lose all its digits.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from planner.core.categorical import largest, log_normalise, log_total, total

Constraint = Literal["adaptive", "fixed_kl", "fixed_temperature"]

KL_LOW = 1e-4
"""eps_low of (E3), nats: the trust region at alpha = 0."""

LOG_TILT_MAX = 60.0
"""Upper end of the bracket for log(span / eta)."""

KL_TOLERANCE = 3e-4
"""Accepted relative error of the attained divergence."""

MAX_STEPS = 64
"""Limit on iterations: more than bisection of the whole bracket down to rounding needs. Newton's method nearly always needs fewer than ten."""


class TrustRegion(Protocol):
    """The live settings that bound a proposal; each constraint reads only its own."""

    @property
    def alpha(self) -> Array: ...

    @property
    def kl_bound(self) -> Array: ...

    @property
    def twist_temperature(self) -> Array: ...


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Twist:
    """A proposal within its trust region."""

    log_proposal: Float[Array, "A"]
    """[A] normalised; -inf where the proposal puts no mass."""
    kl: Float[Array, ""]
    """[] KL(proposal || prior), nats."""
    kl_bound: Float[Array, ""]
    """[] eps of (E1), nats; inf under a fixed temperature."""
    temperature: Float[Array, ""]
    """[] eta of (E2) in the unit of Q; inf where the proposal is the prior, 0 where it is greedy."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Atoms:
    """The candidate actions of one state, with Q scaled to [-1, 0] on the prior's support."""

    log_prior: Float[Array, "A"]
    scaled: Float[Array, "A"]
    mean: Float[Array, ""]
    """[] mean of `scaled` under the prior."""
    span: Float[Array, ""]
    best: Bool[Array, "A"]


def twist(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"], constraint: Constraint, live: TrustRegion) -> Twist:
    """The proposal of one state (E1-E3), for each way to set the constraint.

    Args:
      log_prior: normalised log-probabilities; -inf marks an invalid action.
      qvalues: Q(s, .), any unit.
      constraint: `adaptive` takes eps from `live.alpha` by (E3), `fixed_kl` takes `live.kl_bound`, `fixed_temperature` takes eta =
      `live.twist_temperature`.
    """
    atoms = _scale(log_prior, qvalues)
    if constraint == "fixed_temperature":
        return _at_temperature(atoms, live.twist_temperature, jnp.inf)
    greedy, kl_greedy = _greedy(atoms)
    bound = live.kl_bound
    if constraint == "adaptive":
        # (1 - alpha) eps_low + alpha KL(greedy), a rearrangement of (E3) that is exact at alpha = 1.
        bound = (1 - live.alpha) * KL_LOW + live.alpha * kl_greedy

    log_tied_mass = _log_tied_mass(atoms)
    limit = jnp.where(atoms.best, log_prior - log_tied_mass, -jnp.inf)
    tilted = _at_temperature(atoms, atoms.span / jnp.exp(_solve_log_tilt(atoms, bound)), bound)

    # A bound beyond the reach of tilting: the prior restricted to the best actions, or the uniform distribution over them if the bound allows it.
    beyond = bound >= -log_tied_mass
    uniform = bound >= kl_greedy
    log_proposal = jnp.where(uniform, greedy, jnp.where(beyond, limit, tilted.log_proposal))
    kl = jnp.where(uniform, kl_greedy, jnp.where(beyond, -log_tied_mass, tilted.kl))
    temperature = jnp.where(beyond | uniform, 0.0, tilted.temperature)

    # All Q equal, or a bound of 0: exactly the prior. (Where the prior is almost greedy, the greedy policy can fit a bound of 0.)
    flat = (atoms.span == 0) | ((bound <= 0) & ~uniform)
    return Twist(
        log_proposal=jnp.where(flat, log_prior, log_proposal),
        kl=jnp.where(flat, 0.0, kl),
        kl_bound=bound,
        temperature=jnp.where(flat, jnp.inf, temperature),
    )


def _solve_log_tilt(atoms: _Atoms, bound: Float[Array, ""]) -> Float[Array, ""]:
    """Solve for log(span / eta) at which the divergence is `bound`.

    Newton's method inside a bracket; a step that would leave the bracket is replaced by its midpoint. Near the prior the divergence grows like
    tilt^2, so the step is taken on log KL against log tilt. Near greedy, the gap to the largest divergence falls like exp(-c * tilt), so the step is
    taken on the log of that gap against tilt. With Q scaled to a span of 1 the divergence is at most tilt^2 / 8 (a variable in an interval of
    length 1 has variance <= 1/4), so tilt >= sqrt(8 bound): the lower end of the bracket.
    """
    largest = -_log_tied_mass(atoms)
    solvable = (atoms.span > 0) & (bound > 0) & (bound < largest)
    target = jnp.where(solvable, bound, 1.0)
    near_greedy = target > 0.5 * largest

    class Search(NamedTuple):
        low: Array
        high: Array
        log_tilt: Array
        found: Array
        steps: Array

    def narrow(search: Search) -> Search:
        tilt = jnp.exp(search.log_tilt)
        kl, variance = _kl_at_tilt(atoms, tilt)
        below = kl < target
        low = jnp.where(below, search.log_tilt, search.low)
        high = jnp.where(below, search.high, search.log_tilt)
        slope = tilt**2 * variance
        reached, wanted = jnp.where(near_greedy, largest - kl, kl), jnp.where(near_greedy, largest - target, target)
        step = jnp.log(reached / wanted) * reached / slope
        step = jnp.where(near_greedy, jnp.log1p(jnp.maximum(step, -0.9)), -step)
        newton = search.log_tilt + jnp.clip(step, -2.0, 2.0)
        # False where `newton` is NaN.
        inside = (low < newton) & (newton < high)
        found = (jnp.abs(kl - target) <= KL_TOLERANCE * target) | (high - low < 1e-6)
        log_tilt = jnp.where(found, search.log_tilt, jnp.where(inside, newton, 0.5 * (low + high)))
        return Search(low, high, log_tilt, found, search.steps + 1)

    def unfinished(search: Search) -> Array:
        return ~search.found & (search.steps < MAX_STEPS)

    low = 0.5 * jnp.log(8 * jnp.minimum(target, 8.0))
    _, variance = _kl_at_tilt(atoms, jnp.zeros_like(low))
    start = jnp.clip(0.5 * jnp.log(2 * target / jnp.maximum(variance, 1e-30)), low, low + 5.0)
    search = Search(low - 1e-3, jnp.full_like(low, LOG_TILT_MAX), start, ~solvable, jnp.int32(0))
    return jax.lax.while_loop(unfinished, narrow, search).log_tilt


def _scale(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"]) -> _Atoms:
    """Shift Q by its maximum and divide by its span, both over the support of the prior."""
    support = log_prior > -jnp.inf
    best = support & _is_largest(jnp.where(support, qvalues, -jnp.inf))
    shifted = jnp.minimum(qvalues - largest(jnp.where(support, qvalues, -jnp.inf)), 0.0)
    shifted = jnp.where(support & ~best, shifted, 0.0)
    span = largest(-shifted)
    scaled = shifted / jnp.where(span > 0, span, 1.0)
    return _Atoms(log_prior, scaled, total(jnp.exp(log_prior) * scaled), span, best)


def _is_largest(values: Float[Array, "A"]) -> Bool[Array, "A"]:
    """Mask of the values equal to the maximum, compared as integers of the same order.

    Compared as floats, possibly none would be equal. In one kernel with the operation that produced a value, XLA may fuse the last product and the
    comparison into one multiply-add, and the unrounded product differs from the rounded maximum.
    """
    bits = jax.lax.bitcast_convert_type(jnp.where(values == 0, 0.0, values), jnp.int32)
    ordered = jnp.where(bits < 0, bits ^ 0x7FFFFFFF, bits)
    return ordered == largest(ordered)


def _greedy(atoms: _Atoms) -> tuple[Float[Array, "A"], Float[Array, ""]]:
    """Log pi_greedy, uniform over the best actions, and KL(pi_greedy || prior)."""
    ties = total(atoms.best.astype(jnp.float32))
    log_greedy = jnp.where(atoms.best, -jnp.log(ties), -jnp.inf)
    kl = total(jnp.where(atoms.best, -jnp.log(ties) - atoms.log_prior, 0.0)) / ties
    return log_greedy, jnp.maximum(kl, 0.0)


def _log_tied_mass(atoms: _Atoms) -> Float[Array, ""]:
    """Log of the prior mass on the best actions: the negative of the largest divergence that tilting can reach."""
    return jnp.minimum(log_total(jnp.where(atoms.best, atoms.log_prior, -jnp.inf)), 0.0)


def _kl_at_tilt(atoms: _Atoms, tilt: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """KL(q || prior) for q ∝ prior exp(tilt * scaled), and the variance of `scaled` under q: d KL / d tilt = tilt * variance.

    The divergence is E_q[y] - log E_prior[exp y] for y = tilt * scaled plus any constant. The constant is chosen so that y has mean 0 under the
    prior: both terms are then of the size of the answer, and nothing cancels. Far from the prior y is limited so that exp does not overflow.
    """
    prior = jnp.exp(atoms.log_prior)
    # Subtract before multiplying: near the mean the subtraction is exact, and the difference of two large products would not be.
    exponent = tilt * (atoms.scaled - atoms.mean) + jnp.minimum(60.0 + tilt * atoms.mean, 0.0)
    grown = jnp.expm1(exponent)
    weight = prior * (1 + grown)
    tilted = weight / total(weight)
    mean = total(tilted * atoms.scaled)
    kl = total(tilted * exponent) - jnp.log1p(total(prior * grown))
    return jnp.maximum(kl, 0.0), total(tilted * (atoms.scaled - mean) ** 2)


def kl_divergence(log_proposal: Float[Array, "A"], log_prior: Float[Array, "A"]) -> Float[Array, ""]:
    """KL(proposal || prior) in nats, for normalised log-probabilities.

    Computed as the sum of q log(q / p) - q + p. No term is negative, so rounding errors of the logarithms stay in proportion to the answer.
    """
    held = log_proposal > -jnp.inf
    log_ratio = jnp.where(held, log_proposal - log_prior, 0.0)
    prior, proposal = jnp.exp(log_prior), jnp.exp(log_proposal)
    # expm1 overflows where the prior is almost 0; there the plain difference is as accurate.
    gained = jnp.where(held & (log_ratio < 1), prior * jnp.expm1(jnp.minimum(log_ratio, 1.0)), proposal - prior)
    return jnp.maximum(total(proposal * log_ratio - gained), 0.0)


def _at_temperature(atoms: _Atoms, temperature: Float[Array, ""], bound: Float[Array, ""] | float) -> Twist:
    """The tilted prior at a given temperature (E2)."""
    tilt = jnp.where(atoms.span > 0, atoms.span / temperature, 0.0)
    log_proposal = log_normalise(atoms.log_prior + tilt * atoms.scaled)
    return Twist(log_proposal, kl_divergence(log_proposal, atoms.log_prior), jnp.asarray(bound, jnp.float32), jnp.asarray(temperature, jnp.float32))
