"""Sequential Monte-Carlo planning for reinforcement learning, in JAX.

Reads in this order: settings, model, proposal (the twist), resampling, particles (one step), smc (the recursion), genealogy (backups over the tree),
targets (what is read off at the root), trace (the record), halving and tsmcts, mcts, planners (all by name), run, seeds, diagnostics, exact and truth
(dynamic programming beside estimates), continuous and networks, checkpoints, importing, training. docs/planner.md shows how they are used.
Equations are numbered as in docs/method.md.
"""

from planner.checkpoints import Card, Checkpoint, CheckpointError, Checkpoints
from planner.diagnostics import diagnose
from planner.environments import make_environment
from planner.model import Evaluation, Model
from planner.planners import PLANNERS, PlanLike, Planner, get_planner, plan_function
from planner.run import run
from planner.seeds import Seeds, plan_seeds, seeds_to_arrays
from planner.settings import Live, PlannerSettings, Settings, SettingsError, Static, make_settings
from planner.smc import STATUSES, Plan, plan
from planner.trace import Trace, TraceError, from_bytes, to_arrays, to_bytes
from planner.truth import Truth, has_truth

__all__ = [
    "PLANNERS",
    "STATUSES",
    "Card",
    "Checkpoint",
    "CheckpointError",
    "Checkpoints",
    "Evaluation",
    "Live",
    "Model",
    "Plan",
    "PlanLike",
    "Planner",
    "PlannerSettings",
    "Seeds",
    "Settings",
    "SettingsError",
    "Static",
    "Trace",
    "TraceError",
    "Truth",
    "diagnose",
    "from_bytes",
    "get_planner",
    "has_truth",
    "make_environment",
    "make_settings",
    "plan",
    "plan_function",
    "plan_seeds",
    "run",
    "seeds_to_arrays",
    "to_arrays",
    "to_bytes",
]
