"""Metadata of a record: all that made the plan, typed once, written to and read from the header of a trace (docs/trace.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from planner.record.container import TraceError

SCHEMA = "twistscope.trace/1"

Kind = Literal["particles", "tree"]


class Traits(BaseModel):
    """What an algorithm declares of its plans."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Kind = "particles"
    """Arrays over (level, slot), or over the simulations of a search tree."""
    evidence: bool = False
    """Whether `log_evidence` estimates the evidence of the whole plan (E7)."""
    rounds: bool = False
    """Whether particles begin anew at the root, round by round, and weights compare only particles of one root action."""
    trust_region: bool = False
    """Whether a bound keeps the proposal near the prior (E1-E3)."""


class Metadata(BaseModel):
    """All that made a plan. Text fields stand in the header as they are; all others as JSON, encoded once.

    Everything below `plan_ms` may be missing in files of earlier versions.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    checkpoint: str = ""
    """Name; empty for a bare model."""
    checkpoint_sha256: str = ""
    environment: str = ""
    planner: str
    settings: dict[str, Any]
    """Complete, defaults included."""
    seed: int
    step: int
    """Environment step."""
    created: str = ""
    """ISO 8601, UTC."""
    device: str = ""
    jax: str = ""
    """Version."""
    plan_ms: float = 0.0
    """Running and fetching, without waiting or compiling."""
    kind: Kind = "particles"
    """As in `traits`; on its own for readers that look at nothing else."""
    twistscope: str = ""
    """Version."""
    traits: Traits = Traits()
    asked: dict[str, Any] = {}
    """Settings as they were asked for: those that are not defaults."""
    interventions: list[dict[str, Any]] = []
    """Changes made inside the plan; none are known yet."""
    actions_so_far: list[Any] | None = None
    """Executed actions from the start of the episode to this step; None where the state was given instead."""
    status: str = "ok"
    """One of STATUSES."""
    fault: str = ""
    """Cause and place of a status that is not ok, in words."""
    actions: list[str] = []
    """Names of the actions; of the dimensions of one where actions are continuous."""
    action_bounds: list[tuple[float, float]] | None = None
    """(low, high) of each dimension of a continuous action."""
    scene: dict[str, Any] | None = None
    """Picture of the state planned from (docs/api.md, Scenes)."""
    episode: dict[str, Any] | None = None
    """`{return, length, terminated, truncated}` up to the moment planned from."""

    def header(self) -> dict[str, Any]:
        """The header of a trace; `planner.record.container.write` makes text of it."""
        return {"schema": SCHEMA, **self.model_dump(mode="json")}

    @classmethod
    def of_header(cls, header: Mapping[str, str]) -> Metadata:
        """The inverse of `header`; fields of later versions are passed over.

        Raises:
          TraceError: a field is missing or is not of its type.
        """
        try:
            values = {
                name: header[name] if _is_text(field.annotation) else json.loads(header[name])
                for name, field in cls.model_fields.items()
                if name in header
            }
            read = cls.model_validate(values)
        except (ValueError, ValidationError) as error:
            first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
            where = ".".join(str(part) for part in first["loc"])
            raise TraceError(f"not a readable trace: metadata {where}: {first['msg']}") from None
        # Files of earlier versions have a kind, and no declaration.
        return read if "traits" in header else read.model_copy(update={"traits": _traits_of_old(read)})


def _is_text(annotation: Any) -> bool:
    return annotation is str or (get_origin(annotation) is Literal)


def _traits_of_old(metadata: Metadata) -> Traits:
    """The declaration of a record written before records had one."""
    if metadata.kind == "tree" or metadata.planner == "tsmcts":
        return Traits(kind=metadata.kind, rounds=metadata.planner == "tsmcts")
    return Traits(evidence=True, trust_region=True)
