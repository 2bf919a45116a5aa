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

    def arrow(self, cell: Iterable[Any], role: str, direction: str) -> Shape:
        """Draw an arrow in a cell; `direction` is up, down, left or right."""
        row, column = map(int, cell)
        x, y = column + 0.5, self.rows - row - 0.5
        (dx, dy) = {"up": (0.0, 1.0), "down": (0.0, -1.0), "left": (-1.0, 0.0), "right": (1.0, 0.0)}[direction]
        # Along the arrow, then to both sides of its tip.
        at = lambda along, across: [x + along * dx - across * dy, y + along * dy + across * dx]
        points = [at(-0.32, 0), at(0.32, 0), at(0.06, 0.22), at(0.32, 0), at(0.06, -0.22)]
        return {"kind": "line", "points": points, "width": 0.12, "role": role}
