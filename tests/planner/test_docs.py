"""The documentation and the code name the same things."""

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import planner
from planner import exact
from planner.planners import PLANNERS
from planner.settings import MAX_TRANSITIONS, allowed_values, describe_setting
from planner.targets import Root
from planner.trace import SCHEMA, Trace, to_arrays, to_bytes
from tests.planner.examples import complete, make_arrays, plan_with, random_mdp, random_prior, random_values

ROOT = Path(__file__).parents[2]
METHOD, TRACE, API = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("method.md", "trace.md", "api.md"))
EQUATION = re.compile(r"\(E(\d+)\)")


def rows(text: str, columns: int) -> dict[str, list[str]]:
    """First cell, without its backquotes -> the other cells, of every table row of that many columns."""
    cells = (re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in text.splitlines() if line.startswith("| `"))
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in cells if len(row) == columns}


def documented_arrays() -> dict[str, list[str]]:
    return rows(TRACE.split("## Arrays\n")[1].split("## Arrays of a search tree")[0], 3)


def test_every_array_of_a_trace_is_documented_and_no_other() -> None:
    arrays = {field.name for part in (Trace, Root) for field in fields(part)} - {"state"}
    assert set(documented_arrays()) == arrays | {"state/<leaf>"}


def test_documented_dtypes_and_shapes_are_those_of_a_real_trace() -> None:
    mdp = random_mdp(41)
    trace = make_arrays(complete(particles=5, depth=4), mdp, exact.tables(random_prior(41, mdp), random_values(41, mdp)), record=True)
    sizes = {"T": 4, "N": 5, "A": 3, "2": 2}
    names = {"float32": "f32", "int32": "i32", "bool": "bool"}
    for name, (what, _) in documented_arrays().items():
        if name != "state/<leaf>":
            dtype, shape = re.fullmatch(r"(\w+) \[(.*)\]", what).groups()
            assert names[str(trace[name].dtype)] == dtype and trace[name].shape == tuple(sizes[axis] for axis in shape.split(",") if axis), name


@pytest.mark.parametrize("name", PLANNERS)
def test_every_setting_is_in_the_table_of_its_planner_as_it_is(name: str) -> None:
    model = PLANNERS[name].algorithm.settings
    section = next(part for part in API.split("### Settings of ")[1:] if name in part.splitlines()[0])
    table = rows(section, 5)
    assert table.keys() == model.model_fields.keys()
    for setting_name, (kind, values, default, enters) in table.items():
        setting = describe_setting(setting_name, model)
        assert (kind, values) == (setting["kind"], allowed_values(setting_name, model)), setting_name
        assert default == f"`{json.dumps(setting['default'])}`".replace('"', ""), setting_name
        assert enters, setting_name
    assert str(MAX_TRANSITIONS) in API


@pytest.mark.parametrize("name", PLANNERS)
def test_every_setting_is_explained_in_the_method(name: str) -> None:
    assert [setting for setting in PLANNERS[name].algorithm.settings.model_fields if f"`{setting}`" not in METHOD] == []


def test_documented_arrays_of_a_tree_are_those_of_a_real_one() -> None:
    mdp = random_mdp(41)
    tables = exact.tables(random_prior(41, mdp), random_values(41, mdp))
    tree = to_arrays(plan_with("gumbel_mcts", mdp, tables, num_simulations=7, record=True))
    section = TRACE.split("## Arrays of a search tree")[1].split("## Metadata")[0]
    documented = rows(section, 3)
    names = {"float32": "f32", "int32": "i32", "bool": "bool"}
    for name, (what, _) in documented.items():
        if name != "state/<leaf>":
            dtype, shape = re.fullmatch(r"(\w+) \[(.*)\]", what).groups()
            assert names[str(tree[name].dtype)] == dtype and tree[name].shape == tuple({"M": 7, "2": 2}[axis] for axis in shape.split(",")), name
    shared = set(re.findall(r"`(\w+)`", section.split("| array")[0])) - {"gumbel_mcts", "kind", "tree", "M"}
    assert tree.keys() == documented.keys() - {"state/<leaf>"} | {"state/index"} | shared


def test_equations_are_numbered_once_and_docstrings_cite_those_that_exist() -> None:
    numbered = re.findall(r"^ +\(E(\d+)\)", METHOD, flags=re.MULTILINE)
    assert [int(n) for n in numbered] == list(range(1, 12))
    for path in (ROOT / "planner").rglob("*.py"):
        cited = set(EQUATION.findall(path.read_text(encoding="utf-8")))
        assert cited <= set(numbered), path.name


@pytest.mark.parametrize("target", describe_setting("policy_target")["choices"])
def test_every_policy_target_has_its_formula(target: str) -> None:
    assert target in rows(METHOD, 3)


def test_the_python_example_reads_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", TRACE, flags=re.DOTALL).group(1)
    (tmp_path / "plan.safetensors").write_bytes(to_bytes({"ess": np.float32([8, 2.5])}, {"planner": "trt_smc"}))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/trace.md", "exec"), {})
    assert capsys.readouterr().out == "trt_smc ESS at each level: [8.  2.5]\n"
    assert SCHEMA in TRACE and planner.from_bytes is not None
