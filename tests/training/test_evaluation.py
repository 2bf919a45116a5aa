"""Playing episodes: many networks at once play what each plays alone."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from planner import Checkpoints
from planner.training.evaluation import greedy_prior, parallel_player, player

SHIPPED = Checkpoints(Path(__file__).resolve().parents[2] / "assets" / "checkpoints")


@pytest.mark.parametrize("names", [("cartpole-early", "cartpole"), ("frozenlake-early", "frozenlake-middle", "frozenlake"), ("pendulum-early",)])
def test_networks_in_parallel_play_the_episodes_that_each_plays_alone(names):
    loaded = [SHIPPED.load(name) for name in names]
    model = loaded[0].model
    alone = player(model, greedy_prior(model))
    expected = [alone(each.params, episodes=6, seed=3) for each in loaded]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[each.params for each in loaded])
    together = parallel_player(model, greedy_prior(model), episodes=6, seed=3)(stacked)
    np.testing.assert_allclose(np.asarray(together), expected, rtol=1e-4)
    assert np.std(expected) > 0
