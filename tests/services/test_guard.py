"""Requests that other people cause reach the public internet and what was opened, by no trick anything else."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from earmark.errors import AddressRefused, FetchFailed, InvalidValue
from earmark.services.fetch import fetch
from earmark.services.guard import AddressGuard, guarded_client, is_public

PUBLIC = "93.184.215.14"
SOUND = b"sound" * 1000

NOT_PUBLIC = {
    "this network": "0.0.0.0",  # noqa: S104
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.255",
    "private 192": "192.168.0.1",
    "provider": "100.64.0.1",
    "loopback": "127.0.0.1",
    "loopback, another": "127.255.255.254",
    "link-local": "169.254.0.1",
    "cloud metadata": "169.254.169.254",
    "protocol assignments": "192.0.0.8",
    "documentation": "203.0.113.9",
    "benchmarks": "198.19.0.1",
    "multicast": "224.0.0.251",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 nobody": "::",
    "IPv6 loopback": "::1",
    "IPv6 link-local": "fe80::1",
    "IPv6 site-local": "fec0::1",
    "IPv6 unique local": "fd12:3456::1",
    "IPv6 cloud metadata": "fd00:ec2::254",
    "IPv6 multicast": "ff02::1",
    "IPv6 documentation": "2001:db8::1",
    "IPv6 discard": "100::1",
    "IPv4-mapped": "::ffff:127.0.0.1",
    "IPv4-mapped, public": f"::ffff:{PUBLIC}",
    "IPv4-compatible": "::7f00:1",
    "6to4": "2002:7f00:1::",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "NAT64 of loopback": "64:ff9b::127.0.0.1",
    "NAT64 of private": "64:ff9b::a00:1",
    "NAT64 of a network": "64:ff9b:1::1",
}
SPELLINGS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://example.org@127.0.0.1/",
    "http://example.org:80@127.0.0.1:8000/",
    "http://example.org%2f@127.0.0.1/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1?@example.org/",
    "https://127.0.0.1:443/",
]
"""Ways to write an address of this machine that resolvers or URL parsers take."""
NO_ADDRESSES = [
    "http://0177.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://[fe80::1%25lo]/",
    "http://[::1%lo]/",
    "http://[127.0.0.1]/",
    "http://127.0.0.1%00.example.org/",
    "http://256.0.0.1/",
    f"http://{'a' * 70}.org/",
]
"""Ways that are refused before or while they are looked up."""


class Handler(BaseHTTPRequestHandler):
    pages: dict[str, Callable[[BaseHTTPRequestHandler], None]]
    hosts: list[str]

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.pages[self.path](self)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {"/talk.ogg": gives(SOUND)}
        self.hosts: list[str] = []
        super().__init__(("127.0.0.1", 0), type("Own", (Handler,), {"pages": self.pages, "hosts": self.hosts}))


def gives(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": "audio/ogg", "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return page


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


class Names:
    """Name servers, and the network as far as it matters: connections to public addresses end at a local server."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.connected: list[str] = []
        self._look_up, self._connect = socket.getaddrinfo, socket.create_connection
        patch.setattr(socket, "getaddrinfo", self.look_up)
        patch.setattr(socket, "create_connection", self.connect)

    def look_up(self, host: str, port: int, *args: object, **kwargs: object) -> list[tuple]:
        if host not in self.answers:
            return self._look_up(host, port, *args, **kwargs)
        self.asked.append(host)
        given = self.answers[host]
        addresses = given.pop(0) if len(given) > 1 else given[0]
        kind = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kind[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def connect(self, address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        self.connected.append(address[0])
        if address[0] not in ("127.0.0.1", PUBLIC):
            raise ConnectionRefusedError
        return self._connect(("127.0.0.1", address[1]), *args, **kwargs)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


def get(url: str, folder: Path, *allowed: str) -> bytes:
    """Fetch a recording as imports do."""
    with guarded_client(allowed, 5.0) as client:
        return fetch(url, folder, timeout=5.0, max_bytes=1_000_000, client=client).read_bytes()


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_what_is_not_public_is_refused_by_address_and_by_name(names: Names, tmp_path: Path, address: str) -> None:
    names.answers["innocent.example"] = [[address]]
    # One public address does not help.
    names.answers["mixed.example"] = [[PUBLIC, address]]
    literal = f"[{address}]" if ":" in address else address
    for host in (literal, "innocent.example", "mixed.example"):
        with pytest.raises(AddressRefused, match="not on the public internet") as caught:
            get(f"http://{host}:8000/talk.ogg", tmp_path)
        assert host == literal or address not in str(caught.value)
    assert names.connected == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::6810:84e5", f"64:ff9b::{PUBLIC}", "192.0.1.1", "172.32.0.1"])
def test_what_is_public_may_be_reached(address: str) -> None:
    import ipaddress

    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", SPELLINGS)
def test_spellings_of_this_machine_are_seen_through(names: Names, tmp_path: Path, url: str) -> None:
    with pytest.raises(AddressRefused, match="not on the public internet"):
        get(url, tmp_path)
    assert names.connected == []


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_leads_nowhere(names: Names, tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchFailed):
        get(url, tmp_path)
    assert names.connected == []


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "file", "unix", "ws"])
def test_other_schemes_are_refused(scheme: str) -> None:
    with guarded_client(["*.lan", "localhost"], 5.0) as client, pytest.raises((AddressRefused, httpx.HTTPError)):
        client.get(f"{scheme}://localhost/")
    with pytest.raises(AddressRefused, match="only http and https"):
        AddressGuard(["localhost"]).addresses(httpx.URL(f"{scheme}://localhost/"))


def test_a_public_server_is_reached_under_its_name(server: Server, names: Names, tmp_path: Path) -> None:
    names.answers["recordings.example"] = [[PUBLIC]]
    assert get(f"http://recordings.example:{server.server_port}/talk.ogg", tmp_path) == SOUND
    assert server.hosts == [f"recordings.example:{server.server_port}"]


def test_a_name_that_changes_its_address_gains_nothing(server: Server, names: Names, tmp_path: Path) -> None:
    """DNS rebinding: public when it is checked, this machine when it is connected to."""
    names.answers["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    url = f"http://rebinding.example:{server.server_port}/talk.ogg"
    assert get(url, tmp_path) == SOUND
    assert names.asked == ["rebinding.example"]
    assert names.connected == [PUBLIC]
    with pytest.raises(AddressRefused):
        get(url, tmp_path)
    assert names.connected == [PUBLIC]


def test_no_connection_is_kept_for_another_name(server: Server, names: Names) -> None:
    names.answers["one.example"] = names.answers["other.example"] = [[PUBLIC]]
    with guarded_client([], 5.0) as client:
        for host in ("one.example", "one.example", "other.example"):
            assert client.get(f"http://{host}:{server.server_port}/talk.ogg").content == SOUND
    assert names.connected == [PUBLIC] * 3


def test_the_next_address_is_tried_when_one_does_not_answer(server: Server, names: Names, tmp_path: Path) -> None:
    names.answers["two.example"] = [["2606:4700::1", PUBLIC]]
    assert get(f"http://two.example:{server.server_port}/talk.ogg", tmp_path) == SOUND
    assert names.connected == ["2606:4700::1", PUBLIC]


def test_not_every_one_of_countless_addresses_is_tried(names: Names, tmp_path: Path) -> None:
    names.answers["many.example"] = [[f"2606:4700::{number}" for number in range(1, 50)]]
    with pytest.raises(FetchFailed, match="does not accept the connection"):
        get("http://many.example/talk.ogg", tmp_path)
    assert len(names.connected) == 4


@pytest.mark.parametrize("to", ["http://127.0.0.1:{port}/talk.ogg", "http://inside.example/", "//2130706433:{port}/"])
def test_redirects_inside_are_refused(server: Server, names: Names, tmp_path: Path, to: str) -> None:
    names.answers["public.example"], names.answers["inside.example"] = [[PUBLIC]], [["10.0.0.7"]]
    server.pages["/away"] = gives(b"", 302, Location=to.format(port=server.server_port))
    for host in ("public.example", "localhost"):
        with pytest.raises(AddressRefused, match="not on the public internet"):
            get(f"http://{host}:{server.server_port}/away", tmp_path, "localhost")
    assert len(server.hosts) == 2
    assert list(tmp_path.iterdir()) == []


def test_redirects_to_what_is_open_are_followed(server: Server, names: Names, tmp_path: Path) -> None:
    names.answers["public.example"] = [[PUBLIC]]
    server.pages["/away"] = gives(b"", 302, Location=f"http://localhost:{server.server_port}/talk.ogg")
    assert get(f"http://public.example:{server.server_port}/away", tmp_path, "localhost") == SOUND


@pytest.mark.parametrize(
    ("allowed", "host", "is_open"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1:{port}", "127.0.0.1", True),
        ("127.0.0.1:1", "127.0.0.1", False),
        ("127.0.0.2", "127.0.0.1", False),
        ("localhost", "localhost", True),
        ("Localhost.:{port}", "LOCALHOST", True),
        ("localhost", "127.0.0.1", False),
        ("127.0.0.1", "localhost", False),
        ("127.0.0.1", "2130706433", False),
        ("minio", "minio", True),
        ("*.lan", "nas.lan", True),
        ("*.lan", "a.nas.lan.", True),
        ("*.lan", "lan", False),
        ("*.lan", "evil-lan", False),
        ("nas.lan", "a.nas.lan", False),
        ("nas.lan", "nas.lan.example", False),
        ("münchen.lan", "xn--mnchen-3ya.lan", True),
    ],
)
def test_hosts_are_opened_by_name(
    server: Server, names: Names, tmp_path: Path, allowed: str, host: str, *, is_open: bool
) -> None:
    inside = ("minio", "nas.lan", "a.nas.lan", "lan", "evil-lan", "nas.lan.example", "xn--mnchen-3ya.lan")
    names.answers.update({name: [["127.0.0.1"]] for name in inside})
    url, opened = f"http://{host}:{server.server_port}/talk.ogg", allowed.format(port=server.server_port)
    if is_open:
        assert get(url, tmp_path, "other.lan", opened) == SOUND
    else:
        with pytest.raises(AddressRefused, match="EARMARK_ALLOWED_HOSTS"):
            get(url, tmp_path, opened)


def test_ports_of_schemes_count_as_given() -> None:
    guard = AddressGuard(["127.0.0.1:80", "[::1]:443"])
    assert guard.addresses(httpx.URL("http://127.0.0.1/")) == ("127.0.0.1",)
    assert guard.addresses(httpx.URL("https://[0::1]/")) == ("::1",)
    for url in ("https://127.0.0.1/", "http://[::1]/", "http://127.0.0.1:8000/"):
        with pytest.raises(AddressRefused):
            guard.addresses(httpx.URL(url))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "*.",
        "*.1",
        "*.0x7f",
        "*.1.lan*",
        "a*.lan",
        "http://minio",
        "minio:port",
        "minio:9000/talks",
        "me@minio",
        "fd00::7",
        "10.0.0.0/8",
        "a b",
    ],
)
def test_what_is_no_host_cannot_be_opened(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no host"):
        AddressGuard([text])


def test_passwords_and_keys_are_not_told(tmp_path: Path) -> None:
    with pytest.raises(AddressRefused) as caught:
        get("http://somebody:password@127.0.0.1:8000/talk?key=hidden", tmp_path)
    assert str(caught.value).startswith("http://127.0.0.1:8000: ")
    assert not {"somebody", "password", "hidden"} & set(str(caught.value).replace("@", " ").replace("=", " ").split())


def test_a_name_that_does_not_exist_is_told(names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchFailed, match="no server of that name can be found"):
        get("http://none.example/talk.ogg", tmp_path)


def test_proxies_of_the_environment_are_not_used(
    server: Server, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would look the name up again, and reach what this machine may not."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    names.answers["recordings.example"] = [[PUBLIC]]
    assert get(f"http://recordings.example:{server.server_port}/talk.ogg", tmp_path) == SOUND


def test_a_secure_server_has_to_be_who_the_name_says(names: Names) -> None:
    """The name, not the address, is asked for and checked in the certificate."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    names.answers["recordings.example"] = [[PUBLIC]]

    def serve(listening: socket.socket) -> None:
        accepted, _ = listening.accept()
        # There is no certificate: the name is asked for, then the handshake fails.
        with accepted, suppress(OSError):
            context.wrap_socket(accepted, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        with guarded_client([], 5.0) as client, pytest.raises(httpx.ConnectError):
            client.get(f"https://recordings.example.:{listening.getsockname()[1]}/")
        thread.join()
    assert asked == ["recordings.example"]


def test_without_a_guard_the_person_at_the_keyboard_may_fetch_from_anywhere(server: Server, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{server.server_port}/talk.ogg"
    assert fetch(url, tmp_path, timeout=5.0, max_bytes=1_000_000).read_bytes() == SOUND
