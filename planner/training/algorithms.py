"""The training algorithms, by name."""

from planner.training import expert_iteration, ppo
from planner.training.config import TrainingConfig
from planner.training.loop import Run

ALGORITHMS = {"expert_iteration": expert_iteration.make_run, "ppo": ppo.make_run}


def make_run(config: TrainingConfig) -> Run:
    """Make the run that a configuration describes, without compiling it.

    Raises:
      ValueError: unknown environment or planner; SettingsError for invalid planner settings.
    """
    return ALGORITHMS[config.algorithm](config)
