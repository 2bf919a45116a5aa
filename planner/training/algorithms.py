"""The ways of training, by name."""

from planner.training import expert_iteration, ppo
from planner.training.config import TrainingConfig
from planner.training.loop import Run

ALGORITHMS = {"expert_iteration": expert_iteration.make_run, "ppo": ppo.make_run}


def make_run(config: TrainingConfig) -> Run:
    """The run that a configuration describes; nothing is compiled yet.

    Raises:
      ValueError: unknown environment or planner; SettingsError, planner settings that cannot be used.
    """
    return ALGORITHMS[config.algorithm](config)
