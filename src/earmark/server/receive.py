"""Bodies that are the bytes of one file and nothing else, written to the disk as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from earmark.server.multipart import blocks

if TYPE_CHECKING:
    from starlette.requests import Request

    from earmark.server.multipart import Sink

BINARY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""What OpenAPI is told of a route whose body is a file."""


async def receive(request: Request, sink: Sink) -> None:
    """Write the body of a request into a sink; raises what its ``write`` raises."""
    async for block in blocks(request):
        await run_in_threadpool(sink.write, block)
