"""A drawing of a search tree agrees with the tree."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from planner.record.container import write
from planner.record.drawing import SCHEMA
from planner.record.tree_drawing import LINEAGE, TreeOverview, draw_tree

FIXTURE = Path(__file__).parents[2] / "js" / "tree.safetensors"
"""The drawing of `sample`, which the tests of the page's scripts read. It is written by `python -m tests.planner.record.test_tree_drawing`."""


def sample():
    """Eight simulations over two root actions: 0 leads to 2 and 3, 1 to 4, 2 to 5.

    5 ends, 6 steps from a terminal state, and 7 repeats a step and makes no node.
    """
    return {
        "parent": np.array([-1, -1, 0, 0, 1, 2, 5, 2], np.int32),
        "action": np.array([1, 0, 1, 0, 0, 0, 0, 0], np.int32),
        "depth": np.array([0, 0, 1, 1, 1, 2, 3, 2], np.int32),
        "visits": np.array([6, 2, 4, 1, 1, 2, 1, 0], np.int32),
        "q_value": np.array([11, 9, 10, 8, 7, 1, 0, 0], np.float32),
        "prior": np.array([0.5, 0.25, 0.75, 0.25, 0.5, 0.5, 1, 0], np.float32),
        "reward": np.array([1, 1, 1, 1, 1, 1, 0, 0], np.float32),
        "alive": np.array([1, 1, 1, 1, 1, 1, 0, 0], bool),
        "terminal": np.array([0, 0, 0, 0, 0, 1, 0, 0], bool),
        "position": (np.arange(16, dtype=np.float32) / 16).reshape(8, 2),
        "root_position": np.zeros(2, np.float32),
        "root_prior": np.array([0.25, 0.5, 0.25], np.float32),
        "root_proposal": np.array([0.25, 0.75, 0], np.float32),
        "root_policy": np.array([0.25, 0.75, 0], np.float32),
        "root_q": np.array([9, 11, np.nan], np.float32),
        "root_visits": np.array([2, 6, 0], np.int32),
        "root_value": np.float32(10),
        "value_target": np.float32(10.75),
        "chosen_action": np.int32(1),
    }


METADATA = {
    "kind": "tree", "frame": 7, "revision": 3, "step": 12, "furthest": 20, "plan_ms": 4.5, "environment": "CartPole-v1", "playing": False,
    "actions": ["left", "right", "<stay>"], "settings": {"num_simulations": 8, "discount": 0.5},
}  # fmt: skip


def fixture():
    arrays, about = draw_tree(TreeOverview(sample()), (2, None))
    return write(arrays, METADATA | about)


def grown(simulations, seed=0):
    """A tree in which each simulation adds a step at a random place, with the resulting visits."""
    random = np.random.default_rng(seed)
    parent = np.array([random.integers(-1, k) if k else -1 for k in range(simulations)], np.int32)
    visits, depth = np.ones(simulations, np.int32), np.zeros(simulations, np.int32)
    for k in range(simulations):
        depth[k] = depth[parent[k]] + 1 if parent[k] >= 0 else 0
    for k in range(simulations - 1, -1, -1):
        if parent[k] >= 0:
            visits[parent[k]] += visits[k]
    any_float = lambda *shape: random.normal(size=(simulations, *shape)).astype(np.float32)
    return sample() | {
        "parent": parent, "visits": visits, "depth": depth, "action": random.integers(0, 3, simulations).astype(np.int32),
        "q_value": any_float(), "prior": any_float(), "reward": any_float(), "position": any_float(2),
        "alive": np.ones(simulations, bool), "terminal": np.zeros(simulations, bool),
    }  # fmt: skip


def test_the_fixture_of_the_page_is_up_to_date():
    kept, now = load(FIXTURE.read_bytes()), load(fixture())
    assert kept.keys() == now.keys()
    for name, array in now.items():
        np.testing.assert_array_equal(kept[name], array, err_msg=name)
        assert kept[name].dtype == array.dtype


def test_a_level_is_a_depth_and_what_is_no_step_is_left_out():
    drawing, about = draw_tree(TreeOverview(sample()))
    # Leaves in depth-first order: 4 (below action 0), then 3 and 5 (below action 1).
    assert about == {"schema": SCHEMA, "levels": 3, "slots": 3, "weight_parts": [], "variance_objections": []}
    assert drawing["level_start"].tolist() == [0, 2, 5, 6]
    assert drawing["slot"].tolist() == [0, 1, 0, 1, 2, 2]
    assert drawing["parent"].tolist() == [-1, -1, 0, 1, 1, 4]
    assert drawing["root"].tolist() == [0, 1, 0, 1, 1, 1]
    assert drawing["survivors"].tolist() == [2, 6, 1, 1, 4, 2]
    assert drawing["flags"].tolist() == [1, 1, 1, 1, 1, 3]


def test_levels_are_told_of_all_nodes():
    drawing, _ = draw_tree(TreeOverview(sample()))
    assert drawing["living"].tolist() == [2, 3, 1]
    assert drawing["passing"].tolist() == [8, 6, 2]
    assert drawing["root_counts"].tolist() == [[2, 6, 0], [1, 5, 0], [0, 2, 0]]
    assert drawing["heaviest"].tolist() == [1, 2, 2]
    np.testing.assert_allclose(drawing["heaviest_weight"], [6 / 8, 4 / 6, 1])
    np.testing.assert_allclose(drawing["q_spread"], [[9, 10, 11], [7, 25 / 3, 10], [1, 1, 1]])
    assert (drawing["endings"], drawing["simulations"]) == (1, 8)
    assert (drawing["shades"] == 0).tolist() == [[False] * 3, [False] * 3, [True, True, False]]


@pytest.mark.parametrize("budget", [50, 300, 6144])
def test_lines_do_not_cross_and_a_node_is_drawn_only_below_its_parent(budget):
    tree = grown(1000)
    plan = TreeOverview(tree, budget)
    drawing, about = draw_tree(plan)
    assert drawing["slot"].size == min(budget, 1000)
    assert (drawing["parent"][drawing["level_start"][1] :] >= 0).all()
    assert drawing["living"].sum() == 1000
    np.testing.assert_array_equal(drawing["root_counts"].sum(1), drawing["passing"])
    for start, end in zip(drawing["level_start"], drawing["level_start"][1:], strict=False):
        slots = drawing["slot"][start:end].astype(int)
        assert (np.diff(slots) > 0).all() and (slots < about["slots"]).all()
        assert (np.diff(drawing["parent"][start:end].astype(int)) >= 0).all()
    np.testing.assert_array_equal(np.where(drawing["parent"] < 0, -1, plan.ids[drawing["parent"]]), tree["parent"][plan.ids])


def test_the_numbers_of_a_node_are_exact():
    tree = grown(1000)
    plan = TreeOverview(tree)
    node = plan.ids.size - 3
    drawing, _ = draw_tree(plan, (int(plan.level[node]), int(plan.slot[node])))
    line = [int(plan.ids[node])]
    while tree["parent"][line[-1]] >= 0:
        line.append(int(tree["parent"][line[-1]]))
    for name in LINEAGE:
        np.testing.assert_array_equal(drawing[f"lineage/{name}"], tree[name][line[::-1]], err_msg=name)
    assert drawing["lineage/level"].tolist() == list(range(len(line)))
    assert drawing["particle"].tolist() == [plan.level[node], plan.slot[node], tree["action"][line[-1]]]


def test_the_actions_of_each_state_are_those_that_the_search_tried_there():
    tree = grown(1000)
    plan = TreeOverview(tree)
    node = plan.ids.size - 3
    drawing, _ = draw_tree(plan, (int(plan.level[node]), int(plan.slot[node])), other=(0, None))
    line = plan.ids[plan.line(node)]
    assert line.size > 2
    for row, step in enumerate(line):
        tried = np.flatnonzero(tree["parent"] == tree["parent"][step])
        # Of equal actions, which no search tries twice at a state, the last counts.
        of_action = {int(tree["action"][other]): other for other in tried}
        visits = np.array([tree["visits"][of_action[action]] if action in of_action else 0 for action in range(3)])
        np.testing.assert_allclose(drawing["lineage/shares"][row], visits / visits.sum(), rtol=1e-6)
        for action in range(3):
            q, prior = (tree[name][of_action[action]] if action in of_action else np.nan for name in ("q_value", "prior"))
            np.testing.assert_equal(drawing["lineage/q_values"][row, action], q)
            np.testing.assert_equal(drawing["lineage/priors"][row, action], prior if row else tree["root_prior"][action])
    np.testing.assert_array_equal(drawing["lineage/priors"][0], tree["root_prior"])
    assert drawing["other/level"].tolist() == [0] and drawing["other/particle"][0] == 0


@pytest.mark.parametrize("asked", [None, (2, None), (99, 99), (2, 0)])
def test_a_node_the_tree_does_not_have_is_the_most_visited_of_the_level(asked):
    drawing, _ = draw_tree(TreeOverview(sample()), asked)
    assert drawing["particle"].tolist() == [2, 2, 1]
    assert drawing["lineage/visits"].tolist() == [6, 4, 2]


def test_a_tree_whose_episode_is_over_has_no_nodes():
    drawing, about = draw_tree(TreeOverview(sample() | {"alive": np.zeros(8, bool)}))
    assert about == {"schema": SCHEMA, "levels": 1, "slots": 1, "weight_parts": [], "variance_objections": []}
    assert drawing["slot"].size == drawing["lineage/level"].size == 0
    assert drawing["living"].tolist() == [0]


if __name__ == "__main__":
    FIXTURE.write_bytes(fixture())
    print(json.dumps({"written": str(FIXTURE), "bytes": FIXTURE.stat().st_size}))
