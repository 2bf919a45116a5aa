"""Agreement of documentation and code: arrays, settings, metadata, equations and examples."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import jax
import numpy as np
import pytest

import planner
from planner import exact
from planner.algorithms.registry import PLANNERS
from planner.algorithms.settings import MAX_TRANSITIONS, allowed_values, describe_setting
from planner.algorithms.smc_settings import SmcSettings
from planner.checkpoints import build_model, initial_params, network_config
from planner.core.targets import Root
from planner.core.trace import Trace, to_arrays
from planner.equations import EQUATIONS
from planner.record.container import write
from planner.record.diagnostics import DIAGNOSTICS, diagnose
from planner.record.metadata import SCHEMA, Metadata
from planner.truth import ANSWERS, Truth
from tests.planner.examples import complete, make_arrays, metadata_of, plan_with, random_mdp, random_prior, random_values

ROOT = Path(__file__).parents[2]
METHOD, TRACE, API = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("method.md", "trace.md", "api.md"))
EQUATION = re.compile(r"\(E(\d+)\)")


def rows(text: str, columns: int) -> dict[str, list[str]]:
    """Table rows with `columns` columns: first cell, without its backquotes -> the other cells."""
    cells = (re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in text.splitlines() if line.startswith("| `"))
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in cells if len(row) == columns}


NAMES = {"float32": "f32", "int32": "i32", "bool": "bool"}


def documented_arrays(section: str = "Arrays") -> dict[str, list[str]]:
    return rows(TRACE.split(f"## {section}\n")[1].split("\n## ")[0], 3)


def check_described(arrays: Mapping[str, np.ndarray], documented: Mapping[str, list[str]], sizes: Mapping[str, int]) -> None:
    """Check that every documented array exists with the documented dtype and shape."""
    for name, (what, _) in documented.items():
        if name != "state/<leaf>":
            dtype, shape = re.fullmatch(r"(\w+) \[(.*)\]", what).groups()
            expected = tuple(int(axis) if axis.isdigit() else sizes[axis] for axis in shape.split(",") if axis)
            assert NAMES[str(arrays[name].dtype)] == dtype and arrays[name].shape == expected, name


def test_every_array_of_a_trace_is_documented_and_no_other() -> None:
    arrays = {field.name for part in (Trace, Root) for field in fields(part)} - {"state"}
    assert documented_arrays().keys() | documented_arrays("Continuous actions").keys() == arrays | {"state/<leaf>"}
    assert documented_arrays("Diagnostics").keys() == set(DIAGNOSTICS)
    assert documented_arrays("Exact answers").keys() == set(ANSWERS)


def test_documented_dtypes_and_shapes_are_those_of_a_real_trace() -> None:
    mdp = random_mdp(41)
    settings = complete(particles=5, depth=4)
    trace = make_arrays(settings, mdp, exact.tables(random_prior(41, mdp), random_values(41, mdp)), record=True)
    sizes = {"T": 4, "N": 5, "A": 3}
    check_described(trace, documented_arrays(), sizes)
    check_described(diagnose(trace, metadata_of(settings)), documented_arrays("Diagnostics"), sizes)


def test_documented_arrays_of_continuous_actions_are_those_of_a_real_trace() -> None:
    model, _ = build_model("Pendulum-v1", config := network_config("Pendulum-v1", (8,), 1.0))
    static, live = PLANNERS["trt_smc"].split(complete(particles=5, depth=4, action_atoms=3))
    program = jax.jit(PLANNERS["trt_smc"].program(model, static, atoms=True, states=True))
    key = jax.random.key(0)
    arrays = to_arrays(program(initial_params("Pendulum-v1", config, key), key, model.environment.reset(key), live))
    documented = documented_arrays() | documented_arrays("Continuous actions")
    check_described(arrays, documented, {"T": 4, "N": 5, "A": 3, "D": 1})
    assert {name for name in arrays if not name.startswith("state/")} == documented.keys() - {"state/<leaf>"}


def test_documented_exact_answers_are_those_of_a_real_plan() -> None:
    model, _ = build_model("Catch-bsuite", config := network_config("Catch-bsuite", (8,), 1.0))
    settings = complete(particles=5, depth=4)
    static, live = PLANNERS["trt_smc"].split(settings)
    key = jax.random.key(0)
    params, state = initial_params("Catch-bsuite", config, key), model.environment.reset(key)
    arrays = to_arrays(jax.jit(PLANNERS["trt_smc"].program(model, static))(params, key, state, live))
    answers = Truth(model, params).answers(arrays, state, settings.model_dump(), 1.0, evidence=True)
    check_described(answers, documented_arrays("Exact answers"), {"T": 4, "A": 3})
    assert answers.keys() == set(ANSWERS)


@pytest.mark.parametrize("name", PLANNERS)
def test_every_setting_is_in_the_table_of_its_planner_as_it_is(name: str) -> None:
    model = PLANNERS[name].algorithm.settings
    section = next(part for part in API.split("### Settings of ")[1:] if name in part.splitlines()[0])
    # The defaults are those of the first planner that the section names.
    first = next(other for other in PLANNERS if other in section.splitlines()[0])
    described = {each["name"]: each for each in PLANNERS[first].describe()["settings"]}
    table = rows(section, 5)
    assert table.keys() == model.model_fields.keys()
    for setting_name, (kind, values, default, enters) in table.items():
        setting = described[setting_name]
        assert (kind, values) == (setting["kind"], allowed_values(setting_name, model)), setting_name
        assert default == f"`{json.dumps(setting['default'])}`".replace('"', ""), setting_name
        assert enters == setting["enters"], setting_name
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
    check_described(tree, documented, {"M": 7})
    shared = set(re.findall(r"`(\w+)`", section.split("| array")[0])) - {"gumbel_mcts", "kind", "tree", "M"}
    assert tree.keys() == documented.keys() - {"state/<leaf>"} | {"state/index"} | shared


def test_equations_are_numbered_once_and_docstrings_cite_those_that_exist() -> None:
    numbered = re.findall(r"^ +\(E(\d+)\)", METHOD, flags=re.MULTILINE)
    assert sorted(int(n) for n in numbered) == list(range(1, 18))
    for path in (ROOT / "planner").rglob("*.py"):
        cited = set(EQUATION.findall(path.read_text(encoding="utf-8")))
        assert cited <= set(numbered), path.name


def test_equations_that_settings_enter_are_those_of_the_method() -> None:
    written = dict(re.findall(r"^ +\((E\d+)\) +(.*)$", METHOD, flags=re.MULTILINE))
    assert {number: written[number].strip() for number in EQUATIONS} == EQUATIONS
    models = {planner.algorithm.settings for planner in PLANNERS.values()}
    cited = {number for model in models for name in model.model_fields for number in EQUATION.findall(describe_setting(name, model)["enters"])}
    assert {f"E{number}" for number in cited} <= EQUATIONS.keys()


@pytest.mark.parametrize("target", describe_setting("policy_target", SmcSettings)["choices"])
def test_every_policy_target_has_its_formula(target: str) -> None:
    assert target in rows(METHOD, 3)


def test_the_python_example_reads_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", TRACE, flags=re.DOTALL).group(1)
    (tmp_path / "plan.safetensors").write_bytes(write({"ess": np.float32([8, 2.5])}, {"schema": SCHEMA, "planner": "trt_smc"}))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/trace.md", "exec"), {})
    assert capsys.readouterr().out == "trt_smc ESS at each level: [8.  2.5]\n"
    assert SCHEMA in TRACE


def test_every_field_of_the_metadata_is_documented_and_no_other() -> None:
    documented = rows(TRACE.split("## Metadata\n")[1].split("\n## ")[0], 3)
    assert documented.keys() == {"schema", *Metadata.model_fields}


@pytest.mark.slow
def test_every_example_of_the_planner_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """All examples run in one namespace, as in a notebook, and their output agrees with the page."""
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "planner.md").read_text(encoding="utf-8"), flags=re.DOTALL):
        exec(code, names)  # the page's own code
    out = capsys.readouterr().out
    assert all(name in out for name in PLANNERS)
    record = names["record"]
    posterior = exact.posterior_policy(names["prior"], exact.soft_values(names["walk"], names["prior"], 0.5, 1.0).qvalues, 0.5)[0]
    np.testing.assert_allclose(record.arrays["root_policy"], posterior, atol=0.03)
    swing = names["swing"]
    assert swing.ok and swing.arrays["root_atoms"].shape == (6, 1) and np.all(np.abs(swing.arrays["root_atoms"]) <= 2)
    twisted = planner.run(names["catch"], "twisted_smc", state=names["start"], value_source="exact", truth=names["truth"], root_sampling="proposal")
    np.testing.assert_allclose(twisted.arrays["ess"], 256, rtol=1e-3)
    np.testing.assert_allclose(twisted.arrays["log_evidence"], 0, atol=1e-3)


def test_what_the_package_imports_is_what_it_exports_and_has_a_docstring() -> None:
    tree = ast.parse(Path(planner.__file__).read_text(encoding="utf-8"))
    imported = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported == set(planner.__all__) and len(planner.__all__) == len(set(planner.__all__))
    for name in planner.__all__:
        thing = getattr(planner, name)
        assert not callable(thing) or (thing.__doc__ and not thing.__doc__.startswith(f"{name}(")), name


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_documents_name_only_what_the_package_exports(page: str) -> None:
    modules = {path.stem for path in (ROOT / "planner").iterdir()} | {"md"}
    named = set(re.findall(r"(?<![\w/.])planner\.(\w+)", (ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert named - modules <= set(planner.__all__), page
