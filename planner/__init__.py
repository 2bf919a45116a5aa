"""Sequential Monte-Carlo planning for reinforcement learning, in JAX.

Rooms, in the order they are best read: `core` (model, proposal, resampling, particles, genealogy, targets), `algorithms` (the planners, each with
its settings, and the registry), `record` (a plan kept whole: metadata, diagnostics, drawing), `request` (the one way of a plan), `notebook`.
Next to them: `environments`, `networks`, `checkpoints`, `importing`, `training`; `exact` and `truth` (dynamic programming and exact
answers), `seeds`.
docs/planner.md shows how they are used. Equations are numbered as in docs/method.md.
"""

from planner.algorithms.registry import PLANNERS, PlanLike, Planner, UnknownPlannerError, get_planner
from planner.algorithms.settings import PlannerSettings, SettingsError, make_settings
from planner.algorithms.smc import Plan, plan
from planner.algorithms.smc_settings import Live, SmcSettings, Static
from planner.checkpoints import Card, Checkpoint, CheckpointError, Checkpoints
from planner.core.model import Evaluation, Model
from planner.core.particles import STATUSES
from planner.core.trace import Trace, to_arrays
from planner.environments import make_environment, missing_extra
from planner.episodes import Episodes, Moment
from planner.notebook import run
from planner.own_model import ModelError
from planner.record.container import TraceError
from planner.record.diagnostics import diagnose
from planner.record.faults import PlanFailed
from planner.record.metadata import Metadata
from planner.record.record import Record, load
from planner.request import PlanRequest, Prepared
from planner.seeds import Seeds, SeedsRecord, plan_seeds, seeds_to_arrays
from planner.truth import Truth, has_truth

__all__ = [
    "PLANNERS",
    "STATUSES",
    "Card",
    "Checkpoint",
    "CheckpointError",
    "Checkpoints",
    "Episodes",
    "Evaluation",
    "Live",
    "Metadata",
    "Model",
    "ModelError",
    "Moment",
    "Plan",
    "PlanFailed",
    "PlanLike",
    "PlanRequest",
    "Planner",
    "PlannerSettings",
    "Prepared",
    "Record",
    "Seeds",
    "SeedsRecord",
    "SettingsError",
    "SmcSettings",
    "Static",
    "Trace",
    "TraceError",
    "Truth",
    "UnknownPlannerError",
    "diagnose",
    "get_planner",
    "has_truth",
    "load",
    "make_environment",
    "make_settings",
    "missing_extra",
    "plan",
    "plan_seeds",
    "run",
    "seeds_to_arrays",
    "to_arrays",
]
