"""The planners by name. Those of the SMC family are settings of one recursion (smc.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax

from planner.model import Model, Params
from planner.settings import Live, Settings, Static, describe_setting, make_settings
from planner.smc import Plan, plan

PlanFunction = Callable[[Params, jax.Array, Any, Live], Plan]
"""`(params, key, root_state, live) -> Plan`, pure."""


@dataclass(frozen=True)
class Planner:
    """An algorithm with its settings."""

    name: str
    title: str
    help: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Settings in which it differs from the defaults of `Settings`."""
    source: str = ""

    def settings(self, values: Mapping[str, Any], card: Mapping[str, Any]) -> Settings:
        """Complete settings from what was asked for, over the planner's and the checkpoint's defaults.

        Raises:
          SettingsError: as `make_settings`.
        """
        return make_settings(values, {**self._from_card(card), **self.defaults})

    def _from_card(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults that the checkpoint gives; without a trust region the twist has the temperature of the rewards."""
        defaults = dict(card)
        if self.name == "twisted_smc" and "reward_temperature" in card:
            defaults["twist_temperature"] = card["reward_temperature"]
        return defaults

    def describe(self) -> dict[str, Any]:
        """Name, title, help and the settings with this planner's defaults, for building knobs."""
        described = [describe_setting(name) for name in Settings.model_fields]
        for setting in described:
            if setting["name"] in self.defaults:
                setting["default"] = self.defaults[setting["name"]]
        return {"name": self.name, "title": self.title, "help": self.help, "source": self.source, "settings": described}


PLANNERS = {
    planner.name: planner
    for planner in (
        Planner(
            "trt_smc",
            "TRT-SMC",
            "Particles sample from the prior twisted towards Q within a trust region, dead ones are revived, and messages read off the policy.",
            source="de Vries, He, Oren, Spaan 2025, arXiv 2504.06048",
        ),
        Planner(
            "bootstrap_smc",
            "bootstrap SMC",
            "Particles sample from the prior; the weights alone do the work.",
            {"constraint": "fixed_kl", "kl_bound": 0.0, "revive": False, "policy_target": "surviving", "root_sampling": "proposal"},
            source="Piché et al. 2019",
        ),
        Planner(
            "spo",
            "SPO",
            "Bootstrap particles resampled every few levels; the policy is what survives.",
            {
                "constraint": "fixed_kl", "kl_bound": 0.0, "revive": False, "policy_target": "surviving", "root_sampling": "proposal",
                "resampling_rule": "period", "resampling_period": 4,
            },
            source="Macfarlane et al. 2024, arXiv 2402.07963",
        ),
        Planner(
            "twisted_smc",
            "twisted SMC",
            "The prior twisted by exp(Q / temperature), with no trust region.",
            {"constraint": "fixed_temperature"},
            source="TRT-SMC without its trust region",
        ),
    )
}


def get_planner(name: str) -> Planner:
    """The planner of that name.

    Raises:
      ValueError: unknown name.
    """
    if name not in PLANNERS:
        raise ValueError(f"unknown planner {name!r}; known are {', '.join(PLANNERS)}")
    return PLANNERS[name]


def plan_function(model: Model, static: Static, *, atoms: bool = False, states: bool = False) -> PlanFunction:
    """The program that `static` selects, ready for `jax.jit`."""
    run = partial(plan, static=static, model=model, atoms=atoms, states=states)

    def planned(params: Params, key: jax.Array, root_state: Any, live: Live) -> Plan:
        return run(params, key, root_state, live=live)

    return planned
