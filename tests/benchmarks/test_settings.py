"""The measurement of settings: cells that are what they say, differences that are paired, and a page that agrees with its data."""

import json

import numpy as np
import pytest

from benchmarks import settings
from planner.checkpoints import Checkpoints
from planner.request import PlanRequest

CARDS = Checkpoints(settings.FOLDER)


def test_cells_begin_with_the_settings_for_learning_and_none_is_measured_twice():
    cells = settings.cells(20)
    assert cells[0] == settings.first_cell() and settings.words(tuple(cells[0].values())) == "for learning"
    keys = [tuple(cell.values()) for cell in cells]
    assert len(set(keys)) == len(keys) and cells[: len(settings.cells(0))] == settings.cells(0)
    # Each level alone is among them.
    alone = {settings.words(key) for key in keys}
    assert alone >= {level for levels in settings.FACTORS.values() for level in list(levels)[1:]}


@pytest.mark.parametrize("name", settings.usual_names())
def test_each_cell_is_a_plan_of_its_budget_and_differs_from_the_first_in_what_it_names(name):
    card = CARDS.card(name)
    temperature = card.settings["reward_temperature"]
    made = lambda cell: PlanRequest("trt_smc", settings.settings_of(cell, card.environment, temperature)).prepare(card).settings
    usual = made(settings.first_cell())
    assert usual.model_steps == 512 and usual.reward_temperature == temperature
    for factor, levels in settings.FACTORS.items():
        for level in list(levels)[1:]:
            own = made(settings.first_cell() | {factor: level})
            assert own != usual and own.model_steps == {"128 steps": 128, "2048 steps": 2048}.get(level, 512)


def test_a_difference_is_judged_by_its_pairs():
    random = np.random.default_rng(0)
    usual = random.normal(0, 100, 64)
    # Far smaller than the spread of episodes, but the same in each of them.
    assert settings.verdict(usual + 1 + random.normal(0, 0.5, 64), usual) == 1
    assert settings.verdict(usual - 1, usual) == -1 and settings.verdict(usual, usual) == 0
    alike = [settings.verdict(usual + random.normal(0, 5, 64), usual) for _ in range(400)]
    # One in twenty is surely different by chance: 400 of them lie below 38 with a probability of 0.9999.
    assert sum(map(abs, alike)) < 38


def test_the_page_is_that_of_the_data():
    """If this fails, run `python -m benchmarks.settings --report`."""
    data = json.loads(settings.DATA.read_text("utf-8"))
    returns = settings.by_checkpoint(data)
    assert settings.PAGE.read_text("utf-8") == settings.page(returns)
    assert list(returns) == settings.usual_names()
    assert len(settings.complete_cells(returns)) >= 17
