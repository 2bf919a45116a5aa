"""The particle table: every array has its column, its unit and its description, and files give the same numbers back."""

import csv
import io
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

import planner
from planner import Checkpoints, Record, exact
from planner.algorithms.mcts import Tree
from planner.core.model import Model
from planner.core.trace import Trace
from planner.record import table
from planner.record.metadata import Metadata
from tests.planner.examples import random_mdp, random_prior, random_values

ASSETS = Path(__file__).parents[3] / "assets" / "checkpoints"
MDP = random_mdp(5, terminals=2)
TABLES = exact.tables(random_prior(5, MDP), random_values(5, MDP))
OF_LEVELS = {"resampled", "ess", "log_evidence"}
OF_CANDIDATES = {"prior", "proposal", "q_value", "atoms"}
OF_THE_ROOT = {"root_position"}


def tree_of(simulations: int) -> Record:
    return planner.run(Model(MDP, exact.look_up), "gumbel_mcts", params=TABLES, state=MDP.state(0), num_simulations=simulations, discount=0.9)


def particles_of(particles: int, depth: int) -> Record:
    settings = {"particles": particles, "depth": depth, "reward_temperature": 0.7, "discount": 0.9}
    return planner.run(Model(MDP, exact.look_up), params=TABLES, state=MDP.state(0), seed=4, record=("atoms", "states"), **settings)


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    continuous = planner.run(Checkpoints(ASSETS).load("pendulum-early"), particles=8, depth=3, action_atoms=3, seed=2, record=("states",))
    return {"particles": particles_of(8, 4), "continuous": continuous, "tree": tree_of(12)}


KINDS = pytest.mark.parametrize("kind", ["particles", "continuous", "tree"])


def test_no_array_of_a_plan_is_forgotten() -> None:
    assert {field.name for field in fields(Trace)} - {"state"} == (table.PARTICLES.keys() - {"offspring"}) | OF_LEVELS | OF_CANDIDATES | OF_THE_ROOT
    assert {field.name for field in fields(Tree)} - {"state"} == table.TREE.keys() | OF_THE_ROOT


@KINDS
def test_parquet_gives_every_array_back_bit_for_bit_with_its_unit_and_description(records, kind, tmp_path) -> None:
    record = records[kind]
    read = pyarrow.parquet.read_table(record.save(tmp_path / "plan.parquet"))
    columns = record.table()
    assert read.column_names == list(columns)
    for name, column in columns.items():
        assert read[name].to_numpy().tobytes() == column.values.tobytes(), name
        assert read[name].to_numpy().dtype == column.values.dtype
        about = read.schema.field(name).metadata
        assert about[b"unit"].decode() == column.unit != "" and about[b"description"].decode() == column.description != "", name
    shape = record.arrays["parent"].shape
    for name in ("reward", "depth", "alive"):
        assert read[name].to_numpy().reshape(shape).tobytes() == record.arrays[name].tobytes()
    for index, axis in enumerate("xy"):
        assert read[f"position_{axis}"].to_numpy().tobytes() == record.arrays["position"][..., index].tobytes()


@KINDS
def test_parquet_keeps_the_metadata_of_the_record(records, kind) -> None:
    record = records[kind]
    schema = pyarrow.parquet.read_schema(io.BytesIO(table.to_parquet(record.all_arrays, record.metadata)))
    kept = {name.decode(): value.decode() for name, value in schema.metadata.items()}
    assert kept["schema"] == table.SCHEMA
    assert Metadata.of_header(kept) == record.metadata


def test_numbers_that_are_none_survive_bit_for_bit(records) -> None:
    record = records["particles"]
    odd = np.array([np.nan, -0.0, 0.0, np.inf, -np.inf, 1e-45, 3.4e38, 0.1], np.float32)
    odd[0:1].view(np.int32)[0] |= 1
    weights = np.resize(odd, record.arrays["log_weight"].shape)
    arrays = {**record.arrays, "log_weight": weights}
    read = pyarrow.parquet.read_table(io.BytesIO(table.to_parquet(arrays, record.metadata)))
    assert read["log_weight"].to_numpy().tobytes() == weights.tobytes()
    rows = list(csv.DictReader(io.StringIO(table.to_csv(arrays, record.metadata).decode())))
    np.testing.assert_array_equal(np.array([float(row["log_weight"]) for row in rows], np.float32), weights.ravel())


@KINDS
def test_csv_parses_to_the_same_numbers(records, kind, tmp_path) -> None:
    record = records[kind]
    with open(record.save(tmp_path / "plan.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = record.table()
    assert list(rows[0]) == list(columns) and len(rows) == record.arrays["parent"].size
    for name, column in columns.items():
        values = [{"true": 1, "false": 0}.get(row[name], row[name]) for row in rows]
        np.testing.assert_array_equal(np.array(values).astype(np.float64).astype(column.values.dtype), column.values, name)


def test_rows_are_numbered_as_parents_are(records) -> None:
    columns = records["particles"].table()
    rows = np.arange(32)
    np.testing.assert_array_equal(columns["level"].values * 8 + columns["slot"].values, rows)
    assert columns["parent"].unit == "row" and columns["parent"].values.max() < 32
    np.testing.assert_array_equal(records["tree"].table()["simulation"].values, np.arange(12))


def test_dimensions_have_a_column_each_and_say_their_names(records) -> None:
    columns = records["continuous"].table()
    assert {"action_0", "position_x", "position_y", "atom"} <= columns.keys() and "action" not in columns
    assert columns["action_0"].unit == "units of the environment" and "torque" in columns["action_0"].description
    assert columns["state/theta"].values.tobytes() == records["continuous"].arrays["state/theta"].tobytes()
    assert "0: a, 1: b, 2: c" in records["particles"].table()["action"].description


def test_arrays_are_told_by_their_names_not_by_their_shapes() -> None:
    """With 3 particles the parts of the weights have the shape of the particles, and with 3 simulations and 3 actions so has the root's policy."""
    assert particles_of(3, 4).diagnostics["weight_part_mean"].shape == (4, 3)
    assert "weight_part_mean" not in particles_of(3, 4).table() and "weight_part_mean" not in particles_of(3, 4).to_dataframe()
    tree = tree_of(3)
    assert tree.arrays["root_policy"].shape == tree.arrays["parent"].shape
    assert not [name for name in tree.table() if name.startswith("root")]
    # Particles have distributions of these names, which are no columns.
    assert not OF_CANDIDATES & particles_of(3, 3).table().keys()


def test_an_array_of_another_size_is_refused(records) -> None:
    record = records["particles"]
    with pytest.raises(ValueError, match=r"reward has the shape \[3, 8\]"):
        table.table({**record.arrays, "reward": record.arrays["reward"][:3]}, record.metadata)
