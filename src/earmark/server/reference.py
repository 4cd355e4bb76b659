"""Pages made from the OpenAPI document and the table of errors: they work without a network and run no script."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from earmark import __version__
from earmark.server import openapi, problems
from earmark.server.pages import page


def home() -> str:
    """Say what is here where the application for browsers was not built."""
    body = f"""<h1>Earmark {escape(__version__)}</h1>
<p>Recordings become labelled timelines, and people's corrections better models. This server answers programs; its
pages were not built. In a clone, <code>make web</code> builds them; then start the server again.</p>
<ul><li><a href="/api/v1/docs">Reference of the API</a>, and the same <a href="/api/v1/openapi.json">as OpenAPI</a></li>
<li><a href="/docs/errors">Codes of errors</a></li><li><a href="/health">Health of this server</a></li></ul>"""
    return page("Earmark", body)


def of_errors() -> str:
    """Explain every code."""
    rows = "".join(
        f'<tr id="{kind.code}"><td><code>{kind.code}</code></td><td>{kind.status}</td>'
        f"<td>{escape(kind.title)}</td></tr>"
        for kind in problems.all_kinds()
    )
    head = "<tr><th>code</th><th>status</th><th>what it means</th></tr>"
    intro = "<p>Each answer of status 400 and above is a problem document (RFC 9457) with one of these codes.</p>"
    return page("Errors of Earmark", f"<h1>Codes of errors</h1>{intro}<table>{head}{rows}</table>")


def of(document: dict[str, Any]) -> str:
    """Write the reference of an API."""
    parts = [f"<h1>Earmark {escape(__version__)}: the API</h1>", _prose(document["info"]["description"])]
    for tag in document.get("tags", ()):
        parts.append(f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2>{_prose(tag["description"])}')
        for path, methods in document["paths"].items():
            parts += [
                _operation(document, path, method, methods[method])
                for method in openapi.METHODS
                if tag["name"] in methods.get(method, {}).get("tags", ())
            ]
    return page("The API of Earmark", "".join(parts))


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [_parameter(_resolved(document, parameter)) for parameter in operation.get("parameters", ())]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(document, content.get("schema", {}))
        for name, field in schema.get("properties", {}).items():
            rows.append(
                _row(name, f"body, {kind}", field.get("description", ""), required=name in schema.get("required", ()))
            )
    table = f"<table>{''.join(rows)}</table>" if rows else ""
    statuses = ", ".join(operation.get("responses", {}))
    title = f"<h3>{method.upper()} {escape(path)}</h3><b>{escape(operation.get('summary', ''))}</b>"
    return f"{title}{_prose(operation.get('description', ''))}{table}<p><small>answers {escape(statuses)}</small></p>"


def _parameter(parameter: dict[str, Any]) -> str:
    where = str(parameter["in"])
    return _row(parameter["name"], where, parameter.get("description", ""), required=bool(parameter.get("required")))


def _row(name: str, where: str, description: str, *, required: bool) -> str:
    cells = (f"<code>{escape(name)}{'' if required else '?'}</code>", f"<small>{escape(where)}</small>")
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in (*cells, _inline(description))) + "</tr>"


def _resolved(document: dict[str, Any], thing: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in thing:
        return thing
    found: Any = document
    for name in thing["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part)


def _inline(text: str) -> str:
    """The little Markdown that our descriptions use."""
    safe = escape(text, quote=False)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe)
    return re.sub(r"\[([^\]]+)\]\((/[\w/.#-]*)\)", r'<a href="\2">\1</a>', safe)
