"""Faults of a plan that has failed: its status, cause and place, in words."""

from collections.abc import Mapping

import numpy as np

from planner.core.particles import NOWHERE

UNFINISHED = "non_finite_reward"
"""Status of a plan whose network is well but whose rewards or returns are not finite numbers; found in its arrays, by no program."""

ALL_WEIGHTS_ZERO = "all_weights_zero"

CAUSES = {
    "non_finite_network": "the network's prior, value or Q is not a finite number",
    ALL_WEIGHTS_ZERO: "no particle kept any weight",
    "no_valid_action": "the network's prior allows no action",
    UNFINISHED: "a reward, or a return summed from rewards, is not a finite number",
}
"""Status of a failed plan -> its cause in words."""


class PlanFailed(ValueError):
    """The status of a plan is not ok; the message names cause and place."""


def not_finite(arrays: Mapping[str, np.ndarray], decided: bool) -> str:
    """The first reward or return that is not a finite number, in words; empty where all are finite.

    Args:
      arrays: of one plan, or of many.
      decided: also look at the decision; without weights it has no finite numbers anyway.
    """
    # Of a tree `q_value` is the mean return of each simulation; of particles it is what the network says, whose faults have a status of their own.
    for name, what in (("reward", "the environment gave the reward"), ("q_value", "the mean return is")):
        if name in arrays and arrays[name].shape == arrays["parent"].shape:
            bad = np.flatnonzero(~np.isfinite(arrays[name]).ravel())
            if bad.size:
                return f"a return is not a finite number: {what} {arrays[name].ravel()[bad[0]]}{place_of(int(bad[0]), arrays)}"
    bad_names = [name for name in ("value_target", "root_policy") if decided and not np.isfinite(arrays[name]).all()]
    return f"{CAUSES[UNFINISHED]}: so it is with {' and '.join(bad_names)}" if bad_names else ""


def place_of(fault: int, arrays: Mapping[str, np.ndarray]) -> str:
    """The place of a fault in words; empty where there is no fault."""
    if fault <= NOWHERE:
        return ""
    if fault < 0:
        return ", at the state planned from"
    levels = arrays["parent"].shape
    where = f"simulation {fault}" if len(levels) == 1 else f"level {fault // levels[1]}, slot {fault % levels[1]}"
    x, y = arrays["position"].reshape(-1, 2)[fault]
    return f", at the state reached by {where}, position ({x:.3g}, {y:.3g})"
