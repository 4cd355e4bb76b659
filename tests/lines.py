"""TCP lines to real servers that tests cut, at once or in the middle of what is sent, and mend again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

BLOCK = 16_384
PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "redis": 6379, "amqp": 5672, "http": 80}
"""Where servers listen whose URLs name no port."""


class Line:
    """Passes on what comes to a port of this machine, until it is cut: then connections break, and new ones do at once.

    Parameters
    ----------
    host, port : str, int
        The server at the other end.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._left: float = float("inf")
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self, *, after: int = 0) -> None:
        """Break all connections once so many more bytes were sent to the server."""
        with self._lock:
            self._left = after
        if after == 0:
            self._break()

    def mend(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._left = float("inf")

    @property
    def is_cut(self) -> bool:
        """Whether nothing goes through."""
        return self._left <= 0

    def close(self) -> None:
        """Cut it for good."""
        self.cut()
        # Wakes the thread that accepts, which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def accept(self) -> None:
        """Take connections until the line is closed."""
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self._server)
                with self._lock:
                    self._open |= {near, far}
                for source, sink, up in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass_on, args=(source, sink, up), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, up: bool) -> None:  # noqa: FBT001
        with suppress(OSError):
            while (data := source.recv(BLOCK)) and self._may_pass(len(data) if up else 0):
                sink.sendall(data)
        with self._lock:
            self._open -= {source, sink}
        _end(source, sink)

    def _may_pass(self, size: int) -> bool:
        with self._lock:
            self._left -= size
        if self.is_cut:
            self._break()
        return not self.is_cut

    def _break(self) -> None:
        with self._lock:
            broken, self._open = self._open, set()
        _end(*broken)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    """Lay a line to the server that a URL names; give it with the URL that leads through it."""
    parts = urlsplit(url)
    line = Line(parts.hostname or "127.0.0.1", parts.port or PORTS[parts.scheme.partition("+")[0]])
    thread = threading.Thread(target=line.accept)
    thread.start()
    credentials, at, _ = parts.netloc.rpartition("@")
    try:
        yield line, urlunsplit(parts._replace(netloc=f"{credentials}{at}{line.address}"))
    finally:
        line.close()
        thread.join()
