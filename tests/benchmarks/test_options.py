"""Arguments of the commands that measure: refused before anything is measured, with what would be right."""

import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from benchmarks import options

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (options.checkpoint, "cartpole-early", "cartpole-early"),
        (options.count, "12", 12),
        (options.seconds, "0.5", 0.5),
        (options.sizes, "256x24,4096x32", [(256, 24), (4096, 32)]),
        (options.window, "1280x720-large", "1280x720-large"),
        (options.part, "0.2,0.3,0.4,0.1", {"x": 0.2, "y": 0.3, "wide": 0.4, "high": 0.1}),
    ],
)
def test_a_value_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts", "right"),
    [
        (options.checkpoint, ["cartpole-erly", "", "../cartpole"], "cartpole-early"),
        (options.count, ["0", "-1", "1.5", "many", "", "9" * 20], "whole number from 1"),
        (options.seconds, ["0", "-1", "nan", "inf", "long", "3601"], "above 0"),
        (options.sizes, ["", "256", "256x", "256x24,", "-1x2", "0x24", "a x b"], "256x24"),
        (options.window, ["", "1440", "14x9", "1440x900-huge", "1440×900"], "1440x900"),
        (options.part, ["", "0,0,1", "0,0,0,1", "0.5,0,0.6,1", "nan,0,1,1", "a,b,c,d"], "0.2,0.3,0.4,0.1"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_one_that_can(read, texts, right):
    for text in texts:
        with pytest.raises(ArgumentTypeError, match=right):
            read(text)


@pytest.mark.parametrize(
    ("module", "arguments", "said"),
    [
        ("gallery", ["--checkpoints", "nonsense"], "there is no checkpoint 'nonsense'"),
        ("zoo", ["--only", "nonsense"], "has no checkpoint nonsense; it has acrobot"),
    ],
)
def test_a_command_refuses_before_it_measures(module, arguments, said):
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr
