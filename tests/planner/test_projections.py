"""Projections of states, and records that are seen in them."""

import jax
import numpy as np
import pytest

from planner import Checkpoints, run
from planner.core.trace import state_arrays, states_of
from planner.environments import ENVIRONMENTS, EXTRAS, make_environment
from planner.environments.projections import projections_of
from planner.projecting import project
from tests.planner.test_environments import walk
from tests.servers import ROOT

NAMES = sorted(name for name in ENVIRONMENTS if not name.endswith(EXTRAS))
OFFERED = {
    "CartPole-v1": ["cart and pole", "angle and speed"],
    "Pendulum-v1": ["angle and speed"],
    "MountainCar-v0": ["position and speed"],
    "MountainCarContinuous-v0": ["position and speed"],
    "Acrobot-v1": ["angles", "angular speeds"],
}


@pytest.mark.parametrize("name", NAMES)
def test_projections_are_offered_where_a_state_has_more_than_its_picture_shows(name):
    environment = make_environment(name)
    offered = projections_of(environment)
    assert [each.name for each in offered] == OFFERED.get(name, [])
    if not offered:
        return
    states = jax.device_get(walk(name, 1)[1])
    for each in offered:
        places = each(states)
        assert places.shape == (states.time.shape[0], 2) and places.dtype == np.float32 and np.isfinite(places).all()
        assert (places.max(0) > places.min(0)).all()
        one = jax.tree.map(lambda leaf: leaf[7], states)
        np.testing.assert_array_equal(each(one), places[7])
        assert all(each.describe()[axis] for axis in ("name", "x", "y"))


def test_acrobot_is_seen_by_its_angles():
    states = jax.device_get(walk("Acrobot-v1", 1)[1])
    places = projections_of(make_environment("Acrobot-v1"))[0](states)
    np.testing.assert_allclose(places[:, 0], np.degrees(states.joint_angle1), rtol=1e-6)
    np.testing.assert_allclose(places[:, 1], np.degrees(states.joint_angle2), rtol=1e-6)


def test_a_record_in_a_projection_has_other_positions_and_nothing_else():
    checkpoint = Checkpoints(ROOT / "assets" / "checkpoints").load("cartpole-early")
    environment = checkpoint.model.environment
    root = jax.device_get(environment.reset(jax.random.key(3)))
    record = run(checkpoint, state=root, particles=16, depth=5, record=("states",))
    projection = projections_of(environment)[1]
    projected = project(record, root, projection)
    np.testing.assert_allclose(projected.arrays["position"][..., 0], np.degrees(record.arrays["state/theta"]), rtol=1e-6)
    np.testing.assert_allclose(projected.arrays["position"][..., 1], np.degrees(record.arrays["state/theta_dot"]), rtol=1e-6)
    np.testing.assert_allclose(projected.arrays["root_position"], [np.degrees(root.theta), np.degrees(root.theta_dot)], rtol=1e-6)
    assert record.arrays.keys() == projected.arrays.keys()
    for name in record.arrays.keys() - {"position", "root_position"}:
        assert projected.arrays[name] is record.arrays[name]
    with pytest.raises(KeyError):
        states_of(run(checkpoint, state=root, particles=16, depth=5).arrays, root)
    assert set(state_arrays(root)) == {name for name in record.arrays if name.startswith("state/")}
