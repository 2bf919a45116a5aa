"""Many plans in parallel equal the same plans one by one."""

from functools import partial

import jax
import numpy as np
import pytest

from planner import exact
from planner.algorithms.registry import PLANNERS, get_planner
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.seeds import plan_seeds, seeds_to_arrays
from tests.planner.examples import plan_with, random_mdp, random_prior, random_values, settings_of

MDP = random_mdp(71, stochastic=True, terminals=2)
TABLES = exact.tables(random_prior(71, MDP), random_values(71, MDP))
SIZES = {"gumbel_mcts": {"num_simulations": 24}}


@pytest.mark.parametrize("name", PLANNERS)
def test_each_row_is_the_plan_with_that_key(name: str) -> None:
    values = SIZES.get(name, {"particles": 16, "depth": 4})
    static, live = get_planner(name).split(settings_of(name, **values))
    run = jax.jit(partial(plan_seeds, program=get_planner(name).program(Model(MDP, exact.look_up), static)))
    seeds = [3, 4, 8]
    keys = jax.numpy.stack([jax.random.key(seed) for seed in seeds])
    arrays = seeds_to_arrays(run(keys, TABLES, MDP.state(0), live))
    for row, seed in enumerate(seeds):
        plan = to_arrays(plan_with(name, MDP, TABLES, seed=seed, **values))
        for array in ("root_policy", "root_q", "value_target", "root_proposal"):
            np.testing.assert_allclose(arrays[array][row], plan[array], rtol=1e-4, atol=1e-6, err_msg=array)
        for array in ("root_visits", "chosen_action"):
            np.testing.assert_array_equal(arrays[array][row], plan[array])
        for array in ("root_prior", "root_value"):
            np.testing.assert_allclose(arrays[array], plan[array], rtol=1e-6)
        np.testing.assert_allclose(arrays["log_evidence"][row], plan["log_evidence"][-1] if "log_evidence" in plan else np.nan, rtol=1e-4, atol=1e-6)
    assert not np.array_equal(arrays["value_target"][0], arrays["value_target"][1])
