"""The comparison of learning: runs that differ only in the algorithm, and a page that agrees with its data."""

import json

import pytest

from benchmarks import learning


@pytest.mark.parametrize("name", learning.DOMAINS)
def test_algorithms_differ_in_nothing_but_themselves(name):
    configs = {algorithm: learning.configure(name, algorithm) for algorithm in learning.ALGORITHMS}
    alike = [config.model_dump(exclude={"algorithm", "planner"}) for config in configs.values()]
    assert all(each == alike[0] for each in alike)
    for algorithm, config in configs.items():
        assert config.algorithm == ("ppo" if algorithm == "ppo" else "expert_iteration")
        if algorithm != "ppo":
            assert config.planner["name"] == algorithm
            assert config.model_steps == 64
            # The settings tuned for another planner do not override a planner's own defaults.
            assert {"alpha", "constraint", "resampling_rule"}.isdisjoint(config.planner)


def test_the_page_is_that_of_the_data():
    """If this fails, run `python -m benchmarks.learning --report`."""
    data = json.loads(learning.DATA.read_text("utf-8"))
    assert learning.PAGE.read_text("utf-8") == learning.page(data)
    for cell in data["environments"].values():
        assert cell["curves"].keys() == learning.ALGORITHMS.keys()
        for curve in cell["curves"].values():
            assert len(curve["environment_steps"]) == len(curve["iqm"]) == len(curve["returns"])
            assert all(low <= mid <= high for low, mid, high in zip(curve["low"], curve["iqm"], curve["high"], strict=True))
