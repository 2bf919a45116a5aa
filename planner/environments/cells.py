"""Common picture of grid worlds: positions and shapes of cells.

Cell (row, column) is the unit square with centre (column + 0.5, rows - row - 0.5). Rows therefore run downwards, as in the original environments,
and the position of a particle is the centre of its cell.
"""

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

Shape = dict[str, Any]


class Cells:
    """Mixin for adapters of worlds of `rows` by `columns` cells."""

    rows: int
    columns: int

    def cell(self, state: Any) -> tuple[Array, Array]:
        """Row and column of the agent, or of the object that it moves."""
        raise NotImplementedError

    def position(self, state: Any) -> Float[Array, "2"]:
        """Centre of the agent's cell."""
        row, column = self.cell(state)
        return jnp.stack([column + 0.5, self.rows - row - 0.5]).astype(jnp.float32)

    def draw(self, caption: str, shapes: Iterable[Shape]) -> dict[str, Any]:
        """Draw empty cells with the given shapes on them."""
        extent = [-0.2, self.columns + 0.2, -0.2, self.rows + 0.2]
        grid = [self.square((row, column), "cell") for row in range(self.rows) for column in range(self.columns)]
        return {"extent": extent, "focus": extent, "caption": caption, "shapes": [*grid, *shapes]}

    def square(self, cell: Iterable[Any], role: str) -> Shape:
        row, column = map(int, cell)
        return {"kind": "rect", "x": column + 0.03, "y": self.rows - row - 0.97, "w": 0.94, "h": 0.94, "role": role}

    def disc(self, cell: Iterable[Any], role: str) -> Shape:
        row, column = map(int, cell)
        return {"kind": "circle", "x": column + 0.5, "y": self.rows - row - 0.5, "r": 0.3, "role": role}
