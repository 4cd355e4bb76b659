"""A thin client of the HTTP API: `Client`; see docs/client.md."""

from __future__ import annotations

from earmark.client.client import Client

__all__ = ["Client"]
