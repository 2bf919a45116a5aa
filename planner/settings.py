"""What a person may change about a planner, validated once.

Settings are the outside face: the names people type, with ranges and help. An algorithm takes two things made from them: `Static`,
which selects the compiled program (sizes, choices, flags), and `Live`, a pytree of scalars that never cause a compilation. Those of
the SMC family are here; an algorithm with other settings derives its own from `PlannerSettings`, beside its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

import jax
import numpy as np
from jaxtyping import Array, Float
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_TRANSITIONS = 4_194_304
"""particles * depth may not exceed this: about 0.4 GB of trace."""

Group = Literal["budget", "trust region", "weights", "values", "resampling", "targets"]
Constraint = Literal["adaptive", "fixed_kl", "fixed_temperature"]


def setting(default: Any, kind: str, group: Group, label: str, help: str, **rest: Any) -> Any:
    """A pydantic field that also carries what a knob needs to draw itself."""
    extra = {"kind": kind, "group": group, "label": label, "scale": rest.pop("scale", "linear")}
    # The upper end of a knob where the range itself is open.
    extra["knob_maximum"] = rest.pop("knob_maximum", None)
    extra["knob_minimum"] = rest.pop("knob_minimum", None)
    extra["applies_when"] = rest.pop("applies_when", None)
    extra["applies_to"] = rest.pop("applies_to", None)
    return Field(default, description=help, json_schema_extra=extra, **rest)


# Fields that several planners have.
REWARD_TEMPERATURE = setting(
    None,
    "live",
    "weights",
    "reward temperature",
    "Smaller trusts rewards and values more, and spreads the weights.",
    gt=0,
    scale="log",
    knob_minimum=1e-3,
    knob_maximum=1e2,
)
DISCOUNT = setting(None, "live", "weights", "discount", "How much the next step counts.", ge=0, le=1)
MAX_NUM_CONSIDERED_ACTIONS = setting(
    16, "shape", "targets", "considered actions m", "How many first actions enter the sequential halving.", ge=1, le=1024, scale="log"
)
GUMBEL_SCALE = setting(
    1.0,
    "live",
    "targets",
    "Gumbel scale",
    "Noise in the choice of first actions; 0 always plays what the search thinks best.",
    ge=0,
    knob_maximum=2.0,
)


class PlannerSettings(BaseModel):
    """Settings of some planner; a default of `None` is given by the checkpoint's card."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    discount: float | None = DISCOUNT
    value_source: Literal["network", "exact"] = setting(
        "network",
        "choice",
        "values",
        "value source",
        "Who judges states: the trained network, or exact answers, where the environment is small enough to have them.",
        applies_to="exact answers",
    )
    value_noise: float = setting(
        0.0,
        "live",
        "values",
        "value noise",
        "How wrong exact values are made, in standard deviations of the exact value over all states.",
        ge=0,
        knob_maximum=2.0,
        applies_when={"value_source": ["exact"]},
        applies_to="exact answers",
    )
    action_atoms: int = setting(
        8,
        "shape",
        "budget",
        "action samples K",
        "How many actions are sampled from the prior at each state, to choose among.",
        ge=2,
        le=64,
        scale="log",
        applies_to="continuous actions",
    )

    @classmethod
    def of_budget(cls, particles: int, depth: int) -> dict[str, int]:
        """The settings that spend `particles * depth` model steps."""
        raise NotImplementedError

    @property
    def model_steps(self) -> int:
        """The budget: how often a plan steps the model, at most."""
        raise NotImplementedError

    @property
    def size(self) -> str:
        """The budget in words."""
        raise NotImplementedError


class ParticleSettings(PlannerSettings):
    """Settings of a planner that steps N particles through T levels."""

    particles: int = setting(256, "shape", "budget", "particles N", "How many particles are stepped in parallel.", ge=1, le=65536, scale="log")
    depth: int = setting(24, "shape", "budget", "depth T", "How many levels the plan looks ahead.", ge=1, le=256)

    @classmethod
    def of_budget(cls, particles: int, depth: int) -> dict[str, int]:
        return {"particles": particles, "depth": depth}

    @property
    def model_steps(self) -> int:
        return self.particles * self.depth

    @property
    def size(self) -> str:
        return f"{self.particles} particles, {self.depth} levels"


class Settings(ParticleSettings):
    """Every setting of the SMC family."""

    constraint: Constraint = setting(
        "adaptive",
        "choice",
        "trust region",
        "constraint",
        "How far the proposal may leave the prior: by a share alpha of the way to greedy, by a fixed KL, or at a fixed temperature.",
    )
    root_constraint: Literal["same", "adaptive", "fixed_kl", "fixed_temperature"] = setting(
        "same", "choice", "trust region", "constraint at the root", "The same choice for the root alone."
    )
    alpha: float = setting(
        0.1,
        "live",
        "trust region",
        "alpha",
        "0 samples from the prior, 1 acts greedily on Q.",
        ge=0,
        le=1,
        applies_when={"constraint": ["adaptive"]},
    )
    kl_bound: float = setting(
        0.1,
        "live",
        "trust region",
        "KL bound",
        "The largest KL(proposal, prior), in nats.",
        ge=0,
        scale="log",
        knob_minimum=1e-4,
        knob_maximum=10.0,
        applies_when={"constraint": ["fixed_kl"]},
    )
    twist_temperature: float = setting(
        1.0,
        "live",
        "trust region",
        "twist temperature",
        "The proposal is prior * exp(Q / temperature).",
        gt=0,
        scale="log",
        knob_minimum=1e-3,
        knob_maximum=1e3,
        applies_when={"constraint": ["fixed_temperature"]},
    )

    reward_temperature: float | None = REWARD_TEMPERATURE
    advantage: bool = setting(
        True, "flag", "weights", "advantage", "Weigh by reward + next value - value; off leaves out the value of the state itself."
    )
    weight_normaliser: Literal["none", "min_max", "standardise"] = setting(
        "none", "choice", "weights", "weight normaliser", "Rescales the log-weights before resampling draws from them."
    )

    resampling_rule: Literal["ess", "period", "never"] = setting(
        "ess", "choice", "resampling", "resampling rule", "When to resample: at low ESS, every few levels, or never."
    )
    ess_threshold: float = setting(
        0.5,
        "live",
        "resampling",
        "ESS threshold",
        "Resample when ESS falls below this share of N.",
        ge=0,
        le=1,
        applies_when={"resampling_rule": ["ess"]},
    )
    resampling_period: int = setting(
        1,
        "live",
        "resampling",
        "resampling period",
        "Resample every so many levels.",
        ge=1,
        knob_maximum=32,
        applies_when={"resampling_rule": ["period"]},
    )
    resampling_scheme: Literal["systematic", "stratified", "residual", "multinomial"] = setting(
        "systematic", "choice", "resampling", "resampling scheme", "How ancestors are drawn from the weights."
    )
    revive: bool = setting(
        True, "flag", "resampling", "revive", "Offspring of a particle that ended early start again from its last state before the end."
    )

    policy_target: Literal["message", "value", "online", "surviving"] = setting(
        "message", "choice", "targets", "policy target", "How the improved policy is read off the particles."
    )
    root_sampling: Literal["stratified", "proposal"] = setting(
        "stratified",
        "choice",
        "targets",
        "root sampling",
        "Spread the first actions evenly over the proposal mixed with the prior, or draw them independently.",
    )
    root_prior_share: float = setting(
        0.25,
        "live",
        "targets",
        "prior share at the root",
        "How much of the prior is mixed into the first proposal.",
        ge=0,
        le=1,
        applies_when={"root_sampling": ["stratified"]},
    )
    retrace_lambda: float = setting(0.95, "live", "targets", "Retrace lambda", "0 trusts the value after one step, 1 the whole path.", ge=0, le=1)
    value_mixing: float = setting(0.5, "live", "targets", "value mixing", "0 takes the network's value of the root, 1 the particles'.", ge=0, le=1)
    act: Literal["argmax", "sample"] = setting("argmax", "choice", "targets", "act", "Take the best action of the improved policy, or draw from it.")


class SettingsError(ValueError):
    """Settings that cannot be used. `errors` lists {field, given, allowed}; the message is one line for a person."""

    def __init__(self, errors: list[dict[str, Any]]):
        self.errors = errors
        super().__init__("; ".join(f"{e['field']}: got {e['given']!r}, allowed: {e['allowed']}" for e in errors))


Kind = TypeVar("Kind", bound=PlannerSettings)


@overload
def make_settings(values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> Settings: ...
@overload
def make_settings(values: Mapping[str, Any], defaults: Mapping[str, Any] | None, model: type[Kind]) -> Kind: ...
def make_settings(values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None, model: type[PlannerSettings] = Settings) -> PlannerSettings:
    """Complete settings from what a person gave.

    Args:
      values: setting name -> value, what was asked for.
      defaults: lower-ranking values (a planner's own, a checkpoint's `reward_temperature` and `discount`).
      model: whose settings.

    Raises:
      SettingsError: unknown name, wrong type or out of range; or particles * depth above MAX_TRANSITIONS; or no value for a
        setting whose default only a checkpoint gives.
    """
    merged = {**(defaults or {}), **values}
    try:
        settings = model.model_validate(merged)
    except ValidationError as error:
        raise SettingsError([_describe(e, model) for e in error.errors()]) from None
    if isinstance(settings, ParticleSettings) and settings.model_steps > MAX_TRANSITIONS:
        allowed = f"particles * depth <= {MAX_TRANSITIONS}"
        raise SettingsError([{"field": "particles", "given": f"{settings.particles} * {settings.depth}", "allowed": allowed}])
    missing = [name for name in model.model_fields if getattr(settings, name) is None]
    if missing:
        raise SettingsError([{"field": name, "given": None, "allowed": "a number: no checkpoint gives a default"} for name in missing])
    return settings


def _describe(error: Any, model: type[PlannerSettings]) -> dict[str, Any]:
    """One pydantic error as field, what was given, and what is allowed."""
    field = str(error["loc"][0])
    given = error.get("input")
    if field not in model.model_fields:
        return {"field": field, "given": given, "allowed": "one of the settings " + ", ".join(model.model_fields)}
    return {"field": field, "given": given, "allowed": allowed_values(field, model)}


def allowed_values(name: str, model: type[PlannerSettings] = Settings) -> str:
    """The values a setting takes, in words."""
    setting = describe_setting(name, model)
    if setting["type"] == "choice":
        return "one of " + ", ".join(setting["choices"])
    if setting["type"] == "boolean":
        return "true or false"
    bounds = [
        f"{sign} {setting[key]}" for key, sign in (("minimum", ">="), ("exclusive_minimum", ">"), ("maximum", "<=")) if setting.get(key) is not None
    ]
    number = "a whole number" if setting["type"] == "integer" else "a number"
    return f"{number} {' and '.join(bounds)}"


def describe_setting(name: str, model: type[PlannerSettings] = Settings) -> dict[str, Any]:
    """Name, label, kind, type, default, range, choices, group and help of one setting, for building a knob."""
    field = model.model_fields[name]
    schema = model.model_json_schema()["properties"][name]
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
    return {key: value for key, value in description.items() if value is not None or key == "default"}


@dataclass(frozen=True)
class Static:
    """What selects the compiled program. Field meanings are those of `Settings`; hashable.

    Raises:
      ValueError: particles, depth or action_atoms < 1.
    """

    particles: int = 256
    depth: int = 24
    constraint: Constraint = "adaptive"
    root_constraint: Constraint = "adaptive"
    weight_normaliser: str = "none"
    resampling_rule: str = "ess"
    resampling_scheme: str = "systematic"
    revive: bool = True
    advantage: bool = True
    policy_target: str = "message"
    root_sampling: str = "stratified"
    action_atoms: int = 8

    def __post_init__(self) -> None:
        for name in ("particles", "depth", "action_atoms"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    @classmethod
    def of(cls, settings: Settings) -> Static:
        """The static part of complete settings."""
        values = {name: getattr(settings, name) for name in cls.__dataclass_fields__}
        if settings.root_constraint == "same":
            values["root_constraint"] = settings.constraint
        return cls(**values)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Live:
    """Scalars that may change between plans without a compilation. All f32 [] but `resampling_period` i32 [] and `sample_action` bool []."""

    alpha: Float[Array, ""]
    kl_bound: Float[Array, ""]
    twist_temperature: Float[Array, ""]
    reward_temperature: Float[Array, ""]
    discount: Float[Array, ""]
    ess_threshold: Float[Array, ""]
    resampling_period: Array
    retrace_lambda: Float[Array, ""]
    value_mixing: Float[Array, ""]
    root_prior_share: Float[Array, ""]
    sample_action: Array

    @classmethod
    def of(cls, settings: Settings) -> Live:
        """The live part of complete settings, as host scalars of fixed dtype."""
        scalars: dict[str, Any] = {
            name: np.float32(getattr(settings, name)) for name in cls.__dataclass_fields__ if name not in ("resampling_period", "sample_action")
        }
        scalars |= {"resampling_period": np.int32(settings.resampling_period), "sample_action": np.bool_(settings.act == "sample")}
        return cls(**scalars)
