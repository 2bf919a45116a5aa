"""The comparison of learning: runs that differ only in the algorithm, and a page that agrees with its data."""

import json

import numpy as np
import pytest

from benchmarks import learning
from benchmarks.kept_data import read_data


@pytest.mark.parametrize("name", learning.DOMAINS)
def test_algorithms_differ_in_nothing_but_themselves_and_their_tuning(name):
    for tuning in learning.GRID:
        configs = {algorithm: learning.configure(name, algorithm, tuning) for algorithm in learning.ALGORITHMS}
        alike = [config.model_dump(exclude={"algorithm", "planner", "ppo"}) for config in configs.values()]
        assert all(each == alike[0] for each in alike)
        for algorithm, config in configs.items():
            planner = learning.planner_of(algorithm)
            assert config.algorithm == ("ppo" if planner is None else "expert_iteration")
            assert (config.ppo if planner is None else config.learn).learning_rate == tuning.learning_rate
            if planner is not None:
                assert config.planner["name"] == planner.name
                assert config.model_steps == 64
                # The settings tuned for another planner do not override a planner's own defaults.
                assert {"alpha", "constraint", "resampling_rule"}.isdisjoint(config.planner)


def test_every_algorithm_has_as_many_places_to_be_tuned_over():
    for algorithm in learning.ALGORITHMS:
        configs = [learning.configure("cartpole", algorithm, tuning) for tuning in learning.GRID]
        own = [config.ppo if algorithm == "ppo" else config.planner for config in configs]
        different = {(str(values), config.learn.learning_rate) for values, config in zip(own, configs, strict=True)}
        assert len(different) == len(learning.FACTORS) * len(learning.LEARNING_RATES)


def cell(algorithm, returns, factor=1.0, seeds=learning.SEEDS):
    """A cell of CartPole with one return per seed, the same at both evaluations."""
    tuned = {"factor": factor, "learning_rate": 1e-3, "environment_steps": [0, 10], "seconds": [0.0, 1.0], "model_steps": 64}
    return {"environment": "cartpole", "algorithm": algorithm, "seeds": list(seeds), "returns": [list(returns)] * 2, **tuned}


def test_the_tuning_with_the_highest_mean_over_the_run_is_taken():
    tried = [cell("spo", [value] * 3, factor, learning.TUNING_SEEDS) for factor, value in ((0.25, 3.0), (1.0, 5.0), (4.0, 4.0))]
    assert learning.best(tried) == learning.Tuning(1.0, 1e-3)


def test_who_is_level_with_the_first_is_told_from_who_is_surely_behind():
    noise = np.random.default_rng(0).normal(0, 1, len(learning.SEEDS))
    cells = {"spo": cell("spo", 10 + noise), "trt_smc": cell("trt_smc", 10.1 - noise), "ppo": cell("ppo", 5 + noise)}
    found = learning.places(cells)
    assert (found["trt_smc"].rank, found["spo"].rank, found["ppo"].rank) in {(1, 2, 3), (2, 1, 3)}
    assert found["trt_smc"].first
    assert found["spo"].first
    assert not found["ppo"].first


def test_the_page_is_that_of_the_data():
    """If this fails, run `python -m benchmarks.learning --report`."""
    data = read_data(learning.DATA)
    assert learning.PAGE.read_text("utf-8") == learning.page(data)
    assert json.loads(learning.CURVES.read_text("utf-8")) == learning.curves(data)
    measured = dict(learning.reported(data))
    assert len(measured) >= 5
    for name, cells in measured.items():
        for algorithm, kept in cells.items():
            assert len(kept["environment_steps"]) == len(kept["returns"])
            assert all(len(each) == len(kept["seeds"]) for each in kept["returns"])
            own = [each for each in data["cells"] if (each["environment"], each["algorithm"]) == (name, algorithm)]
            tried = [each for each in own if each["seeds"] == list(learning.TUNING_SEEDS)]
            assert len(tried) == len(learning.GRID)
            assert learning.best(tried) == learning.Tuning(kept["factor"], kept["learning_rate"])
            assert len(kept["seconds"]) == len(kept["returns"])


def test_an_environment_is_reported_as_soon_as_no_algorithm_is_missing():
    tried = [cell("spo", [1.0] * 3, seeds=learning.TUNING_SEEDS)]
    tuned = [cell(algorithm, [2.0] * 20) for algorithm in learning.ALGORITHMS]
    of = lambda cells: dict(learning.reported({"cells": cells}))
    assert of([*tried, *tuned[1:]]) == {}
    assert of([*tried, *tuned]) == {"cartpole": {each["algorithm"]: each for each in tuned}}
