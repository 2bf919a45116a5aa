"""The one way of a plan: checked once, the same from everywhere, and kept with all that made it."""

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

import planner
from planner import Checkpoints, Metadata, PlanFailed, PlanRequest, Record, SettingsError, UnknownPlannerError, exact
from planner.algorithms.registry import PLANNERS
from planner.core.model import Evaluation, Model
from planner.record.container import TraceError, read
from planner.record.metadata import SCHEMA
from planner.request import MAX_SEED, run_each
from tests.planner.examples import random_mdp, random_prior, random_values

ASSETS = Path(__file__).parents[2] / "assets" / "checkpoints"
MDP = random_mdp(5, terminals=2)
TABLES = exact.tables(random_prior(5, MDP), random_values(5, MDP))
SMALL = {"particles": 8, "depth": 3, "reward_temperature": 0.7, "discount": 0.9}


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoints(ASSETS).load("catch")


@pytest.fixture(scope="module")
def record() -> Record:
    return planner.run(Model(MDP, exact.look_up), params=TABLES, state=MDP.state(0), seed=4, record=("atoms", "states"), **SMALL)


@pytest.mark.parametrize(
    ("request_", "error", "says"),
    [
        (PlanRequest("zork"), UnknownPlannerError, "tsmcts"),
        (PlanRequest(settings={"alpha": 2}), SettingsError, "alpha: got 2"),
        (PlanRequest(settings={"zork": 2}), SettingsError, "one of the settings"),
        (PlanRequest(seed=-1), SettingsError, "seed: got -1"),
        (PlanRequest(seed=MAX_SEED + 1), SettingsError, f"<= {MAX_SEED}"),
        (PlanRequest(seed=True), SettingsError, "seed: got True"),
        (PlanRequest(step=-3), SettingsError, "step: got -3"),
        (PlanRequest(step=1.5), SettingsError, "step: got 1.5"),
        (PlanRequest(interventions=({"kind": "kill"},)), SettingsError, "interventions"),
    ],
)
def test_a_request_that_cannot_be_used_says_what_would_be_right(checkpoint, request_, error, says) -> None:
    with pytest.raises(error, match=says.replace("(", r"\\(")):
        request_.prepare(checkpoint)


def test_exact_values_are_refused_where_states_cannot_be_enumerated() -> None:
    with pytest.raises(SettingsError, match="no exact answers"):
        PlanRequest(settings={"value_source": "exact"}).prepare(Checkpoints(ASSETS).card("cartpole"))


def test_checkpoints_of_one_environment_and_network_share_a_program_and_others_do_not(checkpoint) -> None:
    store = Checkpoints(ASSETS)
    key = lambda name, **changes: (loaded := store.load(name)) and PlanRequest(**changes).prepare(loaded).key(loaded.model)
    own = key("catch")
    assert hash(own) == hash(key("catch-early")) and own == key("catch-early")
    assert own == key("catch", settings={"alpha": 0.7}, seed=5, step=2)
    assert own != key("cartpole") and own != key("catch", settings={"depth": 5}) and own != key("catch", states=True)
    assert own == key("catch", planner="twisted_smc", settings={"constraint": "adaptive", "trust": "agreement"})
    assert own != key("catch", planner="tsmcts")


def test_metadata_survives_the_file_bit_for_bit_and_type_for_type(record: Record, tmp_path: Path) -> None:
    record.save(tmp_path / "plan.safetensors")
    again = planner.load(tmp_path / "plan.safetensors")
    assert again.metadata == record.metadata
    assert {name: type(value) for name, value in again.metadata} == {name: type(value) for name, value in record.metadata}
    assert again.all_arrays.keys() == record.all_arrays.keys()
    for name, array in record.all_arrays.items():
        assert again.arrays[name].tobytes() == np.asarray(array).tobytes(), name
    # Written again it is the same file: nothing is encoded twice.
    (_, once), (_, twice) = (read(each.to_bytes(), SCHEMA) for each in (record, again))
    assert once == twice


@pytest.mark.parametrize("change", [{"playing": "True"}, {"seed": "four"}, {"settings": '"{}"'}, {"actions": "left"}, {"seed": None}])
def test_a_header_that_is_not_json_of_the_right_type_is_refused(record: Record, change: dict) -> None:
    header = {name: value if isinstance(value, str) else __import__("json").dumps(value) for name, value in record.metadata.header().items()}
    header = {name: value for name, value in {**header, **change}.items() if value is not None}
    if change == {"playing": "True"}:
        assert Metadata.of_header(header) == record.metadata
        return
    with pytest.raises(TraceError, match="not a readable trace"):
        Metadata.of_header(header)


def test_a_trace_of_an_earlier_version_is_read() -> None:
    old = {"kind": "tree", "planner": "gumbel_mcts", "settings": '{"num_simulations": 8}', "seed": "3", "step": "0", "plan_ms": "1.5"}
    read = Metadata.of_header(old)
    assert read.traits == PLANNERS["gumbel_mcts"].traits and read.seed == 3
    for name in ("tsmcts", "spo"):
        assert Metadata.of_header({**old, "kind": "particles", "planner": name}).traits == PLANNERS[name].traits


def test_only_the_arrays_that_are_named_are_written(record: Record) -> None:
    assert Record.from_bytes(record.to_bytes(["ess", "parent", "no such array"])).arrays.keys() == {"ess", "parent"}


def test_a_record_of_a_bare_model_needs_parameters_and_the_settings_of_a_card() -> None:
    with pytest.raises(ValueError, match="params="):
        planner.run(Model(MDP, exact.look_up), **SMALL)
    with pytest.raises(SettingsError, match="discount"):
        planner.run(Model(MDP, exact.look_up), params=TABLES, particles=8, depth=3, reward_temperature=1.0)


def test_what_to_record_is_named_and_an_unknown_name_is_refused(record: Record, checkpoint) -> None:
    assert {"prior", "proposal", "q_value", "state/index"} <= record.arrays.keys()
    with pytest.raises(ValueError, match="allowed: atoms, states"):
        planner.run(checkpoint, record=("weights",), particles=8, depth=3)


def test_a_failed_plan_raises_with_cause_and_place_unless_told_not_to() -> None:
    broken = lambda params, state: Evaluation(params.prior_logits[state.index], np.float32(0), params.qvalues[state.index] * jax.numpy.nan)
    with pytest.raises(PlanFailed, match=r"not a finite number, at the state planned from"):
        planner.run(Model(MDP, broken), params=TABLES, state=MDP.state(0), **SMALL)
    kept = planner.run(Model(MDP, broken), params=TABLES, state=MDP.state(0), check=False, **SMALL)
    assert not kept.ok and kept.metadata.status == "non_finite_network" and "state planned from" in kept.metadata.fault


def test_a_step_is_played_to_by_the_prior_and_one_beyond_the_end_is_refused(checkpoint) -> None:
    record = planner.run(checkpoint, particles=8, depth=3, seed=2, step=3)
    assert len(record.metadata.actions_so_far) == 3 and record.metadata.episode["length"] == 3
    with pytest.raises(ValueError, match="at most"):
        planner.run(checkpoint, particles=8, depth=3, seed=2, step=100)


def test_a_given_state_is_not_said_to_have_been_played_to(record: Record) -> None:
    assert record.metadata.actions_so_far is None


def test_a_record_becomes_a_table_with_a_row_for_each_transition(record: Record) -> None:
    table = record.to_dataframe()
    assert table.index.names == ["level", "slot"] and len(table) == 24
    assert table.loc[(2, 5), "log_weight"] == record.arrays["log_weight"][2, 5]
    assert table.loc[(1, 3), "position_y"] == record.arrays["position"][1, 3, 1]
    tree = planner.run(Model(MDP, exact.look_up), "gumbel_mcts", params=TABLES, state=MDP.state(0), num_simulations=6, discount=0.9)
    assert tree.to_dataframe().index.names == ["simulation"]


def test_a_record_is_shown_without_a_warning_and_in_one_line_where_there_is_only_text(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("IPython")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record.show(300)
    assert capsys.readouterr().out == f"{record!r}\n"


def test_a_record_is_saved_as_what_its_name_says(record: Record, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.safetensors, \.html, \.py"):
        record.save(tmp_path / "plan.png")
    with pytest.raises(ValueError, match=r"only the microscope \(\.html\) shows a pinned plan, got 'plan\.csv'"):
        record.save(tmp_path / "plan.csv", pinned=record)
    elsewhere = Record(record.arrays, record.metadata.model_copy(update={"environment": "Catch-bsuite"}))
    with pytest.raises(ValueError, match="the pinned one is of Catch-bsuite, this one of random 5"):
        record.save(tmp_path / "plan.html", pinned=elsewhere)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "planner_name", "settings", "actions"),
    [
        ("catch", "trt_smc", {"particles": 16, "depth": 4, "alpha": 0.3, "revive": False}, [0, 2, 1]),
        ("pendulum-early", "spo", {"particles": 16, "depth": 4, "action_atoms": 3}, [[0.5], [-2.0]]),
        ("cartpole", "gumbel_mcts", {"num_simulations": 16}, []),
    ],
)
def test_a_record_is_saved_as_a_program_that_makes_it_again(name, planner_name, settings, actions, tmp_path, monkeypatch) -> None:
    subject = Checkpoints(ASSETS).load(name)
    made = planner.run(subject, planner_name, seed=3, actions=actions, **settings)
    assert made.metadata.actions_so_far == actions and made.metadata.step == len(actions)
    scope: dict = {}
    program = made.save(tmp_path / "plan.py").read_text()
    exec(compile(program, "plan.py", "exec"), scope)
    for array, values in made.arrays.items():
        assert values.tobytes() == scope["record"].arrays[array].tobytes(), array
    # Another decision, or another checkpoint, is noticed.
    with pytest.raises(AssertionError):
        exec(compile(program.replace("tolist() ==", "tolist() !="), "plan.py", "exec"), {})
    with pytest.raises(AssertionError, match="other parameters"):
        exec(compile(program.replace(made.metadata.checkpoint_sha256, "0" * 64), "plan.py", "exec"), {})


def test_a_program_executes_nothing_that_a_file_says(checkpoint, tmp_path) -> None:
    made = planner.run(checkpoint, particles=8, depth=3)
    evil = '"""\nimport sys; sys.evil = True\n"""' + "');import sys; sys.evil = True #{0}"
    names = {
        "checkpoint": evil,
        "checkpoint_sha256": evil,
        "planner": evil,
        "device": evil,
        "twistscope": evil,
        "jax": evil,
        "settings": {evil: evil},
    }
    program = Record(made.arrays, made.metadata.model_copy(update=names)).to_script()
    with pytest.raises(planner.CheckpointError):
        exec(compile(program, "plan.py", "exec"), {})
    assert not hasattr(sys, "evil")


def test_a_plan_of_a_given_state_makes_no_program(record: Record, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="played from its start"):
        record.save(tmp_path / "plan.py")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"actions": [3]}, "a whole number from 0 to 2"),
        ({"actions": [0, 1], "step": 3}, "as many as `step` says"),
        ({"actions": [0] * 40}, "at most 9"),
    ],
)
def test_actions_that_cannot_be_taken_are_refused(checkpoint, more, says) -> None:
    with pytest.raises(ValueError, match=says):
        planner.run(checkpoint, particles=8, depth=3, **more)


def test_seeds_go_round_and_too_many_are_refused(checkpoint) -> None:
    prepared = PlanRequest(settings={"particles": 8, "depth": 3}, seed=MAX_SEED - 1).prepare(checkpoint)
    assert prepared.seeds(3) == [MAX_SEED - 1, MAX_SEED, 0]
    with pytest.raises(SettingsError, match="at most 256"):
        prepared.seeds(257)


def test_prepared_requests_that_differ_only_live_differ_only_live(checkpoint) -> None:
    request = PlanRequest(settings={"particles": 8, "depth": 3})
    one, two = (replace(request, settings={**request.settings, "alpha": alpha}).prepare(checkpoint) for alpha in (0.1, 0.8))
    assert one.static == two.static and one.live.alpha != two.live.alpha


def test_plans_made_at_once_are_those_made_one_by_one(checkpoint) -> None:
    prepared = PlanRequest(settings={"particles": 8, "depth": 4}).prepare(checkpoint)
    moment = planner.Episodes(checkpoint.model).start(3)
    kill = {"kind": "kill", "level": 1, "slot": 2}
    plans = [
        PlanRequest(settings={"particles": 8, "depth": 4}, seed=seed, interventions=changes).prepare(checkpoint)
        for seed, changes in ((5, ()), (6, (kill,)), (5, ()))
    ]
    made = run_each(plans, prepared.compile_each(checkpoint.model, checkpoint.params, moment.state, 3), checkpoint.params, moment)
    one = prepared.compile(checkpoint.model, checkpoint.params, moment.state)
    for plan, record in zip(plans, made, strict=True):
        alone = plan.run(one, checkpoint.params, moment)
        assert record.arrays.keys() == alone.arrays.keys()
        for name, array in alone.arrays.items():
            np.testing.assert_allclose(record.arrays[name], array, rtol=1e-4, atol=1e-5, err_msg=name)
        assert (record.metadata.seed, record.metadata.interventions) == (alone.metadata.seed, alone.metadata.interventions)
    assert not np.array_equal(made[0].arrays["action"], made[1].arrays["action"])
    np.testing.assert_array_equal(made[0].arrays["action"], made[2].arrays["action"])
