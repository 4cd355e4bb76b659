"""Files in a bucket of S3, or of a server that speaks its language: MinIO, Ceph, Swift ..."""

from __future__ import annotations

import itertools
import math
import re
import secrets
from contextlib import contextmanager, suppress
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from earmark.errors import FileMissing, FilesUnavailable, InvalidValue, MissingExtra
from earmark.files.local import require_readable
from earmark.files.s3_errors import reason
from earmark.files.store import BLOCK_BYTES, FileFacts, check_key, check_prefix, check_range, is_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from obstore import GetOptions, GetResult, ObjectMeta
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential, S3Store

PART_BYTES = 8 << 20
"""Smallest part of a large upload; S3 takes 5 MiB and more, so that 8 leave room for a server that counts otherwise."""
MAX_PARTS = 9_000
"""Parts of one upload; S3 takes 10,000."""
CONCURRENT_PARTS = 4
"""Parts under way at the same time; times their size is the memory that an upload takes."""
LIST_BATCH = 1_000
CONNECT_SECONDS = 5.0
MAX_RETRIES = 3
BODY_TIME = timedelta(days=1)
"""Bound on a whole answer. A slow reader may take long, so that silence is bounded instead, see ``timeout``."""


def bucket_and_prefix(url: str) -> tuple[str, str]:
    """Take ``s3://bucket/prefix`` apart.

    >>> bucket_and_prefix("s3://talks/2024/")
    ('talks', '2024')
    """
    match = re.fullmatch(r"s3://([^/]+)/?(.*)", url)
    if match is None:
        raise InvalidValue(f"{url!r}: an address on S3 is s3://bucket or s3://bucket/prefix")
    return match[1], match[2].rstrip("/")


class S3Files:
    """A `earmark.files.store.FileStore` in a bucket, below a prefix; the bucket has to be there.

    Also reads buckets of others, to import from them::

        bucket, prefix = bucket_and_prefix("s3://field-recordings/2024/north")
        files = S3Files(bucket, prefix, endpoint="http://minio:9000", access_key=..., secret_key=...)
        for facts in files.list():
            with cache.copy_of(files, facts.key) as path: ...

    Keys that are no `earmark.files.store.check_key` are left out of lists. obstore gives up on lists in which a key
    has an empty part (``a//b``); the error says so.

    Parameters
    ----------
    bucket, prefix : str
        Where the files are; the prefix ends at a slash and may be empty.
    endpoint : str, optional
        Address of the server, ``http://host:9000``; without it AWS. The bucket is put into the path, not the host.
    region : str, optional
        Region of the bucket; without it ``AWS_REGION`` or ``us-east-1``.
    access_key, secret_key : str, optional
        Credentials. Without them obstore looks for ``AWS_ACCESS_KEY_ID`` and the like in the environment, then for
        those of the container or virtual machine; it does not read ``~/.aws``.
    timeout : float
        Seconds that a request may take, and that a transfer may stand still.

    Raises
    ------
    InvalidValue
        Bucket, prefix, endpoint or credentials make no sense.
    MissingExtra
        obstore is not installed.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        timeout: float = 30.0,
    ) -> None:
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", bucket) is None:
            raise InvalidValue(f"{bucket[:80]!r} is no name of a bucket")
        server = _endpoint(endpoint) if endpoint else ""
        self.where = f"s3://{bucket}/{check_prefix(prefix)} on {server or 'AWS'}"
        config: S3Config = {"disable_bulk_delete": True}  # Not every server has it.
        if server:
            config["endpoint"] = server
        if region:
            config["region"] = region
        open_store = partial(
            _store,
            bucket,
            prefix.rstrip("/"),
            config,
            credentials=_credentials(access_key, secret_key),
            timeout=timeout,
        )
        self._store = open_store(whole=timedelta(seconds=timeout))
        self._streams = open_store(whole=BODY_TIME)

    def put(self, key: str, data: bytes) -> None:
        """See `earmark.files.store.FileStore.put`."""
        self._upload(check_key(key), data, len(data))

    def put_file(self, key: str, path: Path, *, move: bool = False) -> None:
        """See `earmark.files.store.FileStore.put_file`.

        A crash leaves the parts of a large upload, unseen; a rule of the bucket for incomplete uploads clears them.
        """
        check_key(key)
        require_readable(path)
        self._upload(key, path, path.stat().st_size)
        if move:
            path.unlink()

    def get(self, key: str) -> bytes:
        """See `earmark.files.store.FileStore.get`."""
        return b"".join(self.read(key))

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """See `earmark.files.store.FileStore.read`."""
        check_range(check_key(key), start, end)
        if start == end:
            self.facts(key)
            return iter(())
        answer = self._answer(key, start, end)
        return iter(()) if answer is None else self._blocks(key, answer)

    def facts(self, key: str) -> FileFacts:
        """See `earmark.files.store.FileStore.facts`."""
        import obstore

        with self._errors(check_key(key)):
            return _facts(obstore.head(self._store, key))

    def exists(self, key: str) -> bool:
        """See `earmark.files.store.FileStore.exists`."""
        try:
            self.facts(key)
        except FileMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """See `earmark.files.store.FileStore.delete`."""
        self._delete([check_key(key)])

    def delete_all(self, prefix: str) -> None:
        """See `earmark.files.store.FileStore.delete_all`."""
        keys = (facts.key for facts in self.list(check_key(prefix.removesuffix("/"))))
        while batch := tuple(itertools.islice(keys, LIST_BATCH)):
            self._delete(batch)

    def list(self, prefix: str = "") -> Iterator[FileFacts]:
        """See `earmark.files.store.FileStore.list`."""
        import obstore

        with self._errors():
            for batch in obstore.list(self._store, check_prefix(prefix) or None, chunk_size=LIST_BATCH):
                for found in batch:
                    # obstore strips the slash at the end of folder markers, which are empty.
                    if is_key(found["path"]) and (found["size"] or self.exists(found["path"])):
                        yield _facts(found)

    def local_path(self, key: str) -> None:
        """See `earmark.files.store.FileStore.local_path`."""
        check_key(key)

    def check(self) -> None:
        """See `earmark.files.store.FileStore.check`."""
        key, data = f"checks/{secrets.token_hex(8)}", secrets.token_bytes(32)
        self.put(key, data)
        found = self.get(key)
        next(self.list("checks"), None)
        self.delete(key)
        if found != data:
            raise FilesUnavailable(f"{self.where}: what is written there reads differently. Check the endpoint.")

    def _upload(self, key: str, source: bytes | Path, size: int) -> None:
        import obstore

        part = max(PART_BYTES, math.ceil(size / MAX_PARTS))
        with self._errors():
            obstore.put(self._store, key, source, chunk_size=part, max_concurrency=CONCURRENT_PARTS)

    def _answer(self, key: str, start: int, end: int | None) -> GetResult | None:
        """Begin to read; None where the file has no such bytes."""
        import obstore
        from obstore.exceptions import BaseError

        options: GetOptions = {}
        if start or end is not None:
            options["range"] = {"offset": start} if end is None else (start, end)
        with self._errors(key):
            try:
                return obstore.get(self._streams, key, options=options)
            except BaseError as error:
                if re.search(r"InvalidRange|\b416 ", str(error)):
                    return None
                raise

    def _blocks(self, key: str, answer: GetResult) -> Iterator[bytes]:
        announced, came = answer.range[1] - answer.range[0], 0
        with self._errors(key):
            for chunk in answer.stream(BLOCK_BYTES):
                came += len(chunk)
                for start in range(0, len(chunk), BLOCK_BYTES):
                    yield bytes(chunk[start : start + BLOCK_BYTES])
        if came != announced:
            why = f"{came} bytes of {key} came, {announced} were announced"
            raise FilesUnavailable(f"{self.where}: {why}. Try again; if it happens again, look into the server's log.")

    def _delete(self, keys: Sequence[str]) -> None:
        import obstore

        with suppress(FileMissing), self._errors(keys[0]):
            obstore.delete(self._store, keys)

    @contextmanager
    def _errors(self, key: str | None = None) -> Iterator[None]:
        """Turn errors of obstore into those of Earmark; with a key, that it is missing is one of them."""
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError as error:
            if key is not None and not self._bucket_is_missing(error):
                raise FileMissing(self.where, key) from None
            raise self._unavailable("NoSuchBucket") from error
        except BaseError as error:
            raise self._unavailable(str(error)) from error

    def _bucket_is_missing(self, error: FileNotFoundError) -> bool:
        """Tell a missing bucket from a missing file, which answers without a body do not."""
        import obstore
        from obstore.exceptions import BaseError

        text = str(error)
        if "<Code>" not in text:
            try:
                next(iter(obstore.list(self._store, chunk_size=1)), None)
            except BaseError as refusal:
                text = str(refusal)
        return "NoSuchBucket" in text

    def _unavailable(self, text: str) -> FilesUnavailable:
        return FilesUnavailable(f"{self.where}: {reason(text)}.")


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.query:
        # Not shown: it may hold a password.
        raise InvalidValue(
            "the endpoint of S3 is an address like http://host:9000, without user name, password or query"
        )
    return text.rstrip("/")


def _credentials(access_key: str | None, secret_key: str | None) -> Callable[[], S3Credential] | None:
    """Credentials behind a function, so that neither the environment nor a printed configuration mixes in."""
    if not access_key and not secret_key:
        return None
    if not access_key or not secret_key:
        raise InvalidValue("S3 takes an access key and a secret key, or neither, and one of them is not set")
    credential: S3Credential = {
        "access_key_id": access_key,
        "secret_access_key": secret_key,
        "token": None,
        "expires_at": None,
    }
    return lambda: credential


def _store(
    bucket: str,
    prefix: str,
    config: S3Config,
    *,
    credentials: Callable[[], S3Credential] | None,
    timeout: float,
    whole: timedelta,
) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError:
        raise MissingExtra("files on S3", "s3") from None
    client: ClientConfig = {
        "allow_http": config.get("endpoint", "").startswith("http://"),
        "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, timeout)),
        "read_timeout": timedelta(seconds=timeout),
        "timeout": whole,
        "user_agent": "earmark",
    }
    retries: RetryConfig = {"max_retries": MAX_RETRIES, "retry_timeout": timedelta(seconds=timeout)}
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options=client,
        retry_config=retries,
        credential_provider=credentials,
    )


def _facts(found: ObjectMeta) -> FileFacts:
    return FileFacts(key=found["path"], size=found["size"], modified=found["last_modified"].astimezone(UTC))
