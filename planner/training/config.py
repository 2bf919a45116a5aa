"""The configuration of a training run, read from TOML."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, model_validator

from planner.algorithms.registry import PLANNERS, get_planner
from planner.algorithms.settings import SettingsError
from planner.checkpoints import check_name
from planner.messages import fault_of
from planner.request import MAX_SEED, PlanRequest

CONFIGS = Path(__file__).parent / "configs"


class ConfigError(ValueError):
    """A configuration is invalid; the message is one line."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


CheckpointName = Annotated[str, AfterValidator(check_name)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
"""A number of things that are all held in memory, or done one after another."""


class NetworkSection(_Section):
    hidden: tuple[Annotated[int, Field(ge=1, le=8192)], ...] = Field((64, 64), min_length=1, max_length=16)
    value_scale: float = Field(1.0, ge=1e-6, le=1e6)


class CollectSection(_Section):
    environments: Count = 32
    steps: Count = 32


class _Optimisation(_Section):
    """Settings common to both training algorithms."""

    learning_rate: PositiveFloat = 1e-3
    """Initial learning rate; it falls to 0 along a cosine."""
    weight_decay: float = Field(1e-5, ge=0)
    max_gradient_norm: PositiveFloat = 1.0
    lambda_return: float = Field(0.95, ge=0, le=1)
    entropy_weight: float = Field(0.01, ge=0)


class LearnSection(_Optimisation):
    """Settings of expert iteration (E11)."""

    batches: Count = 32
    batch_size: Count = 256
    replay_iterations: Count = 8
    policy_weight: float = Field(1.0, ge=0)
    value_weight: float = Field(1.0, ge=0)
    q_weight: float = Field(1.0, ge=0)


class PpoSection(_Optimisation):
    """Settings of PPO (E13)."""

    epochs: Count = 4
    """Passes over the data of one iteration."""
    minibatches: Count = 4
    """Minibatches per pass."""
    max_gradient_norm: PositiveFloat = 0.5
    clip: PositiveFloat = 0.2
    value_weight: float = Field(0.5, ge=0)
    q_weight: float = Field(0.5, ge=0)


class Stage(_Section):
    """An earlier checkpoint of the run to keep.

    It is the first whose greedy prior has a mean return in `returns`, and whose planner has a mean return of at least `planning`.
    """

    name: CheckpointName
    title: str
    description: str
    returns: tuple[float, float]
    planning: float | None = None


class TrainingConfig(_Section):
    """Configuration of a training run."""

    name: CheckpointName
    title: str
    description: str
    environment: str
    algorithm: Literal["expert_iteration", "ppo"] = "expert_iteration"
    iterations: Count
    seed: int = Field(0, ge=0, le=MAX_SEED)
    evaluate_every: Count = 5
    """Iterations between evaluations of the greedy prior."""
    evaluation_episodes: Count = 100
    """Number of episodes for the returns on a card."""
    evaluation_planner: dict[str, Any] = {}
    """Settings of the planner on the card that differ from those of the acting planner."""
    network: NetworkSection = NetworkSection()
    planner: dict[str, Any]
    """`name` of the planner that acts, and its settings.

    In PPO the prior acts. There this planner gives the returns on the card, and its `discount` is that of the training.
    """
    collect: CollectSection = CollectSection()
    learn: LearnSection = LearnSection()
    """Settings of expert iteration."""
    ppo: PpoSection = PpoSection()
    """Settings of PPO."""
    stages: tuple[Stage, ...] = ()
    """Stages to keep, in order: a stage is kept only after all earlier ones."""

    @model_validator(mode="after")
    def _each_name_once(self) -> Self:
        # A stage is kept as a checkpoint beside that of the run: one would take the other's place.
        names = [self.name, *(stage.name for stage in self.stages)]
        for number, stage in enumerate(self.stages):
            if stage.name in names[: number + 1]:
                raise ValueError(f"stages.{number}.name: got {stage.name!r}, allowed: a name that neither the run nor another stage has")
        return self

    @model_validator(mode="after")
    def _planner_can_be_used(self) -> Self:
        # The environment is not loaded: it may belong to an extra that is not installed.
        for section, request in (("planner", self.acting), ("evaluation_planner", self.evaluating)):
            try:
                asked = request()
                get_planner(asked.planner).settings(asked.settings, {})
            except SettingsError as error:
                raise ValueError(f"{section}.{error}") from None
        return self

    @model_validator(mode="after")
    def _minibatches_divide(self) -> Self:
        collected = self.collect.environments * self.collect.steps
        if self.algorithm == "ppo" and collected % self.ppo.minibatches:
            raise ValueError(f"ppo.minibatches must divide the {collected} steps of an iteration, got {self.ppo.minibatches}")
        return self

    def acting(self) -> PlanRequest:
        """The planner that acts in training, with its settings.

        Raises:
          ValueError: no planner is named.
        """
        return self._request(self.planner, learning=True)

    def evaluating(self) -> PlanRequest:
        """The planner whose returns are on the card; raises as `acting`."""
        return self._request(self.planner | self.evaluation_planner)

    @property
    def model_steps(self) -> int:
        """Budget of one decision of the acting planner, in model steps."""
        request = self.acting()
        return get_planner(request.planner).settings(request.settings, {}).model_steps

    def _request(self, section: dict[str, Any], *, learning: bool = False) -> PlanRequest:
        if "name" not in section:
            raise ValueError(f"planner.name is missing, one of {', '.join(PLANNERS)}")
        usual = get_planner(section["name"]).learning if learning else {}
        return PlanRequest(section["name"], {**usual, **{key: value for key, value in section.items() if key != "name"}})


def names() -> list[str]:
    """Names of the configurations that come with twistscope."""
    return sorted(path.stem for path in CONFIGS.glob("*.toml"))


def read_config(name_or_path: str) -> TrainingConfig:
    """Read a configuration, by name or from a file.

    Raises:
      ConfigError: the name or file does not exist, the file is not TOML, a key is unknown, or a value is out of range.
    """
    path = CONFIGS / f"{name_or_path}.toml" if name_or_path in names() else Path(name_or_path)
    if name_or_path and path.is_dir():
        raise ConfigError(f"{name_or_path} is a folder: give a TOML file or one of {', '.join(names())}")
    if not path.is_file():
        raise ConfigError(f"no configuration {name_or_path!r}: give a TOML file or one of {', '.join(names())}")
    try:
        return TrainingConfig.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path.name} is nested too deep") from None
    except ValidationError as error:
        # A misspelled key is also a missing one: it is named first.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise ConfigError(f"{path.name}: {fault_of(first, '.'.join(map(str, first['loc'])))}") from None
