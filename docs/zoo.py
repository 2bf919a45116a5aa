"""Write docs/zoo.md and its pictures from the cards of the shipped checkpoints: `python docs/zoo.py`, in the root of the repository."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import jax
import numpy as np

from planner import Card, Checkpoints, make_environment
from planner.algorithms.registry import PLANNERS
from planner.checkpoints import Returns
from planner.episodes import prior_action, reset_key, step_key

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURES = ROOT / "docs" / "zoo.md", ROOT / "docs" / "images" / "zoo"
STEPS = 12
"""Step of an episode of the greedy prior to draw, where there is more to see than at the start."""

COLOURS = {
    "ground": "#c9d0d8", "limit": "#5d6978", "body": "#c6ced9", "accent": "#8a6a43", "joint": "#1b2430", "goal": "#a9dcc4", "hazard": "#e39a78",
    "cell": "#ffffff",
}  # fmt: skip

HEAD = """# The zoo

The trained networks that come with twistscope. `python docs/zoo.py` writes this page from their
cards.

Returns are means over whole episodes ± their standard error, for the greedy prior alone and for
planning at the given budget. "Early" and "middle" are stages of the run of the checkpoint that they
are named after: planning improves a weak network much and a strong one little. On slippery ice
planning overestimates actions that were lucky, and does not help. Planners have their defaults.

`python -m benchmarks.zoo` plays the episodes of every card again and reports if each mean is within
its interval. [training.md](training.md) describes training and measurement.
"""


def main() -> None:
    """Write the page and its pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    store = Checkpoints(ROOT / "assets" / "checkpoints")
    cards = in_order(store.cards())
    for environment, group in groupby(cards, key=lambda card: card.environment):
        (PICTURES / f"{environment}.svg").write_text(draw(store, next(group)), encoding="utf-8")
    PAGE.write_text(page(cards), encoding="utf-8")


def in_order(cards: Iterable[Card]) -> list[Card]:
    """Sort cards by environment, the longest trained first."""
    return sorted(cards, key=lambda card: (card.environment, -card.training["environment_steps"]))


def page(cards: list[Card]) -> str:
    """The Markdown page of the cards, grouped by environment."""
    parts = [HEAD]
    for environment, group in groupby(cards, key=lambda card: card.environment):
        parts += [f"## {environment}\n", f"![A state of {environment}](images/zoo/{environment}.svg)\n", table(list(group)) + "\n"]
    return "\n".join(parts)


def table(cards: list[Card]) -> str:
    """Table of one environment: a row for each checkpoint, a column for each planner measured with any of them."""
    measured = ["prior", *(name for name in PLANNERS if any(name in card.returns for card in cards))]
    # The budget is in the head of a column if it is the same for all its cells.
    budgets = {name: {budget(card.returns[name], name) for card in cards if name in card.returns} for name in measured}
    shared = {name: next(iter(found)) if len(found) == 1 else "" for name, found in budgets.items()}
    titles = {name: "prior alone" if name == "prior" else PLANNERS[name].title for name in measured}
    heads = [f"{titles[name]}, {shared[name]}" if shared[name] else titles[name] for name in measured]
    lines = [["checkpoint", "trained for", *heads], ["---"] * (len(measured) + 2), *(row(card, shared) for card in cards)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def row(card: Card, shared: dict[str, str]) -> list[str]:
    """One row of a table; `shared` has the budgets given in the heads of columns."""
    trained = f"{card.training['environment_steps']:,} steps, {card.training['wall_seconds']:.0f} s"
    cells = [
        said(card.returns[name], "" if common else budget(card.returns[name], name)) if name in card.returns else ""
        for name, common in shared.items()
    ]
    return [f"**`{card.name}`**: {card.description}", trained, *cells]


def budget(returns: Returns, name: str) -> str:
    """Budget of a decision, and number of episodes, in words."""
    episodes = f"{returns.episodes} episodes"
    return episodes if name == "prior" else f"{PLANNERS[name].settings(returns.settings, {}).size}, {episodes}"


def said(returns: Returns, budget: str) -> str:
    """Mean and standard error."""
    return f"{returns.mean:.2f} ± {returns.standard_error:.2f}" + (f" ({budget})" if budget else "")


def draw(store: Checkpoints, card: Card) -> str:
    """Draw a state of an episode as SVG."""
    loaded = store.load(card.name)
    environment, act = make_environment(card.environment), jax.jit(prior_action(loaded.model))
    state = environment.reset(reset_key(0))
    for step in range(STEPS):
        after = environment.step(step_key(0, step), state, act(loaded.params, state)).state
        if environment.is_terminal(after):
            break
        state = after
    return svg(environment.scene(jax.device_get(state)))


def svg(scene: dict) -> str:
    """The shapes of a scene as SVG, with the y axis turned downwards."""
    x0, x1, y0, y1 = scene["focus"]
    scale = 240 / max(x1 - x0, y1 - y0)
    at = lambda x, y: ((x - x0) * scale, (y1 - y) * scale)
    drawn = []
    for shape in scene["shapes"]:
        colour = COLOURS[shape["role"]]
        if shape["kind"] == "rect":
            (x, y), width, height = at(shape["x"], shape["y"] + shape["h"]), shape["w"] * scale, shape["h"] * scale
            drawn.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}" stroke="#dfe4ea"/>')
            drawn += sign(shape["role"], x, y, width, height)
        elif shape["kind"] == "circle":
            x, y = at(shape["x"], shape["y"])
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{shape["r"] * scale:.1f}" fill="{colour}"/>')
        elif shape["kind"] == "line":
            points = " ".join("{:.1f},{:.1f}".format(*at(*point)) for point in shape["points"])
            width = max(shape["width"] * scale, 1)
            drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width:.1f}" stroke-linecap="round"/>')
        else:
            x, y = at(shape["x"], shape["y"])
            drawn.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" fill="{colour}">{escape(shape["text"])}</text>')
    width, height = np.round([(x1 - x0) * scale, (y1 - y0) * scale], 1)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
    title = f"<title>{escape(scene['caption'])}</title>"
    return "\n".join([head, title, f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>', *drawn, "</svg>\n"])


def sign(role: str, x: float, y: float, width: float, height: float) -> list[str]:
    """A star on a goal and hatching on a hazard, for those who do not tell their colours apart."""
    across = lambda *ends: "".join(f"M{x + a * width:.1f},{y + b * height:.1f}L{x + c * width:.1f},{y + d * height:.1f}" for a, b, c, d in ends)
    if role == "goal":
        middle = f'x="{x + width / 2:.1f}" y="{y + 0.66 * height:.1f}" font-size="{height / 2:.1f}"'
        return [f'<text {middle} text-anchor="middle" fill="#125a40">★</text>']
    if role == "hazard":
        return [f'<path d="{across((0, 0.5, 0.5, 0), (0, 1, 1, 0), (0.5, 1, 1, 0.5))}" stroke="#7d2f0d"/>']
    return []


if __name__ == "__main__":
    main()
