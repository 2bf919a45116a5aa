"""Every setting's range ends where its dtype and the mathematics do: what is accepted is what is computed with, and gives finite plans."""

import jax
import numpy as np
import pytest

from planner import PLANNERS, PlanRequest, SettingsError
from planner.algorithms.settings import describe_setting
from planner.checkpoints import Checkpoints
from planner.request import MAX_SEED, MAX_STEP, UnsupportedPrecision
from tests.servers import ROOT

CHECKPOINTS = Checkpoints(ROOT / "assets" / "checkpoints")

NUMBERS = [
    (planner.name, name)
    for planner in PLANNERS.values()
    for name in planner.algorithm.settings.model_fields
    if describe_setting(name, planner.algorithm.settings)["type"] in ("integer", "number")
]


@pytest.mark.parametrize(("planner", "name"), NUMBERS)
def test_every_number_has_both_ends_in_schema_knob_and_message(planner, name):
    settings = PLANNERS[planner].algorithm.settings
    described = describe_setting(name, settings)
    low, high = described["minimum"], described["maximum"]
    assert np.isfinite([low, high]).all()
    dtype = np.int32 if described["type"] == "integer" else np.float32
    for end in (low, high):
        assert np.isfinite(dtype(end)) and dtype(end) == pytest.approx(end, rel=1e-6)
        assert (dtype(end) == 0) == (end == 0)
    assert low <= described["knob"]["minimum"] <= described["knob"]["maximum"] <= high
    card = CHECKPOINTS.card("cartpole-early")
    outside = [low - 1, high + 1 if dtype is np.int32 else 2 * high + 1, 2**40, 1e300 if dtype is np.float32 else 2**31]
    for value in outside:
        with pytest.raises(SettingsError) as error:
            PlanRequest(planner, {name: value}).prepare(card)
        assert f"{low:g}" in str(error.value) or str(low) in str(error.value)
    if low > 0 and dtype is np.float32:
        with pytest.raises(SettingsError):
            PlanRequest(planner, {name: 1e-300}).prepare(card)


LIVE = [(planner, name) for planner, name in NUMBERS if describe_setting(name, PLANNERS[planner].algorithm.settings)["kind"] == "live"]


@pytest.mark.parametrize("planner", PLANNERS)
def test_a_plan_at_either_end_of_every_range_is_finite(planner):
    """One compiled program for each planner; the ends of every live setting, one at a time."""
    checkpoint = CHECKPOINTS.load("catch")
    settings = PLANNERS[planner].algorithm.settings
    budget = settings.of_budget(16, 4)
    request = PlanRequest(planner, budget)
    from planner.episodes import episodes_of

    moment = episodes_of(checkpoint.model).start(0)
    program = request.prepare(checkpoint).compile(checkpoint.model, checkpoint.params, moment.state)
    for each, name in LIVE:
        if each != planner or name == "value_noise":
            continue
        described = describe_setting(name, settings)
        for value in (described["minimum"], described["maximum"]):
            prepared = PlanRequest(planner, {**budget, name: value}).prepare(checkpoint)
            record = prepared.run(program, checkpoint.params, moment)
            assert record.ok, (name, value, record.metadata.fault)
            assert np.isfinite(record.arrays["root_policy"]).all(), (name, value)
            assert np.isfinite(record.arrays["value_target"]), (name, value)


@pytest.mark.parametrize(
    ("seed", "step"), [(-1, 0), (MAX_SEED + 1, 0), (2**64, 0), (1.0, 0), (True, 0), (0, -1), (0, MAX_STEP + 1), (0, 2**32), (0, 1.5)]
)
def test_seed_and_step_are_what_a_key_can_hold(seed, step):
    with pytest.raises(SettingsError):
        PlanRequest(seed=seed, step=step).prepare(CHECKPOINTS.card("catch"))


def test_the_ends_of_seed_and_step_make_different_keys():
    from planner.episodes import plan_key, step_key

    keys = {tuple(jax.random.key_data(plan_key(seed, step)).tolist()) for seed in (0, 1, MAX_SEED) for step in (0, 1, MAX_STEP)}
    assert len(keys) == 9
    step_key(MAX_SEED, MAX_STEP)


def test_64_bits_are_refused_in_one_sentence():
    with jax.enable_x64(True), pytest.raises(UnsupportedPrecision, match="JAX_ENABLE_X64"):
        PlanRequest().prepare(CHECKPOINTS.card("catch"))
