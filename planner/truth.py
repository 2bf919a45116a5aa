"""Exact answers about a checkpoint, for environments small enough to be enumerated.

They are compared with a plan's estimates, or replace the network's values. The prior is always the network's. V_soft, Q_soft, the posterior policy
and the evidence are exact for this prior, a reward temperature and a discount. The optimal values do not depend on the prior.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from threading import Lock
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
from cachetools import LRUCache, cachedmethod
from cachetools.keys import methodkey
from jaxtyping import Float

from planner import exact
from planner.algorithms.settings import PlannerSettings, SettingsError
from planner.core.model import Evaluation, Model, Params
from planner.environments.tabular import TabularMDP
from planner.exact import PerState, Table, Values
from planner.messages import shortened
from planner.own_model import check_environment, check_model, state_like

NOISE_SEED = 0
"""Seed of the errors added to exact values. Like the errors of a network, they are a fixed function of the state."""

KEPT_BYTES = 64 * 1024**2
"""Bytes of the answers of one checkpoint, for several temperatures and discounts, that are kept."""

ANSWERS = tuple(f"exact/{name}" for name in ("policy", "q", "optimal_q", "value", "optimal_value", "policy_kl", "log_evidence"))
"""Names of the arrays."""


def has_truth(environment: Any) -> bool:
    """True where an environment can be written as tables."""
    return not exact.not_enumerable(environment)


def check_value_source(environment: Any, settings: PlannerSettings) -> None:
    """Raise SettingsError where exact values are requested for an environment without them."""
    if settings.value_source == "exact" and not has_truth(environment):
        allowed = f"network: {environment.name} has no exact answers, its states cannot be enumerated"
        missing = exact.not_enumerable(environment)
        # One that has some of the members is meant to be enumerated.
        allowed += f": it lacks {', '.join(missing)}" if len(missing) < len(exact.ENUMERABLE) else ""
        raise SettingsError([{"field": "value_source", "given": "exact", "allowed": allowed}])


@lru_cache(64)
def exact_model(model: Model) -> Model:
    """A model of the same environment that evaluates states by tables; its params are those of `Truth.tables`."""
    environment = model.environment
    return Model(environment, lambda tables, state: jax.tree.map(lambda table: table[environment.index(state)], tables))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Solved:
    """Exact answers for one reward temperature and discount, float64."""

    soft: Values
    optimal: Values
    posterior: Table
    """[S, A] pi exp(Q_soft / tau) / Z."""


def size_of(value: Any) -> int:
    """Bytes of the arrays of a value: an array, or a dataclass of such values."""
    if is_dataclass(value):
        return sum(size_of(getattr(value, each.name)) for each in fields(value))
    return getattr(value, "nbytes", 0)


def _kept(name: str) -> Any:
    """Keep the results of a method, together with those of the others, as long as there is room."""
    return cachedmethod(attrgetter("_kept"), key=lambda self, *given, **named: methodkey(self, name, *given, **named), lock=attrgetter("_lock"))


class Truth:
    """Exact answers about one checkpoint; each is computed once, at its first use.

    Args:
      model: of an environment that can be enumerated (`has_truth`): one of planner/environments/grids.py, or a `TabularMDP`.
      params: of `model.evaluate`; only its prior, V and Q enter, evaluated once at every state.

    Raises:
      ModelError: the model is not as `Model` says.
      ValueError: the environment cannot be enumerated.
    """

    def __init__(self, model: Model, params: Params):
        if not isinstance(model, Model):
            raise ValueError(f"model: got {shortened(model)}, allowed: a planner.Model, such as checkpoint.model")
        environment = model.environment
        check_environment(environment)
        self.model = exact_model(model)
        """Evaluates states by the tables of `tables`."""
        self.mdp: TabularMDP = exact.enumerate_model(environment)
        check_model(model, params, state_like(environment))
        self._index = environment.index  # type: ignore[attr-defined]
        states = jax.vmap(environment.state_of)(jnp.arange(len(self.mdp.terminal)))  # type: ignore[attr-defined]
        evaluated = jax.jit(jax.vmap(model.evaluate, in_axes=(None, 0)))(params, states)
        # In float64: the error of probabilities that sum to 1 - 1e-7 would enter the soft value at every step of a long episode.
        self.prior: Table = scipy.special.softmax(np.asarray(evaluated.prior_logits, float), axis=-1)
        self.network = Values(np.asarray(evaluated.value, float), np.asarray(evaluated.qvalues, float))
        self._kept: LRUCache[Any, Any] = LRUCache(KEPT_BYTES, getsizeof=size_of)
        self._lock = Lock()

    def index(self, state: Any) -> int:
        """Row of the tables for a state."""
        return int(self._index(state))

    @property
    def size(self) -> int:
        """Bytes of all tables that are held now."""
        return size_of(self.mdp) + size_of(self.prior) + size_of(self.network) + int(self._kept.currsize)

    @_kept("solve")
    def solve(self, temperature: float, discount: float) -> Solved:
        """Exact answers, kept for the most recent temperatures and discounts."""
        soft = exact.soft_values(self.mdp, self.prior, temperature, discount)
        return Solved(soft, exact.optimal_values(self.mdp, discount), exact.posterior_policy(self.prior, soft.qvalues, temperature))

    def values(self, source: str, temperature: float, discount: float, noise: float = 0.0) -> Values:
        """V and Q of one source.

        Args:
          source: `network`, or `exact` for V_soft and Q_soft.
          noise: standard deviation of the error added to each exact V and Q, in units of the standard deviation of V_soft over the non-terminal
            states.
        """
        if source == "network":
            return self.network
        soft = self.solve(temperature, discount).soft
        going_on = ~self.mdp.terminal
        size = noise * float(np.std(soft.value[going_on]))
        error_v, error_q = self._errors
        return Values(soft.value + size * error_v * going_on, soft.qvalues + size * error_q * going_on[:, None])

    @_kept("tables")
    def tables(self, temperature: float, discount: float, noise: float = 0.0) -> Evaluation:
        """Params of `exact_model`: the network's prior and exact values with noise."""
        return exact.tables(self.prior, self.values("exact", temperature, discount, noise))

    def answers(
        self, arrays: Mapping[str, np.ndarray], state: Any, settings: Mapping[str, Any], reward_temperature: float, *, evidence: bool
    ) -> dict[str, np.ndarray]:
        """Exact answers at the root, and the KL of the improved policy to the exact posterior (docs/trace.md, Exact answers).

        Args:
          arrays: the arrays of the trace.
          state: the root.
          settings: complete settings.
          reward_temperature: tau, for planners without this setting.
          evidence: add the exact value that `log_evidence` estimates; for planners that declare `evidence`.
        """
        root = self.index(state)
        temperature, discount = settings.get("reward_temperature", reward_temperature), settings["discount"]
        solved = self.solve(temperature, discount)
        found = {
            "exact/policy": solved.posterior[root],
            "exact/q": solved.soft.qvalues[root],
            "exact/optimal_q": solved.optimal.qvalues[root],
            "exact/value": solved.soft.value[root],
            "exact/optimal_value": solved.optimal.value[root],
            "exact/policy_kl": kl_to_posterior(arrays["root_policy"], solved.posterior[root]),
        }
        if evidence:
            noise = settings["value_noise"] if settings["value_source"] == "exact" else 0.0
            expected = self._log_evidence(settings["value_source"], temperature, discount, noise, settings["depth"], settings["advantage"])
            found["exact/log_evidence"] = expected[:, root]
        return {name: np.asarray(array, np.float32) for name, array in found.items()}

    @_kept("log_evidence")
    def _log_evidence(self, source: str, temperature: float, discount: float, noise: float, levels: int, advantage: bool) -> Table:
        """[T, S] the quantity that (E7) estimates, from every state."""
        value = self.values(source, temperature, discount, noise).value
        return exact.log_evidence_by_level(self.mdp, self.prior, value, temperature, discount, levels, advantage)

    @cached_property
    def _errors(self) -> tuple[PerState, Table]:
        """Standard normal errors, one for each V and each Q."""
        random = np.random.default_rng(NOISE_SEED)
        states, actions = self.prior.shape
        return np.asarray(random.normal(size=states)), np.asarray(random.normal(size=(states, actions)))


def kl_to_posterior(policy: Float[np.ndarray, "A"], posterior: Float[np.ndarray, "A"]) -> float:
    """KL(improved policy || exact posterior), nats, at least 0; 0 where they agree.

    Summed as q log(q / p) - q + p, the generalised divergence of unnormalised measures (Csiszar, Annals of Statistics 19, 1991). Where
    both sum to 1 it is the usual one. No term is negative, also where a policy in 32 bits sums to 1 - 2e-5.
    """
    q, p = np.asarray(policy, float), np.asarray(posterior, float)
    return float(np.sum(scipy.special.kl_div(q, np.maximum(p, np.finfo(float).tiny))))
