"""The OpenAPI document says everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.testclient import TestClient

from earmark.server.openapi import METHODS, TAGS


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def without_words(document: dict[str, Any]) -> Iterator[str]:
    """Where something is not described."""
    for name, operation in operations(document):
        for field in ("summary", "description", "tags", "operationId"):
            if not operation.get(field):
                yield f"{name}: {field}"
        for parameter in operation.get("parameters", ()):
            if "$ref" not in parameter and not parameter.get("description"):
                yield f"{name}: {parameter['name']}"
    for name, schema in document["components"]["schemas"].items():
        if not schema.get("description"):
            yield name
        for field, described in schema.get("properties", {}).items():
            if not described.get("description"):
                yield f"{name}.{field}"


def test_everything_is_described(document: dict[str, Any]) -> None:
    assert list(without_words(document)) == []


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_operation_says_how_it_fails(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        answers = operation["responses"]
        assert any(status.startswith(("2", "3")) for status in answers), name
        for status, answer in answers.items():
            assert answer["description"], (name, status)
            if int(status) >= 400 and "/health" not in name:
                # The APIs of other servers write errors as these do.
                kind = "application/json" if "x-errors" in operation else "application/problem+json"
                assert kind in answer["content"], (name, status)
        if operation.get("security") != []:
            assert {"401", "403"} <= set(answers), name


def test_every_tag_is_explained(document: dict[str, Any]) -> None:
    assert [tag["name"] for tag in document["tags"] if not tag["description"]] == []
    assert {tag for _, operation in operations(document) for tag in operation["tags"]} <= set(TAGS)


def test_texts_and_lists_of_requests_are_bounded(document: dict[str, Any]) -> None:
    unbounded = []
    for name, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter.get("schema", {})
            for kind in schema.get("anyOf", [schema]):
                bounds = {"maxLength", "enum", "const", "format"}
                if kind.get("type") == "string" and not bounds & set(kind):
                    unbounded.append(f"{name}: {parameter['name']}")
    assert unbounded == []


def test_it_says_how_to_sign_in(document: dict[str, Any]) -> None:
    assert document["security"] == [{"session": []}, {"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["components"]["securitySchemes"]["session"]["name"] == "earmark_session"


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    def references(thing: Any) -> Iterator[str]:
        if isinstance(thing, dict):
            yield from ([thing["$ref"]] if isinstance(thing.get("$ref"), str) else [])
            for below in thing.values():
                yield from references(below)
        elif isinstance(thing, list):
            for below in thing:
                yield from references(below)

    for reference in set(references(document)):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def test_the_document_is_what_is_served(anonymous: TestClient, document: dict[str, Any]) -> None:
    assert anonymous.get("/api/v1/openapi.json").json() == document
