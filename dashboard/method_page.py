"""The page of the method: docs/method.md as a page, where every equation has an address, such as `method#E5`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboard.plain import add_plain_page

TEXT = Path(__file__).with_name("method.md")
"""A link to docs/method.md here, the file itself in a wheel."""
DEFINED = re.compile(r"^( {0,4})\((E\d+)\)", re.MULTILINE)
MENTIONED = re.compile(r"\((E\d+)\)")


def method_html(text: str) -> str:
    """HTML of the method: its title, a list of its sections, and the text, in which equations that are mentioned lead to where they are defined."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    for kind in ("code_block", "fence"):
        markdown.add_render_rule(kind, _formulas)
    markdown.add_render_rule("text", _words)
    tokens = markdown.parse(text)
    sections = _name_sections(tokens)
    for token in tokens:
        token.children = _without_other_documents(token.children) if token.children else token.children
    # The title stands before the list.
    title, rest = tokens[:3], tokens[3:]
    render = markdown.renderer.render
    links = "".join(f'<li><a href="#{name}">{escape(words)}</a></li>' for name, words in sections)
    contents = f'<nav id="sections" aria-label="Sections"><ol>{links}</ol></nav>'
    return f'{render(title, markdown.options, {})}{contents}\n<article id="method">{render(rest, markdown.options, {})}</article>'


def _name_sections(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give every section an id; returns id and title of each."""
    sections = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag != "h1":
            name = re.sub(r"[^a-z0-9]+", "-", inline.content.lower()).strip("-")
            opening.attrSet("id", name)
            sections.append((name, inline.content))
    return sections


def _without_other_documents(tokens: Sequence[Token]) -> list[Token]:
    """Leave the words of a link to a document that is not served."""
    kept, dropping = [], False
    for token in tokens:
        if token.type == "link_open":
            dropping = not str(token.attrGet("href")).startswith(("#", "http"))
        if not (dropping and token.type in ("link_open", "link_close")):
            kept.append(token)
    return kept


def _formulas(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    formulas = DEFINED.sub(r'\1<b class="equation" id="\2">(\2)</b>', escape(tokens[index].content.rstrip(), quote=False))
    # One that is wider than the page scrolls, and so has to be reached by keys.
    return f'<pre tabindex="0"><code>{formulas}</code></pre>\n'


def _words(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return MENTIONED.sub(r'(<a href="#\1">\1</a>)', escape(tokens[index].content, quote=False))


def add_method_page(server: FastAPI, prefix: str, api: str, assets: Path) -> None:
    """Serve the page on `server`; the arguments are those of `add_plain_page`."""
    add_plain_page(
        server,
        "/method",
        title="method",
        script="method.js",
        styles=("method.css",),
        content=method_html(TEXT.read_text("utf-8")),
        prefix=prefix,
        api=api,
        assets=assets,
    )
