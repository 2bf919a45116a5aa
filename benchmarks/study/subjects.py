"""Subjects of the study: environments, states to plan from, sources of values, and exact answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.linalg import block_diag

from planner import Checkpoints, exact
from planner.checkpoints import build_model, initial_params, network_config
from planner.core.model import Evaluation, Model, Params
from planner.environments.base import Transition, absorb
from planner.environments.tabular import TabularMDP, TabularState
from planner.truth import Truth

CHECKPOINTS = Path(__file__).resolve().parents[2] / "assets" / "checkpoints"
ROOTS = 24
VALUE_NOISE = 0.5
"""Noise of the source `noisy`, in standard deviations of V_soft over the reachable states."""
REFERENCE_STEPS = 500
"""Steps of CartPole's rollouts for its reference values."""
BLOCKS = 10
"""Choices in each of the action sequences that the reference values are searched over."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Answer:
    """Exact answers at R states."""

    optimal_q: Float[Array, "R A"]
    """[R, A] Q*, for the regret."""
    soft_q: Float[Array, "R A"]
    """[R, A] Q_soft, the reference of Q-hat."""
    posterior: Float[Array, "R A"]
    """[R, A] pi exp(Q_soft / tau) / Z; NaN where it is not known."""


@dataclass(frozen=True)
class Subject:
    """An environment with a prior, R states to plan from, and the answers there."""

    name: str
    title: str
    model: Model
    sources: dict[str, Params]
    """Params of the model by source of values: exact, noisy, trained."""
    roots: Any
    """[R, ...] per leaf."""
    answer: Answer
    prior: Float[np.ndarray, "R A"]
    settings: dict[str, float]
    """`reward_temperature` and `discount`."""
    depth: int
    """T of cells in which only N varies the budget."""
    log_evidence: Callable[[str, int], Float[np.ndarray, "R"]] | None = None
    """Exact log-evidence (E7) at each root, by source and number of levels; None where it is not known."""


class Tables(TabularMDP):
    """An environment given as tables, which draws among the few possible next states of a step."""

    def step(self, key: Array, state: TabularState, action: Array) -> Transition:
        """Draw one of the possible next states; terminal states are absorbing."""
        successors, row = self.successors, (state.index, action)
        drawn = jax.random.categorical(key, jnp.log(jnp.asarray(successors.probability, jnp.float32))[row])
        after = TabularState(jnp.asarray(successors.state, jnp.int32)[row][drawn])
        reward = jnp.asarray(successors.reward, jnp.float32)[row][drawn]
        return absorb(self.is_terminal(state), state, Transition(after, reward, 1.0 - self.is_terminal(after).astype(jnp.float32)))


def joined(truths: list[Truth]) -> Tables:
    """Join several processes into one with disconnected parts, so that one program plans in all of them."""
    mdps = [truth.mdp for truth in truths]
    blocks = lambda arrays: np.stack([block_diag(*(array[:, action] for array in arrays)) for action in range(arrays[0].shape[1])], axis=1)
    return Tables(
        name=" and ".join(mdp.name for mdp in mdps),
        transition=blocks([mdp.transition for mdp in mdps]),
        reward=blocks([mdp.reward for mdp in mdps]),
        terminal=np.concatenate([mdp.terminal for mdp in mdps]),
        start=np.concatenate([mdp.start for mdp in mdps]) / len(mdps),
        positions=np.concatenate([mdp.positions for mdp in mdps]),
        action_names=tuple(str(action) for action in range(len(mdps[0].action_names))),
    )


def tabular(name: str, title: str, truths: list[Truth], place: int, settings: dict[str, float], depth: int) -> Subject:
    """A subject given as tables. Roots are drawn from the non-terminal states that the prior can reach.

    Args:
      truths: all joined processes, with the same actions.
      place: index of this subject among them.
    """
    truth, model = truths[place], Model(joined(truths), exact.look_up)
    first = sum(len(other.prior) for other in truths[:place])
    temperature, discount = settings["reward_temperature"], settings["discount"]
    solved = truth.solve(temperature, discount)
    reachable = _reachable(truth)
    rows = np.sort(np.random.default_rng(0).permutation(reachable)[:ROOTS])
    # The planner's noise is in standard deviations over all states. In DeepSea many states are unreachable, with larger values than all others.
    share = np.std(solved.soft.value[reachable]) / np.std(solved.soft.value[~truth.mdp.terminal])
    values = {
        "exact": truth.values("exact", temperature, discount),
        "noisy": truth.values("exact", temperature, discount, VALUE_NOISE * float(share)),
        "trained": truth.values("network", temperature, discount),
    }

    def params(evaluated: exact.Values) -> Evaluation:
        """Tables of all joined processes; those of the others are never used."""
        everywhere = lambda own, of: np.concatenate([own if other is truth else of(other) for other in truths])
        value = everywhere(evaluated.value, lambda other: other.network.value)
        qvalues = everywhere(evaluated.qvalues, lambda other: other.network.qvalues)
        return exact.tables(np.concatenate([other.prior for other in truths]), exact.Values(value, qvalues))

    return Subject(
        name,
        title,
        model,
        {source: params(evaluated) for source, evaluated in values.items()},
        TabularState(jnp.asarray(first + rows, jnp.int32)),
        Answer(*(jnp.asarray(table[rows], jnp.float32) for table in (solved.optimal.qvalues, solved.soft.qvalues, solved.posterior))),
        truth.prior[rows],
        settings,
        depth,
        lambda source, levels: exact.log_evidence(truth.mdp, truth.prior, values[source].value, temperature, discount, levels)[rows],
    )


def _reachable(truth: Truth) -> np.ndarray:
    """Rows of the non-terminal states that can be reached from the start."""
    possible = (truth.mdp.transition > 0).any(axis=1)
    reached, before = truth.mdp.start > 0, None
    while before is None or (reached != before).any():
        before, reached = reached, reached | possible[reached & ~truth.mdp.terminal].any(axis=0)
    return np.flatnonzero(reached & ~truth.mdp.terminal)


@lru_cache(1)
def _slippery() -> list[Truth]:
    """FrozenLake and FourRooms. No checkpoint of FrozenLake is shipped, so its network is untrained."""
    environment = "FrozenLake8x8-misc"
    config = network_config(environment, (64, 64), 1.0)
    model, _ = build_model(environment, config)
    rooms = Checkpoints(CHECKPOINTS).load("fourrooms-early")
    return [Truth(model, initial_params(environment, config, jax.random.key(0))), Truth(rooms.model, rooms.params)]


def frozenlake() -> Subject:
    """FrozenLake with 8 by 8 cells."""
    return tabular("frozenlake", "FrozenLake 8x8", _slippery(), 0, {"reward_temperature": 0.1, "discount": 0.99}, 16)


def fourrooms() -> Subject:
    """FourRooms with its early checkpoint."""
    return tabular("fourrooms", "FourRooms", _slippery(), 1, Checkpoints(CHECKPOINTS).card("fourrooms-early").settings, 16)


def deepsea() -> Subject:
    """DeepSea with its early checkpoint; no episode is longer than its 8 rows."""
    loaded = Checkpoints(CHECKPOINTS).load("deepsea-early")
    return tabular("deepsea", "DeepSea", [Truth(loaded.model, loaded.params)], 0, loaded.card.settings, 8)


def cartpole() -> Subject:
    """CartPole with the early prior. Its reference is the best return of a search followed by the final checkpoint's greedy prior."""
    early, final = (Checkpoints(CHECKPOINTS).load(name) for name in ("cartpole-early", "cartpole"))

    def evaluate(params: tuple[Params, Params], state: Any) -> Evaluation:
        ours, reference = early.model.evaluate(params[0], state), final.model.evaluate(params[1], state)
        return Evaluation(ours.prior_logits, reference.value, reference.qvalues)

    roots = _cartpole_roots(early.model, early.params)
    search = partial(_best_return, final.model, final.params, discount=early.card.settings["discount"])
    reference = jax.jit(lambda states: jax.lax.map(search, states))(roots)
    logits = jax.vmap(early.model.evaluate, in_axes=(None, 0))(early.params, roots).prior_logits
    return Subject(
        "cartpole",
        "CartPole",
        Model(early.model.environment, evaluate),
        {"exact": (early.params, final.params), "trained": (early.params, early.params)},
        roots,
        Answer(reference, reference, jnp.full_like(reference, jnp.nan)),
        np.asarray(jax.nn.softmax(logits)),
        early.card.settings,
        16,
    )


def _cartpole_roots(model: Model, params: Params) -> Any:
    """States of episodes with actions drawn from the prior: half at any step, half 4 to 15 steps before the end."""
    environment = model.environment

    @jax.jit
    @jax.vmap
    def episode(key: Array) -> tuple[Any, Array]:
        reset, *steps = jax.random.split(key, REFERENCE_STEPS + 1)

        def step(state: Any, key: Array) -> tuple[Any, Any]:
            action = jax.random.categorical(key, model.evaluate(params, state).prior_logits)
            return environment.step(key, state, action).state, (state, environment.is_terminal(state))

        _, (states, ended) = jax.lax.scan(step, environment.reset(reset), jnp.stack(steps))
        return states, jnp.where(ended.any(), jnp.argmax(ended), REFERENCE_STEPS)

    states, ends = episode(jax.random.split(jax.random.key(0), ROOTS))
    ends = np.asarray(ends)
    random = np.random.default_rng(0)
    late = np.arange(ROOTS) % 2 == 1
    times = np.maximum(np.where(late, ends - 4 - np.arange(ROOTS) // 2, random.integers(0, np.maximum(ends - 15, 1))), 0)
    return jax.tree.map(lambda leaf: leaf[np.arange(ROOTS), times], states)


def _best_return(model: Model, params: Params, state: Any, *, discount: float) -> Float[Array, "A"]:
    """For each action, the largest discounted return of REFERENCE_STEPS steps: the action, a sequence of choices, then the greedy prior.

    Every sequence of BLOCKS choices is tried; each choice is held for two steps. The greedy prior alone loses poles that can still be saved.
    """
    environment, key = model.environment, jax.random.key(0)
    actions = len(environment.action_names)
    blocks = jnp.stack(jnp.meshgrid(*[jnp.arange(actions)] * BLOCKS, indexing="ij"), axis=-1).reshape(-1, BLOCKS)
    plans = jnp.repeat(blocks, 2, axis=1)

    def planned(carried: tuple[Any, Array], action: Array) -> tuple[tuple[Any, Array], Array]:
        state, weight = carried
        after = environment.step(key, state, action)
        return (after.state, weight * discount * after.continuation), weight * after.reward

    def greedy(carried: tuple[Any, Array], _: None) -> tuple[tuple[Any, Array], Array]:
        return planned(carried, model.evaluate(params, carried[0]).greedy)

    def value_of(action: Array, plan: Array) -> Array:
        carried, begun = jax.lax.scan(planned, (state, jnp.float32(1.0)), jnp.concatenate([action[None], plan]))
        _, followed = jax.lax.scan(greedy, carried, None, REFERENCE_STEPS)
        return begun.sum() + followed.sum()

    return jax.vmap(lambda action: jax.vmap(value_of, (None, 0))(action, plans).max())(jnp.arange(actions))


SUBJECTS: dict[str, Callable[[], Subject]] = {"deepsea": deepsea, "frozenlake": frozenlake, "fourrooms": fourrooms, "cartpole": cartpole}
