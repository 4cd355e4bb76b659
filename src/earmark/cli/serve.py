"""``earmark serve``."""

from __future__ import annotations

from earmark.errors import EarmarkError


def serve_command() -> None:
    """Start the server (not there yet)."""
    raise EarmarkError("the server is not there yet. Use 'earmark annotate' on the command line until then.")
