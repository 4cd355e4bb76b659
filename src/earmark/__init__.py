"""Earmark turns recordings into labelled timelines, and people's corrections into better models.

>>> import earmark
>>> annotation = earmark.annotate("meeting.mp3", language="en")  # doctest: +SKIP
>>> annotation.segments[0].label  # doctest: +SKIP
'speech'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "annotate": "earmark.api",
    "plot": "earmark.api",
    "transcribe": "earmark.api",
    "read": "earmark.formats",
    "write": "earmark.formats",
    "Annotation": "earmark.core.annotation",
    "Note": "earmark.core.annotation",
    "Recording": "earmark.core.recording",
    "Segment": "earmark.core.segment",
    "Word": "earmark.core.segment",
    "EarmarkError": "earmark.errors",
    "Client": "earmark.client",
}

__all__ = [
    "Annotation",
    "Client",
    "EarmarkError",
    "Note",
    "Recording",
    "Segment",
    "Word",
    "__version__",
    "annotate",
    "plot",
    "read",
    "transcribe",
    "write",
]

if TYPE_CHECKING:
    from earmark.api import annotate, plot, transcribe
    from earmark.client import Client
    from earmark.core.annotation import Annotation, Note
    from earmark.core.recording import Recording
    from earmark.core.segment import Segment, Word
    from earmark.errors import EarmarkError
    from earmark.formats import read, write


def __getattr__(name: str) -> Any:
    """Load what is asked for only then, so that ``import earmark`` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'earmark' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
