"""Actions as they come from outside: checked, and packed into links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import SettingsError, make_environment
from planner.actions import check_action, check_actions, pack_actions, unpack_actions

DISCRETE, CONTINUOUS = make_environment("CartPole-v1"), make_environment("Pendulum-v1")
TORQUE = st.floats(-2, 2, width=32).map(lambda torque: [torque])


@given(st.lists(st.integers(0, 1), max_size=600))
def test_discrete_actions_survive_packing(actions):
    assert unpack_actions(DISCRETE, pack_actions(DISCRETE, actions), len(actions)) == actions


@given(st.lists(TORQUE, max_size=100))
def test_continuous_actions_survive_packing_bit_for_bit(actions):
    checked = check_actions(CONTINUOUS, actions)
    assert np.asarray(checked, np.float32).tobytes() == np.asarray(actions, np.float32).tobytes()
    assert unpack_actions(CONTINUOUS, pack_actions(CONTINUOUS, checked), len(checked)) == checked


@given(st.lists(st.integers(0, 1), min_size=1, max_size=40), st.data())
def test_what_was_cut_off_or_counts_otherwise_is_refused(actions, data):
    text = pack_actions(DISCRETE, actions)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(SettingsError, match="actions"):
        unpack_actions(DISCRETE, text[:cut], len(actions))
    with pytest.raises(SettingsError, match="actions"):
        unpack_actions(DISCRETE, text, len(actions) + data.draw(st.sampled_from([-1, 1])))


@given(st.text(max_size=60), st.integers(0, 1000))
def test_no_text_is_taken_for_other_actions_than_the_environment_has(text, count):
    try:
        actions = unpack_actions(DISCRETE, text, count)
    except SettingsError:
        return
    assert len(actions) == count and set(actions) <= {0, 1}


@pytest.mark.parametrize("packed", ["é", "====", "A", "_" * 9])
def test_foreign_texts_are_refused(packed):
    with pytest.raises(SettingsError):
        unpack_actions(DISCRETE, packed, 3)


def test_a_small_text_that_unpacks_to_much_takes_no_memory():
    bomb = pack_actions(DISCRETE, [0] * 50_000)
    assert len(bomb) < 200
    with pytest.raises(SettingsError):
        unpack_actions(DISCRETE, bomb, 3)


@pytest.mark.parametrize("action", [2, -1, True, 0.5, "left", None, [0], 10**30])
def test_an_action_that_a_discrete_environment_does_not_have_is_refused(action):
    with pytest.raises(SettingsError, match=r"0 \(left\), 1 \(right\)"):
        check_action(DISCRETE, action)


@pytest.mark.parametrize("action", [[2.1], [-3], [1e39], [1e300], 10**400, [10**400], [float("nan")], [], [0.0, 0.0], "0", None, True])
def test_an_action_that_a_continuous_environment_does_not_have_is_refused(action):
    with pytest.raises(SettingsError, match="torque from -2 to 2"):
        check_action(CONTINUOUS, action)
    assert check_action(CONTINUOUS, 0.5) == [0.5]


def test_numbers_of_numpy_are_taken_as_what_they_hold():
    assert check_actions(DISCRETE, np.array([0, 1])) == [0, 1] == check_actions(DISCRETE, [np.asarray(0, np.int32), np.int64(1)])
    assert check_actions(CONTINUOUS, np.array([[0.5], [1.0]], np.float32)) == [[0.5], [1.0]]
