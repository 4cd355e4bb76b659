"""The OpenAPI document: what FastAPI finds in the routes, with what all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from earmark import __version__
from earmark.server.idempotency import HEADER, REPLAYED
from earmark.server.identity import cookie_name
from earmark.server.problems import errors
from earmark.server.schemas import PageAnswer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

DESCRIPTION = """
Earmark turns recordings into labelled timelines, and people's corrections into better models.

**Signing in.** Browsers send `POST /api/v1/session` and get a cookie. Programs send an API token:
`Authorization: Bearer em_...`.

**Errors** are problem documents (RFC 9457) with a stable `code`; see [the list of codes](/docs/errors).

**Lists** come in pages: `next` of a page is the `cursor` of the one after it.

**Editing together.** Things that are edited have an `ETag`; with `If-Match` a change is made only if nobody else made
one in between.

**Sending again.** A POST with JSON and an `Idempotency-Key` happens once, however often it is sent within a day.

**Times** are seconds from the beginning of a recording, intervals half-open; moments are ISO 8601 with time zone.
"""
TAGS = {
    "session": "Signing in and out.",
    "users": "People with an account.",
    "tokens": "Keys with which programs act for a person.",
    "projects": "Recordings, labels and people that belong together.",
    "recordings": "Audio and video files with what is known of them.",
    "uploads": "Large files in resumable parts (tus 1.0.0).",
    "seeing": "Sound for eyes and ears: peaks, spectrogram tiles, excerpts.",
    "annotations": "What people and models found in a recording, with every revision.",
    "voices": "Voices that a project knows by name, where that is switched on.",
    "exports": "Results in the formats of other programs, and whole projects as archives.",
    "jobs": "Long work: its state, progress and log.",
    "schedules": "Work that is done again and again.",
    "models": "Models with their files, versions and figures.",
    "webhooks": "Telling other programs what happens.",
    "openai": "OpenAI's audio API, for clients that speak it; errors are written as OpenAI does.",
    "whisper-asr": "The API of whisper-asr-webservice, for clients that speak it, such as Bazarr.",
    "events": "Telling pages what happens, as it happens.",
    "audit": "Who did what.",
    "system": "For those who run the server.",
}
SECURITY: list[dict[str, list[str]]] = [{"session": []}, {"token": []}]
KEYED = "#/components/parameters/IdempotencyKey"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def build(app: FastAPI) -> dict[str, Any]:
    """Write the document; once, since the routes do not change."""
    document = app.openapi_schema or _complete(app)
    app.openapi_schema = document
    return document


def _complete(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Earmark",
        version=__version__,
        summary="Recordings, annotations, models and jobs over HTTP.",
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas |= _schemas_of_problems()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for name, schema in schemas.items():
        _describe(name, schema)
    components["securitySchemes"] = _security(app)
    components["parameters"] = {"IdempotencyKey": _KEY}
    document["security"] = SECURITY
    for method, operation in operations(document):
        _add_shared(method, operation)
    used = {tag for _, operation in operations(document) for tag in operation.get("tags", ())}
    described = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    document["tags"] = described + [{"name": name, "description": ""} for name in sorted(used - set(TAGS))]
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All operations with their methods."""
    for path in document.get("paths", {}).values():
        yield from ((method, path[method]) for method in METHODS if method in path)


def _schemas_of_problems() -> dict[str, Any]:
    schema: dict[str, Any] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _describe(name: str, schema: dict[str, Any]) -> None:
    """Put descriptions where readers look for them; pydantic leaves those of types that may be null within."""
    if name.startswith(PageAnswer.__name__):
        schema.setdefault("description", PageAnswer.__doc__)
    for described in schema.get("properties", {}).values():
        within = [kind["description"] for kind in described.get("anyOf", ()) if "description" in kind]
        if within:
            described.setdefault("description", within[0])


def _security(app: FastAPI) -> dict[str, Any]:
    return {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(app.state.platform),
            "description": "Cookie that `POST /api/v1/session` sets. Requests that change something have to come from "
            "a page of this server (`Origin`, `Sec-Fetch-Site`).",
        },
        "token": {"type": "http", "scheme": "bearer", "description": "API token: `em_...`."},
    }


_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A random word of your choice. If the request is sent again with it within a day, nothing happens "
    f"twice and the first answer comes again, with the header `{REPLAYED}: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}


def _add_shared(method: str, operation: dict[str, Any]) -> None:
    found = operation.setdefault("responses", {})
    if "x-errors" in operation:
        # Those of another server's API, written as that server writes them; there a wrong value is 400.
        found.pop("422", None)
        return
    public = operation.get("security") == []
    shared = errors(422, 500, 503) if public else errors(401, 403, 422, 500, 503)
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        shared |= errors(400, 413)
        if method == "post" and not public:
            operation.setdefault("parameters", []).append({"$ref": KEYED})
    for status, described in shared.items():
        # FastAPI's own words for 422 speak of a shape that we do not answer.
        if str(status) not in found or str(status) == "422":
            found[str(status)] = described
    operation["responses"] = dict(sorted(found.items()))
