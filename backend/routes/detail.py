"""The parts that a plan keeps only on request, of the plan that a session shows: distributions at every particle, and states as pictures."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from backend.routes.documented import problems
from backend.routes.services import Given
from backend.sessions.detail import make_detail, read_strip

router = APIRouter(tags=["sessions"])

MAX_INDEX = 2**31 - 1
Index = Annotated[int, Query(ge=0, le=MAX_INDEX)]


class DetailBody(BaseModel):
    """Body of a request for what a plan keeps only on request."""

    model_config = ConfigDict(extra="forbid", strict=True)

    frame: Annotated[int, Field(ge=0, le=MAX_INDEX)]
    """Number of the frame that is shown."""
    compile: bool = True
    """With `false` nothing is compiled: where it would have to be, the answer says so."""


@router.post("/sessions/{session_id}/detail", responses=problems(404, 409, 422, 429, 500))
async def detail(session_id: str, request: DetailBody, given: Given) -> dict[str, Any]:
    """Make the plan that is shown again, with prior, proposal and Q of every candidate action and with every state.

    Its drawings then say them of the particles that they are about; everybody who looks at the session is sent one.
    """
    return await make_detail(given.sessions.get_live(session_id), request.frame, compiles=request.compile)


@router.get("/sessions/{session_id}/detail/strip", responses=problems(404, 409, 422))
async def strip(session_id: str, frame: Index, level: Index, given: Given, slot: Index | None = None) -> dict[str, Any]:
    """The film strip of a particle: the scene of each state of its lineage, with reward, value and log-weight. `POST …/detail` makes its states."""
    return await read_strip(given.sessions.get_live(session_id), frame, (level, slot))
