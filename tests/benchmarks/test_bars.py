"""The standing of TRT-SMC: counts that follow from paired returns, cells of the defaults of now, and a page that agrees with its data."""

import json

import numpy as np

from benchmarks import bars
from benchmarks.settings import usual_names
from benchmarks.zoo import budget
from planner.algorithms.registry import PLANNERS
from planner.checkpoints import Checkpoints

CARDS = Checkpoints(bars.FOLDER)


def test_a_win_is_a_difference_that_is_sure():
    random = np.random.default_rng(0)
    base = random.normal(0, 100, bars.EPISODES)
    off = lambda by: base + by + random.normal(0, 0.5, bars.EPISODES)
    others = [{name: off(by) if by else base for name in bars.OTHERS} for by in (-1, -1, 1, 0)]
    returns = {f"checkpoint {number}": {"trt_smc": base, **each} for number, each in enumerate(others)}
    assert set(bars.standings(returns).values()) == {bars.Standing(better=2, level=1, worse=1)}


def test_checkpoints_that_lack_a_planner_are_left_out():
    cells = [{"checkpoint": name, "planner": planner, "returns": [1.0, 2.0]} for name in ("a", "b") for planner in PLANNERS]
    assert list(bars.by_checkpoint({"cells": cells[:-1]})) == ["a"]


def test_only_cells_of_other_settings_are_measured_again(tmp_path, monkeypatch):
    path, played = tmp_path / "bars.json", []
    monkeypatch.setattr(bars, "returns_of", lambda checkpoint, prepared: played.append(prepared.planner.name) or np.zeros(3))
    data = {"version": 1, "cells": []}
    bars.measure(path, data, ["catch-early"], ["trt_smc", "spo"])
    bars.measure(path, json.loads(path.read_text()), ["catch-early"], ["trt_smc", "spo"])
    assert played == ["trt_smc", "spo"]
    data = json.loads(path.read_text())
    data["cells"][0]["settings"]["ess_threshold"] = 0.9
    bars.measure(path, data, ["catch-early"], ["trt_smc", "spo"])
    assert played == ["trt_smc", "spo", "trt_smc"]
    assert json.loads(path.read_text())["cells"][0]["settings"]["ess_threshold"] == 0.2


def test_the_page_is_that_of_the_data_and_the_data_that_of_the_defaults():
    """If this fails, run `python -m benchmarks.bars`, which measures what has changed and writes the page."""
    data = json.loads(bars.DATA.read_text("utf-8"))
    returns = bars.by_checkpoint(data)
    # Those whose episodes take minutes may be missing.
    assert set(usual_names()) <= set(returns) <= set(bars.early_and_middle())
    assert bars.PAGE.read_text("utf-8") == bars.page(returns, data.get("times", {}))
    for each in data["cells"]:
        assert each["settings"] == budget(each["planner"], CARDS.card(each["checkpoint"])).settings.model_dump(mode="json"), each["checkpoint"]
