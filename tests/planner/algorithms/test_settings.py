"""Settings are checked once, and every error gives the received and the allowed values."""

import json

import jax
import numpy as np
import pytest

from planner import exact
from planner.algorithms.registry import PLANNERS, get_planner
from planner.algorithms.settings import MAX_TRANSITIONS, PlannerSettings, SettingsError, describe_setting, make_settings
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.core.trace import to_arrays
from tests.planner.examples import complete, plan_with, random_mdp, random_prior, random_values, settings_of

MODELS = list(dict.fromkeys(planner.algorithm.settings for planner in PLANNERS.values()))


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("alpha", 1.5, "a number >= 0 and <= 1"),
        ("alpha", -0.001, "a number >= 0 and <= 1"),
        ("alpha", "0.5", "a number >= 0 and <= 1"),
        ("alpha", None, "a number >= 0 and <= 1"),
        ("alpha", float("nan"), "a number >= 0 and <= 1"),
        ("twist_temperature", 0.0, "a number >= 1e-06 and <= 1e+06"),
        ("kl_bound", float("inf"), "a number >= 0 and <= 100"),
        ("particles", 0, "a whole number >= 1 and <= 65536"),
        ("particles", 8.0, "a whole number >= 1 and <= 65536"),
        ("particles", True, "a whole number >= 1 and <= 65536"),
        ("depth", 10**9, "a whole number >= 1 and <= 256"),
        ("resampling_scheme", "bootstrap", "one of systematic, stratified, residual, multinomial"),
        ("revive", 1, "true or false"),
        ("reward_temperature", -1.0, "a number >= 1e-06 and <= 1e+06"),
        ("discount", 1.01, "a number >= 0 and <= 1"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(name: str, given, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        complete(**{name: given})
    assert caught.value.errors[0]["field"] == name and caught.value.errors[0]["allowed"] == allowed
    np.testing.assert_equal(caught.value.errors[0]["given"], given)
    assert name in str(caught.value) and allowed in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_setting_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        complete(alhpa=0.5)
    error = caught.value.errors[0]
    assert error["field"] == "alhpa" and error["given"] == 0.5 and "alpha" in error["allowed"]


def test_every_wrong_setting_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        complete(alpha=2.0, depth=-1, nothing=0)
    assert {error["field"] for error in caught.value.errors} == {"alpha", "depth", "nothing"}


def test_more_transitions_than_fit_are_refused_with_the_limit() -> None:
    complete(particles=16384, depth=MAX_TRANSITIONS // 16384)
    with pytest.raises(SettingsError, match=f"particles: got '65536 \\* 65', allowed: particles \\* depth <= {MAX_TRANSITIONS}"):
        complete(particles=65536, depth=65)


def test_what_only_a_checkpoint_gives_must_come_from_somewhere() -> None:
    with pytest.raises(SettingsError) as caught:
        make_settings({}, {}, SmcSettings)
    assert {error["field"] for error in caught.value.errors} == {"reward_temperature", "discount"}
    settings = make_settings({"discount": 0.5}, {"discount": 0.9, "reward_temperature": 2}, SmcSettings)
    assert (settings.discount, settings.reward_temperature) == (0.5, 2.0)


@pytest.mark.parametrize(("model", "name"), [(model, name) for model in MODELS for name in model.model_fields])
def test_every_setting_can_draw_its_knob(model: type[PlannerSettings], name: str) -> None:
    setting = describe_setting(name, model)
    json.dumps(setting, allow_nan=False)
    assert setting["label"] and setting["help"].endswith(".") and "default" in setting
    assert setting["kind"] in ("live", "shape", "choice", "flag") and setting["type"] in ("number", "integer", "choice", "boolean")
    assert setting["group"] in ("budget", "trust region", "weights", "values", "resampling", "targets")
    assert (setting["kind"] in ("choice", "flag")) == (setting["type"] in ("choice", "boolean"))
    if setting["type"] == "choice":
        assert setting["default"] in setting["choices"] and len(setting["choices"]) > 1
    assert ("knob" in setting) == (setting["type"] in ("number", "integer"))
    if "knob" in setting:
        low, high, scale = (setting["knob"][part] for part in ("minimum", "maximum", "scale"))
        assert low < high and scale in ("linear", "log") and (scale == "linear" or low > 0)
        assert setting.get("minimum", low) <= high and low >= setting.get("minimum", setting.get("exclusive_minimum", low))
        assert ("sizes" in setting["knob"]) == (setting["kind"] == "shape") != ("step" in setting["knob"])
        if setting["kind"] == "shape":
            assert setting["default"] in setting["knob"]["sizes"]
    for other, values in setting.get("applies_when", {}).items():
        assert set(values) <= set(describe_setting(other, model)["choices"])


def test_live_values_are_scalars_of_fixed_types_and_the_root_follows_the_interior() -> None:
    settings = complete(alpha=1, resampling_period=7, act="sample", constraint="fixed_kl")
    dtypes = {name: value.dtype for name, value in vars(Live.of(settings)).items()}
    assert dtypes.pop("resampling_period") == np.int32 and dtypes.pop("sample_action") == np.bool_ and set(dtypes.values()) == {np.dtype("float32")}
    assert all(np.shape(leaf) == () for leaf in jax.tree.leaves(Live.of(settings)))
    assert Static.of(settings).root_constraint == "fixed_kl" and bool(Live.of(settings).sample_action)
    assert Static.of(complete(root_constraint="adaptive", constraint="fixed_kl")).root_constraint == "adaptive"


@pytest.mark.parametrize("name", PLANNERS)
def test_a_planner_describes_just_its_own_settings_and_splits_them_by_whether_they_compile(name: str) -> None:
    planner = get_planner(name)
    described = {setting["name"]: setting for setting in planner.describe()["settings"]}
    settings = settings_of(name)
    assert described.keys() == settings.model_dump().keys()
    for setting, value in settings.model_dump().items():
        assert described[setting]["default"] in (value, None) or name == "twisted_smc"
    static, _ = planner.split(settings)
    other = {setting: description.get("minimum", 0.5) for setting, description in described.items() if description["kind"] == "live"}
    changed, live = planner.split(settings_of(name, **other))
    assert hash(static) == hash(changed) and static == changed
    assert all(np.shape(leaf) == () and not isinstance(leaf, float | int) for leaf in jax.tree.leaves(live))


@pytest.mark.parametrize("name", PLANNERS)
def test_one_budget_can_be_given_to_every_planner(name: str) -> None:
    model = get_planner(name).algorithm.settings
    assert settings_of(name, **model.of_budget(32, 8)).model_steps == 256
    assert any(character.isdigit() for character in settings_of(name).size)


PRESETS = [(name, preset.name) for name, planner in PLANNERS.items() for preset in planner.algorithm.presets]


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_preset_plans_and_does_what_its_name_says(name: str, preset: str) -> None:
    described = {each["name"]: each for each in get_planner(name).describe()["presets"]}[preset]
    assert described["help"].endswith(".")
    changes = described["settings"]
    budget = settings_of(name).budget
    assert changes and not set(changes) & set(budget)
    assert any(settings_of(name).model_dump()[setting] != value for setting, value in changes.items()) or name in ("bootstrap_smc", "spo")
    mdp = random_mdp(3)
    prior = random_prior(3, mdp)
    small = {"num_simulations": 16} if name == "gumbel_mcts" else {"particles": 16, "depth": 4}
    arrays = to_arrays(plan_with(name, mdp, exact.tables(prior, random_values(3, mdp)), **small, **changes))
    assert np.isfinite(arrays["root_policy"]).all()
    if preset == "prior only":
        assert np.abs(arrays["kl"]).max() < 1e-6
    if preset == "greedy" and name == "trt_smc":
        # All mass on the best action: its KL to the prior is minus its log-probability.
        assert arrays["kl"].max() > 0.1
    if preset == "no resampling":
        assert not arrays["resampled"].any()
