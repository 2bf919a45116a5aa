"""Reads a lesson from its Markdown. All faults of a file are found at once, each with its line and with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import BaseModel, TypeAdapter, ValidationError

from backend.lessons.model import LONGEST_NAME, NAME, Claim, FrontMatter, Lesson, Prediction, Sketch, Step, Task
from planner.messages import fault_of

MAX_BYTES = 200_000
BLOCKS = ("do", "predict", "claim", "notes", "record")
"""Info strings of fenced blocks that hold data or the presenter's notes."""

INSTRUCTIONS = frozenset({
    "add", "answer", "ask", "begin", "change", "check", "choose", "click", "close", "come", "compare", "copy", "count", "discuss", "drag", "draw",
    "drop", "enlarge", "explain", "find", "follow", "give", "go", "guess", "hold", "hover", "imagine", "keep", "kill", "leave", "let", "look", "make",
    "mind", "move", "name", "now", "open", "pause", "pick", "pin", "play", "point", "predict", "press", "put", "read", "remember", "repeat", "reset",
    "return", "run", "say", "see", "select", "send", "set", "show", "start", "step", "stop", "switch", "take", "tell", "think", "try", "turn", "use",
    "wait", "watch", "write",
})  # fmt: skip
"""First words of sentences that ask for something."""

_CLAIM, _DEFINITION, _FORMULA = "\x01", "\x02", "\x03"


@dataclass(frozen=True)
class Fault:
    """One fault of a lesson's file."""

    file: str
    line: int
    """Counted from 1."""
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


def read_lesson(path: Path) -> tuple[Lesson | None, list[Fault]]:
    """Read a file. Returns the lesson, None where it has a fault that leaves no lesson, and all faults.

    Raises:
      OSError: the file cannot be read.
    """
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        return None, [Fault(path.name, 1, f"the file has {len(data)} bytes", f"a lesson has at most {MAX_BYTES}")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, [Fault(path.name, line, "this is no UTF-8", "save the file as UTF-8")]
    return _Reader(path, text).read()


class _EachOnce(yaml.SafeLoader):
    """Refuses a name said twice: the last one would count, and nobody would know which was meant."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names:
                raise yaml.constructor.ConstructorError(None, None, f"it says {key.value!r} twice", key.start_mark)
            names.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep)


class _Reader:
    def __init__(self, path: Path, text: str):
        self.path = path
        self.faults: list[Fault] = []
        self.markdown = MarkdownIt("commonmark", {"html": False}).enable(["table"])
        self.markdown.use(front_matter_plugin).use(attrs_plugin, spans=True).use(dollarmath_plugin, renderer=_formula)
        self.markdown.add_render_rule("math_inline", _math_inline)
        self.markdown.add_render_rule("math_block", _math_block)
        self.tokens = self.markdown.parse(text)

    def read(self) -> tuple[Lesson | None, list[Fault]]:
        front = self.front_matter()
        steps = [self.step(heading, body) for heading, body in self.sections()]
        if not steps:
            self.fault(1, "there is no step", "begin a step with a heading that is a link: ## [Title](?checkpoint=…)")
        ids = [step.id for step in steps if step]
        for double in {name for name in ids if ids.count(name) > 1}:
            self.fault(1, f"two steps have the id {double!r}", "give the heading another title, or an id of its own: ## [Title](?…) {#id}")
        asked = [prediction.id for step in steps if step for prediction in step.predictions]
        for double in {name for name in asked if asked.count(name) > 1}:
            self.fault(1, f"two predictions have the id {double!r}", "give one of them another id: answers are kept by it")
        if front is None or None in steps or not steps or not self.named():
            return None, self.faults
        return Lesson(name=self.path.stem, front=front, steps=[step for step in steps if step]), self.faults

    def fault(self, line: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.path.name, line, what, remedy))

    def named(self) -> bool:
        if NAME.fullmatch(self.path.stem) and len(self.path.stem) <= LONGEST_NAME:
            return True
        self.fault(1, f"the name {self.path.stem!r} cannot be that of a lesson", f"use at most {LONGEST_NAME} small letters, digits and hyphens")
        return False

    def front_matter(self) -> FrontMatter | None:
        token = self.tokens[0] if self.tokens else None
        if token is None or token.type != "front_matter":
            self.fault(1, "there is no front matter", "begin the file with ---, title, minutes and teaches, and ---")
            return None
        return self.data(FrontMatter, token.content, 2, "the front matter")

    def sections(self) -> Iterator[tuple[Token, list[Token]]]:
        """Each heading of the second level, as its inline token, with the tokens below it."""
        starts = [index for index, token in enumerate(self.tokens) if token.type == "heading_open" and token.tag in ("h1", "h2")]
        before = [token for token in self.tokens[: starts[0] if starts else None] if token.type != "front_matter"]
        if before:
            self.fault(_line(before[0]), "there is text before the first step", "put it into a step; the front matter says what the lesson teaches")
        for start, end in pairwise([*starts, len(self.tokens)]):
            heading = self.tokens[start]
            if heading.tag == "h1":
                self.fault(_line(heading), "a heading of the first level", "the title stands in the front matter; steps begin with ##")
                continue
            self.tokens[start + 1].meta["id"] = heading.attrs.get("id")
            self.tokens[start + 1].map = heading.map
            yield self.tokens[start + 1], self.tokens[start + 3 : end]

    def step(self, heading: Token, body: list[Token]) -> Step | None:
        line = _line(heading)
        children = heading.children or []
        links = [child for child in children if child.type == "link_open"]
        title = "".join(child.content for child in children if child.type in ("text", "code_inline")).strip()
        # Behind a space, `{#id}` belongs to no element, and is text.
        own = re.search(r"\s+\{#([a-z0-9-]+)\}$", title)
        title = title[: own.start()] if own else title
        query = str(links[0].attrs.get("href", "")) if links else ""
        # An address as a browser shows it.
        query = re.sub(r"^https?://[^?#]*", "", query).partition("#")[0]
        if len(links) != 1 or not query.startswith("?") or not title:
            self.fault(line, "the heading of a step is a link to its moment", "write ## [Title](?checkpoint=…), with the address that the page shows")
            return None
        name = str(
            (own and own[1]) or heading.meta.get("id") or next((child.attrs["id"] for child in children if "id" in child.attrs), "") or _slug(title)
        )
        kept, found = self.blocks(body)
        recorded = [(name, where) for record, where in found["record"] for name in record]
        for name, where in {name: where for name, where in recorded if [each for each, _ in recorded].count(name) > 1}.items():
            self.fault(where, f"the setting {name!r} is recorded twice", "write all of its values in one list")
        self.sentences(kept)
        ids = self.claimed(kept, [prediction for prediction, _ in found["predict"]], found["claim"], line)
        try:
            return Step(
                id=name,
                title=title,
                link=query.removeprefix("?"),
                line=line,
                html=self.markdown.renderer.render(kept, self.markdown.options, {}),
                notes="".join(self.markdown.render(text) for text, _ in found["notes"]),
                tasks=[task for tasks, _ in found["do"] for task in tasks],
                predictions=[prediction for prediction, _ in found["predict"]],
                reveals={prediction.id: self.markdown.render(prediction.reveal) for prediction, _ in found["predict"]},
                claims=[claim for claim, _ in found["claim"] if claim.id in ids],
                recorded={name: values for record, _ in found["record"] for name, values in record.items()},
                links=self.links(kept, [prediction for prediction, _ in found["predict"]]),
            )
        except ValidationError as error:
            self.refuse(error, line, "the step")
            return None

    def blocks(self, body: list[Token]) -> tuple[list[Token], dict[str, list[tuple[Any, int]]]]:
        """The tokens to render, with places for predictions, and the blocks by kind, each with its line."""
        kept: list[Token] = []
        found: dict[str, list[tuple[Any, int]]] = {name: [] for name in BLOCKS}
        for token in body:
            kind = token.info.split(" ")[0] if token.type == "fence" else ""
            if kind not in BLOCKS:
                if kind:
                    self.fault(_line(token), f"a block {kind!r}", f"blocks are {', '.join(BLOCKS)}")
                kept.append(token)
                continue
            line = _line(token) + 1
            value: Any = token.content if kind == "notes" else self.block(kind, token.content, line)
            if value is None:
                continue
            found[kind].append((value, line))
            if kind == "predict":
                kept.append(Token("html_block", "", 0, content=f'<div data-predict="{value.id}"></div>\n'))
        return kept, found

    def block(self, kind: str, content: str, line: int) -> Any:
        match kind:
            case "do":
                return self.data(TypeAdapter(list[Task]), content, line, "the tasks")
            case "predict":
                return self.data(Prediction, content, line, "the prediction")
            case "claim":
                return self.data(Claim, content, line, "the claim")
        return self.data(TypeAdapter(dict[str, list[Any]]), content, line, "the recorded settings")

    def data(self, kind: Any, content: str, line: int, what: str) -> Any:
        """YAML as a value of a kind; None, with its faults noted, where it is not one."""
        try:
            value = yaml.load(content, _EachOnce)
            return kind.model_validate(value) if isinstance(kind, type) and issubclass(kind, BaseModel) else kind.validate_python(value)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.fault(line + (mark.line if mark else 0), f"{what} cannot be read as YAML: {getattr(error, 'problem', None) or error}", "mend it")
        except ValidationError as error:
            self.refuse(error, line, what)
        return None

    def refuse(self, error: ValidationError, line: int, what: str) -> None:
        for each in error.errors():
            where = ".".join(str(part) for part in each["loc"])
            self.fault(line, f"{what}: {fault_of(each, where)}", "docs/teaching.md lists the fields")

    def links(self, kept: Sequence[Token], predictions: Sequence[Prediction]) -> list[str]:
        """Queries of the moments that the text, or the answer of a prediction, leads to."""
        tokens = [*kept, *(token for prediction in predictions for token in self.markdown.parse(prediction.reveal))]
        addresses = [
            str(child.attrs.get("href", ""))
            for token in tokens
            if token.type == "inline"
            for child in token.children or []
            if child.type == "link_open"
        ]
        return [address.removeprefix("?") for address in dict.fromkeys(addresses) if address.startswith("?")]

    # --- what is said -------------------------------------------------------------------------------------------------------------

    def sentences(self, tokens: Sequence[Token]) -> None:
        """Each sentence of the text is a claim, a definition, a question or an instruction."""
        for token in tokens:
            if token.type != "inline":
                continue
            for sentence in re.split(r"(?<=[.!?…])\s+", _flat(token.children or [])):
                if not _allowed(sentence):
                    short = re.sub(r"\s+", " ", re.sub("[\x01-\x03]", "…", sentence))[:70]
                    self.fault(
                        _line(token), f"this sentence says something without a check: “{short}”",
                        "make it a claim, [sentence]{#id} with a block ```claim; or a definition, [sentence]{.definition}",
                    )  # fmt: skip

    def claimed(self, kept: Sequence[Token], predictions: list[Prediction], claims: list[tuple[Claim, int]], line: int) -> set[str]:
        """Ids that are both said and checked; the others are faults."""
        said = set(_ids(kept))
        for prediction in predictions:
            revealed = self.markdown.parse(prediction.reveal)
            self.sentences([_at(token, line) for token in revealed])
            said |= set(_ids(revealed)) | ({prediction.sketch.claim} if prediction.sketch else set())
        checked = {claim.id: where for claim, where in claims}
        for prediction in predictions:
            if prediction.sketch and not _is_truth(prediction.sketch, [claim for claim, _ in claims]):
                self.fault(
                    line, f"the truth of the sketch {prediction.id!r} is not the curve of the claim {prediction.sketch.claim!r}",
                    "give the claim a curve with the same points",
                )  # fmt: skip
        for name in sorted(said - set(checked)):
            self.fault(line, f"the claim {name!r} has no check", f"add a block ```claim with id: {name}, a measure, and what holds of it")
        for name in sorted(set(checked) - said):
            self.fault(
                checked[name], f"the check {name!r} belongs to no sentence", f"write the sentence as [sentence]{{#{name}}}, or take the check out"
            )
        return said & set(checked)


def _allowed(sentence: str) -> bool:
    words = re.findall(r"[^\W\d_][\w'’-]*", sentence)
    if _CLAIM in sentence or _DEFINITION in sentence or not words:
        return True
    # The end of a sentence may be followed by a bracket.
    return re.search(r"[?]\W*$", sentence) is not None or words[0].lower() in INSTRUCTIONS


def _flat(children: Sequence[Token]) -> str:
    """Text of inline tokens, in which a claim or a definition is one mark."""
    text, depth = [], 0
    for child in children:
        if child.type == "span_open":
            depth += 1
            if depth == 1:
                text.append(_CLAIM if child.attrs.get("id") else _DEFINITION if "definition" in str(child.attrs.get("class", "")) else "")
        elif child.type == "span_close":
            depth -= 1
            # The sentence ends inside of the span.
            text.append(". " if depth == 0 else "")
        elif depth == 0:
            text.append(" " if child.type in ("softbreak", "hardbreak") else _FORMULA if child.type == "math_inline" else child.content)
    return re.sub(r"([\x01\x02])\.\s*([.!?])?", r"\1. ", "".join(text)).strip()


def _ids(tokens: Sequence[Token]) -> list[str]:
    return [str(child.attrs["id"]) for token in tokens for child in token.children or [] if child.type == "span_open" and "id" in child.attrs]


def _is_truth(sketch: Sketch, claims: Sequence[Claim]) -> bool:
    """True if a claim checks just the points of a sketch; also where there is no such claim, which is a fault of its own."""
    curves = [claim.curve or [] for claim in claims if claim.id == sketch.claim]
    return not curves or (
        [x for x, _ in sketch.truth] == [point.at for point in curves[0]]
        and all(abs(y - point.mean) <= point.within for (_, y), point in zip(sketch.truth, curves[0], strict=True))
    )


def _at(token: Token, line: int) -> Token:
    token.map = [line - 1, line]
    return token


def _line(token: Token) -> int:
    return (token.map[0] if token.map else 0) + 1


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "step"


def _formula(content: str, options: dict[str, bool]) -> str:
    return content


def _math_inline(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<span class="formula">{_escape(tokens[index].content.strip())}</span>'


def _math_block(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<div class="formula">{_escape(tokens[index].content.strip())}</div>\n'


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
