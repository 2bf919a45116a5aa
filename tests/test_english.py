"""The first word of every docstring: a verb or a noun phrase, never a question word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUESTION = re.compile(r"(What|Who|Whose|Whom|How|Whether|Where)\b")


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, those of attributes and constants included."""
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
                yield statement.lineno, statement.value.value.strip()


def openings(source: str) -> list[int]:
    """Lines of the docstrings that open with a question word."""
    return [line for line, text in docstrings(ast.parse(source)) if QUESTION.match(text)]


@pytest.mark.parametrize("folder", ["planner", "backend", "dashboard", "benchmarks"])
def test_no_docstring_opens_with_a_question_word(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in openings(path.read_text(encoding="utf-8"))]
    assert not found, f"open these docstrings with a verb or a noun phrase: {', '.join(found)}"


COMMENT = re.compile(r"(?:/\*\*|//|^\s*\*|(?<![\w\"'])#) (What|Who|Whose|Whom|How|Whether|Where)\b", re.MULTILINE)


@pytest.mark.parametrize("folder", ["assets", "planner", "backend", "dashboard", "benchmarks"])
def test_no_comment_opens_with_a_question_word(folder: str) -> None:
    files = [path for kind in ("*.py", "*.js") for path in sorted((ROOT / folder).rglob(kind))]
    assert files
    found = [f"{path.relative_to(ROOT)}: {match.group()}" for path in files for match in COMMENT.finditer(path.read_text(encoding="utf-8"))]
    assert not found, f"open these comments with a verb or a noun phrase: {', '.join(found)}"


def test_docstrings_of_functions_classes_and_attributes_are_found() -> None:
    source = '"""What it is."""\nclass A:\n    """Fine."""\n    x: int\n    """Where it is."""\n    def f(self):\n        """Whether."""\n'
    assert openings(source) == [1, 5, 7]
