"""Other programs are told what happens: signed, again until they have it, and never behind the owner's back."""

from __future__ import annotations

import ast
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
import standardwebhooks
from tests.library import add_member, add_project

from earmark.core.people import SYSTEM, Role, Scope
from earmark.core.webhook import EVENT_KINDS, Delivery, DeliveryState, Webhook
from earmark.errors import AddressRefused, Conflict, Forbidden, InvalidValue, NotFound
from earmark.services import chronicle, webhooks
from earmark.services.platform import Platform
from earmark.store.database import now
from earmark.store.forgetting import forget
from earmark.store.tables import audit, deliveries


@dataclass
class Endpoint:
    """A program that takes webhooks: answers with the statuses it is told, the last one over and over."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            endpoint.requests.append((dict(self.headers.items()), body))
            self.send_response(endpoint.statuses[min(len(endpoint.requests), len(endpoint.statuses)) - 1])
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield endpoint
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(any_platform: Platform) -> Platform:
    """A platform whose owner lets requests go to this machine."""
    return with_hosts(any_platform, "127.0.0.1")


def with_hosts(platform: Platform, *hosts: str) -> Platform:
    return replace(platform, settings=replace(platform.settings, allowed_hosts=hosts))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass for the service, in seconds; from the first call on, none passes by itself."""
    stands: list[datetime] = []

    def pass_by(seconds: float) -> None:
        stands[:] = [(stands[0] if stands else now()) + timedelta(seconds=seconds)]

    monkeypatch.setattr(webhooks, "now", lambda: stands[0] if stands else now())
    return pass_by


def happen(platform: Platform, kind: str = "user.created", project_id: str | None = None) -> None:
    with platform.database.write() as connection:
        chronicle.record(connection, SYSTEM, kind, subject_id="x", project_id=project_id, details={"grün": "\u2028"})


def only_delivery(platform: Platform, webhook: Webhook) -> Delivery:
    (delivery,) = webhooks.list_deliveries(platform, SYSTEM, webhook.id).items
    return delivery


def test_an_endpoint_gets_what_happened_and_can_check_who_sent_it(opened: Platform, endpoint: Endpoint) -> None:
    webhook, secret = webhooks.create_webhook(
        opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created", "user.created"]
    )
    happen(opened)
    happen(opened, "token.created")

    assert webhooks.deliver_due(opened) == 1
    assert webhooks.deliver_due(opened) == 0

    ((headers, body),) = endpoint.requests
    told = standardwebhooks.Webhook(secret).verify(body, headers)
    assert told["type"] == "user.created"
    assert told["data"]["grün"] == "\u2028"
    assert datetime.fromisoformat(told["timestamp"]).tzinfo is not None
    delivery = only_delivery(opened, webhook)
    assert headers["webhook-id"] == delivery.id
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DELIVERED, 1, 204)


def test_another_secret_or_a_changed_body_do_not_pass(opened: Platform, endpoint: Endpoint) -> None:
    webhook, old = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    new = webhooks.renew_secret(opened, SYSTEM, webhook.id)
    happen(opened)
    webhooks.deliver_due(opened)

    ((headers, body),) = endpoint.requests
    standardwebhooks.Webhook(new).verify(body, headers)
    for secret, said in ((old, body), (new, body.replace(b"user.created", b"user.updated"))):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(secret).verify(said, headers)


def test_a_message_that_fails_is_sent_again_later_and_given_up_in_the_end(
    opened: Platform, endpoint: Endpoint, clock: Callable[[float], None]
) -> None:
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    endpoint.statuses = [500]
    happen(opened)
    clock(0.0)

    for delay in webhooks.DELAYS:
        assert webhooks.deliver_due(opened) == 1
        clock(delay * 0.99)
        assert webhooks.deliver_due(opened) == 0
        clock(delay * (webhooks.JITTER + 0.01))
        assert only_delivery(opened, webhook).state is DeliveryState.QUEUED
    assert webhooks.deliver_due(opened) == 1

    delivery = only_delivery(opened, webhook)
    assert delivery.state is DeliveryState.FAILED
    assert delivery.last_error == "the endpoint answered 500 Internal Server Error; given up after 10 attempts"
    assert len({headers["webhook-id"] for headers, _ in endpoint.requests}) == 1
    with opened.database.read() as connection:
        entry = connection.execute(sa.select(audit).where(audit.c.action == "webhook.given_up")).one()
    assert entry.details["delivery_id"] == delivery.id

    endpoint.statuses = [200]
    webhooks.redeliver(opened, SYSTEM, webhook.id, delivery.id)
    webhooks.deliver_due(opened)
    assert only_delivery(opened, webhook).state is DeliveryState.DELIVERED


def test_an_endpoint_that_is_gone_is_switched_off(opened: Platform, endpoint: Endpoint) -> None:
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    endpoint.statuses = [410]
    happen(opened)
    webhooks.deliver_due(opened)
    happen(opened)

    assert webhooks.deliver_due(opened) == 0
    assert not webhooks.get_webhook(opened, SYSTEM, webhook.id).enabled
    assert "wants no more" in str(only_delivery(opened, webhook).last_error)
    with pytest.raises(Conflict, match="Switch it on"):
        webhooks.send_test(opened, SYSTEM, webhook.id)
    with pytest.raises(Conflict, match="Switch it on"):
        webhooks.redeliver(opened, SYSTEM, webhook.id, only_delivery(opened, webhook).id)


def test_redirects_are_not_followed(opened: Platform, endpoint: Endpoint) -> None:
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    endpoint.statuses = [302]
    happen(opened)
    webhooks.deliver_due(opened)

    assert len(endpoint.requests) == 1
    assert "Give the address" in str(only_delivery(opened, webhook).last_error)


@pytest.mark.parametrize(
    ("url", "hosts", "why"),
    [
        ("http://127.0.0.1:{port}/", (), "EARMARK_ALLOWED_HOSTS"),
        ("http://169.254.169.254/latest/meta-data", (), "EARMARK_ALLOWED_HOSTS"),
        ("http://127.0.0.1:1/", ("127.0.0.1",), "refused"),
        ("http://no-such-host.invalid/", ("127.0.0.1",), "no such host"),
    ],
)
def test_what_cannot_be_reached_says_why(
    platform: Platform, endpoint: Endpoint, url: str, hosts: tuple[str, ...], why: str
) -> None:
    where = url.format(port=endpoint.url.split(":")[2].partition("/")[0])
    opened = with_hosts(platform, "127.0.0.1", "169.254.169.254")
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=where, kinds=["user.created"])
    platform = with_hosts(platform, *hosts)
    happen(platform)
    webhooks.deliver_due(platform)

    delivery = only_delivery(platform, webhook)
    assert delivery.state is DeliveryState.QUEUED
    assert why in str(delivery.last_error)
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/hook", "http://[::1]/", "https://localhost/", "http://10.1.2.3/"]
)
def test_an_endpoint_in_a_private_network_is_refused_when_it_is_made_or_changed(platform: Platform, url: str) -> None:
    made, _ = webhooks.create_webhook(platform, SYSTEM, project_id=None, url="https://example.org/")

    with pytest.raises(AddressRefused, match="EARMARK_ALLOWED_HOSTS"):
        webhooks.create_webhook(platform, SYSTEM, project_id=None, url=url)
    with pytest.raises(AddressRefused, match="EARMARK_ALLOWED_HOSTS"):
        webhooks.change_webhook(platform, SYSTEM, made.id, url=url)
    assert webhooks.list_webhooks(platform, SYSTEM, project_id=None).items == (made,)


def test_who_may_make_no_webhook_learns_nothing_of_the_network(platform: Platform) -> None:
    project_id = add_project(platform.database)
    annotator = add_member(platform.database, project_id, Role.ANNOTATOR)
    with pytest.raises(Forbidden):
        webhooks.create_webhook(platform, annotator, project_id=project_id, url="http://10.1.2.3/")


def test_an_endpoint_whose_name_is_not_known_yet_is_taken(platform: Platform) -> None:
    made, _ = webhooks.create_webhook(platform, SYSTEM, project_id=None, url="http://no-such-host.invalid/")
    assert webhooks.get_webhook(platform, SYSTEM, made.id) == made


def test_an_endpoint_that_says_nothing_is_left(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint
) -> None:
    import socket

    monkeypatch.setattr(webhooks, "TIMEOUT", 0.2)
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    platform = with_hosts(platform, "127.0.0.1")
    dead, _ = webhooks.create_webhook(platform, SYSTEM, project_id=None, url=url, kinds=["user.created"])
    webhooks.create_webhook(platform, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    for _ in range(20):
        happen(platform)

    webhooks.deliver_due(platform)
    silent.close()

    assert len(endpoint.requests) == webhooks.AT_ONCE // 2
    states = {item.last_error for item in webhooks.list_deliveries(platform, SYSTEM, dead.id).items if item.attempts}
    assert states <= {"no answer within 0 seconds", "timed out"}
    assert states


def test_a_server_that_died_while_sending_leaves_the_message_to_another(
    opened: Platform, endpoint: Endpoint, clock: Callable[[float], None]
) -> None:
    from earmark.store import deliveries as outbox

    webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    happen(opened)
    with opened.database.write() as connection:
        (claimed,) = outbox.claim(connection, at=now(), most=9, most_each=9)
    assert webhooks.deliver_due(opened) == 0

    clock(outbox.LEASE.total_seconds() + 1)
    assert webhooks.deliver_due(opened) == 1

    # The one that was believed dead comes back: what is known since stays.
    with opened.database.write() as connection:
        outbox.settle(connection, replace(claimed.delivery, last_error="late", state=DeliveryState.FAILED))
        assert outbox.get(connection, claimed.delivery.id).state is DeliveryState.DELIVERED  # type: ignore[union-attr]


def test_several_servers_send_each_message_once(opened: Platform, endpoint: Endpoint) -> None:
    webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    for _ in range(40):
        happen(opened)

    def work() -> None:
        while webhooks.deliver_due(opened):
            pass

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work) for _ in range(4)]:
            done.result()
    while webhooks.deliver_due(opened):
        pass

    assert len(endpoint.requests) == 40
    assert len({headers["webhook-id"] for headers, _ in endpoint.requests}) == 40


def test_projects_are_told_of_their_own_only(opened: Platform, endpoint: Endpoint) -> None:
    mine, other = add_project(opened.database), add_project(opened.database)
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=mine, url=endpoint.url)
    with opened.database.write() as connection:
        connection.execute(deliveries.delete())
    for project_id in (mine, other, None):
        happen(opened, "recording.created", project_id)

    webhooks.deliver_due(opened)

    ((_, body),) = endpoint.requests
    assert json.loads(body)["data"]["project_id"] == mine
    assert only_delivery(opened, webhook).kind == "recording.created"


def test_a_test_message_goes_to_one_endpoint(opened: Platform, endpoint: Endpoint) -> None:
    webhook, _ = webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    webhooks.create_webhook(opened, SYSTEM, project_id=None, url=endpoint.url, kinds=["user.created"])
    webhooks.send_test(opened, SYSTEM, webhook.id)
    webhooks.deliver_due(opened)

    ((_, body),) = endpoint.requests
    assert json.loads(body)["type"] == "webhook.test"


def test_endpoints_are_changed_listed_and_deleted_by_those_who_may(platform: Platform) -> None:
    project_id = add_project(platform.database)
    manager, annotator = (add_member(platform.database, project_id, role) for role in (Role.MANAGER, Role.ANNOTATOR))
    made = [
        webhooks.create_webhook(platform, manager, project_id=project_id, url=f"https://example.org/{index}")[0]
        for index in range(3)
    ]
    page = webhooks.list_webhooks(platform, manager, project_id=project_id, limit=2)
    rest = webhooks.list_webhooks(platform, manager, project_id=project_id, limit=2, cursor=page.next)
    assert (*page.items, *rest.items) == tuple(made)
    assert rest.next is None

    changed = webhooks.change_webhook(platform, manager, made[0].id, kinds=["job.done"], enabled=False)
    assert (changed.url, changed.kinds, changed.enabled) == (made[0].url, ("job.done",), False)
    assert webhooks.get_webhook(platform, manager, made[0].id) == changed
    webhooks.delete_webhook(platform, manager, made[0].id)
    with pytest.raises(NotFound):
        webhooks.get_webhook(platform, manager, made[0].id)

    refused: list[Callable[[], object]] = [
        lambda: webhooks.list_webhooks(platform, annotator, project_id=project_id),
        lambda: webhooks.get_webhook(platform, annotator, made[1].id),
        lambda: webhooks.delete_webhook(platform, annotator, made[1].id),
        lambda: webhooks.list_webhooks(platform, manager, project_id=None),
        lambda: webhooks.create_webhook(platform, manager, project_id=None, url="https://example.org"),
        lambda: webhooks.list_webhooks(platform, replace(SYSTEM, scopes=frozenset({Scope.MANAGE})), project_id=None),
    ]
    for ask in refused:
        with pytest.raises(Forbidden):
            ask()


def test_secrets_are_in_no_log(platform: Platform) -> None:
    webhook, secret = webhooks.create_webhook(platform, SYSTEM, project_id=None, url="https://example.org/")
    renewed = webhooks.renew_secret(platform, SYSTEM, webhook.id)
    with platform.database.read() as connection:
        written = repr(connection.execute(sa.select(audit)).all()) + repr(
            connection.execute(sa.select(deliveries)).all()
        )

    assert secret not in written
    assert renewed not in written
    assert secret not in repr(webhook)


def test_old_messages_are_forgotten(any_platform: Platform) -> None:
    webhook, _ = webhooks.create_webhook(any_platform, SYSTEM, project_id=None, url="https://example.org/")

    def left_after(days: int) -> int:
        with any_platform.database.write() as connection:
            forget(connection, at=now() + timedelta(days=days))
        return len(webhooks.list_deliveries(any_platform, SYSTEM, webhook.id).items)

    assert (left_after(29), left_after(31)) == (1, 0)


@pytest.mark.parametrize(
    ("url", "kinds", "message"),
    [
        ("ftp://example.org/", [], "begins with http"),
        ("https://", [], "names a host"),
        ("https://user:secret@example.org/", [], "no user name"),
        ("https://example.org/\x00", [], "begins with"),
        ("http://[::1", [], "begins with"),
        ("https://ä..example.org/", [], "no address of the web"),
        ("https://example.org/" + "a" * 2000, [], "2000"),
        ("https://example.org/", ["recording.craeted"], "Did you mean recording.created"),
        ("https://example.org/", ["\x00"], "There are project.created"),
    ],
)
def test_what_makes_no_sense_is_refused(platform: Platform, url: str, kinds: list[str], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        webhooks.create_webhook(platform, SYSTEM, project_id=None, url=url, kinds=kinds)


def test_a_webhook_can_ask_for_all_that_the_program_announces() -> None:
    source = Path(webhooks.__file__).parents[1]
    calls = [node for path in source.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    said = {
        argument.value
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("record", "announce", "_record")
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }

    assert "webhook.created" in said
    assert said <= set(EVENT_KINDS)
