"""Interquartile means and bootstrap intervals of returns."""

import numpy as np
import pytest

from planner.training.evaluation import interquartile_mean, iqm_interval, mean_interval


def test_the_interquartile_mean_is_that_of_the_middle_half() -> None:
    returns = np.array([100.0, 1, 2, 3, 4, 5, 6, -50])
    assert interquartile_mean(returns) == pytest.approx(np.mean([2, 3, 4, 5]))
    assert iqm_interval(returns).estimate == pytest.approx(3.5)


def test_episodes_that_are_all_alike_leave_no_interval() -> None:
    assert mean_interval(np.full(8, 500.0)) == mean_interval(np.full(3, 500.0))
    assert mean_interval(np.full(8, 500.0)).low == mean_interval(np.full(8, 500.0)).high == 500


def test_intervals_are_the_same_every_time_and_hold_their_estimate() -> None:
    returns = np.random.default_rng(0).gamma(2, size=64)
    for interval in (mean_interval(returns), iqm_interval(returns)):
        assert interval.low < interval.estimate < interval.high
    assert mean_interval(returns) == mean_interval(returns)


def test_a_95_percent_interval_of_the_mean_holds_it_about_as_often() -> None:
    """200 samples of 64 normal returns. A percentile interval is slightly too short: with 64 episodes it covers about 94 %.

    The share over 200 samples is within 4 standard errors, 4 * sqrt(.94 * .06 / 200) = 0.067.
    """
    random = np.random.default_rng(1)
    held = [interval.low <= 0 <= interval.high for interval in (mean_interval(random.normal(size=64)) for _ in range(200))]
    assert abs(np.mean(held) - 0.94) < 0.067
