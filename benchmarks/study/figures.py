"""Figures of the study, one for each part."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.study.data import Data
from benchmarks.study.measures import TARGETS
from benchmarks.study.parts import ALPHAS, BUDGETS, LEVELS, PLANNERS, ROOT_SAMPLINGS, RULES, SLOW_TREE, TREE_BUDGETS, TWISTS
from benchmarks.study.statistics import Interval
from planner import get_planner

# Okabe and Ito's colour-blind-safe colours; each planner also has its own marker.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
SOURCES = ("exact", "noisy", "trained")
FLOOR = 1e-4
"""Lower end of logarithmic axes of regret."""
STYLE = {
    "font.size": 8,
    "font.sans-serif": ["DejaVu Sans"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "study",
    "axes.titlesize": 9,
}


def draw_all(data: Data, folder: Path, suffix: str = "svg") -> None:
    """Write `study-PART.suffix` for each part."""
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for name, draw in {"a": draw_budgets, "b": draw_alphas, "c": draw_revival, "d": draw_levels, "e": draw_variance}.items():
            figure = draw(data)
            path = folder / f"study-{name}.{suffix}"
            figure.savefig(path, metadata={"Date": None} if suffix == "svg" else None, dpi=110)
            plt.close(figure)
            if suffix == "svg":
                path.write_text(_small(path.read_text("utf-8")), "utf-8")


def _small(svg: str) -> str:
    """Make an SVG smaller: coordinates to a hundredth of a point, no indentation."""
    return re.sub(r"\n\s+", "\n", re.sub(r"(\.\d\d)\d+", r"\1", svg))


def draw_budgets(data: Data) -> Any:
    """A: regret as a share of the prior's against model steps, a row for each source of values."""
    figure, axes = _grid(data, len(SOURCES), height=2.0)
    for column, subject in enumerate(data.subjects):
        for row, source in enumerate(SOURCES):
            axis = axes[row, column]
            if source not in data.sources(subject):
                axis.set_axis_off()
                continue
            for number, planner in enumerate(PLANNERS):
                steps = [*TREE_BUDGETS, SLOW_TREE] if planner == "gumbel_mcts" else BUDGETS
                # Shifted horizontally, so that intervals do not overlap.
                at = np.asarray(steps) * 1.08 ** (number - 2.5)
                found = [data.share(f"A {subject} {source} {planner} {n}", subject) for n in steps]
                _line(axis, at, found, number, get_planner(planner).title)
            _references(axis, data, subject)
            axis.set_xscale("log")
            axis.set_xticks(BUDGETS, [str(n) for n in BUDGETS])
            axis.minorticks_off()
            if subject == "deepsea":
                axis.set(yscale="log", ylim=(FLOOR, 2))
            else:
                axis.set_ylim(bottom=0)
            if column == 0:
                axis.set_ylabel(f"{source} values\nregret / prior's")
    _finish(figure, axes, "model steps", columns=4)
    return figure


def draw_alphas(data: Data) -> Any:
    """B: effect of alpha, a row for each measure."""
    names = {"regret": "regret", "kl": "KL to the\nposterior, nats", "log_evidence_sd": "deviation of the\nlog-evidence, nats", "ess": "ESS / N"}
    figure, axes = _grid(data, len(names), height=1.6)

    def lines(axis: Any, subject: str, name: str) -> None:
        for number, source in enumerate(SOURCES):
            for sampling, dashes in zip(ROOT_SAMPLINGS, ("--", "-"), strict=True):
                keys = [f"B {subject} {source} {sampling} {alpha}" for alpha in ALPHAS]
                _line(axis, np.arange(len(ALPHAS)), _intervals(data, keys, name), number, f"{source}, {sampling}", dashes)
        axis.set_xticks(np.arange(len(ALPHAS)), [f"{alpha:g}" for alpha in ALPHAS])

    _fill(data, axes, names, lines)
    _finish(figure, axes, "alpha", columns=3)
    return figure


def draw_revival(data: Data) -> Any:
    """C: effect of revival, a row for each measure."""
    names = {"regret": "regret", "living": "share alive at\nthe last level", "steps": "share of the\nsteps used"}
    figure, axes = _grid(data, len(names), height=1.6)
    pairs = [(rule, source) for rule in RULES for source in SOURCES]

    def dots(axis: Any, subject: str, name: str) -> None:
        for number, (revive, title) in enumerate((("on", "revival on"), ("off", "revival off"))):
            keys = [f"C {subject} {source} {rule} {revive}" for rule, source in pairs]
            _line(axis, np.arange(len(pairs)) + 0.2 * number - 0.1, _intervals(data, keys, name), number, title, "none")
        axis.set_xticks(np.arange(len(pairs)), [source for _, source in pairs], rotation=45, ha="right", rotation_mode="anchor")
        axis.tick_params(labelbottom=name == "steps")
        axis.axvline(len(SOURCES) - 0.5, color="0.8", lw=0.8)
        axis.set_ylim(0, None if name == "regret" else 1.08)

    _fill(data, axes, names, dots)
    for axis in axes[0]:
        for at, rule in ((0.25, "at low ESS"), (0.75, "every level")):
            axis.text(at, 1.0, rule, transform=axis.transAxes, ha="center", va="bottom", fontsize=7, color="0.35")
        axis.set_title(axis.get_title(), pad=12)
    _finish(figure, axes, "values", columns=2)
    return figure


def draw_levels(data: Data) -> Any:
    """D: four policy targets from the same particles, with network values."""
    names = {"regret": "regret", "kl": "KL to the\nposterior, nats", "positive": "root actions of\npositive probability"}
    figure, axes = _grid(data, len(names), height=1.6)

    def lines(axis: Any, subject: str, name: str) -> None:
        for number, target in enumerate(TARGETS):
            at = np.asarray(LEVELS) * 1.05 ** (number - 1.5)
            _line(axis, at, _intervals(data, [f"D {subject} trained {depth}" for depth in LEVELS], f"{target}_{name}"), number, target)
        axis.set_xscale("log")
        axis.set_xticks(LEVELS, [str(depth) for depth in LEVELS])
        axis.minorticks_off()

    _fill(data, axes, names, lines)
    _finish(figure, axes, "levels T", columns=4)
    return figure


def draw_variance(data: Data) -> Any:
    """E: standard deviation of the log-evidence over seeds."""
    figure, axes = _grid(data, 1, height=2.2)

    def lines(axis: Any, subject: str, name: str) -> None:
        for number, source in enumerate(SOURCES):
            at = np.arange(len(TWISTS)) + 0.08 * (number - 1)
            _line(axis, at, _intervals(data, [f"E {subject} {source} {twist}" for twist in TWISTS], name), number, source)
        axis.set_xticks(np.arange(len(TWISTS)), ["prior\nalone", "trust\nregion", "no trust\nregion"])
        axis.set_ylim(bottom=0)

    _fill(data, axes, {"log_evidence_sd": "deviation of the\nlog-evidence, nats"}, lines)
    _finish(figure, axes, "proposal", columns=3)
    return figure


def _grid(data: Data, rows: int, height: float) -> tuple[Any, Any]:
    figure, axes = plt.subplots(rows, len(data.subjects), figsize=(2.4 * len(data.subjects) + 0.4, height * rows + 0.9), squeeze=False)
    for axis, subject in zip(axes[0], data.subjects.values(), strict=True):
        axis.set_title(subject["title"])
    return figure, axes


def _fill(data: Data, axes: Any, names: dict[str, str], draw: Callable[[Any, str, str], None]) -> None:
    """Draw one row for each measure and one column for each subject; a panel without data is omitted."""
    for row, (name, label) in enumerate(names.items()):
        for column, subject in enumerate(data.subjects):
            axis = axes[row, column]
            draw(axis, subject, name)
            if column == 0:
                axis.set_ylabel(label)
            if not axis.has_data() or not axis.containers:
                axis.set_axis_off()


def _intervals(data: Data, keys: list[str], name: str) -> list[Interval | None]:
    return [data.interval(key, name) for key in keys]


def _line(axis: Any, at: Iterable[float], intervals: list[Interval | None], number: int, label: str, dashes: str = "-") -> None:
    """Draw a measure with its intervals; points that were not measured are omitted."""
    points = np.array([(x, i.mean, i.low, i.high) for x, i in zip(at, intervals, strict=True) if i is not None])
    if not len(points):
        return
    x, mean, low, high = points.T
    axis.errorbar(
        x,
        mean,
        None if dashes == "--" else (np.maximum(mean - low, 0), np.maximum(high - mean, 0)),
        color=COLOURS[number],
        marker=MARKERS[number],
        ls=dashes,
        label=label,
        ms=3.5,
        lw=1,
        elinewidth=0.7,
        mfc="white" if dashes == "--" else None,
    )


def _references(axis: Any, data: Data, subject: str) -> None:
    """Draw reference lines: the prior without planning, and the exact posterior, the target of the weights."""
    axis.axhline(1.0, color="0.45", ls=":", lw=0.9, label="prior, no planning")
    prior, posterior = data.reference(subject, "prior"), data.reference(subject, "posterior")
    if prior and posterior is not None:
        axis.axhline(posterior / prior, color="0.45", ls="--", lw=0.9, label="exact posterior")


def _finish(figure: Any, axes: Any, label: str, columns: int) -> None:
    """Label the axes and add one legend for all panels."""
    for column in range(axes.shape[1]):
        shown = [axis for axis in axes[:, column] if axis.axison]
        if shown:
            shown[-1].set_xlabel(label)
    entries: dict[str, Any] = {}
    for axis in axes.flat:
        for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(name, handle)
    rows = -(-len(entries) // columns)
    height = figure.get_size_inches()[1]
    figure.tight_layout(rect=(0, (0.2 * rows + 0.1) / height, 1, 1), w_pad=0.6, h_pad=0.6)
    figure.legend(entries.values(), entries.keys(), loc="lower center", ncol=columns, frameon=False, handlelength=2.5)
