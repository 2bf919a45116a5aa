"""Checks a lesson as a whole: its form, the moments of its steps, its tasks, and its claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from backend.address import HIDDEN, LAYOUTS, ORDERED, SHOWN
from backend.lessons.claims import Checker, ClaimError, Plans
from backend.lessons.model import Step, Task
from backend.lessons.moments import NoMoment, StepMoment, resolve
from backend.lessons.reading import Fault, read_lesson
from planner import PLANNERS, Checkpoints, SettingsError, run

DONE = ("it is done before anybody has done anything", "begin the step otherwise, or ask for something else")
"""Fault and remedy of a task that asks for nothing."""

Say = Callable[[str], None]


def check_lesson(
    path: Path, checkpoints: Checkpoints, known: frozenset[str] = frozenset(), *, claims: bool = True, exactly: bool = True, say: Say = print
) -> list[Fault]:
    """Check a file. Returns its faults.

    Args:
      known: names of all lessons, which `needs` may name.
      claims: check the claims, too; that makes at least a hundred plans for each.
      exactly: a state that this machine rounds otherwise than the one that made a link is a fault.
      say: is told of each step and of each claim that was checked.

    Raises:
      OSError: the file cannot be read.
    """
    lesson, faults = read_lesson(path)
    if lesson is None:
        return faults
    faults += [
        Fault(path.name, 1, f"needs: there is no lesson {name!r}", f"lessons are {', '.join(sorted(known))}")
        for name in lesson.front.needs
        if name not in known
    ]
    plans = Plans()
    for step in lesson.steps:
        say(f"{path.name}:{step.line}: {step.title}")
        faults += _check_step(path.name, step, checkpoints, plans if claims else None, exactly=exactly, say=say)
    return faults


def _check_step(file: str, step: Step, checkpoints: Checkpoints, plans: Plans | None, *, exactly: bool, say: Say) -> Iterator[Fault]:
    try:
        moment = resolve(step.link, checkpoints, exactly=exactly)
    except NoMoment as error:
        yield Fault(file, step.line, f"the moment of the step {step.title!r}: {error}", error.remedy)
        return
    yield from (Fault(file, step.line, what, remedy) for what, remedy in (*_unknown(moment), *_covered(step)))
    for task in step.tasks:
        yield from (Fault(file, step.line, f"the task “{task.say}”: {what}", remedy) for what, remedy in _objections(task, moment))
    known = {each["name"] for each in PLANNERS[moment.request.planner].describe()["settings"]}
    for link in step.links:
        try:
            unknown = _unknown(resolve(link, checkpoints, exactly=exactly))
        except NoMoment as error:
            unknown = [(str(error), error.remedy)]
        yield from (Fault(file, step.line, f"the link ?{link[:80]} in the text: {what}", remedy) for what, remedy in unknown)
    for name, values in step.recorded.items():
        if name not in known:
            yield Fault(file, step.line, f"record: {moment.request.planner} has no setting {name!r}", f"settings are {', '.join(sorted(known))}")
            continue
        for value in values:
            try:
                moment.changed({name: value}).prepare(moment.checkpoint)
            except SettingsError as error:
                yield Fault(file, step.line, f"record: {error}", "record a value that is allowed")
    if plans is None:
        return
    yield from (Fault(file, step.line, f"the task “{task.say}”: {DONE[0]}", DONE[1]) for task in step.tasks if _chosen_already(task, moment))
    checker = Checker(moment, plans)
    for claim in step.claims:
        try:
            outcome = checker.check(claim)
        except ClaimError as error:
            yield Fault(file, step.line, f"the claim {claim.id!r} cannot be checked: {error}", "docs/teaching.md lists measures and fields")
            continue
        say(f"  {'holds' if outcome.holds else 'FAILS'} {claim.id}: {outcome.text}")
        if not outcome.holds:
            yield Fault(file, step.line, f"the claim {claim.id!r} does not hold: {outcome.text}", "rewrite the sentence")


def _unknown(moment: StepMoment) -> list[tuple[str, str]]:
    """Names in a link's view that the page does not have, each with those that it has."""
    view = moment.view
    faults = []
    if view.get("layout", LAYOUTS[0]) not in LAYOUTS:
        faults.append((f"there is no layout {view['layout']!r}", f"layouts are {', '.join(LAYOUTS)}"))
    for field, kind, names in (("hide", "panel", HIDDEN), ("order", "panel", ORDERED), ("show", "picture", SHOWN)):
        faults += [(f"{field}: there is no {kind} {name!r}", f"{kind}s are {', '.join(names)}") for name in view.get(field, []) if name not in names]
    return faults


def _covered(step: Step) -> Iterator[tuple[str, str]]:
    """Name the panels that a prediction covers and the page does not have."""
    for prediction in step.predictions:
        for name in prediction.covers:
            if name not in HIDDEN:
                yield f"the prediction {prediction.id!r} covers {name!r}, which is no panel", f"panels are {', '.join(HIDDEN)}"


def _objections(task: Task, moment: StepMoment) -> Iterator[tuple[str, str]]:
    """Name what is wrong with a task, and what would be right."""
    prepared = moment.request.prepare(moment.checkpoint)
    if task.setting is not None:
        described = {each["name"]: each for planner in PLANNERS.values() for each in planner.describe()["settings"]}
        setting = described.get(task.setting)
        if setting is None:
            yield f"there is no setting {task.setting!r}", f"settings are {', '.join(sorted(described))}"
        elif (wrong := _impossible(task, setting)) is not None:
            yield wrong
        elif task.allows(getattr(prepared.settings, task.setting, None)):
            yield DONE
    if task.planner == moment.request.planner or (task.layout is not None and task.layout == moment.view.get("layout", LAYOUTS[0])):
        yield DONE
    if task.planner is not None and task.planner not in PLANNERS:
        yield f"there is no planner {task.planner!r}", f"planners are {', '.join(PLANNERS)}"
    names = list(moment.checkpoint.model.environment.action_names)
    for name in (task.action, task.chosen if task.chosen != "changed" else None):
        if name is not None and not moment.checkpoint.model.environment.action_bounds and name not in names:
            yield f"there is no action {name!r}", f"actions are {', '.join(names)}"
    depth = getattr(prepared.settings, "depth", None)
    if task.level and depth is not None and task.allows(moment.view.get("level", depth - 1)):
        yield "the level cursor is there already", DONE[1]
    wanted = task.is_ if task.is_ is not None else task.at_least
    if task.level and depth is not None and wanted is not None and wanted > depth - 1:
        yield f"the plan has no level {wanted:g}", f"its levels are 0 to {depth - 1}"


def _chosen_already(task: Task, moment: StepMoment) -> bool:
    """True where the plan of the moment takes the action that a task waits for."""
    names = moment.checkpoint.model.environment.action_names
    if task.chosen not in names:
        return False
    request = moment.request
    record = run(moment.checkpoint, request.planner, state=moment.moment.state, seed=request.seed, step=request.step, check=False, **request.settings)
    return names[int(record.arrays["chosen_action"])] == task.chosen


def _impossible(task: Task, setting: dict) -> tuple[str, str] | None:
    if setting["type"] == "choice":
        if task.is_ in setting["choices"]:
            return None
        return f"{setting['name']} cannot be {task.is_!r}", f"write `is:` and one of {', '.join(setting['choices'])}"
    if setting["type"] == "boolean":
        return None if isinstance(task.is_, bool) else (f"{setting['name']} cannot be {task.is_!r}", "write `is: true` or `is: false`")
    low, high = setting.get("minimum"), setting.get("maximum")
    for wanted in (task.is_, task.at_least, task.at_most):
        if wanted is None:
            continue
        if not isinstance(wanted, int | float) or (low is not None and wanted < low) or (high is not None and wanted > high):
            return f"{setting['name']} cannot be {wanted!r}", f"write a number from {low} to {high}"
    return None
