"""The OpenAPI document as a page to read, without scripts and without the net."""

from __future__ import annotations

from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
h2 { font-size: 1rem; margin: 2rem 0 .3rem; } code, h2 { font-family: ui-monospace, monospace; } p { margin: .3rem 0; }
table { border-collapse: collapse; margin: .3rem 0; } td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
"""


def reading_page(document: dict[str, Any], address: str) -> str:
    """One section for each operation: its description, parameters, body and answers.

    Args:
      document: the OpenAPI document.
      address: where the document itself is.
    """
    sections = "".join(
        _section(method, path, operation, document) for path, operations in document["paths"].items() for method, operation in operations.items()
    )
    title = escape(f"{document['info']['title']}: the interface")
    lead = f'<p>The same as an OpenAPI document: <a href="{escape(address)}">{escape(address)}</a>. The live link is described in docs/api.md.</p>'
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{lead}{sections}</body></html>"
    )


def _section(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    parameters = [(f"{each['name']} ({each['in']})", _schema(each["schema"])) for each in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    fields = _fields(body, document) if body else []
    answers = [
        (status, f"{answer['description']} {', '.join(answer.get('content', {}))}") for status, answer in sorted(operation["responses"].items())
    ]
    text = escape(operation.get("description", operation.get("summary", "")))
    return f"<h2>{method.upper()} {escape(path)}</h2><p>{text}</p>{_table(parameters + fields)}{_table(answers)}"


def _fields(schema: dict[str, Any], document: dict[str, Any]) -> list[tuple[str, str]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [(f"{name}{'' if name in needed else '?'}", _schema(each)) for name, each in schema.get("properties", {}).items()]


def _schema(schema: dict[str, Any]) -> str:
    kind = schema.get("type") or " or ".join(each.get("type", "any") for each in schema.get("anyOf", [])) or "any"
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most"), ("default", "default")) if key in schema]
    return ", ".join([kind, *limits])


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{cells}</table>" if rows else ""
