"""Snake-v1 of jumanji: a snake that grows when it eats, on twelve by twelve cells as there, or on six by six."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from jumanji.environments.routing.snake.env import Snake as JumanjiSnake

from planner.environments.cells import Cells
from planner.environments.jumanji_adapter import JumanjiAdapter, JumanjiState


class Snake(Cells, JumanjiAdapter):
    """Eat fruit, one point each. The episode ends when the snake hits the border or itself, or fills the board; `limit` is in steps.

    All four actions are valid everywhere: those that jumanji's mask forbids end the episode.
    """

    name = "Snake-jumanji"
    action_names = ("up", "right", "down", "left")
    rows, columns, limit = 12, 12, 4000

    def __init__(self) -> None:
        super().__init__(JumanjiSnake(num_rows=self.rows, num_cols=self.columns, time_limit=self.limit))
        self.observation_shape = (self.rows * self.columns * 5 + 4 + 2,)

    def ended(self, before: Any, action: Array, after: Any) -> Array:
        return ~before.action_mask[action] | jnp.all(after.body)

    def cell(self, state: JumanjiState) -> tuple[Array, Array]:
        """Row and column of the head; outside the board where the episode ended at the border."""
        return state.board.head_position.row, state.board.head_position.col

    def observation(self, state: JumanjiState) -> Float[Array, "features"]:
        """Planes (body, head, tail, fruit, order of the body) and mask of jumanji, and the displacement from the head to the fruit.

        The planes contain the displacement, but a perceptron would have to learn it for every pair of cells.
        """
        seen = self._environment._state_to_observation(state.board)
        head, fruit = state.board.head_position, state.board.fruit_position
        way = jnp.stack([(fruit.row - head.row) / self.rows, (fruit.col - head.col) / self.columns])
        return jnp.concatenate([seen.grid.reshape(-1), seen.action_mask, way]).astype(jnp.float32)

    def scene(self, state: JumanjiState) -> dict[str, Any]:
        board = state.board
        head, fruit = board.head_position, board.fruit_position
        # When the head leaves the board, jumanji's index wraps around and marks another cell as the head.
        body = np.argwhere((board.body_state > 1) & (board.body_state < board.length))
        shapes = [self.disc((fruit.row, fruit.col), "goal"), *[self.square(cell, "body") for cell in body]]
        shapes += [self.square(cell, "joint") for cell in np.argwhere(board.body_state == 1)] if board.length > 1 else []
        caption = f"head at row {head.row}, column {head.col}, length {board.length}; the fruit is at row {fruit.row}, column {fruit.col}"
        picture = self.draw(caption, [*shapes, self.square((head.row, head.col), "accent")])
        # With the cells beyond the border, in which snakes die.
        extent = [-1.0, self.columns + 1.0, -1.0, self.rows + 1.0]
        return picture | {"extent": extent, "focus": extent}


class SmallSnake(Snake):
    """The same on a board that a good player fills most of within the limit."""

    name = "Snake6x6-jumanji"
    rows, columns, limit = 6, 6, 300
