"""Bodies that hold one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earmark.errors import InvalidValue
from earmark.server.multipart import receive_files

if TYPE_CHECKING:
    from starlette.requests import Request

    from earmark.server.multipart import Sink

ONE_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The file, with its name."}
                    },
                }
            }
        },
    }
}
"""What OpenAPI is told of a route whose body is a form with one file."""


async def receive_one(request: Request, sink: Sink) -> str:
    """Write the one file of a ``multipart/form-data`` body into a sink; return its name.

    Raises
    ------
    InvalidValue
        There is none, or more than one.
    """
    names: list[str] = []

    def begin(name: str) -> Sink:
        names.append(name)
        if len(names) > 1:
            raise InvalidValue("the body holds more than one file: send them one by one")
        return sink

    await receive_files(request, begin, lambda: None)
    if not names:
        raise InvalidValue("the body holds no file")
    return names[0]
