"""What `earmark doctor` looks at of the network: whether others can reach this server, and it them."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from earmark.core.ids import new_id
from earmark.core.people import Token
from earmark.errors import InvalidValue
from earmark.services.findings import Finding, Subject, failed, ok, skipped, warning
from earmark.services.sign_in import TOKEN_PREFIX, hash_of
from earmark.store import people
from earmark.store.database import now
from earmark.store.migrate import current_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.config import Settings
    from earmark.store.database import Database

CORRECT_LOCAL = (
    "Give doctor the settings of the server that runs (EARMARK_DATA_DIR, EARMARK_DATABASE), or this one another port."
)
CORRECT_PUBLIC = "Correct EARMARK_PUBLIC_URL, or what stands between (proxy, firewall, ports of the container)."
ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 3.0
TOKEN_LIFE = timedelta(minutes=1)


def look_at_address(subject: Subject, database: Database | None) -> Iterator[Finding]:
    """See whether the server answers where the settings say that it does."""
    settings = subject.settings
    yield from _look_at_exposure(settings)
    local = f"http://{_reachable(settings.host)}:{settings.port}"
    if not _listens(_reachable(settings.host), settings.port):
        do = "Start `earmark serve`, then look again." if not settings.public_url else "Start it here, or look there."
        yield warning("server", f"nothing answers at {local}", do)
    else:
        yield _answers(local, database, name="server", do=CORRECT_LOCAL)
    if settings.public_url:
        yield _public(settings.public_url, database)


def _look_at_exposure(settings: Settings) -> Iterator[Finding]:
    """Settings of which each is fine, but which do not go together."""
    public = urlsplit(settings.public_url)
    if is_loopback(settings.host):
        return
    if not settings.public_url:
        yield warning(
            "address",
            f"the server listens on {settings.host}, but how others reach it is not said",
            "Set EARMARK_PUBLIC_URL, for example https://earmark.example.org: links and cookies depend on it.",
        )
    elif is_loopback(public.hostname or ""):
        yield warning(
            "address",
            f"the server listens on {settings.host}, but its public address is {settings.public_url}: "
            "to other machines and to containers that name is themselves",
            "Set EARMARK_PUBLIC_URL to the name by which others reach this machine.",
        )
    elif public.scheme == "http":
        yield warning(
            "address",
            f"{settings.public_url} is not encrypted: passwords and session cookies can be read on the way",
            "Put a proxy with a certificate before it, and set EARMARK_PUBLIC_URL to https://...",
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine to whoever asks."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost" or host.lower().endswith(".localhost")


def _reachable(host: str) -> str:
    """An address at which a server that listens on a host answers on this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host.strip("[]"), port), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def _public(url: str, database: Database | None) -> Finding:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.getaddrinfo(parts.hostname, port)
    except OSError:
        return failed(
            "public address",
            f"{parts.hostname} is not known here",
            "Correct EARMARK_PUBLIC_URL or the name server; names of containers are known in their own network only.",
        )
    return _answers(url, database, name="public address", do=CORRECT_PUBLIC)


def _answers(url: str, database: Database | None, *, name: str, do: str) -> Finding:
    """Ask at an address whether an Earmark is there, and whether it works with this database."""
    import httpx

    try:
        said = httpx.get(f"{url}/health/live", timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        return failed(name, f"{url} cannot be reached: {str(error) or type(error).__name__}", do)
    if said.status_code != 200 or "x-request-id" not in said.headers:
        return failed(name, f"{url} answers {said.status_code}, but not as Earmark does", do)
    same = _is_this_server(url, database)
    if same is False:
        return failed(name, f"at {url} answers an Earmark with another database", do)
    return ok(name, f"{url} answers" + ("; it is this server" if same else ""))


def _is_this_server(url: str, database: Database | None) -> bool | None:
    """Show a token that only a server with this database can know, and that allows nothing; None where that fails.

    A server makes an administrator before it answers: where there is none, another server does.
    """
    import httpx

    if database is None:
        return None
    with _token(database) as secret:
        if secret is None:
            return False
        header = {"Authorization": f"Bearer {secret}"}
        try:
            said = httpx.get(f"{url}/api/v1/session", headers=header, timeout=ANSWER_SECONDS, trust_env=False)
        except httpx.HTTPError:
            return None
    return {200: True, 401: False}.get(said.status_code)


@contextmanager
def _token(database: Database) -> Iterator[str | None]:
    """Make a token without any scope for some active person; it is gone afterwards."""
    with database.read() as connection:
        owner = None if current_revision(connection) is None else people.any_administrator(connection)
    if owner is None:
        yield None
        return
    secret, moment = TOKEN_PREFIX + secrets.token_urlsafe(32), now()
    token = Token(
        id=new_id(),
        user_id=owner,
        name="earmark doctor",
        scopes=frozenset(),
        created_at=moment,
        expires_at=moment + TOKEN_LIFE,
    )
    with database.write() as connection:
        people.add_token(connection, token, token_hash=hash_of(secret))
    try:
        yield secret
    finally:
        with database.write() as connection:
            people.delete_token(connection, token.id)


def look_at_allowed_hosts(subject: Subject) -> Iterator[Finding]:
    """See whether the hosts in private networks that the settings open can be reached."""
    from earmark.services.guard import AddressGuard

    try:
        AddressGuard(subject.settings.allowed_hosts)
    except InvalidValue as error:
        yield failed("allowed hosts", str(error), "Correct EARMARK_ALLOWED_HOSTS.")
        return
    for entry in subject.settings.allowed_hosts:
        yield _look_at_host(entry)


def _look_at_host(entry: str) -> Finding:
    name = f"host {entry}"
    if entry.startswith("*."):
        return skipped(name, "it stands for many names")
    parts = urlsplit(f"//{entry}")
    try:
        found: list[Any] = socket.getaddrinfo(parts.hostname, parts.port)
    except OSError:
        do = "Correct EARMARK_ALLOWED_HOSTS; names of containers are known in their own network only."
        return failed(name, "this name is not known here", do)
    address = found[0][4][0]
    if parts.port is None:
        return ok(name, f"is {address}")
    if not _listens(str(address), parts.port):
        return failed(name, f"is {address}, but nothing answers at port {parts.port}", "Start it, or correct the port.")
    return ok(name, f"is {address} and answers at port {parts.port}")
