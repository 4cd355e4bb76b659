"""Requests to a server: who asks, pages, downloads, trying again, and errors in Earmark's own classes."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from earmark.client.problems import error_of
from earmark.errors import EarmarkError, FetchFailed, OutputFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import httpx

PREFIX = "/api/v1"
TRIES = 3
"""How often a request is sent that may be repeated without harm."""
LONGEST_WAIT = 10.0
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that do the same when they come twice; POST does so by its idempotency key."""
AWAY = frozenset({502, 503, 504})


class Http:
    """A connection to one server.

    Parameters
    ----------
    url : str
        Where the server is, for example ``https://earmark.example.org``.
    token : str
        An API token.
    timeout : float
        Seconds to wait for the server to say something.
    """

    def __init__(self, url: str, token: str, *, timeout: float) -> None:
        import httpx

        headers = {"Authorization": f"Bearer {token}", "User-Agent": "earmark"}
        self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and give what the answer holds; None where it holds nothing."""
        answer = self.send(method, path, **options)
        return answer.json() if answer.content else None

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request and give the answer.

        A POST with JSON carries an idempotency key, so that it can be sent again like a GET when the connection breaks
        or the server is away for a moment.

        Raises
        ------
        EarmarkError
            What the server says is wrong, as the class that fits.
        FetchFailed
            The server cannot be reached.
        """
        headers = dict(options.pop("headers", {}))
        if method == "POST" and "json" in options:
            headers.setdefault("Idempotency-Key", secrets.token_hex(16))
        once = isinstance(options.get("content"), Iterator) or "files" in options
        repeatable = not once and (method in REPEATABLE or "Idempotency-Key" in headers)
        for left in reversed(range(TRIES if repeatable else 1)):
            answer = self._try(method, path, left, headers=headers, **options)
            if answer is not None:
                return checked(answer)
        raise AssertionError("the last try answers or raises")

    def _try(self, method: str, path: str, left: int, **options: Any) -> httpx.Response | None:
        """Send a request once; None where it is worth another try."""
        import httpx

        try:
            answer = self._client.request(method, PREFIX + path, **options)
        except httpx.TransportError as error:
            if not left:
                raise unreachable(self._client.base_url, error) from error
            time.sleep(0.5)
            return None
        if left and answer.status_code in AWAY:
            time.sleep(min(LONGEST_WAIT, _seconds(answer.headers.get("retry-after"))))
            return None
        return answer

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Give all items of a list, asking for one page after the other."""
        given = {name: value for name, value in params.items() if value is not None}
        while True:
            page = self.ask("GET", path, params=given)
            yield from page["items"]
            if page["next"] is None:
                return
            given["cursor"] = page["next"]

    def download(self, path: str, target: Path, *, params: Mapping[str, Any] | None = None) -> None:
        """Write what an address gives into a file: the whole of it, or nothing."""
        import httpx

        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with self._client.stream("GET", PREFIX + path, params=params) as answer, part.open("xb") as file:
                if answer.is_error:
                    answer.read()
                checked(answer)
                for block in answer.iter_bytes():
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except httpx.TransportError as error:
            raise unreachable(self._client.base_url, error) from error
        except EarmarkError:
            raise
        except OSError as error:
            raise OutputFailed(
                f"{target}: {error.strerror or error}. Choose a folder that you can write to."
            ) from error
        finally:
            part.unlink(missing_ok=True)


def checked(answer: httpx.Response) -> httpx.Response:
    """Give an answer, or raise the error that it tells."""
    if not answer.is_error:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": f"the server answers {answer.status_code}, but not as Earmark does. Check the address."}
    raise error_of(problem)


def unreachable(url: object, error: Exception) -> FetchFailed:
    """Say that there is no server, or no connection to it."""
    why = str(error) or type(error).__name__
    return FetchFailed(f"{url} cannot be reached ({why}). Check the address and that the server runs.")


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdecimal() else 1.0
