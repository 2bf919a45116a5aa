"""The twist: how far a particle's proposal may leave the prior (E1-E3).

Over a finite set of atoms, the proposal that gains most Q within a trust region is the prior tilted by exp(Q / eta). The temperature eta at which the
region is met is the root of a falling function of one variable, found by bisection in log(1/eta) after Q is shifted by its maximum and divided by its span,
so the answer does not change under Q -> aQ + b. The Kullback-Leibler divergence is summed from terms that are never negative: near the prior it is a
small difference of larger numbers, and the plain form loses all its digits there.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.nn import logsumexp
from jaxtyping import Array, Bool, Float

from planner.settings import Constraint, Live

KL_LOW = 1e-4
"""eps_low of (E3), nats: the trust region at alpha = 0."""

LOG_TILT_MAX = 60.0
"""Upper end of the bracket for log(span / eta)."""

BISECTIONS = 24
"""Halves a bracket of at most about 66 to 4e-6 in log(1/eta)."""


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
    """[] eta of (E2) in the unit of Q; inf where all Q are equal, 0 where greedy."""


@dataclass(frozen=True)
class _Atoms:
    """The atoms of one state, with Q scaled to [-1, 0] on the prior's support."""

    log_prior: Float[Array, "A"]
    scaled: Float[Array, "A"]
    span: Float[Array, ""]
    best: Bool[Array, "A"]


def twist(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"], constraint: Constraint, live: Live) -> Twist:
    """The proposal of one state (E1-E3), for each way to set the constraint.

    Args:
      log_prior: normalised log-probabilities; -inf marks an invalid action.
      qvalues: Q(s, .), any unit.
      constraint: `adaptive` takes eps from `live.alpha` by (E3), `fixed_kl` takes `live.kl_bound`, `fixed_temperature` takes eta = `live.twist_temperature`.
    """
    atoms = _scale(log_prior, qvalues)
    if constraint == "fixed_temperature":
        return _at_temperature(atoms, live.twist_temperature, jnp.inf)
    greedy, kl_greedy = _greedy(atoms)
    bound = live.kl_bound
    if constraint == "adaptive":
        # (1 - alpha) eps_low + alpha KL(greedy) rather than E3 as printed: exact at alpha = 1.
        bound = (1 - live.alpha) * KL_LOW + live.alpha * kl_greedy

    log_tied_mass = jnp.minimum(logsumexp(jnp.where(atoms.best, log_prior, -jnp.inf)), 0.0)
    limit = jnp.where(atoms.best, log_prior - log_tied_mass, -jnp.inf)
    tilted = _at_temperature(atoms, solve_temperature(log_prior, qvalues, bound), bound)

    # Beyond what tilting can reach: the prior on the best actions, and where even the uniform distribution over ties is allowed, that.
    beyond = bound >= -log_tied_mass
    uniform = bound >= kl_greedy
    log_proposal = jnp.where(uniform, greedy, jnp.where(beyond, limit, tilted.log_proposal))
    kl = jnp.where(uniform, kl_greedy, jnp.where(beyond, -log_tied_mass, tilted.kl))
    temperature = jnp.where(beyond | uniform, 0.0, tilted.temperature)

    flat = atoms.span == 0
    return Twist(
        log_proposal=jnp.where(flat, log_prior, log_proposal),
        kl=jnp.where(flat, 0.0, kl),
        kl_bound=bound,
        temperature=jnp.where(flat, jnp.inf, temperature),
    )


def solve_temperature(
    log_prior: Float[Array, "A"], qvalues: Float[Array, "A"], kl_bound: Float[Array, ""]
) -> Float[Array, ""]:
    """Temperature at which the tilted prior meets the trust region (E2).

    Solves KL(q_eta || prior) = kl_bound for q_eta ∝ prior exp(qvalues / eta). With Q scaled to a span of 1 the divergence at tilt beta is at most beta^2 / 8
    (the variance of a variable in an interval of length 1 is at most 1/4), so beta >= sqrt(8 kl_bound): the lower end of the bracket.

    Args:
      log_prior: normalised log-probabilities; -inf marks invalid actions.
      qvalues: any unit; the answer scales with it.
      kl_bound: nats, >= 0.

    Returns:
      eta > 0 in the unit of qvalues; inf where all qvalues are equal; meaningless where no temperature reaches the bound.
    """
    atoms = _scale(log_prior, qvalues)

    def halve(_: int, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        below = _kl_at_tilt(atoms, jnp.exp(middle)) < kl_bound
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    low = 0.5 * jnp.log(8 * jnp.maximum(kl_bound, 1e-12))
    low, high = jax.lax.fori_loop(0, BISECTIONS, halve, (low, jnp.full_like(low, LOG_TILT_MAX)))
    return jnp.where(atoms.span > 0, atoms.span * jnp.exp(-0.5 * (low + high)), jnp.inf)


def _scale(log_prior: Float[Array, "A"], qvalues: Float[Array, "A"]) -> _Atoms:
    """Shift Q by its maximum and divide by its span, both over the support of the prior."""
    support = log_prior > -jnp.inf
    best = support & _is_largest(jnp.where(support, qvalues, -jnp.inf))
    shifted = jnp.minimum(qvalues - jnp.max(jnp.where(support, qvalues, -jnp.inf)), 0.0)
    shifted = jnp.where(support & ~best, shifted, 0.0)
    span = -jnp.min(shifted)
    return _Atoms(log_prior, shifted / jnp.where(span > 0, span, 1.0), span, best)


def _is_largest(values: Float[Array, "A"]) -> Bool[Array, "A"]:
    """Which values equal the maximum, compared as integers of the same order.

    Compared as floats, none may: compiled into one kernel with what made it, the last product of a value and the comparison become one fused
    multiply-add, and the unrounded product differs from the rounded maximum.
    """
    bits = jax.lax.bitcast_convert_type(jnp.where(values == 0, 0.0, values), jnp.int32)
    ordered = jnp.where(bits < 0, bits ^ 0x7FFFFFFF, bits)
    return ordered == jnp.max(ordered)


def _greedy(atoms: _Atoms) -> tuple[Float[Array, "A"], Float[Array, ""]]:
    """log pi_greedy, uniform over the best actions, and KL(pi_greedy || prior)."""
    ties = jnp.sum(atoms.best)
    log_greedy = jnp.where(atoms.best, -jnp.log(ties), -jnp.inf)
    kl = jnp.sum(jnp.where(atoms.best, -jnp.log(ties) - atoms.log_prior, 0.0)) / ties
    return log_greedy, jnp.maximum(kl, 0.0)


def _kl_at_tilt(atoms: _Atoms, tilt: Float[Array, ""]) -> Float[Array, ""]:
    """KL(q || prior) for q ∝ prior exp(tilt * scaled), as the sum of q log(q / prior) - q + prior: no term is negative, and an error in the
    normalisation counts only in proportion to the answer."""
    exponent = tilt * atoms.scaled
    log_ratio = exponent - logsumexp(atoms.log_prior + exponent)
    prior, tilted = jnp.exp(atoms.log_prior), jnp.exp(atoms.log_prior + log_ratio)
    # expm1 overflows where the prior all but vanishes; there the plain difference is as good.
    gained = jnp.where(log_ratio < 1, prior * jnp.expm1(jnp.minimum(log_ratio, 1.0)), tilted - prior)
    return jnp.maximum(jnp.sum(tilted * log_ratio - gained), 0.0)


def _at_temperature(atoms: _Atoms, temperature: Float[Array, ""], bound: Float[Array, ""] | float) -> Twist:
    """The tilted prior at a given temperature (E2)."""
    tilt = jnp.where(atoms.span > 0, atoms.span / temperature, 0.0)
    log_proposal = jax.nn.log_softmax(atoms.log_prior + tilt * atoms.scaled)
    return Twist(log_proposal, _kl_at_tilt(atoms, tilt), jnp.asarray(bound, jnp.float32), jnp.asarray(temperature, jnp.float32))
