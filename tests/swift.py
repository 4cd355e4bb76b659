"""A real S3 server for tests: the one that is given, or OpenStack Swift started in a folder.

``EARMARK_TEST_S3_URL`` names a server and a bucket to test with, ``http://KEY:SECRET@host:port/bucket``, with ``:``,
``/`` and ``@`` in key and secret written as ``%3A``, ``%2F`` and ``%40``; the bucket is made if it is not there.
Otherwise ``EARMARK_TEST_SWIFT_PYTHON`` names a Python interpreter with Swift (``pip install swift``), which is started
by ``tools/s3_swift.py`` in the folder of test data.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.needed import give_up

from earmark.files.s3 import S3Files

START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket on a running S3 server, and what is needed to use it."""

    endpoint: str
    access_key: str
    secret_key: str
    name: str = "earmark-test"

    def files(self, prefix: str = "", **changes: Any) -> S3Files:
        """Open the bucket with Earmark."""
        given = {"endpoint": self.endpoint, "access_key": self.access_key, "secret_key": self.secret_key}
        return S3Files(changes.pop("bucket", self.name), prefix, **{**given, **changes})

    def sign(self, method: str, key: str) -> str:
        """Give a URL that needs no further credentials, for what Earmark does not do itself."""
        import obstore
        from obstore.store import S3Store

        store = S3Store(
            self.name,
            endpoint=self.endpoint,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
            client_options={"allow_http": True},
        )
        return obstore.sign(store, method, key, timedelta(minutes=5))


@contextmanager
def s3_bucket(folder: Path) -> Iterator[Bucket]:
    """Give a bucket on a real S3 server, which keeps its data in a folder if it has to be started.

    The test is skipped where there is no server, or fails where all must be there.
    """
    if url := os.environ.get("EARMARK_TEST_S3_URL"):
        bucket = _given(url)
        _make(bucket)
        yield bucket
        return
    python = os.environ.get("EARMARK_TEST_SWIFT_PYTHON", "")
    data = Path(os.environ.get("EARMARK_TEST_DATA", Path(__file__).parents[2] / "shared"))
    tool = data / "tools" / "s3_swift.py"
    if not Path(python).is_file() or not tool.is_file():
        give_up("no S3 server (set EARMARK_TEST_S3_URL, or EARMARK_TEST_SWIFT_PYTHON and EARMARK_TEST_DATA)")
    with _swift(python, tool, folder) as bucket:
        _make(bucket)
        yield bucket


def _given(url: str) -> Bucket:
    parts = urlsplit(url)
    return Bucket(
        endpoint=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        name=parts.path.strip("/"),
    )


@contextmanager
def _swift(python: str, tool: Path, folder: Path) -> Iterator[Bucket]:
    server = subprocess.Popen([python, str(tool), "--root", str(folder)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        said = re.search(r"endpoint=(\S+) access_key=(\S+) secret=(\S+)", server.stdout.readline())
        assert said is not None, f"Swift did not start; its logs are in {folder}"
        yield Bucket(endpoint=said[1], access_key=said[2], secret_key=said[3])
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)
        server.stdout.close()


def _make(bucket: Bucket) -> None:
    import httpx

    end = time.monotonic() + START_SECONDS
    answer = httpx.put(bucket.sign("PUT", ""), trust_env=False, timeout=START_SECONDS)
    while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and time.monotonic() < end:
        # On a busy machine it answers before its parts do.
        time.sleep(0.5)
        answer = httpx.put(bucket.sign("PUT", ""), trust_env=False, timeout=START_SECONDS)
    assert answer.is_success or "BucketAlreadyOwnedByYou" in answer.text, answer.text
