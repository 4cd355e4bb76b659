"""Moving the bytes behind a URL into a file.

It bounds how long a silent or trickling server may take, goes on where a transfer broke off, and knows when a file is
complete.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError, FetchFailed, OutputFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import httpx

    Progress = Callable[[int, int | None], None]

MAX_REDIRECTS = 5
MAX_TRIES = 4
"""Tries in a row that may bring less than `LEAST_GAIN` before a download is given up."""
HEADER_TIMEOUTS = 3
"""So many time-outs may pass until a server has sent its headers."""
LEAST_GAIN = 65_536
"""Bytes by which a try must bring a download forward to count for something."""
LEAST_RATE = 1_024
"""Bytes per second, measured over the length of a time-out, below which a server counts as stuck."""
REFUSALS = {
    401: "the server wants a sign-in. Download the file in a browser and give Earmark its path",
    403: "the server does not allow it. Download the file in a browser and give Earmark its path",
    404: "nothing is there. Check the address",
    410: "it is not there any more. Check the address",
    429: "the server has had too many requests. Try again later",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said about the file that it sent.

    Attributes
    ----------
    url : str
        Address after redirects.
    headers : mapping
        Headers of the answer; names in any case.
    total : int or None
        Bytes of the whole file; None where the server does not say.
    """

    url: str
    headers: Mapping[str, str]
    total: int | None


def redact(url: str) -> str:
    """Take user name, password, query and fragment out of a URL, so that it can be shown and logged."""
    if url[:5].lower() == "data:":
        return "data:..."
    scheme, separator, rest = url.partition("://")
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    shown = f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}{'?...' if '?' in rest else ''}"
    return "".join(character if character.isprintable() else "?" for character in shown)


def download(
    url: str,
    part: Path,
    *,
    timeout: float,
    max_bytes: int,
    progress: Progress | None = None,
    headers: Mapping[str, str] | None = None,
    require: Callable[[str, Answer], None] | None = None,
    client: httpx.Client | None = None,
) -> Answer:
    """Add the bytes behind a URL to a file until it is complete, going on from what the file already holds.

    Parameters
    ----------
    url : str
        An ``http`` or ``https`` address.
    part : Path
        The file to write. It is kept when the download fails, so that a later call can go on.
    timeout : float
        Seconds to wait for a connection or for the next bytes.
    max_bytes : int
        Larger files are refused.
    progress : callable, optional
        Called with the bytes done and the bytes in all (None where unknown).
    headers : mapping, optional
        Further request headers; an ``Authorization`` is not sent on to another host.
    require : callable, optional
        Called with the URL and the answer before anything is written; raises to refuse it.
    client : httpx.Client, optional
        Who makes the requests and follows redirects, for example `earmark.services.guard.guarded_client`; without one,
        any address may be fetched.

    Raises
    ------
    FetchFailed
        If the address does not give the whole file.
    OutputFailed
        If the file cannot be written.
    """
    import httpx

    with writing(part):
        part.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(
        url=url,
        part=part,
        timeout=timeout,
        max_bytes=max_bytes,
        progress=progress or (lambda _done, _total: None),
        headers={"Accept-Encoding": "identity", "User-Agent": "earmark", **(headers or {})},
        require=require or (lambda _url, _answer: None),
    )
    if client is not None:
        return transfer.run(client)
    with httpx.Client(max_redirects=MAX_REDIRECTS, follow_redirects=True) as own:
        return transfer.run(own)


def within(seconds: float, job: Callable[[], httpx.Response]) -> httpx.Response:
    """Do a request in a thread that is left behind if it takes longer: time-outs of reads do not add up to one.

    Raises
    ------
    TimeoutError
        There is no answer in time.
    httpx.HTTPError
        What the request itself raises.
    """
    import httpx

    outcomes: SimpleQueue[httpx.Response | Exception] = SimpleQueue()

    def work() -> None:
        try:
            outcomes.put(job())
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            # The last two where the connection is closed meanwhile.
            outcomes.put(error)

    Thread(target=work, daemon=True).start()
    try:
        outcome = outcomes.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into `OutputFailed`."""
    try:
        yield
    except EarmarkError:
        raise
    except OSError as error:
        why = f"cannot be written ({error.strerror})"
        raise OutputFailed(f"{path}: {why}. Choose another folder or make room.") from error


@dataclass(slots=True, kw_only=True)
class _Transfer:
    """One file on its way, over as many requests as it takes."""

    url: str
    part: Path
    timeout: float
    max_bytes: int
    progress: Progress
    headers: Mapping[str, str]
    require: Callable[[str, Answer], None]
    etag: str = ""

    def run(self, client: httpx.Client) -> Answer:
        """Ask until the file is complete, as long as that brings it forward."""
        import httpx

        best = barren = 0
        while True:
            why = "the server breaks off before the end of the file"
            try:
                answer = self._attempt(client)
                if answer is not None and self._is_complete(answer):
                    return answer
            except httpx.TransportError as error:
                why = reason(error, self.timeout)
                if self._size == 0 or isinstance(error, httpx.UnsupportedProtocol):
                    raise self._failed(f"{why}.") from error
            except (httpx.InvalidURL, httpx.TooManyRedirects) as error:
                raise self._failed(f"{reason(error, self.timeout)}.") from error
            barren = 0 if self._size >= best + LEAST_GAIN else barren + 1
            best = max(best, self._size)
            if barren == MAX_TRIES:
                raise self._failed(f"{why}, after {best:,} bytes. Try again later.")
            if barren:
                time.sleep(min(1.0, self.timeout / 4) * 2 ** (barren - 1))

    def _attempt(self, client: httpx.Client) -> Answer | None:
        request = client.build_request("GET", self.url, headers=self._request_headers(), timeout=self.timeout)
        with closing(self._answered(client, request)) as response:
            if response.status_code == _RANGE_NOT_SATISFIABLE:
                self.part.unlink(missing_ok=True)
                return None
            answer = self._accepted(response)
            mode = "ab" if response.status_code == _PARTIAL else "wb"
            with writing(self.part), self.part.open(mode) as file:
                for chunk in self._moving(response.iter_raw()):
                    file.write(chunk)
                    self._count(file.tell(), answer.total)
            return answer

    def _answered(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        patience = HEADER_TIMEOUTS * self.timeout
        try:
            return within(patience, lambda: client.send(request, stream=True))
        except TimeoutError:
            raise self._failed(f"the server came to no answer within {patience:g} s. Try again later.") from None

    def _request_headers(self) -> dict[str, str]:
        if self._size == 0:
            return dict(self.headers)
        unchanged = {"If-Range": self.etag} if self.etag else {}
        return {**self.headers, "Range": f"bytes={self._size}-", **unchanged}

    def _accepted(self, response: httpx.Response) -> Answer:
        if response.status_code not in (_OK, _PARTIAL):
            raise self._failed(_refusal(response.status_code))
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._failed("the server packs the file although it was asked not to. Download it in a browser.")
        answer = Answer(url=str(response.url), headers=response.headers, total=self._total(response))
        self.require(self.url, answer)
        tag = response.headers.get("etag", "")
        self.etag = "" if tag.startswith("W/") else tag
        self._count(0, answer.total)
        return answer

    def _total(self, response: httpx.Response) -> int | None:
        if response.status_code == _OK:
            length = response.headers.get("content-length", "")
            return int(length) if length.isdecimal() else None
        place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", "").strip())
        if place is None or int(place[1]) != self._size:
            raise self._failed("the server resumes at the wrong place. Try again later.")
        return None if place[2] == "*" else int(place[2])

    def _moving(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        since, got = time.monotonic(), 0
        for chunk in chunks:
            yield chunk
            got += len(chunk)
            passed = time.monotonic() - since
            if passed >= self.timeout:
                if got < LEAST_RATE * passed:
                    raise self._failed(f"the server sends less than {LEAST_RATE} bytes per second. Try again later.")
                since, got = time.monotonic(), 0

    def _count(self, done: int, total: int | None) -> None:
        if max(done, total or 0) > self.max_bytes:
            limit = f"larger than the limit of {self.max_bytes:,} bytes"
            raise self._failed(f"the file is {limit}. Raise the limit with EARMARK_FETCH_MAX_BYTES.")
        self.progress(done, total)

    def _is_complete(self, answer: Answer) -> bool:
        if self._size < (answer.total or 0):
            return False
        if self._size == 0:
            raise self._failed("the file there is empty. Check the address.")
        return True

    @property
    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _failed(self, why: str) -> FetchFailed:
        return FetchFailed(f"{redact(self.url)}: {why}")


_OK, _PARTIAL, _RANGE_NOT_SATISFIABLE = 200, 206, 416


def _refusal(status: int) -> str:
    server_error = 500
    if status >= server_error:
        return f"the server has a problem of its own ({status}). Try again later."
    return f"{REFUSALS.get(status, 'the server refuses. Check the address')} ({status})."


def reason(error: Exception, timeout: float) -> str:
    """Say in words why a request by httpx got no answer; ``timeout`` in seconds is what it was given."""
    import httpx

    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "no server of that name can be found. Check the address and the network connection"
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection ({getattr(cause, 'verify_message', '') or cause.reason or 'TLS failed'})"
    table: tuple[tuple[type[Exception], str], ...] = (
        (httpx.ConnectTimeout, f"the server cannot be reached within {timeout:g} s"),
        (httpx.TimeoutException, f"the server says nothing for {timeout:g} s"),
        (httpx.TooManyRedirects, f"the address redirects more than {MAX_REDIRECTS} times"),
        (httpx.UnsupportedProtocol, "the address redirects to something that is neither http nor https"),
        (httpx.InvalidURL, "this is not a valid address"),
        (httpx.ProxyError, "the proxy refuses the connection"),
        (httpx.ConnectError, "the server does not accept the connection. Check the address"),
    )
    return next((text for kind, text in table if isinstance(error, kind)), "the server breaks the connection off")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
