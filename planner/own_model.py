"""The check of a bare model before anything is planned with it: its environment, its evaluation of a state, and the state to plan from.

Only shapes are computed (`jax.eval_shape`): nothing is compiled, and the numbers of a plan do not change.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from planner.core.model import Evaluation, Model, Params
from planner.environments import lacking
from planner.messages import shortened

ATOMS = 3
"""K with which `draw_atoms` is tried where no plan says another; no usual number of dimensions or actions."""


class ModelError(ValueError):
    """A model that nothing can be planned with, or a state that is not its environment's; the message is one line."""


def check_environment(environment: Any) -> None:
    """Check that an environment has the members of the protocol (planner/environments/base.py) and selects programs.

    Raises:
      ModelError: a member is missing, or it has no hash.
    """
    if missing := lacking(environment):
        raise ModelError(f"environment: {shortened(environment)} lacks {', '.join(missing)} (planner/environments/base.py)")
    try:
        hash(environment)
    except TypeError:
        raise ModelError(f"environment: {environment.name} has no hash, which selects its programs: make it a frozen dataclass") from None


def check_state(environment: Any, state: Any) -> None:
    """Check that a state is one unbatched state of an environment: leaves of the same names, shapes and dtypes as those of `reset`.

    Raises:
      ModelError: it is not.
    """
    kind, wanted = _states_of(environment)
    given = jax.tree.structure(state)
    own = f"a state of {environment.name}: {kind}"
    if given != wanted[0]:
        raise ModelError(f"state: got {shortened(state)}, allowed: {own}")
    for path, leaf, (shape, dtype) in zip(wanted[1], jax.tree.leaves(state), wanted[2], strict=True):
        found = jnp.shape(leaf), jnp.result_type(leaf)
        if found != (shape, dtype):
            raise ModelError(f"state{path}: got {_words(*found)}, allowed: {_words(shape, dtype)}, one unbatched state of {environment.name}")


def check_model(model: Model, params: Params, state: Any, atoms: int = ATOMS) -> None:
    """Check a model by the shapes of what it returns for a state.

    Args:
      state: one unbatched state of the environment; also of shapes only.
      atoms: K, the number of candidate actions that a plan draws where actions are continuous.

    Raises:
      ModelError: the environment lacks a part, a step from `state` does not return a `Transition` to such a state, or an evaluation is not as
        `Model` says.
    """
    environment = model.environment
    check_environment(environment)
    check_state(environment, state)
    if model.continuous != (environment.action_bounds is not None):
        kind = "continuous" if environment.action_bounds is not None else "discrete"
        wanted = "a function: " if environment.action_bounds is not None else "None: "
        raise ModelError(f"draw_atoms: got {shortened(model.draw_atoms)}, allowed: {wanted}the actions of {environment.name} are {kind}")

    def probe(params: Params, state: Any, key: Any) -> None:
        evaluation = model.evaluate(params, state)
        names = environment.action_names
        if model.draw_atoms is None:
            _check_evaluation("evaluate", evaluation, len(names), f"the {len(names)} actions of {environment.name} ({_listed(names)})")
        else:
            dimensions = len(names)
            _check_members("evaluate", evaluation, ("value", "mean", "log_std", "greedy"), "an object with value, mean, log_std and greedy")
            _check_leaves("evaluate", evaluation)
            _check_shape("evaluate", "value", evaluation.value, (), "one number")
            each = f"one number for each dimension of an action ({_listed(names)})"
            for name in ("mean", "log_std", "greedy"):
                _check_shape("evaluate", name, getattr(evaluation, name), (dimensions,), each)
            drawn = model.draw_atoms(params, key, evaluation, atoms)
            _check_evaluation("draw_atoms", drawn, atoms, f"the {atoms} candidate actions asked for (action_atoms)")
            if drawn.atoms is None:
                raise ModelError("draw_atoms: got no atoms, allowed: the candidate actions, an array [K, D]")
            _check_shape("draw_atoms", "atoms", drawn.atoms, (atoms, dimensions), f"the candidate actions, {dimensions} numbers each")
        _check_step(environment, key, state)

    try:
        jax.eval_shape(probe, params, state, jax.random.key(0))
    except ModelError as error:
        # Without the frames of JAX, and its note about them.
        raise ModelError(str(error)) from None


def _check_evaluation(where: str, evaluation: Any, actions: int, meaning: str) -> None:
    """Check an `Evaluation` of one state over a number of actions."""
    if not isinstance(evaluation, Evaluation):
        raise ModelError(f"{where}: got {_kind(evaluation)}, allowed: an Evaluation (planner.Evaluation) with prior_logits, value and qvalues")
    _check_leaves(where, evaluation)
    _check_shape(where, "value", evaluation.value, (), "one number")
    for name in ("prior_logits", "qvalues"):
        _check_shape(where, name, getattr(evaluation, name), (actions,), f"one number for each of {meaning}")


def _check_step(environment: Any, key: Any, state: Any) -> None:
    """Check that a step leads to another such state, with one reward and one continuation, and that a state has a position."""
    bounds = environment.action_bounds
    action = jnp.int32(0) if bounds is None else jnp.zeros(len(bounds), jnp.float32)
    transition = environment.step(key, state, action)
    _check_members("environment.step", transition, ("state", "reward", "continuation"), "a Transition (planner/environments/base.py)")
    try:
        check_state(environment, transition.state)
    except ModelError as error:
        raise ModelError(f"environment.step: {error}") from None
    for name in ("reward", "continuation"):
        _check_shape("environment.step", name, getattr(transition, name), (), "one number")
    _check_shape("environment", "is_terminal(state)", environment.is_terminal(state), (), "one truth value")
    _check_shape("environment", "position(state)", environment.position(state), (2,), "x and y")


def _check_members(where: str, value: Any, names: tuple[str, ...], allowed: str) -> None:
    if missing := [name for name in names if not hasattr(value, name)]:
        raise ModelError(f"{where}: got {_kind(value)} without {', '.join(missing)}, allowed: {allowed}")


def _check_leaves(where: str, value: Any) -> None:
    """Check that JAX can look into a value."""
    for leaf in jax.tree.leaves(value):
        try:
            jnp.shape(leaf)
        except TypeError:
            raise ModelError(f"{where}: got {_kind(leaf)}, which is no pytree: register its class with jax.tree_util.register_dataclass") from None


def _check_shape(where: str, name: str, array: Any, shape: tuple[int, ...], meaning: str) -> None:
    try:
        found = jnp.shape(array)
    except (TypeError, ValueError):
        raise ModelError(f"{where}: {name}: got {_kind(array)}, allowed: shape {list(shape)}, {meaning}") from None
    if found != shape:
        raise ModelError(f"{where}: {name}: got shape {list(found)}, allowed: {list(shape)}, {meaning}")


def state_like(environment: Any) -> Any:
    """The shapes and dtypes of a state of an environment."""
    return _reset(environment)


@lru_cache(64)
def _reset(environment: Any) -> Any:
    return jax.eval_shape(environment.reset, jax.random.key(0))


@lru_cache(64)
def _states_of(environment: Any) -> tuple[str, tuple[Any, list[str], list[tuple[Any, Any]]]]:
    """The states of an environment in words; and their tree, and path, shape and dtype of every leaf."""
    like = state_like(environment)
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    paths = [jax.tree_util.keystr(path) for path, _ in leaves]
    kinds = [(leaf.shape, leaf.dtype) for _, leaf in leaves]
    parts = ", ".join(f"{path.lstrip('.')} {_words(*kind)}" for path, kind in list(zip(paths, kinds, strict=True))[:4])
    return f"{type(like).__name__}({parts}{', …' if len(leaves) > 4 else ''})", (structure, paths, kinds)


def _words(shape: Any, dtype: Any) -> str:
    return f"{dtype}{list(shape)}"


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
