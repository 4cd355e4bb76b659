"""Requests that other people cause: they reach the public internet, and inside only what the server's owner opened.

A host's name is looked up once, all its addresses are checked, and the connection goes to one of the checked addresses,
so that a name server which answers differently the next time (DNS rebinding) gains nothing. Redirects are requests like
any other. Proxies of the environment are not used: they would look the name up once more, behind the check.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.errors import AddressRefused, InvalidValue
from earmark.services.download import MAX_REDIRECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import httpx

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_ADDRESSES = 4
"""Addresses of one name that are tried; each may take the whole time-out."""
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by customers of a provider (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the metadata services of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
)
"""What is not public of IPv4 and of the global part of IPv6, by the special-purpose address registries of IANA:
https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry."""
GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that IANA gives out; loopback, link-local, unique local, multicast and IPv4-mapped addresses are outside."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 as networks without IPv4 see it (RFC 6052): judged by the IPv4 address in its last 32 bits."""


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in GLOBAL_IPV6:
            return False
    return not any(address.version == network.version and address in network for network in NOT_PUBLIC)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A host that the owner of the server opened; port None is any."""

    name: str
    port: int | None

    def covers(self, host: str, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        return host == self.name or (self.name.startswith("*.") and host.endswith(self.name[1:]))


class AddressGuard:
    """Decides where requests may go.

    Parameters
    ----------
    allowed : iterable of str
        Hosts that are open although they are not public, as URLs name them: ``minio:9000`` (one port),
        ``label-studio`` (any port), ``192.168.1.7``, ``[fd00::7]:9000``, ``*.lan`` (all names that end so).

    Raises
    ------
    InvalidValue
        One of them is no host.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._opened = tuple(_opened(text) for text in allowed)

    def addresses(self, url: httpx.URL) -> tuple[str, ...]:
        """Look up the host of an address; all that it has may be connected to.

        Raises
        ------
        AddressRefused
            It is neither http nor https, or one of the host's addresses is not public and the host is not opened.
        OSError, UnicodeError
            There is no such host, or nobody can tell.
        """
        if url.scheme not in DEFAULT_PORTS:
            raise AddressRefused(f"{_shown(url)}: only http and https addresses can be used.")
        host, port = _plain(url.raw_host), DEFAULT_PORTS[url.scheme] if url.port is None else url.port
        found = _look_up(host, port)
        if not any(opened.covers(host, port) for opened in self._opened):
            _require_public(url, found)
        return found


def require_open(allowed: Iterable[str], url: str) -> None:
    """Raise where requests to an address would be refused now; a name that cannot be looked up may be there later.

    Each request is checked again: this only tells people while they are there to mend it.

    Raises
    ------
    AddressRefused
        See `AddressGuard.addresses`.
    InvalidValue
        It is no address of the web.
    """
    import httpx

    try:
        AddressGuard(allowed).addresses(httpx.URL(url))
    except httpx.InvalidURL as error:
        raise InvalidValue(f"{url[:80]!r} is no address of the web ({error}). Look for typing errors in it.") from error
    except AddressRefused:
        raise
    except (OSError, UnicodeError):
        return


def guarded_client(allowed: Iterable[str], timeout: float) -> httpx.Client:
    """Make a client for requests that other people cause; close it after use.

    It follows redirects, checking each, and uses neither proxies nor ``.netrc``. Where a request may not go it raises
    `AddressRefused`; otherwise it behaves as ``httpx.Client`` does.

    Parameters
    ----------
    allowed : iterable of str
        Hosts that are open although they are not public, see `AddressGuard`.
    timeout : float
        Seconds to wait for a connection or for the next bytes.
    """
    import httpx

    return httpx.Client(
        transport=_transport(AddressGuard(allowed)),
        timeout=timeout,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
    )


def _transport(guard: AddressGuard) -> httpx.BaseTransport:
    import httpx

    class Guarded(httpx.BaseTransport):
        def __init__(self) -> None:
            # A connection kept alive was made for one name; another name with the same address must not take it over.
            self._inner = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return _send(request, guard, self._inner)

        def close(self) -> None:
            self._inner.close()

    return Guarded()


def _send(request: httpx.Request, guard: AddressGuard, transport: httpx.BaseTransport) -> httpx.Response:
    """Send a request to the first of the checked addresses that takes it, under the name that it was meant for."""
    import httpx

    try:
        addresses = guard.addresses(request.url)
    except AddressRefused:
        raise
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError("no such host", request=request) from error
    *others, last = addresses[:MAX_ADDRESSES]
    for address in others:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return transport.handle_request(_pinned(request, address))
    return transport.handle_request(_pinned(request, last))


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """Copy a request that goes to an address; the Host header, and the name in the certificate, stay the same."""
    import httpx

    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _plain(request.url.raw_host)},
    )


def _look_up(host: str, port: int) -> tuple[str, ...]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found:
        raise OSError("it has no address")
    return found


def _require_public(url: httpx.URL, addresses: Sequence[str]) -> None:
    for address in addresses:
        if "%" in address or not is_public(ipaddress.ip_address(address)):
            # The address itself is not told: whoever asks may be mapping the network.
            why = "this host is not on the public internet, and requests to others are not allowed"
            raise AddressRefused(f"{_shown(url)}: {why}. The server's owner can open it with EARMARK_ALLOWED_HOSTS.")


def _shown(url: httpx.URL) -> str:
    """Scheme, host and port; user names, passwords and keys in the rest are nobody's business."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _plain(host: bytes) -> str:
    """Spell a host of a URL in one way only."""
    text = host.decode("ascii").lower().removesuffix(".")
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        return text


def _opened(text: str) -> _Opened:
    import httpx

    entry = text.strip().removeprefix("*.")
    wild = entry != text.strip()
    try:
        url = httpx.URL(f"any://{entry}")
    except httpx.InvalidURL:
        url = httpx.URL()
    host = _plain(url.raw_host)
    is_host = (
        bool(host)
        and not set(host) & set("*%")
        and str(url).rstrip("/").lower() == f"any://{url.netloc.decode('ascii')}"
    )
    # A wildcard must not open numbers, which are addresses in one of their spellings.
    if not is_host or (wild and not host.rpartition(".")[2][0].isalpha()):
        raise InvalidValue(f"{text[:80]!r} is no host: give a name, an address, name:port or *.domain")
    return _Opened(name=f"*.{host}" if wild else host, port=url.port)
