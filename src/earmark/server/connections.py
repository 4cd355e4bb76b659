"""Connections that are held open by nobody who means it: uvicorn itself waits for slow clients without end.

Bodies that stop coming are the business of `bodies.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    import h11

UNREAD_SECONDS = 120.0
"""How long a client may take for what lies in the buffers of its connection, some ten kilobytes."""


class Connection(H11Protocol):
    """Closes a connection on which no whole request comes, or from which no answer is read, for too long."""

    header_timeout: float
    """Seconds from the first byte of a request, or from the beginning of the connection, to the end of its headers."""
    _no_request: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """See whether a request has come."""
        super().data_received(data)
        self._look()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to those who speak WebSocket: its headers have come."""
        self._upgraded = True
        self._end_waiting()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """End all waiting."""
        self._end_waiting()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Hear that it did."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def _end_waiting(self) -> None:
        for timer in (self._no_request, self._unread):
            if timer is not None:
                timer.cancel()

    def _look(self) -> None:
        if self._upgraded:
            return
        # What comes after an answer that did not wait for the body counts as no request.
        asked = self.cycle is not None and not self.cycle.response_complete
        if asked and self._no_request is not None:
            self._no_request.cancel()
            self._no_request = None
        elif not asked and self._no_request is None:
            self._no_request = self.loop.call_later(self.header_timeout, self._give_up)

    def _give_up(self) -> None:
        self._no_request = None
        # A request may have begun while the one before it was answered, without more data since.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


def connection(header_timeout: float) -> type[Connection]:
    """Make the kind of connection that waits for headers so many seconds."""
    return type("Connection", (Connection,), {"header_timeout": header_timeout})
