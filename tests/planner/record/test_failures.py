"""The failure finder: marks are at existing steps, and are what they say that they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.record.failures import CRASH, EARLY, KINDS, LEAST_DISAGREEMENT, find_failures, rejection, returns_after
from planner.record.steps import Step
from tests.planner.examples import quick

number = st.floats(-100, 100, width=32)
share = st.floats(0.001, 1)


def maybe(values):
    return st.none() | values


@st.composite
def planned(draw, step, earned):
    """A step with any numbers, or one without a plan."""
    if draw(st.integers(0, 4)) == 0:
        return Step(step, earned)
    loss = draw(maybe(st.floats(0, 10)))
    return Step(
        step,
        earned,
        value=draw(number),
        value_target=draw(number),
        disagreement=draw(st.floats(0, 5)),
        differs=draw(st.booleans()),
        ess=draw(maybe(share)),
        coalescence=draw(maybe(share)),
        action=draw(st.integers(0, 2) | st.lists(st.floats(-1, 1), min_size=1, max_size=2)),
        loss=loss,
        rejected=None if loss is None else loss > 1e-3,
        discount=draw(st.sampled_from([0.0, 0.5, 0.99, 1.0])),
    )


@st.composite
def episodes(draw):
    """Consecutive steps from any step on."""
    first = draw(st.integers(0, 5))
    return [draw(planned(first + place, draw(number))) for place in range(draw(st.integers(0, 8)))]


@quick(200)
@given(steps=episodes())
def test_marks_point_at_steps_and_are_the_extremes_that_they_say(steps):
    marks = find_failures(steps, ["left", "right"])
    by_step = {step.step: step for step in steps}
    assert [mark.step for mark in marks] == sorted(mark.step for mark in marks)
    for mark in marks:
        step = by_step[mark.step]
        assert mark.kind in KINDS and mark.sentence.startswith(f"Step {mark.step}: ") and mark.sentence.endswith(".")
        if mark.kind == "disagreement":
            assert mark.value == step.disagreement >= LEAST_DISAGREEMENT
            assert mark.value == max(each.disagreement for each in steps if each.disagreement is not None)
        if mark.kind in ("ess", "coalescence"):
            assert mark.value == getattr(step, mark.kind) < {"ess": CRASH, "coalescence": EARLY}[mark.kind]
            assert mark.value == min(value for each in steps if (value := getattr(each, mark.kind)) is not None)
        if mark.kind == "value":
            missed = [abs(each.value - after) for each, after in zip(steps, returns_after(steps), strict=True) if after is not None]
            assert abs(mark.value) == max(missed) > 0
    rejected = [mark.step for mark in marks if mark.kind == "rejected"]
    assert rejected == [step.step for step in steps if step.rejected]
    for kind in set(KINDS) - {"rejected"}:
        assert sum(mark.kind == kind for mark in marks) <= 1
    crashed = any(step.ess is not None and step.ess < CRASH for step in steps)
    assert any(mark.kind == "ess" for mark in marks) == crashed


@quick(100)
@given(rewards=st.lists(st.integers(-3, 3), min_size=1, max_size=8), discount=st.sampled_from([0.5, 0.9, 1.0]), last=number)
def test_the_return_that_followed_is_the_sum_written_out(rewards, discount, last):
    earned = [float(sum(rewards[:place])) for place in range(len(rewards) + 1)]
    steps = [Step(place, total, value=last if place == len(rewards) else 1.0, discount=discount) for place, total in enumerate(earned)]
    for start, after in enumerate(returns_after(steps)):
        left = rewards[start:]
        expected = sum(discount**k * reward for k, reward in enumerate(left)) + discount ** len(left) * last
        assert after == pytest.approx(expected, abs=1e-9)


def episode(values, *, terminated):
    """An episode with reward 1 in each step and gamma 1."""
    ending = Step(len(values), float(len(values)), terminated=terminated, truncated=not terminated, value=0.0 if terminated else 5.0, discount=1.0)
    return [*(Step(place, float(place), value=value, discount=1.0) for place, value in enumerate(values)), ending]


def test_a_value_far_from_what_followed_is_marked_with_both_numbers():
    (mark,) = find_failures(episode([4.0, 9.0, 2.0, 1.0], terminated=True))
    assert (mark.step, mark.kind, mark.value) == (1, "value", 6.0)
    assert mark.sentence == "Step 1: V(s₀) says 9.00; the return that followed is 3.00."
    # Cut by a time limit, V stands for the rest.
    (mark,) = find_failures(episode([9.0, 8.0, 7.0, 1.0], terminated=False))
    assert (mark.step, mark.value) == (3, -5.0) and mark.sentence.endswith("the return that followed is 6.00, with V for what was not played.")


def test_an_episode_in_which_all_is_well_has_no_marks():
    steps = episode([4.0, 3.0, 2.0, 1.0], terminated=True)
    assert find_failures(steps) == []
    assert find_failures([]) == [] and find_failures([Step(0)]) == []


def test_what_the_exact_answer_rejects_is_marked_every_time_by_name():
    steps = [Step(place, value=0.0, discount=1.0, action=place % 2, loss=0.25 * (place % 2), rejected=place % 2 == 1) for place in range(4)]
    marks = find_failures(steps, ["left", "right"])
    assert [(mark.step, mark.kind) for mark in marks] == [(1, "rejected"), (3, "rejected")]
    assert marks[0].sentence == "Step 1: by the exact answer right is not the best action; it loses 0.25 of return."


@pytest.mark.parametrize(("loss", "said"), [(12.345, "12.35"), (0.25, "0.25"), (0.0123, "0.012"), (0.00042, "0.00042")])
def test_a_rejection_says_two_digits_of_what_is_lost(loss, said):
    mark = rejection(Step(3, action=0, loss=loss, rejected=True))
    assert mark.sentence == f"Step 3: by the exact answer action 0 is not the best action; it loses {said} of return."
    assert rejection(Step(3, action=0, loss=loss, rejected=False)) is None


def test_the_largest_disagreement_says_whether_the_action_differs():
    same, other = (Step(0, value=0.0, discount=1.0, action=0, disagreement=1.5, differs=differs) for differs in (False, True))
    assert find_failures([same], ["left"])[0].sentence == "Step 0: plan and prior disagree most here, by 1.50 nats; both take left."
    assert (
        find_failures([other], ["left"])[0].sentence == "Step 0: plan and prior disagree most here, by 1.50 nats; it takes left, the prior would not."
    )
