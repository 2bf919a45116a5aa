"""Settings of the SMC family, and their static and live parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import jax
import numpy as np
from jaxtyping import Array, Float

from planner.algorithms.settings import (
    MAX_DEPTH,
    MAX_FACTOR,
    MAX_NATS,
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    ParticleSettings,
    discount_field,
    reward_temperature_field,
    setting,
)
from planner.core.proposal import Constraint


class SmcSettings(ParticleSettings):
    """Every setting of the SMC family."""

    discount: float | None = discount_field("gamma of (E5), (E8)")
    constraint: Constraint = setting(
        "adaptive",
        "choice",
        "trust region",
        "constraint",
        "Bound on the proposal: a share alpha of the way to greedy, a fixed KL, or a fixed temperature.",
        enters="(E1)-(E3)",
    )
    root_constraint: Literal["same", "adaptive", "fixed_kl", "fixed_temperature"] = setting(
        "same", "choice", "trust region", "constraint at the root", "The same choice for the root alone.", enters="(E1)-(E3) at level 0"
    )
    alpha: float = setting(
        0.1,
        "live",
        "trust region",
        "alpha",
        "0 samples from the prior, 1 acts greedily on Q where that is trusted in full.",
        enters="(E3)",
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
        enters="(E1)",
        ge=0,
        le=MAX_NATS,
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
        enters="(E2)",
        ge=MIN_TEMPERATURE,
        le=MAX_TEMPERATURE,
        scale="log",
        knob_minimum=1e-3,
        knob_maximum=1e3,
        applies_when={"constraint": ["fixed_temperature"]},
    )

    trust: Literal["full", "agreement"] = setting(
        "full",
        "choice",
        "trust region",
        "trust in Q",
        "The trust region as it is set, or times how well Q agreed with the rewards and values of the levels before.",
        enters="rho of (E16)",
        applies_when={"constraint": ["adaptive", "fixed_kl"]},
    )

    reward_temperature: float | None = reward_temperature_field("tau of (E5)")
    advantage: bool = setting(
        True,
        "flag",
        "weights",
        "advantage",
        "Weigh by reward + next value - value. Off: without the value of the state stepped from.",
        enters="(E5)",
    )
    weight_normaliser: Literal["none", "min_max", "standardise"] = setting(
        "none", "choice", "weights", "weight normaliser", "Rescales the log-weights before resampling draws from them.", enters="norm of (E6)"
    )

    resampling_rule: Literal["ess", "period", "never"] = setting(
        "ess", "choice", "resampling", "resampling rule", "Resample at low ESS, every few levels, or never.", enters="(E6)"
    )
    ess_threshold: float = setting(
        0.5,
        "live",
        "resampling",
        "ESS threshold",
        "Resample when ESS falls below this share of N.",
        enters="(E6)",
        ge=0,
        le=1,
        applies_when={"resampling_rule": ["ess"]},
    )
    resampling_period: int = setting(
        1,
        "live",
        "resampling",
        "resampling period",
        "Levels between two resamplings.",
        enters="(E6)",
        ge=1,
        le=MAX_DEPTH,
        knob_maximum=32,
        applies_when={"resampling_rule": ["period"]},
    )
    resampling_scheme: Literal["systematic", "stratified", "residual", "multinomial"] = setting(
        "systematic", "choice", "resampling", "resampling scheme", "Method of drawing ancestors from the weights.", enters="(E6)"
    )
    revive: bool = setting(
        True,
        "flag",
        "resampling",
        "revive",
        "Offspring of a particle that has ended start again from its last non-terminal state.",
        enters="after (E6)",
    )

    policy_target: Literal["message", "value", "online", "surviving", "completed"] = setting(
        "message", "choice", "targets", "policy target", "Rule that turns the particles into the improved policy.", enters="before (E10)"
    )
    completed_scale: float = setting(
        2.0,
        "live",
        "targets",
        "strength c",
        "Nats that the action of the best Q-hat gains on that of the worst; 0 is the prior.",
        enters="c of (E15)",
        ge=0,
        le=MAX_FACTOR,
        knob_maximum=20.0,
        applies_when={"policy_target": ["completed"]},
    )
    temperature_rule: Literal["fixed", "target_kl"] = setting(
        "fixed",
        "choice",
        "targets",
        "temperature rule",
        "Read the improved policy off at the reward temperature, or at the one that moves it by the target KL.",
        enters="(E17)",
    )
    target_kl: float = setting(
        0.2,
        "live",
        "targets",
        "target KL",
        "KL(improved policy, prior) at the root, in nats.",
        enters="(E17)",
        ge=0,
        le=MAX_NATS,
        scale="log",
        knob_minimum=1e-2,
        knob_maximum=10.0,
        applies_when={"temperature_rule": ["target_kl"]},
    )
    root_sampling: Literal["stratified", "proposal"] = setting(
        "stratified",
        "choice",
        "targets",
        "root sampling",
        "Spread the root actions evenly over a mixture of proposal and prior, or draw them independently from the proposal.",
        enters="(E4) at level 0",
    )
    root_prior_share: float = setting(
        0.25,
        "live",
        "targets",
        "prior share at the root",
        "Share beta of the prior in the mixture that root actions are drawn from.",
        enters="beta",
        ge=0,
        le=1,
        applies_when={"root_sampling": ["stratified"]},
    )
    retrace_lambda: float = setting(
        0.95,
        "live",
        "targets",
        "Retrace lambda",
        "0 uses only the value after one step, 1 the rewards of the whole path.",
        enters="lambda of (E8)",
        ge=0,
        le=1,
    )
    value_mixing: float = setting(
        0.5,
        "live",
        "targets",
        "value mixing",
        "0 uses the network's value of the root, 1 the particles' value.",
        enters="mu of (E10)",
        ge=0,
        le=1,
    )
    act: Literal["argmax", "sample"] = setting(
        "argmax", "choice", "targets", "act", "Take the best action of the improved policy, or draw from it.", enters="after (E10)"
    )


@dataclass(frozen=True)
class Static:
    """Selects the compiled program; hashable. Fields as in `SmcSettings`.

    Raises:
      ValueError: particles, depth or action_atoms < 1.
    """

    particles: int = 256
    depth: int = 24
    constraint: Constraint = "adaptive"
    root_constraint: Constraint = "adaptive"
    trust: str = "full"
    weight_normaliser: str = "none"
    resampling_rule: str = "ess"
    resampling_scheme: str = "systematic"
    revive: bool = True
    advantage: bool = True
    policy_target: str = "message"
    temperature_rule: str = "fixed"
    root_sampling: str = "stratified"
    action_atoms: int = 8

    def __post_init__(self) -> None:
        for name in ("particles", "depth", "action_atoms"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    @classmethod
    def of(cls, settings: SmcSettings) -> Static:
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
    completed_scale: Float[Array, ""]
    target_kl: Float[Array, ""]
    sample_action: Array

    @classmethod
    def of(cls, settings: SmcSettings) -> Live:
        """The live part of complete settings, as host scalars of fixed dtype."""
        scalars: dict[str, Any] = {
            name: np.float32(getattr(settings, name)) for name in cls.__dataclass_fields__ if name not in ("resampling_period", "sample_action")
        }
        scalars |= {"resampling_period": np.int32(settings.resampling_period), "sample_action": np.bool_(settings.act == "sample")}
        return cls(**scalars)
