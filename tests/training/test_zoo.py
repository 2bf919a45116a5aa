"""The page of the shipped checkpoints agrees with their cards."""

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

from planner import Checkpoints

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("zoo", ROOT / "docs" / "zoo.py")
zoo = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(zoo)


def test_the_page_is_that_of_the_cards_and_has_every_picture() -> None:
    """If this fails, run `python docs/zoo.py`."""
    cards = zoo.in_order(Checkpoints(ROOT / "assets" / "checkpoints").cards())
    text = zoo.PAGE.read_text(encoding="utf-8")
    assert text == zoo.page(cards)
    for picture in set(re.findall(r"\((images/.*?)\)", text)):
        ElementTree.parse(ROOT / "docs" / picture)


def test_all_parameters_together_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "assets" / "checkpoints").glob("*/params.safetensors")) < 20 * 2**20


SLIPPERY = {"frozenlake-early"}
"""Checkpoints that planning does not improve: weights treat the ice's noise like a choice, and the values are too inaccurate to correct it."""


def test_planning_helps_every_early_stage() -> None:
    for card in Checkpoints(ROOT / "assets" / "checkpoints").cards():
        if card.name.endswith("-early") and card.name not in SLIPPERY:
            prior, planned = card.returns["prior"], next(returns for name, returns in card.returns.items() if name != "prior")
            assert planned.mean - prior.mean > 4 * (prior.standard_error**2 + planned.standard_error**2) ** 0.5, card.name
