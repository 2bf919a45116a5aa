"""Settings that all planners share, their validation, and the description that knobs are built from.

Settings are the public interface: names with ranges and help. An algorithm takes two values made from them. `Static` selects the compiled program
(sizes, choices, flags). `Live` is a pytree of scalars that never cause a compilation. Each algorithm derives its settings from `PlannerSettings` in
its own module.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import cache
from math import log10
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planner.messages import shortened

MAX_TRANSITIONS = 4_194_304
"""Largest particles * depth: about 0.4 GB of trace."""

Group = Literal["budget", "trust region", "weights", "values", "resampling", "targets"]
GROUPS: tuple[str, ...] = get_args(Group)
"""Groups of knobs, in the order shown."""

SIZES = {"particles": tuple(2**power for power in range(13)), "depth": (1, 2, 4, 8, 16, 24, 32, 48, 64)}
"""Sizes that a knob offers; the planner accepts any. Other shape settings offer those of `particles`."""

# Ranges end where 32-bit floating point or the mathematics does, so that the value shown is always the value computed with.
MIN_TEMPERATURE, MAX_TEMPERATURE = 1e-6, 1e6
"""Returns up to 1e6, divided by the smallest temperature and summed over 256 levels, are still exact enough to be compared."""
MAX_NATS = 100.0
"""A bound on a KL divergence beyond which no prior in 32 bits reaches."""
MAX_FACTOR = 1e3
MAX_DEPTH = 256
"""Levels of the deepest plan."""

OPEN_END = 100.0
"""Upper end of a slider where neither the setting nor its `knob_maximum` gives one."""


def setting(default: Any, kind: str, group: Group, label: str, help: str, *, enters: str, **rest: Any) -> Any:
    """A pydantic field with the additional description that a knob is drawn from.

    Args:
      enters: the place of the setting in the method: its symbol, and the equations of docs/method.md that have it.
    """
    extra = {"kind": kind, "group": group, "label": label, "enters": enters, "scale": rest.pop("scale", "linear")}
    # Upper end of a knob whose setting has an open range.
    extra["knob_maximum"] = rest.pop("knob_maximum", None)
    extra["knob_minimum"] = rest.pop("knob_minimum", None)
    extra["applies_when"] = rest.pop("applies_when", None)
    extra["applies_to"] = rest.pop("applies_to", None)
    return Field(default, description=help, json_schema_extra=extra, **rest)


# Fields that several planners have, in equations of their own.
def reward_temperature_field(enters: str) -> Any:
    """The field `reward_temperature`."""
    return setting(
        None,
        "live",
        "weights",
        "reward temperature",
        "A smaller temperature gives rewards and values more influence and makes the weights more uneven.",
        enters=enters,
        ge=MIN_TEMPERATURE,
        le=MAX_TEMPERATURE,
        scale="log",
        knob_minimum=1e-3,
        knob_maximum=1e2,
    )


def discount_field(enters: str) -> Any:
    """The field `discount`."""
    return setting(None, "live", "weights", "discount", "Factor on rewards for each further step.", enters=enters, ge=0, le=1)


def max_num_considered_actions_field(enters: str) -> Any:
    """The field `max_num_considered_actions`."""
    label, help = "considered actions m", "Root actions that enter the sequential halving."
    return setting(16, "shape", "targets", label, help, enters=enters, ge=1, le=1024, scale="log")


def gumbel_scale_field(enters: str) -> Any:
    """The field `gumbel_scale`."""
    return setting(
        1.0,
        "live",
        "targets",
        "Gumbel scale",
        "Scale of the Gumbel noise in the choice of root actions; 0 always plays the best action found.",
        enters=enters,
        ge=0,
        le=MAX_FACTOR,
        knob_maximum=2.0,
    )


class PlannerSettings(BaseModel):
    """Settings common to all planners; where a default is `None`, the checkpoint's card gives the value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    discount: float | None = discount_field("gamma")
    value_source: Literal["network", "exact"] = setting(
        "network",
        "choice",
        "values",
        "value source",
        "Source of V and Q: the network, or exact solutions (small environments only).",
        enters="source of V and Q",
        applies_to="exact answers",
    )
    value_noise: float = setting(
        0.0,
        "live",
        "values",
        "value noise",
        "Error added to exact values, in standard deviations of the exact value over all states.",
        enters="error added to exact values",
        ge=0,
        le=MAX_FACTOR,
        knob_maximum=2.0,
        applies_when={"value_source": ["exact"]},
        applies_to="exact answers",
    )
    action_atoms: int = setting(
        8,
        "shape",
        "budget",
        "action samples K",
        "Candidate actions sampled from the prior at each state.",
        enters="K, where actions are continuous",
        ge=2,
        le=64,
        scale="log",
        applies_to="continuous actions",
    )

    @classmethod
    def of_budget(cls, particles: int, depth: int) -> dict[str, int]:
        """The settings, by name, that spend `particles * depth` model steps: both at least 1, and the product within the range of these settings.

        Nothing is checked here; `make_settings` does, and raises SettingsError.
        """
        raise NotImplementedError

    @property
    def model_steps(self) -> int:
        """The budget: largest number of model steps of a plan."""
        raise NotImplementedError

    @property
    def size(self) -> str:
        """The budget in words."""
        raise NotImplementedError

    @property
    def budget(self) -> tuple[str, ...]:
        """Names of the settings whose product is `model_steps`."""
        raise NotImplementedError


class ParticleSettings(PlannerSettings):
    """Settings of a planner that steps N particles through T levels."""

    particles: int = setting(256, "shape", "budget", "particles N", "Particles stepped in parallel.", enters="(E4)", ge=1, le=65536, scale="log")
    depth: int = setting(24, "shape", "budget", "depth T", "Levels of the plan: environment steps it looks ahead.", enters="(E4)", ge=1, le=MAX_DEPTH)

    @classmethod
    def of_budget(cls, particles: int, depth: int) -> dict[str, int]:
        return {"particles": particles, "depth": depth}

    @property
    def model_steps(self) -> int:
        return self.particles * self.depth

    @property
    def size(self) -> str:
        return f"{self.particles} particles, {self.depth} levels"

    @property
    def budget(self) -> tuple[str, ...]:
        return "particles", "depth"


MAX_DESCRIBED = 8
"""Errors described in one message."""


class SettingsError(ValueError):
    """Invalid settings. `errors` lists {field, given, allowed}; the message is one line."""

    def __init__(self, errors: list[dict[str, Any]]):
        self.errors = errors
        described = [f"{e['field'][:100]}: got {shortened(e['given'])}, allowed: {e['allowed']}" for e in errors[:MAX_DESCRIBED]]
        more = [f"and {len(errors) - MAX_DESCRIBED} more"] if len(errors) > MAX_DESCRIBED else []
        super().__init__("; ".join(described + more))


def plain(value: Any) -> Any:
    """A number of NumPy or JAX, or whatever else is a whole number (`__index__`), as one of Python; every other value as it is."""
    if isinstance(value, bool | int | float | str) and type(value).__module__ == "builtins":
        return value
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    try:
        return operator.index(value)
    except TypeError:
        return value


Kind = TypeVar("Kind", bound=PlannerSettings)


def make_settings(values: Mapping[str, Any], defaults: Mapping[str, Any], model: type[Kind]) -> Kind:
    """Complete and check requested settings.

    Args:
      values: setting name -> requested value.
      defaults: values for settings not requested (a planner's own, a checkpoint's `reward_temperature` and `discount`).
      model: class of the settings.

    Raises:
      SettingsError: an unknown name, a wrong type, or a value out of range; particles * depth above MAX_TRANSITIONS; or no value for a
        setting whose default only a checkpoint gives.
    """
    unknown = [name for name in values if name not in model.model_fields]
    known = "one of the settings " + ", ".join(model.model_fields)
    # Described here and not by pydantic: a request may hold thousands of them.
    errors = [{"field": name, "given": values[name], "allowed": known} for name in unknown[:MAX_DESCRIBED]]
    try:
        settings = model.model_validate({**defaults, **{name: plain(value) for name, value in values.items() if name in model.model_fields}})
    except ValidationError as error:
        raise SettingsError(errors + [_describe(e, model) for e in error.errors()]) from None
    if errors:
        raise SettingsError(errors)
    if isinstance(settings, ParticleSettings) and settings.model_steps > MAX_TRANSITIONS:
        allowed = f"particles * depth <= {MAX_TRANSITIONS}"
        raise SettingsError([{"field": "particles", "given": f"{settings.particles} * {settings.depth}", "allowed": allowed}])
    missing = [name for name in model.model_fields if getattr(settings, name) is None]
    if missing:
        raise SettingsError([{"field": name, "given": None, "allowed": "a number: no checkpoint gives a default"} for name in missing])
    return settings


def _describe(error: Any, model: type[PlannerSettings]) -> dict[str, Any]:
    """One pydantic error as {field, given, allowed}."""
    field = str(error["loc"][0])
    return {"field": field, "given": error.get("input"), "allowed": allowed_values(field, model)}


def allowed_values(name: str, model: type[PlannerSettings]) -> str:
    """Allowed values of a setting, in words."""
    setting = describe_setting(name, model)
    if setting["type"] == "choice":
        return "one of " + ", ".join(setting["choices"])
    if setting["type"] == "boolean":
        return "true or false"
    bounds = [
        f"{sign} {_number(setting[key])}"
        for key, sign in (("minimum", ">="), ("exclusive_minimum", ">"), ("maximum", "<="))
        if setting.get(key) is not None
    ]
    number = "a whole number" if setting["type"] == "integer" else "a number"
    return f"{number} {' and '.join(bounds)}"


def _number(value: float) -> str:
    """A number of a range, short: 1e-06 and 1e+06 are read more easily than all their digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe_setting(name: str, model: type[PlannerSettings]) -> dict[str, Any]:
    """Name, label, kind, type, default, range, choices, group and help of one setting, for building a knob."""
    field = model.model_fields[name]
    schema = _schema(model)[name]
    schema = {**schema, **next((s for s in schema.get("anyOf", []) if s.get("type") != "null"), {})}
    kind = "choice" if "enum" in schema else schema["type"]
    description = {
        "name": name,
        "type": kind,
        "default": field.default,
        "help": field.description,
        "minimum": schema.get("minimum"),
        "maximum": schema.get("maximum"),
        "exclusive_minimum": schema.get("exclusiveMinimum"),
        "choices": schema.get("enum"),
        **(field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}),
    }
    description["knob"] = _knob(description)
    left_out = {"knob_minimum", "knob_maximum", "scale"}
    return {key: value for key, value in description.items() if (value is not None or key == "default") and key not in left_out}


@cache
def _schema(model: type[PlannerSettings]) -> dict[str, Any]:
    """JSON schema of each setting; cached, because pydantic takes milliseconds to make it."""
    return model.model_json_schema()["properties"]


def _knob(setting: dict[str, Any]) -> dict[str, Any] | None:
    """Ends, step and scale of a slider, in the setting's own unit; None where the control is neither a slider nor a list of sizes.

    `step` is in the slider's own coordinate: the decimal logarithm where the scale is logarithmic.
    """
    if setting["type"] not in ("integer", "number"):
        return None
    lows, highs = ("knob_minimum", "minimum", "exclusive_minimum"), ("knob_maximum", "maximum")
    low = next((setting[end] for end in lows if setting.get(end) is not None), 0)
    high = next((setting[end] for end in highs if setting.get(end) is not None), OPEN_END)
    logarithmic = setting["scale"] == "log"
    if logarithmic and low <= 0:
        low = high / 1e6
    knob = {"minimum": low, "maximum": high, "scale": setting["scale"]}
    if setting["kind"] == "shape":
        return knob | {"sizes": [size for size in SIZES.get(setting["name"], SIZES["particles"]) if low <= size <= high]}
    width = log10(high) - log10(low) if logarithmic else high - low
    return knob | {"step": 1 if setting["type"] == "integer" else 0.01 if logarithmic else width / 1000}
