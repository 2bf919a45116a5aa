"""A lesson as it is read from its file: steps with text, tasks, a prediction and claims.

Every block of a lesson's Markdown that holds data is validated here; `docs/teaching.md` describes the form for teachers.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Names of lessons, and ids of their steps, predictions and claims."""
LONGEST_NAME = 60
Name = Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$", max_length=LONGEST_NAME)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def _check_value(value: Any) -> Any:
    """Let only what JSON can hold pass: YAML has dates, numbers that are none, and texts that are none."""
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, str) and len(value) <= 200 and value == value.encode(errors="replace").decode():
        return value
    raise ValueError(f"a number, true, false or a short text is needed, got {str(value)[:100]}")


Value = Annotated[Any, AfterValidator(_check_value)]
"""A value of a setting."""

LAST, LEVEL = "last", "level"
MAX_RECORDED = 8
"""Values of one setting that the static site records at most."""

SELECTABLE = ("action", "particle", "revived", "ended", "heaviest")
OPENABLE = ("share", "why", "seeds", "sweep", "race", "film", "timeline", "comparison", "help")
NO_PLACE = 999
"""The `order` of a lesson that does not say its place."""

CONFIDENCE = 0.999
"""One-sided confidence with which a claim has to hold."""


class Data(BaseModel):
    """A block of data in a lesson."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FrontMatter(Data):
    """The front matter of a lesson."""

    title: Text
    order: Annotated[int, Field(ge=0, le=NO_PLACE)] = NO_PLACE
    minutes: Annotated[int, Field(ge=1, le=180)]
    teaches: Text
    """One sentence."""
    needs: list[Name] = []
    """Lessons that come before this one."""
    references: list[Text] = []


class Bounds(Data):
    """A number, or a range of numbers."""

    is_: Value | None = Field(None, alias="is")
    at_least: Number | None = None
    at_most: Number | None = None

    @property
    def bounded(self) -> bool:
        """True if there is any bound."""
        return any(each is not None for each in (self.is_, self.at_least, self.at_most))

    def allows(self, number: Any) -> bool:
        """True if a number is within the bounds; of other values, if it is the one."""
        if self.is_ is not None and number != self.is_:
            return False
        if number is None or isinstance(number, str):
            return self.is_ is not None
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


NEAR = 0.04
"""A slider need not be on the very number that a task asks for: the share of it that it may be off, as in conditions.js."""


class Task(Bounds):
    """One thing to do in the page. Exactly one of the fields below says which."""

    say: Text
    """The instruction, for the learner."""
    setting: str | None = None
    """A setting in force; with `is`, `at_least` or `at_most`."""
    planner: str | None = None
    """A planner in force."""
    select: Literal[*SELECTABLE] | None = None  # type: ignore[valid-type]
    """A selection: with `action`, that action's name."""
    action: str | None = None
    level: Literal["any"] | None = None
    """The level cursor, with `is`, `at_least` or `at_most`; counted from 0."""
    layout: Literal["slots", "tree", "river"] | None = None
    """The layout of the genealogy."""
    step: Literal["any"] | None = None
    """The step of the episode, with `is`, `at_least` or `at_most`."""
    intervene: Literal["any", "kill", "force", "weigh", "redraw"] | None = None
    """A change inside the plan."""
    chosen: str | None = None
    """The most probable action, by its name; `changed` for another one than the pinned plan's."""
    pin: bool | None = None
    """A plan is pinned as A."""
    open: Literal[*OPENABLE] | None = None  # type: ignore[valid-type]
    """A panel or dialog is open."""

    KINDS: ClassVar = ("setting", "planner", "select", "level", "layout", "step", "intervene", "chosen", "pin", "open")

    @model_validator(mode="after")
    def _one_kind(self) -> Task:
        named = [name for name in self.KINDS if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(f"a task names exactly one of {', '.join(self.KINDS)}; this one names {' and '.join(named) or 'none'}")
        if self.bounded != (named[0] in ("setting", "level", "step")):
            wrong = "without" if self.bounded else "with"
            raise ValueError(f"{named[0]}: {wrong} is, at_least or at_most; these belong to setting, level and step, which need one")
        if (self.action is not None) != (self.select == "action"):
            raise ValueError("action: the name of an action belongs to `select: action`, which needs it")
        return self

    def allows(self, number: Any) -> bool:
        """True for a value that the page takes for done: as near to the number asked for as a slider comes."""
        numbers = [each for each in (number, self.is_) if isinstance(each, int | float) and not isinstance(each, bool)]
        near = len(numbers) == 2 and abs(numbers[0] - numbers[1]) <= NEAR * abs(numbers[1])
        return super().allows(self.is_ if near else number)


class Axis(Data):
    """An axis of a sketch."""

    label: Text
    low: Number
    high: Number

    @model_validator(mode="after")
    def _increasing(self) -> Axis:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Sketch(Data):
    """A curve to draw, and the true one."""

    x: Axis
    y: Axis
    truth: Annotated[list[tuple[Number, Number]], Field(min_length=2, max_length=64)]
    claim: Name
    """The claim that checks `truth`."""

    @model_validator(mode="after")
    def _within(self) -> Sketch:
        for x, y in self.truth:
            if not (self.x.low <= x <= self.x.high and self.y.low <= y <= self.y.high):
                raise ValueError(f"truth: the point [{x}, {y}] lies outside of the axes")
        if [x for x, _ in self.truth] != sorted({x for x, _ in self.truth}):
            raise ValueError("truth: x must increase")
        return self


class Prediction(Data):
    """A question that is answered before the text below it is shown: exactly one of choose, order and sketch."""

    id: Name
    ask: Text
    choose: Annotated[list[Text], Field(min_length=2, max_length=6)] | None = None
    answer: Text | None = None
    """The right one of `choose`."""
    order: Annotated[list[Text], Field(min_length=2, max_length=6)] | None = None
    """In the right order."""
    sketch: Sketch | None = None
    covers: list[Text] = []
    """Panels that would give the answer away, until there is one; names as in `hide` of an address."""
    reveal: Text
    """Markdown that is shown after the answer."""

    @model_validator(mode="after")
    def _one_form(self) -> Prediction:
        if sum(form is not None for form in (self.choose, self.order, self.sketch)) != 1:
            raise ValueError("a prediction has exactly one of choose, order and sketch")
        if (self.choose is None) != (self.answer is None):
            raise ValueError("answer: belongs to choose, which needs it")
        if self.choose is not None and self.answer not in self.choose:
            raise ValueError(f"answer: {self.answer!r} is not one of choose")
        for options in (self.choose, self.order):
            if options is not None and len(set(options)) < len(options):
                raise ValueError("no option may come twice")
        return self


class Variant(Data):
    """Differences from the moment of the step."""

    settings: dict[str, Any] = {}
    planner: str | None = None
    """Another planner; its settings are those of `settings` alone."""
    kill: Literal["carrier"] | None = None
    """The particle that is killed at level 0: the first step of the lineage that carries most of the decision."""


class Other(Variant):
    """The plans that a claim compares with."""

    times: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    """Factor of their numbers: with 0.5 the claim is about the difference to half of them."""
    differs: bool = False
    """The number of a plan is 1 where it is another one than that of the other plan with this seed, else 0."""


class Point(Data):
    """A value of the measure at a value of the setting of a curve."""

    at: Any
    mean: Number
    within: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Claim(Variant):
    """The check of one sentence: a number of each of many plans that differ only in the seed of the planner."""

    id: Name
    measure: str
    """Name of the number, from `backend/lessons/measures.py`."""
    level: Annotated[int, Field(ge=0)] | Literal["last"] | None = None
    action: str | None = None
    """For measures of an action: its name."""
    seeds: Annotated[int, Field(ge=100, le=10_000)] = 100
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """At least this share of plans has a number within `of`; 1 for each of them."""
    of: Bounds | None = None
    mean: Bounds | None = None
    """The mean lies within these bounds."""
    deviation: Bounds | None = None
    """The standard deviation over the seeds lies within these bounds."""
    against: Other | None = None
    """Numbers are differences to those of plans with these settings and the same seeds."""
    curve: Annotated[list[Point], Field(min_length=2, max_length=64)] | None = None
    """The mean at several values of the setting `over`, or at several levels where that is `level`."""
    over: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Claim:
        if sum(form is not None for form in (self.share, self.mean, self.deviation, self.curve)) != 1:
            raise ValueError("a claim has exactly one of share, mean, deviation and curve")
        if (self.share is None) != (self.of is None):
            raise ValueError("of: the bounds on the number belong to share, which needs them")
        if any(bounds is not None and not bounds.bounded for bounds in (self.of, self.mean, self.deviation)):
            raise ValueError("bounds without a bound claim nothing: write at_least, at_most or is")
        if self.against is not None and (self.curve is not None or self.deviation is not None):
            raise ValueError("against: belongs to share and mean")
        if (self.curve is None) != (self.over is None):
            raise ValueError("over: the setting that varies belongs to curve, which needs it")
        if self.over == LEVEL and not all(isinstance(point.at, int) and point.at >= 0 for point in self.curve or []):
            raise ValueError("curve: levels are whole numbers from 0")
        return self


class Step(Data):
    """One step of a lesson: a moment, and what is said about it."""

    id: Name
    title: Text
    link: str
    """Query of the moment's address."""
    line: int
    html: str
    """Text, safe to insert: raw HTML in the Markdown stays text. Places of predictions are `<div data-predict="id">`; formulas are
    `<span class="formula">` and `<div class="formula">` with the TeX in them."""
    notes: str = ""
    """HTML for the presenter only."""
    tasks: list[Task] = []
    predictions: list[Prediction] = []
    reveals: dict[str, str] = {}
    """HTML by id of the prediction."""
    claims: list[Claim] = []
    recorded: dict[str, Annotated[list[Value], Field(max_length=MAX_RECORDED)]] = {}
    """Setting -> values that the static site records, beside that of the step."""
    links: list[str] = []
    """Queries of the moments that links in the text lead to."""


class Lesson(Data):
    """A lesson that was read without a fault."""

    name: Name
    front: FrontMatter
    steps: Annotated[list[Step], Field(min_length=1)]

    def summary(self) -> dict[str, Any]:
        """Name, front matter and the steps' ids and titles, as the list of lessons gives them."""
        return {"name": self.name, **self.front.model_dump(), "steps": [{"id": step.id, "title": step.title} for step in self.steps]}
