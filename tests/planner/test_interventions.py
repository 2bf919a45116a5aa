"""What if: changes inside a plan do what they say, leave everything else as it was, and cost no compilation."""

import re
from functools import cache

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given

import planner
from planner import Checkpoints, PlanRequest, SettingsError, exact
from planner.algorithms.registry import get_planner
from planner.core.model import Model
from planner.core.trace import to_arrays
from planner.interventions import check_interventions, pack_interventions, unpack_interventions
from planner.interventions import to_arrays as changes_of
from planner.record.trail import trail
from tests.planner.examples import UNOPTIMISED, metadata_of, quick, random_mdp, random_prior, random_values, settings_of
from tests.planner.record.test_trace_recomputed import assert_follows
from tests.planner.test_request import ASSETS

MDP = random_mdp(4, stochastic=True, terminals=2)
TABLES = exact.tables(random_prior(4, MDP), random_values(4, MDP))
SLOTS, LEVELS, ACTIONS = 12, 6, 3
TARGETS = ("message", "value", "online", "surviving", "completed")
RANDOM_NUMBERS = ("action", "reward", "continuation", "next_value")


def settings(**values):
    """What `plan` plans with."""
    return settings_of("trt_smc", particles=SLOTS, depth=LEVELS, **values)


@cache
def program(name, static):
    """The program of the service: it takes interventions, also where there are none."""
    return jax.jit(get_planner(name).program(Model(MDP, exact.look_up), static, atoms=True), compiler_options=UNOPTIMISED)


def plan(interventions=(), seed=0, name="trt_smc", **values):
    complete_settings = settings_of(name, particles=SLOTS, depth=LEVELS, **values)
    static, live = get_planner(name).split(complete_settings)
    checked = check_interventions(interventions, LEVELS, SLOTS, ACTIONS, get_planner(name).algorithm.assigned_levels(complete_settings, ACTIONS))
    return to_arrays(program(name, static)(TABLES, jax.random.key(seed), MDP.state(0), live, changes_of(checked, LEVELS, SLOTS)))


def alive_at(trace, level, seed=0):
    return int(np.random.default_rng(seed).choice(np.flatnonzero(trace["alive"][level] & ~trace["terminal"][level])))


def assert_same_before(trace, changed, level, slots=None):
    """Nothing differs above the level; at the level, nothing of the other slots that steps drew."""
    for name in ("parent", "branch", "alive", "log_prior", "log_proposal", "log_weight", *RANDOM_NUMBERS):
        np.testing.assert_array_equal(trace[name][:level], changed[name][:level], err_msg=name)
        if slots is not None:
            np.testing.assert_array_equal(trace[name][level][slots], changed[name][level][slots], err_msg=name)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("rule", "revive", "normaliser"), [("ess", True, "none"), ("period", False, "min_max"), ("never", True, "standardise")])
def test_every_array_follows_from_the_definitions_with_interventions(target, rule, revive, normaliser) -> None:
    kept = {
        "policy_target": target,
        "resampling_rule": rule,
        "revive": revive,
        "weight_normaliser": normaliser,
        "resampling_period": 2,
        "ess_threshold": 0.6,
    }
    before = plan(seed=3, **kept)
    asked = [
        {"kind": "kill", "level": 1, "slot": alive_at(before, 1)},
        {"kind": "force", "level": 0, "slot": 2, "action": 1},
        {"kind": "force", "level": 2, "slot": 7, "action": 2},
        {"kind": "weigh", "level": 2, "slot": 4, "log_weight": 2.5},
        {"kind": "weigh", "level": 0, "slot": 5, "log_weight": -3.0},
        {"kind": "redraw", "level": 3, "slot": 1, "seed": 9},
    ]
    trace = plan(asked, seed=3, **kept)
    assert_follows(trace, settings(**kept), asked)
    assert not np.array_equal(trace["log_weight"], before["log_weight"])


@given(
    seed=st.integers(0, 2**31 - 1),
    level=st.integers(0, LEVELS - 1),
    slot=st.integers(0, SLOTS - 1),
    kind=st.sampled_from(["kill", "force", "weigh", "redraw"]),
)
@quick(40)
def test_one_change_leaves_all_else_as_it_was(seed, level, slot, kind) -> None:
    more = {"kill": {}, "force": {"action": seed % ACTIONS}, "weigh": {"log_weight": 1.25}, "redraw": {"seed": 1 + seed % 1000}}[kind]
    before, after = plan(seed=seed), plan([{"kind": kind, "level": level, "slot": slot, **more}], seed=seed)
    assert_same_before(before, after, level, slots=np.arange(SLOTS) != slot)
    if kind in ("kill", "weigh"):
        for name in ("action", "reward", "log_prior", "log_proposal"):
            np.testing.assert_array_equal(before[name][level], after[name][level])
        assert after["log_weight"][level, slot] == (-np.inf if kind == "kill" else np.float32(1.25))
    if kind == "force" and before["alive"][level, slot]:
        assert after["action"][level, slot] == more["action"]
        assert after["log_prior"][level, slot] == after["log_proposal"][level, slot]
        np.testing.assert_allclose(after["log_prior"][level, slot], np.log(after["prior"][level, slot])[more["action"]], rtol=1e-5)
    if kind == "kill":
        node = level * SLOTS + slot
        children = after["parent"] == node
        assert not after["alive"][children].any() and not after["revived"][children].any()


def test_no_change_is_the_plan_without_the_argument() -> None:
    static, live = get_planner("trt_smc").split(settings())
    without = program("trt_smc", static)(TABLES, jax.random.key(0), MDP.state(0), live)
    with_none = plan()
    for name, array in to_arrays(without).items():
        np.testing.assert_allclose(array, with_none[name], rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", ["trt_smc", "bootstrap_smc", "twisted_smc", "spo", "tsmcts"])
def test_a_plan_of_one_level_takes_interventions(name) -> None:
    complete_settings = settings_of(name, particles=SLOTS, depth=1)
    static, live = get_planner(name).split(complete_settings)
    made = lambda asked: to_arrays(program(name, static)(TABLES, jax.random.key(0), MDP.state(0), live, changes_of(asked, 1, SLOTS)))
    plain = made(())
    assert plain["log_weight"].shape == (1, SLOTS) and abs(plain["root_policy"].sum() - 1) < 1e-5
    killed = made(check_interventions([{"kind": "kill", "level": 0, "slot": 2}], 1, SLOTS, ACTIONS))
    assert killed["log_weight"][0, 2] == -np.inf and plain["log_weight"][0, 2] > -np.inf


def test_a_killed_root_slot_has_no_share_of_the_policy_and_its_action_neither_once_all_are_killed() -> None:
    before = plan(seed=1)
    slots = np.flatnonzero(before["action"][0] == before["action"][0, 0])
    one = plan([{"kind": "kill", "level": 0, "slot": 0}], seed=1)
    assert one["slot_policy"][0] == 0 and np.isclose(one["root_policy"].sum(), 1)
    every = plan([{"kind": "kill", "level": 0, "slot": int(slot)} for slot in slots], seed=1)
    assert every["root_policy"][before["action"][0, 0]] == 0
    assert every["chosen_action"] != before["action"][0, 0]


def test_the_plan_in_which_all_particles_are_killed_says_that_no_weight_is_left() -> None:
    asked = [{"kind": "kill", "level": 2, "slot": slot} for slot in range(SLOTS)]
    request = PlanRequest("trt_smc", {"particles": SLOTS, "depth": LEVELS}, interventions=tuple(asked))
    checkpoint = Checkpoints(ASSETS).load("catch")
    with pytest.raises(planner.PlanFailed, match="no particle kept any weight"):
        planner.run(checkpoint, interventions=asked, **request.settings)


def test_a_forced_action_that_the_proposal_excludes_has_a_finite_weight() -> None:
    # At alpha = 1 the proposal is greedy: log q of all other actions is -inf.
    greedy = plan(alpha=1.0, trust="full", root_sampling="proposal")
    best = int(greedy["action"][0, 0])
    other = (best + 1) % ACTIONS
    trace = plan([{"kind": "force", "level": 0, "slot": 3, "action": other}], alpha=1.0, trust="full", root_sampling="proposal")
    assert trace["proposal"][0, 3, other] == 0 and np.isfinite(trace["log_weight"][:, 3]).all() and np.isfinite(trace["root_policy"]).all()


def test_a_slot_drawn_anew_follows_the_other_numbers_from_there_on_and_each_seed_gives_others() -> None:
    kept = {"resampling_rule": "never", "revive": False}
    before = plan(seed=5, **kept)
    drawn = [plan([{"kind": "redraw", "level": 2, "slot": 4, "seed": seed}], seed=5, **kept) for seed in range(1, 30)]
    others = np.arange(SLOTS) != 4
    for trace in drawn:
        for name in RANDOM_NUMBERS:
            np.testing.assert_array_equal(before[name][:, others], trace[name][:, others])
            np.testing.assert_array_equal(before[name][:2], trace[name][:2])
    paths = {tuple(trace["action"][2:, 4]) + tuple(trace["reward"][2:, 4]) for trace in drawn}
    assert len(paths) > 10
    again = plan([{"kind": "redraw", "level": 2, "slot": 4, "seed": 1}], seed=5, **kept)
    assert all(np.array_equal(again[name], drawn[0][name], equal_nan=True) for name in again)


def test_a_killed_particle_of_tsmcts_has_no_weight_in_its_group_and_one_forced_takes_its_action() -> None:
    before = plan(name="tsmcts", seed=2)
    level = 1
    slot = alive_at(before, level)
    killed = plan([{"kind": "kill", "level": level, "slot": slot}], name="tsmcts", seed=2)
    assert killed["log_weight"][level, slot] == -np.inf and np.isfinite(killed["root_q"][killed["root_visits"] > 0]).all()
    group = before["branch"][level] == before["branch"][level, slot]
    np.testing.assert_array_equal(killed["log_weight"][level][~group], before["log_weight"][level][~group])
    assert np.isclose(np.exp(killed["log_weight"][level][group]).mean(), 1, atol=1e-5)
    action = int((before["action"][level, slot] + 1) % ACTIONS)
    forced = plan([{"kind": "force", "level": level, "slot": slot, "action": action}], name="tsmcts", seed=2)
    assert forced["action"][level, slot] == action
    whole = plan([{"kind": "kill", "level": level, "slot": int(each)} for each in np.flatnonzero(group)], name="tsmcts", seed=2)
    assert not any(np.isnan(whole[name]).any() for name in ("log_weight", "root_policy", "log_evidence"))


def test_changes_cause_no_compilation_and_are_kept_in_the_record_and_its_program() -> None:
    checkpoint = Checkpoints(ASSETS).load("catch")
    state = planner.run(checkpoint, particles=16, depth=4)
    from planner import notebook

    compiled = dict(notebook._programs)
    asked = [{"kind": "kill", "level": 1, "slot": 3}, {"kind": "redraw", "level": 2, "slot": 1, "seed": 3}]
    record = planner.run(checkpoint, interventions=asked, particles=16, depth=4)
    assert notebook._programs.keys() == compiled.keys()
    assert record.metadata.interventions == asked and state.metadata.interventions == []
    assert planner.Record.from_bytes(record.to_bytes()).metadata == record.metadata
    assert f"interventions = {asked!r}" in record.to_script()


@pytest.mark.parametrize("name", ["pendulum", "mountaincar-continuous"])
def test_a_forced_candidate_action_is_the_one_that_is_taken(name) -> None:
    checkpoint = Checkpoints(ASSETS).load(name)
    asked = [{"kind": "force", "level": level, "slot": 3, "action": 2} for level in (0, 2)]
    record = planner.run(checkpoint, interventions=asked, record=("atoms",), particles=8, depth=4)
    for level in (0, 2):
        assert record.arrays["atom"][level, 3] == 2
        np.testing.assert_array_equal(record.arrays["action"][level, 3], record.arrays["atoms"][level, 3, 2])


KILL = {"kind": "kill", "level": 1, "slot": 1}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([{"kind": "murder", "level": 1, "slot": 1}], "interventions.0.kind: got 'murder', allowed: one of kill, force, weigh, redraw"),
        ([{}], "interventions.0.kind: got None"),
        ([KILL, 7], "interventions.1: got 7, allowed: an object with kind, level and slot"),
        ([{"kind": "kill", "level": 1}], "interventions.0.slot: got None, allowed: a whole number >= 0"),
        ([{**KILL, "level": LEVELS}], f"interventions.0.level: got {LEVELS}, allowed: a level of the plan, 0 to {LEVELS - 1}"),
        ([{**KILL, "slot": SLOTS}], f"interventions.0.slot: got {SLOTS}, allowed: a slot of the plan, 0 to {SLOTS - 1}"),
        ([{**KILL, "level": -1}], "interventions.0.level: got -1"),
        ([{**KILL, "level": True}], "interventions.0.level: got True"),
        ([{**KILL, "slot": 1.5}], "interventions.0.slot: got 1.5"),
        ([{**KILL, "slot": 2**70}], "interventions.0.slot"),
        ([{**KILL, "why": 1}], "interventions.0.why: got 1, allowed: one of the fields kind, level, slot"),
        ([{**KILL, "kind": "force"}], "interventions.0.action: got None"),
        ([{**KILL, "kind": "force", "action": 3}], "interventions.0.action: got 3, allowed: one of the 3 actions, 0 to 2"),
        ([{**KILL, "kind": "weigh", "log_weight": float("nan")}], "interventions.0.log_weight: got nan, allowed: a number"),
        ([{**KILL, "kind": "weigh", "log_weight": float("-inf")}], "interventions.0.log_weight"),
        ([{**KILL, "kind": "weigh", "log_weight": 1e30}], "interventions.0.log_weight"),
        ([{**KILL, "kind": "redraw", "seed": 0}], "interventions.0.seed: got 0, allowed: a whole number >= 1"),
        ([{**KILL, "kind": "redraw", "seed": 2**32}], "interventions.0.seed"),
        ([KILL, KILL], "interventions.1: got 'kill', allowed: one change of the weight of level 1, slot 1; number 0 is one"),
        ([KILL, {**KILL, "kind": "weigh", "log_weight": 1.0}], "interventions.1: got 'weigh'"),
        ([{**KILL, "slot": i % SLOTS, "level": 0} for i in range(65)], "interventions: got 65, allowed: at most 64"),
    ],
)
def test_an_intervention_that_is_not_possible_is_named_with_what_would_be(asked, says) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)):
        check_interventions(asked, LEVELS, SLOTS, ACTIONS)


def test_planners_refuse_what_they_cannot_change() -> None:
    card = Checkpoints(ASSETS).card("catch")
    with pytest.raises(SettingsError, match=re.escape("interventions: got 1, allowed: none: Gumbel MCTS has no particles")):
        PlanRequest("gumbel_mcts", interventions=(KILL,)).prepare(card)
    with pytest.raises(SettingsError, match="here a round begins, and the halving assigns the actions"):
        PlanRequest("tsmcts", interventions=({"kind": "force", "level": 0, "slot": 1, "action": 1},)).prepare(card)


@given(
    st.lists(
        st.one_of(
            st.builds(lambda level, slot: {"kind": "kill", "level": level, "slot": slot}, st.integers(0, 99), st.integers(0, 99)),
            st.builds(lambda w: {"kind": "weigh", "level": 1, "slot": 2, "log_weight": w}, st.floats(-1000, 1000)),
            st.builds(lambda a: {"kind": "force", "level": 1, "slot": 2, "action": a}, st.integers(0, 9)),
            st.builds(lambda s: {"kind": "redraw", "level": 1, "slot": 2, "seed": s}, st.integers(1, 2**32 - 1)),
        ),
        min_size=1,
        max_size=5,
    )
)
@quick(200)
def test_packed_and_unpacked_they_are_the_same(asked) -> None:
    text = pack_interventions(asked)
    assert re.fullmatch(r"[\w.~+-]+", text, re.ASCII)
    assert unpack_interventions(text) == asked


@pytest.mark.parametrize(
    "text",
    ["", "kill", "kill_1", "kill_1_2_3", "zork_1_2", "kill_1_x", "kill_1_2~", "weigh_1_2_nan", "kill_１_2", "force_1_2", "kill_1_2" + "9" * 90],
)
def test_damaged_text_is_refused(text) -> None:
    with pytest.raises(SettingsError, match="kill_LEVEL_SLOT"):
        unpack_interventions(text)


def all_slots(kind, **more):
    return [{"kind": kind, "level": 0, "slot": slot, **more} for slot in range(SLOTS)]


@pytest.mark.parametrize("target", ["message", "completed"])
def test_a_target_kl_leaves_numbers_where_the_prior_allows_nothing_that_was_tried(target) -> None:
    values = {"policy_target": target, "temperature_rule": "target_kl"}
    static, live = get_planner("trt_smc").split(settings(**values))
    prior = random_prior(4, MDP)
    prior[:, 1] = 0
    impossible = exact.tables(prior / prior.sum(1, keepdims=True), random_values(4, MDP))
    asked = check_interventions(all_slots("force", action=1), LEVELS, SLOTS, ACTIONS, ())
    trace = to_arrays(program("trt_smc", static)(impossible, jax.random.key(0), MDP.state(0), live, changes_of(asked, LEVELS, SLOTS)))
    assert np.isfinite(trace["slot_policy"]).all() and np.isfinite(trace["value_target"])


def test_the_trail_of_a_plan_without_any_weight_left_is_not_an_error() -> None:
    asked = all_slots("kill")
    values = settings(temperature_rule="target_kl")
    metadata = metadata_of(values).model_copy(update={"interventions": tuple(asked)})
    with np.errstate(invalid="ignore"):
        assert trail(plan(asked, temperature_rule="target_kl"), metadata)["policy"].shape == (LEVELS, ACTIONS)
