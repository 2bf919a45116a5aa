"""The planners by name: algorithms with their settings, behind one interface."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol

import jax

from planner import mcts, smc, tsmcts
from planner.model import Model, Params
from planner.settings import Live, PlannerSettings, Settings, Static, describe_setting, make_settings
from planner.targets import Decision


class PlanLike(Protocol):
    """What every planner hands back: a pytree whose arrays `to_arrays` names."""

    @property
    def trace(self) -> Any:
        """The record, of the planner's `kind`."""
        ...

    @property
    def root(self) -> Decision: ...

    @property
    def status(self) -> Any:
        """i32 [] index into STATUSES."""
        ...

    @property
    def fault(self) -> Any:
        """i32 [] id of the transition into the state that could not be judged; -1 the root, NOWHERE where all is well."""
        ...


PlanFunction = Callable[[Params, jax.Array, Any, Any], PlanLike]
"""`(params, key, root_state, live) -> plan`, pure."""


@dataclass(frozen=True)
class Algorithm:
    """A way to plan: its settings, how they split, and the program that `static` selects."""

    kind: Literal["particles", "tree"]
    """Of its trace."""
    settings: type[PlannerSettings]
    static: Callable[[Any], Hashable]
    live: Callable[[Any], Any]
    """Has a `discount`, whatever else."""
    plan: Callable[..., PlanLike]
    """`(params, key, root_state, *, live, static, model, atoms, states) -> plan`."""


SMC = Algorithm("particles", Settings, Static.of, Live.of, smc.plan)
TSMCTS = Algorithm("particles", tsmcts.TsmctsSettings, tsmcts.Static.of, tsmcts.Live.of, tsmcts.plan)
GUMBEL_MCTS = Algorithm("tree", mcts.MctsSettings, mcts.Static.of, mcts.Live.of, mcts.plan)


@dataclass(frozen=True)
class Planner:
    """An algorithm under a name, with its own defaults."""

    name: str
    title: str
    help: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Settings in which it differs from the defaults of the algorithm."""
    source: str = ""
    algorithm: Algorithm = SMC

    @property
    def kind(self) -> str:
        """Of its traces: particles or tree."""
        return self.algorithm.kind

    def settings(self, values: Mapping[str, Any], card: Mapping[str, Any]) -> Any:
        """Complete settings from what was asked for, over the planner's and the checkpoint's defaults.

        Raises:
          SettingsError: as `make_settings`.
        """
        return make_settings(values, {**self._from_card(card), **self.defaults}, self.algorithm.settings)

    def split(self, settings: PlannerSettings) -> tuple[Hashable, Any]:
        """Complete settings as `static`, which selects a program, and `live`, which it takes at every call."""
        return self.algorithm.static(settings), self.algorithm.live(settings)

    def program(self, model: Model, static: Hashable, *, atoms: bool = False, states: bool = False) -> PlanFunction:
        """The program that `static` selects, ready for `jax.jit`."""
        return _program(self.algorithm, model, static, atoms=atoms, states=states)

    def describe(self) -> dict[str, Any]:
        """Name, title, help and the settings with this planner's defaults, for building knobs."""
        model = self.algorithm.settings
        described = [describe_setting(name, model) for name in model.model_fields]
        for setting in described:
            if setting["name"] in self.defaults:
                setting["default"] = self.defaults[setting["name"]]
        return {"name": self.name, "title": self.title, "help": self.help, "source": self.source, "kind": self.kind, "settings": described}

    def _from_card(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults that the checkpoint gives; without a trust region the twist has the temperature of the rewards."""
        defaults = {name: value for name, value in card.items() if name in self.algorithm.settings.model_fields}
        if self.name == "twisted_smc" and "reward_temperature" in card:
            defaults["twist_temperature"] = card["reward_temperature"]
        return defaults


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
                "constraint": "fixed_kl",
                "kl_bound": 0.0,
                "revive": False,
                "policy_target": "surviving",
                "root_sampling": "proposal",
                "resampling_rule": "period",
                "resampling_period": 4,
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
        Planner(
            "tsmcts",
            "TSMCTS",
            "Sequential halving over first actions, with particles of its own below each of them.",
            source="Oren et al. 2025, arXiv 2511.14220",
            algorithm=TSMCTS,
        ),
        Planner(
            "gumbel_mcts",
            "Gumbel MCTS",
            "A tree grown step by step, its first actions chosen by sequential halving: the library mctx, on the true model.",
            source="Danihelka, Guez, Schrittwieser, Silver 2022; mctx",
            algorithm=GUMBEL_MCTS,
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


def plan_function(model: Model, static: Static, *, atoms: bool = False, states: bool = False) -> Callable[[Params, jax.Array, Any, Live], smc.Plan]:
    """The program of the SMC family that `static` selects, ready for `jax.jit`."""
    return _program(SMC, model, static, atoms=atoms, states=states)


def _program(algorithm: Algorithm, model: Model, static: Hashable, *, atoms: bool, states: bool) -> Callable[..., Any]:
    run = partial(algorithm.plan, static=static, model=model, atoms=atoms, states=states)

    def planned(params: Params, key: jax.Array, root_state: Any, live: Any) -> PlanLike:
        return run(params, key, root_state, live=live)

    return planned
