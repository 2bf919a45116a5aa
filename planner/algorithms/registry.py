"""The planners by name: algorithms with their settings, behind one interface.

An algorithm declares the properties of its plans (`Traits`). Readers of a record use this declaration and never infer it from the names of arrays.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import jax

from planner.algorithms import mcts, smc, tsmcts
from planner.algorithms.settings import MAX_DEPTH, PlannerSettings, describe_setting, make_settings
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.core.interventions import Interventions
from planner.core.model import Model, Params
from planner.core.targets import Decision
from planner.messages import shortened
from planner.record.metadata import Traits


class PlanLike(Protocol):
    """The result of every planner: a pytree whose arrays `to_arrays` names."""

    @property
    def trace(self) -> Any:
        """The arrays of the plan, of the planner's `kind`."""
        ...

    @property
    def root(self) -> Decision: ...

    @property
    def status(self) -> Any:
        """i32 [] index into STATUSES."""
        ...

    @property
    def fault(self) -> Any:
        """i32 [] id of the transition into the state with the fault; -1 for the root, NOWHERE without a fault."""
        ...


PlanFunction = Callable[..., PlanLike]
"""`(params, key, root_state, live, interventions=None) -> plan`, pure. A search tree takes no interventions."""


@dataclass(frozen=True)
class Preset:
    """Settings under a name, to begin from. All others but the budget are the planner's own."""

    name: str
    help: str
    # A program is found by its algorithm, which has to be hashable.
    settings: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Algorithm:
    """A planning algorithm: its settings, their static and live parts, and the program that `static` selects."""

    traits: Traits
    """Properties of its plans, written into every record."""
    settings: type[PlannerSettings]
    static: Callable[[Any], Hashable]
    live: Callable[[Any], Any]
    """Makes the live part of complete settings, a pytree with at least a `discount`."""
    plan: Callable[..., PlanLike]
    """`(params, key, root_state, *, live, static, model, atoms, states) -> plan`; where plans have particles, also `interventions`."""
    assigned_levels: Callable[[Any, int], Sequence[int]] = lambda settings, actions: ()
    """`(settings, number of actions) -> levels` at which the algorithm assigns the actions instead of drawing them."""
    presets: tuple[Preset, ...] = ()


_PRIOR_ONLY = {"constraint": "fixed_kl", "root_constraint": "same", "kl_bound": 0.0}
_SURVIVING = {**_PRIOR_ONLY, "revive": False, "policy_target": "surviving", "root_sampling": "proposal"}
_ACTING: Mapping[str, Any] = {"ess_threshold": 0.1}
_LEARNING: Mapping[str, Any] = {"ess_threshold": 0.5}
_WITHOUT_NOISE = Preset("greedy", "No Gumbel noise: the best action found is always played.", {"gumbel_scale": 0.0})

SMC = Algorithm(
    Traits(kind="particles", evidence=True, trust_region=True),
    SmcSettings,
    Static.of,
    Live.of,
    smc.plan,
    presets=(
        Preset("prior only", "Every action is drawn from the network's policy; the weights alone do the work.", _PRIOR_ONLY),
        Preset("greedy", "Every action is a best one by Q.", {"constraint": "adaptive", "root_constraint": "same", "alpha": 1.0, "trust": "full"}),
        Preset("plain SMC", "The bootstrap filter: samples of the prior, no revival, and the policy is what survives.", _SURVIVING),
        Preset("no resampling", "Particles keep their weights to the end: see them degenerate.", {"resampling_rule": "never"}),
        Preset("for learning", "Earlier resampling, and Q trusted unseen: how the networks here were trained.", {**_LEARNING, "trust": "full"}),
    ),
)
TSMCTS = Algorithm(
    Traits(kind="particles", rounds=True, halving=True),
    tsmcts.TsmctsSettings,
    tsmcts.Static.of,
    tsmcts.Live.of,
    tsmcts.plan,
    tsmcts.round_starts,
    presets=(
        _WITHOUT_NOISE,
        Preset("no resampling", "The particles of a round keep their weights to its end.", {"resampling_period": MAX_DEPTH}),
    ),
)
GUMBEL_MCTS = Algorithm(Traits(kind="tree", halving=True), mcts.MctsSettings, mcts.Static.of, mcts.Live.of, mcts.plan, presets=(_WITHOUT_NOISE,))


class UnknownPlannerError(ValueError):
    """No planner has this name; the message lists the known names."""


@dataclass(frozen=True)
class Planner:
    """An algorithm under a name, with its own defaults."""

    name: str
    title: str
    help: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Settings that make the planner the one it is, where they differ from the algorithm's."""
    source: str = ""
    algorithm: Algorithm = SMC
    acting: Mapping[str, Any] = field(default_factory=dict)
    """Other settings whose default differs from that of the algorithm: with a network that is given, they act best (docs/settings.md)."""
    learning: Mapping[str, Any] = field(default_factory=dict)
    """Settings in training where they differ from those for acting: what acts best with a given network is not what a network learns best with."""
    from_card: Mapping[str, str] = field(default_factory=dict)
    """Setting -> name of the card's default that it takes, where the names differ."""

    @property
    def traits(self) -> Traits:
        """Properties of the algorithm's plans."""
        return self.algorithm.traits

    def settings(self, values: Mapping[str, Any], card: Mapping[str, Any]) -> Any:
        """Complete settings: `values`, then the planner's defaults, then those of the checkpoint's card.

        Raises:
          SettingsError: as `make_settings`.
        """
        return make_settings(values, {**self._card_defaults(card), **self.acting, **self.defaults}, self.algorithm.settings)

    def split(self, settings: PlannerSettings) -> tuple[Hashable, Any]:
        """Complete settings as `static`, which selects a program, and `live`, an argument of every call."""
        return self.algorithm.static(settings), self.algorithm.live(settings)

    def program(self, model: Model, static: Hashable, *, atoms: bool = False, states: bool = False) -> PlanFunction:
        """The program that `static` selects, ready for `jax.jit`."""
        run = partial(self.algorithm.plan, static=static, model=model, atoms=atoms, states=states)

        def planned(params: Params, key: jax.Array, root_state: Any, live: Any, interventions: Interventions | None = None) -> PlanLike:
            changes = {} if interventions is None else {"interventions": interventions}
            return run(params, key, root_state, live=live, **changes)

        return planned

    def describe(self) -> dict[str, Any]:
        """Name, title, help, presets, and the settings with this planner's defaults, for building knobs."""
        model = self.algorithm.settings
        described = [describe_setting(name, model) for name in model.model_fields]
        own = {**self.acting, **self.defaults}
        for setting in described:
            setting["default"] = own.get(setting["name"], setting["default"])
        presets = [{"name": each.name, "help": each.help, "settings": dict(each.settings)} for each in self.algorithm.presets]
        words = {"name": self.name, "title": self.title, "help": self.help, "source": self.source}
        return words | {"kind": self.traits.kind, "presets": presets, "settings": described}

    def _card_defaults(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults that the checkpoint gives."""
        defaults = {name: value for name, value in card.items() if name in self.algorithm.settings.model_fields}
        return defaults | {name: card[source] for name, source in self.from_card.items() if source in card}


PLANNERS = {
    planner.name: planner
    for planner in (
        Planner(
            "trt_smc",
            "TRT-SMC",
            "Particles sample from the prior twisted towards Q within a trust region, dead ones are revived, and messages read off the policy.",
            source="de Vries, He, Oren, Spaan 2025, arXiv 2504.06048",
            acting={"ess_threshold": 0.2, "trust": "agreement"},
            learning={**_LEARNING, "trust": "full"},
        ),
        Planner(
            "bootstrap_smc",
            "bootstrap SMC",
            "Particles sample from the prior; the weights alone do the work.",
            {"constraint": "fixed_kl", "kl_bound": 0.0, "revive": False, "policy_target": "surviving", "root_sampling": "proposal"},
            source="Piché et al. 2019",
            acting=_ACTING,
            learning=_LEARNING,
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
            acting=_ACTING,
            learning=_LEARNING,
            # Without a trust region, the temperature of the twist is the reward temperature.
            from_card={"twist_temperature": "reward_temperature"},
        ),
        Planner(
            "tsmcts",
            "TSMCTS",
            "Sequential halving over root actions, with separate particles below each of them.",
            source="Oren et al. 2025, arXiv 2511.14220",
            algorithm=TSMCTS,
        ),
        Planner(
            "gumbel_mcts",
            "Gumbel MCTS",
            "A tree grown step by step, its root actions chosen by sequential halving: the library mctx, on the true model.",
            source="Danihelka, Guez, Schrittwieser, Silver 2022; mctx",
            algorithm=GUMBEL_MCTS,
        ),
    )
}


def get_planner(name: str) -> Planner:
    """The planner with this name.

    Raises:
      UnknownPlannerError: no planner has this name.
    """
    if name not in PLANNERS:
        raise UnknownPlannerError(f"unknown planner {shortened(name)}; known are {', '.join(PLANNERS)}")
    return PLANNERS[name]
