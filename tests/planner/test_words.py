"""Numbers in captions follow the rule of the page's: half away from zero, and a real minus."""

import json
import subprocess

import numpy as np

from planner.environments.words import count, fixed, signed
from tests.servers import ROOT

SAID = """
import { fixed, signed } from "./assets/js/lib/format.js";
const values = JSON.parse(process.argv[1]);
console.log(JSON.stringify(values.map((value) => [fixed(value, 2), signed(value, 1)])));
"""


def test_halves_go_away_from_zero_also_where_single_precision_misses_them():
    halves = {0.125: "0.13", 0.145: "0.15", 1.005: "1.01", float(np.float32(0.145)): "0.15", 0.12499998: "0.13", 0.1249: "0.12"}
    assert {value: fixed(value, 2) for value in halves} == halves
    assert [signed(value, 2) for value in (-0.125, 0.125, -0.001, 0.0, 12.0)] == ["−0.13", "+0.13", "0.00", "0.00", "+12.00"]
    assert fixed(float("nan"), 2) == signed(float("inf"), 2) == "none"


def test_captions_and_the_page_say_the_same():
    values = [*np.random.default_rng(0).normal(0, 10, 200), *(np.arange(-40, 41) / 8), *(np.arange(-40, 41) / 20)]
    node = subprocess.run(["node", "--input-type=module", "-e", SAID, json.dumps(values)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(node.stdout) == [[fixed(value, 2), signed(value, 1)] for value in values]


def test_one_thing_is_no_plural():
    assert [count(amount, "row") for amount in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
