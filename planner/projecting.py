"""A record seen in another projection of its states than the picture."""

from typing import Any

from planner.core.trace import states_of
from planner.environments.projections import Projection
from planner.record.record import Record


def project(record: Record, root_state: Any, projection: Projection) -> Record:
    """The same record with other positions.

    Args:
      record: made with `states`.
      root_state: the state that was planned from, of host arrays.

    Raises:
      KeyError: the record was made without its states.
    """
    places = {"position": projection(states_of(record.arrays, root_state)), "root_position": projection(root_state)}
    return Record({**record.arrays, **places}, record.metadata)
