"""A drawing of a plan agrees with its trace."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from planner.algorithms.registry import get_planner
from planner.record.container import write
from planner.record.diagnostics import WEIGHT_PARTS
from planner.record.drawing import SCHEMA, Overview, choose, draw, spread
from planner.record.lineage import STEPS, fate, fates
from planner.record.metadata import Metadata

FIXTURE = Path(__file__).parents[2] / "js" / "drawing.safetensors"
"""The drawing of `sample`, which the tests of the page's scripts read. It is written by `python -m tests.planner.record.test_drawing`."""


def sample():
    """Three levels of four particles over two root actions, with every kind of event.

    Particle 3 ends at level 0 and is revived from the root at level 1; 0 ends at level 1 and stays; after level 1 slots 1 and 2 come from 1.
    """
    grid = lambda values, kind: np.array(values, kind).reshape(3, 4)
    same = lambda value: np.full((3, 4), value, np.float32)
    return {
        "parent": grid([-1, -1, -1, -1, 0, 1, 2, -1, 4, 5, 5, 7], np.int32),
        "ancestor": grid([0, 1, 2, 3, 0, 1, 1, 3, 0, 1, 2, 3], np.int32),
        "branch": grid([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 1, 3], np.int32),
        "action": grid([0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1], np.int32),
        "alive": grid([1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1], bool),
        "terminal": grid([0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0], bool),
        "revived": grid([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], bool),
        "log_weight": grid([0, 0, 0, 0, 0, np.log(3), 0, -np.inf, 0, 0, 0, 0], np.float32),
        "log_prior": same(np.log(0.5)),
        "log_proposal": same(np.log(0.25)),
        "reward": grid([1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1], np.float32),
        "continuation": grid([1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1], np.float32),
        "value": same(10),
        "next_value": grid([10, 10, 10, 0, 0, 12, 10, 10, 0, 10, 10, 10], np.float32),
        "kl": grid([0.1, 0.2, 0.3, 0.4, 0.1, 0.1, 0.1, 0.1, 9, 0.2, 0.2, 0.2], np.float32),
        "kl_bound": same(0.5),
        "temperature": grid([1, 10, 100, np.inf, 1, 1, 1, 1, 1, 1, 1, 1], np.float32),
        "position": (np.arange(24, dtype=np.float32) / 24).reshape(3, 4, 2),
        "root_position": np.zeros(2, np.float32),
        "resampled": np.array([False, True, False]),
        "ess": np.array([4, 2.5, 4], np.float32),
        "log_evidence": np.array([0, 0.5, 0.75], np.float32),
        "root_action": np.array([0, 0, 1, 1], np.int32),
        "root_prior": np.array([0.5, 0.25, 0.25], np.float32),
        "root_proposal": np.array([0.5, 0.5, 0], np.float32),
        "root_policy": np.array([0.75, 0.25, 0], np.float32),
        "root_q": np.array([11, 10, np.nan], np.float32),
        "root_visits": np.array([2, 2, 0], np.int32),
        "root_value": np.float32(10),
        "value_target": np.float32(10.75),
        "chosen_action": np.int32(0),
        "exact/policy": np.array([0.625, 0.25, 0.125], np.float32),
        "exact/q": np.array([12, 10, 9], np.float32),
        "exact/optimal_q": np.array([13, 11, 9.5], np.float32),
        "exact/value": np.float32(11.5),
        "exact/optimal_value": np.float32(13),
        "exact/policy_kl": np.float32(0.14),
        "exact/log_evidence": np.array([0.25, 0.5, 0.5], np.float32),
    }


SETTINGS = {
    "reward_temperature": 2, "discount": 0.5, "advantage": True, "resampling_rule": "ess", "ess_threshold": 0.5, "act": "argmax",
    "resampling_scheme": "systematic", "root_sampling": "proposal", "revive": True, "weight_normaliser": "none",
}  # fmt: skip

PLANNED = Metadata(planner="trt_smc", settings=SETTINGS, seed=0, step=12, traits=get_planner("trt_smc").traits)

METADATA = {
    "frame": 7, "revision": 3, "step": 12, "furthest": 20, "plan_ms": 4.5, "environment": "CartPole-v1", "playing": False,
    "actions": ["left", "right", "<stay>"],
    "settings": SETTINGS,
}  # fmt: skip


def fixture():
    arrays, about = draw(Overview(sample(), PLANNED), (2, 0))
    return write(arrays, METADATA | about)


def simulated(levels, slots, seed=0, deaths=0.02):
    """A plan with a valid genealogy, with resampling, deaths and revivals; its other numbers are arbitrary."""
    random = np.random.default_rng(seed)
    grid = lambda kind, fill=0: np.full((levels, slots), fill, kind)
    parent, ancestor, branch, alive, terminal, revived = grid(np.int32), grid(np.int32), grid(np.int32), grid(bool), grid(bool), grid(bool)
    for t in range(levels):
        before = np.arange(slots) if t == 0 else ancestor[t - 1]
        ended = np.zeros(slots, bool) if t == 0 else terminal[t - 1][before]
        revived[t] = ended & (random.random(slots) < 0.3)
        alive[t] = ~ended | revived[t]
        step = np.full(slots, -1) if t == 0 else np.where(alive[t - 1][before], (t - 1) * slots + before, parent[t - 1][before])
        parent[t] = np.where(revived[t], -1, step)
        branch[t] = np.arange(slots) if t == 0 else branch[t - 1][before]
        terminal[t] = ~alive[t] | (random.random(slots) < deaths)
        ancestor[t] = np.sort(random.integers(0, slots, slots)) if t % 3 == 1 else np.arange(slots)
    floats = {name: random.normal(size=(levels, slots)).astype(np.float32) for name in STEPS[STEPS.index("log_prior") :]}
    return sample() | floats | {
        "parent": parent, "ancestor": ancestor, "branch": branch, "alive": alive, "terminal": terminal, "revived": revived,
        "action": random.integers(0, 3, (levels, slots)).astype(np.int32), "position": random.normal(size=(levels, slots, 2)).astype(np.float32),
        "root_action": random.integers(0, 3, slots).astype(np.int32), "ess": np.ones(levels, np.float32), "resampled": np.arange(levels) % 3 == 1,
    }  # fmt: skip


@pytest.fixture(scope="module")
def large():
    return simulated(24, 2048)


def ids_of(drawing, slots):
    return np.repeat(np.arange(len(drawing["level_start"]) - 1), np.diff(drawing["level_start"])) * slots + drawing["slot"]


def test_the_fixture_of_the_page_is_up_to_date():
    kept, now = load(FIXTURE.read_bytes()), load(fixture())
    assert kept.keys() == now.keys()
    for name, array in now.items():
        np.testing.assert_array_equal(kept[name], array, err_msg=name)
        assert kept[name].dtype == array.dtype


def test_a_particle_without_weight_is_marked_also_where_its_episode_has_ended():
    plan = sample()
    # Level 2, slot 0: its episode ended at level 1, and it waits.
    plan["log_weight"][2, 0] = -np.inf
    drawing, _ = draw(Overview(plan, PLANNED))
    assert drawing["flags"][8] & 1 == 0 and drawing["flags"][8] >> 3 & 1 == 1
    assert [int(flags >> 3 & 1) for flags in drawing["flags"]] == [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]


def test_a_small_plan_is_drawn_whole():
    plan = sample()
    drawing, about = draw(Overview(plan, PLANNED))
    objections = ["resampling is not multinomial", "dead particles are revived"]
    assert about == {"schema": SCHEMA, "levels": 3, "slots": 4, "weight_parts": list(WEIGHT_PARTS), "variance_objections": objections}
    np.testing.assert_array_equal(ids_of(drawing, 4), np.arange(12))
    np.testing.assert_array_equal(drawing["parent"], plan["parent"].ravel())
    for bit, name in enumerate(("alive", "terminal", "revived")):
        np.testing.assert_array_equal(drawing["flags"] >> bit & 1, plan[name].ravel(), err_msg=name)
    np.testing.assert_array_equal(drawing["before"].reshape(3, 4)[1:], plan["ancestor"][:-1])
    np.testing.assert_array_equal(drawing["root"], plan["root_action"][plan["branch"]].ravel())
    np.testing.assert_array_equal(drawing["survivors"], [1, 2, 0, 0, 1, 2, 0, 1, 1, 1, 1, 1])


def test_levels_are_told_of_all_particles():
    drawing, _ = draw(Overview(sample(), PLANNED))
    assert drawing["unique_branches"].tolist() == [4, 4, 3]
    assert drawing["living"].tolist() == [4, 4, 3]
    assert drawing["root_counts"].tolist() == [[2, 2, 0], [2, 2, 0], [3, 1, 0]]
    assert drawing["endings"] == 2
    np.testing.assert_allclose(drawing["kl"][2], 0.2, rtol=1e-6)
    # The infinite temperature is excluded, and the mean is geometric.
    np.testing.assert_allclose(drawing["temperature"][0], [1, 10, 100])
    np.testing.assert_allclose(drawing["heaviest_weight"], [0.25, 0.6, 0.25], rtol=1e-6)
    assert drawing["heaviest"][1] == 1
    assert drawing["shades"].shape == (3, 4)
    assert drawing["shades"][1, 3] == 0
    assert drawing["shades"][0, 0] == 128


def test_a_spread_without_values_is_not_a_number():
    values = np.array([[np.inf, np.inf], [1.0, 3.0]])
    np.testing.assert_array_equal(spread(values, np.array([[True, True], [False, True]])), [[np.nan] * 3, [3, 3, 3]])


def test_a_level_without_weight_counts_as_equal():
    plan = sample()
    plan["log_weight"][2] = -np.inf
    assert Overview(plan, PLANNED).weights[2].tolist() == [0.25] * 4


@pytest.mark.parametrize("budget", [400, 1500, 6144])
def test_a_large_plan_keeps_to_its_budget_with_whole_lines_evenly_chosen(large, budget):
    overview = Overview(large, PLANNED)
    drawing, _ = draw(overview, budget=budget)
    ids = ids_of(drawing, 2048)
    assert (np.diff(ids) > 0).all()
    # The heaviest of each level are drawn in addition to the budget.
    assert ids.size <= budget + 24 * 24
    parents = large["parent"].ravel()[ids]
    np.testing.assert_array_equal(np.where(drawing["parent"] < 0, -1, ids[drawing["parent"]]), parents)
    ends = drawing["slot"][drawing["level_start"][-2] :].astype(int)
    assert np.diff(ends).max() <= 2 * 2048 / (budget / 24)
    died_out = (drawing["survivors"] == 0) & (drawing["flags"] & 1 == 1)
    assert died_out.sum() > budget / 10


def test_what_is_drawn_of_a_large_plan_is_true(large):
    drawing, _ = draw(Overview(large, PLANNED))
    ids = ids_of(drawing, 2048)
    flat = lambda name: large[name].reshape(-1, *large[name].shape[2:])[ids]
    weights = np.exp(large["log_weight"].astype(np.float64))
    weights /= weights.sum(1, keepdims=True)
    np.testing.assert_allclose(drawing["weight"], weights.ravel()[ids] * 2048, rtol=2**-10)
    x0, x1, y0, y1 = drawing["extent"]
    alive = flat("alive")
    places = np.array([x0, y0]) + drawing["place"] / 65535 * np.array([x1 - x0, y1 - y0])
    # A grid of 65536 lines has an error of at most half a spacing.
    assert (abs(places - flat("position"))[alive] <= np.array([x1 - x0, y1 - y0]) / 65535 * 0.51).all()
    counts = np.zeros(large["parent"].size, int)
    counts[-2048:] = 1
    for node in range(counts.size - 1, -1, -1):
        if large["parent"].ravel()[node] >= 0:
            counts[large["parent"].ravel()[node]] += counts[node]
    np.testing.assert_array_equal(drawing["survivors"], counts[ids])
    root_of = large["root_action"][large["branch"]]
    mass = np.stack([np.where(root_of == action, weights, 0).sum(1) for action in range(large["root_policy"].size)], 1)
    np.testing.assert_allclose(drawing["root_mass"], mass, atol=1e-5)
    assert "root_mass" not in draw(Overview(sample(), PLANNED))[0]
    assert drawing["shades"].shape == (24, 256)
    octaves = np.log2(weights.reshape(24, 256, 8).max(2) * 2048)
    np.testing.assert_array_equal(drawing["shades"], np.round(np.clip((octaves + 4) / 8, 0, 1) * 255))


@pytest.mark.parametrize("particle", [(0, 5), (23, 2047), (12, 1000), (7, None)])
def test_the_numbers_of_a_particle_are_exact_and_its_line_is_drawn(large, particle):
    overview = Overview(large, PLANNED)
    drawing, _ = draw(overview, particle, budget=400)
    level, slot, root = drawing["particle"].tolist()
    assert level == particle[0]
    assert slot == (particle[1] if particle[1] is not None else large["log_weight"][level].argmax())
    assert root == large["root_action"][large["branch"][level, slot]]
    line = drawing["lineage/level"] * 2048 + drawing["lineage/slot"]
    assert set(line) <= set(ids_of(drawing, 2048))
    np.testing.assert_array_equal(large["parent"].ravel()[line], [-1, *line[:-1]][: line.size])
    for name in STEPS:
        if name in large:
            np.testing.assert_array_equal(drawing[f"lineage/{name}"], large[name].ravel()[line], err_msg=name)
            assert drawing[f"lineage/{name}"].dtype == large[name].dtype


def test_a_second_particle_has_the_same_numbers_as_if_it_were_the_first(large):
    overview = Overview(large, PLANNED)
    drawing, _ = draw(overview, (23, 5), other=(12, 1000), budget=400)
    alone, _ = draw(overview, (12, 1000), budget=400)
    names = [name.removeprefix("lineage/") for name in alone if name.startswith("lineage/")]
    assert len(names) > 12
    for name in names:
        np.testing.assert_array_equal(drawing[f"other/{name}"], alone[f"lineage/{name}"], err_msg=name)
    np.testing.assert_array_equal(drawing["other/particle"], alone["particle"])
    assert drawing["other/particle_weight"] == alone["particle_weight"] and drawing["particle"].tolist()[:2] == [23, 5]
    ids = set(ids_of(drawing, 2048))
    for line in ("lineage", "other"):
        assert set(drawing[f"{line}/level"] * 2048 + drawing[f"{line}/slot"]) <= ids


def test_the_fate_of_a_particle_is_that_of_its_descendants_followed_one_by_one():
    plan = simulated(9, 12, seed=3, deaths=0.1)
    reached, count = fates(plan)
    for level in range(9):
        for slot in range(12):
            line = {slot}
            at = level
            while at < 8 and (following := {i for i in range(12) if plan["ancestor"][at, i] in line}):
                line, at = following, at + 1
            assert fate(plan, level, slot).tolist() == [at, len(line), 8]
            assert (reached[level, slot], count[level, slot]) == (at, len(line))
    assert (reached < 8).any() and (reached == 8).any()


def test_lineages_end_with_their_round():
    plan = sample()
    plan["parent"][2], plan["alive"][2] = -1, True
    assert fate(plan, 1, 2).tolist() == [1, 1, 1] and fate(plan, 2, 0).tolist() == [2, 1, 2]
    reached, count = fates(plan)
    assert reached.tolist() == [[1] * 4, [1] * 4, [2] * 4] and (count == 1).all()


def test_a_complete_drawing_has_the_numbers_of_every_node_and_candidates_only_where_they_are_few(large):
    random = np.random.default_rng(0)
    plan = sample() | {name: random.random((3, 4, 3)).astype(np.float32) for name in ("prior", "proposal", "q_value")}
    drawing, _ = draw(Overview(plan, PLANNED), (2, 1), complete=True)
    for name, array in (("kl", "kl"), ("log_weight", "log_weight"), ("priors", "prior"), ("q_values", "q_value")):
        np.testing.assert_array_equal(drawing[f"node/{name}"], plan[array].reshape(12, *plan[array].shape[2:]), err_msg=name)
    line = drawing["lineage/level"] * 4 + drawing["lineage/slot"]
    np.testing.assert_array_equal(drawing["lineage/proposals"], plan["proposal"].reshape(12, 3)[line])
    many = large | {"prior": np.ones((24, 2048, 64), np.float32)}
    drawing, _ = draw(Overview(many, PLANNED), complete=True)
    assert "node/priors" not in drawing and drawing["lineage/priors"].shape[1] == 64


def test_a_particle_the_plan_does_not_have_is_the_heaviest_of_the_last_level():
    for particle in (None, (99, None), (99, 99), (2, 4)):
        drawing, _ = draw(Overview(sample(), PLANNED), particle)
        assert drawing["particle"].tolist() == [2, 0, 0]


def test_a_plan_whose_episode_is_over_has_nodes_but_no_steps():
    plan = sample()
    plan |= {"alive": np.zeros((3, 4), bool), "terminal": np.ones((3, 4), bool), "parent": np.full((3, 4), -1, np.int32)}
    drawing, _ = draw(Overview(plan, PLANNED), budget=6)
    assert drawing["lineage/level"].size == 0
    assert drawing["living"].tolist() == [0, 0, 0]
    assert np.isnan(drawing["kl"]).all()


def test_the_smallest_plan_is_drawn():
    plan = {name: array[:1, :1] if array.shape[:2] == (3, 4) else array for name, array in sample().items()}
    drawing, _ = draw(Overview(plan | {"ess": np.ones(1, np.float32)}, PLANNED))
    assert ids_of(drawing, 1).tolist() == [0]


def test_choosing_is_deterministic(large):
    overview = Overview(large, PLANNED)
    np.testing.assert_array_equal(choose(overview, 1000, 7), choose(Overview(large, PLANNED), 1000, 7))


if __name__ == "__main__":
    FIXTURE.write_bytes(fixture())
    print(json.dumps({"written": str(FIXTURE), "bytes": FIXTURE.stat().st_size}))
