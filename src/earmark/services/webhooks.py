"""Telling other programs what happens: endpoints, and delivery by the rules of Standard Webhooks.

Source: the Standard Webhooks specification, https://github.com/standard-webhooks/standard-webhooks (headers, signature,
schedule of retries, meaning of the statuses).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.core.people import SYSTEM, Permission
from earmark.core.webhook import TEST_KIND, Delivery, DeliveryState, Webhook
from earmark.errors import Conflict, FetchFailed, NotFound
from earmark.services import access, chronicle
from earmark.store import audit, deliveries, webhooks
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx
    from sqlalchemy.engine import Connection

    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform
    from earmark.store.deliveries import Claimed

logger = logging.getLogger(__name__)

DELAYS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between an attempt and the next one; after the last of them a message is given up."""
JITTER = 0.1
"""Part by which a delay may be longer, so that messages that failed together do not come back together."""
TIMEOUT = 15.0
"""Seconds until an endpoint has to have answered."""
GONE = 410
"""The status by which an endpoint says that it wants no more."""
AT_ONCE = 8
"""Messages that a server sends side by side; half of them at most to the same endpoint."""
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with


def create_webhook(
    platform: Platform, actor: Actor, *, project_id: str | None, url: str, kinds: Iterable[str] = ()
) -> tuple[Webhook, str]:
    """Make an endpoint; return it with its secret, which is shown this once.

    Raises
    ------
    InvalidValue
        The address or a kind of event makes no sense.
    AddressRefused
        The address leads into a network that the owner of the server did not open.
    Forbidden, NotFound
        The actor may not manage that project, or is no administrator (``project_id`` None).
    """
    webhook = Webhook(
        id=new_id(),
        project_id=project_id,
        url=url,
        kinds=tuple(dict.fromkeys(kinds)),
        created_by=actor.user_id,
        created_at=now(),
    )
    secret = _new_secret()
    with platform.database.read() as connection:
        _require(connection, actor, project_id)
    _require_open(platform, url)
    with platform.database.write() as connection:
        _require(connection, actor, project_id)
        webhooks.add(connection, webhook, secret=secret)
        _record(connection, actor, "webhook.created", webhook)
    return webhook, secret


def list_webhooks(
    platform: Platform, actor: Actor, *, project_id: str | None, cursor: str | None = None, limit: int = 50
) -> Page[Webhook]:
    """List the endpoints of a project, or those of the whole server (None)."""
    with platform.database.read() as connection:
        _require(connection, actor, project_id)
        return webhooks.page(connection, project_id=project_id, cursor=cursor, limit=limit)


def get_webhook(platform: Platform, actor: Actor, webhook_id: str) -> Webhook:
    """Read an endpoint."""
    with platform.database.read() as connection:
        return _found(connection, actor, webhook_id)


def change_webhook(
    platform: Platform,
    actor: Actor,
    webhook_id: str,
    *,
    url: str | None = None,
    kinds: Iterable[str] | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Change what is given of an endpoint; its address is looked at as in `create_webhook`."""
    if url is not None:
        _require_open(platform, replace(get_webhook(platform, actor, webhook_id), url=url).url)
    with platform.database.write() as connection:
        before = _found(connection, actor, webhook_id)
        after = replace(
            before,
            url=before.url if url is None else url,
            kinds=before.kinds if kinds is None else tuple(dict.fromkeys(kinds)),
            enabled=before.enabled if enabled is None else enabled,
        )
        webhooks.change(connection, after)
        _record(connection, actor, "webhook.updated", after)
    return after


def renew_secret(platform: Platform, actor: Actor, webhook_id: str) -> str:
    """Replace the secret of an endpoint; the old one signs nothing from now on. Returns the new one."""
    secret = _new_secret()
    with platform.database.write() as connection:
        webhook = _found(connection, actor, webhook_id)
        webhooks.set_secret(connection, webhook_id, secret)
        _record(connection, actor, "webhook.updated", webhook)
    return secret


def delete_webhook(platform: Platform, actor: Actor, webhook_id: str) -> None:
    """Delete an endpoint with its messages."""
    with platform.database.write() as connection:
        webhook = _found(connection, actor, webhook_id)
        webhooks.delete(connection, webhook_id)
        _record(connection, actor, "webhook.deleted", webhook)


def list_deliveries(
    platform: Platform,
    actor: Actor,
    webhook_id: str,
    *,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """List the messages to an endpoint, the latest first."""
    with platform.database.read() as connection:
        _found(connection, actor, webhook_id)
        return deliveries.page(connection, webhook_id, state=state, cursor=cursor, limit=limit)


def send_test(platform: Platform, actor: Actor, webhook_id: str) -> None:
    """Send a message of the kind ``webhook.test`` to one endpoint.

    Raises
    ------
    Conflict
        The endpoint is switched off.
    """
    moment = now()
    body = json.dumps({"type": TEST_KIND, "timestamp": moment.isoformat(), "data": {"by": actor.name}})
    with platform.database.write() as connection:
        _require_enabled(_found(connection, actor, webhook_id))
        deliveries.add(connection, [webhook_id], TEST_KIND, body=body, at=moment)


def redeliver(platform: Platform, actor: Actor, webhook_id: str, delivery_id: str) -> None:
    """Send a message again, at once, under the same ``webhook-id``.

    Raises
    ------
    Conflict
        It is about to be sent anyway, or the endpoint is switched off.
    """
    with platform.database.write() as connection:
        webhook = _found(connection, actor, webhook_id)
        delivery = deliveries.get(connection, delivery_id)
        if delivery is None or delivery.webhook_id != webhook_id:
            raise NotFound("delivery", delivery_id)
        _require_enabled(webhook)
        if delivery.state is DeliveryState.QUEUED and delivery.attempts == 0:
            raise Conflict("this message is about to be sent. Look again in a moment.")
        deliveries.begin_again(connection, delivery_id, at=now())


def deliver_due(platform: Platform) -> int:
    """Send what is due, some of it; return how many messages were tried (0: nothing is due).

    Meant to be called again and again, by any number of servers. It takes up to 15 seconds when endpoints are slow.
    """
    with platform.database.write() as connection:
        claimed = deliveries.claim(connection, at=now(), most=AT_ONCE, most_each=AT_ONCE // 2)
    if not claimed:
        return 0
    from earmark.services.guard import guarded_client

    with (
        guarded_client(platform.settings.allowed_hosts, TIMEOUT) as client,
        ThreadPoolExecutor(len(claimed)) as threads,
    ):
        outcomes = list(threads.map(lambda one: _send(client, one), claimed))
    for one, (status, error) in zip(claimed, outcomes, strict=True):
        _settle(platform, one.delivery, status, error)
    return len(claimed)


def signature(secret: str, delivery_id: str, timestamp: int, body: str) -> str:
    """Sign a message: HMAC-SHA256 over id, timestamp and body with dots between, in base64 after ``v1,``."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{delivery_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _send(client: httpx.Client, claimed: Claimed) -> tuple[int | None, str | None]:
    """Post a message; give the status and what went wrong, None where nothing did."""
    import httpx

    from earmark.services.download import within

    delivery, timestamp = claimed.delivery, int(now().timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "earmark",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(claimed.secret, delivery.id, timestamp, delivery.body),
    }
    try:
        request = client.build_request("POST", claimed.url, headers=headers, content=delivery.body.encode())
        # Only the status counts: what else the endpoint says is not read.
        response = within(TIMEOUT, lambda: client.send(request, stream=True, follow_redirects=False))
        response.close()
    except TimeoutError:
        return None, f"no answer within {TIMEOUT:.0f} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, FetchFailed) as error:
        return None, str(error) or type(error).__name__
    if response.is_success:
        return response.status_code, None
    moved = ". Give the address that it leads to" if response.is_redirect else ""
    return response.status_code, f"the endpoint answered {response.status_code} {response.reason_phrase}{moved}"


def _settle(platform: Platform, delivery: Delivery, status: int | None, error: str | None) -> None:
    """Write down how an attempt went, and what follows."""
    moment = now()
    told = replace(delivery, last_status=status, last_error=error)
    with platform.database.write() as connection:
        if error is None:
            told = replace(told, state=DeliveryState.DELIVERED, delivered_at=moment)
        elif status == GONE or delivery.attempts > len(DELAYS):
            why = "it wants no more messages" if status == GONE else f"given up after {delivery.attempts} attempts"
            told = replace(told, state=DeliveryState.FAILED, last_error=f"{error}; {why}")
            _give_up(connection, told)
        else:
            delay = DELAYS[delivery.attempts - 1] * (1 + JITTER * secrets.randbelow(1000) / 1000)
            told = replace(told, next_at=moment + timedelta(seconds=delay))
        deliveries.settle(connection, told)


def _give_up(connection: Connection, delivery: Delivery) -> None:
    """Say that a message was not delivered, where administrators look; switch an endpoint off that is gone."""
    webhook = webhooks.get(connection, delivery.webhook_id)
    if webhook is None:
        return
    if delivery.last_status == GONE:
        webhooks.change(connection, replace(webhook, enabled=False))
    logger.warning("webhook %s: message %s: %s", webhook.id, delivery.id, delivery.last_error)
    audit.add(
        connection,
        SYSTEM,
        # No event: it would go to the endpoint that does not answer.
        "webhook.disabled" if delivery.last_status == GONE else "webhook.given_up",
        at=now(),
        project_id=webhook.project_id,
        subject_kind="webhook",
        subject_id=webhook.id,
        details={"delivery_id": delivery.id, "kind": delivery.kind, "error": delivery.last_error},
    )


def _found(connection: Connection, actor: Actor, webhook_id: str) -> Webhook:
    webhook = webhooks.get(connection, webhook_id)
    if webhook is None:
        raise NotFound("webhook", webhook_id)
    try:
        _require(connection, actor, webhook.project_id)
    except NotFound:
        # Who may not see the project learns not even that the webhook is there.
        raise NotFound("webhook", webhook_id) from None
    return webhook


def _require(connection: Connection, actor: Actor, project_id: str | None) -> None:
    if project_id is None:
        access.require_administrator(actor)
    else:
        access.require(connection, actor, project_id, Permission.MANAGE)


def _require_open(platform: Platform, url: str) -> None:
    # Outside of transactions that write: a slow name server would keep everybody else from writing.
    from earmark.services.guard import require_open

    require_open(platform.settings.allowed_hosts, url)


def _require_enabled(webhook: Webhook) -> None:
    if not webhook.enabled:
        raise Conflict("this webhook is switched off. Switch it on first.")


def _record(connection: Connection, actor: Actor, action: str, webhook: Webhook) -> None:
    details = {"url": webhook.url, "kinds": list(webhook.kinds), "enabled": webhook.enabled}
    chronicle.record(connection, actor, action, subject_id=webhook.id, project_id=webhook.project_id, details=details)


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
