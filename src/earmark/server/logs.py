"""Log lines: prose for people or JSON for programs, with the ids of request and job.

Every line has time, level and message; `action`, where it is given, is a stable word to search by.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from earmark.jobs.run import JOB_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.config import Settings

FIELDS = ("action", "request_id", "job_id", "method", "path", "status", "seconds", "user_id", "address")
"""What a line may carry beside its message."""
QUIET = ("/health", "/metrics")
"""Paths that are asked for every few seconds: their lines are of level DEBUG."""

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_access = logging.getLogger("earmark.access")


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Mark all lines that are written meanwhile as belonging to a request."""
    before = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(before)


def access(*, method: str, path: str, status: int, seconds: float, user_id: str | None, address: str | None) -> None:
    """Write the line of an answered request; without its query, which may hold what is nobody's business."""
    level = logging.DEBUG if path.startswith(QUIET) and status < 500 else logging.INFO
    extra = {"action": "request", "method": method, "path": path, "status": status}
    extra |= {"seconds": round(seconds, 4), "user_id": user_id, "address": address}
    _access.log(level, "%s %s %d in %.0f ms", method, path, status, seconds * 1000, extra=extra)


def configure(settings: Settings) -> None:
    """Write log lines of the whole process to standard error, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    level = settings.log_level.upper()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelName(level), logging.WARNING))
    logging.getLogger("earmark").setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # Their own handlers would write each line twice, in another form.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.WARNING)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: getattr(record, name, None) for name in FIELDS}
    found["request_id"] = found["request_id"] or _request_id.get()
    found["job_id"] = found["job_id"] or JOB_ID.get()
    return {name: value for name, value in found.items() if value is not None}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(logging.Formatter):
    """One JSON object on each line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage()}
        line |= {"logger": record.name} | _fields(record)
        if record.exc_info and record.exc_info[0] is not None:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """Prose, then the ids; whatever a request wrote into a message stays on its line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and the traceback below it."""
        said = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        ids = "".join(f" {name}={value}" for name, value in _fields(record).items() if name.endswith("_id"))
        line = f"{_time(record)} {record.levelname:<7} {said}{ids}"
        if record.exc_info and record.exc_info[0] is not None:
            line += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return line
