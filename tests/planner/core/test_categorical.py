"""Choice among candidate actions: in range and never of probability 0, at every point of the unit interval, for few and many candidates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.categorical import choose, log_normalise
from tests.planner.examples import quick

choose_all = jax.jit(jax.vmap(choose, in_axes=(0, None)))
EDGES = np.array([0.0, np.nextafter(np.float32(1), np.float32(0)), 0.5, 1 - 2**-23], np.float32)


@quick(200)
@given(
    seed=st.integers(0, 9999),
    atoms=st.sampled_from([2, 8, 9, 16, 64]),
    without=st.integers(0, 3),
    spread=st.sampled_from([0.0, 0.1, 3.0, 30.0]),
)
def test_a_chosen_atom_exists_and_has_mass(seed: int, atoms: int, without: int, spread: float) -> None:
    """Fails where the point is limited by a sum other than the cumulative one: the last of evenly spaced points then chooses no candidate."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=atoms) * spread
    logits[random.permutation(atoms)[: min(without, atoms - 1)]] = -np.inf
    log_probabilities = log_normalise(jnp.asarray(logits, jnp.float32))
    chosen = np.asarray(choose_all(jnp.concatenate([EDGES, (jnp.arange(64) + random.uniform()) / 64]), log_probabilities))
    assert np.all((chosen >= 0) & (chosen < atoms))
    assert np.all(np.exp(np.asarray(log_probabilities))[chosen] > 0)


@pytest.mark.parametrize("atoms", [4, 16])
def test_evenly_spread_points_choose_in_proportion(atoms: int) -> None:
    """The count of each candidate over n evenly spaced points is within one of n times its probability."""
    probabilities = np.random.default_rng(3).dirichlet(np.ones(atoms))
    chosen = choose_all((jnp.arange(4096) + 0.5) / 4096, jnp.log(probabilities))
    assert np.all(np.abs(np.bincount(chosen, minlength=atoms) - 4096 * probabilities) <= 1.01)
