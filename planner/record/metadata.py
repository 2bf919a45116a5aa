"""Metadata of a record: the request and the circumstances of a plan, as stored in the header of a trace (docs/trace.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from planner.record.container import TraceError, parse

SCHEMA = "twistscope.trace/1"

Kind = Literal["particles", "tree"]


class Traits(BaseModel):
    """Properties of the plans of an algorithm."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Kind = "particles"
    """Arrays over (level, slot), or over the simulations of a search tree."""
    evidence: bool = False
    """True if `log_evidence` estimates the evidence of the whole plan (E7)."""
    rounds: bool = False
    """True if particles restart at the root in every round, and weights are comparable only among particles of one root action."""
    trust_region: bool = False
    """True if a trust region bounds the proposal (E1-E3)."""
    halving: bool = False
    """True if the action is the one that sequential halving with noise leaves, not the most probable one of the improved policy."""


class Metadata(BaseModel):
    """Everything that determines a plan, and its outcome. In the header, text fields are stored unchanged and all others as JSON, encoded once.

    Fields after `plan_ms` may be missing in files of earlier versions.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    checkpoint: str = ""
    """Name of the checkpoint; empty for a bare model."""
    checkpoint_sha256: str = ""
    environment: str = ""
    planner: str
    settings: dict[str, Any]
    """Complete settings, defaults included."""
    seed: int
    step: int
    """Environment step of the state planned from."""
    created: str = ""
    """Time of the plan, ISO 8601, UTC."""
    device: str = ""
    jax: str = ""
    """Version."""
    plan_ms: float = 0.0
    """Milliseconds for running the plan and fetching its result, without waiting or compiling."""
    kind: Kind = "particles"
    """Copy of `traits.kind`, for readers that need only this field."""
    twistscope: str = ""
    """Version."""
    traits: Traits = Traits()
    asked: dict[str, Any] = {}
    """Settings as requested, without defaults."""
    interventions: list[dict[str, Any]] = []
    """Changes inside the plan, each `{kind, level, slot, ...}`."""
    actions_so_far: list[Any] | None = None
    """Executed actions from the start of the episode to this step; None for a given state."""
    status: str = "ok"
    """One of STATUSES, or `non_finite_reward`."""
    fault: str = ""
    """Cause and place of a status that is not ok, in words."""
    actions: list[str] = []
    """Names of the discrete actions, or of the dimensions of a continuous action."""
    action_bounds: list[tuple[float, float]] | None = None
    """(low, high) of each dimension of a continuous action."""
    scene: dict[str, Any] | None = None
    """Picture of the state planned from (docs/api.md, Scenes)."""
    episode: dict[str, Any] | None = None
    """`{return, length, terminated, truncated}` up to the moment planned from."""

    def header(self) -> dict[str, Any]:
        """The header of a trace; `planner.record.container.write` encodes it as text."""
        return {"schema": SCHEMA, **self.model_dump(mode="json")}

    @classmethod
    def of_header(cls, header: Mapping[str, str]) -> Metadata:
        """The inverse of `header`; fields of later versions are ignored.

        Raises:
          TraceError: a field is missing or has the wrong type.
        """
        try:
            values = {
                name: header[name] if _is_text(field.annotation) else parse(header[name])
                for name, field in cls.model_fields.items()
                if name in header
            }
            read = cls.model_validate(values)
        except (ValueError, ValidationError) as error:
            first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
            where = ".".join(str(part) for part in first["loc"])
            raise TraceError(f"not a readable trace: metadata {where}: {first['msg']}") from None
        # Files of earlier versions have `kind` but no `traits`.
        return read if "traits" in header else read.model_copy(update={"traits": _traits_of_old(read)})


def _is_text(annotation: Any) -> bool:
    return annotation is str or (get_origin(annotation) is Literal)


def _traits_of_old(metadata: Metadata) -> Traits:
    """Traits of a record from a version without this field."""
    if metadata.kind == "tree" or metadata.planner == "tsmcts":
        return Traits(kind=metadata.kind, rounds=metadata.planner == "tsmcts", halving=True)
    return Traits(evidence=True, trust_region=True)
